"""Micromagnetic equilibria of one structure on one core.

The equations and the steps are those of `_micromagnetics`; here the loops over cells
are compiled, which torch leaves as a dozen passes over memory.
"""

import numpy as np
import torch

from sklmag._utils._numba import fast_njit
from sklmag.microstructure._demagnetizing_field import demagnetizing_kernel
from sklmag.microstructure._micromagnetics import (
    REFRESH,
    nearly_aligned,
    push_angles,
)

_LANES = 32


def falling_field_equilibria_of_one(
    angles,
    fields,
    *,
    exchange,
    magnetostatic,
    tolerance=2e-4,
    max_rotation=0.1,
    stop_below=None,
    dtype="float32",
    max_iter=100_000,
):
    """Follow the equilibria of one structure through a sequence of fields along y.

    Parameters
    ----------
    angles : ndarray of shape (n_y, n_x)
        Angle of the easy axis to the y-axis.
    fields, exchange, magnetostatic, tolerance, max_rotation, stop_below, dtype
        As for `falling_field_equilibria`.
    max_iter : int, default=100_000
        Steps at one field after which it is given up.

    Returns
    -------
    ndarray of shape (n_fields,)
        Magnetization along y, in units of Ms.
    """
    state = Descent(angles, exchange, magnetostatic, dtype)
    out = np.full(len(fields), np.nan)
    aligned = nearly_aligned(angles)
    for k, field in enumerate(fields):
        if not state.relax(field, tolerance, max_rotation, max_iter):
            break
        if aligned:
            state.push()
            if not state.relax(field, tolerance, max_rotation, max_iter):
                break
        out[k] = state.magnetization()
        if stop_below is not None and field < 0 and out[k] < stop_below:
            break
    return out


class Descent:
    """The state of one structure, with a ring of cells without magnetization."""

    def __init__(self, angles, exchange, magnetostatic, dtype):
        n_y, n_x = angles.shape
        self.real = getattr(np, dtype)
        self.inside = slice(1, n_y + 1), slice(1, n_x + 1)
        self.u = np.zeros((2, n_y + 2, n_x + 2), self.real)
        self.u[1][self.inside] = 1
        axis = 1j * np.exp(1j * np.asarray(angles, dtype=float))
        self.anisotropy = np.stack(((axis**2).real / 2, (axis**2).imag / 2))
        self.anisotropy = self.anisotropy.astype(self.real)
        self.exchange = self.real(exchange)
        self.demagnetizing = np.zeros((2, n_y, n_x), self.real)
        self.torque = np.zeros((n_y, n_x), self.real)
        self.memory = np.array([0.1, 0.0])  # step, and rotation per torque of the last
        self.kernel = None
        self.fresh = not magnetostatic
        if magnetostatic:
            kind = torch.complex64 if dtype == "float32" else torch.complex128
            kernel = -magnetostatic * demagnetizing_kernel((n_y, n_x))
            self.kernel = torch.fft.fft2(torch.as_tensor(kernel)).to(kind)
            self.padded = torch.zeros_like(self.kernel)

    def relax(self, field, tolerance, max_rotation, max_iter):
        """Go to the equilibrium at a field; tell whether it was reached."""
        self.memory[1] = 0.0
        n_steps = 0
        while n_steps < max_iter:
            if not self.fresh:
                self.refresh()
            taken, at_rest = _descend(
                self.u, self.anisotropy, self.demagnetizing, self.real(field),
                self.exchange, self.torque, self.memory, tolerance, max_rotation,
                REFRESH if self.kernel is not None else max_iter,
            )  # fmt: skip
            self.fresh = self.kernel is None or taken == 0
            if at_rest and self.fresh:
                return True
            n_steps += taken
        return False

    def push(self):
        """Turn the magnetization a little, away from where only symmetry holds it."""
        turn = np.exp(1j * push_angles(self.torque.shape)).astype(complex)
        x, y = (self.u[k][self.inside] for k in (0, 1))
        turned = (x + 1j * y) * turn
        self.u[0][self.inside], self.u[1][self.inside] = turned.real, turned.imag
        self.fresh = self.kernel is None

    def refresh(self):
        """Compute the demagnetizing field."""
        _conjugate(self.u, self.padded.numpy())
        spectrum = torch.fft.fft2(self.padded).mul_(self.kernel)
        _split(torch.fft.ifft2(spectrum).numpy(), self.demagnetizing)
        self.fresh = True

    def magnetization(self):
        """Return the mean component along y."""
        return float(self.u[1][self.inside].mean(dtype=np.float64))


@fast_njit
def _descend(
    u, anisotropy, demagnetizing, field, exchange, torque, memory, tolerance,
    max_rotation, n_steps,
):  # fmt: skip
    """Take steps until at rest; return how many, and whether it is."""
    for k in range(n_steps):
        along, square, before = _turn_torque(
            u, anisotropy, demagnetizing, field, exchange, torque
        )
        largest = largest_of(torque)
        if largest < tolerance:
            return k, True
        # the step lengths of Barzilai and Borwein, as in `_micromagnetics`
        along *= memory[1]
        if along > 0:
            memory[0] = memory[1] ** 2 * before / along if k % 2 else along / square
        elif along < 0:
            memory[0] = 1e3
        memory[1] = min(memory[0], max_rotation / largest)
        _rotate(u, torque, memory[1])
    return n_steps, False


@fast_njit
def _turn_torque(u, anisotropy, demagnetizing, field, exchange, torque):
    """Put the torque in the place of the last one, and compare them.

    Returns the sums over cells of last times change, of the square of the change, and
    of the square of the last.
    """
    n_y, n_x = torque.shape
    along, square, before = 0.0, 0.0, 0.0
    for i in range(n_y):
        row_along = row_square = row_before = torque.dtype.type(0)
        for j in range(n_x):
            x, y = u[0, i + 1, j + 1], u[1, i + 1, j + 1]
            beside_x = u[0, i, j + 1] + u[0, i + 2, j + 1]
            beside_x += u[0, i + 1, j] + u[0, i + 1, j + 2]
            beside_y = u[1, i, j + 1] + u[1, i + 2, j + 1]
            beside_y += u[1, i + 1, j] + u[1, i + 1, j + 2]
            a, b = anisotropy[0, i, j], anisotropy[1, i, j]
            field_x = a * x + b * y + demagnetizing[0, i, j] + exchange * beside_x
            field_y = b * x - a * y + demagnetizing[1, i, j] + exchange * beside_y
            now = x * (field_y + field) - y * field_x
            last = torque[i, j]
            torque[i, j] = now
            row_along += last * (last - now)
            row_square += (last - now) * (last - now)
            row_before += last * last
        along += row_along
        square += row_square
        before += row_before
    return along, square, before


@fast_njit
def largest_of(values):
    """Return the largest magnitude."""
    # in blocks, because compilers do not run a single comparison side by side
    flat = values.ravel()
    n_blocks = len(flat) // _LANES
    lanes = np.zeros(_LANES, values.dtype)
    for block in range(n_blocks):
        for k in range(_LANES):
            lanes[k] = max(lanes[k], abs(flat[block * _LANES + k]))
    for k in range(n_blocks * _LANES, len(flat)):
        lanes[0] = max(lanes[0], abs(flat[k]))
    return lanes.max()


@fast_njit
def _rotate(u, torque, step):
    """Turn each cell, and take away what rounding has added to its length."""
    n_y, n_x = torque.shape
    half, one = torque.dtype.type(step / 2), torque.dtype.type(1)
    middle = torque.dtype.type(0.5)
    for i in range(n_y):
        for j in range(n_x):
            t = half * torque[i, j]
            x, y = u[0, i + 1, j + 1], u[1, i + 1, j + 1]
            share = (one + middle * (one - x * x - y * y)) / (one + t * t)
            cosine, sine = (one - t * t) * share, (t + t) * share
            u[0, i + 1, j + 1] = cosine * x - sine * y
            u[1, i + 1, j + 1] = sine * x + cosine * y


@fast_njit
def _conjugate(u, out):
    """Write the conjugate of the inner cells into a corner."""
    for i in range(u.shape[1] - 2):
        for j in range(u.shape[2] - 2):
            out[i, j] = complex(u[0, i + 1, j + 1], -u[1, i + 1, j + 1])


@fast_njit
def _split(values, out):
    """Write real and imaginary part of a corner into two maps."""
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[0, i, j], out[1, i, j] = values[i, j].real, values[i, j].imag

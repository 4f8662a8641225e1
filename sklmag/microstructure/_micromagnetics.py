"""Micromagnetic equilibria in the plane, for many structures at a time.

The unit vector of the magnetization in a cell is one complex number u = m_x + i m_y,
and fields are in units of the anisotropy field.
"""

import numpy as np
import torch

from sklmag.microstructure._demagnetizing_field import demagnetizing_kernel

REFRESH = 4  # iterations between two evaluations of the demagnetizing field
_ALIGNED = (
    1e-3  # largest sine of twice the angles of easy axes along or across the field
)
_PUSH = 0.1  # radians; a smaller one is at rest within the usual tolerance


def nearly_aligned(angles):
    """Tell structures whose easy axes all lie along or across the field.

    By symmetry nothing turns the magnetization out of the field there, though beyond
    the switching field it stands on a maximum of the energy.
    """
    return np.abs(np.sin(2 * np.asarray(angles))).max(axis=(-2, -1)) < _ALIGNED


def push_angles(shape):
    """Return by how much each cell is turned: as one, and more at one end."""
    along = np.linspace(-0.5, 0.5, shape[0])[:, None]
    return _PUSH * (1 + 0.5 * along) * np.ones(shape)


def falling_field_equilibria(
    angles,
    fields,
    *,
    exchange,
    magnetostatic,
    tolerance=2e-4,
    max_rotation=0.1,
    stop_below=None,
    dtype="float32",
    device="cpu",
    max_iter=100_000,
):
    """Follow equilibria through a sequence of fields along y.

    Parameters
    ----------
    angles : ndarray of shape (n_samples, n_y, n_x)
        Angle of the easy axis to the y-axis.
    fields : ndarray of shape (n_fields,)
        In units of the anisotropy field, in the order in which they are applied.
    exchange, magnetostatic : float
        A / (K1 dx²) and Ms / HA.
    tolerance : float, default=2e-4
        Largest torque in a cell at equilibrium, in units of the anisotropy field.
    max_rotation : float, default=0.1
        Largest rotation of a cell in a step, in radians.
    stop_below : float, default=None
        A structure is done when its magnetization is below, in a reversed field; what
        follows is NaN.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    device : str, default="cpu"
        Device of torch.
    max_iter : int, default=100_000
        Iterations at one field after which it is given up: NaN from there on.

    Returns
    -------
    ndarray of shape (n_samples, n_fields)
        Magnetization along y, in units of Ms.
    """
    state = _Batch(angles, exchange, magnetostatic, dtype, device)
    fields = np.asarray(fields, dtype=float)
    out = np.full((len(angles), len(fields)), np.nan)
    at = np.zeros(len(angles), dtype=int)
    row = np.arange(len(angles))
    to_push = aligned = nearly_aligned(angles)
    state.apply(fields[at])
    while len(row):
        settled = state.iterate(tolerance, max_rotation)
        pushed = settled & to_push
        if pushed.any():
            state.push(pushed)
            to_push = to_push & ~pushed
            settled = settled & ~pushed
        stuck = state.n_iterations > max_iter
        if not (settled.any() or stuck.any()):
            continue
        magnetization = state.magnetization()
        out[row[settled], at[settled]] = magnetization[settled]
        reversed_field = fields[at] < 0
        at[settled] += 1
        to_push = to_push | (settled & aligned)
        done = stuck | (at == len(fields))
        if stop_below is not None:
            done |= settled & reversed_field & (magnetization < stop_below)
        state.begin_anew(settled)
        if done.any():
            state.keep(~done)
            row, at = row[~done], at[~done]
            to_push, aligned = to_push[~done], aligned[~done]
        if len(row):
            state.apply(fields[at])
    return out


class _Batch:
    """Structures that are minimized together, each at a field of its own."""

    def __init__(self, angles, exchange, magnetostatic, dtype, device):
        real = getattr(torch, dtype)
        kind = torch.complex64 if real == torch.float32 else torch.complex128
        axis = 1j * np.exp(1j * np.asarray(angles, dtype=float))
        self.anisotropy = torch.as_tensor(axis**2 / 2, dtype=kind, device=device)
        self.u = torch.full_like(self.anisotropy, 1j)
        self.exchange = exchange
        n_y, n_x = angles.shape[1:]
        self.shape, self.padded = (n_y, n_x), (2 * n_y, 2 * n_x)
        self.kernel = None
        if magnetostatic:
            kernel = -magnetostatic * demagnetizing_kernel((n_y, n_x))
            kernel = torch.as_tensor(kernel, dtype=torch.complex128, device=device)
            self.kernel = torch.fft.fft2(kernel).to(kind)
        n = len(angles)
        self.n_iterations = np.zeros(n, dtype=int)
        self.step = torch.full((n,), 0.1, dtype=real, device=device)
        self.torque = self.rotation = None
        self.age = 0  # iterations since the demagnetizing field was computed
        self.demagnetizing = torch.zeros_like(self.u)

    def apply(self, fields):
        """Set the field of each structure."""
        real = self.u.real.dtype
        fields = torch.as_tensor(fields, dtype=real, device=self.u.device)
        self.external = 1j * fields[:, None, None]

    def iterate(self, tolerance, max_rotation):
        """Take a step; tell which structures were at equilibrium before it."""
        if self.kernel is not None and self.age % REFRESH == 0:
            self._refresh()
        torque = self._torque()
        largest = torque.abs().amax(dim=(1, 2))
        settled = largest < tolerance
        if self.kernel is not None and self.age and bool(settled.any()):
            self._refresh()
            torque = self._torque()
            largest = torque.abs().amax(dim=(1, 2))
            settled = largest < tolerance
        self._choose_steps(torque)
        cap = max_rotation / largest.clamp_min(1e-30)
        moving = torch.where(settled, 0.0, torch.minimum(self.step, cap))
        angle = moving[:, None, None] * torque
        half = 1 + 0.5j * angle
        excess = self.u.real**2 + self.u.imag**2 - 1  # what rounding has added
        length = half.real**2 + half.imag**2
        self.u = self.u * (half * half) * ((1 - excess / 2) / length)
        self.torque, self.rotation = torque, angle
        self.age += 1
        self.n_iterations += 1
        return settled.cpu().numpy()

    def _choose_steps(self, torque):
        """Set the step lengths of Barzilai and Borwein, long and short in turn."""
        if self.torque is None:
            return
        change = self.torque - torque
        along = (self.rotation * change).sum(dim=(1, 2))
        if self.age % 2:
            step = (self.rotation**2).sum(dim=(1, 2)) / along
        else:
            step = along / (change**2).sum(dim=(1, 2))
        # downhill without a valley as far as the largest rotation allows; at a new
        # field, where nothing is known of the curvature, as before
        unknown = torch.where(along < 0, 1e3, self.step)
        self.step = torch.where((along > 0) & step.isfinite(), step, unknown)

    def _torque(self):
        field = self.anisotropy * self.u.conj() + self.external + self.demagnetizing
        field[:, 1:] += self.exchange * self.u[:, :-1]
        field[:, :-1] += self.exchange * self.u[:, 1:]
        field[:, :, 1:] += self.exchange * self.u[:, :, :-1]
        field[:, :, :-1] += self.exchange * self.u[:, :, 1:]
        return self.u.real * field.imag - self.u.imag * field.real

    def _refresh(self):
        spectrum = torch.fft.fft2(self.u.conj(), s=self.padded)
        whole = torch.fft.ifft2(spectrum * self.kernel)
        self.demagnetizing = whole[:, : self.shape[0], : self.shape[1]]
        self.age = 0

    def magnetization(self):
        """Return the mean component along y."""
        return self.u.imag.double().mean(dim=(1, 2)).cpu().numpy()

    def push(self, rows):
        """Turn some structures a little, away from where only symmetry holds them."""
        turn = np.exp(1j * push_angles(self.shape))
        turn = torch.as_tensor(turn, dtype=self.u.dtype, device=self.u.device)
        chosen = torch.as_tensor(rows, device=self.u.device)[:, None, None]
        self.u = torch.where(chosen, self.u * turn, self.u)
        self.begin_anew(rows)
        self.age = 0

    def begin_anew(self, settled):
        """Forget the last step of structures that go on to another field."""
        rows = torch.as_tensor(settled, device=self.u.device)
        self.rotation = torch.where(rows[:, None, None], 0.0, self.rotation)
        self.n_iterations[settled] = 0

    def keep(self, rows):
        """Leave the others out."""
        self.n_iterations = self.n_iterations[rows]
        rows = torch.as_tensor(rows, device=self.u.device)
        for name in ("anisotropy", "u", "step", "torque", "rotation", "demagnetizing"):
            setattr(self, name, getattr(self, name)[rows])

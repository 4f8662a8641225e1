"""Micromagnetic equilibria in space, of one magnet, in compiled loops.

Fields are in units of the largest anisotropy field in the magnet, of T / T.
"""

from functools import cached_property

import numpy as np
import torch

from sklmag._utils._numba import fast_njit
from sklmag.microstructure._demagnetizing_tensor import box_tensor, prism_tensor
from sklmag.microstructure._descent import largest_of
from sklmag.microstructure._material import MU0

_REFRESH = 4  # steps between two evaluations of the demagnetizing field
_MIRROR = 1e-3  # of the largest: least extent of axes and fields out of a plane
_PUSH = 0.1  # radians; a smaller one is at rest within the usual tolerance
_PUSH_ALONG = np.array([0.52, -0.35, 0.78])


class Equilibrium:
    """The state of a magnet, with a ring of cells around it.

    Parameters
    ----------
    magnet : Magnet
        What is in the cells.
    directions : ndarray of shape (n, 3)
        Of the fields that will be applied; where they and the easy axes lie in a plane,
        only symmetry may hold the magnetization, and it is pushed.
    dtype : {"float32", "float64"}
        Precision.
    """

    def __init__(self, magnet, directions, dtype):
        self.magnet = magnet
        self.real = getattr(np, dtype)
        shape = magnet.Js_T.shape
        self.inside = (slice(None), *(slice(1, n + 1) for n in shape))
        self.unit_T = _unit(magnet)
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = np.where(magnet.Js_T > 0, MU0 / magnet.Js_T, 0) / self.unit_T
        self.pull = pull.astype(self.real)
        self.anisotropy = (2 * magnet.K1_J_m3 * pull).astype(self.real)
        self.axes = np.moveaxis(magnet.easy_axes, -1, 0).astype(self.real)
        self.links = [link.astype(self.real) for link in exchange_links(magnet)]
        self.moment = (magnet.Js_T / self.unit_T).astype(self.real)
        self.weight = (magnet.Js_T / magnet.Js_T.max()).astype(self.real)
        self.m = np.zeros((3, *(n + 2 for n in shape)), self.real)
        self.last = np.zeros((3, *shape), self.real)
        self.stray = np.zeros((3, *shape), self.real)
        self.squares = np.zeros(shape, self.real)  # of what turns the cells
        self.memory = np.array([0.1, 0.0])  # step, and that of the last rotation
        self.symmetric = _in_a_plane(magnet, directions)
        self.fresh = False

    def set(self, directions):
        """Set the magnetization; cells that are not magnetic have none."""
        m = np.moveaxis(np.asarray(directions, dtype=float), -1, 0)
        length = np.linalg.norm(m, axis=0)
        m = m / np.where(length > 0, length, 1) * (self.magnet.Js_T > 0)
        self.m[self.inside] = m
        self._close_ring()
        self.fresh = False

    def get(self):
        """Return the directions of the magnetization, of shape (n_z, n_y, n_x, 3)."""
        return np.moveaxis(self.m[self.inside], 0, -1).astype(np.float32)

    def rest(self, field_T, tolerance, max_rotation, max_iter):
        """Go to the equilibrium in a field; tell whether it was reached."""
        done = self._relax(field_T, tolerance, max_rotation, max_iter)
        if done and self.symmetric:
            self._push()
            done = self._relax(field_T, tolerance, max_rotation, max_iter)
        return done

    def _relax(self, field_T, tolerance, max_rotation, max_iter):
        field = (np.asarray(field_T) / self.unit_T).astype(self.real)
        self.memory[1] = 0.0
        n_steps = 0
        while n_steps < max_iter:
            if not self.fresh:
                self._refresh()
            taken, at_rest = _descend(
                self.m, self.last, *self.links, self.pull, self.anisotropy, self.axes,
                self.stray, self.weight, field, self.squares, self.memory, tolerance,
                max_rotation, _REFRESH, self.magnet.periodic,
            )  # fmt: skip
            self.fresh = taken == 0
            if at_rest and self.fresh:
                return True
            n_steps += taken
        return False

    def _push(self):
        """Turn the magnetization a little, away from where only symmetry holds it."""
        m = self.m[self.inside]
        along = np.linspace(-0.5, 0.5, m.shape[2])[:, None]
        turned = m + _PUSH * (1 + 0.5 * along) * _PUSH_ALONG[:, None, None, None]
        self.set(np.moveaxis(turned, 0, -1))

    def _close_ring(self):
        if self.magnet.periodic:
            _wrap(self.m)

    @cached_property
    def _tensor(self):
        """Spectra of the demagnetizing tensor, by pairs of components."""
        magnet, kind = self.magnet, getattr(torch, np.dtype(self.real).name)
        shape = magnet.Js_T.shape
        if magnet.endless:
            parts = prism_tensor(shape[1:], periodic=magnet.periodic)
            parts = {name: part[None] for name, part in parts.items()}
        else:
            parts = box_tensor(shape, magnet.cell_nm[::-1])
        self._padded = next(iter(parts.values())).shape
        spectra = {}
        for name, part in parts.items():
            spectrum = torch.fft.rfftn(torch.as_tensor(-part))
            # real for even parts, as those are; the mixed ones are odd along two axes
            spectra[name] = spectrum.real.to(kind)
        return spectra

    def _refresh(self):
        """Compute the demagnetizing field."""
        for i, values in self._convolved(self.m[self.inside] * self.moment).items():
            self.stray[i] = values
        self.fresh = True

    def _convolved(self, polarization):
        """Return the demagnetizing field by components, those that the tensor has."""
        spectra, shape = self._tensor, polarization.shape[1:]
        axes = sorted({axis for name in spectra for axis in name})
        inner = [i + 1 for i, n in enumerate(shape) if self._padded[i] > 1]
        size = [self._padded[i - 1] for i in inner]
        source = torch.as_tensor(polarization[: len(axes)])
        transformed = torch.fft.rfftn(source, s=size, dim=inner)
        products = [
            sum(spectra[min(a, b) + max(a, b)] * transformed[j]
                for j, b in enumerate(axes))
            for a in axes
        ]  # fmt: skip
        field = torch.fft.irfftn(torch.stack(products), s=size, dim=inner)
        corner = tuple(slice(n) for n in shape)
        return {i: values[corner].numpy() for i, values in enumerate(field)}

    def polarization_T(self):
        """Return the mean polarization along x, y and z, in T."""
        m = self.m[self.inside].astype(float)
        return (m * self.magnet.Js_T).mean(axis=(1, 2, 3))

    def demagnetizing_factor(self, direction):
        """Return the mean of the tensor over the whole grid along a direction."""
        uniform = np.ones((3, *self.magnet.Js_T.shape)) * np.reshape(
            direction, (3, 1, 1, 1)
        )
        found = self._convolved(uniform.astype(self.real))
        return -float(sum(direction[i] * field.mean() for i, field in found.items()))

    def energies_J_per_m3(self, field_T):
        """Return the energies by their kind, as means over the whole grid."""
        magnet = self.magnet
        if not self.fresh:
            self._refresh()
        m = self.m[self.inside].astype(float)
        along = (m * np.moveaxis(magnet.easy_axes, -1, 0)).sum(axis=0)
        magnetic = magnet.Js_T > 0
        stray_T = self.stray.astype(float) * self.unit_T
        zeeman = np.tensordot(np.asarray(field_T), m, axes=1)
        return {
            "exchange": self._exchange_energy(m, magnetic),
            "anisotropy": (magnet.K1_J_m3 * (1 - along**2) * magnetic).mean(),
            "demagnetizing": -(magnet.Js_T * (m * stray_T).sum(axis=0)).mean()
            / (2 * MU0),
            "zeeman": -(magnet.Js_T * zeeman).mean() / MU0,
        }

    def _exchange_energy(self, m, magnetic):
        padded = self.m.astype(float)
        total = 0.0
        for axis, link in enumerate(exchange_links(self.magnet)):
            low, high = [slice(None)] * 4, [slice(None)] * 4
            for other in range(3):
                whole = slice(1, -1)
                low[other + 1] = slice(None, -1) if other == axis else whole
                high[other + 1] = slice(1, None) if other == axis else whole
            product = (padded[tuple(low)] * padded[tuple(high)]).sum(axis=0)
            ends = [slice(None)] * 3
            ends[axis] = slice(None, -1)  # a periodic bond counts once
            total += (link * (1 - product))[tuple(ends)].sum()
        return total / magnetic.size


def _unit(magnet):
    """Return the largest anisotropy field, or else the largest polarization, in T."""
    magnetic = magnet.Js_T > 0
    if not magnetic.any():
        magnetic = np.ones_like(magnetic)
    with np.errstate(divide="ignore", invalid="ignore"):
        fields = 2 * np.abs(magnet.K1_J_m3) * MU0 / magnet.Js_T
    largest = fields[magnetic].max()
    return float(largest if largest > 0 else magnet.Js_T.max())


def _in_a_plane(magnet, directions):
    """Tell whether axes and fields lie in a plane, a mirror of the energy."""
    hard = (magnet.K1_J_m3 != 0) & (magnet.Js_T > 0)
    axes = np.unique(magnet.easy_axes[hard].round(9), axis=0)
    values = np.linalg.svd(np.vstack((axes, directions)), compute_uv=False)
    return len(values) < 3 or values[2] < _MIRROR * values[0]


def exchange_links(magnet):
    """Return 2 A / d² between neighbours in J/m³, along z, y and x, with both ends.

    Between two materials the harmonic mean of their stiffnesses acts, and between two
    grains a share of it.
    """
    links = []
    for axis, edge_nm in enumerate(magnet.cell_nm[::-1]):
        n = magnet.Js_T.shape[axis]
        index = np.arange(-1, n + 1)
        ring = index % n if magnet.periodic else np.clip(index, 0, n - 1)
        A, grains = (v.take(ring, axis) for v in (magnet.A_J_m, magnet.grains))
        js = magnet.Js_T.take(ring, axis)
        first, second = slice(0, n + 1), slice(1, n + 2)
        a, b = (A.take(range(n + 2)[part], axis) for part in (first, second))
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(a * b > 0, 2 * a * b / (a + b), 0)
        g, h = (grains.take(range(n + 2)[part], axis) for part in (first, second))
        mean = np.where(g == h, mean, magnet.boundary_exchange * mean)
        j, k = (js.take(range(n + 2)[part], axis) for part in (first, second))
        link = 2 * mean * (j > 0) * (k > 0) / (edge_nm * 1e-9) ** 2
        if not magnet.periodic:
            ends = [slice(None)] * 3
            ends[axis] = [0, n]
            link[tuple(ends)] = 0
        links.append(link)
    return links


@fast_njit
def _descend(
    m, last, link_z, link_y, link_x, pull, anisotropy, axes, stray, weight, field,
    squares, memory, tolerance, max_rotation, n_steps, periodic,
):  # fmt: skip
    """Take steps until at rest; return how many, and whether it is."""
    for k in range(n_steps):
        along, square, before = _turning_field(
            m, last, link_z, link_y, link_x, pull, anisotropy, axes, stray, weight,
            field, squares,
        )  # fmt: skip
        largest = np.sqrt(largest_of(squares))
        if largest < tolerance:
            return k, True
        # the step lengths of Barzilai and Borwein, long and short in turn
        along *= memory[1]
        if along > 0:
            memory[0] = memory[1] ** 2 * before / along if k % 2 else along / square
        elif along < 0:
            memory[0] = 1e3
        memory[1] = min(memory[0], max_rotation / largest)
        _rotate(m, last, memory[1])
        if periodic:
            _wrap(m)
    return n_steps, False


@fast_njit
def _turning_field(
    m, last, link_z, link_y, link_x, pull, anisotropy, axes, stray, weight, field,
    squares,
):  # fmt: skip
    """Put the field across the magnetization in the place of the last one.

    Returns the sums over cells of last times change, of the square of the change, and
    of the square of the last.
    """
    n_z, n_y, n_x = pull.shape
    along, square, before = 0.0, 0.0, 0.0
    for h in range(n_z):
        for i in range(n_y):
            row_along = row_square = row_before = pull.dtype.type(0)
            for j in range(n_x):
                x, y, z = m[0, h + 1, i + 1, j + 1], m[1, h + 1, i + 1, j + 1], m[2, h + 1, i + 1, j + 1]  # fmt: skip # noqa: E501
                a, b = link_x[h, i, j], link_x[h, i, j + 1]
                c, d = link_y[h, i, j], link_y[h, i + 1, j]
                e, f = link_z[h, i, j], link_z[h + 1, i, j]
                bx = a * m[0, h + 1, i + 1, j] + b * m[0, h + 1, i + 1, j + 2]
                by = a * m[1, h + 1, i + 1, j] + b * m[1, h + 1, i + 1, j + 2]
                bz = a * m[2, h + 1, i + 1, j] + b * m[2, h + 1, i + 1, j + 2]
                bx += c * m[0, h + 1, i, j + 1] + d * m[0, h + 1, i + 2, j + 1]
                by += c * m[1, h + 1, i, j + 1] + d * m[1, h + 1, i + 2, j + 1]
                bz += c * m[2, h + 1, i, j + 1] + d * m[2, h + 1, i + 2, j + 1]
                bx += e * m[0, h, i + 1, j + 1] + f * m[0, h + 2, i + 1, j + 1]
                by += e * m[1, h, i + 1, j + 1] + f * m[1, h + 2, i + 1, j + 1]
                bz += e * m[2, h, i + 1, j + 1] + f * m[2, h + 2, i + 1, j + 1]
                kx, ky, kz = axes[0, h, i, j], axes[1, h, i, j], axes[2, h, i, j]
                pulled = anisotropy[h, i, j] * (kx * x + ky * y + kz * z)
                p = pull[h, i, j]
                bx = p * bx + pulled * kx + stray[0, h, i, j] + field[0]
                by = p * by + pulled * ky + stray[1, h, i, j] + field[1]
                bz = p * bz + pulled * kz + stray[2, h, i, j] + field[2]
                parallel = bx * x + by * y + bz * z
                moment = x * x + y * y + z * z  # zero where nothing is magnetic
                bx = bx * moment - parallel * x
                by = by * moment - parallel * y
                bz = bz * moment - parallel * z
                lx, ly, lz = last[0, h, i, j], last[1, h, i, j], last[2, h, i, j]
                last[0, h, i, j], last[1, h, i, j], last[2, h, i, j] = bx, by, bz
                w = weight[h, i, j]
                row_before += w * (lx * lx + ly * ly + lz * lz)
                sx, sy, sz = lx - bx, ly - by, lz - bz
                row_along += w * (lx * sx + ly * sy + lz * sz)
                row_square += w * (sx * sx + sy * sy + sz * sz)
                squares[h, i, j] = bx * bx + by * by + bz * bz
            along += row_along
            square += row_square
            before += row_before
    return along, square, before


@fast_njit
def _rotate(m, last, step):
    """Turn each cell towards the field, and what it was turned by along with it."""
    n_z, n_y, n_x = last.shape[1:]
    half, one = last.dtype.type(step / 2), last.dtype.type(1)
    middle = last.dtype.type(0.5)
    for h in range(n_z):
        for i in range(n_y):
            for j in range(n_x):
                tx, ty, tz = last[0, h, i, j], last[1, h, i, j], last[2, h, i, j]
                x, y, z = m[0, h + 1, i + 1, j + 1], m[1, h + 1, i + 1, j + 1], m[2, h + 1, i + 1, j + 1]  # fmt: skip # noqa: E501
                size = x * x + y * y + z * z
                turn = half * half * (tx * tx + ty * ty + tz * tz)
                share = one / (one + turn)
                keep = middle * (one - size) if size > middle else size * 0
                cosine, sine = (one - turn) * share, (half + half) * share
                kept = cosine + keep
                m[0, h + 1, i + 1, j + 1] = kept * x + sine * tx
                m[1, h + 1, i + 1, j + 1] = kept * y + sine * ty
                m[2, h + 1, i + 1, j + 1] = kept * z + sine * tz
                # carried along the turn, in which it loses a part along the old m
                back = (half + half) * share * (tx * tx + ty * ty + tz * tz)
                last[0, h, i, j] = cosine * tx - back * x
                last[1, h, i, j] = cosine * ty - back * y
                last[2, h, i, j] = cosine * tz - back * z


@fast_njit
def _wrap(m):
    """Fill the ring with the cells of the opposite sides, along y and x."""
    for c in range(3):
        m[c, :, 0], m[c, :, -1] = m[c, :, -2], m[c, :, 1]
        m[c, :, :, 0], m[c, :, :, -1] = m[c, :, :, -2], m[c, :, :, 1]

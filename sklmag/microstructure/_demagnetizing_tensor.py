"""The demagnetizing tensor of prisms without end, and of boxes, between all cells."""

import numpy as np

from sklmag.microstructure._demagnetizing_field import demagnetizing_kernel

_IMAGES = 8  # repetitions on each side whose stray field is summed


def prism_tensor(shape, *, periodic=False):
    """Return the tensor between square cells that are infinitely long along z.

    Parameters
    ----------
    shape : tuple of int
        Cells along y and x.
    periodic : bool, default=False
        Whether the plane is filled with repetitions; their mean has no stray field.

    Returns
    -------
    dict of str to ndarray
        "xx", "xy" and "yy" at all shifts, for a circular convolution: twice as many as
        cells along each axis, or as many for a periodic plane.
    """
    if not periodic:
        return _components(demagnetizing_kernel(shape))
    n_images = [max(1, round(_IMAGES * max(shape) / n)) for n in shape]
    larger = [n * m for n, m in zip(shape, n_images, strict=True)]
    kernel = demagnetizing_kernel(larger)
    # the last shift stands for itself and its opposite, where xy has the other sign
    kernel.imag[larger[0]] = kernel.imag[:, larger[1]] = 0
    folded = kernel.reshape(2 * n_images[0], shape[0], 2 * n_images[1], shape[1])
    parts = _components(folded.sum(axis=(0, 2)))
    return {name: part - part.mean() for name, part in parts.items()}


def _components(kernel):
    """Return xx, xy and yy; the trace is one in the cell itself, and zero elsewhere."""
    half = np.zeros(kernel.shape)
    half[0, 0] = 0.5
    return {"xx": half + kernel.real, "xy": kernel.imag, "yy": half - kernel.real}


def box_tensor(shape, cell):
    """Return the tensor between boxes, after Newell [1]_.

    Parameters
    ----------
    shape : tuple of int
        Cells along z, y and x.
    cell : tuple of float
        Edges along z, y and x.

    Returns
    -------
    dict of str to ndarray of shape (2 * n_z, 2 * n_y, 2 * n_x)
        "xx", "xy", "xz", "yy", "yz" and "zz", for a circular convolution.

    References
    ----------
    .. [1] A. J. Newell, W. Williams, D. J. Dunlop, J. Geophys. Res. 98 (1993) 9551,
       doi:10.1029/93JB00694.
    """
    # extended precision: far away the differences are 1e-12 of their terms
    edges = [np.longdouble(edge) for edge in cell]
    shifts = [
        edge * np.arange(-1, n + 1, dtype=np.longdouble)
        for n, edge in zip(shape, edges, strict=True)
    ]
    z, y, x = np.meshgrid(*shifts, indexing="ij", sparse=True)
    volume = edges[0] * edges[1] * edges[2]
    terms = {
        "xx": (_same(x, y, z), ()), "yy": (_same(y, x, z), ()),
        "zz": (_same(z, y, x), ()), "xy": (_mixed(x, y, z), (1, 2)),
        "xz": (_mixed(x, z, y), (0, 2)), "yz": (_mixed(y, z, x), (0, 1)),
    }  # fmt: skip
    return {
        name: _all_shifts(-_second_differences(term) / (4 * np.pi * volume), odd)
        for name, (term, odd) in terms.items()
    }


def _second_differences(values):
    for axis in range(3):
        values = np.diff(values, n=2, axis=axis)
    return values


def _all_shifts(positive, odd):
    """Return the values at shifts 0 ... n - 1, and at -n ... -1 by symmetry."""
    values = positive.astype(float)
    for axis in range(3):
        n = values.shape[axis]
        back = np.flip(values.take(range(1, n), axis), axis)
        gap = np.zeros_like(values.take([0], axis))
        values = np.concatenate((values, gap, -back if axis in odd else back), axis)
    return values


def _same(x, y, z):
    """Newell's f, whose differences are the component along x, x."""
    r = np.sqrt(x * x + y * y + z * z)
    f = y / 2 * (z * z - x * x) * _asinh(y, x * x + z * z)
    f = f + z / 2 * (y * y - x * x) * _asinh(z, x * x + y * y)
    return f - x * y * z * _atan(y * z, x * r) + (2 * x * x - y * y - z * z) * r / 6


def _mixed(x, y, z):
    """Newell's g, whose differences are the component along x, y."""
    r = np.sqrt(x * x + y * y + z * z)
    g = x * y * z * _asinh(z, x * x + y * y)
    g = g + y / 6 * (3 * z * z - y * y) * _asinh(x, y * y + z * z)
    g = g + x / 6 * (3 * z * z - x * x) * _asinh(y, x * x + z * z)
    g = g - z**3 / 6 * _atan(x * y, z * r) - z * y * y / 2 * _atan(x * z, y * r)
    return g - z * x * x / 2 * _atan(y * z, x * r) - x * y * r / 3


def _asinh(length, square):
    # each is multiplied by what vanishes with its argument's denominator
    return np.arcsinh(length / np.sqrt(np.where(square > 0, square, 1))) * (square > 0)


def _atan(above, below):
    return np.arctan(above / np.where(below == 0, 1, below)) * (below != 0)

"""The demagnetizing field in the plane, of cells that are infinitely long across it."""

from functools import lru_cache

import numpy as np
from scipy import fft


def demagnetizing_kernel(shape):
    r"""Return the part of the demagnetizing tensor that exerts a torque.

    Parameters
    ----------
    shape : tuple of int
        Cells along y and x; they are square, and infinitely long along z.

    Returns
    -------
    ndarray of shape (2 * n_y, 2 * n_x), dtype complex
        :math:`C = (N_{xx} - N_{yy}) / 2 + i N_{xy}` between cells, periodic; the field
        at u is :math:`-q (u/2 + C * \bar u)`, the first of which exerts no torque.
    """
    n_y, n_x = shape
    y, x = np.meshgrid(np.arange(-n_y - 1, n_y + 2), np.arange(-n_x - 1, n_x + 2),
                       indexing="ij")  # fmt: skip
    log, x, y = np.log(np.maximum(x * x + y * y, 1)), x.astype(float), y.astype(float)
    # 1 in place of 0: each arctangent is multiplied by the coordinate that vanishes
    upright = np.arctan(y / np.where(x == 0, 1, x)) * (x != 0)
    lying = np.arctan(x / np.where(y == 0, 1, y)) * (y != 0)
    same = (y * y - x * x) * log / 4 + x * y * upright
    same = same - ((x * x - y * y) * log / 4 + x * y * lying)
    mixed = x * y * log / 2 + x * x * upright / 2 + y * y * lying / 2
    kernel = (_second_differences(same) / 2 + 1j * _second_differences(mixed)) / (
        2 * np.pi
    )
    # shifts 0, 1 ... n - 1, -n ... -1 along both axes
    return np.roll(kernel[:-1, :-1], (-n_y, -n_x), axis=(0, 1))


def _second_differences(values):
    across = values[2:] - 2 * values[1:-1] + values[:-2]
    return across[:, 2:] - 2 * across[:, 1:-1] + across[:, :-2]


def demagnetizing_field(u, magnetostatic):
    """Return the demagnetizing field of one structure.

    Parameters
    ----------
    u : ndarray of shape (n_y, n_x), dtype complex
        Directions of the magnetization, m_x + i m_y.
    magnetostatic : float
        Ms / HA.

    Returns
    -------
    ndarray of shape (n_y, n_x), dtype complex
        In units of the anisotropy field.
    """
    n_y, n_x = u.shape
    padded = (2 * n_y, 2 * n_x)
    kernel = _kernel_spectrum(u.shape).astype(u.dtype)
    spectrum = fft.fft2(u.conj(), s=padded) * kernel
    return -magnetostatic * (u / 2 + fft.ifft2(spectrum)[:n_y, :n_x])


@lru_cache(maxsize=4)
def _kernel_spectrum(shape):
    return fft.fft2(demagnetizing_kernel(shape))

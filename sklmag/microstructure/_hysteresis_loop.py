"""What a magnet does in a sequence of fields."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sklmag.microstructure._material import MU0


@dataclass(frozen=True)
class HysteresisLoop:
    """What a magnet does in a sequence of fields.

    Parameters
    ----------
    field_T : ndarray of shape (n_fields,)
        Applied field along the direction, in T.
    direction : ndarray of shape (3,)
        Unit vector along x, y and z.
    polarization_vector_T : ndarray of shape (n_fields, 3)
        Mean polarization along x, y and z, in T.
    energies : DataFrame of shape (n_fields, 4)
        Exchange, anisotropy, demagnetizing and Zeeman energy in J/m³.
    demagnetizing_factor : float
        Of the whole grid along the direction; 0 in a periodic plane.
    maps : dict of int to ndarray of shape (n_z, n_y, n_x, 3)
        Directions of the magnetization at the points of the loop that were asked for.
    end : ndarray of shape (n_z, n_y, n_x, 3)
        The same at the last point, from which another sequence may start.
    """

    field_T: np.ndarray
    direction: np.ndarray
    polarization_vector_T: np.ndarray
    energies: pd.DataFrame
    demagnetizing_factor: float
    maps: dict = field(repr=False)
    end: np.ndarray = field(repr=False)

    def __repr__(self):
        J = self.polarization_T
        return (
            f"HysteresisLoop({len(J)} fields from {self.field_T.min():g} to "
            f"{self.field_T.max():g} T, J from {J.min():.3g} to {J.max():.3g} T)"
        )

    def __len__(self):
        return len(self.field_T)

    @property
    def polarization_T(self):
        """Mean polarization along the field, in T."""
        return self.polarization_vector_T @ self.direction

    @property
    def field_A_per_m(self):
        """Applied field, in A/m."""
        return self.field_T / MU0

    @property
    def magnetization_A_per_m(self):
        """Magnetization along the field, in A/m."""
        return self.polarization_T / MU0

"""Grain structures as few numbers that physics names."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.ndimage import gaussian_filter
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import validate_data

from sklmag._utils._papers import KOVACS_2023
from sklmag.microstructure._demagnetization import DEFAULT_FIELDS, anchor_points
from sklmag.microstructure._demagnetizing_field import demagnetizing_field
from sklmag.microstructure._maps import (
    as_maps,
    map_shape,
    read_again,
    remember_grid,
)
from sklmag.microstructure._material import ND2FE14B, Material
from sklmag.microstructure._stoner_wohlfarth import (
    stoner_wohlfarth_curve,
    switching_field,
)

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_POINTS = ("M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc")
_N_ANGLES = 241  # of the table of single domains, from 0 to 90°
_N_STRENGTHS = 60  # of their anisotropy, from 1/60 to 1
_QUANTILES = (0.0, 0.02, 0.1, 0.3, 0.5)
_SAME_GRAIN = 1e-9  # difference of the axes of two cells


class GrainFeaturizer(TransformerMixin, BaseEstimator):
    r"""Texture and size of grains, and the curves that they would have uncoupled.

    Parameters
    ----------
    lengths : tuple of float, default=(1.5, 3.0, 6.0)
        Lengths over which exchange is taken to average the anisotropy, in cells.
    material : Material, default=None
        Of which the stray field is; None is Nd2Fe14B.

    Attributes
    ----------
    shape_ : tuple of int
        Cells along y and x.
    cell_nm_ : float
        Edge of a cell, where it was fitted to GrainStructures.

    See Also
    --------
    sklmag.models.GrainVAE : Codes that are learned instead.

    Notes
    -----
    X holds angles :math:`a` of easy axes to the y-axis in radians, as maps of shape
    (n_samples, n_y, n_x) or as rows of a table. A row of n² numbers is taken for a
    square map, any other for a map of height one: keep rectangles as maps. A column of
    a table with an array in each row is read too, so that a ColumnTransformer joins
    maps with what else is known of a magnet.

    - ``mean_cos2``, ``mean_cos4``, ``mean_sin_2a`` over the cells;
    - ``boundary_x``, ``boundary_y``: share of the pairs of neighbours along x and y
      that lie in different grains, in inverse proportion to the size of the grains;
    - ``boundary_misorientation``: mean of :math:`\sin^2 \Delta a` over these pairs, 0
      where there are none, and ``boundary_along``, ``boundary_across``: mean of
      :math:`\cos 2a` and of its square over the cells on both sides;
    - ``free_M1`` to ``free_Hc``: the anchor points of the mean of the Stoner-Wohlfarth
      curves of the cells;
    - for each length: ``..._M1`` to ``..._Hc``, the same after a Gaussian of that width
      has averaged :math:`e^{2ia}`, whose magnitude is the share of the anisotropy that
      remains; the mean of that share, ``anisotropy``;
    - with the magnetization along these axes, as after saturation: its mean ``moment``
      along y; of the stray field the mean and the standard deviation along y and the
      mean magnitude across; and quantiles over the cells of switching field plus stray
      field, of which ``switching_0`` is the weakest place.

    Examples
    --------
    >>> from sklmag.microstructure import GrainFeaturizer, make_grain_structures
    >>> grains = make_grain_structures(2, shape=(40, 40), size_nm=80, random_state=0)
    >>> features = GrainFeaturizer().set_output(transform="pandas")
    >>> features.fit_transform(grains.angles)[["mean_cos2", "length_3_Hc"]].shape
    (2, 2)
    """

    citation = KOVACS_2023

    reads = "grains"

    _parameter_constraints = {
        "lengths": [tuple, list],
        "material": [Material, None],
    }

    def __init__(
        self,
        *,
        lengths: tuple[float, ...] = (1.5, 3.0, 6.0),
        material: Material | None = None,
    ) -> None:
        self.lengths = lengths
        self.material = material

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the maps; nothing is learned from them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians; or GrainStructures, which know how large
            their cells are.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The featurizer.
        """
        self._validate_params()
        wrong = [x for x in self.lengths if not x > 0]
        if wrong or len(set(self.lengths)) < len(self.lengths):
            raise ValueError(
                f"lengths={self.lengths} must be different positive numbers of cells."
            )
        maps = validate_data(self, as_maps(X), dtype=np.float64, allow_nd=True)
        remember_grid(self, X, maps)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Describe each map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians; or GrainStructures, which know how large
            their cells are.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            In the order of `get_feature_names_out`.
        """
        check = partial(
            validate_data, self, dtype=np.float64, allow_nd=True, reset=False
        )
        maps = read_again(self, X, check)
        angles = maps.reshape(-1, *map_shape(maps))
        groups = [_texture(angles), _boundaries(angles), _averaged(angles, 0)[:, :6]]
        ratio = (self.material or ND2FE14B).magnetostatic_ratio
        for length in self.lengths:
            groups += [_averaged(angles, length), _saturated(angles, length, ratio)]
        return np.hstack(groups)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the features.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (n_features_out,), dtype object
        """
        names = ["mean_cos2", "mean_cos4", "mean_sin_2a", "boundary_x", "boundary_y"]
        names += [f"boundary_{name}" for name in ("misorientation", "along", "across")]
        names += [f"free_{name}" for name in _POINTS]
        more = [*_POINTS, "anisotropy", "moment", "stray_mean", "stray_std"]
        more += ["stray_across", *(f"switching_{q:g}" for q in _QUANTILES)]
        names += [f"length_{x:g}_{name}" for x in self.lengths for name in more]
        return np.array(names, dtype=object)

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def _texture(angles):
    """Return three moments of the orientations."""
    square = np.cos(angles) ** 2
    moments = (square, square**2, np.sin(2 * angles))
    return np.stack([moment.mean(axis=(1, 2)) for moment in moments], axis=1)


def _boundaries(angles):
    """Return how many pairs of neighbours differ, and how those do."""
    pairs = [(angles[:, :, :-1], angles[:, :, 1:]), (angles[:, :-1], angles[:, 1:])]
    shares, sums = [], np.zeros((len(angles), 3))
    count = np.zeros(len(angles))
    for one, other in pairs:
        turned = np.sin(one - other) ** 2
        differs = turned > _SAME_GRAIN
        n_pairs = max(1, differs[0].size)
        shares.append(differs.sum(axis=(1, 2)) / n_pairs)
        along = (np.cos(2 * one) + np.cos(2 * other)) / 2
        across = (np.cos(2 * one) ** 2 + np.cos(2 * other) ** 2) / 2
        for k, values in enumerate((turned, along, across)):
            sums[:, k] += (values * differs).sum(axis=(1, 2))
        count += differs.sum(axis=(1, 2))
    return np.column_stack((*shares, sums / np.maximum(count, 1)[:, None]))


def _averaged(angles, length):
    """Return the anchor points of averaged cells, and the anisotropy that remains."""
    curves, rows = _single_domain_curves(), []
    for one in angles:
        axis = _smooth_axis(one, length)
        strength = np.rint(np.abs(axis) * _N_STRENGTHS).astype(int)
        place = np.interp(np.abs(np.angle(axis)) / 2, _table_angles(), range(_N_ANGLES))
        angle = np.rint(place).astype(int)
        kind = np.clip(strength - 1, 0, _N_STRENGTHS - 1) * _N_ANGLES + angle
        share = np.bincount(kind.ravel(), minlength=len(curves)) / kind.size
        # a product would depend on the number of threads in its last bits
        used = np.flatnonzero(share)
        curve = (share[used, None] * curves[used]).sum(axis=0)
        points = anchor_points(DEFAULT_FIELDS, curve).to_numpy()[0]
        rows.append([*points, np.abs(axis).mean()])
    return np.array(rows)


def _saturated(angles, length, magnetostatic):
    """Return moment, stray field and switching fields of averaged cells at rest."""
    rows = []
    for one in angles:
        axis = _smooth_axis(one, length)
        angle = np.angle(axis) / 2  # from -90 to 90°: the half that field has chosen
        u = (1j * np.exp(1j * angle)).astype(np.complex64)
        stray = demagnetizing_field(u, magnetostatic)
        switching = np.abs(axis) * switching_field(angle) + stray.imag
        rows.append(
            [u.imag.mean(), stray.imag.mean(), stray.imag.std(),
             np.abs(stray.real).mean(), *np.quantile(switching, _QUANTILES)]
        )  # fmt: skip
    return np.array(rows)


def _smooth_axis(angles, length):
    """Return the mean of exp(2ia) around each cell."""
    axis = np.exp(2j * angles)
    if length == 0:
        return axis
    parts = [gaussian_filter(part, length, mode="nearest")
             for part in (axis.real, axis.imag)]  # fmt: skip
    return parts[0] + 1j * parts[1]


def _table_angles():
    """Return angles that lie close where switching fields change most: at both ends."""
    t = np.linspace(0, 1, _N_ANGLES)
    return np.pi / 2 * t**2 * (3 - 2 * t)


@cache
def _single_domain_curves():
    """Return the curves of all strengths and angles of an axis."""
    strengths = np.arange(1, _N_STRENGTHS + 1) / _N_STRENGTHS
    fields = (DEFAULT_FIELDS / strengths[:, None]).ravel()
    curves = stoner_wohlfarth_curve(_table_angles(), fields)
    curves = curves.reshape(_N_ANGLES, _N_STRENGTHS, -1).swapaxes(0, 1)
    return np.ascontiguousarray(curves.reshape(-1, len(DEFAULT_FIELDS)))

"""Grain structures as few numbers that physics names."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import validate_data

from sklmag.microstructure._demagnetization import DEFAULT_FIELDS, anchor_points
from sklmag.microstructure._grains import map_shape
from sklmag.microstructure._stoner_wohlfarth import stoner_wohlfarth_curve

_N_ANGLES = 361  # of the table of single domains, from 0 to 90°
_SAME_GRAIN = 1e-9  # difference of the axes of two cells


class GrainFeaturizer(TransformerMixin, BaseEstimator):
    r"""Texture and size of grains, and the curve that they had without interaction.

    See Also
    --------
    sklmag.models.GrainVAE : Codes that are learned instead.

    Notes
    -----
    X holds angles :math:`a` of easy axes to the y-axis in radians, as maps of shape
    (n_samples, n_y, n_x) or as rows of a table (a row of n² numbers is a square map).

    - ``mean_cos2``, ``mean_cos4``, ``mean_sin_2a`` over the cells;
    - ``boundary_x``, ``boundary_y``: share of the pairs of neighbours along x and y
      that lie in different grains, in inverse proportion to the size of the grains;
    - ``boundary_misorientation``: mean of :math:`\sin^2 \Delta a` over these pairs, 0
      where there are none, and ``boundary_along``, ``boundary_across``: mean of
      :math:`\cos 2a` and of its square over the cells on both sides;
    - ``free_M1`` to ``free_Hc``: the anchor points of the mean of the Stoner-Wohlfarth
      curves of the cells.

    Examples
    --------
    >>> from sklmag.microstructure import GrainFeaturizer, make_grain_structures
    >>> grains = make_grain_structures(2, shape=(40, 40), size_nm=80, random_state=0)
    >>> features = GrainFeaturizer().set_output(transform="pandas")
    >>> features.fit_transform(grains.angles)[["mean_cos2", "free_Hc"]].shape
    (2, 2)
    """

    def fit(self, X, y=None):
        """Check the maps; nothing is learned from them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The featurizer.
        """
        map_shape(validate_data(self, X, dtype=np.float64, allow_nd=True))
        return self

    def transform(self, X):
        """Describe each map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians.

        Returns
        -------
        ndarray of shape (n_samples, 14)
            In the order of `get_feature_names_out`.
        """
        X = validate_data(self, X, dtype=np.float64, allow_nd=True, reset=False)
        angles = X.reshape(-1, *map_shape(X))
        return np.hstack(
            (_texture(angles), _boundaries(angles), _without_coupling(angles))
        )

    def get_feature_names_out(self, input_features=None):
        """Return the names of the features.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (14,), dtype object
        """
        names = ["mean_cos2", "mean_cos4", "mean_sin_2a", "boundary_x", "boundary_y"]
        names += [f"boundary_{name}" for name in ("misorientation", "along", "across")]
        names += [f"free_{name}" for name in ("M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc")]
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


def _without_coupling(angles):
    """Return the anchor points of the mean of the single-domain curves."""
    step = np.pi / 2 / (_N_ANGLES - 1)
    table = stoner_wohlfarth_curve(np.arange(_N_ANGLES) * step, DEFAULT_FIELDS)
    place = np.abs((angles + np.pi / 2) % np.pi - np.pi / 2) / step
    nearest = np.rint(place).astype(int).reshape(len(angles), -1)
    shares = [np.bincount(row, minlength=_N_ANGLES) / len(row) for row in nearest]
    return anchor_points(DEFAULT_FIELDS, np.array(shares) @ table).to_numpy()

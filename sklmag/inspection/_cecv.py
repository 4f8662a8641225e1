"""The chemical environment clustering vector (CECV): how finely a model tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from sklmag.inspection._base import axes
from sklmag.inspection._pipeline import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sklearn.pipeline import Pipeline

    from sklmag import LGDCNNRegressor
    from sklmag._utils._typing import ArrayLike


THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
_N_ELEMENTS = range(3, 8)
_MIDDLE = 0.15  # threshold below which the global reference is the better one


def cecv(
    features: Sequence[np.ndarray],
    *,
    thresholds: ArrayLike = THRESHOLDS,
    mode: Literal["canonical", "paper"] = "canonical",
) -> pd.Series:
    r"""Count the clusters of chemical environments at several thresholds.

    Parameters
    ----------
    features : list of ndarray of shape (n_elements, n_features)
        One element feature matrix per compound, as
        :meth:`~sklmag.models.LGDCNNRegressor.element_features` gives them. Compounds
        of 3 to 7 elements count; the others are left out.
    thresholds : array-like of shape (n_thresholds,), default=(0.05, 0.1, ..., 0.4)
        Up to which difference two environments are the same.
    mode : {"canonical", "paper"}, default="canonical"
        "canonical" does not depend on the order of the compounds; "paper" is the
        published procedure to the letter.

    Returns
    -------
    Series of shape (n_thresholds,)
        Numbers of clusters, with the thresholds as index.

    Raises
    ------
    ValueError
        For an unknown mode.

    Notes
    -----
    Each feature is standardised over the elements of a compound, and :math:`A` is the
    matrix of Pearson correlations between its elements. Compounds of equally many
    elements are clustered by :math:`d = \max_{ij} |A_{ij} - B_{ij}|`, and clusters
    counted over all numbers of elements.

    - "canonical": complete linkage, so that any two members of a cluster are within
      the threshold. It holds the distances of all pairs: 1.6 GB for 20,000 compounds
      of one number of elements.
    - "paper" [1]_: compounds lead in their order, also those that are assigned
      already, and all unassigned ones with :math:`d \le t` join; for three elements
      :math:`\max ||A_{ij}| - |B_{ij}|| < t`.

    Binary compounds carry no information: two standardised elements are always
    anticorrelated, :math:`A_{12} = -1`.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, J. Chem. Theory Comput. 20 (2024),
       doi:10.1021/acs.jctc.4c00187.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import cecv
    >>> rng = np.random.default_rng(0)
    >>> features = [rng.normal(size=(3, 50)) for _ in range(20)]
    >>> cecv(features, thresholds=[0.05, 2.0]).tolist()
    [13, 1]
    """
    if mode not in ("canonical", "paper"):
        raise ValueError(f"mode={mode!r} must be 'canonical' or 'paper'.")
    count = _complete_linkage if mode == "canonical" else _leaders
    thresholds = np.asarray(thresholds, dtype=float)
    counts: Any = np.zeros(len(thresholds), dtype=int)
    for n in _N_ELEMENTS:
        matrices = [_upper_triangle(correlations(f)) for f in features if len(f) == n]
        if matrices:
            counts += count(np.array(matrices), thresholds)
    return pd.Series(counts, index=pd.Index(thresholds, name="threshold"), name="CECV")


def correlations(features):
    """Return the Pearson correlations between the elements of a compound.

    Parameters
    ----------
    features : ndarray of shape (n_elements, n_features)
        Element features; each is standardised over the elements first.

    Returns
    -------
    ndarray of shape (n_elements, n_elements)
    """
    deviation = features.std(axis=0, ddof=1)
    varies = deviation > 0
    standard = (features - features.mean(axis=0))[:, varies] / deviation[varies]
    return np.corrcoef(standard)


def _upper_triangle(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def _complete_linkage(matrices, thresholds):
    if len(matrices) == 1:
        return np.ones(len(thresholds), dtype=int)
    tree = linkage(pdist(matrices, "chebyshev"), method="complete")
    return [fcluster(tree, t, criterion="distance").max() for t in thresholds]


def _leaders(matrices, thresholds):
    ternary = matrices.shape[1] == 3
    if ternary:
        matrices = np.abs(matrices)
    counts = []
    for threshold in thresholds:
        free, count = np.arange(len(matrices)), 0
        for leader in matrices:
            distance = np.abs(matrices[free] - leader).max(axis=1)
            joins = distance < threshold if ternary else distance <= threshold
            count += joins.any()
            free = free[~joins]
            if not len(free):
                break
        counts.append(count)
    return counts


def cecv_score(
    vector: ArrayLike,
    global_reference: ArrayLike,
    local_reference: ArrayLike,
    *,
    thresholds: ArrayLike = THRESHOLDS,
) -> float:
    r"""Return how far a CECV is from the target that two references set.

    Parameters
    ----------
    vector : array-like of shape (n_thresholds,)
        CECV of a model.
    global_reference, local_reference : array-like of shape (n_thresholds,)
        CECV of a model that sees the whole formula (``body="lstm"``) and of one
        that sees each element alone (``body="dcnn-k1"``), on the same compounds
        and at the same thresholds.
    thresholds : array-like of shape (n_thresholds,), default=(0.05, 0.1, ..., 0.4)
        The thresholds.

    Returns
    -------
    float
        Mean over the thresholds of how far the count misses, as a logarithm of the
        ratio; 0 for a model that tells as little apart as the global reference where
        little is tolerated, and as much as the local one where much is.

    Raises
    ------
    ValueError
        If a count is zero, or there are not as many counts as thresholds.

    Notes
    -----
    As [1]_ draws the target: below a threshold of 0.15 a model that sees too much
    detail counts too many environments, and the global reference :math:`g` is the best;
    above it one that sees too little counts too few, and the local reference :math:`l`
    is. So :math:`\max(0, \ln v / g)` counts below, :math:`\max(0, \ln l / v)` above,
    and at 0.15 the distance from the range between both. Each reference is good at one
    end only, and misses at the other.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, J. Chem. Theory Comput. 20 (2024),
       doi:10.1021/acs.jctc.4c00187.

    Examples
    --------
    >>> from sklmag.inspection import cecv_score
    >>> lstm, dcnn_k1, both = [376, 14], [500, 40], [400, 35]
    >>> ends = {"thresholds": [0.05, 0.4]}
    >>> [round(cecv_score(v, lstm, dcnn_k1, **ends), 2) for v in (lstm, dcnn_k1, both)]
    [0.52, 0.14, 0.1]
    """
    vector, one, other = (
        np.asarray(v, dtype=float) for v in (vector, global_reference, local_reference)
    )
    if not (np.minimum(vector, np.minimum(one, other)) > 0).all():
        raise ValueError(
            "A CECV is zero: there is no compound of 3 to 7 elements to compare."
        )
    thresholds = np.asarray(thresholds, dtype=float)
    if not len(vector) == len(one) == len(other) == len(thresholds):
        raise ValueError(
            f"There are {len(vector)}, {len(one)} and {len(other)} counts for "
            f"{len(thresholds)} thresholds. Pass those that the counts belong to."
        )
    nearest = np.clip(vector, np.minimum(one, other), np.maximum(one, other))
    misses = np.abs(np.log(vector / nearest))
    fine, coarse = thresholds < _MIDDLE - 1e-9, thresholds > _MIDDLE + 1e-9
    misses[fine] = np.maximum(0, np.log(vector / one))[fine]
    misses[coarse] = np.maximum(0, np.log(other / vector))[coarse]
    return float(misses.mean())


def make_cecv_scorer(
    global_reference: LGDCNNRegressor | Pipeline,
    local_reference: LGDCNNRegressor | Pipeline,
    *,
    thresholds: ArrayLike = THRESHOLDS,
    mode: Literal["canonical", "paper"] = "canonical",
) -> Callable[..., Any]:
    """Return a scorer with which a search moves the CECV into the target region.

    Parameters
    ----------
    global_reference, local_reference : LGDCNNRegressor or Pipeline
        Fitted reference models.
    thresholds : array-like of shape (n_thresholds,), default=(0.05, 0.1, ..., 0.4)
        Up to which difference two environments are the same.
    mode : {"canonical", "paper"}, default="canonical"
        As in :func:`cecv`.

    Returns
    -------
    callable
        ``scorer(estimator, X, y=None)``, minus the :func:`cecv_score`: give it as
        ``scoring`` to GridSearchCV or BayesSearchCV.

    Examples
    --------
    >>> from sklmag.inspection import make_cecv_scorer
    >>> scorer = make_cecv_scorer(lstm, dcnn_k1)  # doctest: +SKIP
    >>> GridSearchCV(pipeline, grid, scoring=scorer)  # doctest: +SKIP
    """

    def scorer(estimator, X, y=None):
        models = (estimator, global_reference, local_reference)
        features = [ask(model, "element_features", X) for model in models]
        vectors = [cecv(f, thresholds=thresholds, mode=mode) for f in features]
        return -cecv_score(*vectors, thresholds=thresholds)

    return scorer


class CECVDisplay:
    """CECV of several models, and the target region between two of them.

    Parameters
    ----------
    vectors : DataFrame of shape (n_thresholds, n_models)
        CECV by threshold and model.
    global_reference, local_reference : str
        Names of the models that bound the region.

    Attributes
    ----------
    scores_ : Series of shape (n_models,)
        :func:`cecv_score` of each model.
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import CECVDisplay
    >>> vectors = pd.DataFrame(
    ...     {"LSTM": [376, 147], "DCNN-K1": [500, 200], "L-G-DCNN": [400, 160]},
    ...     index=[0.05, 0.1],
    ... )
    >>> display = CECVDisplay(
    ...     vectors, global_reference="LSTM", local_reference="DCNN-K1"
    ... ).plot()
    >>> display.scores_.round(2).to_dict()
    {'LSTM': 0.0, 'DCNN-K1': 0.3, 'L-G-DCNN': 0.07}
    """

    def __init__(
        self, vectors: pd.DataFrame, *, global_reference: str, local_reference: str
    ) -> None:
        self.vectors = vectors
        self.global_reference = global_reference
        self.local_reference = local_reference

    @classmethod
    def from_estimators(
        cls,
        estimators: Mapping[str, LGDCNNRegressor | Pipeline],
        X: ArrayLike,
        *,
        global_reference: str,
        local_reference: str,
        ax: Any = None,
        **options: Any,
    ) -> CECVDisplay:
        """Compute the CECV of fitted models on the same compounds, and plot.

        Parameters
        ----------
        estimators : dict of str to LGDCNNRegressor or Pipeline
            Fitted models by name.
        X : array-like of shape (n_samples,)
            Compounds, as the models predict from them.
        global_reference, local_reference : str
            Names of the models that bound the target region.
        ax : matplotlib Axes, default=None
            Where to plot.
        **options : dict
            Passed to :func:`cecv`.

        Returns
        -------
        CECVDisplay
        """
        vectors = {
            name: cecv(ask(estimator, "element_features", X), **options)
            for name, estimator in estimators.items()
        }
        display = cls(
            pd.DataFrame(vectors),
            global_reference=global_reference,
            local_reference=local_reference,
        )
        return display.plot(ax=ax)

    @property
    def scores_(self):
        """Distance of each model from the target."""
        bounds, thresholds = self._bounds(), self.vectors.index
        return self.vectors.apply(
            lambda vector: cecv_score(vector, *bounds, thresholds=thresholds)
        )

    def _bounds(self):
        names = (self.global_reference, self.local_reference)
        for name in names:
            if name not in self.vectors:
                raise ValueError(
                    f"Reference {name!r} is not among the models "
                    f"{list(self.vectors.columns)}."
                )
        return [self.vectors[name].to_numpy(dtype=float) for name in names]

    def plot(self, *, ax: Any = None) -> CECVDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CECVDisplay
        """
        self.ax_ = axes(ax, figsize=(5.5, 4))
        bounds, thresholds = self._bounds(), self.vectors.index
        one, other = bounds
        self.ax_.fill_between(thresholds, one, other, color="0.9", lw=0)
        target = np.where(np.asarray(thresholds) > _MIDDLE + 1e-9, other, one)
        self.ax_.plot(thresholds, target, color="0.75", lw=6, zorder=0, label="target")
        references = {self.global_reference, self.local_reference}
        for name, vector in self.vectors.items():
            dashed = name in references
            style = {"ls": "--", "lw": 1.2} if dashed else {"marker": "o", "ms": 4}
            self.ax_.plot(thresholds, vector, label=name, **style)
        self.ax_.set(xlabel="threshold", ylabel="clusters (CECV)", yscale="log")
        self.ax_.legend(frameon=False)
        return self

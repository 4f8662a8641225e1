"""The predictor-corrector scheme: an inverse model, mended by forward models."""

from __future__ import annotations

import functools
import itertools
import warnings
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sklmag._utils._papers import LONG_2025
from sklmag._utils._progress import progress
from sklmag._utils._validation import HasMethods, Interval, StrOptions, fit_context
from sklmag.composition import (
    ElementFractionFeaturizer,
    element_symbols,
)
from sklmag.composition._elements import atomic_numbers
from sklmag.design._forward import ForwardModels, compositions_of, ranges_of
from sklmag.design._search import (
    first_apart,
    least_by_bayes,
    least_by_evolution,
    least_by_slope,
    least_on_lattice,
    penalised,
)
from sklmag.design._simplex_inverse import SimplexInverseRegressor
from sklmag.design._slots import whole_of
from sklmag.design._space import WHOLE, CompositionSpace
from sklmag.exceptions import DesignError, SklmagWarning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sklmag._utils._typing import ArrayLike


_NEARNESS = 3e-4  # what a move by the calibration size costs, in squared misfit
_TRIES = 4  # searches for each further candidate
_N_CHECKED = 12  # further searches where a check may refuse the first
_N_KEPT = 200  # of a lattice, for the checks that follow
_SPREAD = 1e-2  # the same for a search that begins elsewhere, to end elsewhere
_MARGIN = 2e-3  # by which a search stays within a limit, of its value
_EXCESS = 1e4  # what a limit missed by its own value costs, in squared misfit
_N_JUDGED = 2000  # of those found anywhere, for the check that has the last word
_N_SAMPLED = 64  # of an inverse model with many answers


class PredictorCorrector(RegressorMixin, MultiOutputMixin, BaseEstimator):
    r"""Design of compositions: predict, correct, check (PCIDS [1]_).

    An inverse model proposes a composition for the wanted properties; where forward
    models do not confirm it, a corrector searches around it; a check of feasibility,
    such as glass formation, has the last word.

    Parameters
    ----------
    inverse : estimator, default=None
        From targets and elements to amounts; None is
        :class:`SimplexInverseRegressor`. One with `sample`, such as
        :class:`CompositionMixtureRegressor`, starts the corrector at many places.
    forward : estimator or dict of str to estimator, default=None
        From compositions (a frame of at.% in columns named after elements) to a
        property, or one for each target by name; pipelines that begin with a
        featurizer, as the columns of the frame differ. None is a Gaussian process on
        the four descriptors of the paper.
    feasible : classifier, default=None
        A fitted :class:`GlassFormingClassifier`, or anything else that predicts from
        compositions whether one may be taken.
    corrector : {"slsqp", "grid", "bayesian"} or None, default="slsqp"
        How to search: "grid" is algorithm 2 of the paper, all lattice points within
        `calibration_size`; "slsqp" follows the slopes of the forward models, which
        must be smooth; "bayesian" tries `n_calls` points by scikit-optimize; None
        leaves the prediction as it is.
    calibration_size : float, default=10.0
        How far each amount may move from the prediction, in at.%: E of the paper,
        which has 5.
    step : float, default=1.0
        Distance of the lattice points, in at.%: h of the paper.
    n_calls : int, default=60
        Points that "bayesian" tries.
    tolerance : float, default=0.0
        Misfit up to which a prediction is taken without correction.
    random_state : int, RandomState instance or None, default=None
        Seed of the inverse model, of samples and of "bayesian".
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    inverse_ : estimator
        The fitted inverse model.
    forward_ : dict of str to estimator
        The fitted forward models, by target.
    whole_ : float
        What amounts sum to in y: 100 (at.%) or 1; `design` always gives at.%.
    target_names_ : list of str
        Targets in the order of the columns of X.
    target_range_ : dict of str to (float, float)
        Least and largest of each target in the training data.
    target_scale_ : ndarray of shape (n_targets,)
        Standard deviations, the units of misfit.
    n_features_in_ : int
        Number of targets and slots.

    Raises
    ------
    DesignError
        For contradictory bounds, and where no composition is feasible.

    See Also
    --------
    inverse_table : Makes X and y from formulas and properties.
    InverseDesigner : The same for a forward model with any inputs.

    Notes
    -----
    The misfit of a composition with predicted properties :math:`\hat Y` of standard
    deviation :math:`s` (0 where a forward model knows none) is

    .. math:: \sqrt{\frac1T \sum_t \frac{(\hat Y_t - Y_t)^2 + s_t^2}{\sigma_t^2}},

    the root of the squared error that is to be expected, with the standard deviations
    :math:`\sigma_t` of the training data as units: of two compositions that promise the
    same, the better known one wins. The paper writes :math:`|Y - \hat Y|`.
    A small share of the squared distance to the prediction, in units of E, decides
    among the family of compositions that are alike in that. "grid" counts lattice
    points of the simplex directly: with four elements, E = 5 and h = 1 the 750 of the
    paper and not 14,641, and keeps the best of one chunk only. Where the first
    composition is not feasible, the next best follows; and where too few near the
    proposals are, `design` goes on with an evolution over the whole space, in which
    the chance that the check gives counts like a limit.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.datasets import make_metallic_glasses
    >>> from sklmag.design import (
    ...     SimplexInverseRegressor, PredictorCorrector, inverse_table
    ... )
    >>> formulas, properties = make_metallic_glasses(80, random_state=0)
    >>> X, y = inverse_table(formulas, properties[["G_GPa", "K_GPa"]])
    >>> inverse = SimplexInverseRegressor(max_epochs=60, n_members=1)
    >>> scheme = PredictorCorrector(inverse, random_state=0).fit(X, y)
    >>> table = scheme.design({"G_GPa": 38, "K_GPa": 104}, ["Ti", "Zr", "Be", "Fe"])
    >>> table[["G_GPa", "K_GPa"]].round(0).to_numpy().tolist()
    [[38.0, 104.0]]
    """

    citation = LONG_2025

    reads = "targets"

    _parameter_constraints = {
        "inverse": [HasMethods(["fit", "predict"]), None],
        "forward": [HasMethods(["fit", "predict"]), dict, None],
        "feasible": [HasMethods("predict"), None],
        "corrector": [StrOptions({"slsqp", "grid", "bayesian"}), None],
        "calibration_size": [Interval(Real, 0, WHOLE, closed="right")],
        "step": [Interval(Real, 0, WHOLE, closed="neither")],
        "n_calls": [Interval(Integral, 1, None, closed="left")],
        "tolerance": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        inverse: Any = None,
        forward: Any = None,
        feasible: Any = None,
        *,
        corrector: Literal["slsqp", "grid", "bayesian"] | None = "slsqp",
        calibration_size: float = 10.0,
        step: float = 1.0,
        n_calls: int = 60,
        tolerance: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.inverse = inverse
        self.forward = forward
        self.feasible = feasible
        self.corrector = corrector
        self.calibration_size = calibration_size
        self.step = step
        self.n_calls = n_calls
        self.tolerance = tolerance
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the inverse model, and a forward model for each target.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_targets + n_slots)
            Targets, then atomic numbers: see :func:`inverse_table`.
        y : array-like of shape (n_samples, n_slots)
            Amounts in at.% (or fractions).

        Returns
        -------
        self : object
            The scheme.
        """
        inverse = SimplexInverseRegressor() if self.inverse is None else self.inverse
        self.inverse_ = clone(inverse)
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        self._seed = seed  # of searches: asked twice, the answer is the same
        if self.inverse_.get_params().get("random_state", 0) is None:
            self.inverse_.set_params(random_state=seed)
        self.inverse_.fit(X, y)
        X, y = validate_data(self, X, y, multi_output=True, dtype=np.float64)
        y = y.reshape(len(y), -1)
        self.n_outputs_ = y.shape[1]
        self.whole_ = whole_of(X, y)
        n_targets = X.shape[1] - self.n_outputs_
        names = getattr(self, "feature_names_in_", [f"y_{k}" for k in range(n_targets)])
        self.target_names_ = [str(name) for name in names[:n_targets]]
        targets = pd.DataFrame(X[:, :n_targets], columns=self.target_names_)
        self.target_range_ = ranges_of(targets)
        scale = targets.std().to_numpy()
        self.target_scale_ = np.where(scale > 0, scale, 1.0)
        known = compositions_of(X[:, n_targets:], y)
        self._forward = ForwardModels(self.forward).fit(known, targets, seed)
        self.forward_ = self._forward.models
        self._known = ElementFractionFeaturizer().transform(known) * WHOLE
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return a corrected composition for each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_targets + n_slots)
            Wanted targets, then atomic numbers.

        Returns
        -------
        ndarray of shape (n_samples, n_slots)
            Amounts in the order of the slots; they sum to ``whole_``.
        """
        check_is_fitted(self)
        start = np.asarray(self.inverse_.predict(X), dtype=float)
        start = start.reshape(-1, self.n_outputs_)
        start *= WHOLE / getattr(self.inverse_, "whole_", WHOLE)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        n_targets = len(self.target_names_)
        found = np.zeros_like(start)
        rows = progress(range(len(X)), verbose=self.verbose, desc="PredictorCorrector")
        for i in rows:
            number = X[i, n_targets:].astype(int)
            used = number > 0
            elements = [element_symbols()[z - 1] for z in number[used]]
            space = CompositionSpace(elements)
            wanted = X[i, :n_targets]
            points = self._corrected(space, wanted, [start[i, used]])
            found[i, used] = self._first_feasible(space, points, f"Row {i}: ")
        return found * (self.whole_ / WHOLE)

    def design(
        self,
        targets: Mapping[str, float],
        elements: Sequence[str],
        *,
        bounds: Mapping[str, tuple[float, float]] | None = None,
        limits: Mapping[str, tuple[float | None, float | None]] | None = None,
        n_candidates: int = 1,
    ) -> pd.DataFrame:
        """Return compositions of chosen elements with wanted properties.

        Parameters
        ----------
        targets : dict of str to float
            A value for every target, such as ``{"G_GPa": 36, "K_GPa": 105}``.
        elements : list of str
            What the alloy is made of; as many as the training data had slots at most.
        bounds : dict of str to (float, float), default=None
            Least and most of elements, in at.%; equal ones fix an element.
        limits : dict of str to (float or None, float or None), default=None
            Least and most of descriptors of
            :class:`~sklmag.composition.GlassFeaturizer`, such as
            ``{"density_g_per_cm3": (None, 6)}``.
        n_candidates : int, default=1
            Compositions returned, at least 1 at.% apart.

        Returns
        -------
        DataFrame of shape (n_candidates, n_columns)
            Best first: ``formula``, the amount of each element in at.%, each target as
            predicted and its ``_std`` where the forward model knows one, ``misfit``,
            ``chance`` where the check gives one, ``nearest`` (the alloy of the training
            data that is nearest) and ``distance_at_pct`` (how much would have to be
            exchanged to get there).

        Raises
        ------
        DesignError
            For a target without a model or value, contradictory bounds, and where no
            composition is feasible.

        Warns
        -----
        SklmagWarning
            For targets outside the training data, and fewer candidates than asked.
        """
        check_is_fitted(self)
        if n_candidates < 1:
            raise DesignError(f"n_candidates={n_candidates}: at least 1.")
        wanted = self._wanted(targets)
        space = CompositionSpace(elements, bounds, limits)
        if len(space.elements) > self.n_outputs_:
            raise DesignError(
                f"{len(space.elements)} elements, but the training data had "
                f"{self.n_outputs_} slots. Pass n_slots={len(space.elements)} to "
                "inverse_table, or fewer elements."
            )
        self._refuse_unknown_elements(space)
        starts = self._starts(space, wanted, n_candidates)
        points = self._corrected(space, wanted, starts, n_candidates)
        allowed = self._allowed(space, points)
        chosen = first_apart(points[allowed], n_candidates, _are_apart)
        if len(chosen) < n_candidates and (self.feasible is not None or space.limits):
            chosen = self._with_others(space, wanted, chosen, n_candidates)
        if not chosen:
            self._refuse(space, points)
        if len(chosen) < n_candidates:
            warnings.warn(
                f"{len(chosen)} of {n_candidates} candidates found. Raise "
                "calibration_size, or loosen bounds and limits.",
                SklmagWarning,
                stacklevel=2,
            )
        return self._described(space, np.array(chosen), wanted)

    # -- searching ----------------------------------------------------------------

    def _wanted(self, targets):
        unknown = [name for name in targets if name not in self.target_names_]
        missing = [name for name in self.target_names_ if name not in targets]
        for name in [*unknown, *missing]:
            raise DesignError(
                f"targets: {name!r} {'is no target' if unknown else 'has no value'}. "
                f"The targets are {self.target_names_}."
            )
        for name in self.target_names_:
            low, high = self.target_range_[name]
            if not np.isfinite(targets[name]):
                raise DesignError(f"targets: {name}={targets[name]} is not finite.")
            if not low <= targets[name] <= high:
                warnings.warn(
                    f"{name}={targets[name]:g} lies outside the training data, which "
                    f"go from {low:g} to {high:g}: the models extrapolate.",
                    SklmagWarning,
                    stacklevel=3,
                )
        return np.array([targets[name] for name in self.target_names_], dtype=float)

    def _refuse_unknown_elements(self, space):
        """Raise for an element that no alloy of the training data has."""
        seen = self._known.any(axis=0)
        for element in space.elements:
            if not seen[atomic_numbers()[element] - 1]:
                known = [e for e, s in zip(element_symbols(), seen, strict=False) if s]
                raise DesignError(
                    f"No alloy that was trained on has {element}, so that nothing is "
                    f"known of it. The elements there: {', '.join(known)}."
                )

    def _starts(self, space, wanted, n_candidates):
        """Return what the inverse model proposes: its prediction, and its samples."""
        slots = np.zeros(self.n_outputs_)
        slots[: len(space.elements)] = [atomic_numbers()[e] for e in space.elements]
        row = np.concatenate((wanted, slots))[None]
        if hasattr(self, "feature_names_in_"):
            row = pd.DataFrame(row, columns=self.feature_names_in_)
        found = [np.atleast_1d(self.inverse_.predict(row)[0])]
        if hasattr(self.inverse_, "sample"):
            samples = self.inverse_.sample(row, _N_SAMPLED, random_state=self._seed)
            found += list(samples[0])
        found = np.array(found)[:, : len(space.elements)]
        found *= WHOLE / getattr(self.inverse_, "whole_", WHOLE)
        found = np.array([space.nearest(start) for start in found])
        order = np.argsort(self._misfit(space, found, wanted)[1:], kind="stable") + 1
        n_starts = max(n_candidates, 4)
        return found[[0, *order[: n_starts - 1]]]

    def _corrected(self, space, wanted, starts, n_candidates=1):
        """Return compositions around the proposals, the best first."""
        starts = np.array([space.nearest(start) for start in starts])
        misfit = self._misfit(space, starts, wanted)
        best = starts[[np.argmin(misfit)]]
        is_good = n_candidates == 1 and misfit.min() <= self.tolerance
        if self.corrector is None or (is_good and self._allowed(space, best).all()):
            return starts[np.argsort(misfit, kind="stable")]
        n_wanted = _TRIES * (n_candidates - 1)
        if self.feasible is not None:
            n_wanted = max(n_wanted, _N_CHECKED)
        n_more = -(-n_wanted // len(starts))
        found = [self._around(space, wanted, s, n_more) for s in starts]
        points = np.vstack([points for points, _ in found])
        costs = np.concatenate([costs for _, costs in found])
        return points[np.argsort(costs, kind="stable")]

    def _around(self, space, wanted, start, n_more):
        """Search around one proposal, also from `n_more` places nearby."""

        def cost(points, origin=start, nearness=_NEARNESS):
            moved = ((points - origin) ** 2).mean(axis=1) / self.calibration_size**2
            misfit = self._misfit(space, points, wanted) ** 2
            excess = space.excess(points, _MARGIN)
            return misfit + nearness * moved + _EXCESS * excess

        if self.corrector == "grid":
            lattice = space.lattice(start, self.calibration_size, self.step)
            chunks = itertools.chain([start[None]], lattice)
            return least_on_lattice(cost, chunks, _N_KEPT)
        part = space.around(start, self.calibration_size)
        if self.corrector == "bayesian" and len(start) > 1:
            return least_by_bayes(
                cost, part.from_unit, part.n_free, self.n_calls, self._seed, [start]
            )
        random = check_random_state(self._seed)
        unit = random.uniform(size=(n_more, part.n_free))
        found = [least_by_slope(cost, start, part.low, part.high, WHOLE)[0]]
        for origin in part.from_unit(unit):
            near = functools.partial(cost, origin=origin, nearness=_SPREAD)
            found.append(least_by_slope(near, origin, part.low, part.high, WHOLE)[0])
        return np.array(found), cost(np.array(found))

    def _with_others(self, space, wanted, chosen, n_candidates):
        """Add candidates from anywhere in the space, where too few pass nearby."""

        def judge(unit):
            points = space.from_unit(unit)
            missed = space.excess(points, _MARGIN) + self._shortfall(space, points)
            return missed, self._misfit(space, points, wanted)

        low, high = np.zeros(space.n_free), np.ones(space.n_free)
        if not space.n_free:
            return chosen
        unit, *parts = least_by_evolution(judge, low, high, self._seed)
        order = np.argsort(penalised(*parts), kind="stable")[:_N_JUDGED]
        points = space.from_unit(unit[order])
        points = points[self._allowed(space, points)]
        found = first_apart(points, n_candidates, _are_apart, chosen)
        if len(found) > len(chosen):
            warnings.warn(
                f"{len(chosen)} of {n_candidates} candidates within calibration_size="
                f"{self.calibration_size:g} at.% of the proposals pass limits and "
                f"check; {len(found) - len(chosen)} others come from elsewhere.",
                SklmagWarning,
                stacklevel=3,
            )
        return found

    def _shortfall(self, space, points):
        """Return what points lack to pass the check of feasibility."""
        if self.feasible is None:
            return 0.0
        compositions = space.frame(points)
        if hasattr(self.feasible, "predict_proba"):
            least = getattr(self.feasible, "threshold", 0.5)
            chance = self.feasible.predict_proba(compositions)[:, 1]
            return np.maximum(0, least + _MARGIN - chance)
        return 1.0 - np.asarray(self.feasible.predict(compositions), dtype=float)

    def _misfit(self, space, points, wanted):
        """Return how far properties are to be expected from the wanted ones."""
        compositions = space.frame(points)
        predicted, std = self._forward.predict(compositions, return_std=True)
        squares = (predicted - wanted) ** 2 + np.nan_to_num(std) ** 2
        return np.sqrt((squares / self.target_scale_**2).mean(axis=1))

    # -- deciding -----------------------------------------------------------------

    def _allowed(self, space, points):
        """Tell which points keep the limits and pass the check."""
        allowed = space.excess(points) == 0
        if self.feasible is not None and allowed.any():
            checked = self.feasible.predict(space.frame(points[allowed]))
            allowed[allowed] = np.asarray(checked, dtype=bool)
        return allowed

    def _first_feasible(self, space, points, where):
        allowed = self._allowed(space, points)
        if not allowed.any():
            self._refuse(space, points, where)
        return points[np.argmax(allowed)]

    def _refuse(self, space, points, where=""):
        best = space.frame(points[:1])
        formula = ElementFractionFeaturizer().inverse_transform(
            ElementFractionFeaturizer().transform(best)
        )[0]
        what = "keeps the limits" if space.limits else "passes the check of feasibility"
        raise DesignError(
            f"{where}none of {len(points)} compositions of "
            f"{', '.join(space.elements)} {what}; the nearest to the targets is "
            f"{formula}. Raise calibration_size (now {self.calibration_size:g} at.%), "
            "choose other elements, or loosen bounds, limits or check."
        )

    def _described(self, space, points, wanted):
        frame = space.frame(points)
        fractions = ElementFractionFeaturizer().transform(frame)
        table = pd.DataFrame(
            {"formula": ElementFractionFeaturizer().inverse_transform(fractions)}
        )
        table = table.join(frame)
        predicted, std = self._forward.predict(frame, return_std=True)
        for k, name in enumerate(self.target_names_):
            table[name] = predicted[:, k]
            if np.isfinite(std[:, k]).all():
                table[f"{name}_std"] = std[:, k]
        table["misfit"] = self._misfit(space, points, wanted)
        if hasattr(self.feasible, "predict_proba"):
            table["chance"] = self.feasible.predict_proba(frame)[:, 1]
        exchanged = np.abs(fractions[:, None] * WHOLE - self._known).sum(axis=2) / 2
        nearest = exchanged.argmin(axis=1)
        table["nearest"] = ElementFractionFeaturizer().inverse_transform(
            self._known[nearest]
        )
        table["distance_at_pct"] = exchanged.min(axis=1)
        return table

    def __sklearn_clone__(self):
        """Return an unfitted copy; the check is none of its parts, and stays fitted."""
        parameters = self.get_params(deep=False)
        feasible = parameters.pop("feasible")
        copies = {name: clone(v, safe=False) for name, v in parameters.items()}
        return type(self)(feasible=feasible, **copies)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # not any table of numbers: slots
        tags.target_tags.single_output = False
        return tags


def _are_apart(points, one):
    """Tell which compositions differ from one by 1 at.% or more."""
    return np.abs(points - one).sum(axis=1) / 2 >= 1

"""From wanted properties to inputs, by whatever model there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklmag._utils._estimators import inner
from sklmag.composition import element_symbols, total_rare_earth
from sklmag.composition._process_table import rare_earth_columns
from sklmag.design import InverseDesigner, PredictorCorrector
from sklmag.design._goals import constraints_of
from sklmag.design._wishes import all_goals
from sklmag.exceptions import DesignError
from sklmag.tasks._together import ModelsTogether

_NOTHING = 1e-9  # at.% that are rounding
CLOSE = 0.02  # of a standard deviation: by less nobody can tell that a goal is missed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sklmag.design import Constraint, Goal
    from sklmag.persistence._files import SavedModel


def design(
    model: SavedModel | Sequence[SavedModel],
    goals: Mapping[str, tuple[float | None, float | None]] | Sequence[str | Goal],
    *,
    elements: Sequence[str] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    constraints: Sequence[str | Constraint] | None = None,
    prices: Mapping[str, float] | None = None,
    minimize: str | None = None,
    maximize: str | None = None,
    pareto: bool = False,
    n_candidates: int = 3,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return inputs for which a model predicts wanted properties.

    Parameters
    ----------
    model : SavedModel or list of SavedModel
        Of formulas, of a table of numbers, or a PredictorCorrector. Several, learnt
        from separate tables, are asked together: a candidate is inside where it is
        inside the training data of each, and elements keep to what all have seen.
    goals : dict of str to (float or None, float or None), or list of str or Goal
        Least and most of each property; equal ones are a value. Or texts, see
        :class:`sklmag.design.Goal`.
    elements : list of str, default=None
        What an alloy is made of; needed where the model takes formulas.
    bounds : dict of str to (float, float), default=None
        Least and most of elements in at.%, or of columns. By default elements stay
        within the training data; columns that are not named stay as in the most
        typical row of it, but for one that fills the amounts up to 100.
    constraints : list of str or Constraint, default=None
        What inputs must keep to: sums, ratios, counts; see
        :class:`sklmag.design.Constraint`.
    prices : dict of str to float, default=None
        Price of a kilogram of each element; goals and constraints then know ``cost``.
    minimize, maximize : str, default=None
        An input, a property, or arithmetic of them, that is to be small or large.
    pareto : bool, default=False
        Whether to return the best compromises of two or more objectives among the
        goals.
    n_candidates : int, default=3
        Rows returned.
    random_state : int, default=0
        Seed of the search.

    Returns
    -------
    DataFrame
        Best first: inputs, predicted properties, and how far they are to be trusted.
        ``chance`` is that of meeting all goals that leave room, by the deviations.
        Without an objective, those that meet the goals inside the training data come
        before those that meet them outside.

    Raises
    ------
    DesignError
        For contradictory bounds, unknown names, and a model that cannot be inverted.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import GlassFeaturizer
    >>> from sklmag.datasets import make_metallic_glasses
    >>> from sklmag.persistence import open_model, save
    >>> from sklmag.tasks import design
    >>> X, y = make_metallic_glasses(random_state=0)
    >>> net = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(X, y["G_GPa"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = open_model(save(net, f"{folder}/a", X=X, y=y["G_GPa"]))
    >>> found = design(model, {"G_GPa": (36, 36)}, elements=["Zr", "Cu", "Al"])
    >>> bool(abs(found["G_GPa"].iloc[0] - 36) < 0.1)
    True
    """
    asked = all_goals(goals, minimize, maximize, ())
    whole = as_one(model)
    estimator, kind = inner(whole.estimator), whole.card.input.kind
    if not asked:
        raise DesignError(f"Name a goal for one of: {', '.join(whole.target_names)}.")
    if isinstance(estimator, PredictorCorrector):
        for what in (constraints, prices, pareto):
            if what:
                raise DesignError(
                    "pcids takes goals and bounds alone. Leave constraints, prices and "
                    "the front out, or design with a model of properties."
                )
        return _by_inverse_model(estimator, asked, elements, bounds, n_candidates)
    if kind == "formula":
        designer, inputs = _of_formulas(whole, elements, bounds)
    elif kind == "table":
        designer, inputs = _of_columns(whole, bounds, constraints)
    else:
        raise DesignError(
            f"A model of {whole.takes} cannot be asked backwards; those of formulas, "
            "of tables and pcids can."
        )
    designer.set_params(
        constraints=list(constraints or []), random_state=random_state,
        prices=None if prices is None else dict(prices),
    )  # fmt: skip
    if pareto:
        found = designer.pareto(asked, n_points=n_candidates)
    else:
        found = designer.design(asked, n_candidates=n_candidates)
    found = _judged(whole, inputs(found))
    found = found.assign(**_chance(found, asked, whole.target_names))
    if "inside" in found and not any(goal.is_objective for goal in asked):
        found = _inside_first(found)
    return found


def as_one(model):
    """Return one model, or what asks several of them together.

    Parameters
    ----------
    model : SavedModel or list of SavedModel
    """
    if hasattr(model, "predict"):
        return model
    return model[0] if len(model) == 1 else ModelsTogether(model)


def _by_inverse_model(scheme, goals, elements, bounds, n_candidates):
    for goal in goals:
        if goal.is_objective:
            raise DesignError(f"pcids takes values alone; leave '{goal}' out.")
        if goal.low != goal.high:
            raise DesignError(
                f"pcids takes a value for {goal.quantity!r}: {goal.quantity}=value."
            )
    targets = {goal.quantity: goal.low for goal in goals}
    return scheme.design(
        targets, _given(elements), bounds=bounds, n_candidates=n_candidates
    )


def _given(elements):
    if not elements or len(elements) < 2:
        raise DesignError("Name at least two elements, such as Ti,Zr,Be,Fe.")
    return list(dict.fromkeys(elements))


def _of_formulas(model, elements, bounds):
    """Return a designer of amounts in at.%, and what makes rows of its answers."""
    elements, bounds = _given(elements), dict(bounds or {})
    trained = model.card.training and model.card.training.elements
    if not trained:
        raise DesignError(
            "The model was saved without training data, so that nothing is known of "
            "where it holds. Save it with sklmag.save(model, path, X=X, y=y)."
        )
    for name in [*elements, *bounds]:
        if name not in trained:
            raise DesignError(
                f"{name!r} was not in the training data. The elements there: "
                f"{', '.join(trained)}."
            )
        if name not in elements:
            raise DesignError(f"bounds: {name!r} is none of the elements {elements}.")
    ranges = pd.DataFrame({name: trained[name] for name in elements})
    free = [name for name in elements if name not in bounds] or elements
    filler = max(free, key=lambda name: trained[name][1])
    whole = make_pipeline(FunctionTransformer(_whole_compositions), model.estimator)
    designer = InverseDesigner(
        FrozenEstimator(whole),
        bounds={name: tuple(trained[name]) for name in elements} | bounds,
        balance=(filler, 100.0),
        amounts="at.%",
    ).fit(ranges, _target_ranges(model))
    return designer, lambda found: found.assign(**_whole_compositions(found[elements]))


def _whole_compositions(amounts):
    """Return amounts that are none below 0 and sum to 100, for a search that strays."""
    amounts = amounts.where(amounts > _NOTHING, 0.0)
    return amounts.mul(100 / amounts.sum(axis=1), axis=0)


def _of_columns(model, bounds, constraints):
    """Return a designer of the columns of a table, and what makes rows of it."""
    training = model.card.training
    if training is None:
        raise DesignError("The model was saved without training data.")
    all_columns = list(model.estimator.feature_names_in_)
    words = {
        n: training.categories[n][0] for n in all_columns if n in training.categories
    }
    columns = [name for name in all_columns if name not in words]
    text = [name for name in columns if name not in training.ranges]
    if text:
        raise DesignError(
            f"Column {text[0]!r} holds no numbers, so it cannot be searched. Train on "
            "a table of amounts, or on formulas alone."
        )
    ranges = pd.DataFrame({name: training.ranges[name] for name in columns})
    derived = _with_total if "TRE" in columns and _rare_earths(columns) else None
    fixed = {}
    balance = training.balance
    balance = None if balance in (bounds or {}) else balance
    follows = ["TRE"] if derived else []
    limits = constraints_of(constraints)
    named = {name for limit in limits for name in limit.names([*columns, "cost"])}
    if bounds or named:
        follows += [balance] if balance else []
        fixed = {
            name: training.typical[name]
            for name in columns
            if name not in (bounds or {}) and name not in {*follows, *named}
        }
    with_words = FunctionTransformer(
        _with_constants, kw_args={"words": words, "columns": all_columns}
    )
    designer = InverseDesigner(
        FrozenEstimator(make_pipeline(with_words, model.estimator)),
        # what follows from others stays within the training data too
        bounds={n: tuple(training.ranges[n]) for n in follows} | (bounds or {}),
        fixed=fixed,
        balance=(balance, 100.0) if balance else None,
        sum_of=[n for n in training.parts if n != balance] if balance else None,
        derived=derived,
        amounts="wt.%",
    ).fit(ranges, _target_ranges(model))
    return designer, lambda found: _with_constants(found, words)


def _with_constants(inputs, words, columns=None):
    """Add the most frequent word of each column of words, which stays."""
    inputs = inputs.assign(**words)
    return inputs if columns is None else inputs[columns]


def _rare_earths(columns):
    frame = pd.DataFrame(columns=[name for name in columns if name != "TRE"])
    return rare_earth_columns(frame)


def _with_total(inputs):
    others = inputs.drop(columns="TRE", errors="ignore")
    return inputs.assign(TRE=total_rare_earth(others))


def _target_ranges(model):
    return pd.DataFrame({t.name: t.range for t in model.card.targets})


def _judged(model, found):
    """Add uncertainty and applicability domain to what was found."""
    inputs = getattr(model.estimator, "feature_names_in_", None)
    known = list(found.columns if inputs is None else inputs)
    if model.card.input.kind == "formula":
        known = [name for name in found if name in element_symbols()]
    judged = model.predict(found[known])
    for name in judged:
        if name not in found or name.endswith("_std"):
            found[name] = judged[name].to_numpy()
    return found


def _chance(found, goals, outputs):
    """Return the chance that a candidate meets all goals of outputs, where it is known.

    Errors count as normal, and as independent of each other. A goal that is one value
    cannot be met to the last digit: it is left out.
    """
    wanted = [
        goal
        for goal in goals
        if goal.quantity in outputs and not goal.is_objective and goal.low < goal.high
    ]
    if not wanted or any(f"{g.quantity}_std" not in found for g in wanted):
        return {}
    chance = np.ones(len(found))
    for goal in wanted:
        value = found[goal.quantity]
        std = np.maximum(found[f"{goal.quantity}_std"], 1e-12)
        chance *= norm.cdf(goal.high, value, std) - norm.cdf(goal.low, value, std)
    return {"chance": chance}


def _inside_first(found):
    """Put those that meet all goals inside the training data before the others."""
    strange = (found["missed"] > CLOSE) | ~found["inside"].astype(bool)
    return found.iloc[np.argsort(strange, kind="stable")].reset_index(drop=True)

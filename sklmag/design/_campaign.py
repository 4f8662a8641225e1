"""A campaign of experiments: which to make next, and what was found so far."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sklmag.design._campaign_plot import plot_campaign
from sklmag.design._campaign_sight import Sight
from sklmag.design._forward import ranges_of
from sklmag.design._front import not_excelled
from sklmag.design._goals import Constraint, Goal, constraints_of, goals_of
from sklmag.design._input_space import InputSpace
from sklmag.design._quantity import FOLLOWS, Quantity
from sklmag.design._search import spread_out
from sklmag.design._wishes import Wishes, cost_of
from sklmag.exceptions import DesignError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

_FORMAT, _VERSION = "sklmag campaign", 1
_N_SPREAD = 512  # random points of which an initial design takes those far apart
_N_CHOICES, _N_NEAR = 1000, 500  # points anywhere, and near the best, to choose from
_LEAST_KNOWN = 3  # measured experiments that a Gaussian process learns from
_ASKED, _DONE, _FAILED, _WITHDRAWN = "asked", "done", "failed", "withdrawn"
_SAME = 1e-6  # of the range of an input


class Campaign:
    """Experiments towards goals, in batches: ask which, make them, tell the results.

    Parameters
    ----------
    inputs : dict of str to (float, float), or DataFrame
        Least and most of what an experiment sets: amounts in columns named after
        elements, temperatures, times. Or a table of the experiments that can be made,
        one in a row.
    goals : list of str or Goal, or dict of str to float or pair
        What is wanted of what is measured: ``["maximize Bs_T", "Dmax_mm >= 3"]``, see
        :class:`Goal`. Several objectives are weighed by the front that they span.
    constraints : list of str or Constraint, default=None
        What inputs must keep to: ``["Fe + Si + B = 100"]``, see :class:`Constraint`.
    prices : dict of str to float, default=None
        Price of a kilogram of each element; goals and constraints then know ``cost``.
    amounts : {"at.%", "wt.%"}, default="at.%"
        What the inputs named after elements are, for `cost`.
    describe : {"amounts", "glass"} or None, default=None
        What the model sees of an experiment: the inputs as they are, or also the
        descriptors of :class:`~sklmag.composition.GlassFeaturizer`. None takes these
        where amounts of elements sum to 100.
    random_state : int, default=0
        Seed. The same results, told in the same order, give the same suggestions.

    Attributes
    ----------
    outputs : list of str
        What the goals need measured.
    table : DataFrame
        All experiments by number: inputs, outputs, and ``state`` ("asked", "done",
        "failed" or "withdrawn").

    Raises
    ------
    DesignError
        For contradictory constraints, and goals that measure nothing.

    See Also
    --------
    InverseDesigner : One answer from a model that is there already.

    Notes
    -----
    The first experiments are spread out: of 512 random points that keep to the
    constraints those that are farthest from each other. With three results a Gaussian
    process for each output (RBF kernel, a length for each input) says what is likely
    elsewhere, and the noisy expected improvement [1]_ what is worth trying: for several
    objectives the improvement of the hypervolume [2]_. Bounded goals count with the
    probability that they are met, and failed experiments with the probability that one
    succeeds. Each experiment of a batch takes those before it, and those in work, as
    made. What is compared are 1,500 points, half of them near the best known, and 600
    neighbours of each winner. BoTorch [3]_ does the computing.

    References
    ----------
    .. [1] S. Ament et al., NeurIPS 36 (2023), doi:10.48550/arXiv.2310.20708.
    .. [2] S. Daulton, M. Balandat, E. Bakshy, NeurIPS 34 (2021),
       doi:10.48550/arXiv.2105.08195.
    .. [3] M. Balandat et al., NeurIPS 33 (2020), doi:10.48550/arXiv.1910.06403.

    Examples
    --------
    >>> from sklmag.design import Campaign
    >>> campaign = Campaign(
    ...     {"Fe": (70, 85), "Si": (0, 15), "B": (5, 20)},
    ...     ["maximize Bs_T"],
    ...     constraints=["Fe + Si + B = 100"],
    ... )
    >>> batch = campaign.ask(4)
    >>> campaign.tell(batch.assign(Bs_T=[1.41, 1.56, 1.48, 1.62]))
    >>> float(campaign.best()["Bs_T"].iloc[0])
    1.62
    """

    def __init__(
        self,
        inputs: Mapping[str, tuple[float, float]] | pd.DataFrame,
        goals: Sequence[str | Goal] | Mapping[str, Any] | str,
        *,
        constraints: Sequence[str | Constraint] | None = None,
        prices: Mapping[str, float] | None = None,
        amounts: Literal["at.%", "wt.%"] = "at.%",
        describe: Literal["amounts", "glass"] | None = None,
        random_state: int = 0,
    ) -> None:
        if describe not in (None, "amounts", "glass"):
            raise DesignError(
                f"describe={describe!r} must be 'amounts', 'glass' or None."
            )
        if amounts not in ("at.%", "wt.%"):
            raise DesignError(f"amounts={amounts!r} must be 'at.%' or 'wt.%'.")
        self.candidates = None
        if isinstance(inputs, pd.DataFrame):
            self.candidates = _checked_candidates(inputs)
            inputs = ranges_of(self.candidates)
        if not inputs:
            raise DesignError("inputs is empty. Name what an experiment sets.")
        self.inputs = {name: tuple(map(float, pair)) for name, pair in inputs.items()}
        for name in ("experiment", "state"):
            if name in self.inputs:
                raise DesignError(
                    f"inputs: {name!r} is a column of the table of a campaign. Call "
                    "the input otherwise."
                )
        self.goals = goals_of(goals)
        self.constraints = constraints_of(constraints)
        self.prices, self.amounts = prices, amounts
        self.describe, self.random_state = describe, random_state
        self._meanings = FOLLOWS
        if prices is not None:
            cost = cost_of(prices, amounts, list(self.inputs))
            self._meanings = FOLLOWS | {"cost": cost}
        self.outputs = self._needed_outputs()
        limits = self._limits()
        if self.candidates is not None:
            self._keep_candidates(limits)
            self.inputs = ranges_of(self.candidates)
        self._space = InputSpace(
            self.inputs, bounds=self.inputs, constraints=limits, meanings=self._meanings
        )
        columns = [*self.inputs, *self.outputs]
        self.table = pd.DataFrame(columns=columns, dtype=float)
        self.table["state"] = pd.Series(dtype=object)
        self.table.index.name = "experiment"

    def _needed_outputs(self):
        """Return what goals name that is neither an input nor follows from others."""
        found = []
        for goal in self.goals:
            for name in Quantity(goal.quantity).parts():
                if name not in self.inputs and name not in self._meanings:
                    found.append(name)
                elif name in FOLLOWS and name not in self.inputs:
                    found += Quantity(FOLLOWS[name]).parts()
        if not found:
            raise DesignError(
                "goals: nothing is measured. Name an output, such as 'maximize Bs_T'."
            )
        return list(dict.fromkeys(found))

    def _names_of(self, goal):
        known = [*self.inputs, *self.outputs]
        return set(Quantity(goal.quantity).names(known, self._meanings))

    def _is_limit_of_inputs(self, goal):
        """Tell a bounded goal of inputs alone: what those have to keep to."""
        return not goal.is_objective and not self._names_of(goal) & set(self.outputs)

    def _limits(self):
        """Return constraints, and the goals that are some."""
        limits = [*self.constraints]
        for goal in self.goals:
            if self._is_limit_of_inputs(goal):
                limits.append(Constraint(goal.quantity, goal.low, goal.high))
            elif not goal.is_objective and self._names_of(goal) & set(self.inputs):
                raise DesignError(
                    f"goals: '{goal}' joins inputs and outputs. Ask for it as an "
                    "objective (maximize or minimize), or measure it as one output."
                )
        return limits

    def _keep_candidates(self, limits):
        """Leave out the candidates that break a constraint."""
        kept = np.ones(len(self.candidates), dtype=bool)
        for limit in limits:
            limit.names(self.inputs, self._meanings)
            size = max(abs(e) for e in (limit.low, limit.high) if np.isfinite(e))
            over = limit.over(self.candidates, self._meanings)
            kept &= over <= _SAME * max(size, 1.0)
        if not kept.any():
            raise DesignError(
                f"None of {len(kept)} candidates keeps to "
                f"{', '.join(repr(str(limit)) for limit in limits)}."
            )
        self.candidates = self.candidates[kept].reset_index(drop=True)

    # -- what was found -----------------------------------------------------------

    @property
    def done(self) -> pd.DataFrame:
        """Experiments with results, by number."""
        return self.table[self.table["state"] == _DONE].drop(columns="state")

    @property
    def failed(self) -> pd.DataFrame:
        """Inputs of the experiments that gave nothing."""
        return self.table.loc[self.table["state"] == _FAILED, list(self.inputs)]

    @property
    def pending(self) -> pd.DataFrame:
        """Inputs of the experiments that were asked for and not told."""
        return self.table.loc[self.table["state"] == _ASKED, list(self.inputs)]

    def _unmade(self):
        """Return inputs of what was asked for and not told: it is not asked again."""
        unmade = self.table["state"].isin([_ASKED, _WITHDRAWN])
        return self.table.loc[unmade, list(self.inputs)]

    def best(self, n: int = 1) -> pd.DataFrame:
        """Return the best experiments so far, or those on the front.

        Parameters
        ----------
        n : int, default=1
            How many, where there is one objective or none. Of several objectives all
            experiments are returned that no other one excels in each.

        Returns
        -------
        DataFrame
            Inputs, outputs, what the goals name beside them, and ``missed``: by how
            much the goals are missed, in standard deviations of what was measured.
        """
        known = self._measured()
        if not len(known):
            raise DesignError("Nothing is known yet: tell results first.")
        wishes = self._wishes(known)
        table = known.assign(**wishes.columns(known), missed=wishes.missed(known))
        if len(wishes.objectives) > 1:
            values = wishes.objectives_of(known)
            met = table["missed"].to_numpy() == 0
            return table[not_excelled(values) & (met | (not met.any()))]
        order = np.lexsort((wishes.objective(known), table["missed"]))
        return table.iloc[order[:n]]

    def _measured(self):
        """Return the experiments that know all outputs."""
        return self.done.dropna()

    def _wishes(self, known):
        trained = {name: (known[name].min(), known[name].max()) for name in known}
        return Wishes(self.goals, known, trained, self._meanings)

    # -- asking -------------------------------------------------------------------

    def ask(self, n: int = 1) -> pd.DataFrame:
        """Return the experiments to make next.

        Parameters
        ----------
        n : int, default=1
            How many.

        Returns
        -------
        DataFrame of shape (n, n_inputs)
            Inputs by the number of the experiment. They count as in work until
            `tell` or `withdraw`.

        Raises
        ------
        DesignError
            Where fewer candidates are left.
        ImportError
            Where BoTorch is not installed: ``pip install "sklmag[campaign]"``.
        """
        if n < 1:
            raise DesignError(f"n={n}: ask for at least 1.")
        random = np.random.RandomState(
            np.random.SeedSequence([self.random_state, len(self.table)]).generate_state(
                1
            )[0]
        )
        if len(self._measured()) < _LEAST_KNOWN:
            found = self._spread_out(n, random)
        else:
            found = self._promising(n, random)
        first = int(self.table.index.max()) + 1 if len(self.table) else 1
        numbers = pd.RangeIndex(first, first + n, name="experiment")
        batch = pd.DataFrame(found, columns=list(self.inputs), index=numbers)
        self._add(batch.assign(state=_ASKED))
        return batch

    def _left(self, n):
        """Return the candidates that were neither made nor asked for."""
        known = self._scaled(self.table)
        rows = self._scaled(self.candidates)
        is_new = np.ones(len(rows), dtype=bool)
        for row in known:
            is_new &= np.abs(rows - row).max(axis=1) > _SAME
        if is_new.sum() < n:
            raise DesignError(
                f"{is_new.sum()} candidates are left, fewer than {n}. Ask for fewer, "
                "or begin a campaign with more candidates."
            )
        return self.candidates.to_numpy()[is_new]

    def _scaled(self, table):
        """Return inputs from 0 to 1."""
        low, high = np.array(list(self.inputs.values())).T
        rows = table[list(self.inputs)].to_numpy(dtype=float)
        return (rows - low) / np.where(high > low, high - low, 1.0)

    def _spread_out(self, n, random):
        """Return points far from each other and from all that are known."""
        if self.candidates is None:
            points = self._space.frame(self._space.sample(_N_SPREAD, random))
        else:
            points = pd.DataFrame(self._left(n), columns=list(self.inputs))
            some = random.permutation(len(points))[: max(_N_SPREAD, n)]
            points = points.iloc[some]
        chosen = spread_out(self._scaled(points), n, self._scaled(self.table))
        return points.to_numpy()[chosen]

    def _promising(self, n, random):
        """Return the points that the acquisition function prefers."""
        import torch

        from sklmag.design._next_experiments import Wanted, chosen_next

        known = self._measured()
        scale = {
            goal.quantity: np.std(goal.value(known, self._meanings)) or 1.0
            for goal in self.goals
        }
        inputs = list(self.inputs)
        goals = [g for g in self.goals if not self._is_limit_of_inputs(g)]
        wanted = Wanted(goals, inputs, self.outputs, scale, self._meanings)
        neighbours = None
        if self.candidates is None:
            choices = self._choices(random)

            def neighbours(row, n):
                return self._sight.rows(self._near(row[None, : len(inputs)], n, random))

        else:
            choices = pd.DataFrame(self._left(n), columns=inputs)
        seed = int(random.randint(2**31 - 1))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            found = chosen_next(
                self._surrogate(), wanted, self._sight.rows(choices),
                self._sight.rows(self._unmade()), n, seed, neighbours,
            )  # fmt: skip
        return found[:, : len(inputs)]

    def _choices(self, random):
        anywhere = self._space.frame(self._space.sample(_N_CHOICES, random))
        best = self.best(10)[list(self.inputs)].to_numpy()
        return pd.concat([anywhere, self._near(best, _N_NEAR, random)])

    def _near(self, rows, n, random):
        """Return points near some rows that keep to the constraints."""
        space = self._space
        centers = rows[random.randint(len(rows), size=n)]
        reach = 10 ** random.uniform(-2.5, -0.5, size=(n, 1))
        moves = random.normal(size=centers.shape) * reach * (space.high - space.low)
        moves *= random.uniform(size=centers.shape) < 0.5
        points = np.clip(centers + moves, space.low, space.high)
        return self._space.frame(space.repaired(points, is_last=True))

    def _surrogate(self):
        from sklmag.design._next_experiments import Surrogate

        made = self.table[self.table["state"].isin([_DONE, _FAILED])]
        rows = self._sight.rows(made)
        n_inputs = len(self.inputs)
        failed = (made["state"] == _FAILED).to_numpy()
        outputs = made[self.outputs]
        return Surrogate(rows[:, n_inputs:], rows[:, :n_inputs], outputs, failed)

    @cached_property
    def _sight(self):
        examples = self.candidates
        if examples is None:
            random = np.random.RandomState(0)
            examples = self._space.frame(self._space.sample(_N_SPREAD, random))
        return Sight(list(self.inputs), self.describe, examples)

    def predict(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return what the results so far say of experiments.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_inputs)
            Inputs, such as `ask` returns.

        Returns
        -------
        DataFrame of shape (n_samples, n_columns)
            Each output, its ``_std``, and ``chance``, the probability that the
            experiment gives a result.

        Raises
        ------
        DesignError
            With fewer than three results.
        """
        if len(self._measured()) < _LEAST_KNOWN:
            raise DesignError(
                f"{len(self._measured())} results are known; a prediction needs "
                f"{_LEAST_KNOWN}."
            )
        surrogate = self._surrogate()
        rows = self._sight.rows(self._checked_inputs(X))
        mean, std = surrogate.predict(rows)
        found = pd.DataFrame(index=X.index)
        for k, name in enumerate(self.outputs):
            found[name], found[f"{name}_std"] = mean[:, k], std[:, k]
        return found.assign(chance=surrogate.chance(rows[:, len(self.inputs) :]))

    # -- telling ------------------------------------------------------------------

    def tell(self, X: pd.DataFrame, y: ArrayLike | pd.DataFrame | None = None) -> None:
        """Note results.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_columns)
            Inputs, as they were made, and unless `y` is given outputs. Rows are those
            of `ask` where they bear its numbers (index or column ``experiment``) or
            its inputs; others are experiments of your own.
        y : array-like or DataFrame of shape (n_samples, n_outputs), default=None
            Outputs. NaN in one is not measured; in all of them a failed experiment.
            What was told already may be told again, with outputs that were measured
            since.

        Raises
        ------
        DesignError
            For columns that are missing or no numbers, and experiments that have been
            told already with other values.
        """
        X = _numbered(X)
        outputs = X if y is None else self._as_outputs(y, X.index)
        missing = [name for name in self.outputs if name not in outputs]
        if missing:
            raise DesignError(
                f"tell: column {missing[0]!r} is missing. Measured is {self.outputs}; "
                "what was not measured is NaN."
            )
        known = self._checked_numbers(outputs[self.outputs], "an output")
        inputs = self._checked_inputs(X)
        numbers = self._numbers_of(X, inputs)
        values = np.hstack((inputs, known))
        rows = pd.DataFrame(values, columns=[*inputs, *known], index=numbers)
        rows = pd.DataFrame([self._joined(n, row) for n, row in rows.iterrows()])
        failed = rows[self.outputs].isna().all(axis=1)
        rows["state"] = np.where(failed, _FAILED, _DONE)
        self.table = self.table.drop(index=rows.index, errors="ignore")
        self._add(rows)

    def withdraw(self, numbers: int | Sequence[int] | None = None) -> None:
        """Say which experiments that were asked for will not be made.

        They are not asked for again.

        Parameters
        ----------
        numbers : int or sequence of int, default=None
            Which; None is all that are in work.

        Raises
        ------
        DesignError
            For a number that is not in work.
        """
        waiting = list(self.pending.index)
        wanted = waiting if numbers is None else list(np.atleast_1d(numbers))
        for number in wanted:
            if number not in waiting:
                raise DesignError(
                    f"withdraw: experiment {number} is not in work; those are "
                    f"{waiting}."
                )
        self.table.loc[wanted, "state"] = _WITHDRAWN

    def _add(self, rows):
        parts = [part for part in (self.table, rows) if len(part)]
        table = pd.concat(parts).reindex(columns=self.table.columns)
        self.table = table.sort_index()
        self.table.index = self.table.index.astype(int)
        self.table.index.name = "experiment"

    def _as_outputs(self, y, index):
        if isinstance(y, pd.Series):
            y = y.to_frame(y.name if y.name in self.outputs else self.outputs[0])
        if not isinstance(y, pd.DataFrame):
            values = np.asarray(y, dtype=float).reshape(len(index), -1)
            if values.shape[1] != len(self.outputs):
                raise DesignError(
                    f"tell: y has {values.shape[1]} columns, expected "
                    f"{len(self.outputs)}: {', '.join(self.outputs)}."
                )
            y = pd.DataFrame(values, columns=self.outputs)
        if len(y) != len(index):
            raise DesignError(f"tell: {len(index)} rows of X, but {len(y)} of y.")
        return y.set_axis(index, axis=0)

    def _checked_inputs(self, X):
        missing = [name for name in self.inputs if name not in X]
        if missing:
            raise DesignError(
                f"Column {missing[0]!r} is missing. Inputs are {list(self.inputs)}."
            )
        inputs = self._checked_numbers(X[list(self.inputs)], "an input")
        if inputs.isna().any(axis=None):
            row, column = np.argwhere(inputs.isna().to_numpy())[0]
            raise DesignError(
                f"Row {inputs.index[row]}: input {inputs.columns[column]!r} is empty. "
                "Give what was set."
            )
        return inputs

    def _checked_numbers(self, table, what):
        numbers = table.apply(pd.to_numeric, errors="coerce")
        wrong = (numbers.isna() & table.notna()) | np.isinf(numbers)
        if wrong.any(axis=None):
            row, column = np.argwhere(wrong.to_numpy())[0]
            raise DesignError(
                f"Row {table.index[row]}: '{table.iloc[row, column]}' in column "
                f"{table.columns[column]!r} is no number, as {what} is."
            )
        return numbers.astype(float)

    def _numbers_of(self, X, inputs):
        """Return the number of the experiment that each row is."""
        unmade = self._unmade()
        following = int(self.table.index.max()) + 1 if len(self.table) else 1
        numbers = []
        for label, row in zip(X.index, self._scaled(inputs), strict=True):
            if X.index.name == "experiment" and not pd.isna(label):
                if label not in self.table.index:
                    raise DesignError(
                        f"tell: no experiment {label} was asked for. Leave the number "
                        "out of experiments of your own."
                    )
                number = int(label)
                if number in numbers:
                    raise DesignError(f"tell: experiment {number} stands there twice.")
            else:
                apart = np.abs(self._scaled(unmade) - row).max(axis=1, initial=0)
                same = [int(n) for n in unmade.index[apart <= _SAME]]
                free = [n for n in same if n not in numbers]
                number = free[0] if free else following
                following += not free
            numbers.append(number)
        return numbers

    def _joined(self, number, row):
        """Return a row with what was told of it before; raise where it was otherwise.

        An output that is measured later may be told later.
        """
        if number not in self.table.index:
            return row
        before = self.table.loc[number]
        if before["state"] in (_ASKED, _WITHDRAWN):
            return row
        before = before[row.index].astype(float)
        both = before.notna() & row.notna()
        same = np.isclose(before[both], row[both], rtol=1e-4).all()
        outputs = row[self.outputs].isna().all() and before[self.outputs].notna().any()
        if not same or outputs:
            raise DesignError(
                f"tell: experiment {number} has been told already, with other values. "
                "Leave its number out where it was made again."
            )
        return before.fillna(row).rename(number)

    # -- showing and keeping ------------------------------------------------------

    def plot(self, *, ax: Any = None) -> Any:
        """Plot the progress.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        matplotlib Axes
            Each experiment and the best so far; of two objectives both, and the front.
        """
        return plot_campaign(self, ax)

    def save(self, path: str | Path) -> Path:
        """Write the campaign as one file, which holds text and no code.

        Parameters
        ----------
        path : str or Path
            Where to; a file that is there is replaced.

        Returns
        -------
        Path
        """
        table = self.table.reset_index()
        rows = [
            [None if pd.isna(value) else value for value in row]
            for row in table.astype(object).itertuples(index=False)
        ]
        candidates = self.candidates
        content = {
            "format": _FORMAT,
            "version": _VERSION,
            "inputs": self.inputs,
            "candidates": None
            if candidates is None
            else candidates.to_numpy().tolist(),
            "goals": [_plain(vars(goal)) for goal in self.goals],
            "constraints": [_plain(vars(limit)) for limit in self.constraints],
            "prices": None if self.prices is None else dict(self.prices),
            "amounts": self.amounts,
            "describe": self.describe,
            "random_state": self.random_state,
            "experiments": {"columns": list(table), "rows": rows},
        }
        path = Path(path)
        draft = path.with_name(f".{path.name}.draft")
        draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
        draft.replace(path)
        return path

    @classmethod
    def load(cls, path: str | Path) -> Campaign:
        """Read a campaign that `save` has written.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Campaign

        Raises
        ------
        DesignError
            For another file.
        """
        path = Path(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            known = (content["format"], content["version"])
        except (ValueError, KeyError, TypeError):
            known = None
        if known != (_FORMAT, _VERSION):
            raise DesignError(
                f"{str(path)!r} is no campaign of this version of sklmag. Begin one "
                "with sklmag.design.Campaign, or 'sklmag campaign FILE --input ...'."
            )
        try:
            return cls._restored(content)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DesignError(
                f"{str(path)!r} is damaged: {type(error).__name__} {error}. "
                "Take a copy."
            ) from error

    @classmethod
    def _restored(cls, content):
        inputs = {name: tuple(pair) for name, pair in content["inputs"].items()}
        if content["candidates"] is not None:
            inputs = pd.DataFrame(content["candidates"], columns=list(inputs))
        campaign = cls(
            inputs,
            [Goal(**_with_ends(goal)) for goal in content["goals"]],
            constraints=[Constraint(**_with_ends(c)) for c in content["constraints"]],
            prices=content["prices"],
            amounts=content["amounts"],
            describe=content["describe"],
            random_state=content["random_state"],
        )
        experiments = content["experiments"]
        table = pd.DataFrame(experiments["rows"], columns=experiments["columns"])
        if len(table):
            table = table.set_index("experiment")
            numbers = [*campaign.inputs, *campaign.outputs]
            table[numbers] = table[numbers].astype(float)
            campaign._add(table)
        return campaign

    def __repr__(self) -> str:
        goals = ", ".join(str(goal) for goal in self.goals)
        return (
            f"Campaign({goals}: {len(self.done)} done, {len(self.pending)} in work, "
            f"{len(self.failed)} failed)"
        )


def _checked_candidates(table):
    numbers = table.apply(pd.to_numeric, errors="coerce").astype(float)
    if numbers.isna().any(axis=None) or not len(table):
        where = np.argwhere(numbers.isna().to_numpy())
        what = (
            f"row {table.index[where[0][0]]} has '{table.iloc[tuple(where[0])]}' in "
            f"column {table.columns[where[0][1]]!r}"
            if len(where)
            else "there are none"
        )
        raise DesignError(f"inputs: candidates must be rows of numbers, but {what}.")
    return numbers.reset_index(drop=True)


def _numbered(X):
    """Return a frame whose index is the number of the experiment, where it has one."""
    if not isinstance(X, pd.DataFrame):
        raise DesignError(
            f"tell: X is {type(X).__name__}, expected a DataFrame with a column for "
            "each input, such as ask returns."
        )
    return X.set_index("experiment") if "experiment" in X else X


def _plain(values):
    """Return values as JSON knows them: no infinite numbers."""
    return {
        name: None if isinstance(v, float) and np.isinf(v) else v
        for name, v in values.items()
    }


def _with_ends(values):
    ends = {"low": -np.inf, "high": np.inf}
    return {n: ends[n] if v is None and n in ends else v for n, v in values.items()}

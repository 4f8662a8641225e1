"""Grain structures for a wanted demagnetization curve, judged by the solver."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sklmag._utils._papers import KOVACS_2023
from sklmag._utils._progress import progress
from sklmag._utils._validation import HasMethods, Interval, fit_context
from sklmag.design._grain_genes import GeneSpace
from sklmag.design._space import interval
from sklmag.exceptions import DesignError, SklmagWarning
from sklmag.microstructure import (
    ND2FE14B,
    DemagnetizationCurves,
    GrainStructures,
    Material,
    anchor_points,
    demagnetization_curve,
    figures_of_merit,
)
from sklmag.microstructure._maps import as_maps, map_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sklmag._utils._typing import ArrayLike

POINTS = ("M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc")
_PRODUCT = "BHmax_J_per_m3"
_MET = 0.25  # standard deviations
_N_SAMPLED = 300  # random structures from which evolution begins
_N_KNOWN = 20  # training structures that are nearest to the goals, beside them
_N_KEPT = 40  # of each generation
_LEVELS = np.array([0.9, 0.8, 0.7, 0.0])


@dataclass(frozen=True)
class MicrostructureDesign:
    """Grain structures for a goal, the nearest first.

    Parameters
    ----------
    structures : GrainStructures
        The structures.
    curves : DemagnetizationCurves
        Their computed curves.
    table : DataFrame of shape (n_candidates, n_columns)
        For each goal what the model predicted and what the solver computed, and
        ``missed``: by how much the computed ones miss the goals, in the mean, in
        standard deviations of the training outputs; number of grains, and the mean of
        cos² of the axes.
    """

    structures: GrainStructures
    curves: DemagnetizationCurves
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"MicrostructureDesign({self.structures})\n{self.table}"


class MicrostructureDesigner(BaseEstimator):
    r"""Find grain structures that have a wanted demagnetization curve [1]_.

    A model proposes, the solver judges: evolution over what a process can set looks for
    structures of which the model predicts the goal; the best are computed; and where
    the computed curve differs, the search goes on from there with the difference known.

    Parameters
    ----------
    estimator : estimator
        Regressor of the anchor points from maps of grains, such as a pipeline of
        :class:`~sklmag.microstructure.GrainFeaturizer`. `fit` fits a clone; one that
        is fitted already stays as it is in a ``sklearn.frozen.FrozenEstimator``.
    n_grains : tuple of int, default=(4, 64)
        Least and most grains.
    max_misorientation : float, default=pi / 2
        Largest angle between the easy axes and the field, in radians.
    aspect_ratio : tuple of float, default=(1.0, 1.0)
        Least and most length of grains along the field, over their width.
    cell_nm : float, default=None
        Edge of a cell, for maps that are arrays; GrainStructures know it.
    material : Material, default=None
        Of which curves are computed, the one of the training curves; None is
        Nd2Fe14B.
    n_generations : int, default=8
        Generations of a round.
    n_computed : int, default=5
        Structures that the solver computes in a round.
    n_rounds : int, default=3
        Rounds of search and computation.
    random_state : int, RandomState instance or None, default=None
        Seed.
    n_jobs : int, default=None
        Processes of the solver.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    estimator_ : estimator
        The fitted regressor.
    output_names_ : list of str
        Outputs: the columns of y, or the six anchor points.
    output_scale_ : dict of str to float
        Their standard deviations in training.
    shape_ : tuple of int
        Cells along y and x.
    cell_nm_ : float or None
        Edge of a cell.
    known_maps_ : ndarray of shape (n_samples, n_y, n_x)
        The training structures, of which the nearest to a goal are where a search
        begins, beside random ones.
    known_outputs_ : ndarray of shape (n_samples, n_outputs)
        Their outputs.

    Notes
    -----
    A structure is a set of seeds of a Voronoi tessellation with an easy axis each, and
    the aspect ratio of its grains. A child has some axes turned, some seeds moved, all
    angles scaled, a grain more or less, or another ratio. What the model is wrong by
    for a computed structure is added to the predictions for all that descend from it.
    A code of an autoencoder is no structure until it is decoded, and decoded maps have
    no sharp boundaries; seeds and axes are sharp, and grains by definition.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055, whose outlook asks for a genetic algorithm.

    Examples
    --------
    >>> from sklearn.linear_model import RidgeCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag.datasets import load_nanocrystalline_magnets
    >>> from sklmag.design import MicrostructureDesigner
    >>> from sklmag.microstructure import GrainFeaturizer
    >>> magnets = load_nanocrystalline_magnets()
    >>> designer = MicrostructureDesigner(
    ...     make_pipeline(GrainFeaturizer(), RidgeCV()),
    ...     n_generations=1, n_computed=1, n_rounds=1, random_state=0,
    ... ).fit(magnets.structures[:40], magnets.target[:40])
    >>> found = designer.design({"Mr": 0.8, "Hc": (0.3, None)})
    >>> list(found.table)[:3]
    ['Mr_predicted', 'Mr_computed', 'Hc_predicted']
    """

    citation = KOVACS_2023

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "n_grains": [tuple, list],
        "max_misorientation": [Interval(Real, 0, np.pi, closed="right")],
        "aspect_ratio": [tuple, list],
        "cell_nm": [Interval(Real, 0, None, closed="neither"), None],
        "material": [Material, None],
        "n_generations": [Interval(Integral, 1, None, closed="left")],
        "n_computed": [Interval(Integral, 1, None, closed="left")],
        "n_rounds": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        n_grains: tuple[int, int] = (4, 64),
        max_misorientation: float = np.pi / 2,
        aspect_ratio: tuple[float, float] = (1.0, 1.0),
        cell_nm: float | None = None,
        material: Material | None = None,
        n_generations: int = 8,
        n_computed: int = 5,
        n_rounds: int = 3,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.estimator = estimator
        self.n_grains = n_grains
        self.max_misorientation = max_misorientation
        self.aspect_ratio = aspect_ratio
        self.cell_nm = cell_nm
        self.material = material
        self.n_generations = n_generations
        self.n_computed = n_computed
        self.n_rounds = n_rounds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: GrainStructures | ArrayLike, y: ArrayLike) -> Self:
        """Fit the regressor, and note the grid.

        Parameters
        ----------
        X : GrainStructures, or array-like of shape (n_samples, n_y, n_x)
            Structures, or angles of their easy axes.
        y : array-like of shape (n_samples, n_outputs)
            Anchor points: a frame with their names, or all six in order.

        Returns
        -------
        self : object
            The designer.
        """
        self._check_ranges()
        self.estimator_ = clone(self.estimator).fit(X, y)
        maps = validate_data(self, as_maps(X), allow_nd=True)
        self.shape_ = map_shape(maps)
        known = X.cell_nm if isinstance(X, GrainStructures) else None
        self.cell_nm_ = known if self.cell_nm is None else self.cell_nm
        outputs = np.asarray(y, dtype=float).reshape(len(maps), -1)
        named = getattr(y, "columns", None)
        if named is None and outputs.shape[1] == len(POINTS):
            named = POINTS
        if named is None:
            named = [f"y_{k}" for k in range(outputs.shape[1])]
        self.output_names_ = [str(name) for name in named]
        spread = outputs.std(axis=0).tolist()
        self.output_scale_ = dict(zip(self.output_names_, spread, strict=True))
        self.known_maps_ = maps.reshape(-1, *self.shape_)
        self.known_outputs_ = outputs
        return self

    def design(
        self,
        goals: Mapping[str, Any] | DemagnetizationCurves,
        *,
        n_candidates: int = 3,
    ) -> MicrostructureDesign:
        """Return grain structures whose computed curves are nearest to the goals.

        Parameters
        ----------
        goals : dict of str to float or (float or None, float or None), or curves
            A value, or the least and the most, of anchor points (in units of the
            spontaneous magnetization and of the anisotropy field) and of
            ``BHmax_J_per_m3``; or one curve, whose anchor points are the goals.
        n_candidates : int, default=3
            Structures returned.

        Returns
        -------
        MicrostructureDesign

        Raises
        ------
        DesignError
            For unknown goals, and where the edge of a cell is not known.

        Warns
        -----
        SklmagWarning
            Where no structure comes within a quarter of a standard deviation of the
            goals, in the mean.
        """
        check_is_fitted(self)
        if self.cell_nm_ is None:
            raise DesignError(
                "the edge of a cell is unknown: fit to GrainStructures or set cell_nm."
            )
        goals = self._intervals(goals)
        search = _Search(self, goals, check_random_state(self.random_state))
        rounds = progress(
            range(self.n_rounds), verbose=self.verbose, total=self.n_rounds,
            desc="Design", unit="round",
        )  # fmt: skip
        for _ in rounds:
            search.evolve(self.n_generations)
            search.compute(self.n_computed)
        found = search.best(n_candidates)
        if found.table["missed"].iloc[0] > _MET:
            warnings.warn(
                "No structure meets the goals; the nearest misses them by "
                f"{found.table['missed'].iloc[0]:.2g} standard deviations. Allow more "
                "grains, textures or rounds, or ask for less.",
                SklmagWarning,
                stacklevel=2,
            )
        return found

    def _check_ranges(self):
        """Raise where a range is none, or has a grain less than one."""
        for name, least in (("n_grains", 1), ("aspect_ratio", 1e-3)):
            given = getattr(self, name)
            low, high = interval(name, name, given)
            if low < least or not np.isfinite(high):
                raise DesignError(
                    f"{name}={given!r} must be the least and the most, from {least}."
                )

    def _intervals(self, goals):
        """Return the least and the most of each goal."""
        if isinstance(goals, DemagnetizationCurves):
            if len(goals) != 1:
                raise DesignError(f"there are {len(goals)} curves; a goal is one.")
            points = anchor_points(goals.field, goals.magnetization).iloc[0].dropna()
            goals = {
                name: points[name] for name in self.output_names_ if name in points
            }
        known = [*self.output_names_]
        if set(POINTS) <= set(known):
            known.append(_PRODUCT)
        unknown = [name for name in goals if name not in known]
        if unknown or not goals:
            raise DesignError(
                f"goals {unknown} are not known; there are {', '.join(known)}."
            )
        return {name: interval("goals", name, goal) for name, goal in goals.items()}

    def _material(self):
        return self.material or ND2FE14B

    def _predicted(self, maps):
        return self._table(self.estimator_.predict(maps))

    def _table(self, outputs):
        """Return outputs by name, anchor points with the energy product they make."""
        table = pd.DataFrame(np.reshape(outputs, (len(outputs), -1)))
        table.columns = pd.Index(self.output_names_)
        if not set(POINTS) <= set(table):
            return table
        material = self._material()
        points = table[[*POINTS]].to_numpy()
        products = [_product(row, material) for row in points]
        return table.assign(**{_PRODUCT: products})

    def _computed(self, structures):
        """Return curves and what is read from them."""
        curves = demagnetization_curve(
            structures, material=self._material(), n_jobs=self.n_jobs
        )
        table = anchor_points(curves.field, curves.magnetization)
        table[_PRODUCT] = figures_of_merit(curves)[_PRODUCT].to_numpy()
        return curves, table

    def _missed(self, table, goals):
        """Return how far each row is from the goals, in standard deviations."""
        missed = np.zeros(len(table))
        for name, (low, high) in goals.items():
            values = table[name].to_numpy(dtype=float)
            short = np.maximum(low - values, values - high)
            scale = self._scale(name)
            missed += np.where(np.isfinite(short), np.maximum(short, 0) / scale, np.inf)
        return missed / len(goals)

    def _scale(self, name):
        if name == _PRODUCT:  # a tenth of what the material could give
            return self._material().Js_T ** 2 / (4 * 4e-7 * np.pi) / 10
        return self.output_scale_[name] or 1.0


class _Search:
    """One design: a population, what was computed of it, and what models are off by."""

    def __init__(self, designer, goals, random):
        self.designer, self.goals = designer, goals
        self.space = GeneSpace(
            designer.n_grains, designer.aspect_ratio, designer.max_misorientation,
            designer.shape_, random,
        )  # fmt: skip
        self.offset: dict[int, pd.Series] = {}  # of a root, computed less predicted
        self.parts: list[tuple[Any, ...]] = []
        self.n_roots = 0
        self.population = [self.space.sample(self._root()) for _ in range(_N_SAMPLED)]
        self._begin_with_known()

    def _root(self):
        self.n_roots += 1
        return self.n_roots

    def _begin_with_known(self):
        """Take the training structures nearest to the goals into the population."""
        known = self.designer._table(self.designer.known_outputs_)
        order = np.argsort(self.designer._missed(known, self.goals), kind="stable")
        for i in order[:_N_KNOWN]:
            axes = self.designer.known_maps_[i]
            genes = self.space.of_map(axes, self._root())
            self._note(genes.root, axes[None], known.iloc[[i]])
            self.population.append(genes)

    def _note(self, root, angles, computed):
        """Keep what the model is off by for a structure whose outputs are known."""
        off = computed.iloc[0] - self.designer._predicted(angles).iloc[0]
        self.offset[root] = off.fillna(0.0)

    def evolve(self, n_generations):
        """Keep the better ones of parents and children, generation by generation."""
        missed = self._judged(self.population)
        for _ in range(n_generations):
            order = np.argsort(missed, kind="stable")[:_N_KEPT]
            parents = [self.population[i] for i in order]
            children = [self.space.mutated(genes) for genes in parents]
            self.population = parents + children
            missed = np.concatenate((missed[order], self._judged(children)))
        order = np.argsort(missed, kind="stable")
        self.population = [self.population[i] for i in order]

    def _judged(self, population):
        table = self._predicted(population)
        return self.designer._missed(table, self.goals)

    def _predicted(self, population):
        """Return predictions, corrected by what was computed of their ancestors."""
        table = self.designer._predicted(self.space.maps(population)[1])
        for i, genes in enumerate(population):
            if genes.root in self.offset:
                table.iloc[i] += self.offset[genes.root]
        return table

    def compute(self, n_computed):
        """Let the solver judge the best of different descent; go on from these."""
        chosen = {}
        for genes in self.population:
            chosen.setdefault(genes.root, genes)
        genes = list(chosen.values())[:n_computed]
        grains, angles = self.space.maps(genes)
        designer = self.designer
        structures = GrainStructures(
            angles, grains, designer.cell_nm_ * designer.shape_[1],
            {"n_grains": np.array([len(one.angles) for one in genes])},
        )  # fmt: skip
        predicted = self._predicted(genes)
        curves, computed = designer._computed(structures)
        self.parts.append((structures, curves, predicted, computed))
        roots = [one._replace(root=self._root()) for one in genes]
        for i, one in enumerate(roots):
            self._note(one.root, angles[i : i + 1], computed.iloc[[i]])
        self.population = roots + [
            self.space.mutated(roots[i % len(roots)]) for i in range(_N_KEPT)
        ]

    def best(self, n_candidates):
        """Return the computed structures that are nearest to the goals."""
        predicted = pd.concat([part[2] for part in self.parts], ignore_index=True)
        computed = pd.concat([part[3] for part in self.parts], ignore_index=True)
        missed = self.designer._missed(computed, self.goals)
        order = np.argsort(missed, kind="stable")[:n_candidates]
        structures, curves = self._joined(order)
        columns = {}
        for name in self.goals:
            columns[f"{name}_predicted"] = predicted[name].to_numpy()[order]
            columns[f"{name}_computed"] = computed[name].to_numpy()[order]
        columns["missed"] = missed[order]
        columns["n_grains"] = structures.parameters["n_grains"]
        columns["mean_cos2"] = (np.cos(structures.angles) ** 2).mean(axis=(1, 2))
        return MicrostructureDesign(structures, curves, pd.DataFrame(columns))

    def _joined(self, order):
        """Return some of all computed structures, and their curves."""
        structures = [part[0] for part in self.parts]
        joined = GrainStructures(
            np.concatenate([one.angles for one in structures])[order],
            np.concatenate([one.grains for one in structures])[order],
            structures[0].size_nm,
            {"n_grains": np.concatenate(
                [one.parameters["n_grains"] for one in structures]
            )[order]},
        )  # fmt: skip
        curves = [part[1] for part in self.parts]
        magnetization = np.concatenate([one.magnetization for one in curves])[order]
        return joined, DemagnetizationCurves(
            curves[0].field, magnetization, curves[0].material
        )


def _product(points, material):
    """Return the energy product of a curve that is straight between anchor points."""
    M1, Mr, *fields = points
    field = np.array([1.0, 0.0, *(-np.maximum.accumulate(np.maximum(fields, 1e-4)))])
    field -= np.arange(len(field)) * 1e-9  # no two are equal
    magnetization = np.array([M1, Mr, *(Mr * _LEVELS)])
    one = DemagnetizationCurves(field, magnetization[None], material)
    return float(figures_of_merit(one)[_PRODUCT].iloc[0])

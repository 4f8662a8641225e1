"""The models that AutoRegressor tries, what each sees, and about what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag.composition import MagpieFeaturizer
from sklmag.composition._process_table import is_made_of_elements
from sklmag.recipes._columns import OF_POTENTIAL
from sklmag.recipes._formulas import boosted_trees
from sklmag.recipes._oblivious import ObliviousTrees
from sklmag.recipes._xgboost import make_xgboost

_ALPHAS = np.logspace(-3, 4, 15)
_MANY = 10**9
_POTENTIAL = ", potential"
_OF_CRYSTALS = {"mean_effective_coordination", "energy_eV_per_atom"}
_DESCRIPTORS = ", descriptors"  # how the names of models end that see them


@dataclass(frozen=True)
class Candidate:
    """A model that may take part.

    Parameters
    ----------
    name : str
        What it is called; a name that ends with ", descriptors" is that of a model
        that sees Magpie's attributes too, and is left out where there are none.
    build : callable
        Returns it unfitted, from a seed.
    seconds : callable
        About how long a fit takes on one core, from rows and columns.
    most : (int, int), default=no limit
        Rows and columns up to which it is tried.
    always : bool, default=False
        Whether it is fitted whatever the time.
    needs : str, default=None
        A package without which it does not take part.
    of_potential : bool, default=False
        Whether it takes part only where there are features of a potential; a name that
        ends with ", potential" is that of a model that sees nothing else.
    """

    name: str
    build: Callable[[int], Any]
    seconds: Callable[[int, int], float]
    most: tuple[int, int] = (_MANY, _MANY)
    always: bool = False
    needs: str | None = None
    of_potential: bool = False


def _linear(seed):
    return make_pipeline(StandardScaler(), RidgeCV(_ALPHAS))


def _xgboost(seed):
    return make_xgboost(seed).set_params(n_jobs=1)


def _extra_trees(seed):
    return ExtraTreesRegressor(80, max_features=0.33, random_state=seed)


def _slow_xgboost(seed):
    return boosted_trees(seed, n_estimators=250, learning_rate=0.06)


def _catboost(seed):
    return ObliviousTrees(seed)


def _process(seed):
    kernel = ConstantKernel(1.0, (1e-2, 1e4)) * Matern(
        10.0, (1e-1, 1e3), nu=1.5
    ) + WhiteKernel(0.05, (1e-5, 2.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
    return make_pipeline(StandardScaler(), process)


def _potential_process(seed):
    from sklmag.recipes._potential_process import PotentialProcess

    return make_pipeline(StandardScaler(), PotentialProcess(seed))


def _energy_of_potential(seed):
    from sklmag.recipes._crystals import make_energy_model

    return make_energy_model(seed)


def _process_seconds(rows, columns):
    return 1 + 6e-6 * min(rows, 800) ** 2 + 7e-7 * rows**2


def _mhar(seed):
    from sklmag.models import MultiHeadAttentionRegressor

    return MultiHeadAttentionRegressor(n_members=2, random_state=seed)


def _sorting(seconds):
    """Return the time of trees, which sort the values of each column."""
    return lambda rows, columns: 0.1 + seconds * rows * columns * np.log2(rows + 1)


def _catboost_seconds(rows, columns):
    return 0.3 + 0.05 * columns * (1 + rows / 2000)


# Cheap ones first: they are there when the time ends. Times were measured on one core.
CANDIDATES = (
    Candidate("linear", _linear, lambda rows, columns: 1e-7 * rows * columns**1.5),
    Candidate("XGBoost", _xgboost, _sorting(6e-7), always=True),
    Candidate("extra trees", _extra_trees, _sorting(7e-7)),
    Candidate("extra trees, descriptors", _extra_trees, _sorting(4e-7)),
    Candidate("XGBoost, descriptors", _slow_xgboost, _sorting(2e-6)),
    Candidate(
        "Gaussian process", _process, lambda rows, columns: 0.1 + 2e-9 * rows**3,
        most=(1200, 400),
    ),
    Candidate(
        "Gaussian process, potential", _potential_process, _process_seconds,
        most=(3000, _MANY), of_potential=True,
    ),
    Candidate(
        "energy of the potential", _energy_of_potential,
        lambda rows, columns: _process_seconds(rows, columns)
        + _sorting(1.5e-6)(rows, columns),
        most=(3000, _MANY), of_potential=True,
    ),
    Candidate("CatBoost", _catboost, _catboost_seconds, needs="catboost"),
    Candidate("MHAR", _mhar, lambda rows, columns: 2 + 0.05 * columns),
    Candidate("CatBoost, descriptors", _catboost, _catboost_seconds, needs="catboost"),
)  # fmt: skip
_NAMES = [candidate.name for candidate in CANDIDATES]


def chosen_candidates(names, X):
    """Return the candidates of some names, or all, that a table is fit for."""
    here = {c.name: c.needs is None or bool(find_spec(c.needs)) for c in CANDIDATES}
    for name in names or ():
        if name not in here:
            raise ValueError(f"members holds {name!r}. Choose from: {_NAMES}.")
        if not here[name]:
            raise ValueError(
                f"members holds {name!r}, which is not installed: pip install catboost."
            )
    names = [name for name in _NAMES if here[name]] if names is None else list(names)
    has_potential = set(X.columns) >= _OF_CRYSTALS
    has_descriptors = len(columns_for("", X.columns)) < X.shape[1]
    chosen = [
        c
        for c in CANDIDATES
        if c.name in names
        and all(np.array(X.shape) <= c.most)
        and (has_descriptors or not c.name.endswith(_DESCRIPTORS))
        and (has_potential or not c.of_potential)
    ]
    if not chosen:
        raise ValueError(
            f"members={names} holds none that can be fitted to {X.shape[0]} rows and "
            f"{X.shape[1]} columns. Choose from: {_NAMES}."
        )
    return chosen


def columns_for(name, columns):
    """Return the columns that a model sees.

    Where there are amounts of elements, Magpie's attributes tell nothing new: only
    models whose name says so see them. Crystals have no such columns, and all see all.
    """
    columns = list(columns)
    if name.endswith(_POTENTIAL):
        return [name for name in columns if re.match(OF_POTENTIAL, name)]
    if name.endswith(_DESCRIPTORS) or not any(map(is_made_of_elements, columns)):
        return columns
    hidden = set(MagpieFeaturizer().get_feature_names_out())
    return [column for column in columns if column not in hidden]

"""Models of properties from crystal structures, ready to be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import ExtraTreesRegressor, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag.models import SIPFENNRegressor
from sklmag.recipes._columns import OF_POTENTIAL
from sklmag.recipes._inputs import make_input_pipeline
from sklmag.recipes._potential_process import PotentialProcess
from sklmag.recipes._residual import ResidualRegressor
from sklmag.recipes._xgboost import make_xgboost
from sklmag.structure import (
    PotentialFeaturizer,
    SiteFractionFeaturizer,
    VoronoiFeaturizer,
)

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

_OF_ENERGIES = r"^(energy_eV_per_atom|fraction_[A-Z][a-z]?)$"


def make_crystal_features(
    *,
    on_error: Literal["raise", "nan"] = "raise",
    n_jobs: int | None = None,
    verbose: int | bool = 0,
) -> FeatureUnion:
    """Return all that is known of crystals in one table, unfitted.

    Parameters
    ----------
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a structure that cannot be read.
    n_jobs : int, default=None
        Processes of each part; None is 1.
    verbose : int or bool, default=0
        Whether to show progress bars.

    Returns
    -------
    FeatureUnion
        The 271 attributes of :class:`~sklmag.structure.VoronoiFeaturizer`, what
        :class:`~sklmag.structure.PotentialFeaturizer` knows, and the fractions of the
        elements, as a frame.

    Examples
    --------
    >>> from sklmag.recipes import make_crystal_features
    >>> [name for name, _ in make_crystal_features(n_jobs=2).transformer_list]
    ['voronoi', 'potential', 'fractions']
    """
    options: Any = {"on_error": on_error, "n_jobs": n_jobs, "verbose": verbose}
    parts = [
        ("voronoi", VoronoiFeaturizer(**options)),
        ("potential", PotentialFeaturizer(**options)),
        ("fractions", SiteFractionFeaturizer(**options)),
    ]
    union = FeatureUnion(parts, verbose_feature_names_out=False)
    return union.set_output(transform="pandas")


def make_crystal_reader(n_jobs=None):
    """Return what turns crystals into one table of all numbers, without gaps."""
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    return make_pipeline(
        make_crystal_features(n_jobs=n_jobs), filled.set_output(transform="pandas")
    )


def make_crystal_pipeline(
    quantity: Literal["energy", "other"] = "other",
    random_state: int | None = None,
) -> Pipeline:
    r"""Return the model that was best on hundreds to some thousand crystals, unfitted.

    Parameters
    ----------
    quantity : {"energy", "other"}, default="other"
        What it learns: energies of formation, or anything else, such as a
        magnetization, an anisotropy constant or a modulus.
    random_state : int or None, default=None
        Seed.

    Returns
    -------
    Pipeline
        Fitted on structures or their files; needs ``sklmag[potential]``.

    See Also
    --------
    crystal_models : This and others, to compare.

    Notes
    -----
    "other" is a Gaussian process on the features of the potential, which also gives
    standard deviations; its cost grows with the cube of the number of rows, which may
    be some thousand. "energy" is linear in the energy of the potential and the
    fractions of the elements, whose energies are fitted; the mean of such a process and
    of extra trees on all features learns what that misses.

    Examples
    --------
    >>> from pymatgen.core import Lattice, Structure
    >>> from sklmag.recipes import make_crystal_pipeline
    >>> cells = [Lattice.cubic(a) for a in (2.4, 2.5, 2.6)]
    >>> crystals = [Structure(cell, ["Fe"], [[0, 0, 0]]) for cell in cells]
    >>> model = make_crystal_pipeline(random_state=0).fit(crystals, [1.0, 2.0, 3.0])
    >>> value, std = model.predict(crystals, return_std=True)
    """
    if quantity == "energy":
        return make_pipeline(make_crystal_features(), make_energy_model(random_state))
    if quantity == "other":
        process = PotentialProcess(random_state)
        return make_pipeline(PotentialFeaturizer(), StandardScaler(), process)
    raise ValueError(f"quantity={quantity!r} is not known. Choose 'energy' or 'other'.")


def make_energy_model(random_state=None):
    """Return what learns energies from features of crystals: physics, then the rest."""
    of_potential = ("potential", "passthrough", make_column_selector(OF_POTENTIAL))
    process = make_pipeline(
        ColumnTransformer([of_potential]),
        StandardScaler(),
        PotentialProcess(random_state),
    )
    trees = ExtraTreesRegressor(
        200, max_features=0.33, n_jobs=1, random_state=random_state
    )
    rest = VotingRegressor([("process", process), ("trees", trees)])
    return ResidualRegressor(Ridge(1e-4), rest, columns=_OF_ENERGIES)


def crystal_models(random_state: int | None = None) -> dict[str, Any]:
    """Return models that predict a property from crystal structures.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed of each.

    Returns
    -------
    dict of str to estimator
        ``"Voronoi + XGBoost"`` and ``"SIPFENN"`` on the 271 attributes;
        ``"potential + Gaussian process"`` and ``"energy of the potential"``, the two of
        :func:`make_crystal_pipeline`; and ``"all + XGBoost"`` on both. All are fitted
        on structures or their files.

    See Also
    --------
    formula_models : The same for formulas.

    Examples
    --------
    >>> from sklmag.recipes import crystal_models
    >>> list(crystal_models())[:2]
    ['Voronoi + XGBoost', 'SIPFENN']
    """
    trees = make_xgboost(random_state)
    net = SIPFENNRegressor(width_factor=0.05, random_state=random_state)
    return {
        "Voronoi + XGBoost": make_input_pipeline("structure", trees),
        "SIPFENN": make_input_pipeline("structure", net),
        "all + XGBoost": make_pipeline(make_crystal_features(), trees),
        "potential + Gaussian process": make_crystal_pipeline("other", random_state),
        "energy of the potential": make_crystal_pipeline("energy", random_state),
    }

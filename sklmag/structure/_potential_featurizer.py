"""Features of crystals from universal interatomic potentials."""

from __future__ import annotations

import hashlib
import itertools
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from joblib import delayed

from sklmag._utils._featurizer import Featurizer, attempt
from sklmag._utils._papers import DENG_2023
from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress
from sklmag._utils._validation import HasMethods, StrOptions
from sklmag.exceptions import StructureError
from sklmag.structure._base import crystal_of
from sklmag.structure._potentials import POTENTIALS, Potential, known_potential

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike

_MU0_MU_B = 11.6541  # T Å^3: a Bohr magneton in a cubic ångström
_SITES_PER_TASK = 64
_REMEMBERED: OrderedDict[bytes, Any] = OrderedDict()  # rows by potential and crystal
_MOST_REMEMBERED = 50_000


class PotentialFeaturizer(Featurizer):
    r"""What a universal interatomic potential knows of a crystal.

    Energy, magnetization, and the inner features of the potential: with few data they
    carry further than geometric descriptors, as the potential has seen a million
    crystals. Join them with those of :class:`VoronoiFeaturizer` by a ``FeatureUnion``.

    Parameters
    ----------
    potential : {"chgnet"} or Potential, default="chgnet"
        Which one: by name, or an object with ``identity``, ``n_features``,
        ``n_site_features`` and ``evaluate`` (see ``CONTRIBUTING.md``).
    device : {"auto", "cpu", "cuda"}, default="auto"
        Where it runs; "auto" is a GPU where there is one.
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a structure that cannot be read or evaluated: an error, or a
        row of NaN, one warning that lists all of them, and their reasons in
        ``errors_``.
    n_jobs : int, default=None
        Processes; None is 1, or what ``joblib.parallel_config`` says.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    potential_ : str
        Name and version of the potential, and the beginning of the checksum of its
        weights; `transform` refuses another one.
    errors_ : dict of int to str
        Row and reason of what the last `transform` could not read.

    Raises
    ------
    StructureError
        For molecules, disordered sites, unreadable files, elements that the potential
        does not know, and atoms without neighbours.
    ImportError
        Where the potential is not installed: ``pip install "sklmag[potential]"``.

    See Also
    --------
    VoronoiFeaturizer : Geometric and elemental attributes.
    sklmag.recipes.make_crystal_pipeline : Both, with the model that was best with them.

    Notes
    -----
    Columns: ``energy_eV_per_atom``; ``magnetization_T``,
    :math:`\mu_0 \sum_i |m_i| / V`; mean, deviation, min and max of the moments of the
    sites in Bohr magnetons; then the features of the crystal before the last layer of
    the potential, per site, and the standard deviations of the features of its sites.
    The moments of CHGNet have no sign: an antiferromagnet looks like a ferromagnet.

    The energy is that of the potential's own references. Its difference from energies
    of the elements that are fitted to formation energies is a better quantity than the
    energy itself: see :class:`~sklmag.recipes.ResidualRegressor`.

    CHGNet [1]_ was trained on the Materials Project: energies and moments of crystals
    from there are no test of it.

    Rows are remembered in the process (50,000 of them), so that a search or a
    cross-validation evaluates each crystal once.

    References
    ----------
    .. [1] B. Deng et al., Nat. Mach. Intell. 5 (2023) 1031,
       doi:10.1038/s42256-023-00716-3.

    Examples
    --------
    >>> from pymatgen.core import Lattice, Structure
    >>> from sklmag.structure import PotentialFeaturizer
    >>> bcc = Structure(Lattice.cubic(2.87), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> potential = PotentialFeaturizer().set_output(transform="pandas")
    >>> row = potential.fit_transform([bcc]).iloc[0]
    >>> row[["magnetization_T", "mean_moment_muB"]].round(1).tolist()
    [2.5, 2.5]
    """

    citation = DENG_2023
    reads = "structure"

    _parameter_constraints = {
        **Featurizer._parameter_constraints,
        "n_jobs": [int, None],
        "verbose": ["verbose"],
        "potential": [StrOptions(set(POTENTIALS)), HasMethods("evaluate")],
        "device": [StrOptions({"auto", "cpu", "cuda"})],
    }

    def __init__(
        self,
        potential: str | Potential = "chgnet",
        *,
        device: Literal["auto", "cpu", "cuda"] = "auto",
        on_error: Literal["raise", "nan"] = "raise",
        n_jobs: int | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.potential = potential
        self.device = device
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the parameters, and note which potential it is.

        Parameters
        ----------
        X : array-like of shape (n_samples,)
            Structures or their files.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The featurizer.
        """
        super().fit(X, y)
        self.potential_ = self._loaded().identity
        return self

    def _loaded(self):
        if not isinstance(self.potential, str):
            return self.potential
        return known_potential(self.potential, self.device)

    def _read_all(self, items):
        """Evaluate what is not remembered, in tasks of about equal cost."""
        identity = self._loaded().identity
        fitted = getattr(self, "potential_", identity)
        if fitted != identity:
            raise ValueError(
                f"This PotentialFeaturizer was fitted with {fitted}, but here is "
                f"{identity}, whose features are others. Install that version, or fit "
                "again."
            )
        groups, same = itertools.tee(_groups(items, identity))
        tasks = (
            delayed(_evaluated)(self.potential, self.device, group.new)
            for group in groups
        )
        work = in_order(tasks, self.n_jobs)
        yield from progress(
            (
                outcome
                for group, rows in zip(same, work, strict=True)
                for outcome in group.outcomes(rows)
            ),
            verbose=self.verbose,
            total=len(items),
            desc=type(self).__name__,
            unit="structure",
        )

    def _numbers(self, rows):
        return np.vstack(rows)

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
        names = ["energy_eV_per_atom", "magnetization_T"]
        names += [f"{s}_moment_muB" for s in ("mean", "dev", "min", "max")]
        potential = self._loaded()
        names += [f"feature_{k}" for k in range(1, potential.n_features + 1)]
        names += [f"site_spread_{k}" for k in range(1, potential.n_site_features + 1)]
        return np.array(names, dtype=object)


@dataclass
class _Group:
    """Some items that are evaluated together.

    Attributes
    ----------
    items : list
        Structures and paths.
    known : list of ndarray, Exception or None
        Of each, the row that is remembered, why it cannot be read, or nothing yet.
    keys : list of bytes or None
        By which the rows are remembered.
    new : list of Crystal
        Of those that are not known.
    """

    items: list
    known: list
    keys: list
    new: list

    def outcomes(self, rows):
        """Yield the row of each item, or the error; `rows` are of the new ones."""
        rows = iter(rows)
        for item, known, key in zip(self.items, self.known, self.keys, strict=True):
            if known is not None:
                yield known
                continue
            row = next(rows)
            if isinstance(row, Exception):
                named = isinstance(item, (str, Path))
                yield StructureError(f"File {str(item)!r}: {row}") if named else row
                continue
            _remember(key, row)
            yield row


def _groups(items, identity):
    group, n_sites = _Group([], [], [], []), 0
    for item in items:
        crystal = attempt(crystal_of, item)
        known, key = crystal, None
        if not isinstance(crystal, Exception):
            key = _key(crystal, identity)
            known = _REMEMBERED.get(key)
        if known is None:
            group.new.append(crystal)
            n_sites += len(crystal.numbers)
        group.items.append(item)
        group.known.append(known)
        group.keys.append(key)
        if n_sites >= _SITES_PER_TASK:
            yield group
            group, n_sites = _Group([], [], [], []), 0
    if group.items:
        yield group


def _key(crystal, identity):
    digest = hashlib.sha256(identity.encode())
    for array in crystal:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest()


def _remember(key, row):
    _REMEMBERED[key] = row
    while len(_REMEMBERED) > _MOST_REMEMBERED:
        _REMEMBERED.popitem(last=False)


def _evaluated(potential, device, crystals):
    """Return the rows of crystals, or of each the error."""
    if not crystals:
        return []
    if isinstance(potential, str):
        potential = known_potential(potential, device)
    try:
        found = potential.evaluate(crystals)
    except ValueError:  # of one of them: see which
        found = [attempt(lambda c: potential.evaluate([c])[0], c) for c in crystals]
    return [
        one if isinstance(one, Exception) else _row(one, crystal)
        for one, crystal in zip(found, crystals, strict=True)
    ]


def _row(evaluation, crystal):
    energy, moments, features, site_features = evaluation
    volume = abs(np.linalg.det(crystal.lattice))
    mean = moments.mean()
    spread = np.abs(moments - mean).mean()
    magnetization = _MU0_MU_B * moments.sum() / volume
    numbers = [energy, magnetization, mean, spread, moments.min(), moments.max()]
    spreads = np.std(site_features, axis=0, dtype=np.float64)
    return np.array([*numbers, *features, *spreads], dtype=np.float64)

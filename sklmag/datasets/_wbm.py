"""WBM: crystals made by replacing elements, relaxed by DFT, with their energies."""

from __future__ import annotations

import gzip
import json
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.utils import check_random_state

from sklmag.datasets._bunch import as_bunch
from sklmag.datasets._fetch import fetch_file
from sklmag.datasets._registry import REGISTRY
from sklmag.exceptions import DownloadError
from sklmag.structure._crystal import structure_of

if TYPE_CHECKING:
    import os

    import numpy as np
    from sklearn.utils import Bunch

_TARGET = "formation_energy_eV_per_atom"
_COLUMNS = {  # of the summary, and what they are called here
    "material_id": "id",
    "formula": "formula",
    "e_form_per_atom_mp2020_corrected": _TARGET,
    "e_above_hull_mp2020_corrected_ppd_mp": "energy_above_hull_eV_per_atom",
    "unique_prototype": "unique_prototype",
}


def fetch_wbm(
    n_structures: int | None = None,
    *,
    random_state: int | np.random.RandomState | None = None,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Bunch:
    """Load the crystals of WBM with their formation energies [1]_, [2]_.

    256,963 crystals that were made from those of the Materials Project by replacing
    elements, and relaxed: the test set of Matbench Discovery. Downloads about 100 MB
    on first use.

    Parameters
    ----------
    n_structures : int, default=None
        How many to draw at random; None loads all, which takes about 4 GB.
    random_state : int, RandomState instance or None, default=None
        Which are drawn.
    data_home : str or path-like, default=None
        Folder; by default that of :func:`sklmag.datasets.data_home`.
    download_if_missing : bool, default=True
        Whether to download; False raises where a file is not there.
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.
    n_retries : int, default=3
        Attempts after a failed one.
    delay : float, default=1.0
        Seconds before the first repetition.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame with the column ``structure``, pymatgen Structures as
        relaxed), ``target`` (Series ``formation_energy_eV_per_atom``, with the
        corrections of the Materials Project of 2020), ``frame`` (also ``id``, whose
        first number counts the replacements, ``formula``,
        ``energy_above_hull_eV_per_atom`` and ``unique_prototype``, whether no crystal
        before has the same prototype), ``feature_names``, ``target_names``, ``units``,
        ``DESCR``, ``citation``, ``license``.

    Raises
    ------
    DownloadError
        If the files cannot be had, or lack what is asked for.
    ValueError
        For more structures than there are.

    Notes
    -----
    Crystals of one formula are many: keep them in one fold (``GroupKFold`` on the
    formula). A universal potential that was trained on the Materials Project has not
    seen these.

    References
    ----------
    .. [1] H.-C. Wang, S. Botti, M. A. L. Marques, npj Comput. Mater. 7 (2021) 12,
       doi:10.1038/s41524-020-00481-6.
    .. [2] J. Riebesell et al., Nat. Mach. Intell. 7 (2025) 836,
       doi:10.1038/s42256-025-01055-1.

    Examples
    --------
    >>> from sklmag.datasets import fetch_wbm
    >>> wbm = fetch_wbm(1000, random_state=0)  # doctest: +SKIP
    >>> wbm.frame.shape  # doctest: +SKIP
    (1000, 6)
    """
    fetch = partial(
        fetch_file,
        data_home=data_home,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
        verbose=verbose,
    )
    summary = _summary(fetch("wbm_summary"))
    if n_structures is not None:
        summary = _drawn(summary, n_structures, random_state)
    crystals = _crystals(fetch("wbm_structures"), set(summary["id"]))
    missing = [name for name in summary["id"] if name not in crystals]
    if missing:
        raise DownloadError(
            f"wbm_structures lacks {len(missing)} of the crystals in wbm_summary, the "
            f"first of which is {missing[0]}. Delete both files and fetch them anew."
        )
    frame = summary.reset_index(drop=True)
    structures = [crystals[name] for name in frame["id"]]
    frame.insert(0, "structure", pd.Series(structures, dtype=object))
    data = frame[["structure"]]
    if return_X_y:
        return data, frame[_TARGET]
    description = f"Formation energies of {len(frame)} crystals of WBM (PBE)."
    return as_bunch(frame, data, _TARGET, description, REGISTRY["wbm_structures"])


def _summary(path):
    """Return identifiers and energies of all crystals."""
    # NaN is a formula: sodium nitride
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    unknown = [column for column in _COLUMNS if column not in table]
    if unknown:
        raise DownloadError(
            f"{path} has no column {unknown[0]!r}; it is no summary of WBM."
        )
    return table[list(_COLUMNS)].rename(columns=_COLUMNS)


def _drawn(summary, n_structures, random_state):
    """Return some rows, in the order of the table."""
    if not 1 <= n_structures <= len(summary):
        raise ValueError(
            f"n_structures={n_structures} must be from 1 to {len(summary)}."
        )
    random = check_random_state(random_state)
    rows = random.choice(len(summary), n_structures, replace=False)
    return summary.iloc[sorted(rows)]


def _crystals(path, wanted):
    """Return the relaxed crystals of some identifiers, from a line for each."""
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            name = entry["material_id"]
            if name in wanted:
                structure = entry["computed_structure_entry"]["structure"]
                found[name] = structure_of(structure)
    return found

"""Benchmarks of properties against formulas: Matbench, and the extended sets."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold

from sklmag.datasets._bunch import make_bunch
from sklmag.datasets._fetch import fetch_file
from sklmag.datasets._formula_files import EXTENDED, MATBENCH
from sklmag.structure._crystal import structure_of

if TYPE_CHECKING:
    import os

    from sklearn.utils import Bunch


_MATBENCH_SEED = 18012019  # of the official folds


def fetch_matbench(
    task: str,
    *,
    structures: bool = False,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Bunch:
    """Load one of the 13 tasks of Matbench v0.1, as formulas or crystals.

    Downloads from 8 kB (``steels``) to 90 MB (``mp_e_form``) on first use.

    Parameters
    ----------
    task : {"dielectric", "expt_gap", "expt_is_metal", "glass", "jdft2d", "log_gvrh", \
            "log_kvrh", "mp_e_form", "mp_gap", "mp_is_metal", "perovskites", \
            "phonons", "steels"}
        The task.
    structures : bool, default=False
        Return crystals in place of formulas, which nine of the tasks have.
    data_home : str or path-like, default=None
        Folder; by default that of :func:`sklmag.datasets.data_home`.
    download_if_missing : bool, default=True
        Whether to download; False raises where the file is not there.
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
        ``data`` (DataFrame with the column ``composition``, or ``structure``, of
        pymatgen Structures), ``target`` (Series), ``fold`` (Series from 0
        to 4: in which official test fold a row is),
        ``frame``, ``feature_names``, ``target_names``, ``units``, ``DESCR``,
        ``citation``, ``license``. Rows are in the official order.

    Raises
    ------
    DownloadError
        If the file cannot be had.
    ValueError
        For an unknown task, and for crystals of a task on formulas.

    Notes
    -----
    Of tasks on crystals, without ``structures``, the composition of the whole cell is
    kept, so different crystals of one composition are equal rows, also across folds.

    References
    ----------
    .. [1] A. Dunn et al., npj Comput. Mater. 6 (2020) 138,
       doi:10.1038/s41524-020-00406-3.

    Examples
    --------
    >>> from sklmag.datasets import fetch_matbench
    >>> gaps = fetch_matbench("expt_gap")  # doctest: +SKIP
    >>> gaps.frame.shape  # doctest: +SKIP
    (4604, 2)
    """
    if task not in MATBENCH:
        raise ValueError(f"task={task!r} is not known. Choose one of {list(MATBENCH)}.")
    name, _, _, what = MATBENCH[task]
    path = fetch_file(
        f"matbench_{task}",
        data_home=data_home,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
        verbose=verbose,
    )
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content = json.load(file)
    frame = pd.DataFrame(content["data"], columns=content["columns"])
    kind = "structure" if "structure" in frame else "composition"
    if structures and kind != "structure":
        raise ValueError(f"Task {task!r} has formulas, no crystals: structures=False.")
    materials = frame.pop(kind)
    if kind == "structure":
        materials = materials.map(structure_of if structures else _composition_of)
        kind = "structure" if structures else "composition"
    frame = pd.DataFrame({kind: materials, name: frame.iloc[:, 0]})
    bunch = make_bunch(
        f"matbench_{task}",
        frame,
        name,
        f"{what}: task {task} of Matbench v0.1, {len(frame)} rows.",
    )
    bunch["fold"] = _official_folds(bunch.target)
    return (bunch.data, bunch.target) if return_X_y else bunch


def fetch_extended(
    name: str,
    *,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Bunch:
    """Load one of the 18 extended sets on which formula models are compared.

    Downloads 47 MB on first use, which hold all sets.

    Parameters
    ----------
    name : {"CritExam__Ed", "CritExam__Ef", "OQMD_Bandgap", "OQMD_Energy_per_atom", \
            "OQMD_Formation_Enthalpy", "OQMD_Volume_per_atom", "aflow__Egap", \
            "aflow__ael_bulk_modulus_vrh", "aflow__ael_debye_temperature", \
            "aflow__ael_shear_modulus_vrh", "aflow__agl_thermal_conductivity_300K", \
            "aflow__agl_thermal_expansion_300K", "aflow__energy_atom", \
            "mp_bulk_modulus", "mp_e_hull", "mp_elastic_anisotropy", "mp_mu_b", \
            "mp_shear_modulus"}
        The set.
    data_home : str or path-like, default=None
        Folder; by default that of :func:`sklmag.datasets.data_home`.
    download_if_missing : bool, default=True
        Whether to download; False raises where the file is not there.
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
        ``data`` (DataFrame with the column ``composition``), ``target`` (Series),
        ``split`` (Series of "train", "val" and "test", the official parts),
        ``frame``, ``feature_names``, ``target_names``, ``units``, ``DESCR``,
        ``citation``, ``license``.

    Raises
    ------
    DownloadError
        If the file cannot be had.
    ValueError
        For an unknown set.

    References
    ----------
    .. [1] C. L. Clement, S. K. Kauwe, T. D. Sparks, Integr. Mater. Manuf. Innov. 9
       (2020) 153, doi:10.1007/s40192-020-00174-4.

    Examples
    --------
    >>> from sklmag.datasets import fetch_extended
    >>> moduli = fetch_extended("mp_bulk_modulus")  # doctest: +SKIP
    >>> moduli.split.value_counts().tolist()  # doctest: +SKIP
    [4414, 947, 946]
    """
    if name not in EXTENDED:
        raise ValueError(f"name={name!r} is not known. Choose one of {list(EXTENDED)}.")
    path = fetch_file(
        "extended_benchmark",
        data_home=data_home,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
        verbose=verbose,
    )
    parts = _read_parts(path, name)
    target = EXTENDED[name]
    table = pd.concat(parts, names=["split"]).reset_index(level="split")
    table = table.reset_index(drop=True)
    frame = table[["formula", "target"]].set_axis(["composition", target], axis=1)
    bunch = make_bunch(
        "extended_benchmark",
        frame,
        target,
        f"Extended set {name}, {len(frame)} rows.",
    )
    bunch["split"] = table["split"]
    return (bunch.data, bunch.target) if return_X_y else bunch


def _read_parts(path, name):
    """Return the three tables of a set from the archive."""
    with tarfile.open(path) as archive:
        top = archive.next().name.split("/")[0]
        return {
            part: pd.read_csv(
                io.BytesIO(
                    archive.extractfile(
                        f"{top}/data/benchmark_data/{name}/{part}.csv"
                    ).read()
                ),
                keep_default_na=False,  # NaN is a formula: sodium nitride
            )
            for part in ("train", "val", "test")
        }


def _composition_of(structure):
    """Return the composition of a crystal that is written as pymatgen's dictionary."""
    amounts = {}
    for site in structure["sites"]:
        for species in site["species"]:
            element = species["element"]
            amounts[element] = amounts.get(element, 0) + species["occu"]
    return "".join(f"{element}{amounts[element]:g}" for element in sorted(amounts))


def _official_folds(target):
    """Return the number of the official test fold of each row."""
    splitter = StratifiedKFold if target.dtype == bool else KFold
    folds = np.empty(len(target), dtype=int)
    split = splitter(5, shuffle=True, random_state=_MATBENCH_SEED).split(target, target)
    for i, (_, test) in enumerate(split):
        folds[test] = i
    return pd.Series(folds, name="fold")

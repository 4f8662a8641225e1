"""Public data sets, downloaded on first use."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from sklmag.composition import element_symbols
from sklmag.datasets._bunch import make_bunch
from sklmag.datasets._fetch import fetch_file
from sklmag.datasets._formula_sets import fetch_matbench
from sklmag.exceptions import DownloadError

if TYPE_CHECKING:
    import os

    from sklearn.utils import Bunch


def fetch_matbench_steels(
    *,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Bunch:
    """Load the yield strengths of 312 steels (Matbench ``steels``).

    Downloads 8 kB on first use.

    Parameters
    ----------
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
        ``data`` (DataFrame with the column ``composition``), ``target`` (Series
        ``yield_strength_MPa``), ``fold``, ``frame``, ``feature_names``,
        ``target_names``, ``units``, ``DESCR``, ``citation``, ``license``.

    Raises
    ------
    DownloadError
        If the file cannot be had.

    References
    ----------
    .. [1] A. Dunn et al., npj Comput. Mater. 6 (2020) 138,
       doi:10.1038/s41524-020-00406-3.

    Examples
    --------
    >>> from sklmag.datasets import fetch_matbench_steels
    >>> steels = fetch_matbench_steels()  # doctest: +SKIP
    >>> steels.frame.shape  # doctest: +SKIP
    (312, 2)
    """
    return fetch_matbench(
        "steels",
        data_home=data_home,
        download_if_missing=download_if_missing,
        return_X_y=return_X_y,
        n_retries=n_retries,
        delay=delay,
        verbose=verbose,
    )


def fetch_nemad_curie(
    *,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Bunch:
    """Load the Curie temperatures of ferromagnets from NEMAD.

    Downloads about 10 MB on first use.

    Parameters
    ----------
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
        ``data`` (DataFrame of element amounts), ``target`` (Series ``Tc_K``),
        ``frame``, ``feature_names``, ``target_names``, ``units``, ``DESCR``,
        ``citation``, ``license``.

    Raises
    ------
    DownloadError
        If the file cannot be had.

    References
    ----------
    .. [1] S. Itani, Y. Zhang, J. Zang, Nat. Commun. (2025),
       doi:10.1038/s41467-025-64458-z.

    Examples
    --------
    >>> from sklmag.datasets import fetch_nemad_curie
    >>> curie = fetch_nemad_curie()  # doctest: +SKIP
    >>> list(curie.target_names)  # doctest: +SKIP
    ['Tc_K']
    """
    path = fetch_file(
        "nemad_curie",
        data_home=data_home,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
        verbose=verbose,
    )
    table = pd.read_csv(path)
    if "Mean_TC_K" not in table:
        raise DownloadError(
            f"{path} has no column 'Mean_TC_K' (found: {', '.join(table.columns[:5])}, "
            "...): it is not the NEMAD table. Delete it and fetch it again."
        )
    elements = [symbol for symbol in element_symbols() if symbol in table]
    frame = table[elements].assign(Tc_K=table["Mean_TC_K"])
    description = files(__package__).joinpath("descr", "nemad_curie.rst")
    bunch = make_bunch(
        "nemad_curie", frame, "Tc_K", description.read_text(encoding="utf-8")
    )
    return (bunch.data, bunch.target) if return_X_y else bunch

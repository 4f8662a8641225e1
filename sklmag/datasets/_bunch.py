"""What every `fetch_` and `load_` function of a table returns."""

from sklearn.utils import Bunch

from sklmag._utils._units import unit_of
from sklmag.datasets._registry import REGISTRY
from sklmag.exceptions import DownloadError


def make_bunch(name, frame, target, description):
    """Return a table as a Bunch, after a check of its number of rows.

    Parameters
    ----------
    name : str
        Name in the registry.
    frame : DataFrame
        Features and the target.
    target : str
        Which column is predicted; its name says its unit.
    description : str
        What the data are.

    Returns
    -------
    sklearn.utils.Bunch

    Raises
    ------
    DownloadError
        If the table has not the registered number of rows.
    """
    remote = REGISTRY[name]
    if remote.n_rows is not None and len(frame) != remote.n_rows:
        raise DownloadError(f"{name} has {len(frame)} rows, expected {remote.n_rows}.")
    data = frame.drop(columns=target)
    return as_bunch(frame, data, target, description, remote)


def as_bunch(frame, data, target, description, source):
    """Return a table as a Bunch.

    Parameters
    ----------
    frame, data : DataFrame
        The whole table, and its features.
    target : str
        Which column is predicted; its name says its unit.
    description : str
        What the data are.
    source : Remote or Table
        Whose they are: `citation` and `license`.

    Returns
    -------
    sklearn.utils.Bunch
    """
    return Bunch(
        data=data,
        target=frame[target],
        frame=frame,
        feature_names=list(data.columns),
        target_names=[target],
        units={target: unit_of(target)},
        DESCR=description,
        citation=source.citation,
        license=source.license,
    )

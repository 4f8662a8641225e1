"""Files of maps of electron backscatter diffraction."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd

from sklmag._utils._optional import needed
from sklmag.exceptions import MicrostructureError

_COLUMNS = ("phi1_rad", "Phi_rad", "phi2_rad", "x_um", "y_um")
_ANG = (*_COLUMNS, "iq", "ci", "phase")
_ANG_WITH_FIT = (*_COLUMNS, "iq", "ci", "fit", "phase")
_CTF = {
    "Euler1": "phi1_rad",
    "Euler2": "Phi_rad",
    "Euler3": "phi2_rad",
    "X": "x_um",
    "Y": "y_um",
    "Phase": "phase",
}
_MOST_BYTES = 10**9  # of a file, unpacked
_MOST_PACKED = 1100  # what a byte can unpack to at most
_NO_SOLUTION = 4 * np.pi - 1e-3  # an angle from here on marks a point without one


def read_ebsd(path: str | Path) -> pd.DataFrame:
    r"""Read a map of orientations.

    Parameters
    ----------
    path : str or Path
        .ang of EDAX or ASTAR, .ctf or .h5oina of Oxford Instruments, or .csv (also
        .csv.gz) with the columns ``phi1_rad``, ``Phi_rad``, ``phi2_rad`` (Euler angles
        of Bunge), ``x_um`` and ``y_um``.

    Returns
    -------
    DataFrame of shape (n_points, n_columns)
        These columns, and what else the file tells of each point, such as ``phase``
        and ``ci``; points that were not indexed are left out (phase 0 in .ctf and
        .h5oina; in .ang ci below 0, or angles of 4 pi). ``attrs`` holds what the file
        says of the map: ``"frame"``, the rule of the program that wrote it for the
        axes of the angles (None where it names none), ``"phases"``, names by number,
        and ``"n_not_indexed"``.

    Raises
    ------
    MicrostructureError
        For files of other kinds, missing columns, lines that are cut off, several
        slices, points at the same place, and maps without a point.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklmag.microstructure import read_ebsd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "map.ang")
    ...     _ = path.write_text("# header\n1.5 0.7 3.0 0.0 0.0 24 0.8 1\n")
    ...     read_ebsd(path)["Phi_rad"].tolist()
    [0.7]
    """
    path = Path(path)
    suffixes = "".join(path.suffixes[-2:]).lower().removesuffix(".gz")
    kind = "." + suffixes.rpartition(".")[2]
    if kind not in _READERS:
        raise MicrostructureError(
            f"{str(path)!r} does not end in {', '.join(_READERS)}: no map that is "
            "known. The programs of the microscopes export .ang or .ctf."
        )
    try:
        table = _READERS[kind](path)
        table = _indexed(table)
        _refuse_slices(table)
        refuse_unknown_angles(table)
    except (FileNotFoundError, ImportError):
        raise
    except Exception as error:  # what is made up can be wrong in any way
        reason = error.args[0] if error.args else repr(error)
        raise MicrostructureError(f"File {str(path)!r}: {reason}") from error
    return table


def refuse_unknown_angles(table):
    """Raise for a map that lacks a column, a point, or a number."""
    missing = [name for name in _COLUMNS if name not in table]
    if missing or not len(table):
        lack = f"no column {', '.join(missing)}" if missing else "all columns"
        raise MicrostructureError(
            f"the map has {len(table)} points and {lack}. Needed are points with "
            f"{', '.join(_COLUMNS)}."
        )
    values = table[list(_COLUMNS)].to_numpy(dtype=float)
    wrong = ~np.isfinite(values).all(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MicrostructureError(f"point {row}: {values[row].tolist()} is not finite.")
    if np.abs(values[:, :3]).max() > _NO_SOLUTION:
        row = int(np.argmax(np.abs(values[:, :3]).max(axis=1)))
        raise MicrostructureError(
            f"point {row} has the angles {values[row, :3].tolist()}: degrees, where "
            "radians are needed (numpy.deg2rad), or points without a solution."
        )


def _indexed(table):
    """Leave out the points that were not indexed, and count them."""
    angles = [name for name in _COLUMNS[:3] if name in table]
    known = np.ones(len(table), dtype=bool)
    if "n_not_indexed" in table.attrs:  # a file of a program, not a table
        known &= (table[angles].to_numpy(float) < _NO_SOLUTION).all(axis=1)
        if "ci" in table:
            known &= (table["ci"] >= 0).to_numpy()
        elif "phase" in table:
            known &= (table["phase"] > 0).to_numpy()
        if len(table) and not known.any():
            raise ValueError(
                f"none of the {len(table)} points was indexed (ci below 0, phase 0, or "
                "angles of 4 pi)."
            )
        table.attrs["n_not_indexed"] = int((~known).sum())
    return table[known].reset_index(drop=True)


def _refuse_slices(table):
    if "Z" in table and table["Z"].nunique() > 1:
        slices = ", ".join(f"{z:g}" for z in sorted(table["Z"].unique())[:5])
        raise ValueError(
            f"it holds several slices (Z = {slices}). Write each to a file of its own."
        )
    places = [name for name in ("x_um", "y_um") if name in table]
    twice = (
        table.duplicated(places).to_numpy() if len(places) == 2 else np.zeros(1, bool)
    )
    if twice.any():
        row = int(np.argmax(twice))
        place = table[places].iloc[row].tolist()
        raise ValueError(
            f"two points lie at {place} µm (the second is {row}). Keep one."
        )


def _content(path):
    """Return the bytes of a file, unpacked up to a limit."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"unpacked it has more than {_MOST_BYTES:,} bytes. Split it.")
    return content


def _lines(path):
    return _content(path).decode("latin-1").splitlines()


def _rows(lines, first, separator=None):
    """Return the words of the lines of points; raise for one that is cut off."""
    rows = [line.rstrip().split(separator) for line in lines if line.strip()]
    width = len(rows[0]) if rows else 0
    for number, row in enumerate(rows, first):
        if len(row) != width:
            raise ValueError(
                f"line {number} holds {len(row)} words, the first line of points "
                f"{width}: it is cut off or damaged. Delete or complete it."
            )
    return rows


def _to_numbers(rows, first):
    try:
        return np.array(rows, dtype=float)
    except ValueError:
        pass
    try:  # a decimal comma
        return np.array(
            [[x.replace(",", ".") for x in row] for row in rows], dtype=float
        )
    except ValueError as error:
        for number, row in enumerate(rows, first):
            for word in row:
                if not re.fullmatch(r"[-+\d.,eE]+|nan", word, re.IGNORECASE):
                    raise ValueError(
                        f"line {number}: {word!r} is no number."
                    ) from error
        raise


def _read_ang(path):
    lines = _lines(path)
    n_header = next((i for i, x in enumerate(lines) if x and x[0] != "#"), len(lines))
    header = "\n".join(lines[:n_header])
    first = n_header + 1
    values = _to_numbers(_rows(lines[n_header:], first), first)
    if not len(values):
        raise ValueError("it holds no points.")
    names = _ANG
    if values.shape[1] > len(_ANG) and (values[:, 7] % 1 != 0).any():
        names = _ANG_WITH_FIT
    names = [*names, *map(str, range(len(names), 99))][: values.shape[1]]
    table = pd.DataFrame(values, columns=names)
    if "phase" in table:
        table["phase"] = table["phase"].astype(int)
    is_astar = "ACOM" in header
    if is_astar:  # which writes nm
        table[["x_um", "y_um"]] /= 1000
    is_edax = re.search(r"TEM_PIXperUM|x-star|OPERATOR", header) and not is_astar
    phases = re.findall(r"# *Phase +(\d+)\s+# *MaterialName +(.*)", header)
    table.attrs = {
        "frame": "edax" if is_edax else None,
        "phases": {int(number): name.strip() for number, name in phases},
        "n_not_indexed": 0,
    }
    return table


def _read_ctf(path):
    lines = _lines(path)
    starts = (i for i, line in enumerate(lines) if line.startswith("Phase\t"))
    n_header = next(starts, None)
    if n_header is None:
        raise ValueError("there is no line that names the columns, 'Phase X Y ...'.")
    first = n_header + 2
    names = lines[n_header].rstrip().split("\t")
    rows = _rows(lines[n_header + 1 :], first, "\t")
    if rows and len(rows[0]) != len(names):
        raise ValueError(
            f"line {first} holds {len(rows[0])} values for the {len(names)} columns "
            f"{', '.join(names)}."
        )
    values = _to_numbers(rows, first).reshape(-1, len(names))
    header = "\n".join(lines[:n_header])
    cells = [re.search(rf"(?m)^{x}Cells\t(\d+)", header) for x in "XY"]
    n_cells = int(cells[0][1]) * int(cells[1][1]) if all(cells) else len(values)
    if len(values) != n_cells and "Z" not in names:
        raise ValueError(
            f"it has {len(values)} points, but says {cells[0][1]} x {cells[1][1]} "
            "cells: lines are missing."
        )
    table = pd.DataFrame(values, columns=names).rename(columns=_CTF)
    angles = [name for name in _COLUMNS[:3] if name in table]
    table[angles] = np.deg2rad(table[angles])
    table["phase"] = table["phase"].astype(int)
    table.attrs = {
        "frame": "oxford" if lines[0].startswith("Channel Text File") else None,
        "phases": _ctf_phases(lines[:n_header]),
        "n_not_indexed": 0,
    }
    return table


def _ctf_phases(header):
    start = next(
        (i for i, x in enumerate(header) if x.startswith("Phases")), len(header)
    )
    names = [
        line.split("\t")[2] for line in header[start + 1 :] if line.count("\t") > 1
    ]
    return dict(enumerate(names, 1))


def _read_h5oina(path):
    """Read the first slice of a file of Oxford Instruments (H5OINA, version 2 on)."""
    h5py = needed("h5py", extra="ebsd", what="Reading .h5oina")
    with h5py.File(path, "r") as file:
        slices = [name for name in file if name.isdigit() and "EBSD" in file[name]]
        if len(slices) != 1:
            raise ValueError(
                f"it holds {len(slices)} slices of EBSD. Write each to a file of its "
                "own."
            )
        most = min(_MOST_BYTES, _MOST_PACKED * path.stat().st_size)
        data = {
            name: _array(file, f"{slices[0]}/EBSD/Data/{name}", most)
            for name in ("Euler", "X", "Y", "Phase")
        }
        table = pd.DataFrame(data["Euler"].astype(float), columns=list(_COLUMNS[:3]))
        table["x_um"], table["y_um"] = data["X"], data["Y"]
        table["phase"] = data["Phase"].astype(int)
        place = f"{slices[0]}/EBSD/Header/Phases"
        names = {
            int(k): _text(_array(file, f"{place}/{k}/Phase Name", most))
            for k in file.get(place, {})
        }
    table.attrs = {"frame": "oxford", "phases": names, "n_not_indexed": 0}
    return table


def _array(file, place, most):
    """Return an array that is in a file itself, and takes no more bytes than `most`."""
    import h5py

    steps = place.split("/")
    for n in range(1, len(steps) + 1):
        link = file.get("/".join(steps[:n]), getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{place!r} is in another file or place. Copy it in.")
    dataset = file[place]
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        raise ValueError(f"{place!r} is no array of this file. Copy it in.")
    if dataset.nbytes > most:
        raise ValueError(
            f"{place!r} says it has {dataset.nbytes:,} bytes, more than the file can "
            f"hold, or than {_MOST_BYTES:,}."
        )
    return np.asarray(dataset)


def _text(array):
    value = array.ravel()[0]
    return value.decode() if isinstance(value, bytes) else str(value)


def _read_csv(path):
    table = pd.read_csv(io.BytesIO(_content(path)))
    table[[name for name in _COLUMNS if name in table]].to_numpy(dtype=float)
    return table


_READERS = {
    ".ang": _read_ang,
    ".ctf": _read_ctf,
    ".h5oina": _read_h5oina,
    ".csv": _read_csv,
}

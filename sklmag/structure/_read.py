"""Structures from files and folders."""

from __future__ import annotations

import glob
import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklmag.exceptions import SklmagWarning, StructureError
from sklmag.structure._cif import read_cif
from sklmag.structure._crystal import refuse_no_cell, refuse_open, structure_of
from sklmag.structure._poscar import read_poscar
from sklmag.structure._xyz import read_xyz

if TYPE_CHECKING:
    from collections.abc import Sequence


_SUFFIXES = (
    ".cif",
    ".mcif",
    ".vasp",
    ".poscar",
    ".contcar",
    ".json",
    ".xyz",
    ".extxyz",
)
_PREFIXES = ("poscar", "contcar")
_LARGEST = 100_000_000  # bytes


def find_structure_files(paths: str | Path | Sequence[Any]) -> list[Path]:
    """List the structure files among paths, folders and patterns.

    Parameters
    ----------
    paths : str, Path or list of them
        Files, which are taken as they are; folders, in which all files ending in
        .cif, .mcif, .vasp, .poscar, .contcar, .json, .xyz or .extxyz, or named POSCAR
        or CONTCAR (also POSCAR_1, POSCAR.Fe), are found, subfolders included; and
        patterns such as ``"relaxed/*/CONTCAR"``.

    Returns
    -------
    list of Path
        Sorted within each entry; each file once, also where it has several names.

    Raises
    ------
    StructureError
        Where an entry is, holds or matches no file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklmag.structure import find_structure_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("Fe.cif", "POSCAR_2", "notes.txt"):
    ...         _ = pathlib.Path(folder, name).write_text("")
    ...     [path.name for path in find_structure_files(folder)]
    ['Fe.cif', 'POSCAR_2']
    """
    if isinstance(paths, (str, Path)):
        paths = [paths]
    found: dict[Path, Path] = {}
    for entry in paths:
        for path in _files_of(Path(entry)):
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _files_of(entry):
    if entry.is_file():
        return [entry]
    if entry.is_dir():
        files = _files_in(entry)
        if not files:
            raise StructureError(
                f"Folder {str(entry)!r} holds no structure file. They end in "
                f"{', '.join(_SUFFIXES)}, or are named POSCAR or CONTCAR."
            )
        return files
    matches = [Path(path) for path in sorted(glob.glob(str(entry), recursive=True))]
    files = [f for m in matches for f in (_files_in(m) if m.is_dir() else [m])]
    if not files:
        raise StructureError(f"{str(entry)!r} is no file, folder or pattern of files.")
    return files


def _files_in(folder):
    return sorted(path for path in folder.rglob("*") if _is_structure(path))


def _is_structure(path):
    """Tell by the name; also of a link to nowhere, so that reading it names it."""
    name = path.name.lower()
    named = name.endswith(_SUFFIXES) or name.startswith(_PREFIXES)
    return named and not path.is_dir()


def read_structure(path: str | Path) -> Any:
    r"""Read a crystal structure from a file.

    Parameters
    ----------
    path : str or Path
        POSCAR or CONTCAR, CIF (also magnetic), JSON of ``Structure.as_dict()``, or
        extended XYZ with a lattice, told by its name. The cell is kept as it is in the
        file.

    Returns
    -------
    pymatgen.core.Structure

    Raises
    ------
    StructureError
        For what cannot be read, with the file, the line where it is known, and the
        reason; also for a file of several structures, for a folder, for slabs and
        molecules, for symmetry that is not clear, and for a file that contradicts
        itself: in its formula, Z, multiplicities, volume or counts.
    FileNotFoundError
        For a file that is not there.

    Notes
    -----
    In a CIF, images of one site that are nearer than 0.4 Å (0.06 Å where it is partly
    occupied) are one site: rounded positions such as 0.333 are moved to the special
    position that they mean. Magnetic moments, oxidation states and labels are left out;
    D and T become hydrogen. Symmetry is read with gemmi [1]_.

    References
    ----------
    .. [1] M. Wojdyr, GEMMI: a library for structural biology, J. Open Source Softw. 7
       (2022) 4200, doi:10.21105/joss.04200.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklmag.structure import read_structure
    >>> poscar = "CsCl\n1.0\n4.1 0 0\n0 4.1 0\n0 0 4.1\nCs Cl\n1 1\nDirect\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "POSCAR")
    ...     _ = path.write_text(poscar + "0 0 0\n0.5 0.5 0.5\n")
    ...     read_structure(path).formula
    'Cs1 Cl1'
    """
    path = Path(path)
    text = _text_of(path)
    try:
        return _checked(_only(_reader(path)(text)))
    except Exception as error:
        place = _line_of(error, text)
        where = f"{str(path)!r}{f', line {place}' if place else ''}"
        raise StructureError(f"File {where}: {_reason(error)}") from error


def _text_of(path):
    if path.is_dir():
        raise StructureError(
            f"{str(path)!r} is a folder. find_structure_files lists what is in it."
        )
    if path.exists() and not path.is_file():
        raise StructureError(f"{str(path)!r} is no file to read, but a pipe or device.")
    if path.exists() and path.stat().st_size > _LARGEST:
        raise StructureError(
            f"File {str(path)!r} has {path.stat().st_size:,} bytes; a structure has up "
            f"to {_LARGEST:,}."
        )
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content or content.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        raise StructureError(
            f"File {str(path)!r} is not text. Unpack it if it is compressed."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # names of authors in old CIFs; numbers are ASCII
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")


def _reader(path):
    """Return what reads a file of this name."""
    name = path.name.lower()
    if name.endswith((".cif", ".mcif")):
        return lambda text: read_cif(text, lambda remark: _tell(path, remark))
    if name.endswith(".json"):
        return _read_json
    if name.endswith((".xyz", ".extxyz")):
        return read_xyz
    if name.endswith((".vasp", *_PREFIXES)) or name.startswith(_PREFIXES):
        return _read_poscar
    raise ValueError(
        "its name tells no format that is read. These are "
        f"{', '.join(_SUFFIXES)}, and files named POSCAR or CONTCAR. Convert it, or "
        "rename it if it is one of them."
    )


def _tell(path, remark):
    warnings.warn(f"File {str(path)!r}: {remark}", SklmagWarning, stacklevel=6)


def _read_json(text):
    dictionary = json.loads(text)
    keys = dictionary if isinstance(dictionary, dict) else {}
    for key in ("lattice", "sites"):
        if key not in keys:
            kind = type(dictionary).__name__
            inside = " Take the part under 'structure'." if "structure" in keys else ""
            raise ValueError(
                f"is no Structure.as_dict(), but a {kind} without {key!r}.{inside}"
            )
    try:
        structure = structure_of(dictionary)
    except Exception as error:  # what is made up can be wrong in any way
        raise ValueError(f"is no Structure.as_dict(): {error!r}.") from error
    refuse_open(structure)
    return [structure]


def _read_poscar(text):
    return [read_poscar(text)]


def _checked(structure):
    refuse_no_cell(structure.lattice.matrix, structure.frac_coords)
    return structure


def _only(structures):
    if not structures:
        raise ValueError("holds no structure.")
    if len(structures) != 1:
        raise ValueError(f"holds {len(structures)} structures. Write one per file.")
    return structures[0]


def _line_of(error, text):
    """Return the number of the one line that holds what an error quotes."""
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    quoted = re.findall(r"'([^']+)'", str(error))
    for token in quoted[::-1]:
        lines = [i for i, line in enumerate(text.splitlines(), 1) if token in line]
        if len(lines) == 1:
            return lines[0]
    return None


def _reason(error):
    text = str(error) or repr(error)
    return text if isinstance(error, ValueError) else f"{type(error).__name__}: {text}"

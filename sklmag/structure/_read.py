"""Structures from files and folders."""

import glob
import json
import re
import warnings
from pathlib import Path

from sklmag._utils._errors import StructureError

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


def find_structure_files(paths):
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
        Sorted within each entry; each file once.

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
    found = {path: None for entry in paths for path in _files_of(Path(entry))}
    return list(found)


def _files_of(entry):
    if entry.is_file():
        return [entry]
    if entry.is_dir():
        files = sorted(path for path in entry.rglob("*") if _is_structure(path))
        if not files:
            raise StructureError(
                f"Folder {str(entry)!r} holds no structure file. They end in "
                f"{', '.join(_SUFFIXES)}, or are named POSCAR or CONTCAR."
            )
        return files
    files = [Path(path) for path in sorted(glob.glob(str(entry), recursive=True))]
    if not files:
        raise StructureError(f"{str(entry)!r} is no file, folder or pattern of files.")
    return [path for path in files if path.is_file()]


def _is_structure(path):
    name = path.name.lower()
    named = name.endswith(_SUFFIXES) or name.startswith(_PREFIXES)
    return named and path.is_file()


def read_structure(path):
    r"""Read a crystal structure from a file.

    Parameters
    ----------
    path : str or Path
        POSCAR or CONTCAR, CIF, JSON of ``Structure.as_dict()``, or extended XYZ with a
        lattice. The cell is kept as it is in the file.

    Returns
    -------
    pymatgen.core.Structure

    Raises
    ------
    StructureError
        For what cannot be read, with the file, the line where it is known, and the
        reason; also for a file of several structures.
    FileNotFoundError
        For a file that is not there.

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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on how the file is written
            return _reader(path.name.lower())(text)
    except Exception as error:
        place = _line_of(error, text)
        where = f"{str(path)!r}{f', line {place}' if place else ''}"
        raise StructureError(f"File {where}: {_reason(error)}") from error


def _text_of(path):
    try:
        return path.read_text()
    except UnicodeDecodeError:
        raise StructureError(
            f"File {str(path)!r} is not text. Unpack it if it is compressed."
        ) from None


def _reader(name):
    if name.endswith((".cif", ".mcif")):
        return _read_cif
    if name.endswith(".json"):
        return _read_json
    if name.endswith(("xyz",)):
        return _read_xyz
    return _read_poscar


def _read_cif(text):
    from pymatgen.io.cif import CifParser

    structures = CifParser.from_str(text).parse_structures(primitive=False)
    return _only(structures)


def _read_json(text):
    from pymatgen.core import Structure

    return Structure.from_dict(json.loads(text))


def _read_xyz(text):
    from io import StringIO

    import ase.io
    from pymatgen.io.ase import AseAtomsAdaptor

    atoms = _only(ase.io.read(StringIO(text), index=":", format="extxyz"))
    if not all(atoms.pbc):
        raise ValueError(
            "no Lattice=... in the second line: a molecule, not a crystal."
        )
    return AseAtomsAdaptor.get_structure(atoms)


def _read_poscar(text):
    from pymatgen.io.vasp import Poscar

    return Poscar.from_str(text).structure


def _only(structures):
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

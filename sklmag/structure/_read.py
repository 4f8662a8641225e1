"""Structures from files and folders."""

from __future__ import annotations

import glob
import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklmag.exceptions import StructureError

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
# What pymatgen only warns of, though something of the file is lost or made up.
_LOST = {
    "Elements in POSCAR cannot be determined": "Name them above the counts.",
    "Structure has implicit hydrogens": "Add the hydrogens as sites.",
    "Missing elements": "Add their sites, or mend the formula.",
}


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
        POSCAR or CONTCAR, CIF, JSON of ``Structure.as_dict()``, or extended XYZ with a
        lattice. The cell is kept as it is in the file.

    Returns
    -------
    pymatgen.core.Structure

    Raises
    ------
    StructureError
        For what cannot be read, with the file, the line where it is known, and the
        reason; also for a file of several structures, for a folder, and where
        elements or sections of a file would be left out or guessed.
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
    remarks = []
    try:
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always")
            structure = _reader(path.name.lower())(text)
        _refuse_losses(remarks)
    except Exception as error:
        place = _line_of(error, text)
        where = f"{str(path)!r}{f', line {place}' if place else ''}"
        raise StructureError(f"File {where}: {_reason(error, remarks)}") from error
    return structure


def _refuse_losses(remarks):
    for remark in remarks:
        text = " ".join(str(remark.message).split())
        for beginning, way_out in _LOST.items():
            if text.startswith(beginning):
                raise ValueError(f"{text.rstrip('.')}. {way_out}")


def _text_of(path):
    if path.is_dir():
        raise StructureError(
            f"{str(path)!r} is a folder. find_structure_files lists what is in it."
        )
    content = path.read_bytes()
    if b"\0" in content or content.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        raise StructureError(
            f"File {str(path)!r} is not text. Unpack it if it is compressed."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:  # names of authors in old CIFs; numbers are ASCII
        return content.decode("latin-1")


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

    names = [name.lower() for name in re.findall(r"(?m)^data_\S*", text)]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"has several blocks named {twice.pop()!r}. Rename them.")
    parser = CifParser.from_str(text)
    blocks = [b for b in parser.as_dict().values() if "_atom_site_fract_x" in b]
    for block in blocks:
        _refuse_lost_sites(parser, block)
    structures = parser.parse_structures(primitive=False)
    if len(structures) < len(blocks):
        reasons = [w for w in parser.warnings if w.startswith("No structure parsed")]
        raise ValueError(" ".join(" ".join(reasons).split()))
    return _only(structures)


def _refuse_lost_sites(parser, block):
    """Raise for sites that pymatgen leaves out, or puts at zero, without a word.

    An occupancy of "." is the default, 1, which pymatgen takes for 0.
    """
    columns = [f"_atom_site_fract_{axis}" for axis in "xyz"]
    n_sites = len(block[columns[0]])
    labels = block.get("_atom_site_label", [str(i) for i in range(n_sites)])
    symbols = block.get("_atom_site_type_symbol", labels)
    occupancies = block.get("_atom_site_occupancy", ["1"] * n_sites)
    for i in range(n_sites):
        if occupancies[i] in (".", ""):
            occupancies[i] = "1"
        unknown = [c for c in columns if block[c][i] in (".", "?", "")]
        if unknown:
            reason = f"no {unknown[0]}. Complete it"
        elif not parser._parse_symbol(symbols[i]):
            reason = f"the type {symbols[i]!r}, no element. Name one"
        elif occupancies[i] != "?" and not _number(occupancies[i]) > 0:
            reason = f"the occupancy {occupancies[i]}. Delete it if it is not there"
        else:
            continue
        raise ValueError(f"site {labels[i]!r} has {reason}.")


def _number(text):
    """Return a number of a CIF, which may carry its uncertainty in brackets."""
    return float(re.sub(r"\(\d*\)?$", "", text))


def _read_json(text):
    from pymatgen.core import Structure

    dictionary = json.loads(text)
    keys = dictionary if isinstance(dictionary, dict) else {}
    for key in ("lattice", "sites"):
        if key not in keys:
            kind = type(dictionary).__name__
            raise ValueError(
                f"is no Structure.as_dict(), but a {kind} without {key!r}."
            )
    return Structure.from_dict(dictionary)


def _read_xyz(text):
    from io import StringIO

    import ase.io
    from pymatgen.io.ase import AseAtomsAdaptor

    atoms = _only(ase.io.read(StringIO(text), index=":", format="extxyz"))
    if atoms.pbc.any() and not atoms.pbc.all():
        raise ValueError(
            f"periodic along {int(atoms.pbc.sum())} of three directions: a slab or "
            'wire. Write pbc="T T T" if the empty space is part of the crystal.'
        )
    if not all(atoms.pbc):
        raise ValueError(
            "no Lattice=... in the second line: a molecule, not a crystal."
        )
    return AseAtomsAdaptor.get_structure(atoms)


def _read_poscar(text):
    from pymatgen.io.vasp import Poscar

    try:
        return Poscar.from_str(text).structure
    except IndexError:
        n_lines = len(text.splitlines())
        raise ValueError(
            f"lacks something: it has {n_lines} lines, and ends before all of its "
            "sites, or a line holds too little."
        ) from None


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


def _reason(error, remarks):
    text = str(error) or repr(error)
    text = text if isinstance(error, ValueError) else f"{type(error).__name__}: {text}"
    if "no structures" in text:  # pymatgen tells why in its last remark but the sum
        reasons = [str(remark.message) for remark in remarks]
        parsed = [r for r in reasons if r.startswith("No structure parsed")]
        return " ".join([text, *parsed]).replace("\n", " ")
    return text

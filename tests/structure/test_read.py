"""Structures from files: every format, and files that cannot be read."""

import json
import re

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar

from sklmag import StructureError
from sklmag.structure import find_structure_files, read_structure

NACL = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)


def write_xyz(path):
    import ase.io
    from pymatgen.io.ase import AseAtomsAdaptor

    ase.io.write(path, AseAtomsAdaptor.get_atoms(NACL), format="extxyz")


WRITERS = {
    "POSCAR": lambda path: Poscar(NACL).write_file(path),
    "CONTCAR.relaxed": lambda path: Poscar(NACL).write_file(path),
    "salt.vasp": lambda path: Poscar(NACL).write_file(path),
    "salt.cif": lambda path: path.write_text(NACL.to(fmt="cif")),
    "salt.json": lambda path: path.write_text(json.dumps(NACL.as_dict())),
    "salt.xyz": write_xyz,
    "salt.extxyz": write_xyz,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_structure_back(name, tmp_path):
    WRITERS[name](tmp_path / name)
    structure = read_structure(tmp_path / name)
    assert structure.formula == "Na4 Cl4"
    assert structure.volume == pytest.approx(5.64**3, rel=1e-6)
    assert find_structure_files(tmp_path) == [tmp_path / name]


def test_files_folders_and_patterns(tmp_path):
    for name in ("a/POSCAR", "a/deep/b.cif", "a/notes.txt", "c/POSCAR_2", "d.dat"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")

    def names(paths):
        return [str(p.relative_to(tmp_path)) for p in find_structure_files(paths)]

    assert names(tmp_path) == ["a/POSCAR", "a/deep/b.cif", "c/POSCAR_2"]
    assert names([f"{tmp_path}/*/POSCAR*"]) == ["a/POSCAR", "c/POSCAR_2"]
    assert names([tmp_path / "d.dat", tmp_path / "c", tmp_path]) == [
        "d.dat", "c/POSCAR_2", "a/POSCAR", "a/deep/b.cif"
    ]  # fmt: skip


def test_a_pattern_of_folders_and_a_file_of_two_names(tmp_path):
    for name in ("run1/POSCAR", "run2/deep/POSCAR", "other/POSCAR"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    (tmp_path / "run2" / "POSCAR_link").symlink_to(tmp_path / "run1" / "POSCAR")
    (tmp_path / "run2" / "lost.cif").symlink_to(tmp_path / "nowhere.cif")
    found = find_structure_files(f"{tmp_path}/run*")
    assert [str(p.relative_to(tmp_path)) for p in found] == [
        "run1/POSCAR", "run2/deep/POSCAR", "run2/lost.cif"
    ]  # fmt: skip
    with pytest.raises(FileNotFoundError, match=r"lost\.cif"):
        read_structure(found[-1])


def test_letters_of_old_files(tmp_path):
    (tmp_path / "old.cif").write_bytes(f"# Müller\n{CIF}".encode("latin-1"))
    (tmp_path / "bom.cif").write_bytes(f"\ufeff# Müller\n{CIF}".encode())
    for name in ("old.cif", "bom.cif"):
        assert read_structure(tmp_path / name).formula == "Na4 Cl4"


def test_harmless_ways_of_writing_a_cif(tmp_path):
    """Blocks without atoms, the default occupancy, uncertainties."""
    meta = "data_global\n_publ_author_name 'X'\n\n"
    last = CIF.rstrip().splitlines()[-1]
    assert last.endswith("1")
    files = {
        "before.cif": meta + CIF,
        "after.cif": CIF + "\n" + meta,
        "default.cif": CIF.replace(last, last[:-1] + "."),
        "unknown.cif": CIF.replace(last, last[:-1] + "?"),
        "uncertain.cif": CIF.replace(last, last[:-1] + "1.00(2)"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        assert read_structure(tmp_path / name).formula == "Na4 Cl4", name


def test_a_folder_is_no_structure(tmp_path):
    with pytest.raises(StructureError, match="is a folder. find_structure_files lists"):
        read_structure(tmp_path)


def test_nothing_to_read(tmp_path):
    with pytest.raises(
        StructureError, match="holds no structure file. They end in .cif"
    ):
        find_structure_files(tmp_path)
    with pytest.raises(StructureError, match="'nowhere/.cif' is no file, folder or"):
        find_structure_files("nowhere/*.cif".replace("*", ""))


CIF = NACL.to(fmt="cif")
CELL = "salt\n1.0\n3 0 0\n0 3 0\n0 0 3\n"
BAD = {
    "POSCAR_1": (CELL + "1 1\nDirect\n0 0 0\n.5 .5 .5\n",
                 "POSCAR_1': Elements in POSCAR cannot be determined.* Name them above"),
    "POSCAR_2": (CELL + "Na Cl\n1 1\nDirect\n0 0 0\n",
                 r"POSCAR_2': lacks something: it ends before all of its sites. The counts 1 1 ask for 2"),
    "half.cif": (CIF + CIF.replace("data_NaCl", "data_b").replace("5.64", "five"),
                 "half.cif'.*: _cell_.* is 'five.*', not a number"),
    "empty_site.cif": (CIF + "  Br  Br9  1  0.25  0.25  0.25  0\n",
                       "empty_site.cif'.*: site 'Br9' has the occupancy 0. Delete it if it is"),
    "no_place.cif": (CIF + "  Br  Br9  1  0.25  .  0.25  1\n",
                     "no_place.cif'.*: site 'Br9' has no _atom_site_fract_y. Complete it"),
    "no_type.cif": (CIF + "  ?  Br9  1  0.25  0.25  0.25  1\n",
                    "no_type.cif'.*: the formula is Cl4 Na4, but the sites hold Br1 Cl4 Na4. Mend"),
    "negative.cif": (CIF + "  Br  Br9  1  0.25  0.25  0.25  -0.0E+00\n",
                     "negative.cif'.*: site 'Br9' has the occupancy -0.0E.00. Delete"),
    "twice.cif": (CIF + CIF, "twice.cif'.*: has several blocks named 'data_nacl'. Ren"),
    "formula.cif": (CIF.replace("'Na4 Cl4'", "'Na4 Cl4 H8'"),
                    "formula.cif': Missing elements H .*Add their sites, or mend the"),
    "list.json": ("[1, 2]", "list.json': is no Structure.as_dict.., but a list without"),
    "slab.xyz": ('1\nLattice="3 0 0 0 3 0 0 0 3" pbc="T T F"\nFe 0 0 0\n',
                 r"slab.xyz': periodic along 2 of three directions \(pbc\): a slab"),
    "POSCAR": ("bad\n1.0\n3 0 0\n0 3 0\n0 0 three\nFe\n1\nDirect\n0 0 0\n",
               "POSCAR', line 5: .*three"),
    "torn.json": ('{"@module": "x",\n "lattice": \n', "torn.json', line 3: Expecting value"),
    "empty.cif": ("data_x\n", "empty.cif': "),
    "water.xyz": ("1\nwater\nO 0 0 0\n", "water.xyz': no Lattice=... in the second line"),
    "two.xyz": ('1\nLattice="3 0 0 0 3 0 0 0 3"\nFe 0 0 0\n' * 2,
                "two.xyz': holds 2 structures. Write one per file."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_line(name, tmp_path):
    text, message = BAD[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(
        StructureError, match=f"(?s)^File '{re.escape(str(tmp_path))}/{message}"
    ):
        read_structure(tmp_path / name)


def test_a_compressed_file_is_refused(tmp_path):
    (tmp_path / "x.cif").write_bytes(np.arange(256, dtype=np.uint8).tobytes())
    with pytest.raises(StructureError, match=r"x.cif' is not text. Unpack it"):
        read_structure(tmp_path / "x.cif")

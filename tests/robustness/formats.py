"""Small files of every format that is read, and what is done to them."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from sklmag.composition import parse_formula
from sklmag.microstructure import read_ebsd
from sklmag.models import SIPFENNRegressor
from sklmag.persistence import read_card, read_onnx, save, write_onnx
from sklmag.structure import VoronoiFeaturizer, read_structure
from sklmag.tasks import read_table
from tests.robustness.model_files import _mutate

_POSCAR = """Fe Co
1.0
2.9 0.0 0.0
0.1 2.9 0.0
0.0 0.2 2.9
Fe Co
1 1
Direct
0.0 0.0 0.0
0.5 0.5 0.5
"""
_CIF = """data_x
_cell_length_a 5.64
_cell_length_b 5.64
_cell_length_c 5.64
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Na1 Na 0 0 0 1.0
Cl1 Cl 0.5 0.5 0.5 1.0
"""
_XYZ = """2
Lattice="2.9 0 0 0 2.9 0 0 0 2.9" Properties=species:S:1:pos:R:3 pbc="T T T"
Fe 0.0 0.0 0.0
Co 1.45 1.45 1.45
"""
_CSV = "alloy;Dy;T_C\nNd2Fe14B;1,5;1050\nPr2Fe14B;2,5;1060\nSmCo5;0,5;1070\n"
_ANG = "# header\n" + "".join(
    f"1.5 0.7 3.0 {x}.0 {y}.0 24 0.8 1\n" for y in range(3) for x in range(3)
)
_CTF = (
    "Channel Text File\nXCells\t2\nYCells\t2\nPhases\t1\n1;1;1\t90;90;90\tFe\n"
    "Phase\tX\tY\tEuler1\tEuler2\tEuler3\n"
    + "".join(f"1\t{x}\t{y}\t10\t20\t30\n" for y in range(2) for x in range(2))
)
_HOSTILE_WORDS = [
    b"1e308", b"-1e308", b"nan", b"inf", b"-1", b"0", b"99999999999999999999", b"1e-320",
    b"\0", b"\xff", b"\n" * 50, b" " * 50, b"(" * 60, b"=1+1", b"Fe" * 40, b"'", b'"',
    b";", b",", b"../../etc/passwd", b"%s%n", b"1" * 400, b"2147483648", b"1_000",
]  # fmt: skip


def seeds(folder):
    """Write one small file of each format; return name, path and reader of each."""
    folder = Path(folder)
    texts = {
        "POSCAR": _POSCAR, "a.cif": _CIF, "a.xyz": _XYZ, "a.csv": _CSV, "a.ang": _ANG,
        "a.ctf": _CTF,
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text)
    rows = pd.DataFrame({"alloy": ["SmCo5", "NdFeB"], "Dy": [1.0, 2.0], "T_C": [3, 4]})
    rows.to_parquet(folder / "a.parquet")
    rows.to_excel(folder / "a.xlsx", index=False)
    (folder / "a.csv.gz").write_bytes(_packed(_CSV.encode()))
    _write_json(folder / "a.json")
    _write_h5(folder / "a.h5oina")
    X = np.random.default_rng(0).uniform(size=(40, 2))
    net = SIPFENNRegressor(width_factor=0.001, max_epochs=1, random_state=0)
    write_onnx(net.fit(X, X[:, 0]), folder / "a.onnx")
    save(net, folder / "a.sklmag", X=X, y=X[:, 0])
    readers = dict.fromkeys(("POSCAR", "a.cif", "a.xyz", "a.json"), _described)
    readers |= dict.fromkeys(("a.csv", "a.csv.gz", "a.parquet", "a.xlsx"), read_table)
    readers |= dict.fromkeys(("a.ang", "a.ctf", "a.h5oina"), read_ebsd)
    readers |= {"a.onnx": read_onnx, "a.sklmag": read_card}
    return [(name, folder / name, read) for name, read in readers.items()]


def _described(path):
    read_structure(path)
    return VoronoiFeaturizer().transform([path])


def _packed(content):
    import gzip

    return gzip.compress(content, mtime=0)


def _write_json(path):
    site = {"species": [{"element": "Fe", "occu": 1}], "abc": [0.0, 0.0, 0.0]}
    other = {"species": [{"element": "Co", "occu": 1}], "abc": [0.5, 0.5, 0.5]}
    cell = {"matrix": [[2.9, 0, 0], [0, 2.9, 0], [0, 0, 2.9]]}
    path.write_text(json.dumps({"lattice": cell, "sites": [site, other]}))


def _write_h5(path):
    import h5py

    with h5py.File(path, "w") as file:
        data = file.create_group("1/EBSD/Data")
        data["Euler"] = np.full((4, 3), 0.5)
        data["X"], data["Y"] = [0.0, 1, 0, 1], [0.0, 0, 1, 1]
        data["Phase"] = [1, 1, 1, 1]
        file["1/EBSD/Header/Phases/1/Phase Name"] = ["Fe"]


def mutated_content(name, content, random):
    """Return the bytes of a file with something wrong at random."""
    if name.endswith(".xlsx") and random.integers(3):
        return _mutated_inside(content, random)
    if name.endswith(".json") and random.integers(2):
        tree = json.loads(content)
        for _ in range(random.integers(1, 3)):
            _mutate(tree, random)
        return json.dumps(tree).encode()
    content = bytearray(content)
    for _ in range(random.integers(1, 4)):
        _change(content, random)
    if name.endswith(".gz") and random.integers(2):
        return _packed(bytes(content))
    return bytes(content)


def _change(content, random):
    kind, place = random.integers(6), int(random.integers(len(content) + 1))
    if kind == 0:
        del content[place:]
    elif kind == 1:
        end = place + int(random.integers(1, 40))
        content[place:place] = content[place:end] * int(random.integers(1, 20))
    elif kind == 2:
        del content[place : place + int(random.integers(1, 30))]
    elif kind == 3 and place < len(content):
        content[place] = random.integers(256)
    else:
        word = _HOSTILE_WORDS[random.integers(len(_HOSTILE_WORDS))]
        end = place
        if random.integers(2):  # in the place of a number or word
            while end < len(content) and content[end : end + 1] not in b" \n\t;,":
                end += 1
        content[place:end] = word


def _mutated_inside(content, random):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice([n for n in parts if "sheet1" in n or random.integers(6) == 0])
    part = bytearray(parts[name])
    _change(part, random)
    parts[name] = bytes(part)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return whole.getvalue()


def random_formula(random):
    """Return a text that is nearly a formula."""
    parts = ["Fe", "Co", "Nd", "B", "(", ")", "[", "]", "2", "0.5", "x", ".", "·", "*",
             "wt%", "at.%", "-", "+", "e", "1e9", "₂", "²", " ", ",", "{", "}", "Uuo",
             "é", "\u0661", "D", "nan", "1/0", "9" * 30, "/", "_", "\n", "\u200c"]  # fmt: skip
    return "".join(random.choice(parts) for _ in range(random.integers(1, 12)))


def read_formula(text):
    """Return the composition of a formula."""
    return parse_formula(text)


_EXPONENTS = [-308, -100, -9, -4, *[0] * 12, 1, 1, 2, 2, 4, 6, 9, 100, 308]


def random_cell(random):
    """Return lattice and positions as no crystal has them."""
    scales = 10.0 ** random.choice(_EXPONENTS, size=3)
    lattice = random.normal(size=(3, 3)) * scales[:, None]
    if random.integers(3) == 0:
        lattice = np.diag(scales * random.uniform(1, 9, size=3))
    if random.integers(4) == 0:
        lattice[0] += lattice[1] * 10.0 ** random.integers(0, 12)
    if random.integers(12) == 0:
        lattice[random.integers(3)] = random.choice([0.0, np.nan, np.inf, 1e308])
    n_sites = int(random.choice([1, 2, 5, 40, 400]))
    positions = random.uniform(-2, 2, size=(n_sites, 3))
    if random.integers(3) == 0:
        positions *= 10.0 ** random.integers(-12, 300)
    if random.integers(3) == 0:
        positions = positions.round(1)
    return lattice, positions

"""POSCAR: as VASP reads it, and files that contradict themselves."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklmag.structure._poscar import read_poscar

HEAD = "title\n1.0\n2.87 0 0\n0 2.87 0\n0 0 2.87\n"
BODY = "Direct\n0 0 0\n.5 .5 .5\n"


def assert_is_iron_cobalt(structure, volume=2.87**3):
    assert structure.formula == "Fe1 Co1"
    assert structure.volume == pytest.approx(volume)
    np.testing.assert_allclose(structure.frac_coords, [[0] * 3, [0.5] * 3], atol=1e-12)


@pytest.mark.parametrize("text", [
    HEAD + "Fe Co\n1 1\n" + BODY,
    HEAD + "FE CO\n1 1\n" + BODY,
    HEAD + "fe co\n1 1\n" + BODY,
    HEAD + "Fe_pv/8a5d1f Co/77ab12\n1 1\n" + BODY,
    HEAD.replace("1.0", "1.0   ! scale") + "Fe Co # elements\n1 1 ! atoms\n" + BODY,
    HEAD.replace("1.0", "1.0 scale").replace("0 0\n", "0 0 vector\n") + "Fe Co\n1 1 atoms\n" + BODY,
    HEAD.replace("1.0", "1.0d0") + "Fe Co\n1 1\n" + BODY.replace(".5", "5.0D-1"),
    HEAD.replace("title", "Fe Co") + "1 1\n" + BODY,
    HEAD + "1 1\nDirect\n0 0 0 Fe\n.5 .5 .5 Co\n",
    HEAD + "Fe Co\n1 1\nSelective dynamics\nCartesian\n0 0 0 Fe T T T\n1.435 1.435 1.435 T T F\n",
    HEAD + "Fe Co\n1 1\n" + BODY + "\n0.1 0.2 0.3\n-.1 -.2 -.3\n",
    HEAD + "Fe Co\n1 1\n" + BODY + "Lattice velocities and vectors\n  1\n 0 0 0\n",
    HEAD.replace("1.0", "1.0 1.0 1.0") + "Fe Co\n1 1\n" + BODY,
])  # fmt: skip
def test_ways_to_write_one_crystal(text):
    assert_is_iron_cobalt(read_poscar(text))


def test_a_negative_scale_is_the_volume():
    text = (
        HEAD.replace("1.0", "-100.0")
        + "Fe Co\n1 1\nCartesian\n0 0 0\n1.435 1.435 1.435\n"
    )
    assert_is_iron_cobalt(read_poscar(text), 100)


def test_three_scales():
    text = (
        HEAD.replace("1.0", "2 1 1")
        + "Fe Co\n1 1\nCartesian\n0 0 0\n1.435 1.435 1.435\n"
    )
    assert_is_iron_cobalt(read_poscar(text), 2 * 2.87**3)


def test_deuterium_is_hydrogen():
    assert read_poscar(HEAD + "D Co\n1 1\n" + BODY).formula == "Co1 H1"


@pytest.mark.parametrize(("text", "message"), [
    (HEAD + "Fe Co\n1 1\n" + BODY + ".25 .25 .25\n",
     "goes on behind its sites. The counts 1 1 ask for 2, the file has 3 lines"),
    (HEAD + "Fe Co\n1 2\n" + BODY, "ends before all of its sites. The counts 1 2 ask for 3"),
    (HEAD + "Fe Co Ni\n1 1\n" + BODY, r"names 3 elements \(Fe Co Ni\), but has 2 counts \(1 1\)"),
    (HEAD + "Fe Va\n1 1\n" + BODY, "line 6: 'Va' is no element. Name one"),
    (HEAD + "Fe Co\n1 1\nDirect\n0 0 0 Co\n.5 .5 .5 Fe\n", "site 1 is labelled 'Co', but is Fe by"),
    (HEAD + "Fe Co\n1 1\n0 0 0\n.5 .5 .5\n", "line 8, '0', should say Direct or Cartesian"),
    (HEAD + "Fe Co\nx 1\n" + BODY, "line 7, 'x 1', should hold the count"),
    (HEAD.replace("1.0", "zero") + "Fe Co\n1 1\n" + BODY, "line 2, 'zero', is no scale"),
    (HEAD.replace("1.0", "1 1 -1") + "Fe Co\n1 1\n" + BODY, "line 2, '1 1 -1', is no scale"),
    (HEAD.replace("1.0", "-5").replace("0 0 2.87", "0 0 0") + "Fe\n1\n" + BODY, "lie in a plane"),
    (HEAD + "Fe\n1\nDirect\n0 0 nan\n", "line 9, '0 0 nan', should begin with three numbers"),
    (HEAD.replace("title", "P1") + "2\n" + BODY, "Elements in POSCAR cannot be determ"),
    (HEAD.replace("title", "as in") + "1 1\n" + BODY, "Elements in POSCAR cannot be de"),
    (HEAD + "Fe Co\n1 1\n" + BODY + "Direct configuration=  2\n0 0 0\n.5 .5 .5\n", "is an XDATCAR"),
    (HEAD + "Fe Co\n1 1\n" + BODY + "\n" + HEAD + "Fe Co\n1 1\n" + BODY, "goes on behind its sites with 'title'"),
    (HEAD + "Fe Co\n1 1\nDirect\n0 0 0\n0.5_5 0 0\n", "line 10, '0.5_5 0 0', should begin"),
    ("title\n1.0\n", "it has 2 lines, and ends before its sites"),
])  # fmt: skip
def test_what_contradicts_is_named(text, message):
    with pytest.raises(ValueError, match=message):
        read_poscar(text)


@st.composite
def atoms_and_style(draw):
    from ase import Atoms

    edges = draw(st.tuples(*[st.floats(2, 9)] * 3))
    cell = np.diag(edges)
    cell[np.tril_indices(3, -1)] = draw(st.tuples(*[st.floats(-1, 1)] * 3))
    counts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    symbols = [
        s for s, n in zip(["Nd", "Fe", "B"], counts, strict=False) for _ in range(n)
    ]
    place = st.tuples(*[st.floats(-2, 2)] * 3)
    positions = draw(st.lists(place, min_size=len(symbols), max_size=len(symbols)))
    atoms = Atoms(symbols, scaled_positions=positions, cell=cell, pbc=True)
    return atoms, draw(st.booleans()), draw(st.sampled_from(["one", "two", "volume"]))


@settings(max_examples=500, deadline=None)
@given(atoms_and_style())
def test_random_crystals_against_ase(drawn):
    """Written by ASE, rewritten with another scale, read by ASE and by us."""
    import ase.io

    atoms, is_direct, scale = drawn
    file = io.StringIO()
    ase.io.write(file, atoms, format="vasp", direct=is_direct, sort=False)
    text = file.getvalue()
    if scale != "one":  # the same numbers in another cell
        lines = text.splitlines()
        lines[1] = "2.0 ! twice" if scale == "two" else f"{-atoms.get_volume():.9f}"
        text = "\n".join(lines) + "\n"
    theirs = ase.io.read(io.StringIO(text), format="vasp")
    ours = read_poscar(text)
    assert [s.species_string for s in ours] == list(theirs.symbols)
    np.testing.assert_allclose(
        ours.lattice.matrix, np.array(theirs.cell), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(ours.cart_coords, theirs.positions, rtol=1e-9, atol=1e-9)

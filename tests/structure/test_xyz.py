"""Extended XYZ: what is read of the second line, and what is refused."""

import numpy as np
import pytest

from sklmag.structure._xyz import read_xyz

LATTICE = 'Lattice="2.87 0 0 0 2.87 0 0 0 2.87"'
SITES = "Fe 0 0 0\nCo 1.435 1.435 1.435\n"


@pytest.mark.parametrize("header", [
    LATTICE,
    LATTICE + ' stress="0.1 0.1 0.1 0 0 0" energy=-1.0 Properties=species:S:1:pos:R:3',
    LATTICE + ' pbc="T T T" note="a b=c"', LATTICE + " pbc=T", LATTICE + ' pbc="1 1 1"',
    "lattice={2.87,0,0,0,2.87,0,0,0,2.87}",
])  # fmt: skip
def test_ways_to_write_one_crystal(header):
    (structure,) = read_xyz(f"2\n{header}\n{SITES}")
    assert structure.formula == "Fe1 Co1"
    np.testing.assert_allclose(structure.frac_coords[1], [0.5] * 3)


def test_columns_are_found_by_their_names():
    header = LATTICE + " Properties=forces:R:3:pos:R:3:tag:I:1:species:S:1"
    (structure,) = read_xyz(f"1\n{header}\n9 9 9 1.435 0 0 7 D\n")
    assert structure.formula == "H1"
    np.testing.assert_allclose(structure.frac_coords, [[0.5, 0, 0]])


def test_vectors_are_rows():
    (structure,) = read_xyz('1\nLattice="3 0 0 1 4 0 0 2 5"\nFe 0 0 0\n')
    np.testing.assert_allclose(
        structure.lattice.matrix, [[3, 0, 0], [1, 4, 0], [0, 2, 5]]
    )


@pytest.mark.parametrize(('text', 'message'), [
    (f'2\n{LATTICE} pbc="F F F"\n{SITES}', r"along 0 of three directions \(pbc\): a molecule in a box"),
    (f'2\n{LATTICE} pbc="T T F"\n{SITES}', r"along 2 of three directions \(pbc\): a slab or wire"),
    (f'2\n{LATTICE} pbc="yes no"\n{SITES}', 'pbc="yes no" is not understood'),
    (f"2\nwater\n{SITES}", "no Lattice=... in the second line: a molecule"),
    (f'2\nLattice="1 2"\n{SITES}', 'Lattice="1 2" is neither nine numbers'),
    (f"3\n{LATTICE}\n{SITES}", "line 1 asks for 3 sites, but the file ends before them"),
    (f"two\n{LATTICE}\n{SITES}", "line 1, 'two', should be the number of sites"),
    (f"2\n{LATTICE}\nFe 0 0 0\nVa 1 1 1\n", "line 4, 'Va 1 1 1', should hold 4 words: an element"),
    (f"1\n{LATTICE} Properties=pos:R:3\n0 0 0\n", "names no column 'species'"),
])  # fmt: skip
def test_what_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_xyz(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"2\n{LATTICE}\nCs 0 0 0\nCl 2\n", "line 4, 'Cl 2', should hold 4 words"),
        (f"1\n{LATTICE}\n0 0 0 0\n", "line 3, '0 0 0 0', should hold 4 words: an elem"),
        (f"1\n{LATTICE}\n1 0 0 0\n", "line 3, '1 0 0 0', should hold"),
        (f"1\n{LATTICE}\nCs nan 0 0\n", "line 3, 'Cs nan 0 0', should hold"),
        (f"1\n{LATTICE}\nCs 2_0 0 0\n", "line 3, 'Cs 2_0 0 0', should hold"),
        (f"1\n{LATTICE} {LATTICE}\nCs 0 0 0\n", "lattice is given twice"),
        (f"0\n{LATTICE}\n", "line 1, '0', should be the number of sites"),
        (f"-1\n{LATTICE}\n", "line 1, '-1', should be the number of sites"),
        (f"1\n{LATTICE} Properties=species:S:1:pos:R\nCs 0 0 0\n", "is no list of name"),
        (f"1\n{LATTICE} Properties=species:S:1:Z:I:1:pos:R:3\nCs 1 0 0 0\n",
         "line 3, 'Cs 1 0 0 0', should hold"),
    ],
)  # fmt: skip
def test_lines_that_do_not_hold_what_they_should(text, message):
    with pytest.raises(ValueError, match=message):
        read_xyz(text)


@pytest.mark.parametrize("header", [
    'comment="say \\"hi\\" pbc=F" ' + LATTICE, 'Lattice="2.87 2.87 2.87"',
    "Lattice=[[2.87,0,0],[0,2.87,0],[0,0,2.87]]",
])  # fmt: skip
def test_other_ways_to_write_a_header(header):
    (structure,) = read_xyz(f"2\n{header}\nFe1 0.0d0 0 0\nCo2 1.435 1.435 1.435\n")
    assert structure.formula == "Fe1 Co1"
    assert structure.volume == pytest.approx(2.87**3)

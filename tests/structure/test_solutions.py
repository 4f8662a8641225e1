"""Prototypes by name, and solid solutions on their lattices."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from sklmag.structure import VoronoiFeaturizer, prototype, random_solutions


@pytest.mark.parametrize(
    ("name", "formula", "n_sites"),
    [
        ("fcc", "Cu", 4), ("A1", "Cu", 4), ("bcc", "W", 2), ("hcp", "Mg", 2),
        ("L1_2", "Cu3Au", 4), ("L12", "Cu3Au", 4), ("Cu3Au", "Cu3Au", 4),
        ("AB3_cP4_221_a_c", "Cu3Au", 4), ("cementite", "Fe3C", 16),
        ("CaCu5", "CaCu5", 6), ("CsCl", "CsCl", 2), ("NaCl", "NaCl", 8),
    ],
)  # fmt: skip
def test_prototypes_have_the_names_that_people_give_them(name, formula, n_sites):
    found = prototype(name)
    assert found.reduced_formula == formula
    conventional = found.get_primitive_structure()
    assert len(found) in (n_sites, len(conventional))


def test_the_sigma_phase_has_thirty_sites():
    assert len(prototype("sigma")) == len(prototype("D8_b")) == 30


def test_unknown_and_ambiguous_names():
    with pytest.raises(ValueError, match=r"'L1_9' is no prototype.* Near: .*L1_2"):
        prototype("L1_9")
    with pytest.raises(ValueError, match=r"Several prototypes are called 'Hexagonal"):
        prototype("Hexagonal Laves")


def test_amounts_are_the_nearest_whole_ones():
    for structure in random_solutions("fcc", "Fe20Ni80", 3, n_sites=30, random_state=0):
        assert len(structure) >= 30
        assert structure.composition.get_atomic_fraction("Fe") == pytest.approx(
            0.2, abs=0.5 / len(structure)
        )
    (alloy,) = random_solutions("bcc", {"Fe": 1, "Co": 1, "V": 1}, n_sites=18)
    assert sorted(alloy.composition.get_el_amt_dict().values()) == [6, 6, 6]


def test_seeds_places_and_the_lattice():
    one, two = random_solutions("bcc", "FeCo", 2, random_state=1)
    again = random_solutions("bcc", "FeCo", 2, random_state=1)
    assert [one, two] == again
    assert one != two
    np.testing.assert_array_equal(one.frac_coords, two.frac_coords)
    assert np.ptp(one.lattice.abc) < 0.5 * min(one.lattice.abc)
    pure = random_solutions("fcc", "Cu")[0]
    assert pure.volume / len(pure) == pytest.approx(11.5, abs=1.0)  # Å³ of copper
    own = Structure(Lattice.cubic(3), ["X"], [[0, 0, 0]])
    assert random_solutions(own, "Fe", n_sites=8)[0].formula == "Fe8"


def test_what_no_site_would_hold_is_refused():
    with pytest.raises(
        ValueError,
        match=r"0.4 at.% Nd are less than one of 64 sites. n_sites=250 holds",
    ):
        random_solutions("fcc", "Fe99.6Nd0.4", n_sites=64)
    assert random_solutions("fcc", "Fe99.6Nd0.4", n_sites=250)


def test_attributes_of_random_crystals_tend_to_those_of_the_solution():
    """Neighbours in a random solution are of other kind with the chance 2 x (1 - x)."""
    voronoi = VoronoiFeaturizer().set_output(transform="pandas")
    table = voronoi.transform(random_solutions("bcc", "FeCo", 20, random_state=0))
    difference = table["mean_neighbor_difference_atomic_number"]  # of 26 and 27
    assert difference.mean() == pytest.approx(0.5, abs=0.03)

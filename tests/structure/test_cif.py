"""CIF: symmetry however it is written, and files that contradict themselves."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from sklmag import StructureError, VoronoiFeaturizer
from sklmag.structure import _cif, read_structure
from sklmag.structure._symmetry import group_of_triplets, groups_of_symbol

FCC = ["x,y,z", "x,y+1/2,z+1/2", "x+1/2,y,z+1/2", "x+1/2,y+1/2,z"]


def cif(cell, symmetry, sites, more=""):
    """Return a CIF of a cell such as "5 5 5 90 90 90" and sites such as "Fe1 Fe 0 0 0"."""
    names = "length_a length_b length_c angle_alpha angle_beta angle_gamma".split()
    lines = ["data_x"]
    lines += [f"_cell_{n} {x}" for n, x in zip(names, cell.split(), strict=True)]
    lines += [more, symmetry, "loop_", "_atom_site_label", "_atom_site_type_symbol"]
    lines += [f"_atom_site_fract_{axis}" for axis in "xyz"]
    return "\n".join([*lines, *sites, ""])


def cubic(a):
    return f"{a} {a} {a} 90 90 90"


def hexagonal(a, c):
    return f"{a} {a} {c} 90 90 120"


def listed(triplets, tag="_symmetry_equiv_pos_as_xyz"):
    return "\n".join(["loop_", tag, *triplets])


def symbol(text, tag="_symmetry_space_group_name_H-M"):
    return f"{tag} '{text}'"


def read_cif(text, told=None):
    return _cif.read_cif(text, [].append if told is None else told.append)


def formula_of(text):
    (structure,) = read_cif(text)
    return structure.formula.replace(" ", "")


SALT = ["Na1 Na 0 0 0", "Cl1 Cl .5 .5 .5"]
LAVES = ["Mg1 Mg .125 .125 .125", "Cu1 Cu .5 .5 .5"]
SMCO5 = ["Sm1 Sm 0 0 0", "Co1 Co {} {} 0", "Co2 Co .5 0 .5"]
SMCO5_FORMULA = "_chemical_formula_sum 'Co5 Sm'\n_cell_formula_units_Z 1"


class TestCloseSites:
    @pytest.mark.parametrize(("x", "y"), [(".3333", ".6667"), (".333", ".667"),
                                      (".33", ".67"), ("1/3", "2/3")])  # fmt: skip
    def test_rounded_thirds_are_one_site(self, x, y, tmp_path):
        """SmCo5, whose numbers are those of the exact position."""
        sites = [s.format(x, y) for s in SMCO5]
        text = cif(hexagonal(5.002, 3.964), symbol("P 6/m m m"), sites, SMCO5_FORMULA)
        (tmp_path / "a.cif").write_text(text)
        exact = Structure.from_spacegroup(
            "P6/mmm", Lattice.hexagonal(5.002, 3.964), ["Sm", "Co", "Co"],
            [[0, 0, 0], [1 / 3, 2 / 3, 0], [0.5, 0, 0.5]],
        )  # fmt: skip
        ours, theirs = VoronoiFeaturizer().transform([str(tmp_path / "a.cif"), exact])
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)

    def test_close_packing_of_magnesium(self, tmp_path):
        text = cif(
            hexagonal(3.21, 5.21), symbol("P 63/m m c"), ["Mg1 Mg .333 .667 .25"]
        )
        (tmp_path / "Mg.cif").write_text(text)
        featurizer = VoronoiFeaturizer().set_output(transform="pandas")
        row = featurizer.transform([tmp_path / "Mg.cif"]).iloc[0]
        # by hand: c/a below the ideal, so a little off 12 and 0.7405
        assert row["mean_effective_coordination"] == pytest.approx(12, abs=0.05)
        assert row["max_packing_efficiency"] == pytest.approx(0.736, abs=0.001)

    def test_a_site_beside_a_mirror_is_on_it(self):
        text = cif("5 6 7 90 90 90", listed(["x,y,z", "-x,-y,-z", "-x,y,z", "x,-y,-z"]),
                   ["Fe1 Fe 0.0001 .2 .3"])  # fmt: skip
        (structure,) = read_cif(text)
        assert structure.formula == "Fe2"
        np.testing.assert_allclose(structure.frac_coords[:, 0] % 1, 0, atol=1e-12)

    def test_a_general_position_near_a_mirror_stays(self):
        text = cif("5 6 7 90 90 90", listed(["x,y,z", "-x,y,z"]), ["H1 H .06 .2 .3"])
        assert formula_of(text) == "H2"  # 0.6 Å apart

    def test_a_site_listed_twice_is_one(self):
        assert formula_of(cif(cubic(4.05), listed(FCC), ["A1 Al 0 0 0", "A2 Al .5 .5 0"])) == "Al4"  # fmt: skip

    def test_two_elements_in_one_place_are_named(self):
        text = cif(cubic(4), listed(["x,y,z"]), ["Fe1 Fe 0 0 0", "Co1 Co 0.01 0 0"])
        with pytest.raises(ValueError, match="sites 'Co1' and 'Fe1' share the place"):
            read_cif(text)

    def test_elements_that_share_a_place_are_kept_together(self):
        text = cif(
            cubic(2.87), symbol("I m -3 m"), ["Fe1 Fe 0 0 0 .6", "Co1 Co 0 0 0 .4"]
        )
        text = text.replace("fract_z", "fract_z\n_atom_site_occupancy")
        (structure,) = read_cif(text)
        assert [site.species.as_dict() for site in structure] == [
            {"Fe": 0.6, "Co": 0.4}
        ] * 2
        with pytest.raises(StructureError, match="a disordered site"):
            VoronoiFeaturizer().transform([structure])

    def test_crystals_of_other_readers_are_refused(self):
        """pymatgen and ASE double rounded positions; the featurizer says so."""
        doubled = Structure(Lattice.hexagonal(5, 4), ["Sm", "Co", "Co"],
                            [[0, 0, 0], [.333, .667, 0], [.333, .666, 0]])  # fmt: skip
        with pytest.raises(
            StructureError,
            match=r"SmCo2|Co2Sm.*sites 1 and 2 are at the same place, 0.00",
        ):
            VoronoiFeaturizer().transform([doubled])


class TestSymmetry:
    @pytest.mark.parametrize("written", [
        "F m -3 m", "Fm-3m", "F m 3 m", "Fm3m", "FM3M", "F 4/m -3 2/m", "Fm-3m (225)",
        "F m \\bar{3} m", "F m -3 m 1", "F_m_-3_m",
    ])  # fmt: skip
    def test_spellings_of_one_group(self, written):
        assert formula_of(cif(cubic(5.64), symbol(written), SALT)) == "Na4Cl4"

    @pytest.mark.parametrize("tag", [
        "_symmetry_space_group_name_H-M", "_space_group_name_H-M_alt",
        "_space_group_name_H-M_ref", "_space_group.name_H-M_alt",
        "_symmetry.space_group_name_H-M", "_SYMMETRY_SPACE_GROUP_NAME_H-M",
        "_space_group_name_H-M_full",
    ])  # fmt: skip
    def test_spellings_of_the_tag(self, tag):
        assert formula_of(cif(cubic(5.64), symbol("F m -3 m", tag), SALT)) == "Na4Cl4"

    @pytest.mark.parametrize(("tag", "text"), [
        ("_symmetry_space_group_name_Hall", "-F 4 2 3"),
        ("_space_group_name_Hall", "-f 4 2 3"),
        ("_space_group.name_Hall", "-F 4 2 3"),
        ("_symmetry_Int_Tables_number", "225"), ("_space_group_IT_number", "225"),
    ])  # fmt: skip
    def test_hall_symbol_or_number_alone(self, tag, text):
        assert formula_of(cif(cubic(5.64), f"{tag} '{text}'", SALT)) == "Na4Cl4"

    @pytest.mark.parametrize(
        "written", ["R -3 m H", "R -3 m :H", "R -3 m", "R-3m:h", "R -3 2/m"]
    )
    def test_rhombohedral_groups_in_hexagonal_axes(self, written):
        text = cif(hexagonal(4.546, 11.862), symbol(written), ["Bi1 Bi 0 0 .23389"])
        assert formula_of(text) == "Bi6"

    def test_rhombohedral_axes(self):
        text = cif("4.746 4.746 4.746 57.23 57.23 57.23", symbol("R -3 m"),
                   ["Bi1 Bi .23389 .23389 .23389"])  # fmt: skip
        assert formula_of(text) == "Bi2"

    def test_short_symbol_of_a_monoclinic_group(self):
        text = cif("6 7 8 90 100 90", symbol("P 21/c"), ["Fe1 Fe .1 .2 .3"])
        assert formula_of(text) == "Fe4"
        other = cif("6 7 8 95 90 90", symbol("P 21/c"), ["Fe1 Fe .1 .2 .3"])
        with pytest.raises(
            ValueError,
            match=r"\(space group 'P 1 21/c 1'\) does not fit its cell \(6.0,",
        ):
            read_cif(other)

    @pytest.mark.parametrize("written", ["P 3 m", "F x -3 m", "Pm3m3", "no symbol"])
    def test_no_symbol_is_ever_read_as_P1(self, written):
        with pytest.raises(
            ValueError, match=f"the space group '{written}' is not known"
        ):
            read_cif(cif(cubic(4), symbol(written), ["Fe1 Fe 0 0 0"]))

    def test_a_symbol_and_a_number_that_differ(self):
        symmetry = f"{symbol('F m -3 m')}\n_space_group_IT_number 216"
        with pytest.raises(
            ValueError, match="'F m -3 m' is number 225, but the file says 216"
        ):
            read_cif(cif(cubic(5.64), symmetry, SALT))

    @pytest.mark.parametrize(
        "written", ["F d -3 m Z", "F d -3 m :2", "Fd-3m S", "F d -3 m"]
    )
    def test_the_origin_is_named_or_found_by_the_formula(self, written):
        first = written.endswith("S")
        sites = ["Mg1 Mg 0 0 0", "Cu1 Cu .625 .625 .625"] if first else LAVES
        text = cif(
            cubic(7.05), symbol(written), sites, "_chemical_formula_sum 'Cu2 Mg'"
        )
        assert formula_of(text) == "Mg8Cu16"

    def test_an_origin_that_nothing_tells_is_asked_for(self):
        with pytest.raises(
            ValueError,
            match=r"not clear: as space group 'F d -3 m:1' it holds Mg16 Cu8, as "
            r"space group 'F d -3 m:2' Mg8 Cu16. Write all operations",
        ):
            read_cif(cif(cubic(7.05), symbol("F d -3 m"), LAVES))

    def test_operations_win_over_a_symbol_of_as_many(self):
        """A shifted origin: the operations are what the author computed with."""
        moved = ["x,y,z", "-x+1/2,-y,-z"]
        text = cif(
            "5 6 7 80 85 95", f"{listed(moved)}\n{symbol('P -1')}", ["Fe1 Fe .25 0 0"]
        )
        assert formula_of(text) == "Fe1"

    def test_operations_and_a_symbol_of_another_order(self):
        symmetry = f"{listed(['x,y,z'])}\n{symbol('F m -3 m')}"
        with pytest.raises(
            ValueError, match="not clear: as its operations it holds Na1 Cl1"
        ):
            read_cif(cif(cubic(5.64), symmetry, SALT))
        stated = "_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 4"
        assert formula_of(cif(cubic(5.64), symmetry, SALT, stated)) == "Na4Cl4"

    def test_operations_without_quotes(self):
        blanks = [triplet.replace(",", ", ") for triplet in FCC]
        assert formula_of(cif(cubic(4.05), listed(blanks), ["Al1 Al 0 0 0"])) == "Al4"

    def test_operations_that_are_no_group(self):
        with pytest.raises(ValueError, match="the 3 symmetry operations are no group"):
            read_cif(cif(cubic(4.05), listed(FCC[:3]), ["Al1 Al 0 0 0"]))

    def test_an_operation_that_cannot_be_read(self):
        with pytest.raises(
            ValueError, match=r"operation 'x,y,q' \(number 2\) cannot be read"
        ):
            read_cif(cif(cubic(4), listed(["x,y,z", "x,y,q"]), ["Al1 Al 0 0 0"]))

    def test_magnetic_operations_and_centrings(self):
        """An antiferromagnetic body-centred cell: the time reversal moves no atom."""
        symmetry = "\n".join([
            listed(["1 x,y,z,+1", "2 -x,-y,-z,-1"], "_space_group_symop_magn_operation.id\n_space_group_symop_magn_operation.xyz"),
            listed(["1 x,y,z,+1", "2 x+1/2,y+1/2,z+1/2,-1"], "_space_group_symop_magn_centering.id\n_space_group_symop_magn_centering.xyz"),
            "_parent_space_group.name_H-M_alt 'P m -3 m'",
        ])  # fmt: skip
        assert formula_of(cif("3 4 5 90 90 90", symmetry, ["Fe1 Fe .1 0 0"])) == "Fe4"


class TestAgainstItself:
    @pytest.mark.parametrize(("more", "message"), [
        ("_chemical_formula_sum 'Co Fe3'", "formula is Co1 Fe3, but the sites hold Co1 Fe1"),
        ("_chemical_formula_sum 'Co Fe'\n_cell_formula_units_Z 2",
         "formula Co1 Fe1 and Z = 2 ask for 2 formula units in the cell.*: 1. Mend"),
        ("_chemical_formula_sum 'Co Fe N'", "Missing elements N of the formula Co1 Fe1 N1"),
        ("_cell_volume 47.3", "_cell_volume is 47.3, but its lengths and angles give 23.64"),
    ])  # fmt: skip
    def test_what_contradicts_is_named(self, more, message):
        sites = ["Fe1 Fe 0 0 0", "Co1 Co .5 .5 .5"]
        with pytest.raises(ValueError, match=message):
            read_cif(cif(cubic(2.87), listed(["x,y,z"]), sites, more))

    @pytest.mark.parametrize("more", [
        "_chemical_formula_sum 'Co Fe'\n_cell_formula_units_Z 1",
        "_chemical_formula_sum 'Co4 Fe4'\n_cell_formula_units_Z 4",
        "_chemical_formula_sum '?'\n_cell_formula_units_Z ?",
        "_chemical_formula_sum 'Co Fe(1-x)'", "_cell_volume 23.6(2)",
    ])  # fmt: skip
    def test_what_agrees_is_read(self, more):
        sites = ["Fe1 Fe 0 0 0", "Co1 Co .5 .5 .5"]
        if "Co4" in more:  # the sum over the cell, and Z of the least formula
            text = cif(
                cubic(5.64),
                symbol("F m -3 m"),
                ["Fe1 Fe 0 0 0", "Co1 Co .5 .5 .5"],
                more,
            )
            assert formula_of(text) == "Fe4Co4"
        else:
            assert (
                formula_of(cif(cubic(2.87), listed(["x,y,z"]), sites, more)) == "Fe1Co1"
            )

    def test_hydrogen_counts_of_old_files(self):
        sites = ["Fe1 Fe 0 0 0", "H1 H .5 .5 .5"]
        text = cif(
            cubic(2.87), listed(["x,y,z"]), sites, "_chemical_formula_sum 'Fe H2'"
        )
        told = []
        read_cif(text, told)
        assert told == [
            "the formula is Fe1 H2, but the sites hold Fe1 H1: hydrogen may be missing."
        ]
        assert formula_of(text) == "Fe1H1"

    @pytest.mark.parametrize(
        ("multiplicity", "right"), [(4, True), (48, True), (8, False)]
    )
    def test_multiplicities(self, multiplicity, right):
        """Either the number of places, or, in old files, the order of the site."""
        text = cif(cubic(4.05), symbol("F m -3 m"), [f"Al1 Al 0 0 0 {multiplicity}"])
        text = text.replace("fract_z", "fract_z\n_atom_site_symmetry_multiplicity")
        if right:
            assert formula_of(text) == "Al4"
        else:
            with pytest.raises(
                ValueError,
                match="'Al1' has the multiplicity 8, but its symmetry gives 4",
            ):
                read_cif(text)


class TestSites:
    @pytest.mark.parametrize(("site", "element"), [
        ("Fe1 Fe3+ 0 0 0", "Fe1"), ("Fe1 FE 0 0 0", "Fe1"), ("D1 D 0 0 0", "H1"),
        ("Fe1 Fe+2 0 0 0", "Fe1"), ("X1 Co0 0 0 0", "Co1"), ("Sm2 ? 0 0 0", "Sm1"),
        ("OW1 . 0 0 0", "O1"), ("AL1 . 0 0 0", "Al1"),
    ])  # fmt: skip
    def test_elements(self, site, element):
        assert formula_of(cif(cubic(4), listed(["x,y,z"]), [site])) == element

    @pytest.mark.parametrize(("site", "message"), [
        ("Va1 Va 0 0 0", "site 'Va1' has the type 'Va', a vacancy or any of a group"),
        ("Va1 ? 0 0 0", "site 'Va1' has the type 'Va1', a vacancy"),
        ("VAC ? 0 0 0", "site 'VAC' has the type 'VAC', a vacancy"),
        ("M1 M 0 0 0", "site 'M1' has the type 'M', no element. Name one"),
        ("OH1 OH 0 0 0", "site 'OH1' has the type 'OH', no element"),
        ("CO1 . 0 0 0", "has the type 'CO1', may be C or Co. Write _atom_site_type"),
        ("Fe1 Fe 0,5 0 0", "_atom_site_fract_x of site 'Fe1' is '0,5', not a number"),
    ])  # fmt: skip
    def test_what_is_no_element_or_number(self, site, message):
        with pytest.raises(ValueError, match=message):
            read_cif(cif(cubic(4), listed(["x,y,z"]), [site]))

    def test_a_label_that_the_formula_explains(self):
        text = cif(
            cubic(4), listed(["x,y,z"]), ["CO1 ? 0 0 0"], "_chemical_formula_sum Co"
        )
        assert formula_of(text) == "Co1"

    def test_implicit_hydrogens_and_dummies(self):
        text = cif(cubic(4), listed(["x,y,z"]), ["O1 O 0 0 0 2"])
        text = text.replace("fract_z", "fract_z\n_atom_site_attached_hydrogens")
        with pytest.raises(ValueError, match="site 'O1' has 2 implicit hydrogens. Add"):
            read_cif(text)
        text = cif(cubic(4), listed(["x,y,z"]), ["Fe1 Fe 0 0 0 .", "Cg1 ? 0.5 0 0 dum"])
        text = text.replace("fract_z", "fract_z\n_atom_site_calc_flag")
        assert formula_of(text) == "Fe1"


class TestBlocks:
    ALUMINIUM = cif(cubic(4.05), listed(FCC), ["Al1 Al 0 0 0"])

    def test_a_block_of_question_marks(self):
        empty = cif("? ? ? ? ? ?", "", ["? ? ? ? ?"]).replace("data_x", "data_niggli")
        assert formula_of(self.ALUMINIUM + empty) == "Al4"

    def test_lines_that_only_look_like_blocks(self):
        field = "_comment\n;\ndata_x was collected at 295 K, and\ndata_x at 5 K\n;\n"
        text = self.ALUMINIUM.replace("loop_\n_symm", f"{field}loop_\n_symm")
        assert formula_of(text) == "Al4"

    def test_an_empty_loop(self):
        empty = "loop_\n_atom_site_moment_label\n_atom_site_moment_crystalaxis_x\n"
        assert formula_of(self.ALUMINIUM + empty) == "Al4"

    def test_mmcif_is_named(self):
        text = ("data_1ABC\n_cell.length_a 4\nloop_\n_atom_site.id\n"
                "_atom_site.Cartn_x\n1 0.0\n")  # fmt: skip
        with pytest.raises(
            ValueError, match=r"Cartesian coordinates only.*mmCIF files"
        ):
            read_cif(text)

    def test_a_cell_that_lacks_something(self):
        with pytest.raises(ValueError, match="has sites, but no _cell_length_b. Comp"):
            read_cif(self.ALUMINIUM.replace("_cell_length_b 4.05", ""))
        with pytest.raises(
            ValueError, match="_cell_angle_beta is 190, which no cell has"
        ):
            read_cif(self.ALUMINIUM.replace("angle_beta 90", "angle_beta 190"))
        with pytest.raises(ValueError, match="_cell_length_a is given twice. Keep one"):
            read_cif(self.ALUMINIUM.replace("data_x", "data_x\n_cell_length_a 5"))

    def test_a_line_that_cannot_be_parsed_is_named(self, tmp_path):
        (tmp_path / "a.cif").write_text(self.ALUMINIUM.replace("a 4.05", "a 4.05 A"))
        with pytest.raises(
            StructureError, match="is no CIF from line 2 on: parse error. Words"
        ):
            read_structure(tmp_path / "a.cif")


@st.composite
def written_crystals(draw):
    """Return a CIF, its group and its exact sites; sites lie on 24ths of the axes."""
    import gemmi

    table = [g for g in gemmi.spacegroup_table() if g.hall and g.number > 1]
    group = draw(st.sampled_from(table))
    operations = list(group.operations())
    lengths = draw(st.tuples(*[st.floats(22, 30)] * 3))
    metric = np.diag(np.square(lengths))
    metric[0, 1] = metric[1, 0] = draw(st.floats(-0.2, 0.2)) * lengths[0] * lengths[1]
    turns = [np.array(op.rot) / 24 for op in operations]
    metric = np.mean([r.T @ metric @ r for r in turns], axis=0)
    a, b, c = np.sqrt(np.diag(metric))
    angles = np.degrees(
        np.arccos([metric[1, 2] / b / c, metric[0, 2] / a / c, metric[0, 1] / a / b])
    )
    n_sites = draw(st.integers(1, 3))
    places = st.tuples(*[st.integers(0, 23)] * 3)
    sites = draw(st.lists(places, min_size=n_sites, max_size=n_sites, unique=True))
    orbits = [
        {tuple(np.rint(np.array(r) @ site + op.tran).astype(int) % 24)
         for r, op in zip(turns, operations, strict=True)}
        for site in sites
    ]  # fmt: skip
    for i, orbit in enumerate(orbits):
        assume(all(orbit.isdisjoint(other) for other in orbits[:i]))
    digits = draw(st.sampled_from([3, 4, 5]))
    lines = [
        f"{e}1 {e} " + " ".join(f"{k / 24:.{digits}f}" for k in site)
        for e, site in zip(["Fe", "Nd", "B"], sites, strict=False)
    ]
    triplets = [op.triplet() for op in operations]
    ways = {
        "operations": listed(triplets),
        "new tag": listed(triplets, "_space_group_symop_operation_xyz"),
        "numbered": listed([f"{i} '{t}'" for i, t in enumerate(triplets, 1)],
                           "_space_group_symop.id\n_space_group_symop.operation_xyz"),
        "blanks": listed([t.replace(",", ", ") for t in triplets]),
        "Hall": f"_space_group_name_Hall '{group.hall}'",
    }  # fmt: skip
    if len(groups_of_symbol(group.xhm(), *angles[[0, 2]].round(1))) == 1:
        ways["symbol"] = symbol(group.xhm())
    symmetry = ways[draw(st.sampled_from(sorted(ways)))]
    cell = " ".join(f"{x:.6f}" for x in (a, b, c, *angles))
    return cif(cell, symmetry, lines), orbits


@settings(max_examples=500, deadline=None)
@given(written_crystals())
def test_random_crystals_against_gemmi(written):
    """Every atom lies on its exact place, however the symmetry is written."""
    import gemmi

    text, orbits = written
    (structure,) = read_cif(text)
    for element, orbit in zip(["Fe", "Nd", "B"], orbits, strict=False):
        own = [site.frac_coords for site in structure if site.species_string == element]
        placed = {tuple(np.rint(24 * x).astype(int) % 24) for x in own}
        assert placed == orbit
        assert len(own) == len(orbit)
        np.testing.assert_allclose(
            24 * np.array(own), np.rint(24 * np.array(own)), atol=0.026
        )
    if "x, y" not in text and "symop." not in text:  # which gemmi does not read
        small = gemmi.make_small_structure_from_block(gemmi.cif.read_string(text)[0])
        assert len(small.get_all_unit_cell_sites()) == len(structure)


def test_groups_are_groups():
    group = group_of_triplets(tuple(FCC[1:]))  # the identity may be left out
    assert len(group) == 4
    assert (np.sort(group.products, axis=1) == np.arange(4)).all()
    with pytest.raises(ValueError, match="it stretches the cell"):
        group_of_triplets(("x/2,y,z",))


def with_column(tag, text, values):
    """Add a column to the sites of a CIF."""
    head, _, rows = text.partition("_atom_site_fract_z\n")
    rows = [f"{row} {x}" for row, x in zip(rows.split("\n"), values, strict=False)]
    return f"{head}_atom_site_fract_z\n{tag}\n" + "\n".join(rows) + "\n"


P1 = listed(["x,y,z"])


class TestWhatWasOnceMisread:
    @pytest.mark.parametrize(("cell", "name"), [
        ("3 3 30 90 90 90", "P 6/m m m"), ("2.46 2.46 30 90 90 90", "P 63/m m c"),
        ("3 4.2 30 90 90 90", "P 4/m m m"), ("3 4 30 90 95 95", "P 21/m"),
        ("30 4 3 95 90 90", "P 21/c"),
    ])  # fmt: skip
    def test_a_long_axis_hides_nothing(self, cell, name):
        with pytest.raises(ValueError, match="does not fit its cell"):
            read_cif(cif(cell, symbol(name), ["Fe1 Fe 0 0 0"]))

    @pytest.mark.parametrize(("cell", "name", "site"), [
        ("5 6 7 90 90 90", "P m m n", ".113 .171 .351"),
        ("7 7 9 90 90 90", "I 41/a", ".13 .12 .11"),
        ("7 8 9 90 90 90", "C c c e", ".13 .12 .11"),
    ])  # fmt: skip
    def test_two_origins_that_differ_a_little(self, cell, name, site):
        with pytest.raises(ValueError, match="its symmetry is not clear"):
            read_cif(cif(cell, symbol(name), [f"Fe1 Fe {site}"]))

    @pytest.mark.parametrize("symmetry", [
        "_space_group_ssg_name 'P-1(abg)0'", "_cell_modulation_dimension 1",
        "_space_group_name_Schoenflies 'Oh^5'", "_symmetry_cell_setting orthorhombic",
        "_symmetry_space_group_name 'F m -3 m'", "_space_group_magn.name_BNS 'P n m a'",
        listed(["x,y,z", "-x,-y,-z"], "_symmetry_equiv_pos_xyz"),
    ])  # fmt: skip
    def test_symmetry_under_another_tag_is_never_P1(self, symmetry):
        with pytest.raises(
            ValueError, match="is not understood, and no|a modulated str"
        ):
            read_cif(cif(cubic(4), symmetry, ["Fe1 Fe .1 .2 .3"]))

    def test_operations_of_another_group_than_the_symbol(self):
        mmm = ["x,y,z", "-x,-y,z", "-x,y,-z", "x,-y,-z",
               "-x,-y,-z", "x,y,-z", "x,-y,z", "-x,y,z"]  # fmt: skip
        text = cif(
            "5 6 7 90 90 90", f"{listed(mmm)}\n{symbol('P n m a')}", ["Fe1 Fe .1 .2 .3"]
        )
        with pytest.raises(
            ValueError, match="not clear: as its operations it holds Fe8, as"
        ):
            read_cif(text)

    def test_two_lists_of_operations(self):
        other = listed(["x,y,z", "-x,-y,-z"], "_space_group_symop_operation_xyz")
        with pytest.raises(ValueError, match="two lists of operations that differ"):
            read_cif(cif(cubic(4), f"{P1}\n{other}", ["Fe1 Fe .1 .2 .3"]))

    @pytest.mark.parametrize("site", [
        "Fe1 Fe0.5Ni0.5 0 0 0", "Fe1 Fe/Ni 0 0 0", "Fe,Ni ? 0 0 0", "Al/Si1 ? 0 0 0",
        "O1 H2O 0 0 0", "H2O ? 0 0 0", "P1 PO4 0 0 0", "N1 NO3 0 0 0", "C1 CO 0 0 0",
        "N1 NH4 0 0 0", "O1 OH2 0 0 0", "VFe ? 0 0 0", "V_Fe ? 0 0 0", "FeCo1 ? 0 0 0",
        "DUM ? 0 0 0", "T1 ? 0 0 0", "RE1 RE 0 0 0", "NH4 ? 0 0 0", "CH3 ? 0 0 0",
    ])  # fmt: skip
    def test_groups_and_mixtures_are_no_elements(self, site):
        with pytest.raises(ValueError, match="has the type .*(no element|may be)"):
            read_cif(cif(cubic(4), P1, [site]))

    @pytest.mark.parametrize(("label", "element"), [
        ("CaM2", "Ca"), ("MgM1", "Mg"), ("SiT", "Si"), ("AlT1", "Al"), ("NaA", "Na"),
        ("Ow", "O"), ("Oh", "O"), ("O1A", "O"), ("NaI", "Na"), ("H1", "H"), ("D1", "H"),
    ])  # fmt: skip
    def test_labels_of_minerals(self, label, element):
        assert formula_of(cif(cubic(4), P1, [f"{label} ? 0 0 0"])) == f"{element}1"

    def test_a_row_that_is_missing(self):
        grid = [(x / 4, y / 4) for x in range(4) for y in range(4)]
        rows = [f"{e}{i} {e} {x} {y} {z}" for z, e in ((0, "Al"), (0.5, "N"))
                for i, (x, y) in enumerate(grid)]  # fmt: skip
        stated = "_chemical_formula_sum 'Al N'"
        assert formula_of(cif("12 12 4 90 90 90", P1, rows, stated)) == "Al16N16"
        with pytest.raises(ValueError, match="but the sites hold Al16 N15"):
            read_cif(cif("12 12 4 90 90 90", P1, rows[:-1], stated))

    def test_split_positions_without_occupancies(self):
        sites = ["O1 O .1 .1 .1", "O2 O .13 .1 .1"]
        with pytest.raises(
            ValueError, match="sites 'O1' and 'O2' are 0.30 Å apart, too"
        ):
            read_cif(cif(cubic(10), P1, sites))
        groups = with_column(
            "_atom_site_disorder_group",
            cif(cubic(10), P1, ["C1 C 0 0 0", "C2 C .2 0 0"]),
            [1, 2],
        )
        with pytest.raises(
            ValueError, match=r"alternatives .*group 1, 2\), but have no"
        ):
            read_cif(groups)

    def test_halves_beside_a_centre_are_one(self):
        text = cif(cubic(10), symbol("P -1"), ["O1 O .004 0 0"])
        (structure,) = read_cif(with_column("_atom_site_occupancy", text, [0.5]))
        assert [site.species.as_dict() for site in structure] == [{"O": 1.0}]

    @pytest.mark.parametrize(("occupancies", "right"), [
        (["1.002(6)"], "Fe1"), (["1.0001"], "Fe1"), (["0.995"], "Fe1"),
    ])  # fmt: skip
    def test_occupancies_that_are_one(self, occupancies, right):
        text = with_column(
            "_atom_site_occupancy", cif(cubic(3), P1, ["Fe1 Fe 0 0 0"]), occupancies
        )
        assert formula_of(text) == right

    @pytest.mark.parametrize(("occupancy", "message"), [
        ("1.3", "has the occupancy 1.3, above 1"), ("\u00bd", "xbd', not a number"),
        ("0.1_5", "'0.1_5', not a number"),
    ])  # fmt: skip
    def test_occupancies_that_are_none(self, occupancy, message):
        text = with_column(
            "_atom_site_occupancy", cif(cubic(3), P1, ["Fe1 Fe 0 0 0"]), [occupancy]
        )
        with pytest.raises(ValueError, match=message):
            read_cif(text)

    def test_a_column_given_twice(self):
        text = with_column(
            "_atom_site_fract_x", cif(cubic(3), P1, ["Fe1 Fe 0.1 0 0"]), [0.3]
        )
        with pytest.raises(ValueError, match="_atom_site_fract_x is given twice"):
            read_cif(text)

    @pytest.mark.parametrize("triplets", [
        ["x,y,z", "-y,x-y,z+.33", "-x+y,-x,z+.67"], ["(x,y,z)", "(-y,x-y,z+1/3)", "(-x+y,-x,z+2/3)"],
        ["x , y , z", "-y , x-y , z+1/3", "-x+y , -x , z+2/3"],
    ])  # fmt: skip
    def test_other_ways_to_write_operations(self, triplets):
        assert (
            formula_of(cif(hexagonal(4, 9), listed(triplets), ["Se1 Se .2 0 0"]))
            == "Se3"
        )

    @pytest.mark.parametrize("name", [
        "F d -3 m (origin choice 2)", "F d -3 m, origin 2", "Fd-3mZ", "F d -3 m O2",
    ])  # fmt: skip
    def test_origins_in_words(self, name):
        assert formula_of(cif(cubic(7.05), symbol(name), LAVES)) == "Mg8Cu16"

    def test_angles_that_are_not_given_are_right(self):
        text = cif("4 4 4 . . .", P1, ["Fe1 Fe 0 0 0"])
        assert read_cif(text)[0].lattice.angles == (90, 90, 90)
        with pytest.raises(
            ValueError, match=r"\[60.0, 60.0, 150.0\] are those of no cell"
        ):
            read_cif(cif("4 4 4 60 60 150", P1, ["Fe1 Fe 0 0 0"]))

    @pytest.mark.parametrize(("name", "n"), [
        ("P2(1)2(1)2(1)", 4), ("P2(1)", 2), ("Pna2(1)", 4), ("C222(1)", 8), ("P 1 (1)", 1),
        ("P2(1)/c", 4),
    ])  # fmt: skip
    def test_screws_in_brackets(self, name, n):
        text = cif("5 6 7 90 90 90", symbol(name), ["Fe1 Fe .1 .2 .3"])
        (structure,) = read_cif(text)
        assert len(structure) == n
        if name == "P2(1)2(1)2(1)":  # all three axes are screws
            x = np.sort(structure.frac_coords % 1, axis=0)
            np.testing.assert_allclose(x[:, 0], [0.1, 0.4, 0.6, 0.9], atol=1e-9)

    @pytest.mark.parametrize(("hall", "right"), [
        ("-F 4vw 2vw 3", "Mg8Cu16"), ("F 4d 2 3 -1d", "Mg16Cu8"),
    ])  # fmt: skip
    def test_a_hall_symbol_names_the_origin(self, hall, right):
        symmetry = f"{symbol('F d -3 m')}\n_symmetry_space_group_name_Hall '{hall}'"
        assert formula_of(cif(cubic(7.05), symmetry, LAVES)) == right

    @pytest.mark.parametrize(
        "kind", ["Fe2.67+", "Fe+3.0", "Fe(3+)", "Fe(III)", "Fe^3+"]
    )
    def test_charges(self, kind):
        assert formula_of(cif(cubic(4), P1, [f"Fe1 {kind} 0 0 0"])) == "Fe1"

    def test_monoclinic_cells_with_the_axis_c(self):
        text = cif("5 6 7 90 90 100", symbol("P 21/m"), ["Fe1 Fe .1 .2 .25"])
        assert formula_of(text) == "Fe2"

    @pytest.mark.parametrize("rows", [
        ["1 x, y, z", "2 x, y+1/2, z+1/2", "3 x+1/2, y, z+1/2", "4 x+1/2, y+1/2, z"],
        ["x, y, z", "x, 1/2 + y, 1/2 + z", "1/2 + x, y, 1/2 + z", "1/2 + x, 1/2 + y, z"],
        ["1 'x, y, z'", "2 'x,y+1/2,z+1/2'", "3 'x+1/2,y,z+1/2'", "4 'x+1/2,y+1/2,z'"],
    ])  # fmt: skip
    def test_operations_in_several_words(self, rows):
        tag = "_symmetry_equiv_pos_as_xyz"
        tag = f"_symmetry_equiv_pos_site_id\n{tag}" if rows[0][0] == "1" else tag
        assert (
            formula_of(cif(cubic(4.05), listed(rows, tag), ["Al1 Al 0 0 0"])) == "Al4"
        )

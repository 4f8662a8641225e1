"""Features of universal potentials: physics, one evaluation a crystal, versions."""

import subprocess
import sys

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import StructureError, load, save
from sklmag.persistence import read_card
from sklmag.structure import Evaluation, PotentialFeaturizer, SiteFractionFeaturizer
from sklmag.structure import _potential_featurizer as module

BCC = [[0, 0, 0], [0.5, 0.5, 0.5]]


def iron(a=2.87):
    return Structure(Lattice.cubic(a), ["Fe", "Fe"], BCC)


class Counting:
    """A potential that counts what it evaluates, and knows no boron."""

    n_features, n_site_features = 2, 1

    def __init__(self, identity="counting 1"):
        self.identity, self.seen = identity, []

    def __deepcopy__(self, memo):
        return self

    def evaluate(self, crystals):
        self.seen += crystals
        if any(5 in crystal.numbers for crystal in crystals):
            raise StructureError("boron is not known")
        return [
            Evaluation(
                -1.0,
                np.full(n, 2.0),
                np.arange(2.0),
                np.arange(n, dtype=float)[:, None],
            )
            for n in (len(crystal.numbers) for crystal in crystals)
        ]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", type(module._REMEMBERED)())


class TestCHGNet:
    def test_iron_cobalt_and_copper(self):
        cobalt = Structure(
            Lattice.hexagonal(2.5, 4.06), ["Co", "Co"], [[0, 0, 0], [1 / 3, 2 / 3, 0.5]]
        )
        copper = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.6), ["Cu"], BCC[:1])
        table = PotentialFeaturizer().set_output(transform="pandas")
        found = table.fit_transform([iron(), cobalt, copper])
        assert table.potential_ == "CHGNet 0.3.0, weights 818dbd975187"
        assert found["magnetization_T"].tolist() == pytest.approx(
            [2.2, 1.8, 0], abs=0.35
        )
        assert found["energy_eV_per_atom"][0] == pytest.approx(-8.45, abs=0.1)  # MP
        volume = iron().volume
        moments = 2 * found["mean_moment_muB"][0]
        assert found["magnetization_T"][0] == pytest.approx(11.6541 * moments / volume)

    def test_another_cell_of_the_same_crystal(self):
        larger = iron() * (2, 1, 2)
        turned = Structure(
            Lattice.cubic(2.87), ["Fe", "Fe"], np.array(BCC)[::-1] + [0.2, 0.7, 3]
        )
        rows = PotentialFeaturizer().transform([iron(), larger, turned])
        np.testing.assert_allclose(rows[1:], rows[[0, 0]], atol=2e-5)

    def test_processes_give_the_same_bits(self):
        crystals = [iron(2.7 + 0.01 * k) for k in range(40)]
        alone = PotentialFeaturizer().transform(crystals)
        module._REMEMBERED.clear()
        np.testing.assert_array_equal(
            PotentialFeaturizer(n_jobs=2).transform(crystals), alone
        )

    @pytest.mark.parametrize(
        ("element", "a", "message"),
        [
            (
                "Am",
                4.0,
                r"Row 0: Am: CHGNet knows no element of the atomic number 95, b",
            ),
            ("Fe", 30.0, r"Row 0: Fe: CHGNet: .*isolated"),
        ],
    )
    def test_what_it_cannot_do(self, element, a, message):
        crystal = Structure(Lattice.cubic(a), [element], [[0, 0, 0]])
        with pytest.raises(StructureError, match=message):
            PotentialFeaturizer().transform([crystal])

    def test_it_needs_no_monitor_of_nvidia_and_prints_nothing(self):
        code = (
            "import sys; sys.modules['nvidia_smi'] = None\n"
            "from sklmag.structure import PotentialFeaturizer\n"
            "assert PotentialFeaturizer().get_feature_names_out().size == 134"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, ""), done.stderr

    def test_without_it_the_extra_is_named(self, monkeypatch):
        module.known_potential.cache_clear()
        monkeypatch.setitem(sys.modules, "chgnet", None)
        with pytest.raises(ImportError, match=r"pip install 'sklmag\[potential\]'"):
            PotentialFeaturizer().transform([iron()])


class TestEachCrystalOnce:
    def test_in_a_search_and_in_several_clones(self):
        potential = Counting()
        crystals = [iron(2.7), iron(2.8), iron(2.9)]
        rows = PotentialFeaturizer(potential).fit_transform(crystals)
        again = clone(PotentialFeaturizer(potential)).transform(crystals[::-1])
        np.testing.assert_array_equal(again, rows[::-1])
        assert len(potential.seen) == 3
        assert rows.shape == (3, 9)
        assert rows[0, -1] == 0.5  # of 0 and 1
        other = Counting("counting 2")
        PotentialFeaturizer(other).transform(crystals)
        assert len(other.seen) == 3

    def test_the_oldest_are_forgotten(self, monkeypatch):
        monkeypatch.setattr(module, "_MOST_REMEMBERED", 2)
        potential = Counting()
        for a in (2.7, 2.8, 2.9, 2.9, 2.7):
            PotentialFeaturizer(potential).transform([iron(a)])
        assert len(potential.seen) == 4

    def test_a_bad_one_among_good_ones(self, tmp_path):
        boron = Structure(Lattice.cubic(2.5), ["B"], [[0, 0, 0]])
        Poscar(boron).write_file(tmp_path / "POSCAR_B")
        crystals = [iron(), boron, iron(3.0), tmp_path / "POSCAR_B", "no.cif"]
        featurizer = PotentialFeaturizer(Counting(), on_error="nan")
        with pytest.warns(UserWarning, match="could not read 3 of 5 materials"):
            rows = featurizer.transform(crystals)
        assert np.isnan(rows).all(axis=1).tolist() == [False, True, False, True, True]
        assert featurizer.errors_[1] == "boron is not known"
        assert "POSCAR_B': boron is not known" in featurizer.errors_[3]
        assert "No such file or directory: 'no.cif'" in featurizer.errors_[4]


class TestVersions:
    def test_a_model_stands_on_one_version(self, tmp_path):
        crystals = [iron(2.7), iron(2.9), iron(3.1)]
        model = make_pipeline(PotentialFeaturizer(), Ridge()).fit(crystals, [0, 1, 2])
        path = save(model, tmp_path / "iron.sklmag", X=crystals, y=[0.0, 1.0, 2.0])
        named = (
            "Pipeline(PotentialFeaturizer(CHGNet 0.3.0, weights 818dbd975187), Ridge)"
        )
        assert read_card(path).estimator == named
        back = load(path)
        np.testing.assert_allclose(back.predict(crystals), model.predict(crystals))
        model[0].potential_ = "CHGNet 0.2.0, weights 0123456789ab"
        back = load(save(model, tmp_path / "old.sklmag"))
        with pytest.raises(
            ValueError,
            match=r"was fitted with CHGNet 0.2.0, weights 0123456789ab, but h",
        ):
            back.predict(crystals)


def test_fractions_of_sites():
    names = list(SiteFractionFeaturizer().get_feature_names_out())
    salt = Structure(Lattice.cubic(3), ["Cs", "Cl", "Cl"], [*BCC, [0.5, 0.5, 0]])
    row = SiteFractionFeaturizer().transform([salt])[0]
    assert row[names.index("fraction_Cl")] == pytest.approx(2 / 3)
    assert row.sum() == pytest.approx(1)
    assert len(names) == 103

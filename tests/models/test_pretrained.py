"""The formula network that comes with the package: what it is, knows, has not seen."""

import hashlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag import (
    FormulaError,
    FormulaTokenizer,
    LGDCNNClassifier,
    LGDCNNRegressor,
    MagpieFeaturizer,
    PretrainedFormulaFeaturizer,
)
from sklmag.datasets import load_curie_temperatures
from sklmag.models import _trunk
from sklmag.models._trunk import trunk_arrays, trunk_card
from sklmag.persistence import load, save
from tests.conftest import shared_path

DATA = Path(sys.modules["sklmag"].__file__).parent / "models" / "data"
FORMULAS = ["Fe", "Co", "Ni", "FeCo", "FeNi", "CoNi", "Nd2Fe14B", "SmCo5", "Fe3O4"]
TC_K = [1043, 1388, 627, 1200, 785, 1100, 588, 1020, 858]


@pytest.fixture(scope="module")
def slots():
    return FormulaTokenizer(n_slots=3).transform(FORMULAS)


class TestTheFile:
    def test_it_is_the_one_of_its_card_and_small(self):
        data = (DATA / "formulas.safetensors").read_bytes()
        assert hashlib.sha256(data).hexdigest() == trunk_card()["sha256"]
        assert len(data) < 6e6

    def test_one_byte_that_is_another_is_refused(self, tmp_path, monkeypatch):
        data = bytearray((DATA / "formulas.safetensors").read_bytes())
        data[-1] ^= 1
        (tmp_path / "formulas.safetensors").write_bytes(data)
        (tmp_path / "formulas.json").write_text((DATA / "formulas.json").read_text())
        monkeypatch.setattr(_trunk, "_FOLDER", tmp_path)
        with pytest.raises(ValueError, match="formulas.safetensors is not the file of"):
            trunk_arrays.__wrapped__()

    def test_the_card_says_what_it_learnt_and_under_which_licence(self):
        card = trunk_card()
        assert card["license"] == "CC-BY-4.0"
        assert set(card["data"]) == {"OQMD", "Materials Project"}
        for target in card["targets"]:
            assert target["mae_held_out"] < 0.55 * target["mae_of_the_median"]
            assert target["n_compositions"] > 4000


@pytest.fixture(scope="module")
def benchmark():
    shared_path("matbench/steels.csv.gz")
    folder = Path(__file__).parents[2] / "benchmarks"
    spec = importlib.util.spec_from_file_location(
        "pretrain_formulas", folder / "pretrain_formulas.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    with mock.patch.dict(os.environ):  # benchmarks set the number of threads
        spec.loader.exec_module(module)
    sys.path.remove(str(folder))
    return module


class TestNothingTestedWasSeen:
    def test_every_composition_of_a_test_part_is_excluded(self, benchmark):
        from bench_formula import EXTENDED, MATBENCH, splits

        excluded = benchmark.excluded()
        for name in [*EXTENDED, *MATBENCH]:
            tested = {f for *_, test, _ in splits(name, seeds=[0]) for f in test}
            rows = benchmark.slots(sorted(tested))
            assert all(row.tobytes() in excluded for row in rows), name

    def test_nothing_excluded_is_learnt(self, benchmark):
        X, y, *_ = benchmark.parts(*benchmark.rows())
        assert len(X) == trunk_card()["n_compositions"] == 371_201
        excluded = benchmark.excluded()
        assert f"{len(excluded)} compositions" in trunk_card()["not_learnt"]
        assert not any(row.tobytes() in excluded for row in X)
        known = np.isfinite(y).sum(axis=0).tolist()
        cards = trunk_card()["targets"]
        assert known == [target["n_compositions"] for target in cards]


class TestInit:
    def test_it_begins_at_the_weights_of_the_file(self, slots):
        net = LGDCNNRegressor(init="pretrained", n_members=3, random_state=0)
        net.set_params(lr=1e-12, weight_decay=0.0).partial_fit(slots, TC_K)
        weights = dict(net.net_.module_.named_parameters())
        for name, array in trunk_arrays().items():
            if name.startswith(("embedding.", "body.")):
                for member in weights[name].detach().numpy():
                    np.testing.assert_allclose(member, array[0], atol=1e-6)
        heads = weights["head.weight"]
        assert not torch.equal(heads[0], heads[1])

    def test_one_seed_one_result_and_a_file(self, slots, tmp_path):
        nets = [
            LGDCNNRegressor(init="pretrained", max_epochs=5, random_state=0)
            for _ in range(2)
        ]
        one, two = (net.fit(slots, TC_K).predict(slots) for net in nets)
        np.testing.assert_array_equal(one, two)
        save(nets[0], tmp_path / "net.sklmag", X=slots, y=TC_K)
        again = load(tmp_path / "net.sklmag").predict(slots)
        np.testing.assert_array_equal(again, one)

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            (
                {"width": 64},
                "width=64 does not fit init='pretrained', whose network has",
            ),
            ({"body": "lstm"}, "body='lstm' does not fit init='pretrained'"),
            ({"embedding": "mat2vec"}, "embedding='mat2vec' does not fit"),
            ({"n_blocks": 2}, "n_blocks=2 does not fit"),
            ({"preset": "paper"}, "preset='paper' does not fit"),
            ({"gate": "element"}, "gate='element' does not fit"),
        ],
    )
    def test_what_does_not_fit_is_named(self, slots, parameters, message):
        with pytest.raises(ValueError, match=message):
            LGDCNNRegressor(init="pretrained", **parameters).fit(slots, TC_K)

    def test_a_classifier_and_conditions_begin_there_too(self, slots):
        rows = np.column_stack((slots, np.arange(len(slots))))
        net = LGDCNNClassifier(
            init="pretrained", n_conditions=1, max_epochs=20, random_state=0
        )
        y = np.array(TC_K) > 900
        assert net.fit(rows, y).predict_proba(rows).shape == (len(slots), 2)

    def test_few_rows_suffice_where_chemistry_was_seen(self):
        X, y = load_curie_temperatures(return_X_y=True)
        order = np.random.RandomState(0).permutation(len(X))
        train, test = order[:80], order[80:1500]
        formulas, y = X["formula"].to_numpy(object), y.to_numpy()
        errors = []
        for init in ("random", "pretrained"):
            net = LGDCNNRegressor(init=init, n_members=2, random_state=0)
            model = make_pipeline(FormulaTokenizer(), net).fit(
                formulas[train], y[train]
            )
            errors.append(mean_absolute_error(y[test], model.predict(formulas[test])))
        assert errors[1] < 0.97 * errors[0]


class TestFeaturizer:
    def test_it_knows_properties_that_are_known(self):
        features = PretrainedFormulaFeaturizer().set_output(transform="pandas")
        table = features.fit_transform(["MgO", "Fe", "W", "Pb", "Al2O3"])
        table.index = ["MgO", "Fe", "W", "Pb", "Al2O3"]
        energy, gap = table["mp_formation_energy_eV_per_atom"], table["mp_band_gap_eV"]
        assert energy["MgO"] == pytest.approx(-3.05, rel=0.2)  # Materials Project
        assert energy["Al2O3"] == pytest.approx(-3.44, rel=0.2)
        assert abs(gap["Fe"]) < 0.3 < 1.5 < gap["MgO"]
        bulk = 10 ** table["log10_bulk_modulus_GPa"]
        assert bulk["W"] == pytest.approx(304, rel=0.2)
        assert bulk["Pb"] < 60
        assert table["oqmd_volume_A3_per_atom"]["Pb"] == pytest.approx(31, rel=0.15)

    def test_rows_do_not_depend_on_each_other_nor_on_how_they_are_written(self):
        features = PretrainedFormulaFeaturizer()
        together = features.transform(FORMULAS)
        alone = np.vstack([features.transform([formula]) for formula in FORMULAS])
        np.testing.assert_array_equal(together, alone)
        one, two = features.transform(["Nd2Fe14B", {"B": 2, "Fe": 28, "Nd": 4}])
        np.testing.assert_array_equal(one, two)

    def test_a_trace_hardly_matters(self):
        features = PretrainedFormulaFeaturizer()
        pure, trace = features.transform([{"Fe": 1.0}, {"Fe": 1 - 1e-9, "U": 1e-9}])
        np.testing.assert_allclose(trace, pure, atol=1e-4)

    def test_names_and_errors(self):
        features = PretrainedFormulaFeaturizer()
        names = list(features.get_feature_names_out())
        assert len(names) == len(set(names)) == 135
        assert names[0] == "oqmd_formation_energy_eV_per_atom"
        assert names[-1] == "state_127"
        with pytest.raises(FormulaError, match="Row 1: Formula 'Fq2'"):
            features.transform(["Fe", "Fq2"])

    def test_linear_models_on_it_beat_those_on_magpie(self):
        X, y = load_curie_temperatures(return_X_y=True)
        rows = np.random.RandomState(0).permutation(len(X))[:600]
        formulas, y = X["formula"].to_numpy(object)[rows], y.to_numpy()[rows]
        errors = []
        for featurizer in (MagpieFeaturizer(), PretrainedFormulaFeaturizer()):
            model = make_pipeline(
                featurizer,
                SimpleImputer(),
                StandardScaler(),
                RidgeCV(np.logspace(-1, 4, 11)),
            )
            predicted = cross_val_predict(model, formulas, y, cv=3)
            errors.append(mean_absolute_error(y, predicted))
        assert errors[1] < errors[0]

    def test_it_goes_into_files(self, tmp_path):
        model = make_pipeline(PretrainedFormulaFeaturizer(), RidgeCV()).fit(
            FORMULAS, TC_K
        )
        save(model, tmp_path / "ridge.sklmag", X=pd.Series(FORMULAS), y=TC_K)
        loaded = load(tmp_path / "ridge.sklmag")
        np.testing.assert_array_equal(loaded.predict(FORMULAS), model.predict(FORMULAS))


def test_the_card_is_json_of_one_form():
    text = (DATA / "formulas.json").read_text()
    assert json.dumps(json.loads(text), indent=1) + "\n" == text

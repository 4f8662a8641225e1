"""Models in files: what comes back, and what is refused."""

import dataclasses
import hashlib
import io
import json
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import Birch
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from skopt import BayesSearchCV
from xgboost import XGBRegressor

import sklmag
from sklmag.composition import FormulaTokenizer, MagpieFeaturizer
from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.microstructure import GrainFeaturizer
from sklmag.models import (
    DenseRegressor,
    GrainVAE,
    LGDCNNRegressor,
    MedianVotingRegressor,
    OrderedTargetsRegressor,
)
from sklmag.persistence import (
    ApplicabilityDomain,
    InputCard,
    ModelCard,
    TargetCard,
    load,
    open_model,
    read_card,
    save,
)
from sklmag.persistence._archive import read_archive, write_archive
from sklmag.persistence._decode import Decoder
from sklmag.persistence._encode import Encoder
from sklmag.structure import VoronoiFeaturizer

X = np.random.default_rng(0).uniform(size=(40, 3))


MODELS = [
    DenseRegressor(max_epochs=2, random_state=0),
    XGBRegressor(n_estimators=3),
    RandomForestRegressor(n_estimators=3, random_state=0),
    HistGradientBoostingRegressor(max_iter=3),
    GradientBoostingRegressor(n_estimators=3),
    KNeighborsRegressor(),
    GaussianProcessRegressor(),
    MLPRegressor(max_iter=3),
    MedianVotingRegressor([("a", Ridge()), ("b", RandomForestRegressor(3))]),
    make_pipeline(SimpleImputer(), SelectKBest(f_regression, k=2), Ridge()),
    TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_pipeline_comes_back(model, tmp_path):
    pipeline = make_pipeline(StandardScaler(), model).fit(X, X[:, 0])
    back = load(save(pipeline, tmp_path / "model.sklmag"))
    np.testing.assert_array_equal(back.predict(X), pipeline.predict(X))


@pytest.mark.parametrize("model", [
    FunctionTransformer(pytest.approx),
    FunctionTransformer(lambda X: X),
    FunctionTransformer(np.random.RandomState(0).permutation),
    make_pipeline(FunctionTransformer(pytest.approx), Ridge()),
])  # fmt: skip
def test_code_has_no_form_in_a_file(model, tmp_path):
    with pytest.raises(
        ValueError, match="no form in a model file, which holds no code: .*func is "
    ):
        save(model, tmp_path / "model.sklmag")
    assert not list(tmp_path.iterdir())


def test_a_folder_to_write_to_has_no_form_in_a_file(tmp_path):
    model = make_pipeline(StandardScaler(), Ridge(), memory=str(tmp_path / "cache"))
    with pytest.raises(ValueError, match="Pipeline.memory is .*, expected None"):
        save(model.fit(X, X[:, 0]), tmp_path / "model.sklmag")


@pytest.mark.parametrize("search", [
    BayesSearchCV(Ridge(), {"alpha": (1e-3, 1.0)}, n_iter=3, cv=2, random_state=0),
    GridSearchCV(Ridge(), {"alpha": [0.1, 1]}, scoring="neg_mean_absolute_error"),
])  # fmt: skip
def test_the_best_of_a_search_is_saved_in_its_place(search, tmp_path):
    search.fit(X, X[:, 0])
    with pytest.raises(ValueError, match="SearchCV. Instead, save its best_estimator_"):
        save(search, tmp_path / "model.sklmag")
    back = load(save(search.best_estimator_, tmp_path / "model.sklmag"))
    np.testing.assert_array_equal(back.predict(X), search.predict(X))


@pytest.fixture
def saved(tmp_path):
    """Return the path of a model file, and its parts."""
    path = save(Ridge().fit(X, X[:, 0]), tmp_path / "ridge.sklmag")
    with zipfile.ZipFile(path) as archive:
        return path, {name: archive.read(name) for name in archive.namelist()}


def write_parts(path, parts, *, honest_card=False, compression=zipfile.ZIP_STORED):
    """Write parts; an honest card has the checksums of what is there."""
    if honest_card:
        card = json.loads(parts["card.json"])
        for name in card["checksums"]:
            card["checksums"][name] = hashlib.sha256(parts[name]).hexdigest()
        parts = parts | {"card.json": json.dumps(card).encode()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def with_entries(part, **entries):
    return json.dumps(json.loads(part) | entries).encode()


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit('the bomb went off')",)


def test_a_pickle_is_not_opened(tmp_path):
    path = tmp_path / "bomb.sklmag"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match="bomb.sklmag' looks like a pickle, which run"):
        load(path)


def test_a_pickle_in_an_array_is_not_opened(saved):
    path, parts = saved
    array = io.BytesIO()
    np.save(array, np.array([Bomb()], dtype=object), allow_pickle=True)
    parts["arrays.safetensors"] = array.getvalue()
    write_parts(path, parts, honest_card=True)
    with pytest.raises(ValueError, match="is damaged: SafetensorError"):
        load(path)


@pytest.mark.parametrize("part", ["structure.json", "arrays.safetensors"])
def test_an_altered_part_is_refused(part, saved):
    path, parts = saved
    parts[part] = parts[part][:-2] + b"!!"
    write_parts(path, parts)
    with pytest.raises(
        ValueError, match=f"its part '{part}' is not what its card says"
    ):
        load(path)


def test_a_flipped_bit_is_noticed(saved):
    path, parts = saved
    content = bytearray(path.read_bytes())
    place = content.index(parts["structure.json"]) + 100
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match="is damaged: Bad CRC-32 for file 'structure.json"
    ):
        load(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.999])
def test_a_truncated_file_is_refused(share, saved):
    path, _ = saved
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="no.* a model file .*may be cut off"):
        load(path)


def test_a_newer_format_is_refused(saved):
    path, parts = saved
    card = json.loads(parts["card.json"])
    card["format"] = 4
    card["card"]["versions"]["sklmag"] = "9.1"
    write_parts(path, parts | {"card.json": json.dumps(card).encode()})
    with pytest.raises(
        ValueError, match="format 4, written by sklmag 9.1; .* format 3. Update it: pip"
    ):
        load(path)


@pytest.mark.parametrize("old", [
    {"format": 1, "versions": {"sklmag": "0.1.0"}},
    {"format": 2, "card": {"versions": {"sklmag": "0.1.0"}}},
])  # fmt: skip
def test_an_older_format_is_refused(old, saved):
    path, parts = saved
    card = old | {"checksums": {}}
    write_parts(path, parts | {"card.json": json.dumps(card).encode()})
    with pytest.raises(
        ValueError, match="written by sklmag 0.1.0; .* format 3. Train the model again"
    ):
        load(path)


@pytest.mark.parametrize(("name", "value", "text"), [
    ("estimator", 3, "field 'estimator' is 3, expected str"),
    ("input", None, "field 'input' is None, expected named values"),
    ("input", {"kind": "table", "colums": []}, "field 'input.colums' is not known"),
    ("input", {}, "field 'input.kind' is missing"),
    ("targets", [{"name": "Br_kG", "unit": 3}], r"field 'targets\[0\].unit' is 3, expe"),
    ("targets", [{"name": "a", "range": [1]}], r"field 'targets\[0\].range' is \[1\], e"),
    ("metrics", {"a": {"RMSE": "low"}}, r"field \"metrics\['a'\]\['RMSE'\]\" is 'low'"),
    ("training", {"n_rows": True, "sha256": ""}, "'training.n_rows' is True, expected "),
    ("citation", "A. Author", "field 'citation' is 'A. Author', expected list"),
])  # fmt: skip
def test_a_card_that_does_not_fit_is_refused_by_the_name_of_the_field(
    name, value, text, saved
):
    path, parts = saved
    card = json.loads(parts["card.json"])
    card["card"][name] = value
    write_parts(path, parts | {"card.json": json.dumps(card).encode()})
    for read in (load, read_card):
        with pytest.raises(ValueError, match=f"its card does not fit: .*{text}"):
            read(path)


@pytest.mark.parametrize("entries", [
    {"format": "new"}, {"checksums": {}}, {"checksums": None}, {"checksums": [1]},
])  # fmt: skip
def test_a_card_that_is_none(entries, saved):
    path, parts = saved
    parts["card.json"] = with_entries(parts["card.json"], **entries)
    write_parts(path, parts)
    with pytest.raises(
        ValueError, match="card is damaged|card names no|has format 'new'"
    ):
        load(path)


def test_a_card_without_json(saved):
    path, parts = saved
    write_parts(path, parts | {"card.json": b"[1, 2"})
    with pytest.raises(ValueError, match="its card is damaged"):
        read_card(path)


def test_a_compressed_archive_may_be_a_bomb(saved):
    path, parts = saved
    write_parts(path, parts, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="is not a model file of sklmag"):
        load(path)


def test_parts_that_overlap_are_refused(saved):
    path, parts = saved
    write_parts(path, parts)
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(path, "a") as archive,
    ):
        archive.writestr("structure.json", b"{}")
    with pytest.raises(ValueError, match="Its parts overlap"):
        load(path)


def test_a_folder_is_no_place_for_a_file(tmp_path):
    (tmp_path / "a.sklmag").mkdir()
    with pytest.raises(ValueError, match="is a folder, not a file to write"):
        save(Ridge().fit(X, X[:, 0]), tmp_path / "a.sklmag")
    assert [p.name for p in tmp_path.iterdir()] == ["a.sklmag"]


def test_a_part_that_is_missing(saved):
    path, parts = saved
    name = "arrays.safetensors"
    write_parts(path, {n: part for n, part in parts.items() if n != name})
    with pytest.raises(ValueError, match=f"is damaged: .*{name}"):
        load(path)


def test_archives_and_files_that_are_no_models(tmp_path):
    np.savez(tmp_path / "arrays.npz", X)
    with zipfile.ZipFile(tmp_path / "ridge.skops", "w") as archive:
        archive.writestr("schema.json", "{}")
    (tmp_path / "text.sklmag").write_text("text")
    (tmp_path / "empty.sklmag").touch()
    for name in ("arrays.npz", "text.sklmag", "empty.sklmag", "ridge.skops"):
        with pytest.raises(
            ValueError, match=f"{name}' is not a model file of sklmag. W"
        ):
            load(tmp_path / name)
    with pytest.raises(ValueError, match="Files of skops open with skops.io.load"):
        load(tmp_path / "ridge.skops")
    with pytest.raises(ValueError, match="is a folder, not a model file"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match="There is no model file"):
        load(tmp_path / "nothing.sklmag")


def test_what_the_format_cannot_hold(tmp_path):
    model = Birch(n_clusters=2).fit(X)
    with pytest.raises(
        ValueError,
        match="Birch has no form .*: it is sklearn.cluster._birch.Birch.*joblib",
    ):
        save(model, tmp_path / "model.sklmag")
    with pytest.raises(TypeError, match="dict is no estimator"):
        save({}, tmp_path / "model.sklmag")


def test_weights_are_readable_without_sklmag(tmp_path):
    from safetensors.numpy import load as read_tensors

    net = DenseRegressor(max_epochs=1, width=4, n_layers=1, random_state=0)
    pipeline = make_pipeline(StandardScaler(), net).fit(X, X[:, 0])
    path = save(pipeline, tmp_path / "net.sklmag")
    with zipfile.ZipFile(path) as archive:
        arrays = read_tensors(archive.read("arrays.safetensors"))
    start = "steps.1.1._weights."
    weights = {n[len(start) :]: a for n, a in arrays.items() if n.startswith(start)}
    expected = net.net_.module_.state_dict()
    assert set(weights) == set(expected)
    for name, array in weights.items():
        np.testing.assert_array_equal(array, expected[name])
    assert {"steps.0.1.mean_", "steps.0.1.scale_"} <= set(arrays)


def test_predictions_in_a_new_process_are_the_same_bits(tmp_path):
    net = DenseRegressor(max_epochs=3, random_state=0)
    pipeline = make_pipeline(StandardScaler(), net).fit(X, X[:, :2])
    save(pipeline, tmp_path / "net.sklmag")
    np.save(tmp_path / "X.npy", X)
    code = (
        "import sys, numpy, sklmag; folder = sys.argv[1]; "
        "model = sklmag.load(folder + '/net.sklmag'); "
        "numpy.save(folder + '/y.npy', model.predict(numpy.load(folder + '/X.npy')))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), pipeline.predict(X))


class TestCard:
    X = pd.DataFrame(
        {"Dy": [0.0, 1.0, 2.0, 3.0], "sintering_C": [1050.0, 1060, 1070, 1080]}
    )
    y = pd.DataFrame(
        {"Hcj_kOe": [12.0, 14.0, 16.0, 19.0], "Br_kG": [14.0, 13.8, 13.5, 13.0]}
    )

    @pytest.fixture
    def path(self, tmp_path):
        return save(
            make_pipeline(StandardScaler(), Ridge()).fit(self.X, self.y),
            tmp_path / "a.sklmag",
            X=self.X, y=self.y, metrics={"Hcj_kOe": {"RMSE": 0.5}},
            description="Coercivity.", license="CC-BY-4.0", citation=["A. Author"],
        )  # fmt: skip

    def test_what_it_says(self, path):
        card = read_card(path)
        assert card.estimator == "Pipeline(StandardScaler, Ridge)"
        assert card.input == InputCard(
            kind="table", columns=["Dy", "sintering_C"], units={"sintering_C": "°C"},
            n_features=2,
        )  # fmt: skip
        assert card.targets[1] == TargetCard(name="Br_kG", unit="kG", range=(13, 14))
        assert card.training.n_rows == 4
        assert card.training.ranges["sintering_C"] == (1050, 1080)
        assert card.versions["sklmag"] == sklmag.__version__
        assert card.license == "CC-BY-4.0"
        assert card.citation == ["A. Author"]
        assert ModelCard.from_dict(json.loads(json.dumps(card.to_dict()))) == card

    def test_the_fingerprint_is_of_the_data(self, path, tmp_path):
        first = read_card(path).training.sha256
        model = Ridge().fit(self.X, self.y)
        again = save(model, tmp_path / "b", X=self.X.copy(), y=self.y.copy())
        assert read_card(again).training.sha256 == first
        other = save(model, tmp_path / "c", X=self.X, y=self.y + 1e-12)
        assert read_card(other).training.sha256 != first

    def test_a_row_and_how_far_to_trust_it(self, path):
        rows = pd.DataFrame(
            {"Dy": [1.0, 9.0, np.nan], "sintering_C": [1060.0, 900, 1060]}
        )
        model = open_model(path)
        table = model.predict(rows.iloc[:2])
        np.testing.assert_array_equal(
            table[["Hcj_kOe", "Br_kG"]], model.estimator.predict(rows.iloc[:2])
        )
        assert table["Hcj_kOe_std"].tolist() == [0.5, 0.5]
        assert "Br_kG_std" not in table
        assert table["distance"].iloc[0] == 0
        assert table["inside"].tolist() == [True, False]
        assert table["beyond"].tolist() == ["", "Dy 9 > 3; sintering_C 900 < 1050"]

    def test_without_training_data_nothing_is_said(self, tmp_path):
        model = open_model(save(Ridge().fit(X, X[:, :2]), tmp_path / "a"))
        assert list(model.predict(X)) == ["prediction_0", "prediction_1"]
        assert model.domain is None


class TestDomain:
    def test_distances_of_training_rows_are_zero_and_most_are_near(self):
        rows = np.random.default_rng(0).normal(size=(500, 4))
        domain = ApplicabilityDomain(rows)
        np.testing.assert_array_equal(domain.distance(rows), 0)
        others = domain.distance(np.random.default_rng(1).normal(size=(2000, 4)))
        assert 0.95 < (others <= 1).mean() <= 1
        assert domain.distance([[9.0, 0, 0, 0]]) > 3

    def test_one_row_is_as_many(self):
        rows = np.random.default_rng(0).normal(size=(50, 30))
        domain = ApplicabilityDomain(rows[:40])
        together = domain.distance(rows)
        np.testing.assert_array_equal(
            [domain.distance(r[None])[0] for r in rows], together
        )

    def test_units_do_not_matter(self):
        rows = np.random.default_rng(0).normal(size=(50, 3))
        scaled = rows * [1e-6, 1, 1e6] + [0, 7, 0]
        np.testing.assert_allclose(
            ApplicabilityDomain(scaled[:40]).distance(scaled[40:]),
            ApplicabilityDomain(rows[:40]).distance(rows[40:]),
        )

    def test_missing_values_and_constant_columns(self):
        rows = np.array([[1.0, np.nan, 5], [2, 3, 5], [3, 5, 5]])
        domain = ApplicabilityDomain(rows)
        assert domain.distance([[2.0, np.nan, 5]]) == domain.distance(
            [[2.0, np.nan, 9]]
        )
        assert domain.distance([[2.0, np.nan, 5]]) < domain.distance([[9.0, np.nan, 5]])
        rounded = np.column_stack((np.arange(9.0), 0.82 + 1e-16 * np.arange(9)))
        assert ApplicabilityDomain(rounded).distance([[4.5, 0.83]]) < 1

    def test_many_rows_are_thinned(self):
        rows = np.random.default_rng(0).normal(size=(6000, 2))
        assert len(ApplicabilityDomain(rows).rows) == 5000

    def test_one_row(self):
        assert ApplicabilityDomain([[1.0]]).distance([[1.0], [3.0]]).tolist() == [0, 2]


@pytest.mark.parametrize(("model", "items", "kind"), [
    (make_pipeline(FormulaTokenizer(), LGDCNNRegressor(max_epochs=1, n_members=1, width=16)),
     ["Fe2O3", "NaCl", "SiO2", "MgO", "CaO", "Al2O3"], "formula"),
    (make_pipeline(MagpieFeaturizer(), XGBRegressor(n_estimators=2)),
     ["Fe2O3", "NaCl", "SiO2", "MgO", "CaO", "Al2O3"], "formula"),
], ids=["LGDCNN", "Magpie"])  # fmt: skip
def test_formulas(model, items, kind, tmp_path):
    y = np.arange(6.0)
    model.fit(items, y)
    saved = open_model(save(model, tmp_path / "m", X=items, y=y))
    assert saved.card.input.kind == kind
    assert saved.card.training.elements["O"] == pytest.approx((0, 66.67), abs=0.01)
    table = saved.predict([*items, "UF6"])
    assert table["distance"].tolist()[:6] == [0] * 6
    assert table["distance"].iloc[6] > 0
    assert table["beyond"].tolist() == [""] * 6 + ["F 85.71 > 0; U 14.29 > 0"]
    assert table["nearest"].tolist()[:6] == items
    assert table["nearest"].iloc[6] in items
    assert table["prediction_nearest"].tolist()[:6] == y.tolist()
    np.testing.assert_array_equal(table["prediction"][:6], model.predict(items))


def test_the_nearest_row_of_a_table_and_what_was_measured_there(tmp_path):
    X = pd.DataFrame({"Dy": [0.0, 1.0, 1.0, 3.0]}, index=[7, 8, 9, 10])
    y = pd.DataFrame(
        {"Hcj_kOe": [12.0, 14.0, 15.0, np.nan], "Br_kG": [14.0, 13, 13, 12]}
    )
    model = Ridge().fit(X, y.fillna(17.0))
    table = open_model(save(model, tmp_path / "m", X=X, y=y)).predict(
        pd.DataFrame({"Dy": [0.1, 1.1, 2.9]})
    )
    assert table["nearest"].tolist() == ["row 7", "row 8", "row 10"]
    # of equal rows the median; what was not measured stays unknown
    assert table["Hcj_kOe_nearest"].tolist()[:2] == [12.0, 14.5]
    assert np.isnan(table["Hcj_kOe_nearest"].iloc[2])
    assert table["Br_kG_nearest"].tolist() == [14.0, 13.0, 12.0]


@pytest.mark.parametrize(("part", "text"), [
    ({"names": np.zeros(3, dtype=np.uint8)}, "1 names of 4 rows"),
    ({"names": np.zeros(3)}, "names of rows that are no text"),
    ({"values": np.zeros((4, 2))}, "measured values that are none"),
])  # fmt: skip
def test_made_up_names_and_values_are_refused(part, text, tmp_path):
    X = pd.DataFrame({"Dy": [0.0, 1.0, 2.0, 3.0]})
    y = pd.Series([1.0, 2.0, 3.0, 4.0], name="Hcj_kOe")
    path = save(Ridge().fit(X, y), tmp_path / "m", X=X, y=y)
    card, content = read_archive(path)
    domain = content.domain | part
    write_archive(path, dataclasses.replace(content, domain=domain), card)
    with pytest.raises(ValueError, match=f"damaged or made up: {text}"):
        open_model(path)


class TestWhatTheCardHolds:
    X = pd.DataFrame({"Dy": [0.0, 1.0, 2.0]})
    y = pd.Series([12.0, 14.0, 16.0], name="Hcj_kOe")

    def saved(self, tmp_path, **about):
        model = Ridge().fit(self.X, self.y)
        return open_model(save(model, tmp_path / "m", X=self.X, y=self.y, **about))

    def test_text_that_is_none_is_empty(self, tmp_path):
        card = self.saved(tmp_path, description=None, license=None).card
        assert (card.description, card.license) == ("", "")

    def test_one_citation_is_one(self, tmp_path):
        assert self.saved(tmp_path, citation="Smith 2020").card.citation == [
            "Smith 2020"
        ]

    def test_what_could_not_be_read_back_is_not_written(self, tmp_path):
        with pytest.raises(
            ValueError, match=r"field 'citation\[0\]' is 1, expected str"
        ):
            self.saved(tmp_path, citation=[1])
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(("metrics", "text"), [
        ({"RMSE": 1.0}, r"metrics\['RMSE'\] is 1.0, expected scores by name"),
        ({"p": {"cv": "5-fold"}}, r"metrics\['p'\]\['cv'\] is '5-fold', expected a numb"),
    ])  # fmt: skip
    def test_scores_that_are_none(self, metrics, text, tmp_path):
        with pytest.raises(ValueError, match=text):
            self.saved(tmp_path, metrics=metrics)

    def test_a_score_that_is_not_known(self, tmp_path):
        card = self.saved(tmp_path, metrics={"Hcj_kOe": {"R2": None}}).card
        assert np.isnan(card.metrics["Hcj_kOe"]["R2"])

    def test_a_table_of_words_has_its_missing_values_named(self, tmp_path):
        words = pd.DataFrame({"grade": ["a", "b"] * 4, "route": ["p", "q"] * 4})
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        model = make_pipeline(encoder, Ridge()).fit(words, range(8))
        saved = open_model(save(model, tmp_path / "m", X=words, y=range(8)))
        found = saved.predict(pd.DataFrame({"grade": ["a", None], "route": ["p", "q"]}))
        assert found["beyond"].tolist() == ["", "no grade"]
        assert found["inside"].tolist() == [True, False]


def test_a_file_of_an_earlier_release_lacks_later_parameters():
    """VoronoiFeaturizer and MagpieFeaturizer had no `missing`: nothing was replaced."""
    for featurizer in (VoronoiFeaturizer(), MagpieFeaturizer()):
        encoder = Encoder()
        node = encoder.node(featurizer)
        node["state"] = [item for item in node["state"] if item[0] != "missing"]
        back = Decoder(encoder.arrays, encoder.boosters).value(node)
        assert back.get_params() == featurizer.get_params()


@pytest.mark.parametrize("chain", [
    make_pipeline(make_union(GrainVAE(max_epochs=1, random_state=0), GrainFeaturizer()),
                  Ridge()),
    OrderedTargetsRegressor(make_pipeline(GrainFeaturizer(), Ridge())),
], ids=["codes and features", "ordered"])  # fmt: skip
def test_chains_of_grain_maps_have_a_domain(chain, tmp_path):
    X, y = load_nanocrystalline_magnets(return_X_y=True)
    X, y = X[:30], y[:30]
    path = save(chain.fit(X, y), tmp_path / "chain", X=X, y=y)
    model = open_model(path)
    assert model.card.input.kind == "grains"
    table = model.predict(X[:3])
    assert list(table)[:6] == ["M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc"]
    assert table["inside"].all()
    np.testing.assert_array_equal(model.estimator.predict(X[:3]), chain.predict(X[:3]))

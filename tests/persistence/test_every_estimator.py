"""Every public estimator, and the README's pipelines: the same answers from a file."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from skopt.space import Real

import sklmag
from sklmag import models
from sklmag._utils._featurizer import Featurizer
from sklmag.datasets import make_band_gaps, make_metallic_glasses, make_sintered_ndfeb
from sklmag.design import inverse_table
from sklmag.microstructure import make_grain_structures
from sklmag.model_selection import StagedSearchCV
from sklmag.persistence import load, save
from tests.test_common import instance, public_estimators
from tests.test_featurizers_common import structures

ROOT = Path(__file__).parents[2]
QUICK = {"max_epochs": 2, "random_state": 0}
CRYSTALS = structures()
FORMULAS, GAPS = make_band_gaps(40, random_state=0)
GLASSES, PROPERTIES = make_metallic_glasses(60, random_state=0)
MODULI = PROPERTIES[["G_GPa", "K_GPa"]]
MAGNETS, MAGNETIC = make_sintered_ndfeb(60, 10, random_state=0)
TABLE = MAGNETS[["Dy", "Al", "Cu"]].fillna(0)
ANGLES = make_grain_structures(8, shape=(80, 80), size_nm=160, random_state=0).angles
ALLOYS = pd.DataFrame({"alloy": GLASSES, "cooling_K_s": np.arange(60.0)})


def of_numbers():
    X, y = TABLE, MAGNETIC["Br_kG"]
    quick = [
        models.DenseRegressor(**QUICK),
        models.MultiHeadAttentionRegressor(**QUICK),
        models.SharedHeadRegressor(**QUICK),
        models.SIPFENNRegressor(width_factor=0.01, **QUICK),
        models.MedianVotingRegressor([("soft", Ridge()), ("stiff", Ridge(10))]),
        sklmag.InverseDesigner(Ridge(), random_state=0),
    ]
    yield from ((model.fit(X, y), X) for model in quick)
    ordered = models.OrderedTargetsRegressor(Ridge(), order=[("half", "Br_kG")])
    yield ordered.fit(X, pd.DataFrame({"half": y / 2, "Br_kG": y})), X
    space = [{"alpha": Real(0.1, 10)}]
    search = StagedSearchCV(Ridge(), space, n_iter=2, cv=2, random_state=0)
    yield search.fit(X, y).best_estimator_, X
    yield sklmag.make_magnet_pipeline(models.DenseRegressor(**QUICK)).fit(X, y), X


def of_formulas():
    tokens = sklmag.FormulaTokenizer()
    net = sklmag.LGDCNNRegressor(width=16, n_members=2, **QUICK)
    yield tokens, FORMULAS
    yield net.fit(tokens.fit_transform(FORMULAS), GAPS), tokens.transform(FORMULAS)
    yield make_pipeline(tokens, net).fit(FORMULAS, GAPS), FORMULAS
    classes = sklmag.LGDCNNClassifier(width=16, n_members=2, **QUICK)
    yield make_pipeline(tokens, classes).fit(FORMULAS, np.array(GAPS) > 0.5), FORMULAS
    yield sklmag.ElementFractionFeaturizer(), FORMULAS
    yield sklmag.MagpieFeaturizer(), FORMULAS
    yield sklmag.GlassFeaturizer(), GLASSES
    table = ColumnTransformer(
        [("formula", sklmag.ElementFractionFeaturizer(), "alloy")],
        remainder="passthrough",
    )
    written_out = make_pipeline(
        table, SimpleImputer(add_indicator=True), models.DenseRegressor(**QUICK)
    )
    yield written_out.fit(ALLOYS, PROPERTIES["G_GPa"]), ALLOYS


def of_other_materials():
    voronoi, angles = sklmag.VoronoiFeaturizer(), ANGLES
    net = models.SIPFENNRegressor(width_factor=0.01, **QUICK)
    yield voronoi, CRYSTALS
    yield make_pipeline(voronoi, net).fit(CRYSTALS, [0.0, 1, 2, 0]), CRYSTALS
    yield sklmag.GrainFeaturizer().fit(angles), angles
    yield models.GrainVAE(**QUICK).fit(angles), angles
    designer = sklmag.MicrostructureDesigner(
        make_pipeline(sklmag.GrainFeaturizer(), Ridge()), cell_nm=2.0,
        n_generations=1, n_computed=1, n_rounds=1, random_state=0,
    )  # fmt: skip
    remanence = pd.DataFrame({"Mr": np.abs(np.cos(angles)).mean(axis=(1, 2))})
    yield designer.fit(angles, remanence), angles


def of_designs():
    X, y = inverse_table(GLASSES, MODULI)
    yield sklmag.SimplexInverseRegressor(width=16, **QUICK).fit(X, y), X
    yield sklmag.CompositionMixtureRegressor(width=16, **QUICK).fit(X, y), X
    yield sklmag.DenseInverseRegressor(width=16, **QUICK).fit(X, y), X
    inverse = sklmag.SimplexInverseRegressor(width=16, **QUICK)
    scheme = sklmag.PredictorCorrector(inverse, random_state=0)
    yield scheme.fit(X[:30], y[:30]), X[:2]
    yield sklmag.GlassFormingClassifier().fit(GLASSES, MODULI["G_GPa"] > 40), GLASSES


def answer(model, X):
    """Return what a model gives for its input, by whatever it is there for."""
    method = "predict" if hasattr(model, "predict") else "transform"
    if not hasattr(model, method):
        goals = {model.output_names_[0]: (0.0, 14.0)}
        found = model.design(goals)
        table = getattr(found, "table", found)
        return table.select_dtypes(["number", "bool"]).to_numpy(dtype=float)
    return np.asarray(getattr(model, method)(X))


def of_the_rest(seen):
    """Yield what is found and not written out above."""
    for cls in public_estimators():
        if cls in seen or cls is StagedSearchCV:  # of which the best is saved
            continue
        if issubclass(cls, Featurizer):
            yield cls(), {"formula": FORMULAS, "structure": CRYSTALS}[cls.reads]
        else:
            yield instance(cls).fit(TABLE, MAGNETIC["Br_kG"]), TABLE


def examples():
    seen = set()
    for group in (of_numbers, of_formulas, of_other_materials, of_designs):
        for model, X in group():
            seen.add(type(model[-1] if hasattr(model, "steps") else model))
            yield model, X
    yield from of_the_rest(seen)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Return models, their answers, and those of the files in a new process."""
    folder, expected, fitted = tmp_path_factory.mktemp("models"), [], []
    for i, (model, X) in enumerate(examples()):
        save(model, folder / f"{i}.sklmag")
        (folder / f"{i}.pkl").write_bytes(pickle.dumps(X))  # input, not a model
        expected.append(answer(model, X))
        fitted.append(model)
    code = (
        f"from {__name__} import answer_from_files; answer_from_files({str(folder)!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    found = [np.load(folder / f"{i}.npy") for i in range(len(expected))]
    return fitted, expected, found


def answer_from_files(folder):
    folder = Path(folder)
    for path in folder.glob("*.sklmag"):
        X = pickle.loads(path.with_suffix(".pkl").read_bytes())
        np.save(path.with_suffix(".npy"), answer(load(path), X))


def test_bits_are_the_same_in_a_new_process(answers):
    for model, expected, found in zip(*answers, strict=True):
        np.testing.assert_array_equal(found, expected, err_msg=repr(model))


def test_no_estimator_is_left_out(answers):
    seen = {type(m[-1] if hasattr(m, "steps") else m) for m in answers[0]}
    assert set(public_estimators()) - seen == {StagedSearchCV}  # its best is saved

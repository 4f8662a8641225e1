"""What a command imports: only what the model needs."""

import json
import subprocess
import sys

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import (
    FormulaTokenizer,
    LGDCNNRegressor,
    MagpieFeaturizer,
    SIPFENNRegressor,
    VoronoiFeaturizer,
)
from sklmag.persistence import save
from tests.conftest import environment_without_coverage

ALLOYS = [f"Fe{x}Co{100 - x}" for x in range(1, 40)]
Y = np.arange(39.0)
HEAVY = [
    "torch", "torch._dynamo", "sympy", "numba", "pymatgen", "matplotlib", "shap",
    "skopt", "umap", "plotly", "chgnet", "dask", "requests", "onnx", "catboost",
]  # fmt: skip
CODE = """
import json, sys
from sklmag.cli import main
code = main(sys.argv[1:])
heavy = json.loads(sys.stdin.read())
print(json.dumps([code, sorted(set(heavy) & set(sys.modules)), len(sys.modules)]))
"""


def crystal(a):
    return Structure(Lattice.cubic(a), ["Fe", "Co"], [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    crystals = [crystal(2.7 + i / 100) for i in range(39)]
    trees = XGBRegressor(n_estimators=5)
    net = LGDCNNRegressor(width=8, max_epochs=1, random_state=0)
    sipfenn = SIPFENNRegressor(width_factor=0.01, max_epochs=1, random_state=0)
    for name, model, X in [
        ("magpie", make_pipeline(MagpieFeaturizer(), trees), ALLOYS),
        ("voronoi", make_pipeline(VoronoiFeaturizer(), trees), crystals),
        ("lgdcnn", make_pipeline(FormulaTokenizer(n_slots=3), net), ALLOYS),
        ("sipfenn", make_pipeline(VoronoiFeaturizer(), sipfenn), crystals),
    ]:
        save(model.fit(X, Y), folder / name, X=X, y=Y)
    crystals[0].to(filename=str(folder / "one.cif"))
    return folder


@pytest.mark.parametrize(
    ("model", "item", "needed", "most"),
    [
        ("magpie", "Fe50Co50", [], 1900),
        ("voronoi", "one.cif", ["numba", "pymatgen"], 2400),
        ("lgdcnn", "Fe50Co50", ["torch"], 2800),
        ("sipfenn", "one.cif", ["numba", "pymatgen", "torch"], 3300),
    ],
)
def test_a_prediction_imports_what_its_model_needs(model, item, needed, most, folder):
    words = ["predict", item, "--model", model, "--quiet", "-o", f"{model}.csv"]
    ran = subprocess.run(
        [sys.executable, "-c", CODE, *words], input=json.dumps(HEAVY), text=True,
        capture_output=True, cwd=folder, env=environment_without_coverage(),
    )  # fmt: skip
    code, loaded, n_modules = json.loads(ran.stdout.splitlines()[-1])
    assert code == 0, ran.stderr
    assert loaded == needed
    assert n_modules < most

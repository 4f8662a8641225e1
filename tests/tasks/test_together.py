"""Several models, learnt from separate tables, are asked for one alloy."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import DesignError, GlassFeaturizer, SklmagWarning, save
from sklmag.cli import main
from sklmag.datasets import make_metallic_glasses
from sklmag.persistence import open_model
from sklmag.tasks import design

X, Y = make_metallic_glasses(random_state=0)


def _model(folder, name, rows, **options):
    net = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(X[rows], Y[name][rows])
    path = save(net, folder / f"{name}.sklmag", X=X[rows], y=Y[name][rows], **options)
    return open_model(path)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """G of the first half of the alloys, K of the second."""
    folder = tmp_path_factory.mktemp("models")
    half = len(X) // 2
    return (
        _model(folder, "G_GPa", slice(0, half)),
        _model(folder, "K_GPa", slice(half, None)),
        folder,
    )


def test_each_predicts_its_own_and_judges_by_its_own_data(models):
    of_g, of_k, _ = models
    wanted = ["G_GPa = 38", "K_GPa >= 105"]
    found = design([of_g, of_k], wanted, elements=["Zr", "Cu", "Be"], n_candidates=2)
    amounts = found[["Zr", "Cu", "Be"]]
    one, other = of_g.predict(amounts), of_k.predict(amounts)
    np.testing.assert_allclose(found["G_GPa"], one["G_GPa"])
    np.testing.assert_allclose(found["K_GPa"], other["K_GPa"])
    assert (found["inside"] == one["inside"] & other["inside"]).all()
    farther = np.maximum(one["distance"], other["distance"])
    np.testing.assert_allclose(found["distance"], farther)
    assert (found["missed"] < 1e-3).all()


def test_what_only_one_of_them_has_left_is_named(models):
    of_g, of_k, _ = models
    far = {"Zr": (0.0, 1.0), "Cu": (0.0, 1.0), "Be": (98.0, 100.0)}
    with pytest.warns(SklmagWarning, match="'Be' from 98 to 100 goes beyond"):
        found = design(
            [of_g, of_k], ["G_GPa >= 0"], elements=list(far), bounds=far, n_candidates=1
        )
    assert not found["inside"][0]
    assert found["beyond"][0].startswith("G_GPa: Be ")
    assert "; K_GPa: Be " in found["beyond"][0]


def test_one_command_takes_several_models(models, tmp_path, capsys):
    folder = models[2]
    arguments = ["design", "--elements", "Zr,Cu,Be", "-o", str(tmp_path / "c.csv")]
    for name in ("G_GPa", "K_GPa"):
        arguments += ["--model", str(folder / f"{name}.sklmag")]
    assert main([*arguments, "--target", "G_GPa=38", "--target", "K_GPa>=105"]) == 0
    table = pd.read_csv(tmp_path / "c.csv")
    assert {"G_GPa", "K_GPa", "inside", "missed"} <= set(table)
    assert (table["K_GPa"] >= 105 - 0.1).all()
    capsys.readouterr()


def test_models_that_do_not_go_together(models, tmp_path):
    of_g, of_k, _ = models
    options = {"elements": ["Zr", "Cu"]}
    with pytest.raises(DesignError, match="Two of the models predict 'G_GPa': leave"):
        design([of_g, of_g], ["G_GPa = 38"], **options)
    numbers = pd.DataFrame({"a": np.arange(9.0), "b": np.arange(9.0)[::-1]})
    table = Ridge().fit(numbers, numbers["a"].rename("Hcj_kOe"))
    y = numbers["a"].rename("Hcj_kOe")
    table = open_model(save(table, tmp_path / "t", X=numbers, y=y))
    with pytest.raises(DesignError, match="Hcj_kOe takes tables, that of G_GPa formul"):
        design([of_g, table], ["G_GPa = 38"], **options)
    fewer = Ridge().fit(numbers[["a"]], y.rename("Br_kG"))
    fewer = save(fewer, tmp_path / "f", X=numbers[["a"]], y=y.rename("Br_kG"))
    with pytest.raises(
        DesignError, match="Br_kG and that of Hcj_kOe differ in the col"
    ):
        design([table, open_model(fewer)], ["Br_kG = 3"])
    with pytest.raises(DesignError, match="'U' was not in the training data"):
        design([of_g, of_k], ["G_GPa = 38"], elements=["Zr", "U"])

"""One table of ready pipelines, of which building one builds no other."""

import subprocess
import sys

import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge

from sklmag._utils._estimators import reads_of
from sklmag.cli import make_parser
from sklmag.recipes import RECIPES, make_input_pipeline
from sklmag.tasks import RECIPES as TRAINABLE

PAIRS = [(name, reads) for name, recipe in TRAINABLE.items() for reads in recipe.reads]


@pytest.mark.parametrize(("name", "reads"), PAIRS)
def test_a_recipe_builds_for_all_that_it_reads(name, reads):
    model = TRAINABLE[name].build(reads, random_state=0)
    assert isinstance(model, BaseEstimator)
    assert reads_of(model) in (reads, "numbers", "targets")


def test_names_and_keys_agree():
    assert all(name == recipe.name for name, recipe in TRAINABLE.items())
    assert set(TRAINABLE) - set(RECIPES) == {"pcids"}


def test_the_command_line_offers_what_is_in_the_table():
    commands = next(a for a in make_parser()._actions if a.dest == "command")
    train = commands.choices["train"]
    (model,) = (action for action in train._actions if action.dest == "model")
    assert list(model.choices) == [*TRAINABLE, "all"]
    for recipe in TRAINABLE.values():
        assert recipe.about in model.help


@pytest.mark.parametrize(("name", "absent"), [
    ("xgboost", {"torch", "sklearn.gaussian_process", "pymatgen"}),
    ("gaussian-process", {"xgboost", "pymatgen", "sklmag.models._lgdcnn"}),
    ("lgdcnn", {"sklearn.gaussian_process", "pymatgen"}),
])  # fmt: skip
def test_building_one_builds_no_other(name, absent):
    code = (
        f"import sys; from sklmag.recipes import RECIPES; r = RECIPES[{name!r}];"
        "r.build(r.reads[0]); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert not absent & set(loaded.split())


def test_what_nothing_reads():
    with pytest.raises(
        ValueError, match="reads='image' is not known. Choose from: table, formula, str"
    ):
        make_input_pipeline("image", Ridge())

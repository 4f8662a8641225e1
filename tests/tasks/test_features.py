"""Which columns a model learns from, and what is said of the others."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sklmag.persistence import open_model
from sklmag.tasks import design, inputs_for, predict_rows
from tests.tasks.test_tasks import train

N = 40
RNG = np.random.default_rng(0)
DY = RNG.uniform(0, 5, N).round(2)
FURNACE = np.array(["A", "B", "C", "B"] * 10)
MAGNETS = pd.DataFrame(
    {"Nd": RNG.uniform(27, 31, N).round(2), "Dy": DY, "furnace": FURNACE}
).assign(Hcj_kOe=10 + 2 * DY + 5 * (FURNACE == "B"))


def notes_of(table, target="Hcj_kOe", **options):
    return train(table, [target], n_folds=0, **options).data.notes


def test_words_of_few_kinds_are_features(tmp_path):
    trained = train(MAGNETS, ["Hcj_kOe"], n_folds=3)
    assert trained.data.notes == ["Words are categories: furnace (A, B, C)."]
    without = train(MAGNETS, ["Hcj_kOe"], drop=["furnace"], n_folds=3)
    assert (
        trained.scores.loc["Hcj_kOe", "R2"] > without.scores.loc["Hcj_kOe", "R2"] + 0.2
    )
    model = open_model(trained.save(tmp_path / "a.sklmag"))
    assert model.card.training.categories == {"furnace": ["B", "A", "C"]}
    rows = MAGNETS.drop(columns="Hcj_kOe").iloc[:3].assign(furnace=["A", "D", None])
    found, errors = predict_rows(model, rows)
    assert not errors
    assert found["beyond"].tolist() == ["", "furnace 'D' is new", "no furnace"]
    assert found["inside"].tolist()[1:] == [False, False]


def test_a_design_keeps_the_usual_category(tmp_path):
    model = open_model(train(MAGNETS, ["Hcj_kOe"], n_folds=0).save(tmp_path / "a"))
    found = design(model, {"Hcj_kOe": (20, None)}, n_candidates=1)
    assert found["furnace"].tolist() == ["B"]
    assert found["Hcj_kOe"].iloc[0] >= 19.5


@pytest.mark.parametrize(("columns", "note"), [
    ({"Unnamed: 0": range(N)}, "Nameless columns that count the rows are left out: Unnamed: 0."),
    ({"oxygen_ppm": [800.0] + [np.nan] * (N - 1)}, "Columns known in fewer than 5 rows are left out: oxygen_ppm."),
    ({"sample": [f"s{k}" for k in range(N)]}, "Columns of text are left out: sample."),
    ({"nothing": np.nan}, "Empty columns are left out: nothing."),
    ({"Br_kG": RNG.normal(size=N)}, "These features look like outcomes: Br_kG (by its name)."),
    ({"x": 3 * MAGNETS["Hcj_kOe"] + 1}, "x (it follows Hcj_kOe, rank correlation 1.000)."),
    ({"T [C]": 1050.0}, None),
])  # fmt: skip
def test_what_is_left_out_or_told(columns, note):
    notes = notes_of(MAGNETS.assign(**columns))
    assert note is None or any(note in text for text in notes), notes


def test_outcomes_are_told_for_outcomes_only():
    assert not any(
        "outcomes" in note for note in notes_of(MAGNETS, "Nd", drop=["Hcj_kOe"])
    )


@pytest.mark.parametrize("word", ["1050 °C", "50%", "<0.1", "1.2(1)", "5 ± 1"])
def test_numbers_with_units_are_no_words(word):
    with pytest.raises(
        ValueError, match=r"Column 'x' \(row 0\): .* is no number. Write the number"
    ):
        notes_of(MAGNETS.assign(x=[word] * N))


def test_one_word_among_numbers_is_named():
    x = pd.Series([1.0] * N, dtype=object)
    x[7] = "<0.01"
    with pytest.raises(
        ValueError,
        match=r"Column 'x' \(row 7\): '<0.01' is not a finite number. Write a number, such as half of the limit",
    ):
        notes_of(MAGNETS.assign(x=x))


def test_formulas_in_weight_per_cent_are_not_read_as_atoms():
    table = pd.DataFrame(
        {
            "Composition (wt.%)": [f"Nd{20 + k}Fe{80 - k}" for k in range(12)],
            "y": range(12),
        }
    )
    with pytest.raises(
        ValueError,
        match=r"'Composition \(wt.%\)' is named wt.%, but formulas are read in at.%",
    ):
        train(table, ["y"], n_folds=0)


def test_rows_without_a_formula_are_left_out():
    table = pd.DataFrame(
        {
            "alloy": [f"Fe{k + 1}B" for k in range(12)] + [None],
            "T_K": 1.0 * np.arange(13),
            "y": range(13),
        }
    )
    assert "1 of 13 rows have no value of y or alloy and are left out." in notes_of(
        table, "y"
    )


@pytest.mark.parametrize("make", [
    pl.from_pandas, lambda t: t.set_axis([0, 1, 2, 3], axis=1), lambda t: t.set_index("furnace"),
    lambda t: t.convert_dtypes(dtype_backend="pyarrow"),
])  # fmt: skip
def test_frames_of_every_kind(make):
    frame = make(MAGNETS)
    target = 3 if 3 in list(frame.columns) else "Hcj_kOe"
    trained = train(frame, [target], n_folds=0)
    assert trained.data.X.shape == (N, 3)


def test_two_columns_of_one_name():
    twice = pd.concat([MAGNETS, MAGNETS[["Nd"]]], axis=1)
    with pytest.raises(ValueError, match="it has two columns 'Nd'. Rename one"):
        notes_of(twice)


def test_categories_of_nullable_text():
    table = MAGNETS.assign(furnace=pd.array(["A", "B", None, "B"] * 10, dtype="string"))
    assert "Words are categories: furnace (A, B)." in notes_of(table)


def test_a_named_index_is_found_again_at_predict(tmp_path):
    indexed = MAGNETS.set_index("furnace")
    model = open_model(train(indexed, ["Hcj_kOe"], n_folds=0).save(tmp_path / "a"))
    _, found = inputs_for(model, "table", indexed)
    assert list(found.columns) == ["furnace", "Nd", "Dy"]

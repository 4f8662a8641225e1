"""Campaigns of experiments: asked, told, kept, and better than chance."""

import json

import numpy as np
import pandas as pd
import pytest

from sklmag import DesignError
from sklmag.design import Campaign, Goal

pytest.importorskip("botorch")

INPUTS = {"Fe": (70, 85), "Si": (0, 15), "B": (5, 20)}
SUM = "Fe + Si + B = 100"


def polarization(X):
    """Return a hill at Fe79Si9B12."""
    return 1.6 - 0.004 * (X["Fe"] - 79) ** 2 - 0.005 * (X["B"] - 12) ** 2


def begun(goals=("maximize Bs_T",), n=6, **parameters):
    """Return a campaign that knows six experiments."""
    parameters = {"constraints": [SUM], "random_state": 0} | parameters
    campaign = Campaign(INPUTS, list(goals), **parameters)
    batch = campaign.ask(n)
    campaign.tell(batch.assign(Bs_T=polarization(batch)))
    return campaign


@pytest.fixture(scope="module")
def known():
    return begun()


def test_batches_are_numbered_keep_to_the_sum_and_differ():
    campaign = Campaign(INPUTS, ["maximize Bs_T"], constraints=[SUM])
    first, second = campaign.ask(3), campaign.ask(2)
    assert list(first.index) == [1, 2, 3]
    assert list(second.index) == [4, 5]
    both = pd.concat([first, second])
    np.testing.assert_allclose(both.sum(axis=1), 100, atol=1e-8)
    rows = both.to_numpy()
    apart = np.abs(rows[:, None] - rows).sum(axis=2) + 100 * np.eye(5)
    assert apart.min() > 5  # far from each other, and from those in work
    assert list(campaign.pending.index) == [1, 2, 3, 4, 5]


def test_it_finds_the_hill():
    campaign = begun(n=4)
    for _ in range(3):
        batch = campaign.ask(4)
        np.testing.assert_allclose(batch.sum(axis=1), 100, atol=1e-8)
        campaign.tell(batch, polarization(batch))
    best = campaign.best().iloc[0]
    assert best["Bs_T"] > 1.59
    assert best["Fe"] == pytest.approx(79, abs=1)
    assert best["missed"] == 0


def test_the_same_results_give_the_same_suggestions(known, tmp_path):
    path = known.save(tmp_path / "a.sklmag")
    one, other = Campaign.load(path), Campaign.load(path)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    pd.testing.assert_frame_equal(one.ask(2), other.ask(2))
    after = np.random.get_state()[1]  # noqa: NPY002
    np.testing.assert_array_equal(state, after)
    pd.testing.assert_frame_equal(one.done, known.done)


def test_a_file_holds_all_of_it(tmp_path):
    campaign = Campaign(
        INPUTS, [Goal.parse("maximize Bs_T (weight 2)"), "Hc_A_m <= 10", "cost <= 9"],
        constraints=[SUM, "count(Si, B; 1) <= 2"], random_state=3, describe="glass",
        prices={"Fe": 1, "Si": 2, "B": 30},
    )  # fmt: skip
    batch = campaign.ask(3)
    campaign.tell(batch.iloc[:1], pd.DataFrame({"Bs_T": [1.5], "Hc_A_m": [np.nan]}))
    campaign.tell(batch.iloc[1:2], pd.DataFrame({"Bs_T": [np.nan], "Hc_A_m": np.nan}))
    path = campaign.save(tmp_path / "a.sklmag")
    again = Campaign.load(path)
    pd.testing.assert_frame_equal(again.table, campaign.table)
    assert again.goals == campaign.goals
    assert again.constraints == campaign.constraints
    assert repr(again) == repr(campaign)
    assert "1 done, 1 in work, 1 failed" in repr(again)
    assert json.loads(path.read_text())["format"] == "sklmag campaign"
    path.write_text('{"format": "sklmag campaign", "version": 1, "inputs": {}}')
    with pytest.raises(DesignError, match="is damaged: KeyError 'candidates'"):
        Campaign.load(path)
    for text in ("{}", "not json", '{"format": "sklmag campaign", "version": 99}'):
        path.write_text(text)
        with pytest.raises(DesignError, match="is no campaign of this version"):
            Campaign.load(path)


def test_goals_count_as_constraints():
    """The hill lies where another output is too large: the best beside it is found."""
    campaign = Campaign(INPUTS, ["maximize Bs_T", "Hc_A_m <= 10"], constraints=[SUM])

    def both(X):
        return pd.DataFrame({"Bs_T": polarization(X), "Hc_A_m": 5 * (X["Fe"] - 75)})

    for _ in range(4):
        batch = campaign.ask(4)
        campaign.tell(batch, both(batch))
    best = campaign.best().iloc[0]
    assert best["Hc_A_m"] <= 10  # Fe up to 77
    assert best["Bs_T"] > 1.6 - 0.004 * 4 - 0.02


def test_what_failed_is_kept_away_from():
    campaign = Campaign({"x": (0, 1), "y": (0, 1)}, ["maximize z"], random_state=1)

    def told(batch):
        z = batch["x"] + batch["y"]
        return batch.assign(z=z.where(batch["x"] < 0.6))  # beyond: it breaks

    campaign.tell(told(campaign.ask(8)))
    assert len(campaign.failed) > 1
    for _ in range(3):
        campaign.tell(told(campaign.ask(3)))
    chance = campaign.predict(pd.DataFrame({"x": [0.2, 0.95], "y": [0.5, 0.5]}))
    assert chance["chance"][0] > 0.55 > 0.45 > chance["chance"][1]
    later = campaign.table.loc[9:]
    assert (later["state"] == "failed").mean() < 0.5
    assert campaign.best()["z"].iloc[0] > 1.4


def test_two_objectives_give_a_front():
    campaign = Campaign({"Dy": (0, 5), "Co": (0, 3)}, ["maximize Br", "maximize Hcj"])

    def told(X):
        return X.assign(
            Br=14 - 0.4 * X["Dy"] - 0.3 * X["Co"],
            Hcj=10 + 3 * X["Dy"] - (X["Co"] - 1) ** 2,
        )

    for _ in range(4):
        campaign.tell(told(campaign.ask(4)))
    front = campaign.best()
    assert len(front) >= 6
    assert np.ptp(front["Dy"]) > 4
    assert (front["Co"] <= 1.2).all()  # more of it only costs
    order = front.sort_values("Br")
    assert order["Hcj"].is_monotonic_decreasing


def test_goals_without_objective_are_come_near_to():
    campaign = Campaign(INPUTS, {"Bs_T": (1.4, 1.42)}, constraints=[SUM])
    for _ in range(4):
        batch = campaign.ask(3)
        campaign.tell(batch, polarization(batch))
    best = campaign.best().iloc[0]
    assert best["Bs_T"] == pytest.approx(1.41, abs=0.02)


def test_rows_of_a_table_are_asked_once(tmp_path):
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        rng.dirichlet(np.ones(3), size=12) * 100, columns=["Zr", "Cu", "Al"]
    )
    campaign = Campaign(rows, ["maximize Tg_K"])
    asked = []
    for _ in range(3):
        batch = campaign.ask(4)
        asked.append(batch)
        campaign.tell(batch.assign(Tg_K=600 + batch["Zr"]))
    asked = pd.concat(asked).sort_values("Zr").to_numpy()
    np.testing.assert_allclose(asked, rows.sort_values("Zr").to_numpy())
    with pytest.raises(DesignError, match="0 candidates are left, fewer than 1"):
        campaign.ask()
    limited = Campaign(rows, ["maximize Tg_K"], constraints=["Zr <= 40"])
    assert (limited.candidates["Zr"] <= 40).all()
    again = Campaign.load(limited.save(tmp_path / "limited.campaign"))
    assert again.inputs == limited.inputs
    with pytest.raises(DesignError, match="None of 12 candidates keeps to 'Zr = 30'"):
        Campaign(rows, ["maximize Tg_K"], constraints=["Zr = 30"])
    rows.loc[3, "Cu"] = np.nan
    with pytest.raises(DesignError, match="row 3 has 'nan' in column 'Cu'"):
        Campaign(rows, ["maximize Tg_K"])


class TestTell:
    def test_rows_are_known_by_number_by_inputs_or_new(self):
        campaign = Campaign(INPUTS, ["maximize Bs_T"], constraints=[SUM])
        batch = campaign.ask(3)
        made = batch.loc[[2]] + [0.5, -0.5, 0]  # weighed in a little differently
        campaign.tell(made.assign(Bs_T=1.5))
        assert campaign.table.loc[2, "Fe"] == made["Fe"].iloc[0]
        campaign.tell(batch.loc[[1]].reset_index(drop=True), [1.4])
        own = pd.DataFrame({"Fe": [78.0], "Si": [9.0], "B": [13.0]})
        campaign.tell(own, [1.55])
        assert list(campaign.done.index) == [1, 2, 4]
        assert list(campaign.pending.index) == [3]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda b: b, "column 'Bs_T' is missing. Measured is"),
            (lambda b: b.drop(columns="B").assign(Bs_T=1), "Column 'B' is missing"),
            (
                lambda b: b.assign(Bs_T="soft"),
                "Row 1: 'soft' in column 'Bs_T' is no nu",
            ),
            (lambda b: b.assign(Bs_T=np.inf), "Row 1: 'inf' in column 'Bs_T'"),
            (lambda b: b.assign(Bs_T=1, Fe=np.nan), "Row 1: input 'Fe' is empty"),
            (
                lambda b: (
                    b.set_axis([7, 8], axis=0).rename_axis("experiment").assign(Bs_T=1)
                ),
                "no experiment 7 was asked for",
            ),
        ],
    )
    def test_wrong_tables_change_nothing(self, change, message):
        campaign = Campaign(INPUTS, ["maximize Bs_T"], constraints=[SUM])
        batch = campaign.ask(2)
        with pytest.raises(DesignError, match=message):
            campaign.tell(change(batch))
        assert list(campaign.pending.index) == [1, 2]

    def test_own_rows_and_what_is_measured_later(self):
        campaign = Campaign(INPUTS, ["maximize Bs_T", "Hc_A_m <= 9"], constraints=[SUM])
        batch = campaign.ask(1)
        own = pd.DataFrame({"Fe": [78.0, 80], "Si": [9.0, 8], "B": [13.0, 12]})
        sheet = pd.concat([batch.reset_index(), own]).assign(
            Bs_T=[1.4, 1.5, 1.6], Hc_A_m=[5, np.nan, np.nan]
        )
        campaign.tell(sheet)  # two rows without a number
        assert list(campaign.done.index) == [1, 2, 3]
        assert campaign.table.loc[3, "Bs_T"] == 1.6
        campaign.tell(campaign.done.assign(Hc_A_m=[5, 7, np.nan]))
        assert campaign.table.loc[2, "Hc_A_m"] == 7
        assert np.isnan(campaign.table.loc[3, "Hc_A_m"])
        with pytest.raises(DesignError, match="experiment 1 has been told already"):
            campaign.tell(campaign.done.loc[[1]].assign(Bs_T=np.nan, Hc_A_m=np.nan))

    def test_results_are_told_once(self, known):
        done = known.done
        known.tell(done)  # a table that grows may be told again and again
        assert len(known.done) == 6
        with pytest.raises(DesignError, match="experiment 1 has been told already, wi"):
            known.tell(done.assign(Bs_T=9.0))
        with pytest.raises(DesignError, match="y has 2 columns, expected 1: Bs_T"):
            known.tell(done, np.ones((6, 2)))
        with pytest.raises(DesignError, match="6 rows of X, but 2 of y"):
            known.tell(done, pd.DataFrame({"Bs_T": [1, 2]}))
        with pytest.raises(DesignError, match="X is list, expected a DataFrame"):
            known.tell([[78, 9, 13]], [1])

    def test_what_will_not_be_made_is_withdrawn(self):
        campaign = Campaign(INPUTS, ["maximize Bs_T"], constraints=[SUM])
        campaign.ask(3)
        gone = campaign.pending.loc[2].to_numpy()
        campaign.withdraw(2)
        assert list(campaign.pending.index) == [1, 3]
        later = campaign.ask(3)  # another number, and another experiment
        assert list(later.index) == [4, 5, 6]
        assert np.abs(later.to_numpy() - gone).sum(axis=1).min() > 5
        campaign.withdraw([4, 5, 6])
        with pytest.raises(DesignError, match="experiment 2 is not in work; those are"):
            campaign.withdraw([2])
        campaign.withdraw()
        assert not len(campaign.pending)


@pytest.mark.parametrize(
    ("inputs", "goals", "parameters", "message"),
    [
        ({}, ["maximize Bs_T"], {}, "inputs is empty"),
        (INPUTS, ["minimize Fe"], {}, "nothing is measured"),
        (INPUTS, ["Bs_T"], {}, "'Bs_T' is not understood"),
        (INPUTS, ["maximize Bs_T"], {"constraints": ["Fe + Ho = 100"]}, "'Ho' is not"),
        (
            INPUTS,
            ["maximize Bs_T"],
            {"constraints": ["Fe + B >= 110"]},
            "no inputs keep",
        ),
        (INPUTS, ["maximize Bs_T", "Bs_T - Fe >= 2"], {}, "joins inputs and outputs"),
        (INPUTS, ["maximize Bs_T"], {"describe": "all"}, "describe='all' must be"),
        (INPUTS, ["maximize Bs_T"], {"amounts": "%"}, "amounts='%' must be"),
        ({"state": (0, 1)}, ["maximize Bs_T"], {}, "'state' is a column of the table"),
        ({"Fe": (85, 70)}, ["maximize Bs_T"], {}, "'Fe': .85, 70. are no interval"),
    ],
)
def test_contradictions_are_named(inputs, goals, parameters, message):
    with pytest.raises(DesignError, match=message):
        Campaign(inputs, goals, **parameters)


def test_descriptors_need_whole_alloys():
    campaign = Campaign(INPUTS, ["maximize Bs_T"], constraints=[SUM])
    assert campaign._sight.sees_alloys
    assert not Campaign(INPUTS, ["maximize Bs_T"])._sight.sees_alloys
    parts = Campaign(INPUTS, ["maximize Bs_T"], describe="glass")
    batch = parts.ask(4)
    parts.tell(batch, [1.0, 2, 3, 4])
    with pytest.raises(DesignError, match="amounts of Fe, Si, B are no whole alloys"):
        parts.ask()


def test_nothing_known_yet():
    campaign = Campaign(INPUTS, ["maximize Bs_T"])
    with pytest.raises(DesignError, match="tell results first"):
        campaign.best()
    with pytest.raises(DesignError, match="0 results are known; a prediction needs 3"):
        campaign.predict(pd.DataFrame({"Fe": [78], "Si": [9], "B": [13]}))
    with pytest.raises(DesignError, match="n=0: ask for at least 1"):
        campaign.ask(0)


def test_moduli_of_goals_are_measured_as_two():
    campaign = Campaign({"Ti": (30, 50), "Zr": (20, 30)}, ["E_GPa = 95", "nu <= 0.35"])
    assert campaign.outputs == ["K_GPa", "G_GPa"]


def test_pictures_show_what_was_found(known):
    ax = known.plot()
    assert ax.get_xlabel() == "experiment"
    assert ax.get_ylabel() == "Bs (T)"
    (best,) = (line for line in ax.get_lines() if line.get_label() == "best so far")
    measured = known.done["Bs_T"].to_numpy()
    np.testing.assert_allclose(best.get_ydata(), np.maximum.accumulate(measured))
    front = Campaign({"Dy": (0, 5)}, ["maximize Br", "minimize Dy"])
    batch = front.ask(4)
    front.tell(batch.assign(Br=batch["Dy"]))
    ax = front.plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Br", "Dy")

"""What results say of themselves on a line, or a few."""

import pandas as pd

from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.tasks import explain, open_any, train


def test_grains_and_curves_are_said_in_a_line():
    magnets = load_nanocrystalline_magnets()
    assert repr(magnets.structures[:3]) == (
        "GrainStructures(3 of 80 x 80 cells of 2 nm)"
    )
    told = repr(magnets.curves[:2])
    assert told.startswith("DemagnetizationCurves(2 in 145 fields from 1 to -1 ani")


def test_models_and_what_is_found_with_them():
    table = pd.DataFrame({"a": range(40), "Hcj_kOe": range(3, 43)})
    trained = train(table, ["Hcj_kOe"], "xgboost")
    told = repr(trained).splitlines()
    assert told[0] == "TrainedModel('xgboost', of 40 rows of kind 'table')"
    assert "RMSE" in told[1]
    assert len(told) <= 4
    model = open_any("curie")
    assert repr(model) == "SavedModel(Pipeline: Tc_K from formulas)"
    told = repr(explain(model, ["Nd2Fe14B"])).splitlines()
    assert told[0].startswith("Tc_K: ")
    assert told[0].endswith("(element contributions)")
    assert len(told) == 5

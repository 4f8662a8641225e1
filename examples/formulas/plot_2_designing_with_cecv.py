"""
Designing a network with CECV
=============================

An error says how good a network is, not what to change. The chemical environment
clustering vector (CECV) counts how many environments of elements a network tells apart,
at several tolerances. Where little is tolerated, one that sees the whole formula (LSTM)
is the mark: details count too many. Where much is, it is one that sees each element alone
(DCNN-K1): whoever looks at the whole only counts too few.
"""

# %%
# Two references, and three fusions
# ---------------------------------
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag.datasets import make_band_gaps
from sklmag.inspection import CECVDisplay, ElementPairDisplay, FeatureMapDisplay

X, y = make_band_gaps(1500, random_state=0)
X_train, y_train, X_test, y_test = X[:1200], y[:1200], X[1200:], y[1200:]


def fit(**parameters):
    net = LGDCNNRegressor(
        width=32, n_members=1, max_epochs=60, random_state=0, **parameters
    )
    return make_pipeline(FormulaTokenizer(n_slots=4), net).fit(X_train, y_train)


models = {
    "LSTM": fit(body="lstm"),
    "DCNN-K1": fit(body="dcnn-k1"),
    "LDCNN": fit(body="ldcnn"),
    "L-G-DCNN": fit(body="l-g-dcnn"),
    "L-G-DCNN-V1": fit(body="v1"),
}

# %%
# The target
# ----------
display = CECVDisplay.from_estimators(
    models, X_test, global_reference="LSTM", local_reference="DCNN-K1"
)

# %%
# One number for each: the distance from the target, beside the error. Each reference is
# right at one end.
errors = {
    name: mean_absolute_error(y_test, model.predict(X_test))
    for name, model in models.items()
}
print(pd.DataFrame({"CECV score": display.scores_, "MAE (eV)": errors}).round(3))

# %%
# ``make_cecv_scorer`` makes a scorer of it, for GridSearchCV and BayesSearchCV.
#
# What the fusion changed
# -----------------------
# For each compound the pair of elements whose relation changed most from the LSTM to
# L-G-DCNN.
ElementPairDisplay.from_estimators(models["LSTM"], models["L-G-DCNN"], X_test)

# %%
# The compounds as L-G-DCNN sees them, coloured by the band gap.
FeatureMapDisplay.from_estimator(models["L-G-DCNN"], X_test, y_test, name="band_gap_eV")

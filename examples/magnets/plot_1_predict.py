"""
How well can the properties of a sintered magnet be predicted?
==============================================================

Composition and process are known before a magnet is made; remanence, coercivity, energy
product and squareness only afterwards. How far can the first tell the second?

The table of the paper that asked this (Liang et al., Sci. Rep. 14, 2024) is private, so
this story uses the synthetic one of sklmag, which has the same columns and is calibrated
to the same scores.
"""

# %%
# The data
# --------
# Production ("enterprise") varies the composition at one sintering regime, experiments
# ("laboratory") vary everything and scatter more.
from matplotlib import pyplot as plt
from sklearn.model_selection import train_test_split

from sklmag.datasets import make_sintered_ndfeb
from sklmag.inspection import JointDistributionDisplay, ParityDisplay
from sklmag.model_selection import compare_models
from sklmag.recipes import magnet_models

X, y = make_sintered_ndfeb(400, 150, random_state=0)
source = X.index.get_level_values("source")
JointDistributionDisplay(X["Al"].rename("Al_wt_percent"), y["Br_kG"], source).plot()

# %%
# Three models
# ------------
# Each is a Pipeline: XGBoost takes missing grain sizes, densities and oxygen contents as
# they are, the nets get medians and indicators.
models = magnet_models(random_state=0)
models["MHAR"].set_params(model__n_members=3, model__width=64)  # a quick one
table, fitted = compare_models(
    models, {"all": (X, y)}, n_repeats=1, return_estimators=True
)
table["all"].round(2)

# %%
# Prediction against measurement
# ------------------------------
# On the rows that the models have not seen: ``compare_models`` holds out 30 %, and the
# same seed finds them again.
_, X_test, _, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
mhar = fitted["all", "MHAR"]
_, axes = plt.subplots(ncols=2, figsize=(9, 4.5), layout="constrained")
for ax, target in zip(axes, ["Br_kG", "squareness_percent"], strict=True):
    ParityDisplay.from_estimator(mhar, X_test, y_test, target=target, ax=ax)

# %%
# Sample by sample:
ParityDisplay.from_estimator(mhar, X_test, y_test, target="Hcj_kOe", kind="samples")

# %%
# Remanence follows from the composition nearly without error. Squareness does not: what
# decides it, the grain-boundary phases, is not among the columns.

# %%
# Does the other source help?
# ---------------------------
# The same held-out magnets of the laboratory, learned from the laboratory alone and from
# both sources. The paper's models gain from more data, and so does this one.
laboratory = X_test.loc["laboratory"], y_test.loc["laboratory"]
X_train, y_train = X.drop(X_test.index), y.drop(y_test.index)
xgboost = models["XGBoost"].fit(X_train.loc["laboratory"], y_train.loc["laboratory"])
print(f"from the laboratory alone: {xgboost.score(*laboratory):.2f}")
print(
    f"from both sources:         {xgboost.fit(X_train, y_train).score(*laboratory):.2f}"
)

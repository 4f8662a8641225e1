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

from sklmag.datasets import make_sintered_ndfeb
from sklmag.inspection import JointDistributionDisplay, ParityDisplay
from sklmag.model_selection import compare_models
from sklmag.recipes import magnet_models

X, y = make_sintered_ndfeb(400, 150, random_state=0)
source = X.index.get_level_values("source")
JointDistributionDisplay(X["Al"], y["Br_kG"], source).plot()

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
_, axes = plt.subplots(ncols=2, figsize=(9, 4.5), layout="constrained")
for ax, target in zip(axes, ["Br_kG", "squareness_percent"], strict=True):
    ParityDisplay.from_estimator(fitted["all", "MHAR"], X, y, target=target, ax=ax)

# %%
# Remanence follows from the composition nearly without error. Squareness does not: what
# decides it, the grain-boundary phases, is not among the columns.

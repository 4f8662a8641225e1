"""
What raises coercivity without dysprosium?
==========================================

A model that predicts is worth more when it says why. Three views of the same magnets:
Shapley values of XGBoost, the interaction of two elements, and the attention of the
multi-head attention regressor.
"""

# %%
# Shapley values
# --------------
from xgboost import XGBRegressor

from sklmag import MultiHeadAttentionRegressor, make_magnet_pipeline
from sklmag.datasets import make_sintered_ndfeb
from sklmag.inspection import (
    AttentionMapDisplay,
    LossCurveDisplay,
    ShapInteractionDisplay,
    ShapSummaryDisplay,
    TreeDisplay,
)

X, y = make_sintered_ndfeb(400, 150, random_state=0)
xgboost = make_magnet_pipeline(XGBRegressor(n_estimators=150, max_depth=4, n_jobs=1))
xgboost.fit(X, y["Hcj_kOe"])
ShapSummaryDisplay.from_estimator(xgboost, X)

# %%
# Gallium and boron
# -----------------
# Ga helps most where B is low: the boundary phase R6Fe13Ga needs it.
ShapInteractionDisplay.from_estimator(xgboost, X, ("Ga", "B"))

# %%
# One tree of the ensemble
# ------------------------
small = make_magnet_pipeline(XGBRegressor(n_estimators=3, max_depth=3, n_jobs=1))
TreeDisplay.from_estimator(small.fit(X, y["Hcj_kOe"]), tree=0, name="Hcj_kOe")

# %%
# Attention
# ---------
# The map shows the learnt measure of likeness between magnets: a bright column is an
# element by which the model tells magnets apart.
mhar = make_magnet_pipeline(
    MultiHeadAttentionRegressor(n_members=3, width=64, random_state=0)
)
mhar.fit(X, y["Hcj_kOe"])
LossCurveDisplay.from_estimator(mhar)

# %%
AttentionMapDisplay.from_estimator(mhar, X)

# %%
# Both views agree: besides Tb and Dy it is Ga with low B, Al up to 0.4 %, Cu, and little
# Ce and Y that raise the coercivity of these magnets.

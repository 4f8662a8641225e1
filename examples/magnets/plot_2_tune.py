"""
Which hyperparameters, and how sure is the search?
==================================================

XGBoost has some forty parameters. To search all at once costs more than it gains; to
search them in stages, complexity of the trees first, is what the paper recommends.
"""

# %%
# Search in stages
# ----------------
from skopt.space import Integer, Real
from xgboost import XGBRegressor

from sklmag import make_magnet_pipeline
from sklmag.datasets import make_sintered_ndfeb
from sklmag.inspection import GaussianProcessSearchDisplay
from sklmag.model_selection import StagedSearchCV

X, y = make_sintered_ndfeb(250, 80, random_state=0)
stages = [
    {"model__n_estimators": Integer(20, 300)},
    {"model__learning_rate": Real(0.02, 0.5, prior="log-uniform")},
]
model = make_magnet_pipeline(XGBRegressor(max_depth=3, n_jobs=1))
search = StagedSearchCV(model, stages, n_iter=14, cv=3, random_state=0)
search.fit(X, y["Hcj_kOe"])
search.best_params_

# %%
# What the search believes
# ------------------------
# Above, the score that the Gaussian process expects, with its 95 % band; below, where
# another trial would pay most.
display = GaussianProcessSearchDisplay.from_search(
    search.searches_[0], "model__n_estimators"
)

# %%
# The band is narrow where trials lie close, and the star is the number of trees that the
# search would try next.
display.next_value_

"""
Which hyperparameters, and how sure is the search?
==================================================

XGBoost has some forty parameters. To search all at once costs more than it gains; to
search them in stages, complexity of the trees first, is what the paper recommends.
"""

# %%
# Search in stages
# ----------------
# The table is sorted by its source, the laboratory first: parts of it in that order would
# each be of another kind. So rows are shuffled, in the search and for the test.
from sklearn.model_selection import KFold, train_test_split
from skopt.space import Integer, Real
from xgboost import XGBRegressor

from sklmag import make_magnet_pipeline
from sklmag.datasets import make_sintered_ndfeb
from sklmag.inspection import GaussianProcessSearchDisplay
from sklmag.model_selection import StagedSearchCV

X, y = make_sintered_ndfeb(250, 80, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y["Hcj_kOe"], random_state=0)
stages = [
    {"model__n_estimators": Integer(50, 600), "model__max_depth": Integer(2, 8)},
    {"model__learning_rate": Real(0.02, 0.5, prior="log-uniform")},
]
model = make_magnet_pipeline(XGBRegressor(n_jobs=1))
parts = KFold(3, shuffle=True, random_state=0)
search = StagedSearchCV(model, stages, n_iter=12, cv=parts, random_state=0)
search.fit(X_train, y_train)
search.best_params_

# %%
# Did it help? On rows that neither search nor fit has seen:
model.fit(X_train, y_train)
print(f"as it comes: {model.score(X_test, y_test):.3f}")
print(f"tuned:       {search.score(X_test, y_test):.3f}")

# %%
# What the search believes
# ------------------------
# Above, the score that the Gaussian process expects at the best depth of the trees, with
# its 95 % band; the trials below it had other depths. Under it, where another trial would
# pay most.
display = GaussianProcessSearchDisplay.from_search(
    search.searches_[0], "model__n_estimators"
)

# %%
# The star is the number of trees that the search would try next.
display.next_value_

"""
What dysprosium costs
=====================

Dysprosium makes a magnet hard to demagnetize, and expensive. How little of it gives a
coercivity of 20 kOe, what is the cheapest magnet that has it, and what does each
kilo-oersted cost in remanence? Any fitted model can be asked that.
"""

# %%
# A model of coercivity and remanence
# -----------------------------------
# Synthetic sintered magnets, so that nothing has to be downloaded.

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.model_selection import KFold, cross_val_predict
from xgboost import XGBRegressor

from sklmag import InverseDesigner
from sklmag.datasets import make_sintered_ndfeb
from sklmag.inspection import ParetoDisplay
from sklmag.metrics import regression_table

X, y = make_sintered_ndfeb(random_state=0)
X, y = X.drop(columns="TRE"), y[["Hcj_kOe", "Br_kG"]]
model = XGBRegressor(
    n_estimators=400, learning_rate=0.05, max_depth=4, subsample=0.7, random_state=0,
    n_jobs=1,
)  # fmt: skip
regression_table(
    y, cross_val_predict(model, X, y, cv=KFold(5, shuffle=True, random_state=0))
).round(3)

# %%
# The question backwards
# ----------------------
# Eight inputs vary within the data, and everything else is as in the middle of them, but
# for the iron, which fills the amounts up to 100 wt.%. The rare earths come to 29 to 31 wt.%
# together. Trees have no slopes: an evolution asks them some 60,000 times.

varied = ["PrNd", "Dy", "Al", "Cu", "Co", "Ga", "B", "sintering_C"]
middle = X.median().drop([*varied, "Fe"])
prices = {  # of a kilogram, round numbers made up for this page: take your own
    "PrNd": 90, "PrNdCe": 60, "Nd": 90, "Pr": 90, "Ce": 5, "Y": 30, "Gd": 40, "Ho": 90,
    "Dy": 400, "Tb": 1500, "Al": 3, "Cu": 9, "Co": 30, "Ga": 300, "Zr": 40, "Ti": 10,
    "Nb": 80, "Fe": 1, "B": 5,
}  # fmt: skip
designer = InverseDesigner(
    model,
    bounds={"PrNd": (26, 31), "Dy": (0, 3)},
    fixed={**middle, "Tb": 0.0},
    balance=("Fe", 100.0),
    constraints=["29 <= PrNd + Dy <= 31"],
    prices=prices,
    random_state=0,
).fit(X, y)
goals = ["Hcj_kOe >= 20", "Br_kG >= 12.8"]
least = designer.design(goals, minimize="Dy", n_candidates=3)
shown = [*varied, "Fe", "Hcj_kOe", "Br_kG", "missed"]
least[shown].round(2)

# %%
# The cheapest is another magnet than that with the least dysprosium:

cheapest = designer.design(goals, minimize="cost", n_candidates=3)
cheapest[[*shown, "cost"]].round(2)

# %%
# What each kilo-oersted costs
# ----------------------------

rows = []
for coercivity in (14, 16, 17, 18, 19, 20):
    wanted = [f"Hcj_kOe >= {coercivity}", "Br_kG >= 12.8"]
    for minimized in ("Dy", "cost"):
        best = designer.design(wanted, minimize=minimized).iloc[0]
        rows.append({"Hcj_kOe": coercivity, "least": minimized,
                     "value": best[minimized], "missed": best["missed"]})  # fmt: skip
table = pd.DataFrame(rows)
table.pivot(index="Hcj_kOe", columns="least", values="value").round(3)

# %%
# The front
# ---------
# What has the most remanence at each coercivity, and what dysprosium does for it. Grey are
# the magnets that the model has learnt from.

front = designer.pareto(["maximize Br_kG", "maximize Hcj_kOe"], n_points=40)
ParetoDisplay.from_table(front, "Br_kG", "Hcj_kOe", known=y, color="Dy")
plt.show()

"""
What the band gap of Si\\ :sub:`x`\\ O\\ :sub:`1-x` is made of
==============================================================

A network that reads formulas gives each element a part of its prediction. Along the
line from oxygen to silicon we follow the band gap, its uncertainty, and what silicon
and oxygen contribute, in networks that see ever more of the formula.

The gaps are schematic: :func:`~sklmag.datasets.make_band_gaps` opens a gap where charges
balance, as at x = 1/3, silica. So we know what there is to find.
"""

# %%
# Four networks
# -------------
# ``dcnn-k1`` sees each element alone, ``dcnn`` its neighbours, ``lstm`` the whole
# formula by falling fraction. The default, ``set``, sees the whole without an order.
import numpy as np
from matplotlib import pyplot as plt
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag.datasets import make_band_gaps, schematic_gap
from sklmag.inspection import (
    CompositionLineDisplay,
    CoverageDisplay,
    ElementContributionDisplay,
)

X, y = make_band_gaps(1500, random_state=0)
X_train, y_train, X_test, y_test = X[:1200], y[:1200], X[1200:], y[1200:]


def fit(**parameters):
    net = LGDCNNRegressor(width=32, max_epochs=60, random_state=0, **parameters)
    return make_pipeline(FormulaTokenizer(n_slots=4), net).fit(X_train, y_train)


models = {
    "LSTM": fit(body="lstm"),
    "DCNN-K1": fit(body="dcnn-k1"),
    "DCNN": fit(body="dcnn"),
    "set": fit(),
}
for name, model in models.items():
    print(f"{name:9s} MAE {mean_absolute_error(y_test, model.predict(X_test)):.3f} eV")

# %%
# Along the line
# --------------
# Black is the prediction with its 90 % interval, dashed the rule that made the data. A
# network that sees each element alone cannot know that charges balance at x = 1/3. Those
# that read elements in order jump where both fractions are equal; a set does not.
figure, axes = plt.subplots(2, 2, figsize=(10, 7.5), sharex=True, layout="constrained")
x = np.linspace(0.01, 0.99, 99)
rule = [schematic_gap({"Si": s, "O": 1 - s}) for s in x]
for ax, (name, model) in zip(axes.flat, models.items(), strict=True):
    CompositionLineDisplay.from_estimator(model, "Si", "O", name="band_gap_eV", ax=ax)
    ax.plot(x, rule, color="tab:green", ls="--", lw=1.2)
    ax.set_title(name)

# %%
# Is the interval honest?
# -----------------------
# Held-out compounds have calibrated it; these it has never seen.
CoverageDisplay.from_estimator(models["set"], X_test, y_test)

# %%
# Over the periodic table
# -----------------------
# The mean contribution of each element: anions of high electronegativity open gaps.
display = ElementContributionDisplay.from_estimator(
    models["set"], X_test, name="band_gap_eV"
)
display.figure_

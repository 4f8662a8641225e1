"""
A line through Fe-Co-Ni
=======================

Alloy design moves along lines: a little more cobalt, a little less iron. A network that
reads the elements of a formula in the order of their fractions jumps where two fractions
cross, by hundreds of kelvins. One that reads them as a set cannot, and what vanishes
does not matter to it.

The Curie temperatures are those of a table that comes with the package.
"""

# %%
# Two networks on the same rows
# -----------------------------
import numpy as np
from matplotlib import pyplot as plt
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag.datasets import load_curie_temperatures

X, Tc_K = load_curie_temperatures(return_X_y=True)
formulas = X["formula"].to_numpy(object)
split = GroupShuffleSplit(1, train_size=1500, random_state=0)
train, test = next(split.split(formulas, groups=formulas))


def fit(body):
    net = LGDCNNRegressor(body=body, width=32, n_members=2, random_state=0)
    model = make_pipeline(FormulaTokenizer(), net)
    return model.fit(formulas[train], Tc_K.iloc[train])


models = {"in order (l-g-dcnn)": fit("l-g-dcnn"), "as a set": fit("set")}
for name, model in models.items():
    error = mean_absolute_error(Tc_K.iloc[test], model.predict(formulas[test]))
    print(f"{name:20s} MAE {error:.0f} K")

# %%
# From iron by cobalt to nickel
# -----------------------------
# The line leads from Fe to Co, and on to Ni. Both networks learnt the same rows; only
# one of them is a function that an alloy can be designed with. Grey are measured alloys
# of these elements, the training rows among them.
shares = np.linspace(0, 1, 401)
line = [{"Fe": 1 - x, "Co": x} for x in shares] + [
    {"Co": 1 - x, "Ni": x} for x in shares[1:]
]
line = [{e: x for e, x in alloy.items() if x > 0} for alloy in line]
where = np.linspace(0, 2, len(line))
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, model in models.items():
    ax.plot(where, model.predict(line), label=name, lw=1.6)

pairs = {frozenset(("Fe", "Co")): ("Co", 0), frozenset(("Co", "Ni")): ("Ni", 1)}
tokens = FormulaTokenizer().transform(formulas)
measured = [
    (start + row[1::2][row[::2] == {"Co": 27, "Ni": 28}[element]].sum(), T)
    for row, T in zip(tokens, Tc_K, strict=True)
    for kinds, (element, start) in pairs.items()
    if set(row[::2][row[1::2] > 0])
    <= {{"Fe": 26, "Co": 27, "Ni": 28}[e] for e in kinds}
]
ax.plot(*np.transpose(measured), "o", color="0.6", ms=4, zorder=0, label="measured")
ax.set(xlabel="Fe → Co → Ni", ylabel="Curie temperature (K)")
ax.set_xticks([0, 0.5, 1, 1.5, 2], ["Fe", "FeCo", "Co", "CoNi", "Ni"])
ax.legend(frameon=False)

# %%
# Over the triangle
# -----------------
# The same over all ternary alloys of the three.
step = 1 / 60
grid = np.array(
    [
        (a, b)
        for a in np.arange(0, 1 + step / 2, step)
        for b in np.arange(0, 1 - a + step / 2, step)
    ]
)
alloys = [
    {
        e: x
        for e, x in zip(("Fe", "Co", "Ni"), (1 - a - b, a, b), strict=True)
        if x > 1e-9
    }
    for a, b in grid
]
corner_x, corner_y = grid[:, 0] / 2 + grid[:, 1], grid[:, 0] * 3**0.5 / 2
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
values = [model.predict(alloys) for model in models.values()]
limits = {"vmin": np.min(values), "vmax": np.max(values)}
for ax, name, T in zip(axes, models, values, strict=True):
    image = ax.tripcolor(corner_x, corner_y, T, shading="gouraud", **limits)
    ax.set_title(name, pad=16)
    ax.set_aspect("equal")
    ax.axis("off")
    for label, at in (
        ("Fe", (-0.05, -0.05)),
        ("Ni", (1.02, -0.05)),
        ("Co", (0.47, 0.9)),
    ):
        ax.text(*at, label)
figure.colorbar(image, ax=axes, label="Curie temperature (K)", shrink=0.8)

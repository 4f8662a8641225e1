"""
Sigma phase with twenty calculations
====================================

The sigma phase embrittles steels. Its energy depends on which element sits on which of
five kinds of sites: 243 end members for Fe, Cr and Ni, of which each calculation takes
hours. How few are enough? A universal potential has never seen most of these crystals, but
a million others; what it knows of them carries further than their geometry does.
"""

# %%
# 10, 20, ... calculations
# ------------------------
# The median of the examples is the bar: a model that is not below it has learnt nothing.
# Features are made once; the models are fitted to ten draws of the crystals, and asked for
# all others.
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag import PotentialFeaturizer, VoronoiFeaturizer
from sklmag.datasets import load_sigma_phases
from sklmag.inspection import ParityDisplay
from sklmag.recipes import make_crystal_pipeline

crystals, energy = load_sigma_phases(return_X_y=True)
geometry = VoronoiFeaturizer().fit_transform(crystals)
potential = PotentialFeaturizer().fit_transform(crystals)
ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 5, 17)))
process = make_crystal_pipeline(random_state=0)[1:]  # what stands behind the potential
models = {
    "median of the examples": (DummyRegressor(strategy="median"), geometry),
    "ridge, 271 attributes": (ridge, geometry),
    "ridge, potential": (ridge, potential),
    "Gaussian process, potential": (process, potential),
}
sizes, errors = (10, 20, 40, 80, 160), []
for size in sizes:
    for draw in range(10):
        order = np.random.default_rng(draw).permutation(len(energy))
        new, others = order[:size], order[size:]
        for name, (model, X) in models.items():
            found = model.fit(X[new], energy[new]).predict(X[others])
            error = mean_absolute_error(energy[others], found)
            errors.append((name, size, 1000 * error))
columns = ["model", "calculations", "MAE_meV_per_atom"]
table = pd.DataFrame(errors, columns=columns)
means = table.groupby(columns[:2], sort=False)["MAE_meV_per_atom"].mean().unstack()
means.round(1)

# %%
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for name, row in means.iterrows():
    ax.plot(row.index, row, marker="o", label=name)
ax.set_xscale("log")
ax.set_xticks(sizes, map(str, sizes))
ax.minorticks_off()
ax.set(xlabel="calculations", ylabel="mean absolute error (meV/atom)", ylim=(0, None))
ax.legend()

# %%
# With twenty, and how sure
# -------------------------
# The Gaussian process says how sure it is of each crystal. Of what it is least sure comes
# next.
order = np.random.default_rng(0).permutation(len(energy))
new, others = order[:20], order[20:]
process.fit(potential[new], energy[new])
value, std = process.predict(potential[others], return_std=True)
display = ParityDisplay.from_predictions(
    energy[others], value, std=std, name="energy (eV/atom)"
)
display.ax_.figure.set_size_inches(5, 4.2)

# %%
crystals["structure"][others[np.argmax(std)]].formula

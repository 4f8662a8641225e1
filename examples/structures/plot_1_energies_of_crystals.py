"""
Energies of crystals, and what carries over to other elements
==============================================================

The energy of a crystal follows from which atom sits where. Here a SIPFENN network learns
it from 271 Voronoi descriptors, and is then shown a few crystals of elements that it has
never seen. The energies are those of effective medium theory, as ASE computes it, so
that nothing has to be downloaded.
"""

# %%
# Crystals
# --------
# Small fcc cells with random atoms, shaken a little: two to four elements, first without
# platinum. What holds platinum comes later.

import matplotlib.pyplot as plt
import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT

A0 = {"Cu": 3.61, "Ag": 4.09, "Au": 4.08, "Ni": 3.52, "Pd": 3.89, "Pt": 3.92}
PURE = {}
for symbol, a0 in A0.items():
    pure = bulk(symbol, a=a0)
    pure.calc = EMT()
    PURE[symbol] = pure.get_potential_energy()


def random_alloys(elements, always, n, rng):
    """Return crystals and their energies of formation in eV/atom."""
    crystals, energies = [], []
    for _ in range(n):
        atoms = bulk("Cu", a=1.0, cubic=True).repeat((1, 1, 2))
        chosen = [*rng.choice(elements, rng.integers(2, 4), replace=False), *always]
        symbols = rng.choice(chosen, len(atoms))
        atoms.symbols[:] = symbols
        a0 = np.mean([A0[s] for s in symbols])
        atoms.set_cell(atoms.cell * a0, scale_atoms=True)
        atoms.rattle(0.03, rng=rng)
        atoms.calc = EMT()
        energy = atoms.get_potential_energy() - sum(PURE[s] for s in symbols)
        crystals.append(atoms)
        energies.append(energy / len(atoms))
    return crystals, np.array(energies)


rng = np.random.default_rng(0)
others = ["Cu", "Ag", "Au", "Ni", "Pd"]
first, y_first = random_alloys(others, [], 1200, rng)
second, y_second = random_alloys(others, ["Pt"], 400, rng)

# %%
# Descriptors
# -----------
# A thousand crystals take about half a second. ASE's Atoms are taken as they are.

from sklmag import SIPFENNRegressor, VoronoiFeaturizer

voronoi = VoronoiFeaturizer().set_output(transform="pandas")
X_first, X_second = voronoi.transform(first), voronoi.transform(second)
X_first.iloc[:3, :4].round(2)

# %%
# A narrow NN24
# -------------
# One twentieth of the published widths learns these alloys in seconds.

net = SIPFENNRegressor(width_factor=0.05, random_state=0)
net.fit(X_first[:1000], y_first[:1000])

from sklmag.inspection import ParityDisplay

display = ParityDisplay.from_estimator(net, X_first[1000:], y_first[1000:])
display.ax_.set(xlabel="computed (eV/atom)", ylabel="predicted (eV/atom)")

# %%
# What does it look at? The weights of the first layer say which descriptors enter
# strongly (figure 3.2 of the paper).

strongest = net.input_weights().nlargest(12)[::-1]
fig, ax = plt.subplots(layout="constrained")
ax.barh(strongest.index, strongest)
ax.set_xlabel("sum of squared input weights")

# %%
# An element that it has not seen
# -------------------------------
# On alloys of platinum the network is lost. A few of them are enough to bring
# it back: `fine_tune` trains a copy for 25 epochs at a tenth of Adam's usual learning rate.
# The alternative is a new network on the same few crystals.

from sklearn.metrics import mean_absolute_error

X_test, y_test = X_second[200:], y_second[200:]
untouched = mean_absolute_error(y_test, net.predict(X_test))
sizes = [10, 20, 40, 80, 160]
tuned, fresh = [], []
for n in sizes:
    X, y = X_second[:n], y_second[:n]
    tuned.append(mean_absolute_error(y_test, net.fine_tune(X, y).predict(X_test)))
    new = SIPFENNRegressor(width_factor=0.05, early_stopping=False, random_state=0)
    fresh.append(mean_absolute_error(y_test, new.fit(X, y).predict(X_test)))

fig, ax = plt.subplots(layout="constrained")
ax.plot(sizes, 1e3 * np.array(tuned), "o-", label="fine-tuned")
ax.plot(sizes, 1e3 * np.array(fresh), "s--", label="trained on these alone")
ax.axhline(1e3 * untouched, color="gray", label="untouched")
ax.set(xscale="log", ylim=(0, None), xlabel="crystals with platinum")
ax.set_ylabel("mean absolute error (meV/atom)")
ax.legend()
plt.show()

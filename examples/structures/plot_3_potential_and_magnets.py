"""
What a potential knows about magnets
====================================

A universal interatomic potential was made for energies and forces, and CHGNet for magnetic
moments too: it saw those of 1.6 million steps of calculations for crystals of the Materials
Project. What does that tell of magnets, before one has any data of one's own? Here its
polarization is held against what is measured, and along two lines of alloys. (Needs
``pip install "sklmag[potential]"``.)
"""

# %%
# Compounds
# ---------
# Structure types by their names, with the elements and lattice constants of the magnet.
# Measured polarizations at room temperature are those of J. M. D. Coey, "Magnetism and
# Magnetic Materials" (Cambridge, 2010); a calculation is at 0 K.
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from pymatgen.core import Lattice, Structure

from sklmag import PotentialFeaturizer
from sklmag.structure import prototype, random_solutions

MAGNETS = {  # type, elements, lattice constants in Å, polarization in T
    "Fe": ("bcc", "Fe", (2.482, 2.482, 2.482), 2.15),
    "Co": ("hcp", "Co", (2.507, 2.507, 4.070), 1.81),
    "Ni": ("fcc", "Ni", (2.492, 2.492, 2.492), 0.61),
    "FePt": ("L1_0", "Fe Pt", (2.723, 2.723, 3.712), 1.43),
    "CoPt": ("L1_0", "Co Pt", (2.690, 2.690, 3.699), 1.02),
    "MnAl": ("L1_0", "Mn Al", (2.772, 2.772, 3.570), 0.75),
    "MnBi": ("NiAs", "Mn Bi", (4.290, 4.290, 6.126), 0.73),
    "YCo5": ("CaCu5", "Y Co", (3.964, 4.935, 4.935), 1.06),
    "SmCo5": ("CaCu5", "Sm Co", (3.978, 4.989, 4.989), 1.07),
}


def magnet(kind, elements, lengths):
    """Return a structure type with other elements and lattice constants."""
    crystal = prototype(kind)
    old = dict.fromkeys(site.specie.symbol for site in crystal)
    crystal.replace_species(dict(zip(old, elements.split(), strict=True)))
    lattice = Lattice.from_parameters(*lengths, *crystal.lattice.angles)
    return Structure(lattice, crystal.species, crystal.frac_coords)


crystals = [magnet(*row[:3]) for row in MAGNETS.values()]
potential = PotentialFeaturizer().set_output(transform="pandas")
known = potential.fit_transform(crystals)
table = pd.DataFrame(
    {
        "measured_T": [row[3] for row in MAGNETS.values()],
        "potential_T": known["magnetization_T"].to_numpy(),
        "largest_moment_muB": known["max_moment_muB"].to_numpy(),
    },
    index=list(MAGNETS),
)
table.round(2)

# %%
fig, ax = plt.subplots(figsize=(4.5, 4.2), layout="constrained")
ax.plot([0, 2.6], [0, 2.6], color="0.7")
ax.plot(table["measured_T"], table["potential_T"], "o")
for name, row in table.iterrows():
    place = row["measured_T"], row["potential_T"]
    shift = (5, -10) if name in ("SmCo5", "MnAl") else (5, 4)
    ax.annotate(name, place, shift, textcoords="offset points", fontsize="small")
ax.set(xlabel="measured polarization (T)", ylabel="by the potential (T)")

# %%
# Lines of alloys
# ---------------
# Solid solutions are random occupations of a lattice, four of each composition, at the mean
# volume of their elements. Measured moments of bcc Fe-Co rise to 30 % of cobalt before they
# fall: the curve of Slater and Pauling. The potential has no such rise; on the fcc lattice
# it knows that nickel lowers the moment, but not that of nickel itself.
shares = np.arange(0, 101, 20)
lines = {"Fe-Co, bcc": ("bcc", "Co"), "Fe-Ni, fcc": ("fcc", "Ni")}
fig, ax = plt.subplots(figsize=(5, 3.8), layout="constrained")
for name, (lattice, second) in lines.items():
    moments = []
    for share in shares:
        amounts = {"Fe": 100 - share, second: share}
        formula = {element: x for element, x in amounts.items() if x}
        alloys = random_solutions(lattice, formula, 4, n_sites=16, random_state=0)
        moments.append(potential.transform(alloys)["mean_moment_muB"])
    mean, spread = np.mean(moments, axis=1), np.std(moments, axis=1)
    ax.errorbar(shares, mean, spread, marker="o", capsize=2, label=name)
ax.plot([0, 30, 100], [2.22, 2.42, 1.72], "k*", label="measured: Fe, Fe70Co30, Co")
ax.plot([100], [0.61], "k*")
ax.set(xlabel="Co or Ni (at.%)", ylabel="mean moment (µB)", ylim=(0, None))
ax.legend()

# %%
# What to make of it
# ------------------
# Of compounds it tells strong magnets from weak ones, most to a few tenths of a tesla: enough
# to say which crystals are worth a calculation. What it does not know is as clear: the moment
# of nickel, the rise of Fe-Co, and anything of anisotropy or temperature. So its numbers are
# features, not answers. A model of some hundred crystals on them predicts magnetizations to
# 0.07 T (see the README), since what is wrong in the same way is corrected.

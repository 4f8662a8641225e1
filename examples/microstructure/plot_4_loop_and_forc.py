"""
A loop, a minor loop and a FORC
===============================

A curve of demagnetization is a line of a larger picture. Here nanocrystalline Nd2Fe14B
with easy axes in space goes through whole loops and back, with and without a phase
between its grains.
"""

# %%
# Two magnets
# -----------
# The same 16 grains, which touch, or have 4 nm between them that are not magnetic. Easy
# axes scatter in space around y, the direction of the field.
import numpy as np
from matplotlib import pyplot as plt

from sklmag.inspection import FORCDisplay, LoopDisplay, MagnetizationMapDisplay
from sklmag.microstructure import (
    field_path,
    figures_of_merit,
    hysteresis_loop,
    make_grain_structures,
    make_magnet,
    reversal_curves,
)

grains = make_grain_structures(
    1, shape=(40, 40), size_nm=80, n_grains=16, random_state=0
).grains[0]
axes = np.random.default_rng(0).normal(size=(16, 3)) * 0.5 + [0, 1, 0]
touching = make_magnet(grains, axes, cell_nm=2.0)
parted = make_magnet(grains, axes, cell_nm=2.0, boundary_nm=4.0)

# %%
# Loops
# -----
# From saturation down and back. ``field_path`` makes any sequence of fields.
path = field_path(8, 3, step_T=0.5), field_path(3, -3, step_T=0.05)
falling = np.concatenate((path[0], path[1][1:], -path[0][-2::-1]))
there_and_back = np.concatenate((falling, falling[-2::-1]))
loops = {
    "grains touch": hysteresis_loop(touching, there_and_back),
    "4 nm between": hysteresis_loop(parted, there_and_back, maps_at=[-2.9]),
}
LoopDisplay(loops).plot()

# %%
# What parts the grains costs remanence, and gains coercivity.
for name, loop in loops.items():
    found = figures_of_merit(loop)
    print(
        f"{name}: Hc {found['Hc_A_per_m'] / 1e3:.0f} kA/m, "
        f"(BH)max {found['BHmax_J_per_m3'] / 1e3:.0f} kJ/m3"
    )

# %%
# At -2.9 T some grains have switched, and others have not.
loop = loops["4 nm between"]
point = min(loop.maps)  # on the falling branch
MagnetizationMapDisplay(loop.maps[point], parted).plot()

# %%
# Recoil, a minor loop, and the virgin curve
# ------------------------------------------
# A magnet in a motor does not go to saturation and back: from its working point it
# recoils. The virgin curve begins at the thermally demagnetized state.
recoil = hysteresis_loop(parted, field_path(8, -2.9, 0, -2.9, step_T=0.1))
minor = hysteresis_loop(parted, field_path(8, -3.1, 3.1, -3.1, step_T=0.1))
virgin = hysteresis_loop(
    parted, field_path(0, 8, step_T=0.1), start="demagnetized", random_state=0
)
display = LoopDisplay({"recoil": recoil, "minor loop": minor, "virgin": virgin}).plot()
display.ax_.set_xlim(-4, 4)

# %%
# First-order reversal curves
# ---------------------------
# Each begins where the falling branch is left. Their distribution shows the fields at
# which grains switch, and what they feel of each other.
curves = reversal_curves(parted, largest_T=4, step_T=0.2)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
left.plot(curves.field_T, curves.polarization_T.T, color="C0", linewidth=0.7)
left.set(xlabel=r"applied field $\mu_0 H$ (T)", ylabel="$J$ (T)")
FORCDisplay(curves, smoothing=2).plot(ax=right)

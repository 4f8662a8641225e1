"""
Grains for a wanted curve
=========================

Which grains give 85 % of remanence and a coercive field of 0.38 anisotropy fields? A model
proposes, the solver judges: evolution over seeds and easy axes, with the learned model as
its guide, and each candidate computed before it is shown.
"""

# %%
# The model
# ---------
# Features of the grains and a linear model, learned from the structures of the package.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag import GrainFeaturizer, MicrostructureDesigner
from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.inspection import DemagnetizationDisplay, GrainMapDisplay

magnets = load_nanocrystalline_magnets()
model = make_pipeline(
    GrainFeaturizer(), StandardScaler(), RidgeCV(np.logspace(-3, 3, 13))
)
designer = MicrostructureDesigner(
    model, n_generations=4, n_computed=4, n_rounds=2, random_state=0
)
designer.fit(magnets.structures[:500], magnets.target[:500])

# %%
# The order
# ---------
# A number, or the least and the most.
found = designer.design({"Mr": (0.85, None), "Hc": 0.38, "Hk90": (0.28, None)})
print(found.table.round(3).to_string())

# %%
# Structures, and the curves that they have
# -----------------------------------------
figure, axes = plt.subplots(2, 3, figsize=(9, 6), layout="constrained")
for k in range(3):
    GrainMapDisplay(found.structures.angles[k], size_nm=160).plot(
        ax=axes[0, k], color="angle"
    )
    axes[0, k].set_title(f"{found.table['n_grains'][k]} grains")
    DemagnetizationDisplay(found.curves.field, found.curves.magnetization[k]).plot(
        ax=axes[1, k]
    )
    axes[1, k].axvline(-0.38, color="C3", linewidth=0.8, linestyle="--")

"""
Codes of grain structures, and the way from one to another
==========================================================

A variational autoencoder writes a grain structure as a code of a few dozen numbers; a
network with a head for each target reads the anchor points of the demagnetization curve
from it. On the straight line between two codes lie structures that nobody has made.
"""

# %%
# The chain
# ---------
# 800 structures with their curves come with the package. The autoencoder needs no
# curves, so it also learns from structures that are made on the way.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.inspection import (
    AnchorParityDisplay,
    GrainPredictionDisplay,
    MorphingDisplay,
    ReconstructionDisplay,
)
from sklmag.models import GrainVAE, SharedHeadRegressor

magnets = load_nanocrystalline_magnets()
rows = np.arange(len(magnets.data))
train, test = train_test_split(rows, test_size=100, random_state=0)
chain = make_pipeline(
    GrainVAE(n_generated=200, max_epochs=25, random_state=0),
    SharedHeadRegressor(n_members=4, loss="mae", random_state=0),
)
chain.fit(magnets.data[train], magnets.target.iloc[train])
predicted = chain.predict(magnets.data[test])
error = np.abs(predicted - magnets.target.iloc[test])
pd.DataFrame(
    {
        "chain": error.mean(),
        "always the mean": (magnets.target - magnets.target.iloc[train].mean())
        .iloc[test]
        .abs()
        .mean(),
    }
).round(4)

# %%
# What a code keeps
# -----------------
# Structure, code and what is made of the code again. Colours are the angle of the easy
# axis, on a circle. Boundaries are blurred, as autoencoders of this kind do.

ReconstructionDisplay.from_estimator(chain[0], magnets.data[test[:4]])
plt.show()

# %%
# Computed and predicted
# ----------------------

AnchorParityDisplay.from_estimator(
    chain,
    magnets.data[test],
    magnets.target.iloc[test],
    X_train=magnets.data[train],
    y_train=magnets.target.iloc[train],
)
plt.show()

# %%
# Structures that the chain has not seen, what their codes keep, and the predicted anchor
# points on the computed curves. Colours are the x-component of the easy axis, as in the
# paper.

some = test[:4]
GrainPredictionDisplay.from_estimator(
    chain, magnets.data[some], magnets.target.iloc[some], curves=magnets.curves[some]
)
plt.show()

# %%
# Better aligned
# --------------
# From an isotropic structure to an aligned one. Remanence, coercivity and squareness
# rise on the way.

spread = magnets.structures.parameters["max_misorientation"]
count = magnets.structures.parameters["n_grains"]
many = np.flatnonzero(count > 45)
isotropic, aligned = many[np.argmax(spread[many])], many[np.argmin(spread[many])]
MorphingDisplay.from_estimator(chain, magnets.data[[isotropic, aligned]])
plt.show()

# %%
# Finer grains
# ------------
# From few grains to many, both isotropic.

loose = np.flatnonzero(spread > 2.6)
coarse, fine = loose[np.argmin(count[loose])], loose[np.argmax(count[loose])]
MorphingDisplay.from_estimator(chain, magnets.data[[coarse, fine]])
plt.show()

"""
A demagnetization curve from an EBSD map
========================================

Electron backscatter diffraction tells the orientation of each point of a polished
surface. Here such a map becomes a grain structure, and the structure a demagnetization
curve. The map of this page is schematic: grains with noise in their orientations and
points that were not indexed, written as a microscope would write them. Put the path of
your own .ang, .ctf or .csv file in its place.
"""

# %%
# The map
# -------

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklmag.inspection import DemagnetizationDisplay, GrainMapDisplay
from sklmag.microstructure import (
    GrainFeaturizer,
    anchor_points,
    demagnetization_curve,
    grains_from_ebsd,
    make_grain_structures,
    read_ebsd,
)

rng = np.random.default_rng(0)
true = make_grain_structures(
    1, shape=(90, 110), n_grains=35, max_misorientation=0.6, random_state=4
)
y, x = np.mgrid[:90, :110].reshape(2, -1) * 0.5  # µm
tilt = rng.normal(0, 0.3, true.grains.max() + 1)[true.grains].ravel()
angle = true.angles.ravel() + rng.normal(0, 0.01, x.size)
along_x, along_y = -np.sin(angle) * np.cos(tilt), np.cos(angle) * np.cos(tilt)
points = np.column_stack(
    (
        np.arctan2(along_y, -along_x),  # phi1, in the frame of EDAX
        np.arccos(-np.sin(tilt)),  # Phi
        rng.uniform(0, 1, x.size),  # phi2: a turn about the c-axis
        x,
        y,
        np.full(x.size, 50),
        np.where(rng.random(x.size) < 0.05, -1, 0.8),  # confidence; -1: not indexed
        np.ones(x.size),
    )
)
folder = Path(tempfile.mkdtemp())
np.savetxt(
    folder / "magnet.ang", points, header="schematic map of a magnet", fmt="%.5f"
)

table = read_ebsd(folder / "magnet.ang")
table.head()

# %%
# From the map to grains
# ----------------------
# Each cell takes the nearest indexed point, and cells whose c-axes agree within 5° form
# a grain. Walls of the magnetization need cells of 2 nm, so the grains of this magnet
# keep their form, but are made a few hundred times smaller. Files do not tell to which
# axes the Euler angles refer; programs of EDAX turn them against the map.

structure = grains_from_ebsd(table, shape=(80, 80), size_nm=160, frame="edax")
{name: values[0].round(3) for name, values in structure.parameters.items()}

# %%
# ``out_of_plane`` is what the model of easy axes in the plane leaves out: the mean square
# of the component of the c-axes along the normal.
#
# From grains to the curve
# ------------------------

curves = demagnetization_curve(structure)
computed = anchor_points(curves.field, curves.magnetization)
free = GrainFeaturizer().transform(structure.angles)[0, 8:14]

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
GrainMapDisplay(structure.angles[0], structure.size_nm).plot(ax=left)
DemagnetizationDisplay(
    curves.field, curves.magnetization[0], computed=computed.iloc[0], predicted=free
).plot(ax=right)
right.get_legend().get_texts()[1].set_text("grains on their own")
plt.show()

# %%
# The line and the squares are computed with all interactions; the circles are the anchor
# points that the grains had if each were a single domain that feels no other. Exchange
# and stray field cost a third of the coercivity.

computed.round(3)

"""Labelled grain structures that come with the package."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from sklearn.utils import Bunch

from sklmag.microstructure import (
    ND2FE14B,
    DemagnetizationCurves,
    GrainStructures,
    anchor_points,
)


def load_nanocrystalline_magnets(*, return_X_y: bool = False) -> Bunch:
    """Load 800 grain structures of Nd2Fe14B with their demagnetization curves.

    Voronoi structures of 4 to 64 grains on 80 x 80 cells of 2 nm, with misalignments up
    to 180°, made by :func:`sklmag.microstructure.make_hysteresis_dataset` with
    ``random_state=0``.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    Bunch
        ``data`` (angles of the easy axes, of shape (800, 80, 80)), ``target``
        (DataFrame of the six anchor points), ``structures`` (GrainStructures),
        ``curves`` (DemagnetizationCurves), ``DESCR``.

    Examples
    --------
    >>> from sklmag.datasets import load_nanocrystalline_magnets
    >>> X, y = load_nanocrystalline_magnets(return_X_y=True)
    >>> X.shape, list(y.columns)
    ((800, 80, 80), ['M1', 'Mr', 'Hk90', 'Hk80', 'Hk70', 'Hc'])
    """
    with (
        (files("sklmag.datasets") / "files" / "nanocrystalline_magnets.npz").open(
            "rb"
        ) as file,
        np.load(file) as stored,
    ):
        grains = stored["grains"].astype(np.int32)
        axes = stored["axes"].astype(float)
        parameters = {name: stored[name] for name in ("n_grains", "max_misorientation")}
        field = stored["field"]
        magnetization = stored["magnetization"].astype(float)
    angles = np.take_along_axis(axes, grains.reshape(len(grains), -1), axis=1)
    structures = GrainStructures(
        angles.reshape(grains.shape), grains, 160.0, parameters
    )
    curves = DemagnetizationCurves(field, magnetization, ND2FE14B)
    target = anchor_points(field, magnetization)
    if return_X_y:
        return structures.angles, target
    return Bunch(
        data=structures.angles,
        target=target,
        structures=structures,
        curves=curves,
        DESCR=str(load_nanocrystalline_magnets.__doc__)
        .split("Parameters\n")[0]
        .strip(),
    )

"""Hysteresis of magnets in any sequence of fields."""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from sklmag._nn._threads import threads
from sklmag._utils._progress import progress
from sklmag.exceptions import MicrostructureError, SklmagWarning
from sklmag.microstructure._demagnetization import COARSEST, check_precision
from sklmag.microstructure._equilibrium import Equilibrium, exchange_links
from sklmag.microstructure._hysteresis_loop import HysteresisLoop
from sklmag.microstructure._magnet import Magnet

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike

_MOST_STEPS = 100_000  # at one field
_LARGEST_TURN = 0.1  # radians, of a cell in a step
_LARGEST_FIELD_T = 1000.0


def hysteresis_loop(
    magnet: Magnet,
    field_T: ArrayLike,
    *,
    direction: ArrayLike = (0.0, 1.0, 0.0),
    start: Literal["saturated", "demagnetized"] | np.ndarray = "saturated",
    maps_at: ArrayLike = (),
    tolerance: float = 2e-4,
    dtype: Literal["float32", "float64"] = "float32",
    random_state: int | np.random.RandomState | None = None,
    verbose: int | bool = 0,
) -> HysteresisLoop:
    r"""Follow the magnetization of a magnet through a sequence of fields.

    Parameters
    ----------
    magnet : Magnet
        From :func:`make_magnet`.
    field_T : array-like of shape (n_fields,)
        Applied fields :math:`\mu_0 H` in T, in the order in which they are applied;
        :func:`field_path` makes loops, minor loops and recoil lines.
    direction : array-like of shape (3,), default=(0, 1, 0)
        Of the field, along x, y and z.
    start : {"saturated", "demagnetized"} or ndarray, default="saturated"
        Along the direction; or thermally demagnetized, from where the virgin curve
        begins: each cell at random, which comes to rest without a field; or the `end`
        of another loop.
    maps_at : array-like of float, default=()
        Fields at which the magnetization of all cells is kept.
    tolerance : float, default=2e-4
        Largest torque in a cell at equilibrium, in units of the largest anisotropy
        field.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    random_state : int, RandomState instance or None, default=None
        Seed of the demagnetized state.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    HysteresisLoop

    Raises
    ------
    MicrostructureError
        For fields that are no numbers or beyond 1000 T, a direction or start that is
        none, and a map at a field that is not in the sequence.

    Warns
    -----
    SklmagWarning
        Where cells are so coarse, above 2.8 sqrt(A / K1), that they pin walls.
    ConvergenceWarning
        Where the magnet came to no rest; the loop is NaN from there on.

    Notes
    -----
    Minima of the energy

    .. math::
        E = \sum_i V \Big[ \sum_j \frac{A_{ij}}{d^2} |m_i - m_j|^2
        + K_i (1 - (m_i \cdot k_i)^2) - J_i m_i \cdot H
        - \frac{1}{2} J_i m_i \cdot H^d_i \Big],

    with unit vectors m in space and the harmonic mean of the stiffnesses of two cells,
    each reached from the one before by steepest descent with the steps of Barzilai and
    Borwein [1]_, in which no cell turns by more than 0.1 rad. The demagnetizing field
    is that of cells without end along z, or of boxes after Newell [2]_. Where axes and
    fields lie in one plane, a magnetization that only symmetry holds is pushed by 0.1
    rad, so that it comes to rest in a minimum and not on a maximum.

    References
    ----------
    .. [1] L. Exl et al., J. Appl. Phys. 115 (2014) 17D118, doi:10.1063/1.4862839.
    .. [2] A. J. Newell, W. Williams, D. J. Dunlop, J. Geophys. Res. 98 (1993) 9551,
       doi:10.1029/93JB00694.

    Examples
    --------
    >>> from sklmag.microstructure import field_path, hysteresis_loop, make_magnet
    >>> axes = [[0, 1, 0.1], [0.2, 1, 0]]
    >>> magnet = make_magnet([[0, 0, 1, 1]] * 4, axes, cell_nm=2.0)
    >>> loop = hysteresis_loop(magnet, field_path(8, -8, 8, step_T=0.5))
    >>> loop
    HysteresisLoop(65 fields from -8 to 8 T, J from -1.61 to 1.61 T)
    """
    fields = _fields(field_T)
    unit = _unit_vector(direction)
    _check(magnet, tolerance, dtype)
    limits = tolerance, _LARGEST_TURN, _MOST_STEPS
    kept = _points_of(maps_at, fields)
    with threads(1):  # more would only wait for each other
        state = Equilibrium(magnet, unit[None], dtype)
        _begin(state, start, unit, limits, random_state)
        vectors, energies, maps = _follow(state, fields, unit, kept, limits, verbose)
        factor = 0.0 if magnet.periodic else state.demagnetizing_factor(unit)
    table = pd.DataFrame(energies).add_suffix("_J_per_m3").reindex(range(len(fields)))
    return HysteresisLoop(fields, unit, vectors, table, factor, maps, state.get())


def _follow(state, fields, unit, kept, limits, verbose):
    """Return mean polarizations, energies, and the maps of some points."""
    vectors = np.full((len(fields), 3), np.nan)
    energies, maps = [], {}
    steps = progress(
        fields, verbose=verbose, total=len(fields), desc="Loop", unit="field"
    )
    for k, value in enumerate(steps):
        if not state.rest(value * unit, *limits):
            warnings.warn(
                f"The magnet came to no rest at {value:g} T (point {k}); the loop ends "
                "there in NaN. Raise tolerance, or take dtype='float64'.",
                ConvergenceWarning,
                stacklevel=3,
            )
            break
        vectors[k] = state.polarization_T()
        energies.append(state.energies_J_per_m3(value * unit))
        if k in kept:
            maps[k] = state.get()
    return vectors, energies, maps


def field_path(*turns_T: float, step_T: float) -> np.ndarray:
    """Return fields that go from one turning point to the next.

    Parameters
    ----------
    *turns_T : float
        Where the field begins, turns and ends, in T: ``field_path(5, -5, 5, ...)`` is a
        loop, ``(5, -1, 1, -1, ...)`` a minor loop, ``(5, -2, 0, -2, ...)`` a recoil.
    step_T : float
        Largest step, in T; each way is parted into equal ones.

    Returns
    -------
    ndarray of shape (n_fields,)

    Raises
    ------
    MicrostructureError
        For fewer than two turning points, and a step that is not above 0.

    Examples
    --------
    >>> from sklmag.microstructure import field_path
    >>> field_path(1, -1, 0, step_T=0.5).tolist()
    [1.0, 0.5, 0.0, -0.5, -1.0, -0.5, 0.0]
    """
    if len(turns_T) < 2 or not np.isfinite(turns_T).all() or not step_T > 0:
        raise MicrostructureError(
            f"field_path{turns_T} with step_T={step_T} needs two turning points or "
            "more, and a step above 0."
        )
    parts = [np.array(turns_T[:1], dtype=float)]
    for start, stop in itertools.pairwise(turns_T):
        n_steps = max(1, int(np.ceil(abs(stop - start) / step_T - 1e-9)))
        parts.append(np.linspace(start, stop, n_steps + 1)[1:])
    return np.concatenate(parts)


def _fields(field_T):
    fields = np.asarray(field_T, dtype=float)
    if fields.ndim != 1 or not len(fields):
        raise MicrostructureError(
            "field_T must be numbers in T, such as field_path(5, -5, 5, step_T=0.1)."
        )
    known = np.isfinite(fields)
    if not known.all():
        k = int(np.argmin(known))
        raise MicrostructureError(f"field {k} is {fields[k]}. Leave that point out.")
    largest = fields[np.abs(fields).argmax()]
    if abs(largest) > _LARGEST_FIELD_T:
        raise MicrostructureError(
            f"a field of {largest:g} T: field_T is in T. From A/m: times 4e-7 pi."
        )
    return fields


def _unit_vector(direction):
    vector = np.asarray(direction, dtype=float)
    length = np.linalg.norm(vector) if vector.shape == (3,) else np.nan
    if not 0 < length < np.inf:
        raise MicrostructureError(
            f"direction={direction} must be three numbers along x, y and z, not all 0."
        )
    return vector / length


def _check(magnet, tolerance, dtype):
    if not isinstance(magnet, Magnet):
        raise MicrostructureError(
            f"expected a Magnet, got {type(magnet).__name__}: make_magnet makes one."
        )
    if not magnet.saturation_T > 0:
        raise MicrostructureError("no cell of the magnet is magnetic.")
    _warn_of_coarse_cells(magnet)
    check_precision(dtype, tolerance)


def _warn_of_coarse_cells(magnet):
    """Warn where cells that exchange are so coarse that they pin walls."""
    hard = (magnet.Js_T > 0) & (magnet.K1_J_m3 > 0)
    if not hard.any() or not any(link.any() for link in exchange_links(magnet)):
        return
    walls_nm = 1e9 * np.sqrt(magnet.A_J_m[hard] / magnet.K1_J_m3[hard])
    edge = max(edge for edge in magnet.cell_nm if np.isfinite(edge))
    if edge > COARSEST * walls_nm.min():
        warnings.warn(
            f"Cells of {edge:g} nm pin domain walls, whose parameter sqrt(A / K1) is "
            f"{walls_nm.min():.2g} nm: coercive fields come out too high. Take finer "
            "cells.",
            SklmagWarning,
            stacklevel=4,
        )


def _begin(state, start, unit, limits, random_state):
    """Set the first magnetization."""
    shape = (*state.magnet.Js_T.shape, 3)
    if isinstance(start, str) and start == "saturated":
        state.set(np.broadcast_to(unit, shape))
    elif isinstance(start, str) and start == "demagnetized":
        random = check_random_state(random_state)
        state.set(random.normal(size=shape))
        state.rest(np.zeros(3), *limits)
    elif isinstance(start, np.ndarray) and start.shape == shape:
        if not np.isfinite(start).all():
            raise MicrostructureError("start holds vectors that are not finite.")
        state.set(start)
    else:
        shown = start if isinstance(start, str) else np.shape(start)
        raise MicrostructureError(
            f"start={shown!r} must be 'saturated', 'demagnetized', or vectors of shape "
            f"{shape}, such as the end of another loop."
        )


def _points_of(maps_at, fields):
    """Return the points of the loop at which maps are kept."""
    kept = set()
    for value in np.atleast_1d(np.asarray(maps_at, dtype=float)):
        points = np.flatnonzero(np.isclose(fields, value, rtol=0, atol=1e-9))
        if not len(points):
            nearest = fields[np.abs(fields - value).argmin()]
            raise MicrostructureError(
                f"maps_at={value:g} T is none of the fields; the nearest is "
                f"{nearest:g} T."
            )
        kept.update(points.tolist())
    return kept

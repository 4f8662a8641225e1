"""Remanence, coercivity and energy product of loops, computed or measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from sklmag.exceptions import MicrostructureError
from sklmag.microstructure._demagnetization import DemagnetizationCurves
from sklmag.microstructure._hysteresis_loop import HysteresisLoop
from sklmag.microstructure._material import MU0

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike

_OERSTED = 1e3 / (4 * np.pi)  # A/m
FIELD_UNITS = {
    "A/m": 1.0, "kA/m": 1e3, "MA/m": 1e6, "Oe": _OERSTED, "kOe": 1e3 * _OERSTED,
    "T": 1 / MU0, "mT": 1e-3 / MU0,
}  # fmt: skip
MAGNETIZATION_UNITS = {
    "A/m": 1.0, "kA/m": 1e3, "MA/m": 1e6, "T": 1 / MU0, "mT": 1e-3 / MU0,
    "G": _OERSTED, "kG": 1e3 * _OERSTED, "emu/cm3": 1e3,
}  # fmt: skip
_OF_MASS = {"emu/g": 1e3, "A m2/kg": 1e3}  # times the density in g/cm³
_FEWEST = 3  # points


def figures_of_merit(
    field: ArrayLike | DemagnetizationCurves | HysteresisLoop,
    magnetization: ArrayLike | None = None,
    *,
    demagnetizing_factor: float | None = None,
    field_unit: str = "A/m",
    magnetization_unit: str = "A/m",
    density_g_cm3: float | None = None,
) -> Any:
    r"""Return remanence, coercivity, energy product and squareness of loops.

    Parameters
    ----------
    field : array-like of shape (n_fields,), DemagnetizationCurves or HysteresisLoop
        The points of a falling curve, a rising one, or a whole loop, in the order in
        which they were measured; or curves of :func:`demagnetization_curve`, or a loop
        of :func:`hysteresis_loop`.
    magnetization : array-like of shape (n_fields,), default=None
        At these fields, NaN where it is not known. Not needed with curves.
    demagnetizing_factor : float, default=None
        N of the sample: figures are those in the internal field
        :math:`H - N M`. None is 0 for arrays, whose field is taken to be the internal
        one, 1/2 for curves, which are those of a square of endless height, and that of
        the magnet for a loop.
    field_unit : {"A/m", "kA/m", "MA/m", "Oe", "kOe", "T", "mT"}, default="A/m"
        Of the field; T is :math:`\mu_0 H`.
    magnetization_unit : str, default="A/m"
        "A/m", "kA/m", "MA/m", "T" or "mT" (:math:`\mu_0 M`), "G" or "kG"
        (:math:`4 \pi M`), "emu/cm3", "emu/g", or "A m2/kg".
    density_g_cm3 : float, default=None
        Needed for magnetizations of a mass.

    Returns
    -------
    dict of str to float or DataFrame
        ``Mr_A_per_m``, ``Hc_A_per_m``, ``BHmax_J_per_m3`` and ``squareness`` Hk90 / Hc,
        NaN where a curve ends before; one row a curve for curves.

    Raises
    ------
    MicrostructureError
        For arrays of different lengths, a field that is NaN or that does not change,
        fewer than 3 points, and units that are not known.

    Notes
    -----
    Of a loop the branch that falls from the largest field to the smallest is read;
    where there is only a rising one, it is turned round, as a loop is symmetric.
    Magnetization that rises while the field falls is noise: the falling sequence that
    is nearest to the points takes its place (isotonic regression), which changes
    nothing where there is none.

    The energy product is the largest :math:`-BH` with :math:`B = \mu_0 (H + M)` in the
    second quadrant, on straight lines between the points. Where magnets switch, the
    internal field jumps up as M jumps down; points are followed in their order, so that
    this is no error.

    Examples
    --------
    >>> from sklmag.microstructure import figures_of_merit
    >>> square = figures_of_merit([10, 0, -10, -10.1], [12, 12, 12, -12],
    ...                           field_unit="kOe", magnetization_unit="kG")
    >>> round(square["BHmax_J_per_m3"] / 7957.7, 1)  # MGOe
    36.0
    """
    if isinstance(field, DemagnetizationCurves):
        factor = 0.5 if demagnetizing_factor is None else demagnetizing_factor
        h, curves = field.field_A_per_m, field.magnetization_A_per_m
        return pd.DataFrame([_figures(h, m, factor) for m in curves])
    if isinstance(field, HysteresisLoop):
        own, given = field.demagnetizing_factor, demagnetizing_factor
        factor = own if given is None else given
        return _figures(field.field_A_per_m, field.magnetization_A_per_m, factor)
    h, m = _points(field, magnetization)
    h = h * _factor(FIELD_UNITS, field_unit, "field_unit")
    if magnetization_unit in _OF_MASS:
        if not density_g_cm3:
            raise MicrostructureError(
                f"magnetization_unit={magnetization_unit!r} is of a mass: give "
                "density_g_cm3, such as 7.5 for sintered NdFeB."
            )
        m = m * _OF_MASS[magnetization_unit] * density_g_cm3
    else:
        m = m * _factor(MAGNETIZATION_UNITS, magnetization_unit, "magnetization_unit")
    return _figures(h, m, demagnetizing_factor or 0.0)


def _factor(units, unit, name):
    if unit not in units:
        known = [*units, *(_OF_MASS if units is MAGNETIZATION_UNITS else ())]
        raise MicrostructureError(f"{name}={unit!r} is not among {', '.join(known)}.")
    return units[unit]


def _points(field, magnetization):
    """Return the points of a loop, or name what is wrong with them."""
    if field is None or magnetization is None:
        raise MicrostructureError(
            "a loop has fields and magnetizations: give both, or the curves of "
            "demagnetization_curve alone."
        )
    h, m = (np.asarray(v, dtype=float).ravel() for v in (field, magnetization))
    if len(h) != len(m):
        raise MicrostructureError(
            f"there are {len(h)} fields, but {len(m)} magnetizations."
        )
    known = np.isfinite(h)
    if not known.all():
        k = int(np.argmin(known))
        raise MicrostructureError(
            f"field {k} of {len(h)} is {h[k]}. Leave that point out, or find its field."
        )
    if len(h) < _FEWEST or np.ptp(h) == 0:
        said = f"{h[0]:g} everywhere" if len(h) else "empty"
        raise MicrostructureError(
            f"{len(h)} points whose field is {said} are no curve. At least {_FEWEST} "
            "points of a falling field are needed."
        )
    return h, m


def _figures(field, magnetization, factor):
    """Return the figures of one loop in SI units."""
    reached = np.isfinite(magnetization)
    h, m = _falling_branch(field[reached], magnetization[reached])
    if len(h) < 2:
        return dict.fromkeys(
            ("Mr_A_per_m", "Hc_A_per_m", "BHmax_J_per_m3", "squareness"), np.nan
        )
    h = h - factor * m
    remanence = _remanence(h, m)
    coercivity = _reversed_field(h, m, 0.0)
    knee = _reversed_field(h, m, 0.9 * remanence)
    return {
        "Mr_A_per_m": remanence,
        "Hc_A_per_m": coercivity,
        "BHmax_J_per_m3": _energy_product(h, m),
        "squareness": knee / coercivity if coercivity > 0 else np.nan,
    }


def _falling_branch(h, m):
    """Return the points from the largest to the smallest field, M falling."""
    if not len(h):
        return h, m
    half = np.ptp(h) / 2
    bottom = int(h.argmin())
    top = bottom - int(h[bottom::-1].argmax())  # the last before: a virgin curve ends
    if h[top] - h[bottom] < half:  # a loop that begins at its bottom, or rises only
        top = int(h.argmax())
        after = top + int(h[top:].argmin())
        if h[top] - h[after] >= half:
            bottom = after
        else:  # seen from behind it falls
            h, m = -h[bottom : top + 1], -m[bottom : top + 1]
            top, bottom = 0, len(h) - 1
    if m[bottom] > 0:  # the field inside rises where the magnet switches
        bottom += int(m[bottom:].argmin())
    h, m = h[top : bottom + 1], m[top : bottom + 1]
    if (np.diff(m) > 0).any():
        m = IsotonicRegression(increasing=False).fit_transform(np.arange(len(m)), m)
    return h, m


def _remanence(h, m):
    """Return M where H passes zero: the mean of the places, which noise makes more."""
    k = np.flatnonzero((h[:-1] >= 0) & (h[1:] < 0))
    if not len(k):
        return float(m[-1]) if h[-1] == 0 else np.nan
    share = h[k] / (h[k] - h[k + 1])
    return float(np.mean(m[k] + share * (m[k + 1] - m[k])))


def _reversed_field(h, m, level):
    """Return -H where M first falls to a level, or NaN where it does not."""
    k = np.flatnonzero((m[:-1] > level) & (m[1:] <= level))
    if not len(k):
        return np.nan
    k = k[0]
    share = (m[k] - level) / (m[k] - m[k + 1])
    return float(-(h[k] + share * (h[k + 1] - h[k])))


def _energy_product(h, m):
    """Return the largest -BH of the second quadrant, or NaN where the curve ends there.

    On a straight line between two points H and B are linear in the way t, and -BH a
    parabola: its top, or one of the ends.
    """
    b = MU0 * (h + m)
    dh, db = np.diff(h), np.diff(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        top = -(h[:-1] * db + b[:-1] * dh) / (2 * dh * db)
        at_zero = -h[:-1] / dh
    ways = np.array([np.zeros_like(top), np.ones_like(top), top, at_zero])
    ways = np.clip(np.nan_to_num(ways), 0, 1)
    fields, inductions = h[:-1] + ways * dh, b[:-1] + ways * db
    is_second = (fields <= 0) & (inductions >= 0)
    products = np.where(is_second, -fields * inductions, -np.inf)
    best = np.unravel_index(np.argmax(products), products.shape)
    if not np.isfinite(products[best]):
        return np.nan
    ends_there = b[-1] > 0 and np.isclose(products[best], -h[-1] * b[-1])
    return np.nan if ends_there else float(products[best])

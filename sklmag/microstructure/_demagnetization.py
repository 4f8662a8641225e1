"""Demagnetization curves, and what is read from them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from joblib import delayed
from sklearn.exceptions import ConvergenceWarning

from sklmag._utils._numba import numba
from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress
from sklmag.exceptions import MicrostructureError, SklmagWarning
from sklmag.microstructure._grains import GrainStructures
from sklmag.microstructure._material import MU0, ND2FE14B, Material

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


COARSEST = 2.8  # cell in units of sqrt(A / K1), from which on the grid pins walls
_LARGEST_FIELD = 50.0  # anisotropy fields
_LARGEST_ANGLE = 4 * np.pi
_CELLS = 6400  # below which a batch of structures costs a CPU little more than one

DEFAULT_FIELDS = np.concatenate(
    (np.arange(20, 6, -1) / 20, np.arange(30, -101, -1) / 100)
)


@dataclass(frozen=True)
class DemagnetizationCurves:
    """Magnetization of several magnets in the same falling fields.

    Parameters
    ----------
    field : ndarray of shape (n_fields,)
        Applied field in units of the anisotropy field, falling.
    magnetization : ndarray of shape (n_samples, n_fields)
        Along the field, in units of the spontaneous magnetization; NaN after the end of
        a curve.
    material : Material
        What the units are.
    """

    field: np.ndarray
    magnetization: np.ndarray
    material: Material

    def __repr__(self):
        return (
            f"DemagnetizationCurves({len(self)} in {len(self.field)} fields from "
            f"{self.field.max():g} to {self.field.min():g} anisotropy fields, "
            f"{self.material})"
        )

    def __len__(self):
        return len(self.magnetization)

    def __getitem__(self, which):
        rows = np.arange(len(self))[which]
        return replace(self, magnetization=self.magnetization[np.atleast_1d(rows)])

    @property
    def field_A_per_m(self):
        """Applied field, in A/m."""
        return self.field * self.material.anisotropy_field_T / MU0

    @property
    def magnetization_A_per_m(self):
        """Magnetization, in A/m."""
        return self.magnetization * self.material.Js_T / MU0


def demagnetization_curve(
    structures: GrainStructures,
    fields: ArrayLike | None = None,
    *,
    material: Material = ND2FE14B,
    whole: bool = False,
    tolerance: float = 2e-4,
    dtype: Literal["float32", "float64"] = "float32",
    device: str = "auto",
    n_jobs: int | None = None,
    verbose: int | bool = 0,
) -> DemagnetizationCurves:
    """Compute the demagnetization curves of grain structures [1]_.

    Parameters
    ----------
    structures : GrainStructures
        Grains and easy axes.
    fields : array-like of shape (n_fields,), default=None
        Applied fields along y in units of the anisotropy field, falling. None: from 1
        to -1, in steps of 0.05 above 0.3 and of 0.01 below.
    material : Material, default=ND2FE14B
        Intrinsic properties.
    whole : bool, default=False
        Whether to go on to the last field; by default a curve ends where its
        magnetization has changed sign, beyond which nothing is read from it.
    tolerance : float, default=2e-4
        Largest torque in a cell at equilibrium, in units of the anisotropy field.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one, on which all structures
        run together.
    n_jobs : int, default=None
        Processes on the CPU.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    DemagnetizationCurves

    Raises
    ------
    MicrostructureError
        For fields that do not fall, angles that are not finite, and a tolerance below
        the precision.

    Warns
    -----
    SklmagWarning
        Where cells are so coarse, above 2.8 sqrt(A / K1), that they pin walls.
    ConvergenceWarning
        Where structures came to no rest; it names them.

    Notes
    -----
    Equilibria of exchange, uniaxial anisotropy, demagnetizing and applied field, with
    magnetization and easy axes in the plane and cells infinitely long across it. The
    2 nm cells of the paper are no converged grid: it pins walls, and coercivity is
    about 0.055 of the anisotropy field above that of 1 nm cells.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> from sklmag.microstructure import demagnetization_curve, make_grain_structures
    >>> grains = make_grain_structures(
    ...     1, shape=(16, 16), size_nm=32, n_grains=4, random_state=0
    ... )
    >>> curves = demagnetization_curve(grains)
    >>> bool(curves.magnetization[0, 0] > 0.9)
    True
    """
    fields = DEFAULT_FIELDS if fields is None else np.asarray(fields, dtype=float)
    if fields.ndim != 1 or len(fields) < 2 or not (np.diff(fields) < 0).all():
        raise MicrostructureError(
            "fields must be two or more falling numbers in units of the anisotropy "
            "field, such as numpy.arange(1, -1.001, -0.01)."
        )
    if np.abs(fields).max() > _LARGEST_FIELD:
        raise MicrostructureError(
            f"fields go to {fields[np.abs(fields).argmax()]:g}, but are in units of "
            "the anisotropy field. Divide those in T by material.anisotropy_field_T."
        )
    _check(structures, material, tolerance, dtype)
    device = _chosen(device)
    one = structures.angles
    n_together = len(one) if device != "cpu" else max(1, _CELLS // one[0].size)
    chunks = [one[i : i + n_together] for i in range(0, len(one), n_together)]
    options = {
        "exchange": material.exchange_ratio(structures.cell_nm),
        "magnetostatic": material.magnetostatic_ratio,
        "tolerance": tolerance,
        "stop_below": None if whole else 0.0,
        "dtype": dtype,
        "device": device,
    }
    tasks = (delayed(_one_thread)(chunk, fields, options) for chunk in chunks)
    work = in_order(tasks, n_jobs)
    curves = progress(
        work, verbose=verbose, total=len(chunks), desc="Demagnetization", unit="batch"
    )
    magnetization = np.vstack(list(curves))
    _warn_of_unsettled(magnetization, whole)
    return DemagnetizationCurves(fields, magnetization, material)


def _check(structures, material, tolerance, dtype):
    if not isinstance(structures, GrainStructures):
        raise MicrostructureError(
            f"expected GrainStructures, got {type(structures).__name__}. Make them "
            "with make_grain_structures."
        )
    if not len(structures):
        raise MicrostructureError("there is no structure.")
    finite = np.isfinite(structures.angles).all(axis=(1, 2))
    if not finite.all():
        raise MicrostructureError(
            f"structure {int(np.argmin(finite))} has angles that are not finite."
        )
    largest = np.abs(structures.angles).max(axis=(1, 2))
    if largest.max() > _LARGEST_ANGLE:
        raise MicrostructureError(
            f"structure {int(largest.argmax())} has an angle of {largest.max():g}: "
            "degrees, where radians are needed (numpy.deg2rad)."
        )
    check_precision(dtype, tolerance)
    wall_nm = 1e9 * np.sqrt(material.A_J_m / material.K1_J_m3)
    if structures.cell_nm > COARSEST * wall_nm:
        warnings.warn(
            f"Cells of {structures.cell_nm:g} nm pin domain walls, whose parameter "
            f"sqrt(A / K1) is {wall_nm:.2g} nm: coercive fields come out too high, for "
            "Nd2Fe14B on 4 nm by 0.16 of the anisotropy field. Take finer cells.",
            SklmagWarning,
            stacklevel=3,
        )


def check_precision(dtype, tolerance):
    """Raise for a precision that is not known, or too low for a tolerance."""
    least = {"float32": 1e-6, "float64": 1e-14}
    if dtype not in least or not tolerance >= least[dtype]:
        raise MicrostructureError(
            f"dtype={dtype!r} with tolerance={tolerance}: known are float32, which "
            "resolves torques down to 1e-6, and float64, down to 1e-14."
        )


def _warn_of_unsettled(magnetization, whole):
    """Name the curves that were given up."""
    last = [row[np.isfinite(row)][-1:] for row in magnetization]
    given_up = [
        i
        for i, (row, end) in enumerate(zip(magnetization, last, strict=True))
        if np.isnan(row).any() and (whole or not len(end) or end[0] >= 0)
    ]
    if given_up:
        warnings.warn(
            f"Structures {given_up} came to no rest at one of the fields; their curves "
            "end there in NaN. Raise tolerance, or take dtype='float64'.",
            ConvergenceWarning,
            stacklevel=3,
        )


def _chosen(device):
    import torch

    has_gpu = torch.cuda.is_available()
    if device == "auto":
        return "cuda" if has_gpu else "cpu"
    if device.partition(":")[0] not in (("cpu", "cuda") if has_gpu else ("cpu",)):
        raise MicrostructureError(
            f"device={device!r} must be 'cpu', 'auto', or with a GPU 'cuda'; torch "
            f"finds {'one' if has_gpu else 'none'} here."
        )
    return device


def _one_thread(angles, fields, options):
    """Compute curves; more threads would only wait for each other."""
    from sklmag._nn._threads import threads

    with threads(1):
        return _computed(angles, fields, options)


def _computed(angles, fields, options):
    """Compute curves one by one where there is a compiler, else all together."""
    from sklmag.microstructure._descent import falling_field_equilibria_of_one
    from sklmag.microstructure._micromagnetics import falling_field_equilibria

    if options["device"] != "cpu" or numba is None:
        return falling_field_equilibria(angles, fields, **options)
    options = {name: value for name, value in options.items() if name != "device"}
    return [falling_field_equilibria_of_one(a, fields, **options) for a in angles]


def anchor_points(
    field: ArrayLike, magnetization: ArrayLike, saturation_field: float = 1.0
) -> pd.DataFrame:
    """Return the six anchor points of demagnetization curves [1]_.

    Parameters
    ----------
    field : array-like of shape (n_fields,)
        Falling, in any unit.
    magnetization : array-like of shape (n_samples, n_fields) or (n_fields,)
        In any unit; NaN after the end of a curve.
    saturation_field : float, default=1.0
        Where M1 is read: the anisotropy field, in the unit of `field`.

    Returns
    -------
    DataFrame of shape (n_samples, 6)
        ``M1`` and the remanence ``Mr``, in the unit of the magnetization; the fields
        ``Hk90``, ``Hk80`` and ``Hk70`` at which it has fallen to these per cent of Mr,
        and the coercive field ``Hc``, all positive where the field is reversed. NaN
        where a curve does not get there.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> from sklmag.microstructure import anchor_points
    >>> anchor_points([1, 0, -0.5, -0.6], [1.0, 0.9, 0.8, -0.8]).round(2)
        M1   Mr  Hk90  Hk80  Hk70    Hc
    0  1.0  0.9  0.45   0.5  0.51  0.55
    """
    field = np.asarray(field, dtype=float)
    curves = np.atleast_2d(np.asarray(magnetization, dtype=float))
    _refuse_rising(field)
    rows = []
    for curve in curves:
        reached = np.isfinite(curve)
        h, m = field[reached][::-1], curve[reached][::-1]
        inside = len(h) and h[0] <= 0 <= h[-1]
        remanence = np.interp(0.0, h, m) if inside else np.nan
        saturated = len(h) and h[0] <= saturation_field <= h[-1]
        first = np.interp(saturation_field, h, m) if saturated else np.nan
        levels = remanence * np.array([0.9, 0.8, 0.7, 0.0])
        rows.append([first, remanence, *(-_crossing(h, m, level) for level in levels)])
    columns = ["M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc"]
    return pd.DataFrame(rows, columns=columns)


def _crossing(h, m, level):
    """Return the field at which a falling magnetization passes a level, or NaN.

    h and m rise; the crossing nearest to saturation below the field zero counts.
    """
    below = np.flatnonzero((m[:-1] <= level) & (m[1:] > level) & (h[:-1] <= 0))
    if not len(below):
        return np.nan
    k = below[-1]
    return h[k] + (level - m[k]) / (m[k + 1] - m[k]) * (h[k + 1] - h[k])


def _refuse_rising(field):
    """Raise where fields do not fall, with the point."""
    known = np.isfinite(field)
    if not known.all():
        k = int(np.argmin(known))
        raise MicrostructureError(f"field {k} is {field[k]}. Leave that point out.")
    rises = np.flatnonzero(np.diff(field) >= 0)
    if len(rises):
        k = int(rises[0]) + 1
        said = "equal" if field[k] == field[k - 1] else "rising"
        raise MicrostructureError(
            f"fields {k - 1} and {k} are {said}: {field[k - 1]:g} and {field[k]:g}. "
            "They must fall; figures_of_merit reads whole loops."
        )

"""Labelled grain structures, kept on disk while they are made."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import uuid
import zipfile
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import Bunch

from sklmag._utils._progress import progress
from sklmag.exceptions import MicrostructureError
from sklmag.microstructure._demagnetization import (
    DemagnetizationCurves,
    anchor_points,
    demagnetization_curve,
)
from sklmag.microstructure._grains import GrainStructures, make_grain_structures
from sklmag.microstructure._material import ND2FE14B

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sklmag.microstructure._material import Material


_PER_FILE = 20
_SOLVER = 1  # to be raised where the numbers of the solver change


def make_hysteresis_dataset(
    n_samples: int | GrainStructures,
    folder: str | Path,
    *,
    shape: tuple[int, ...] = (80, 80),
    size_nm: float = 160.0,
    n_grains: int | tuple[int, ...] = (4, 64),
    max_misorientation: float | tuple[float, ...] = (0.0, np.pi),
    material: Material = ND2FE14B,
    fields: ArrayLike | None = None,
    random_state: int = 0,
    device: str = "auto",
    n_jobs: int | None = None,
    verbose: int | bool = 0,
) -> Bunch:
    """Make grain structures and compute their demagnetization curves.

    Parameters
    ----------
    n_samples : int or GrainStructures
        How many are made; or structures of one's own, of
        :func:`grains_from_ebsd` or joined by :meth:`GrainStructures.joined`, to be
        computed as they are. They are kept by twenties.
    folder : str or Path
        Where they are kept. An interrupted call goes on where it was; a larger
        `n_samples` adds to what is there.
    shape : tuple of int, default=(80, 80)
        Cells along y and x.
    size_nm : float, default=160.0
        Length of the grid along x.
    n_grains : int or tuple of int, default=(4, 64)
        Number of grains, or the range from which each structure draws its own.
        This, `shape`, `size_nm`, `max_misorientation` and `random_state` say nothing
        about structures of one's own.
    max_misorientation : float or tuple of float, default=(0, pi)
        Largest angle of the easy axes in radians, or the range of it.
    material : Material, default=ND2FE14B
        Intrinsic properties.
    fields : array-like of shape (n_fields,), default=None
        Applied fields in units of the anisotropy field, as of
        :func:`demagnetization_curve`; the paper has ``numpy.linspace(1, -1, 201)``.
    random_state : int, default=0
        Seed; each structure depends on it and on its own number only.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    n_jobs : int, default=None
        Processes on the CPU.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    Bunch
        ``structures`` (GrainStructures), ``curves`` (DemagnetizationCurves) and
        ``anchor_points`` (DataFrame of shape (n_samples, 6)).

    Raises
    ------
    MicrostructureError
        Where the folder holds structures made with other parameters.

    Examples
    --------
    >>> import tempfile
    >>> from sklmag.microstructure import make_hysteresis_dataset
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     data = make_hysteresis_dataset(
    ...         2, folder, shape=(12, 12), size_nm=24, n_grains=3
    ...     )
    >>> list(data.anchor_points.columns)
    ['M1', 'Mr', 'Hk90', 'Hk80', 'Hk70', 'Hc']
    """
    folder = Path(folder)
    if isinstance(n_samples, GrainStructures):
        drawn, n_samples, settings = _given(n_samples)
    else:
        grains = {
            "shape": [int(n) for n in shape],
            "size_nm": float(size_nm),
            "n_grains": np.atleast_1d(n_grains).tolist(),
            "max_misorientation": np.atleast_1d(max_misorientation).tolist(),
        }
        drawn = functools.partial(_drawn, int(random_state), grains)
        settings = grains | {"random_state": int(random_state)}
    if not isinstance(n_samples, Integral) or n_samples < 1:
        raise MicrostructureError(
            f"n_samples={n_samples!r} must be 1 or more, or GrainStructures."
        )
    settings |= {**vars(material), "solver": _SOLVER}
    settings["fields"] = None if fields is None else np.asarray(fields, float).tolist()
    _agree_on(folder, settings)
    starts = range(0, n_samples, _PER_FILE)
    bar = progress(starts, verbose=verbose, desc="Hysteresis", unit="file")
    options: dict[str, Any] = {"device": device, "n_jobs": n_jobs, "fields": fields}
    options["material"] = material
    parts = []
    for start in bar:
        path = folder / f"structures_{start:06d}.npz"
        part = _read(path)
        if part is None:
            _write(path, drawn(range(start, start + _PER_FILE)), options)
            part = _read(path)
        parts.append(part)
    return _labelled(parts, n_samples, material)


def _given(structures):
    """Return what draws from structures of one's own, their number and settings."""
    content = hashlib.sha256()
    for values in (structures.angles, structures.grains):
        content.update(np.ascontiguousarray(values).tobytes())
    settings = {
        "shape": list(structures.angles.shape[1:]),
        "size_nm": float(structures.size_nm),
        "structures": content.hexdigest(),
    }
    return lambda rows: structures[rows.start : rows.stop], len(structures), settings


def _agree_on(folder, settings):
    """Write the settings beside the structures, or compare with those written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "settings.json"
    if not path.exists():
        draft = _draft_of(path)
        draft.write_text(json.dumps(settings, indent=1))
        os.replace(draft, path)
    before = json.loads(path.read_text())
    for name, value in settings.items():
        if before.get(name) != value:
            raise MicrostructureError(
                f"Folder {str(folder)!r} holds structures made with "
                f"{name}={before.get(name)}, not {value}. Take another folder."
            )


def _draft_of(path):
    """Return a name that no other process writes to."""
    return path.with_name(f".{path.stem}.{uuid.uuid4().hex}{path.suffix}")


def _read(path):
    """Return what is in a file, or None where it is not there, or torn."""
    try:
        with open(path, "rb") as file, np.load(file) as part:
            return dict(part)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _drawn(random_state, grains, numbers):
    """Return the structures of these numbers, each from a seed of its own."""
    ranges = {
        name: grains[name][0] if len(grains[name]) == 1 else tuple(grains[name])
        for name in ("n_grains", "max_misorientation")
    }
    made = []
    for number in numbers:
        sequence = np.random.SeedSequence([random_state, number])
        state = np.random.RandomState(sequence.generate_state(4))
        made.append(
            make_grain_structures(
                1, shape=grains["shape"], size_nm=grains["size_nm"], random_state=state,
                **ranges,
            )
        )  # fmt: skip
    return GrainStructures.joined(made)


def _write(path, structures, options):
    """Compute the curves and write a file that is whole or not there."""
    curves = demagnetization_curve(structures, **options)
    draft = _draft_of(path)
    np.savez_compressed(
        draft,
        field=curves.field,
        magnetization=curves.magnetization,
        angles=structures.angles,
        grains=structures.grains,
        size_nm=structures.size_nm,
        **structures.parameters,
    )
    os.replace(draft, path)


def _labelled(parts, n_samples, material):
    """Return the structures of all files with their curves."""
    apart = ("angles", "grains", "magnetization", "field", "size_nm")
    structures = GrainStructures.joined(
        [
            GrainStructures(
                part["angles"],
                part["grains"],
                float(part["size_nm"]),
                {name: part[name] for name in part if name not in apart},
            )
            for part in parts
        ]
    )[:n_samples]
    magnetization = np.concatenate([part["magnetization"] for part in parts])
    curves = DemagnetizationCurves(
        parts[0]["field"], magnetization[:n_samples], material
    )
    points = anchor_points(curves.field, curves.magnetization)
    return Bunch(structures=structures, curves=curves, anchor_points=points)

"""Labelled grain structures, kept on disk while they are made."""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

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
    from sklmag.microstructure._material import Material


_PER_FILE = 20
_SOLVER = 1  # to be raised where the numbers of the solver change


def make_hysteresis_dataset(
    n_samples: int,
    folder: str | Path,
    *,
    shape: tuple[int, ...] = (80, 80),
    size_nm: float = 160.0,
    n_grains: int | tuple[int, ...] = (4, 64),
    max_misorientation: float | tuple[float, ...] = (0.0, np.pi),
    material: Material = ND2FE14B,
    random_state: int = 0,
    device: str = "auto",
    n_jobs: int | None = None,
    verbose: int | bool = 0,
) -> Bunch:
    """Make grain structures and compute their demagnetization curves.

    Parameters
    ----------
    n_samples : int
        How many; they are made and kept by twenties.
    folder : str or Path
        Where they are kept. An interrupted call goes on where it was; a larger
        `n_samples` adds to what is there.
    shape : tuple of int, default=(80, 80)
        Cells along y and x.
    size_nm : float, default=160.0
        Length of the grid along x.
    n_grains : int or tuple of int, default=(4, 64)
        Number of grains, or the range from which each structure draws its own.
    max_misorientation : float or tuple of float, default=(0, pi)
        Largest angle of the easy axes in radians, or the range of it.
    material : Material, default=ND2FE14B
        Intrinsic properties.
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
    grains = {
        "shape": [int(n) for n in shape],
        "size_nm": float(size_nm),
        "n_grains": np.atleast_1d(n_grains).tolist(),
        "max_misorientation": np.atleast_1d(max_misorientation).tolist(),
    }
    if n_samples < 1:
        raise MicrostructureError(f"n_samples={n_samples} must be 1 or more.")
    settings = {**grains, **vars(material), "random_state": int(random_state)}
    _agree_on(folder, settings | {"solver": _SOLVER})
    starts = range(0, n_samples, _PER_FILE)
    bar = progress(starts, verbose=verbose, desc="Hysteresis", unit="file")
    options = {"material": material, "device": device, "n_jobs": n_jobs}
    parts = []
    for start in bar:
        path = folder / f"structures_{start:06d}.npz"
        part = _read(path)
        if part is None:
            numbers = range(start, start + _PER_FILE)
            _write(path, _drawn(numbers, random_state, grains), options)
            part = _read(path)
        parts.append(part)
    return _joined(parts, n_samples, grains, material)


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


def _drawn(numbers, random_state, grains):
    """Return the structures of these numbers, each from a seed of its own."""
    made = []
    for number in numbers:
        sequence = np.random.SeedSequence([random_state, number])
        state = np.random.RandomState(sequence.generate_state(4))
        ranges = {
            name: values[0] if len(values) == 1 else tuple(values)
            for name, values in grains.items()
            if name in ("n_grains", "max_misorientation")
        }
        made.append(
            make_grain_structures(
                1, shape=grains["shape"], size_nm=grains["size_nm"], random_state=state,
                **ranges,
            )
        )  # fmt: skip
    return {
        "angles": np.concatenate([one.angles for one in made]),
        "grains": np.concatenate([one.grains for one in made]),
        **{
            name: np.concatenate([one.parameters[name] for one in made])
            for name in made[0].parameters
        },
        "size_nm": made[0].size_nm,
    }


def _write(path, drawn, options):
    """Compute the curves and write a file that is whole or not there."""
    parameters = {name: drawn[name] for name in ("n_grains", "max_misorientation")}
    size_nm = float(drawn["size_nm"])
    structures = GrainStructures(drawn["angles"], drawn["grains"], size_nm, parameters)
    curves = demagnetization_curve(structures, **options)
    draft = _draft_of(path)
    np.savez_compressed(
        draft, field=curves.field, magnetization=curves.magnetization, **drawn
    )
    os.replace(draft, path)


def _joined(parts, n_samples, grains, material):
    whole = {
        name: np.concatenate([part[name] for part in parts])[:n_samples]
        for name in (
            "angles",
            "grains",
            "magnetization",
            "n_grains",
            "max_misorientation",
        )
    }
    parameters = {name: whole[name] for name in ("n_grains", "max_misorientation")}
    structures = GrainStructures(
        whole["angles"], whole["grains"], grains["size_nm"], parameters
    )
    curves = DemagnetizationCurves(parts[0]["field"], whole["magnetization"], material)
    points = anchor_points(curves.field, curves.magnetization)
    return Bunch(structures=structures, curves=curves, anchor_points=points)

"""A model by whatever name it goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sklmag._utils._ready import file_or_ready
from sklmag._utils._units import unit_of
from sklmag.persistence import SavedModel, TargetCard, open_model
from sklmag.persistence._describe import describe
from sklmag.pretrained import (
    WEIGHTS,
    downloaded_models,
    load_pretrained,
    ready_models,
)

_FORMATION_ENERGY = "formation_energy_eV_per_atom"
_READERS = {".onnx": "read_onnx", ".json": "read_mxnet"}


def open_any(name: str | Path, *, verbose: int | bool = 0) -> SavedModel:
    """Open a model file, a network of another program, or a published one.

    Parameters
    ----------
    name : str or Path
        A file of :func:`sklmag.persistence.save`; a name of
        :func:`sklmag.pretrained.ready_models`, or of a model that was downloaded
        (:func:`sklmag.pretrained.fetch_model`); one ending in ``.onnx``; one of
        MXNet ending in ``.json``, with its ``.params`` beside it; or a key of
        ``WEIGHTS``, which is downloaded where it is not here.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    SavedModel
        Without an applicability domain where the file holds none.

    Examples
    --------
    >>> from sklmag.tasks import open_any
    >>> open_any("nothing.sklmag")
    Traceback (most recent call last):
    ...
    FileNotFoundError: There is no model file 'nothing.sklmag'. ...
    """
    if str(name) in WEIGHTS:
        weights = WEIGHTS[str(name)]
        net = load_pretrained(str(name), verbose=verbose)
        target = TargetCard(name=_FORMATION_ENERGY, unit=unit_of(_FORMATION_ENERGY))
        return _without_file(
            net,
            targets=[target],
            license=weights.license,
            citation=[weights.citation],
        )
    if Path(name).suffix in _READERS:
        from sklmag import persistence

        read = getattr(persistence, _READERS[Path(name).suffix])
        return _without_file(read(name))
    if not Path(name).exists() and Path(f"{name}.sklmag").exists():
        name = f"{name}.sklmag"
    path = file_or_ready(name)
    if not Path(path).exists():
        path = downloaded_models().get(str(name), path)
    try:
        return open_model(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{error} Ready ones: {', '.join(ready_models())}; published ones: "
            f"{', '.join(WEIGHTS)}."
        ) from None


def ready_names() -> dict[str, str]:
    """Return the models that come with the package by name, and what they predict.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> from sklmag.tasks import ready_names
    >>> ready_names()["curie"]
    'curie (ready: Tc_K)'
    """
    return {
        name: f"{name} (ready: {', '.join(model.properties)})"
        for name, model in ready_models().items()
    }


def published_networks() -> dict[str, str]:
    """Return the published networks by name, and how large they are.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> from sklmag.tasks import published_networks
    >>> published_networks()["SIPFENN_Krajewski2020_NN24"]
    'SIPFENN_Krajewski2020_NN24 (150 MB, CC-BY-4.0)'
    """
    return {
        name: f"{name} ({weights.size}, {weights.license})"
        for name, weights in WEIGHTS.items()
    }


def _without_file(net, **known):
    return SavedModel(net, replace(describe(net), **known))

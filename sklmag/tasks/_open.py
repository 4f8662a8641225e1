"""A model by whatever name it goes."""

from pathlib import Path

from sklmag.pretrained import WEIGHTS, SavedModel, load_pretrained, open_model
from sklmag.pretrained._card import describe

_FORMATION_ENERGY = {"name": "formation_energy_eV_atom", "unit": "eV/atom"}


def open_any(name, *, verbose=0):
    """Open a model file, an ONNX file of SIPFENN, or a published network.

    Parameters
    ----------
    name : str or Path
        A file of :func:`sklmag.pretrained.save`; one ending in ``.onnx``; or a key of
        ``WEIGHTS``, which is downloaded where it is not here.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    SavedModel
        Without a domain of validity where the file holds none.

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
        return _without_file(
            net, [_FORMATION_ENERGY], weights.licence, [weights.citation]
        )
    if Path(name).suffix == ".onnx":
        from sklmag.pretrained import read_onnx

        return _without_file(read_onnx(name), [], "", [])
    if not Path(name).exists() and Path(f"{name}.sklmag").exists():
        name = f"{name}.sklmag"
    try:
        return open_model(name)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{error} Published ones: {', '.join(WEIGHTS)}."
        ) from None


def _without_file(net, targets, licence, citation):
    card = describe(net, metrics={}, description="", licence=licence, citation=citation)
    return SavedModel(net, card | {"targets": targets})

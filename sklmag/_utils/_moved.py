"""Names that moved: the old ones work until release 0.4, and say so."""

import importlib
import warnings

MOVED = {
    "sklmag.composition.make_magnet_pipeline": "sklmag.recipes.make_magnet_pipeline",
    "sklmag.design.dense_forward_net": "sklmag.recipes.make_dense_forward_net",
    "sklmag.design.gaussian_process": "sklmag.recipes.make_gaussian_process",
    "sklmag.model_selection.formula_models": "sklmag.recipes.formula_models",
    "sklmag.model_selection.magnet_models": "sklmag.recipes.magnet_models",
    "sklmag.pretrained.DomainOfValidity": "sklmag.persistence.ApplicabilityDomain",
    "sklmag.pretrained.SavedModel": "sklmag.persistence.SavedModel",
    "sklmag.pretrained.load": "sklmag.persistence.load",
    "sklmag.pretrained.open_model": "sklmag.persistence.open_model",
    "sklmag.pretrained.read_card": "sklmag.persistence.read_card",
    "sklmag.pretrained.read_onnx": "sklmag.persistence.read_onnx",
    "sklmag.pretrained.save": "sklmag.persistence.save",
    "sklmag.pretrained.unit_of": "sklmag.unit_of",
    "sklmag.pretrained.write_onnx": "sklmag.persistence.write_onnx",
}


def also_moved(module, get):
    """Return the ``__getattr__`` of a module, which finds its moved names too.

    Parameters
    ----------
    module : str
        Name of the module.
    get : callable
        Its ``__getattr__`` of the names that it has.

    Returns
    -------
    callable
    """

    def find(name):
        new = MOVED.get(f"{module}.{name}")
        if new is None:
            return get(name)
        warnings.warn(
            f"{module}.{name} is {new} since sklmag 0.2; the old name goes in 0.4.",
            FutureWarning,
            stacklevel=2,
        )
        home, _, attribute = new.rpartition(".")
        return getattr(importlib.import_module(home), attribute)

    return find

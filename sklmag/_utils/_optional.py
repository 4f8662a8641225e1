"""Packages that only one verb needs."""

import importlib

# what each extra brings, by the names that are imported
MODULES = {
    "app": ("nicegui",),
    "campaign": ("botorch", "pymoo"),
    "completion": ("shtab",),
    "ebsd": ("h5py",),
    "onnx": ("onnx", "onnxruntime", "onnxscript"),
    "plots": ("plotly", "pymatviz", "umap"),
    "potential": ("chgnet",),
}


def needed(module, *, extra, what):
    """Return a module; where it is missing, say which extra brings it.

    Parameters
    ----------
    module : str
        Such as ``"onnx"``.
    extra : str
        The extra of sklmag that installs it.
    what : str
        What it is needed for.

    Raises
    ------
    ImportError
        Where the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise ImportError(
            f"{what} needs {name}, which is not installed. pip install "
            f"'sklmag[{extra}]'.",
            name=name,
        ) from error

"""What a bug report needs to know about the installation."""

import platform
import sys
from importlib import metadata

_PACKAGES = (
    "sklmag",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "torch",
    "skorch",
    "xgboost",
    "scikit-optimize",
    "shap",
    "matplotlib",
    "joblib",
    "pooch",
)


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def versions():
    """Return the versions of Python, of the system and of every dependency.

    Returns
    -------
    dict of str to str
        Name to version; ``"not installed"`` where a package is missing.

    Examples
    --------
    >>> from sklmag import versions
    >>> "scikit-learn" in versions()
    True
    """
    system = {"python": sys.version.split()[0], "system": platform.platform()}
    return system | {package: _version(package) for package in _PACKAGES}

"""What a bug report needs to know about the installation."""

import platform
import sys
from importlib import metadata

from sklmag import __version__

_PACKAGES = (
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
    """
    system = {"python": sys.version.split()[0], "system": platform.platform()}
    system["sklmag"] = __version__
    return system | {package: _version(package) for package in _PACKAGES}


def show_versions():
    """Print the versions of Python, of the system and of every dependency.

    Examples
    --------
    >>> import sklmag
    >>> sklmag.show_versions()
    python: 3...
    """
    for name, version in versions().items():
        sys.stdout.write(f"{name}: {version}\n")

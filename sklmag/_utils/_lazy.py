"""Public names that load when they are first used."""

import importlib
import sys


def lazy_names(package, homes, folders=()):
    """Return a module's ``__getattr__``, ``__dir__`` and ``__all__``.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    homes : dict of str to list of str
        The names that each of its modules defines.
    folders : tuple of str, default=()
        Packages inside it that are public as well.

    Returns
    -------
    getattr_, dir_ : callable
    names : list of str
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def __getattr__(name):
        if name in folders:
            return importlib.import_module(f"{package}.{name}")
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{home_of[name]}"), name)

    names = sorted([*home_of, *folders])

    def __dir__():
        return sorted({*vars(sys.modules[package]), *names})

    return __getattr__, __dir__, names

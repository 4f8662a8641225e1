"""numba's compiler, where there is one."""

try:
    import numba
except ImportError:  # the same functions, interpreted
    numba = None  # type: ignore[assignment]


def njit(function):
    """Compile a function once for all processes, or leave it as it is.

    Other threads run meanwhile, such as the one that ends a command after Ctrl-C.
    """
    return numba.njit(cache=True, nogil=True)(function) if numba else function


def fast_njit(function):
    """Compile where sums may be taken in any order, so that lanes run side by side."""
    options = {"cache": True, "nogil": True, "fastmath": True, "error_model": "numpy"}
    return numba.njit(**options)(function) if numba else function

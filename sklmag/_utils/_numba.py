"""numba's compiler, where there is one."""

try:
    import numba
except ImportError:  # the same functions, interpreted
    numba = None  # type: ignore[assignment]


def njit(function):
    """Compile a function once for all processes, or leave it as it is."""
    return numba.njit(cache=True)(function) if numba else function


def fast_njit(function):
    """Compile where sums may be taken in any order, so that lanes run side by side."""
    options = {"cache": True, "fastmath": True, "error_model": "numpy"}
    return numba.njit(**options)(function) if numba else function

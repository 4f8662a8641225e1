"""The one place where scikit-learn's private validation helpers are imported."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions

if TYPE_CHECKING:  # scikit-learn has no types: a decorated method keeps its own
    F = TypeVar("F", bound=Callable)

    def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[F], F]:
        """Validate parameters before a fit."""

else:
    from sklearn.base import _fit_context as fit_context

__all__ = ["HasMethods", "Interval", "Options", "StrOptions", "fit_context"]

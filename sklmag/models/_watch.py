"""Who is told of each epoch: a progress bar, and scikit-learn's callbacks."""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sklmag._utils._progress import progress

if TYPE_CHECKING:  # scikit-learn has no types: a decorated method keeps its own
    F = TypeVar("F", bound=Callable)

    class CallbackSupportMixin:
        """Takes scikit-learn's callbacks."""

    def with_callbacks(method: F) -> F:
        """Let a method call them."""
        return method

else:
    try:  # scikit-learn 1.9 and later
        from sklearn.callback import CallbackSupportMixin, with_callbacks
    except ImportError:  # pragma: no cover - older scikit-learn has no callbacks

        class CallbackSupportMixin:
            """Stand-in: there are no callbacks to support."""

        def with_callbacks(method):
            """Return the method as it is."""
            return method


__all__ = ["CallbackSupportMixin", "watched", "with_callbacks"]


@contextlib.contextmanager
def watched(estimator, n_epochs):
    """Give what is to be called with the record of each epoch."""
    bar = progress(
        range(n_epochs),
        verbose=estimator.verbose,
        desc=type(estimator).__name__,
        unit="epoch",
    )
    ticks, root = iter(bar), None
    if getattr(estimator, "_skl_callbacks", None):
        root = estimator._init_callback_context(max_subtasks=n_epochs)
        root.call_on_fit_task_begin(estimator=estimator)

    def watch(epoch):
        next(ticks, None)
        if estimator.verbose and "valid_loss" in epoch:
            bar.set_postfix(loss=epoch["valid_loss"], refresh=False)
        if root is not None:
            task = root.subcontext(task_name="epoch")
            task.call_on_fit_task_begin(estimator=estimator)
            task.call_on_fit_task_end(estimator=estimator)

    try:
        yield watch
    finally:
        if estimator.verbose:
            bar.close()
        if root is not None:
            root.call_on_fit_task_end(estimator=estimator)

"""How a network is trained, as data: batches, epochs, rates, what is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch


@dataclass(frozen=True)
class TrainingPlan:
    """One training of a network.

    Parameters
    ----------
    batch_size : int
        Rows a step.
    n_epochs : int
        The most passes over the rows.
    lr : float
        (Highest) learning rate.
    weight_decay : float, default=0.0
        Weight decay of the optimizer.
    every : int, default=1
        Epochs between validations.
    schedule : callable, default=None
        Makes the scheduler of the learning rate of an optimizer; None is a constant.
    keep : callable, default=None
        Makes of a net what decides about the weights that are kept, such as
        :class:`~sklmag.models._tensor_net.BestMembers`; None keeps the last ones.
    clip_norm : float, default=None
        The most that the norm of a member's gradients may be.
    """

    batch_size: int
    n_epochs: int
    lr: float
    weight_decay: float = 0.0
    every: int = 1
    schedule: Callable | None = None
    keep: Callable | None = None
    clip_norm: float | None = None


def batch_size_of(settings, n_rows, automatic=256):
    """Return the rows of a step: at most all."""
    size = settings["batch_size"]
    return min(automatic if size == "auto" else size, n_rows)


def one_cycle(lr, n_steps):
    """Return what makes the schedule that rises to `lr` and anneals to zero."""
    rising = min(max(0.1, 2 / (n_steps + 1)), 0.9)  # no less than one step
    return partial(
        torch.optim.lr_scheduler.OneCycleLR,
        max_lr=lr,
        total_steps=n_steps + 1,
        pct_start=rising,
    )


def triangles(lowest, highest, n_rising):
    """Return what makes the schedule that goes up and down in equal steps."""
    return partial(
        torch.optim.lr_scheduler.CyclicLR,
        base_lr=min(lowest, highest),
        max_lr=highest,
        step_size_up=n_rising,
        cycle_momentum=False,
    )


def warm_up(n_warm, n_falling, coldest, last):
    """Return what makes the schedule between shares of the rate: up, then down."""

    def share(step):
        if step < n_warm:
            return coldest ** (1 - step / n_warm)
        return last ** ((step - n_warm) / n_falling)

    return partial(torch.optim.lr_scheduler.LambdaLR, lr_lambda=share)

"""Averages of the weights over the course of a training."""

import math

import torch


class RunningAverage:
    """The plain mean of the weights over the last part of the steps.

    Parameters
    ----------
    net : TensorNet
        What is trained.
    n_steps : int
        Steps of the whole training.
    share : float, default=0.4
        Part of the steps, at the end, over which is averaged.
    """

    def __init__(self, net, n_steps, share=0.4):
        self.weights = list(net.module_.parameters())
        self.average = [w.detach().clone() for w in self.weights]
        self._n_left = math.ceil((1 - share) * n_steps)
        self._n_averaged = 0

    def step(self):
        """Add the weights to the mean, once that has begun."""
        self._n_left -= 1
        if self._n_left < 0:
            self._n_averaged += 1
            torch._foreach_lerp_(self.average, self._current(), 1 / self._n_averaged)

    def update(self, losses, epoch):
        """Go on in any case."""
        return False

    def restore(self):
        """Put the mean into the net."""
        if self._n_averaged:
            torch._foreach_copy_(self._current(), self.average)

    def _current(self):
        return [w.detach() for w in self.weights]


_LEAP = 0.02  # gain, as a share of the lowest loss, after which the mean starts anew


class CycleAverage:
    """The mean of each member over those ends of cycles that were its best so far.

    A gain of more than 2 % starts it anew: weights of before would only hold it back.

    Parameters
    ----------
    net : TensorNet
        What is trained; it validates at the ends of its cycles.
    patience : int, default=5
        Ends of cycles without a new minimum, of every member, after which to stop.
    """

    def __init__(self, net, patience=5):
        self.net = net
        self.patience = patience
        self.average = {k: v.clone() for k, v in net.members_state().items()}
        self.n_averaged = torch.zeros(net.n_members, device=net.device)
        self._lowest = torch.full((net.n_members,), torch.inf, device=net.device)
        self._n_failed = torch.zeros(net.n_members, device=net.device)

    def step(self):
        """Single steps do not matter here."""

    def update(self, losses, epoch):
        """Average the members at a new minimum; tell whether all have given up."""
        better = (losses < self._lowest) & (self._n_failed < self.patience)
        self.n_averaged[better & (losses < (1 - _LEAP) * self._lowest)] = 0
        self._lowest = torch.where(better, losses, self._lowest)
        self.n_averaged += better
        self._n_failed += ~better
        for name, current in self.net.members_state().items():
            mean = self.average[name]
            count = self.n_averaged[better].view(-1, *[1] * (mean.dim() - 1))
            mean[better] += (current[better] - mean[better]) / count
        return bool((self._n_failed >= self.patience).all())

    def restore(self):
        """Put the means into the net."""
        with torch.no_grad():
            for name, current in self.net.members_state().items():
                current.copy_(self.average[name])

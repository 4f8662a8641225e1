"""Compositions near a guess, weighed by what forward models say of their targets."""

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.preprocessing import StandardScaler

from sklmag.design._forward import no_word_of_bounds
from sklmag.recipes._gaussian_process import make_smooth_process

_N_DRAWS = 64  # for each guess
_N_LEARNING = 200  # alloys that tell the scales of the kernel
_N_MOST = 500  # alloys in all
_DOUBT = 2.0  # forward models err more in systems that they never saw


class CompositionPosterior:
    r"""Means of compositions near guesses, by the likelihood of their targets.

    Parameters
    ----------
    coordinates : ndarray of shape (n_elements + 1, n_components)
        Principal coordinates of the elements, by atomic number; row 0 is for empty
        slots.
    n_slots : int
        Number of slots.
    spread : float
        Standard deviation of the logarithm of a share before the targets are looked at.

    Notes
    -----
    Around the guess p are the compositions :math:`q_j \propto p_j e^{\sigma z_j}` with
    standard normal :math:`z`. A Gaussian process for each target t, on the means of the
    coordinates, says its value :math:`f(q)` and standard deviation :math:`s(q)`; the
    weight of q is the product over targets of

    .. math:: \frac{1}{s} \exp\left(-\frac{(f(q) - t)^2}{2 (2 s)^2}\right).
    """

    def __init__(self, coordinates, n_slots, spread):
        self.coordinates = coordinates
        self.n_slots = n_slots
        self.spread = spread

    def fit(self, x, shares, weight, random_state):
        """Learn from scaled rows, targets and then atomic numbers, and shares."""
        targets, number = self._parts(x)
        half = random_state.standard_normal((_N_DRAWS // 2, self.n_slots))
        self.factors_ = np.exp(self.spread * np.concatenate((half, -half)))
        means = self._means(number, shares)
        self.scaler_ = StandardScaler().fit(means)
        # a target that is the same everywhere tells nothing
        self.telling_ = np.flatnonzero(np.ptp(targets, axis=0) > 0)
        drawn = random_state.permutation(len(x))[:_N_MOST]
        means, weight = self.scaler_.transform(means[drawn]), weight[drawn]
        self.processes_ = [
            _weighted_process(means, targets[drawn, k], weight, random_state)
            for k in self.telling_
        ]
        return self

    def mean(self, x, guesses):
        """Return posterior means of guesses, (n_guesses, n_samples, n_slots)."""
        found = guesses.copy()
        if not len(self.telling_):
            return found
        targets, number = self._parts(x)
        # a row at a time: no bit depends on other rows
        for row in range(len(x)):
            near = guesses[:, row, None] * self.factors_
            near /= near.sum(axis=-1, keepdims=True)
            weight = self._weights(targets[row], number[row], near)
            found[:, row] = (weight[..., None] * near).sum(axis=1)
        return found / found.sum(axis=-1, keepdims=True)

    def _weights(self, targets, number, near):
        """Return the weight of each draw among those of its guess."""
        means = self._means(number, near.reshape(-1, self.n_slots))
        means = self.scaler_.transform(means)
        logarithm = np.zeros(len(means))
        for k, (process, noise) in zip(self.telling_, self.processes_, strict=True):
            value, std = process.predict(means, return_std=True)
            variance = std**2 + noise
            logarithm -= (value - targets[k]) ** 2 / (2 * _DOUBT**2 * variance)
            logarithm -= np.log(variance) / 2
        logarithm = logarithm.reshape(near.shape[:2])
        weight = np.exp(logarithm - logarithm.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def _parts(self, x):
        n_targets = x.shape[1] - self.n_slots
        return x[:, :n_targets], x[:, n_targets:].astype(int)

    def _means(self, number, shares):
        """Return means of the coordinates, summed slot by slot for the same bits."""
        coordinates = self.coordinates[number]
        slots = range(self.n_slots)
        return sum(shares[:, k, None] * coordinates[..., k, :] for k in slots)


def _weighted_process(x, y, weight, random_state):
    """Return a process whose noise is less where weight is more, and its variance."""
    some = slice(_N_LEARNING)
    with no_word_of_bounds():
        scales = (
            make_smooth_process(x.shape[1], random_state).fit(x[some], y[some]).kernel_
        )
    signal, noise = scales.k1, scales.k2.noise_level
    process = GaussianProcessRegressor(
        signal, alpha=noise * weight.mean() / weight, optimizer=None, normalize_y=True
    ).fit(x, y)
    return process, noise * y.var()

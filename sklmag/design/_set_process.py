"""A Gaussian process over elements in sets: how much of each there is."""

import numpy as np
import torch
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from sklearn.utils import gen_batches

_N_COMPONENTS = 4
_N_LEARNING = 150  # alloys that tell the scales of the kernel
_N_MOST = 1000  # alloys in all: the time grows with the cube
_N_ITERATIONS = 25
_REACH = 6.0  # how far a logarithm may go from its start
_LEAST_SHARE = 0.01
_JITTER = 1e-3  # of the noise
_BATCH = 256
# logarithms of variances and inverse squared lengths
_START = {
    "context_variance": -0.5,
    "context_element": 3.0,
    "context_rank": 0.0,
    "context_set": 1.0,
    "context_targets": 0.0,
    "likeness": 0.0,
    "trend_variance": -1.0,
    "trend_element": -1.0,
    "trend_targets": -2.0,
    "noise": -2.5,
}


class SetProcess:
    r"""Shares of elements as a softmax of a Gaussian process over (alloy, element).

    Parameters
    ----------
    coordinates : ndarray of shape (n_elements + 1, n_components)
        Principal coordinates of the elements, by atomic number; row 0 is for empty
        slots.
    n_slots : int
        Number of slots.

    Notes
    -----
    The process is the logarithm of an element's share less the mean over its alloy.
    Its covariance is that of what elements do whatever else is there, and of what they
    do in one context:

    .. math:: s_1 e^{-a |e - e'|^2 - b |t - t'|^2}
              + s_2 e^{-c |e - e'|^2 - d |r - r'|^2 - f D(S, S') - g |t - t'|^2}

    with the coordinates e of an element, the targets t, the share r of the set that
    lies below an element in each coordinate, and the maximum mean discrepancy D of two
    sets under a Gaussian kernel. The scales maximise the marginal likelihood of 150
    alloys; of more than 1,000 the process remembers as many drawn at random.
    """

    def __init__(self, coordinates, n_slots):
        self.coordinates = coordinates
        self.n_slots = n_slots

    def fit(self, x, shares, weight, random_state):
        """Learn from scaled rows, targets and then atomic numbers, and shares."""
        drawn = random_state.permutation(len(x))
        rows = np.sort(drawn[:_N_MOST])
        some = np.sort(drawn[:_N_LEARNING])
        self.scales_ = _likeliest(*self._lesson(x[some], shares[some], weight[some]))
        self.known_, y, noise = self._lesson(x[rows], shares[rows], weight[rows])
        scales = _exponentials(self.scales_, np)
        covariance = _kernel(scales, self.known_, self.known_, np)
        covariance += np.diag(scales["noise"] * noise)
        lower = np.linalg.cholesky(covariance)
        half = solve_triangular(lower, y, lower=True)
        self.dual_ = solve_triangular(lower, half, lower=True, trans="T")
        return self

    def predict(self, x):
        """Return the shares of scaled rows, (n_samples, n_slots)."""
        parts = [self._shares(x[part]) for part in gen_batches(len(x), _BATCH)]
        return np.concatenate(parts)

    def _shares(self, x):
        sets = _Sets(x, self.n_slots, self.coordinates)
        covariance = _kernel(_exponentials(self.scales_, np), sets, self.known_, np)
        score = np.full(sets.used.shape, -np.inf)
        # neither a matrix product nor another layout: no bit depends on other rows
        parts = np.ascontiguousarray(covariance * self.dual_)
        score[sets.used] = parts.sum(axis=1)
        shares = np.exp(score - score.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def _lesson(self, x, shares, weight):
        """Return the sets, centred log shares, and the noise of each in its unit."""
        sets = _Sets(x, self.n_slots, self.coordinates)
        logs = np.where(sets.used, np.log(np.maximum(shares, _LEAST_SHARE)), 0.0)
        mean = logs.sum(axis=1) / sets.used.sum(axis=1)
        noise = weight.mean() / weight + _JITTER
        return sets, (logs - mean[:, None])[sets.used], noise[sets.alloy]


class _Sets:
    """Alloys as sets: each element that is there, and what it is among."""

    def __init__(self, x, n_slots, coordinates):
        self.targets = x[:, : x.shape[1] - n_slots]
        self.number = x[:, x.shape[1] - n_slots :].astype(int)
        self.used = self.number > 0
        self.alloy = np.nonzero(self.used)[0]
        self.element = self.number[self.used]
        own = coordinates[self.number]
        below = (own[:, None] < own[:, :, None]) & self.used[:, None, :, None]
        n_elements = self.used.sum(axis=1)
        self.rank = (below.sum(axis=2) / n_elements[:, None, None])[self.used]
        self.weight = self.used / n_elements[:, None]
        self.apart = _squares(coordinates, coordinates) / coordinates.shape[1]


def principal_coordinates(table, number):
    """Return principal components of what is known of the elements that occur."""
    present = np.unique(number[number > 0].astype(int))
    known = table - table[present].mean(axis=0)
    spread = known[present].std(axis=0)
    known = known[:, spread > 1e-9] / spread[spread > 1e-9]
    axes = np.linalg.svd(known[present], full_matrices=False)[2][:_N_COMPONENTS]
    if not len(axes):  # one element only
        return np.zeros((len(table), 1))
    coordinates = known @ axes.T
    return coordinates / coordinates[present].std()


def _squares(a, b):
    """Return squared distances between rows; each is summed in the same order."""
    return sum((a[:, None, k] - b[None, :, k]) ** 2 for k in range(a.shape[1]))


def _exponentials(logarithms, xp):
    return {name: xp.exp(logarithms[k]) for k, name in enumerate(_START)}


def _kernel(scales, a, b, xp):
    """Return the covariance of each element of sets `a` with each of sets `b`."""
    as_array = torch.as_tensor if xp is torch else np.asarray
    apart = as_array(a.apart[a.element][:, b.element])
    targets = as_array(_squares(a.targets, b.targets))
    rank = as_array(_squares(a.rank, b.rank) / a.rank.shape[1])
    likeness = xp.exp(-scales["likeness"] * as_array(a.apart))
    discrepancy = _discrepancy(likeness, a, b, as_array)
    trend = xp.exp(-scales["trend_targets"] * targets)
    context = xp.exp(
        -scales["context_set"] * discrepancy - scales["context_targets"] * targets
    )
    rows, columns = as_array(a.alloy), as_array(b.alloy)
    of_trend = xp.exp(-scales["trend_element"] * apart)
    of_context = xp.exp(
        -scales["context_element"] * apart - scales["context_rank"] * rank
    )
    return (
        scales["trend_variance"] * of_trend * trend[rows][:, columns]
        + scales["context_variance"] * of_context * context[rows][:, columns]
    )


def _discrepancy(likeness, a, b, as_array):
    """Return the squared maximum mean discrepancy of each two sets."""
    of_a, of_b = (_means(likeness, sets, as_array) for sets in (a, b))
    own_a, own_b = _own(of_a, a, as_array), _own(of_b, b, as_array)
    return own_a[:, None] + own_b[None, :] - 2 * _means(of_b.T, a, as_array)


def _means(values, sets, as_array):
    """Return the mean row of the elements of each set."""
    number, weight = as_array(sets.number), as_array(sets.weight)
    slots = range(number.shape[1])
    return sum(values[number[:, k]] * weight[:, k, None] for k in slots)


def _own(means, sets, as_array):
    """Return the mean entry of the own elements of each set."""
    number, weight = as_array(sets.number), as_array(sets.weight)
    row = as_array(np.arange(len(number)))
    slots = range(number.shape[1])
    return sum(means[row, number[:, k]] * weight[:, k] for k in slots)


def _likeliest(sets, y, noise):
    """Return the logarithms of the scales that make what was learned likeliest."""
    y, noise = torch.as_tensor(y), torch.as_tensor(noise)
    start = np.array(list(_START.values()))

    def loss(logarithms):
        """Return the negative log marginal likelihood, less a constant."""
        logarithms = torch.tensor(logarithms, requires_grad=True)
        scales = _exponentials(logarithms, torch)
        covariance = _kernel(scales, sets, sets, torch)
        lower = torch.linalg.cholesky(covariance + torch.diag(scales["noise"] * noise))
        half = torch.linalg.solve_triangular(lower, y[:, None], upper=False)
        value = (half**2).sum() / 2 + torch.diagonal(lower).log().sum()
        value.backward()
        return value.item(), logarithms.grad.numpy()

    bounds = np.stack((start - _REACH, start + _REACH), axis=1)
    options = {"maxiter": _N_ITERATIONS}
    return minimize(loss, start, jac=True, bounds=bounds, options=options).x

"""Where a function of many inputs is least: on a lattice, by slope, or by guessing."""

import numpy as np

_SLOPE_STEP = 1e-3  # share of the range of an input
MET = 1e-3  # of the scale of an output: a goal missed by less is met
_N_RANDOM = 5000  # points from which evolution begins
_N_PARENTS, _N_CHILDREN = 200, 1000  # of each generation
_N_MOVED = (1, 2, 3, 5)  # inputs that a child differs in, about
_N_KEPT = 5000  # of what a search has tried
_PATIENCE = 15  # generations without a gain
_GAIN = 1e-5  # of the cost, below which it is none
_WEIGHT = 10.0  # of missed goals against the objective
_PULL = 3.0  # of an objective that is too large, against missed goals
_STEPS = (0.1, 0.03) * 5  # shares by which less is asked for, one after the other


def least_on_lattice(cost, chunks, n_best):
    """Return the best points of a lattice and their costs, best first.

    Parameters
    ----------
    cost : callable
        From points (n, n_inputs) to costs (n,).
    chunks : iterable of ndarray
        The points; only `n_best` are kept from one chunk to the next.
    n_best : int

    Returns
    -------
    points, costs : ndarray
    """
    best, costs = None, np.empty(0)
    for chunk in chunks:
        both = chunk if best is None else np.vstack((best, chunk))
        costs = np.concatenate((costs, cost(chunk)))
        order = np.argsort(costs, kind="stable")[:n_best]
        best, costs = both[order], costs[order]
    return best, costs


def least_by_slope(cost, start, low, high, total=None):
    """Return where sequential quadratic programming ends, and the cost there.

    Parameters
    ----------
    cost : callable
        From points (n, n_inputs) to costs (n,); smooth.
    start, low, high : ndarray of shape (n_inputs,)
    total : float, default=None
        What the inputs sum to.

    Returns
    -------
    point : ndarray of shape (n_inputs,)
    cost : float
    """
    from scipy.optimize import minimize

    free = high > low
    if free.sum() < (2 if total is not None else 1):
        return start, float(cost(start[None])[0])
    width = np.where(free, high - low, 1.0)
    moves = np.diag(_SLOPE_STEP * width)

    def value_and_slope(scaled):
        point = low + scaled * width
        # one call for all slopes; inwards from a bound, where a model may know nothing
        signs = np.where(scaled > 0.5, -1.0, 1.0)
        values = cost(np.vstack((point, point + signs[:, None] * moves)))
        return values[0], (values[1:] - values[0]) * signs / _SLOPE_STEP

    sums = {"type": "eq", "fun": lambda s: low.sum() + s @ width - total,
            "jac": lambda s: width}  # fmt: skip
    found = minimize(
        value_and_slope,
        (start - low) / width,
        jac=True,
        method="SLSQP",
        bounds=[(0, 1) if f else (0, 0) for f in free],
        constraints=[] if total is None else [sums],
        options={"maxiter": 60, "ftol": 1e-9},
    )
    point = np.clip(low + found.x * width, low, high)
    both = np.vstack((start, point))
    costs = cost(both)
    lost = total is not None and abs(point.sum() - total) > 1e-6
    best = 0 if lost or costs[0] < costs[1] else 1
    return both[best], float(costs[best])


def least_by_bayes(cost, from_unit, n_dimensions, n_calls, random_state, starts=()):
    """Return all points that a Bayesian search has tried, and their costs.

    Parameters
    ----------
    cost : callable
        From points (n, n_inputs) to costs (n,).
    from_unit : callable
        From points of the unit cube to inputs.
    n_dimensions : int
        Of the cube.
    n_calls : int
        Points tried beyond `starts`.
    random_state : int or RandomState
    starts : iterable of ndarray
        Inputs known beforehand; their costs are compared, not learnt from.

    Returns
    -------
    points, costs : ndarray, best first
    """
    from skopt import Optimizer

    seed = np.random.RandomState(random_state).randint(2**31 - 1)
    optimizer = Optimizer(
        [(0.0, 1.0)] * n_dimensions, random_state=seed, n_initial_points=10
    )
    points = [np.asarray(start) for start in starts]
    costs = [float(cost(point[None])[0]) for point in points]
    for _ in range(n_calls):
        unit = optimizer.ask()
        points.append(from_unit(np.array([unit]))[0])
        costs.append(float(cost(points[-1][None])[0]))
        optimizer.tell(unit, costs[-1])
    order = np.argsort(costs, kind="stable")
    return np.array(points)[order], np.array(costs)[order]


def least_by_evolution(judge, low, high, random_state):
    """Return the best points that were tried, what they miss, and their objective.

    Trees are flat, and what meets all goals may lie in several places far apart. A
    search that falls into one of them stays there; so the next one is asked for less
    than the least that is known, as if that were a goal, until this fails.

    Parameters
    ----------
    judge : callable
        From points (n, n_inputs) to two times n numbers, which may jump: by how much
        goals are missed, and what is to be least among points that miss none.
    low, high : ndarray of shape (n_inputs,)
    random_state : int or RandomState

    Returns
    -------
    points, missed, objective : ndarray
    """
    random = np.random.default_rng(random_state)
    parts = []

    def noted(points):
        parts.append((points, *judge(points)))
        return parts[-1][1:]

    def evolve(cost):
        start = len(parts)
        _evolve(lambda points: cost(*noted(points)), low, high, random)
        parts[start:] = [_best_of(parts[start:])]
        return _least(*parts[start][1:])

    least, failed = evolve(penalised), 0
    if np.ptp(np.concatenate([part[2] for part in parts])) == 0:
        failed = len(_STEPS)  # nothing is minimised
    while np.isfinite(least) and failed < len(_STEPS):
        wanted = least - _STEPS[failed] * (abs(least) + _STEPS[-1])
        found = evolve(
            lambda m, o, w=wanted: penalised(m + _PULL * np.maximum(0, o - w))
        )
        failed = 0 if found < least - _GAIN else failed + 1
        least = min(least, found)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _best_of(parts):
    """Return the best of what one search has tried; all of it would be much."""
    points, missed, objective = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(penalised(missed, objective), kind="stable")[:_N_KEPT]
    return points[order], missed[order], objective[order]


def penalised(missed, objective=0.0):
    """Return what is minimised: missed goals weigh more than any objective."""
    return _WEIGHT * missed**2 + _WEIGHT * missed + objective


def _least(missed, objective):
    """Return the least objective of points that meet all goals."""
    return objective[missed <= MET].min(initial=np.inf)


def _evolve(cost, low, high, random):
    """Evolve points until a few generations in a row gain nothing."""
    free, width, idle = high > low, high - low, 0
    points = low + random.uniform(size=(_N_RANDOM, len(low))) * width
    costs = cost(points)
    while idle < _PATIENCE:
        order = np.argsort(costs, kind="stable")[:_N_PARENTS]
        points, costs = points[order], costs[order]
        children = _children(points, low, high, free, random)
        found = cost(children)
        idle = 0 if found.min() < costs[0] - _GAIN else idle + 1
        points, costs = np.vstack((points, children)), np.concatenate((costs, found))


def _children(points, low, high, free, random):
    """Return points of two parents, with a few inputs moved a little or at random."""
    size, width = (_N_CHILDREN, points.shape[1]), high - low
    one, other = (points[random.integers(len(points), size=size[0])] for _ in range(2))
    is_cross = random.uniform(size=(size[0], 1)) < 0.5
    children = np.where(is_cross & (random.uniform(size=size) < 0.3), other, one)
    n_moved = random.choice(_N_MOVED, size=(size[0], 1))
    is_moved = random.uniform(size=size) < n_moved / free.sum()
    reach = 10 ** random.uniform(-4, -0.3, size=(size[0], 1))
    near = children + random.normal(size=size) * reach * width
    anywhere = low + random.uniform(size=size) * width
    moved = np.where(random.uniform(size=(size[0], 1)) < 0.3, anywhere, near)
    return np.clip(np.where(is_moved, moved, children), low, high)


def first_apart(points, n_wanted, is_far):
    """Return the first points of which each is far from those chosen before.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_inputs)
        Best first.
    n_wanted : int
    is_far : callable
        Tells of two points whether they are different enough.

    Returns
    -------
    ndarray of shape (at most n_wanted, n_inputs)
    """
    chosen = []
    for point in points:
        if all(is_far(point, other) for other in chosen):
            chosen.append(point)
        if len(chosen) == n_wanted:
            break
    return np.array(chosen)

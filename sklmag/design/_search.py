"""Where a function of many inputs is least: on a lattice, by slope, or by guessing."""

import numpy as np

_SLOPE_STEP = 1e-3  # share of the range of an input


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


def least_by_evolution(cost, low, high, random_state, max_generations=300):
    """Return all points that differential evolution tried and their costs.

    Parameters
    ----------
    cost : callable
        From points (n, n_inputs) to costs (n,); it may jump.
    low, high : ndarray of shape (n_inputs,)
    random_state : int or RandomState
    max_generations : int, default=300

    Returns
    -------
    points, costs : ndarray
    """
    from scipy.optimize import differential_evolution

    free = high > low
    tried, costs = [], []

    def noted(part):
        part = part.reshape(free.sum(), -1)
        points = np.tile(low, (part.shape[1], 1))
        points[:, free] = part.T
        tried.append(points)
        costs.append(cost(points))
        return costs[-1]

    differential_evolution(
        noted,
        list(zip(low[free], high[free], strict=True)),
        vectorized=True,
        updating="deferred",
        polish=False,
        maxiter=max_generations,
        popsize=10,
        tol=1e-6,
        rng=np.random.default_rng(random_state),
    )
    return np.vstack(tried), np.concatenate(costs)


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

"""Where a function of many inputs is least: on a lattice, by slope, or by guessing."""

import numpy as np

_SLOPE_STEP = 1e-3  # share of the range of an input
MET = 1e-3  # of the scale of an output: a goal missed by less is met
_N_RANDOM = 5000  # points from which evolution begins
_N_BEST, _N_LEVELS, _N_OF_LEVEL = 60, 30, 6  # parents: see `_parents`
_N_CHILDREN = 1000  # of each generation
_N_MOVED = (1, 2, 3, 5)  # inputs that a child differs in, about
_PATIENCE = 30  # generations without a gain
_FURTHER = 5  # generations after enough points meet all goals, where that is all
_GAIN = 1e-5  # of the cost, below which it is none
_GAIN_OF_LEVELS = 0.01  # share of what all levels miss, below which it is none
_WEIGHT = 10.0  # of missed goals against the objective


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


def least_by_slope(cost, start, low, high, total=None, region=None):
    """Return where sequential quadratic programming ends, and the cost there.

    Parameters
    ----------
    cost : callable
        From points (n, n_inputs) to costs (n,); smooth.
    start, low, high : ndarray of shape (n_inputs,)
    total : float, default=None
        What the inputs sum to.
    region : Region, default=None
        Linear constraints.

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
        constraints=[sums] if total is not None else _as_scipy(region),
        options={"maxiter": 60, "ftol": 1e-9},
    )
    point = np.clip(low + found.x * width, low, high)
    both = np.vstack((start, point))
    costs = cost(both)
    lost = total is not None and abs(point.sum() - total) > 1e-6
    best = 0 if lost or costs[0] < costs[1] else 1
    return both[best], float(costs[best])


def _as_scipy(region):
    """Return the constraints of a region, in the unit of the widths of the bounds."""
    found = []
    for row, (least, most) in region.scaled() if region is not None else ():
        if least == most:
            found.append({"type": "eq", "fun": lambda s, r=row, e=least: r @ s - e})
            continue
        for end, sign in ((least, 1.0), (most, -1.0)):
            if np.isfinite(end):
                found.append(
                    {
                        "type": "ineq",
                        "fun": lambda s, r=row, e=end, g=sign: g * (r @ s - e),
                    }
                )
    return found


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
    """Return all points that were tried, what they miss, and their objective.

    Trees are flat, and what meets all goals may lie in several places far apart. So
    points that miss the goals are kept too, where their objective is less than that of
    the best: the least missed at each of thirty levels of it. From these evolution
    goes on to points that ask for less and miss nothing.

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
    points = low + random.uniform(size=(_N_RANDOM, len(low))) * (high - low)
    tried = [(points, *judge(points))]
    parents, cost, miss, idle, left = tried[0], np.inf, np.inf, 0, _FURTHER
    while idle < _PATIENCE and left:
        kept = _parents(*parents[1:])
        children = _children(parents[0][kept], low, high, random)
        tried.append((children, *judge(children)))
        parents = tuple(
            np.concatenate((of_parents[kept], of_children))
            for of_parents, of_children in zip(parents, tried[-1], strict=True)
        )
        least, on_levels = (
            penalised(*parents[1:]).min(),
            _missed_on_levels(*parents[1:]),
        )
        gained = least < cost - _GAIN or on_levels < miss * (1 - _GAIN_OF_LEVELS)
        cost, miss = min(cost, least), min(miss, on_levels)
        idle = 0 if gained else idle + 1
        if np.ptp(parents[2]) == 0 and (parents[1] <= MET).sum() >= _N_BEST:
            left -= 1  # nothing is to be least: who meets the goals is as good
    return tuple(np.concatenate(column) for column in zip(*tried, strict=True))


def penalised(missed, objective=0.0):
    """Return what is minimised: missed goals weigh more than any objective."""
    return _WEIGHT * missed**2 + _WEIGHT * missed + objective


def _most_asked(missed, objective):
    """Return the least objective that misses nothing, or the largest where all do."""
    met = missed <= MET
    return objective[met].min() if met.any() else objective.max()


def _parents(missed, objective):
    """Return rows that go on: the best, and those that miss least at each level."""
    best = np.argsort(penalised(missed, objective), kind="stable")[:_N_BEST]
    low, high = objective.min(), _most_asked(missed, objective)
    if high <= low:
        return best
    level = np.ceil((objective - low) / (high - low) * _N_LEVELS)
    below = np.flatnonzero(level <= _N_LEVELS)
    order = below[np.lexsort((objective[below], missed[below], level[below]))]
    _, first, size = np.unique(level[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, size)
    return np.union1d(best, order[rank < _N_OF_LEVEL])


def _missed_on_levels(missed, objective):
    """Return the mean over levels of the least that is missed up to there."""
    order = np.argsort(objective, kind="stable")
    least = np.minimum.accumulate(missed[order])
    levels = np.linspace(objective.min(), _most_asked(missed, objective), _N_LEVELS)
    return least[np.searchsorted(objective[order], levels, side="right") - 1].mean()


def _children(points, low, high, random):
    """Return points of two parents, with a few inputs moved a little or at random."""
    size, width = (_N_CHILDREN, points.shape[1]), high - low
    one, other = (points[random.integers(len(points), size=size[0])] for _ in range(2))
    is_cross = random.uniform(size=(size[0], 1)) < 0.5
    children = np.where(is_cross & (random.uniform(size=size) < 0.3), other, one)
    n_moved = random.choice(_N_MOVED, size=(size[0], 1))
    is_moved = random.uniform(size=size) < n_moved / max(1, (width > 0).sum())
    reach = 10 ** random.uniform(-4, -0.3, size=(size[0], 1))
    near = children + random.normal(size=size) * reach * width
    anywhere = low + random.uniform(size=size) * width
    moved = np.where(random.uniform(size=(size[0], 1)) < 0.3, anywhere, near)
    return np.clip(np.where(is_moved, moved, children), low, high)


def first_apart(points, n_wanted, are_far, chosen=()):
    """Return the first points of which each is far from those chosen before.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_inputs)
        Best first.
    n_wanted : int
    are_far : callable
        Tells which of some points are different enough from one.
    chosen : sequence of ndarray of shape (n_inputs,), default=()
        Points chosen before.

    Returns
    -------
    list of ndarray of shape (n_inputs,)
        At most `n_wanted`, with those chosen before.
    """
    chosen = list(chosen)
    for known in chosen:
        points = points[are_far(points, known)]
    while len(points) and len(chosen) < n_wanted:
        chosen.append(points[0])
        points = points[are_far(points, points[0])]
    return chosen


def spread_out(rows, n_wanted, known):
    """Return which rows are farthest from those that are known, and from each other.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    n_wanted : int
    known : ndarray of shape (n_known, n_columns)
        Without any, the row nearest to the mean is the first.

    Returns
    -------
    list of int
    """
    apart = np.full(len(rows), np.inf)
    for row in known:
        apart = np.minimum(apart, ((rows - row) ** 2).sum(axis=1))
    middle = ((rows - rows.mean(axis=0)) ** 2).sum(axis=1)
    chosen = []
    for _ in range(n_wanted):
        k = int(np.argmin(middle) if np.isinf(apart).all() else np.argmax(apart))
        chosen.append(k)
        apart = np.minimum(apart, ((rows - rows[k]) ** 2).sum(axis=1))
    return chosen

"""Which rows each member of an ensemble does not train on."""

import numpy as np

N_FOLDS = 4


def own_parts(group, settings, random):
    """Hold out rows for each member alone, (n_members, n_samples).

    Equal rows are held out together: otherwise a repeated row would be judged by its
    own copy.
    """
    n_groups, fraction = group.max() + 1, settings["validation_fraction"]
    n_held_out = int(np.ceil(fraction * n_groups))
    if n_groups < 2 or n_held_out >= n_groups:
        raise ValueError(
            f"early_stopping needs held-out rows, but there are only {n_groups} "
            f"different ones and validation_fraction={fraction}. "
            "Pass early_stopping=False, or more rows."
        )
    draws = [
        random.permutation(n_groups)[:n_held_out] for _ in range(settings["n_members"])
    ]
    return np.array([np.isin(group, draw) for draw in draws])


def folds(group, settings, random):
    """Hold out each row once: a fold for each member, equal rows in the same."""
    n_groups = group.max() + 1
    if n_groups < N_FOLDS:
        raise ValueError(
            f"early_stopping='cv' needs {N_FOLDS} folds, but there are only {n_groups} "
            "different rows. Pass early_stopping=False, or more rows."
        )
    order = random.permutation(n_groups)
    return np.array([np.isin(group, order[k::N_FOLDS]) for k in range(N_FOLDS)])


def parts_of_halves(group, settings, random):
    """Hold out one part of the rows from each half of the members.

    Members that share held-out rows tell there how much an ensemble spreads. Groups are
    compositions here.
    """
    n_groups, fraction = group.max() + 1, settings["validation_fraction"]
    n_held_out = int(np.ceil(fraction * n_groups))
    if n_held_out >= n_groups:
        raise ValueError(
            f"validation_fraction={fraction} of {n_groups} different compositions "
            "leaves none to train on. Lower it, or pass more compositions."
        )
    first, second = (
        np.isin(group, random.permutation(n_groups)[:n_held_out]) for _ in range(2)
    )
    parts = zip(halves(settings["n_members"]), (first, second), strict=False)
    return np.vstack([[held_out] * len(half) for half, held_out in parts])


def halves(n_members):
    """Return which members hold out the same rows; up to three are one group."""
    if n_members < 4:
        return [range(n_members)]
    n_first = n_members - n_members // 2
    return [range(n_first), range(n_first, n_members)]

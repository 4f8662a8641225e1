"""Progress of a campaign as a picture."""

import numpy as np

from sklmag._utils._units import with_unit

_COLORS = {"done": "C0", "best": "C3", "failed": "0.4"}


def plot_campaign(campaign, ax=None):
    """Plot each experiment and the best so far, or two objectives and their front."""
    if ax is None:
        from matplotlib import pyplot as plt

        ax = plt.subplots(layout="constrained", figsize=(5, 3.5))[1]
    objectives = [goal for goal in campaign.goals if goal.is_objective]
    if len(objectives) > 1:
        return _plot_front(campaign, objectives[:2], ax)
    return _plot_progress(campaign, ax)


def _plot_progress(campaign, ax):
    """Plot the objective, or what is missed, of each experiment in order."""
    known = campaign._measured()
    goals = [goal for goal in campaign.goals if goal.is_objective] or campaign.goals
    goal = goals[0]
    value = goal.value(known, campaign._meanings) if len(known) else np.empty(0)
    if len(known):
        wishes = campaign._wishes(known)
        missed = wishes.missed(known)
        order = np.array([_best_of(missed, wishes.objective(known), k) for k in
                          range(len(known))])  # fmt: skip
        is_met = missed == 0
        ax.plot(known.index[is_met], value[is_met], "o", color=_COLORS["done"],
                label="measured")  # fmt: skip
        if not is_met.all():
            ax.plot(known.index[~is_met], value[~is_met], "o", mfc="none",
                    color=_COLORS["done"], label="misses a goal")  # fmt: skip
        ax.step(known.index, value[order], where="post", color=_COLORS["best"],
                label="best so far")  # fmt: skip
    if len(campaign.failed):
        low = ax.get_ylim()[0]
        ax.plot(campaign.failed.index, np.full(len(campaign.failed), low), "x",
                color=_COLORS["failed"], label="failed", clip_on=False)  # fmt: skip
    if not goal.is_objective:
        for end in {goal.low, goal.high}:
            if np.isfinite(end):
                ax.axhline(end, color="0.5", linestyle=":", linewidth=1)
    ax.set(xlabel="experiment", ylabel=with_unit(goal.quantity))
    ax.xaxis.get_major_locator().set_params(integer=True)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False)
    return ax


def _best_of(missed, objective, k):
    """Return the best of the first k + 1 experiments."""
    return np.lexsort((objective[: k + 1], missed[: k + 1]))[0]


def _plot_front(campaign, objectives, ax):
    known = campaign._measured()
    one, other = objectives
    if len(known):
        values = [goal.value(known, campaign._meanings) for goal in objectives]
        points = ax.scatter(*values, c=known.index, cmap="viridis", s=24)
        ax.figure.colorbar(points, ax=ax, label="experiment")
        front = campaign.best()
        ends = np.array([g.value(front, campaign._meanings) for g in objectives])
        ends = ends[:, np.argsort(ends[0])]
        ax.plot(*ends, "-", color=_COLORS["best"], linewidth=1, label="front")
        ax.legend(frameon=False)
    ax.set(xlabel=one.quantity, ylabel=other.quantity)
    return ax

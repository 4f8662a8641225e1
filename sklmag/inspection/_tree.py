"""One tree of an ensemble, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes

if TYPE_CHECKING:
    import pandas as pd


class TreeDisplay:
    """One tree of a gradient-boosting model (the paper's figure 4).

    Parameters
    ----------
    nodes : DataFrame
        The rows of ``Booster.trees_to_dataframe()`` that belong to the tree, by ``ID``.
    title : str, default=""
        Title of the drawing.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Notes
    -----
    Drawn with matplotlib alone: ``xgboost.plot_tree`` needs the program graphviz.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.inspection import TreeDisplay
    >>> from xgboost import XGBRegressor
    >>> X, y = make_sintered_ndfeb(100, 0, random_state=0)
    >>> model = XGBRegressor(n_estimators=5, max_depth=2).fit(X, y["Br_kG"])
    >>> TreeDisplay.from_estimator(model, tree=3, name="Br_kG").ax_.get_title()
    'Br (kG): tree 3 of 5'
    """

    def __init__(self, nodes: pd.DataFrame, *, title: str = "") -> None:
        self.nodes = nodes
        self.title = title

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        tree: int = 0,
        target: int = 0,
        name: str | None = None,
        ax: Any = None,
    ) -> TreeDisplay:
        """Draw one tree of a fitted model.

        Parameters
        ----------
        estimator : XGBRegressor, or Pipeline that ends in one
            Fitted.
        tree : int, default=0
            Number of the tree, from 0, among those of the target.
        target : int, default=0
            Number of the target, where there are several.
        name : str, default=None
            Name of the target, with its unit after the last underscore, for the title.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        TreeDisplay
        """
        if isinstance(estimator, Pipeline):
            estimator = estimator[-1]
        booster = estimator.get_booster()
        table = booster.trees_to_dataframe()
        rounds = booster.num_boosted_rounds()
        n_targets = (table["Tree"].max() + 1) // rounds  # each round has a tree of each
        for value, what, n in ((tree, "tree", rounds), (target, "target", n_targets)):
            if not 0 <= value < n:
                raise ValueError(
                    f"{what}={value} is not among the {what}s 0 to {n - 1}."
                )
        nodes = table[table["Tree"] == tree * n_targets + target].set_index("ID")
        several = f"target {target}" if n_targets > 1 else ""
        of = several if name is None else with_unit(name)
        title = f"tree {tree} of {rounds}"
        return cls(nodes, title=f"{of}: {title}" if of else title).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> TreeDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        TreeDisplay
        """
        places = _places(self.nodes)
        n_leaves = (self.nodes["Feature"] == "Leaf").sum()
        depth = -min(y for _, y in places.values())
        self.ax_ = axes(ax, figsize=(max(5, 0.85 * n_leaves), 1.1 * depth + 1.2))
        for name, node in self.nodes.iterrows():
            if node["Feature"] != "Leaf":
                self._branch(places, name, node)
            self._box(places[name], node)
        self.ax_.set_title(self.title)
        self.ax_.margins(0.08, 0.12)
        self.ax_.axis("off")
        return self

    def _branch(self, places, name, node):
        for child, label in ((node["Yes"], "yes"), (node["No"], "no")):
            (x0, y0), (x1, y1) = places[name], places[child]
            self.ax_.plot([x0, x1], [y0, y1], color="grey", lw=0.9, zorder=1)
            self.ax_.text(
                (x0 + x1) / 2, (y0 + y1) / 2, label, fontsize=7, color="dimgrey",
                ha="center", va="center",
                bbox={"fc": "white", "ec": "none", "pad": 0.5},
            )  # fmt: skip

    def _box(self, place, node):
        leaf = node["Feature"] == "Leaf"
        text = (
            f"{node['Gain']:.3g}"
            if leaf
            else f"{node['Feature']}\n< {node['Split']:.4g}"
        )
        self.ax_.text(
            *place, text, fontsize=8, ha="center", va="center", zorder=2,
            bbox={"boxstyle": "round", "fc": "honeydew" if leaf else "aliceblue"},
        )  # fmt: skip


def _places(nodes):
    """Return where each node goes: leaves side by side, parents above the middle."""
    places, n_leaves = {}, 0

    def place(name, depth):
        nonlocal n_leaves
        if nodes.loc[name, "Feature"] == "Leaf":
            places[name] = (n_leaves, -depth)
            n_leaves += 1
        else:
            children = nodes.loc[name, ["Yes", "No"]]
            xs = [place(child, depth + 1) for child in children]
            places[name] = (sum(xs) / 2, -depth)
        return places[name][0]

    place(nodes.index[0], 0)
    return places

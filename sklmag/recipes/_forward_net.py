"""The forward networks of the paper on amorphous alloys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sklearn.pipeline import make_pipeline

from sklmag.composition import GlassFeaturizer
from sklmag.models import DenseRegressor

if TYPE_CHECKING:
    import numpy as np
    from sklearn.pipeline import Pipeline


_TABLE_2: dict[str, dict[str, Any]] = {
    "G_GPa": {"width": 450, "dropout": 0.0, "lr": 0.007, "max_epochs": 2000},
    "K_GPa": {"width": 600, "dropout": 0.1, "lr": 0.009, "max_epochs": 2100},
}


def make_dense_forward_net(
    target: Literal["G_GPa", "K_GPa"],
    *,
    random_state: int | np.random.RandomState | None = None,
) -> Pipeline:
    """Return the forward network of the paper for one modulus, unfitted.

    Parameters
    ----------
    target : {"G_GPa", "K_GPa"}
        Shear or bulk modulus.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    Pipeline
        Four descriptors, and two layers with the settings of table 2 of [1]_: the mean
        of two outputs, Adam, a fixed number of epochs. Its p = 1.0 for G can only be
        the chance to keep a unit: no dropout; p = 0.1 for K is taken as the chance to
        drop one.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.recipes import make_dense_forward_net
    >>> make_dense_forward_net("G_GPa")[-1].width
    450
    """
    if target not in _TABLE_2:
        raise ValueError(f"target={target!r} is not known. Choose from {[*_TABLE_2]}.")
    net = DenseRegressor(
        n_layers=2,
        outputs_per_target=2,
        loss="mse",
        early_stopping=False,
        random_state=random_state,
        **_TABLE_2[target],
    )
    return make_pipeline(GlassFeaturizer("paper"), net)

"""What a user writes, as mypy sees it: checked by `mypy`, never run."""

from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

import sklmag
from sklmag import (
    DenseRegressor,
    InverseDesigner,
    LGDCNNRegressor,
    VoronoiFeaturizer,
    make_magnet_pipeline,
)
from sklmag.datasets import make_sintered_ndfeb
from sklmag.persistence import ModelCard, read_card
from sklmag.recipes import RECIPES


def magnets() -> pd.DataFrame:
    """Train, save, and look at the card."""
    X, y = make_sintered_ndfeb(random_state=0)
    assert_type(X, pd.DataFrame)
    model = make_magnet_pipeline(DenseRegressor(width=32, activation="elu"))
    assert_type(model, Pipeline)
    path = sklmag.save(model.fit(X, y), "magnets.sklmag", X=X, y=y)
    assert_type(path, Path)
    card = read_card(path)
    assert_type(card, ModelCard)
    assert_type(card.license, str)
    designer = InverseDesigner(model, bounds={"Dy": (0.0, 3.0)}).fit(X, y)
    assert_type(designer, InverseDesigner)
    return designer.design({"Hcj_kOe": (20.0, None)}, minimize="Dy")


def formulas_and_crystals() -> np.ndarray:
    """Whatever scikit-learn makes an array of is taken."""
    net = LGDCNNRegressor(body="v1", preset="fast").fit([[26.0, 1.0]] * 5, range(5))
    assert_type(net, LGDCNNRegressor)
    assert_type(net.predict_interval([[26.0, 1.0]]), tuple[np.ndarray, np.ndarray])
    described: Any = VoronoiFeaturizer(n_jobs=2).fit_transform(["a.cif", "POSCAR"])
    assert_type(RECIPES["xgboost"].reads, tuple[str, ...])
    return np.asarray(described)


def mistakes() -> None:
    """Each of these is an error of mypy; an ignore that is not needed is one too."""
    DenseRegressor(activation="relux")  # type: ignore[arg-type]
    DenseRegressor(widht=32)  # type: ignore[call-arg]
    LGDCNNRegressor(body="v3")  # type: ignore[arg-type]
    sklmag.no_such_name  # type: ignore[attr-defined]  # noqa: B018
    read_card("a").licence  # type: ignore[attr-defined]  # noqa: B018

"""Several saved models as one: each predicts its own, each judges by its own data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from sklmag._utils._estimators import inner
from sklmag.design import PredictorCorrector
from sklmag.exceptions import DesignError


class ModelsTogether:
    """What asks several models at once, for alloys that all of them know.

    Parameters
    ----------
    models : sequence of SavedModel
        All of formulas, or all of tables with the same columns; no property twice.

    Raises
    ------
    DesignError
        For models that do not go together.
    """

    def __init__(self, models):
        self.models = list(models)
        first = self.models[0]
        for model in self.models:
            self._check(model, first)
        names = [name for model in self.models for name in model.target_names]
        for name in names:
            if names.count(name) > 1:
                raise DesignError(f"Two of the models predict {name!r}: leave one out.")
        self.target_names = names
        self.takes = first.takes
        self.estimator = _SideBySide([model.estimator for model in self.models])
        self.card = replace(
            first.card,
            targets=[t for model in self.models for t in model.card.targets],
            training=self._training(),
        )

    def _check(self, model, first):
        what = f"The model of {', '.join(model.target_names)}"
        if isinstance(inner(model.estimator), PredictorCorrector):
            raise DesignError(f"{what} is pcids, which designs alone.")
        if model.card.training is None:
            raise DesignError(f"{what} was saved without training data.")
        if model.card.input.kind != first.card.input.kind:
            raise DesignError(
                f"{what} takes {model.takes}, that of {', '.join(first.target_names)} "
                f"{first.takes}: models that are asked together take the same."
            )
        other = set(model.card.input.columns) ^ set(first.card.input.columns)
        if other:
            raise DesignError(
                f"{what} and that of {', '.join(first.target_names)} differ in the "
                f"columns {', '.join(sorted(other))}. Train both with the same columns."
            )

    def _training(self):
        """Return what all models know: elements and ranges that they share."""
        parts = [model.card.training for model in self.models]
        return replace(
            parts[0],
            elements=_shared([part.elements for part in parts]),
            ranges=_shared([part.ranges for part in parts]),
        )

    def predict(self, X):
        """Return all predictions; what is inside is so for every model."""
        tables = [model.predict(X) for model in self.models]
        apart = ("distance", "inside", "beyond", "nearest", "counted_as_zero")
        values = [t.drop(columns=[n for n in apart if n in t]) for t in tables]
        found = pd.concat(values, axis=1)
        if all("distance" in table for table in tables):
            found["distance"] = np.max([t["distance"] for t in tables], axis=0)
        if all("inside" in table for table in tables):
            found["inside"] = np.all([t["inside"] for t in tables], axis=0)
        for name in ("beyond", "nearest"):
            found[name] = self._told(tables, name)
        return found

    def _told(self, tables, name):
        """Return what all models say, each with what it predicts."""
        told = [
            (", ".join(model.target_names), table[name].to_numpy())
            for model, table in zip(self.models, tables, strict=True)
            if name in table
        ]
        n_rows = len(tables[0])
        return [
            "; ".join(f"{who}: {text[i]}" for who, text in told if text[i])
            for i in range(n_rows)
        ]


def _shared(ranges):
    """Return the names that all have, with the range that all cover."""
    common = [name for name in ranges[0] if all(name in part for part in ranges)]
    found = {}
    for name in common:
        least, most = (
            pick(part[name][end] for part in ranges)
            for pick, end in ((max, 0), (min, 1))
        )
        if least > most:
            raise DesignError(
                f"No amount of {name} is in the training data of all models: one "
                f"begins at {least:g}, another ends at {most:g}."
            )
        found[name] = (least, most)
    return found


class _SideBySide(RegressorMixin, BaseEstimator):
    """Fitted models whose predictions stand side by side."""

    def __init__(self, estimators):
        self.estimators = estimators

    def __sklearn_is_fitted__(self):
        return True

    @property
    def feature_names_in_(self):
        """Columns of the first; the others have the same."""
        return self.estimators[0].feature_names_in_

    def fit(self, X, y=None):
        """Return itself: the models are fitted."""
        return self

    def predict(self, X):
        """Return the outputs of all."""
        parts = [np.asarray(one.predict(X), dtype=float) for one in self.estimators]
        return np.hstack([part.reshape(len(part), -1) for part in parts])

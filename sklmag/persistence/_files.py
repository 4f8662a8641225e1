"""Fitted estimators in files that can be opened without trusting them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from sklmag._utils._estimators import inner, reads_of
from sklmag.persistence._archive import read_archive, write_archive
from sklmag.persistence._card import InputCard, ModelCard
from sklmag.persistence._describe import atomic_percent, describe, target_names
from sklmag.persistence._domain import ApplicabilityDomain
from sklmag.persistence._trust import foreign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sklmag._utils._typing import ArrayLike


_ROUNDING = 1e-9  # by which a value at the end of a range may be off


def save(
    estimator: Any,
    path: str | Path,
    *,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    metrics: Mapping[str, dict[str, Any]] | None = None,
    description: str = "",
    license: str = "",
    citation: Sequence[str] = (),
) -> Path:
    """Write a fitted estimator or pipeline to a model file.

    Parameters
    ----------
    estimator : estimator
        Of scikit-learn, XGBoost or sklmag, also in a Pipeline or a grid search.
    path : str or Path
        The file, by custom ending in ``.sklmag``.
    X, y : array-like, default=None
        The training data. With them the file knows the names, units and ranges of
        features and targets, a fingerprint of the data, and the applicability domain:
        at most 5,000 of the rows that the last step has seen are kept in it.
    metrics : dict of str to dict, default=None
        Scores by target, such as ``{"Hcj_kOe": {"RMSE": 0.7}}``. An RMSE stands for
        the uncertainty of a model that knows none of its own.
    description : str, default=""
        What the model is for.
    license : str, default=""
        Of the weights.
    citation : list of str, default=()
        References to data and method.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For an estimator that the format cannot hold, and one that holds code, such as
        a lambda in a FunctionTransformer, or a distribution of SciPy in a random or
        Bayesian search, which :func:`load` would refuse: save its
        ``best_estimator_``.

    See Also
    --------
    load : Reads the estimator.
    open_model : Reads estimator, card and applicability domain.
    read_card : Reads the card alone.

    Notes
    -----
    A zip archive of parts that hold no code: the structure in the format of skops
    [1]_, the weights of networks as safetensors [2]_, and ``card.json``, which names
    format, versions and the checksum of every part. Networks are written as arrays,
    and open on a machine without the GPU that they were trained on.

    References
    ----------
    .. [1] https://skops.readthedocs.io
    .. [2] https://huggingface.co/docs/safetensors

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from sklmag.persistence import load, read_card, save
    >>> X, y = pd.DataFrame({"Dy": [0.0, 1.0]}), pd.Series([12.0, 15.0], name="Hcj_kOe")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(Ridge().fit(X, y), f"{folder}/hcj.sklmag", X=X, y=y)
    ...     load(path).predict(X), read_card(path).targets
    (array([13., 14.]), [TargetCard(name='Hcj_kOe', unit='kOe', range=(12.0, 15.0))])
    """
    import skops.io
    from skops.io.exceptions import UnsupportedTypeException

    name = type(estimator).__name__
    if not isinstance(estimator, BaseEstimator):
        raise TypeError(f"{name} is no estimator; save takes fitted estimators.")
    try:
        content = skops.io.dumps(estimator)
    except (UnsupportedTypeException, RecursionError) as error:
        raise ValueError(
            f"{name} has no form in a model file: {error}. Keep it with "
            "joblib.dump(model, path), and open such files from yourself only."
        ) from error
    refused = foreign(skops.io.get_untrusted_types(data=content))
    if refused:
        raise ValueError(
            f"{name} holds code that load would not trust: {', '.join(refused)}. "
            "Leave it out, save best_estimator_ in place of a search, or write with "
            "skops.io.dump(model, path)."
        )
    card = describe(
        estimator,
        X,
        y,
        metrics=metrics,
        description=description,
        license=license,
        citation=citation,
    )
    rows = None if X is None else arriving_numbers(estimator, X)
    domain = {} if rows is None else {"rows": ApplicabilityDomain(rows).rows}
    path = Path(path)
    write_archive(path, content=content, card=card, domain=domain)
    return path


def load(path: str | Path) -> Any:
    """Read a fitted estimator from a file of :func:`save`.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    estimator
        Its predictions are those of the one that was saved, to the last bit.

    Raises
    ------
    ValueError
        For a file that is no model file, a damaged or altered one, one of a newer
        format, and one that holds anything but estimators of scikit-learn, XGBoost,
        scikit-optimize and sklmag and the arithmetic that they need.

    Notes
    -----
    Opening runs no code of the file. Trees are used as they are: a file made with ill
    will can still make a process end.

    Examples
    --------
    See :func:`save`.
    """
    return open_model(path).estimator


def open_model(path: str | Path) -> SavedModel:
    """Read a model file with its card and applicability domain.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    SavedModel

    Raises
    ------
    ValueError
        As :func:`load`.

    Examples
    --------
    See :class:`SavedModel`.
    """
    import skops.io

    path = Path(path)
    content, card, arrays = read_archive(path)
    try:
        untrusted = skops.io.get_untrusted_types(data=content)
        refused = foreign(untrusted)
        estimator = None if refused else skops.io.loads(content, trusted=untrusted)
        domain = ApplicabilityDomain(arrays["rows"]) if "rows" in arrays else None
    except Exception as error:  # what is made up can be wrong in any way
        raise ValueError(f"{str(path)!r} is damaged: {error!r}.") from error
    if refused:
        raise ValueError(
            f"{str(path)!r} holds types that could run code of their own: "
            f"{', '.join(refused)}. If you know where it comes from, unpack it and "
            "open it with skops.io.load(path, trusted=[...])."
        )
    return SavedModel(estimator, card, domain)


@dataclass(frozen=True)
class SavedModel:
    """A model as it comes from a file.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    card : ModelCard
        What the file says of it.
    domain : ApplicabilityDomain or None
        None where it was saved without training data.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from sklmag.persistence import open_model, save
    >>> X = pd.DataFrame({"Dy": [0.0, 1.0, 2.0]})
    >>> y = pd.Series([12.0, 14.0, 16.0], name="Hcj_kOe")
    >>> model = Ridge(alpha=1e-9).fit(X, y)
    >>> scores = {"Hcj_kOe": {"RMSE": 0.5}}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = open_model(save(model, f"{folder}/a", X=X, y=y, metrics=scores))
    >>> saved.predict(pd.DataFrame({"Dy": [1.5, 9.0]})).round(2)
       Hcj_kOe  Hcj_kOe_std  distance  inside           beyond
    0     15.0          0.5       0.5    True
    1     30.0          0.5       7.0   False  Dy 9 > 2
    """

    estimator: BaseEstimator
    card: ModelCard
    domain: ApplicabilityDomain | None = None

    @property
    def target_names(self):
        """Names of the targets that the card knows; may be empty."""
        return self.card.target_names

    @property
    def takes(self):
        """What it predicts from, in the plural: structures, formulas, tables, ..."""
        kind = self.card.input.kind
        return kind if kind.endswith("s") else f"{kind}s"

    def of_structures(self) -> SavedModel:
        """Return the model as one that takes structures.

        Returns
        -------
        SavedModel
            Itself, or, where it takes the 271 Voronoi attributes, with the featurizer
            before it.

        Raises
        ------
        ValueError
            Where it takes neither.
        """
        from sklmag.structure import VoronoiFeaturizer

        voronoi = VoronoiFeaturizer()
        if self.card.input.kind == "structure":
            return self
        n_features = len(voronoi.get_feature_names_out())
        if self.card.input.n_features != n_features:
            raise ValueError(
                f"The model, {self.card.estimator}, takes neither structures nor "
                f"their {n_features} Voronoi attributes, but {self.takes}."
            )
        steps = getattr(self.estimator, "steps", [("model", self.estimator)])
        if "feature_names_in_" in vars(steps[0][1]):
            voronoi.set_output(transform="pandas")
        whole = Pipeline([("voronoi", voronoi), *steps])
        card = replace(self.card, input=InputCard(kind="structure"), training=None)
        return SavedModel(whole, card, self.domain)

    def predict(self, X: ArrayLike) -> pd.DataFrame:
        """Predict, and say how far each row is to be trusted.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or (n_samples, n_features)
            What the estimator predicts from.

        Returns
        -------
        DataFrame of shape (n_samples, n_columns)
            Each target and, where it is known, its ``_std``: what the model itself
            says, or the RMSE of the card. ``distance`` to the training data (see
            :class:`ApplicabilityDomain`), and ``beyond``, the columns, or at.% of
            elements, outside their training range, and those that are missing.
            ``inside`` is a distance up to 1, without anything of a new kind: an
            element that was not there, a value that never varied, or never missed.
        """
        value, std = self._value_and_std(X)
        names = self.target_names or target_names(value.shape[1])
        table = {}
        for k, name in enumerate(names):
            table[name] = value[:, k]
            known = self.card.metrics.get(name, {}).get("RMSE")
            if std is not None or known is not None:
                table[f"{name}_std"] = known if std is None else std[:, k]
        index = getattr(X, "index", None)  # of pandas; that of a list is a method
        index = range(len(value)) if index is None or callable(index) else index
        table = pd.DataFrame(table, index=index)
        rows = None if self.domain is None else arriving_numbers(self.estimator, X)
        if rows is not None and self.domain is not None:
            table["distance"] = self.domain.distance(rows)
            table["inside"] = table["distance"] <= 1
        found = self._strangeness(X)
        if found is not None:
            table["beyond"], strange = found
            if rows is not None:
                table["inside"] &= ~strange
        return table

    def _strangeness(self, X):
        """Return what of each row is beyond the training data, and whether by kind.

        A value out of its range may still be near; an element that was not there, a
        value that was always there, or another where all were the same, is not.
        """
        training, parts = self.card.training, []
        if training is None:
            return None
        known = training.ranges or training.complete
        if isinstance(X, pd.DataFrame) and known:
            parts.append(_missing(X, training.complete))
            parts.append(_beyond(X, training.ranges))
            parts.append(_new_words(X, training.categories))
        if training.elements:
            column = training.formula_column
            amounts = atomic_percent(X if column is None else X[column])
            unknown = dict.fromkeys(amounts, (0.0, 0.0))
            parts.append(_beyond(amounts, unknown | training.elements))
        if not parts:
            return None
        texts = [
            "; ".join(filter(None, row))
            for row in zip(*(p[0] for p in parts), strict=True)
        ]
        return texts, np.any([p[1] for p in parts], axis=0)

    def _value_and_std(self, X):
        n_rows = len(X)
        try:
            found = self.estimator.predict(X, return_std=True)
        except (TypeError, ValueError):  # takes no return_std, or has a single member
            return np.asarray(self.estimator.predict(X)).reshape(n_rows, -1), None
        return [np.asarray(part).reshape(n_rows, -1) for part in found]


def _beyond(X, ranges):
    """Return the columns of each row outside their range, and whether it was none."""
    texts, strange = [[] for _ in range(len(X))], np.zeros(len(X), dtype=bool)
    for name, (low, high) in ranges.items():
        if name not in X:
            continue
        column = pd.to_numeric(X[name], errors="coerce").to_numpy(dtype=float)
        slack = _ROUNDING * max(abs(low), abs(high))
        wrong = (column < low - slack) | (column > high + slack)
        if high - low <= slack:
            strange |= wrong
        for row in np.flatnonzero(wrong):
            sign, limit = ("<", low) if column[row] < low else (">", high)
            texts[row].append(f"{name} {column[row]:.4g} {sign} {limit:.4g}")
    return ["; ".join(text) for text in texts], strange


def _new_words(X, categories):
    """Return the categories of each row that no training row had."""
    texts, strange = [[] for _ in range(len(X))], np.zeros(len(X), dtype=bool)
    for name in categories.keys() & set(X):
        new = X[name].notna() & ~X[name].astype(str).isin(categories[name])
        strange |= new.to_numpy(dtype=bool)
        for row in np.flatnonzero(new):
            texts[row].append(f"{name} {X[name].iloc[row]!r} is new")
    return ["; ".join(text) for text in texts], strange


def _missing(X, complete):
    """Return the values of each row that no training row was without."""
    absent = X[[name for name in complete if name in X]].isna()
    texts = [
        "; ".join(f"no {name}" for name in absent.columns[row])
        for row in absent.to_numpy(dtype=bool)
    ]
    return texts, absent.any(axis=1).to_numpy(dtype=bool)


def arriving_numbers(estimator, X):
    """Return the numbers that the last step of a model sees, or None for no numbers.

    Tokens of formulas are no place in a space of numbers: atomic fractions stand for
    them.
    """
    from sklmag.composition import ElementFractionFeaturizer, FormulaTokenizer

    model = inner(estimator)
    if reads_of(model) == "targets":
        return None
    if isinstance(model, Pipeline) and len(model) > 1:
        if isinstance(model[0], FormulaTokenizer):
            X = ElementFractionFeaturizer().transform(X)
        else:
            X = model[:-1].transform(X)
    X = X.toarray() if hasattr(X, "toarray") else X
    try:
        rows = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        return None
    return rows if rows.ndim == 2 else None

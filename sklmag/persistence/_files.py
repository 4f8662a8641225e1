"""Fitted estimators in files that can be opened without trusting them."""

from __future__ import annotations

import contextlib
import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklmag._utils._domain import ApplicabilityDomain
from sklmag._utils._estimators import inner, parts_of, reads_of
from sklmag._utils._ready import file_or_ready
from sklmag.persistence._archive import Content, read_archive, write_archive
from sklmag.persistence._card import InputCard, ModelCard
from sklmag.persistence._decode import Decoder
from sklmag.persistence._describe import (
    atomic_percent,
    describe,
    target_frame,
    target_names,
)
from sklmag.persistence._encode import Encoder
from sklmag.persistence._fixed_network import FixedNetwork
from sklmag.persistence._inspect import look_through
from sklmag.persistence._known import as_bytes, from_bytes, row_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sklmag._utils._typing import ArrayLike


_WIDE = 100_000  # columns of the training data
_ROUNDING = 1e-9  # by which a value at the end of a range may be off


def save(
    estimator: Any,
    path: str | Path,
    *,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    held_out: ArrayLike | None = None,
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
        at most 5,000 of the rows that the last step has seen are kept in it, with
        their formulas, or numbers, and their measured values.
    held_out : array-like of the shape of y, default=None
        What models predicted for X that had not seen the row, as of
        ``sklearn.model_selection.cross_val_predict``: kept for the parity plot of a
        report.
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
        For an estimator that is not fitted, and one that a file cannot hold: one with
        code, such as a lambda in a FunctionTransformer, one with a folder to write to
        (``memory``), a class that is not on the list (see Notes), and a search, of
        which ``best_estimator_`` is
        saved. The text names the part.

    See Also
    --------
    load : Reads the estimator.
    open_model : Reads estimator, card and applicability domain.
    read_card : Reads the card alone.

    Notes
    -----
    A zip archive of parts that hold no code: the structure as JSON, every array as
    safetensors [1]_, boosters as XGBoost's own UBJSON, and ``card.json``, which names
    format, versions and the checksum of every part. Networks are written as arrays,
    and open on a machine without the GPU that they were trained on.

    The estimators of sklmag and XGBoost, and most of scikit-learn: linear models,
    trees, forests, boosting, nearest neighbours, Gaussian processes, kernel ridge,
    SVR, MLP, PLS, what scales, encodes, imputes, selects and decomposes, and what
    composes them; :doc:`/tool/files` has the list. ``n_jobs`` is not kept: how many
    share the work is decided where the file is opened. Nor is what only a fit needs:
    metadata requests, and the optimizer of an MLP.

    References
    ----------
    .. [1] https://huggingface.co/docs/safetensors

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
    if not isinstance(estimator, BaseEstimator):
        name = type(estimator).__name__
        raise TypeError(f"{name} is no estimator; save takes fitted estimators.")
    for part in parts_of(estimator):
        if isinstance(part, FixedNetwork):
            raise ValueError(
                f"{str(part.path)!r} is a fixed network: keep that file, which "
                "read_onnx reads again, in place of a model file."
            )
    encoder = Encoder()
    structure = _written(estimator, encoder)
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise ValueError(f"Nothing has been learnt yet: {error}") from error
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
    kept = {} if rows is None else _kept(rows, X, y, held_out, card)
    path = Path(path)
    write_archive(
        path, Content(structure, encoder.arrays, encoder.boosters, kept), card
    )
    return path


def _kept(rows, X, y, held_out, card):
    """Return the arrays of the applicability domain."""
    values = None if y is None else _numbers(y)
    held_out = None if held_out is None else _numbers(held_out)
    if held_out is not None and (values is None or held_out.shape != values.shape):
        raise ValueError(
            f"held_out has the shape {held_out.shape}, y "
            f"{None if values is None else values.shape}: give one prediction for "
            "each measured value."
        )
    domain = ApplicabilityDomain(
        rows, names=row_names(X, card.input.kind), values=values, held_out=held_out
    )
    arrays = {"rows": domain.rows, "names": as_bytes(domain.names)}
    found = {"values": domain.values, "held_out": domain.held_out}
    return arrays | {n: table for n, table in found.items() if table is not None}


def _numbers(y):
    """Return targets as numbers; None where they are words."""
    table = target_frame(y).apply(pd.to_numeric, errors="coerce")
    return table.to_numpy(dtype=float) if table.notna().any(axis=None) else None


def _written(estimator, encoder):
    """Return the structure of an estimator; raise for what load would refuse."""
    try:
        structure = encoder.node(estimator)
        look_through(Decoder(encoder.arrays, encoder.boosters).value(structure))
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        way = (
            "save its best_estimator_."
            if hasattr(estimator, "best_estimator_")
            else "save what it is made of, or keep it with joblib.dump(model, path), "
            "and open such files from yourself only."
        )
        raise ValueError(
            f"{type(estimator).__name__} has no form in a model file, which holds no "
            f"code: {error}. Instead, {way}"
        ) from error
    return structure


def load(path: str | Path) -> Any:
    """Read a fitted estimator from a file of :func:`save`.

    Parameters
    ----------
    path : str or Path
        The file, or the name of a model that comes with the package, such as
        ``"curie"`` (see :func:`sklmag.pretrained.ready_models`).

    Returns
    -------
    estimator
        Its predictions are those of the one that was saved, to the last bit.

    Raises
    ------
    ValueError
        For a file that is no model file, a damaged or altered one, one of another
        format, and one that holds anything but what :func:`save` writes.

    Notes
    -----
    Opening runs no code of the file. It names classes of a list; an object is made
    without a call of its constructor, and its attributes are checked against a table
    of what each may be. Functions are a few that only compute; nothing has a folder to
    write to. What compiled code walks through, such as trees, is walked here before.
    What was built is then looked through once more. A file can claim no more memory
    than it has bytes for.

    Examples
    --------
    See :func:`save`.
    """
    return open_model(file_or_ready(path)).estimator


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
    path = Path(path)
    card, content = read_archive(path)
    try:
        decoder = Decoder(content.arrays, content.boosters)
        estimator = decoder.value(content.structure)
        if not isinstance(estimator, BaseEstimator):
            raise ValueError(f"it holds {type(estimator).__name__}, no estimator")
        look_through(estimator)
        domain = _domain_of(content.domain, card)
    except Exception as error:  # what is made up can be wrong in any way
        raise ValueError(
            f"{str(path)!r} is refused, since it is damaged or made up: {error}."
        ) from error
    return SavedModel(estimator, card, domain)


def _domain_of(arrays, card):
    """Return the applicability domain of a file; raise for what is none."""
    rows, names = arrays.get("rows"), arrays.get("names")
    if rows is not None and (rows.ndim != 2 or not 0 < rows.shape[1] < _WIDE):
        raise ValueError("rows of the training data that are none")
    if rows is None or not len(rows):
        return None
    tables = {name: arrays.get(name) for name in ("values", "held_out")}
    for table in tables.values():
        if table is not None and table.shape != (len(rows), len(card.targets)):
            raise ValueError("measured values that are none")
    names = None if names is None else from_bytes(names, len(rows))
    return ApplicabilityDomain(rows, names=names, **tables)


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
    >>> found = saved.predict(pd.DataFrame({"Dy": [1.6, 9.0]})).round(2)
    >>> found[["Hcj_kOe", "Hcj_kOe_std", "distance", "inside", "beyond"]]
       Hcj_kOe  Hcj_kOe_std  distance  inside    beyond
    0     15.2          0.5       0.4    True
    1     30.0          0.5       7.0   False  Dy 9 > 2
    >>> found[["nearest", "Hcj_kOe_nearest"]]
      nearest  Hcj_kOe_nearest
    0   row 2             16.0
    1   row 2             16.0
    """

    estimator: BaseEstimator
    card: ModelCard
    domain: ApplicabilityDomain | None = None

    def __repr__(self) -> str:
        targets = ", ".join(self.target_names) or "targets without names"
        kind = type(self.estimator).__name__
        return f"SavedModel({kind}: {targets} from {self.takes})"

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
            Itself, or, where it takes Voronoi attributes, the 271 or the 256 of KS2022,
            with the featurizer before it.

        Raises
        ------
        ValueError
            Where it takes neither.
        """
        from sklmag.structure import VoronoiFeaturizer

        if self.card.input.kind == "structure":
            return self
        sets = [VoronoiFeaturizer(attributes=name) for name in ("Ward2017", "KS2022")]
        by_number = {len(one.get_feature_names_out()): one for one in sets}
        voronoi = by_number.get(self.card.input.n_features or 0)
        if voronoi is None:
            raise ValueError(
                f"The model, {self.card.estimator}, takes neither structures nor their "
                f"{' or '.join(map(str, by_number))} Voronoi attributes, but "
                f"{self.takes}."
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
            says, or what the card does: a deviation that grows with the distance, or
            the RMSE. ``distance`` to the training data (see
            :class:`ApplicabilityDomain`), and ``beyond``, the columns, or at.% of
            elements, outside their training range, and those that are missing.
            ``inside`` is a distance up to 1, without anything of a new kind: an
            element that was not there, a value that never varied, or never missed.
            ``nearest`` is the nearest row of the training data, by its formula where
            it has one, and ``<target>_nearest`` what was measured there.
            ``counted_as_zero``, where a featurizer has ``missing="zero"``: the elements
            and their properties that were not known.
        """
        last, arriving = _last_step(self.estimator, X)
        value, std = _value_and_std(last, arriving)
        names = self.target_names or target_names(value.shape[1])
        if len(names) != value.shape[1]:
            raise ValueError(
                f"The card of the model names {len(names)} targets, but it predicts "
                f"{value.shape[1]}: the file is damaged or made up."
            )
        nearest, known_there = self._nearest(X, last, arriving, names)
        table = {}
        for k, name in enumerate(names):
            table[name] = value[:, k]
            known = self._known_std(name, nearest.get("distance"))
            if std is not None or known is not None:
                table[f"{name}_std"] = known if std is None else std[:, k]
        index = getattr(X, "index", None)  # of pandas; that of a list is a method
        index = range(len(value)) if index is None or callable(index) else index
        table = pd.DataFrame(table | nearest, index=index)
        found = self._strangeness(X)
        if found is not None:
            table["beyond"], strange = found
            if nearest:
                table["inside"] &= ~strange
        table = table.assign(**known_there)
        for part in parts_of(self.estimator):
            if getattr(part, "missing", "nan") == "zero" and hasattr(part, "zeros_"):
                zeros = [part.zeros_.get(row, "") for row in range(len(table))]
                table["counted_as_zero"] = zeros
        return table

    def _nearest(self, X, last, arriving, names):
        """Return distance and inside, and what is known at the nearest rows."""
        if self.domain is None:
            return {}, {}
        rows = (
            arriving_numbers(self.estimator, X)
            if last is self.estimator or _starts_with_tokens(self.estimator)
            else _as_numbers(arriving)
        )
        if rows is None:
            return {}, {}
        distance, which = self.domain.nearest(rows)
        near = {"distance": distance, "inside": distance <= 1}
        return near, self._known_at(which, names)

    def _known_std(self, name, distance):
        """Return the deviation that the card knows: it grows with the distance."""
        scores = self.card.metrics.get(name, {})
        growth = scores.get("std_per_distance")
        if growth is None or distance is None:
            return scores.get("RMSE")
        return np.hypot(scores.get("std", 0.0), growth * distance)

    def parity(self, target: str) -> pd.DataFrame | None:
        """Return what was measured, and what models predicted that had not seen it.

        Parameters
        ----------
        target : str
            One of ``target_names``.

        Returns
        -------
        DataFrame or None
            ``measured`` and ``held_out``, with the names of the training rows as
            index; None where the file holds no such predictions.
        """
        domain = self.domain
        if domain is None or domain.values is None or domain.held_out is None:
            return None
        k = self.target_names.index(target)
        table = {"measured": domain.values[:, k], "held_out": domain.held_out[:, k]}
        return pd.DataFrame(table, index=domain.names).dropna()

    def _known_at(self, which, names):
        """Return what the nearest rows are called, and what was measured there."""
        domain, found = self.domain, {}
        if domain.names is not None:
            found["nearest"] = [domain.names[i] for i in which]
        if domain.values is not None:
            measured = domain.values[which]
            found |= {f"{n}_nearest": measured[:, k] for k, n in enumerate(names)}
        return found

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


def own_std(estimator, X):
    """Return the deviation that a model itself gives for its first row, or None."""
    first = X.iloc[:1] if hasattr(X, "iloc") else X[:1]
    return _value_and_std(*_last_step(estimator, first))[1]


def _last_step(estimator, X):
    """Return the last step of a pipeline and what arrives there, or all as it is."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if type(estimator) is Pipeline and len(estimator) > 1:
        return estimator[-1], estimator[:-1].transform(X)
    return estimator, X


def _value_and_std(model, X):
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    found = None
    if "return_std" in inspect.signature(model.predict).parameters:
        with contextlib.suppress(TypeError, ValueError):  # a single member has none
            found = model.predict(X, return_std=True)
    if found is None:
        return np.asarray(model.predict(X)).reshape(n_rows, -1), None
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
    model = inner(estimator)
    if reads_of(model) == "targets":
        return None
    if _starts_with_tokens(model):
        from sklmag.composition import ElementFractionFeaturizer

        X = ElementFractionFeaturizer().transform(X)
    elif isinstance(model, Pipeline) and len(model) > 1:
        X = model[:-1].transform(X)
    return _as_numbers(X)


def _starts_with_tokens(model):
    from sklmag.composition import FormulaTokenizer

    return isinstance(model, Pipeline) and isinstance(model[0], FormulaTokenizer)


def _as_numbers(X):
    """Return rows of numbers, or None for anything else."""
    X = X.toarray() if hasattr(X, "toarray") else X
    try:
        rows = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        return None
    return rows if rows.ndim == 2 else None

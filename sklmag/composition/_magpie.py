"""The 145 Magpie attributes of a composition."""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Literal

import numpy as np

from sklmag._utils._validation import StrOptions
from sklmag.composition._base import CompositionFeaturizer
from sklmag.composition._elements import element_symbols
from sklmag.composition._tokens import canonical_slots, sum_slots

_STATISTICS = ("mean", "maxdiff", "dev", "max", "min", "most")
_MANY_SUMS = 64
_BALANCED = 1e-6  # of a charge that is rounding
_NORMS = (2, 3, 5, 7, 10)
_ORBITALS = "spdf"


class MagpieFeaturizer(CompositionFeaturizer):
    r"""The 145 attributes of a composition by Ward et al., as Magpie computes them.

    Parameters
    ----------
    unit : {"at.%", "wt.%"}, default="at.%"
        Whether amounts count atoms or mass, in formulas and in tables.
    balance : str, default=None
        In a table, the element that fills each row up to 100.
    tolerance : float, default=0.5
        In a table, how far a row may be from 100 (or from 1, where no amount is above
        1), in the same unit.
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a composition that cannot be read: an error, or a row of NaN,
        one warning that lists all of them, and their reasons in ``errors_``.
    missing : {"nan", "zero"}, default="nan"
        What a property is that an element lacks: NaN in the attributes that need it,
        or 0 before they are formed, as pySIPFENN and the networks trained with it have
        it; ``zeros_`` says of which.

    Attributes
    ----------
    errors_ : dict of int to str
        Row and reason of what the last `transform` could not read.
    zeros_ : dict of int to str
        With ``missing="zero"``, rows of the last `transform`, and the elements and
        properties that were counted as 0 there.

    Raises
    ------
    FormulaError
        For an unreadable formula.

    Notes
    -----
    With fractions :math:`x_i` and a property :math:`p_i` of the elements:

    - ``n_components``, and ``norm_2`` ... ``norm_10``: :math:`(\sum x_i^q)^{1/q}`;
    - of 22 properties each mean :math:`\bar p = \sum x_i p_i`, maxdiff
      (:math:`\max - \min`), dev :math:`\sum x_i |p_i - \bar p|`, max, min and most,
      the mean of :math:`p` over the elements of the largest fraction;
    - ``valence_s`` ... ``valence_f``: the share of the valence electrons;
    - ``can_form_ionic``: 1 where one oxidation state for each element balances the
      charge to 1e-6, 0 otherwise and for a single element;
    - ``max_ionic_character``: :math:`1 - \exp(-(\chi_{max} - \chi_{min})^2 / 4)`, and
      ``mean_ionic_character``:
      :math:`\sum_{ij} x_i x_j (1 - \exp(-(\chi_i - \chi_j)^2 / 4))`.

    Where an element has no value (melting temperature of He and Fr, electronegativity
    of He, Ne, Ar and Rn, space group of At, Rn and Fr, and several beyond Am), the
    numbers that need it are NaN. matminer writes the mean of all elements there,
    breaks ties of ``most`` by position, takes ``can_form_ionic`` from pymatgen and
    counts each pair once in ``mean_ionic_character``.

    The properties are those of Magpie as matminer carries them (its README names
    their sources).

    References
    ----------
    .. [1] L. Ward, A. Agrawal, A. Choudhary, C. Wolverton, npj Comput. Mater. 2
       (2016) 16028, doi:10.1038/npjcompumats.2016.28.

    Examples
    --------
    >>> from sklmag.composition import MagpieFeaturizer
    >>> magpie = MagpieFeaturizer().set_output(transform="pandas")
    >>> table = magpie.fit_transform(["Nd2Fe14B"])
    >>> table[["mean_atomic_number", "most_electronegativity"]].round(2)
       mean_atomic_number  most_electronegativity
    0               28.76                    1.83
    """

    _parameter_constraints = {
        **CompositionFeaturizer._parameter_constraints,
        "missing": [StrOptions({"nan", "zero"})],
    }

    def __init__(
        self,
        *,
        unit: Literal["at.%", "wt.%"] = "at.%",
        balance: str | None = None,
        tolerance: float = 0.5,
        on_error: Literal["raise", "nan"] = "raise",
        missing: Literal["nan", "zero"] = "nan",
    ) -> None:
        super().__init__(
            unit=unit, balance=balance, tolerance=tolerance, on_error=on_error
        )
        self.missing = missing

    def _numbers(self, fractions):
        number, x = canonical_slots(fractions, max(map(len, fractions)))
        number = number.astype(int)
        # an empty slot repeats the first element: it is no other extreme, nor missing
        values = element_values(self.missing)[np.where(x > 0, number, number[:, :1])]
        out = np.empty((len(x), len(_names())))
        statistics = out[:, 6:-7].reshape(len(x), -1, len(_STATISTICS))
        out[:, :6] = _stoichiometry(x)
        _fill_statistics(statistics, values, x)
        out[:, -7:-3] = _valence_shares(statistics[..., 0])
        out[:, -3] = _can_form_ionic(number, x)
        out[:, -2:] = ionic_character(values[..., _column("electronegativity")], x)
        return out

    def _take_note(self, read):
        if self.missing == "zero":
            self.zeros_ = lacking_in_rows(read)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the attributes.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (145,), dtype object
        """
        return np.array(_names(), dtype=object)


@cache
def _names():
    names = ["n_components"]
    names += [f"norm_{q}" for q in _NORMS]
    names += [f"{s}_{p}" for p in magpie_properties()[0] for s in _STATISTICS]
    names += [f"valence_{orbital}" for orbital in _ORBITALS]
    return [*names, "can_form_ionic", "max_ionic_character", "mean_ionic_character"]


@cache
def magpie_properties() -> tuple[
    tuple[str, ...], np.ndarray, tuple[tuple[float, ...], ...]
]:
    """Return the elements' properties as Magpie has them.

    Returns
    -------
    names : tuple of str
    values : ndarray of shape (104, 22)
        By atomic number; row 0 and what is missing are NaN.
    oxidation_states : tuple of tuple of float
        By atomic number.
    """
    with files(__package__).joinpath("magpie_elements.csv").open() as table:
        rows = list(csv.DictReader(table))
    names = tuple(
        name for name in rows[0] if name not in ("symbol", "oxidation_states")
    )
    values = np.full((len(rows) + 1, len(names)), np.nan)
    values[1:] = [[float(row[name] or "nan") for name in names] for row in rows]
    states = [tuple(map(float, row["oxidation_states"].split())) for row in rows]
    none: tuple[float, ...] = ()
    return names, values, (none, *states)


def element_values(missing: str) -> np.ndarray:
    """Return the elements' properties by atomic number, what is missing as NaN or 0.

    Parameters
    ----------
    missing : {"nan", "zero"}
        What a property is that an element lacks.

    Returns
    -------
    ndarray of shape (104, 22)
    """
    values = magpie_properties()[1]
    return np.nan_to_num(values) if missing == "zero" else values


def lacking_in_rows(fractions: dict[int, dict[str, float]]) -> dict[int, str]:
    """Return the rows whose elements lack properties, and which.

    Parameters
    ----------
    fractions : dict of int to dict
        Of rows, the atomic fractions by element symbol.

    Returns
    -------
    dict of int to str
    """
    texts = {
        row: filter(None, map(_lacking, found)) for row, found in fractions.items()
    }
    joined = {row: "; ".join(found) for row, found in texts.items()}
    return {row: text for row, text in joined.items() if text}


@cache
def _lacking(symbol):
    """Return an element and the properties that it lacks; empty where it has all."""
    names, values, _ = magpie_properties()
    gone = np.isnan(values[element_symbols().index(symbol) + 1])
    return f"{symbol}: {', '.join(np.array(names)[gone])}" if gone.any() else ""


@cache
def _column(name):
    return magpie_properties()[0].index(name)


@cache
def _valence_columns():
    return [_column(f"n_{orbital}_valence") for orbital in _ORBITALS]


def _stoichiometry(x):
    norms = np.array(_NORMS, dtype=float)
    sums = sum_slots(x[..., None] ** norms)
    return np.hstack(((x > 0).sum(axis=1)[:, None], sums ** (1 / norms)))


def _fill_statistics(out, values, x):
    """Write six statistics of each property, (n_samples, n_properties, 6)."""
    weight, is_most = x[..., None], (x == x[:, :1])[..., None]
    mean = sum_slots(weight * values)
    high, low = values.max(axis=1), values.min(axis=1)
    out[..., 0], out[..., 1] = mean, high - low
    out[..., 2] = sum_slots(weight * np.abs(values - mean[:, None]))
    out[..., 3], out[..., 4] = high, low
    out[..., 5] = sum_slots(np.where(is_most, values, 0)) / is_most.sum(axis=1)


def _valence_shares(means):
    counts = means[:, _valence_columns()]
    return counts / counts.sum(axis=1, keepdims=True)


def _can_form_ionic(number, x):
    states = magpie_properties()[2]
    rows = zip(number.tolist(), x.tolist(), strict=True)
    return [
        _balances([states[z] for z in numbers if z], [part for part in parts if part])
        for numbers, parts in rows
    ]


def _balances(states, x):
    """Tell whether one state for each element can give a charge of zero."""
    if len(states) < 2 or not all(states):
        return False
    if math.prod(map(len, states)) <= _MANY_SUMS:
        charges = [[part * q for q in s] for part, s in zip(x, states, strict=True)]
        return any(abs(sum(found)) < _BALANCED for found in product(*charges))
    charges = [part * np.array(s) for part, s in zip(x, states, strict=True)]
    lowest = np.cumsum([c.min() for c in charges[::-1]])[::-1]
    highest = np.cumsum([c.max() for c in charges[::-1]])[::-1]
    sums = np.zeros(1)
    for charge, low, high in zip(charges, lowest, highest, strict=True):
        can_balance = (sums + low < _BALANCED) & (sums + high > -_BALANCED)
        sums = sums[can_balance]
        sums = np.add.outer(sums, charge).ravel()
        if len(sums) > _MANY_SUMS:  # several ways to one sum: go on with one of them
            sums = np.unique(sums.round(9))
    return bool((np.abs(sums) < _BALANCED).any())


def ionic_character(chi: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the ionic character of the farthest pair, and the mean of all pairs.

    Parameters
    ----------
    chi, x : ndarray of shape (n_samples, n_slots)
        Electronegativities and fractions of the elements; an empty slot has the
        electronegativity of another.

    Returns
    -------
    ndarray of shape (n_samples, 2)
    """
    pairs = 1 - np.exp(-((chi[:, :, None] - chi[:, None]) ** 2) / 4)
    pairs *= x[:, :, None] * x[:, None]
    out = np.empty((len(x), 2))
    out[:, 0] = 1 - np.exp(-((chi.max(axis=1) - chi.min(axis=1)) ** 2) / 4)
    out[:, 1] = sum_slots(pairs.reshape(len(x), -1))
    return out

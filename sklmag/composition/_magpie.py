"""The 145 Magpie attributes of a composition."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from sklmag._utils._validation import StrOptions
from sklmag.composition._base import CompositionFeaturizer
from sklmag.composition._elements import element_symbols
from sklmag.composition._tokens import canonical_slots, sum_slots

_STATISTICS = ("mean", "maxdiff", "dev", "max", "min", "most")
_MANY_SUMS = 64
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
        known = element_values(self.missing)
        return np.hstack(
            (
                _stoichiometry(x),
                _property_statistics(known[number], x),
                _valence_shares(known, number, x),
                _can_form_ionic(number, x),
                _ionic_character(known, number, x),
            )
        )

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
        names = ["n_components"]
        names += [f"norm_{q}" for q in _NORMS]
        names += [f"{s}_{p}" for p in magpie_properties()[0] for s in _STATISTICS]
        names += [f"valence_{orbital}" for orbital in _ORBITALS]
        names += ["can_form_ionic", "max_ionic_character", "mean_ionic_character"]
        return np.array(names, dtype=object)


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


def _property(known, name, number):
    return known[number, magpie_properties()[0].index(name)]


def _stoichiometry(x):
    count = (x > 0).sum(axis=1)
    return np.column_stack((count, *(sum_slots(x**q) ** (1 / q) for q in _NORMS)))


def _property_statistics(values, x):
    """Return six statistics of each property, (n_samples, 6 * n_properties)."""
    used, weight = (x > 0)[..., None], x[..., None]
    largest = (x == x.max(axis=1, keepdims=True))[..., None]

    def total(terms, where):
        return sum_slots(np.where(where, terms, 0))

    mean = total(weight * values, used)
    deviation = total(weight * np.abs(values - mean[:, None]), used)
    high = np.where(used, values, -np.inf).max(axis=1)
    low = np.where(used, values, np.inf).min(axis=1)
    most = total(values, largest) / largest.sum(axis=1)
    statistics = (mean, high - low, deviation, high, low, most)
    return np.stack(statistics, axis=-1).reshape(len(x), -1)


def _valence_shares(known, number, x):
    names = [f"n_{orbital}_valence" for orbital in _ORBITALS]
    counts = np.stack([_property(known, name, number) for name in names], axis=-1)
    counts = sum_slots(np.where((x > 0)[..., None], x[..., None] * counts, 0))
    return counts / counts.sum(axis=1, keepdims=True)


def _can_form_ionic(number, x):
    states = magpie_properties()[2]
    found = [
        _balances([states[z] for z in numbers[used]], fractions[used])
        for numbers, fractions, used in zip(number, x, x > 0, strict=True)
    ]
    return np.array(found, dtype=float)[:, None]


def _balances(states, x):
    """Tell whether one state for each element can give a charge of zero."""
    if len(states) < 2 or not all(states):
        return False
    charges = [fraction * np.array(s) for fraction, s in zip(x, states, strict=True)]
    lowest = np.cumsum([c.min() for c in charges[::-1]])[::-1]
    highest = np.cumsum([c.max() for c in charges[::-1]])[::-1]
    sums = np.zeros(1)
    for charge, low, high in zip(charges, lowest, highest, strict=True):
        sums = sums[(sums + low < 1e-6) & (sums + high > -1e-6)]  # can still balance
        sums = np.add.outer(sums, charge).ravel()
        if len(sums) > _MANY_SUMS:  # several ways to one sum: go on with one of them
            sums = np.unique(sums.round(9))
    return bool((np.abs(sums) < 1e-6).any())


def _ionic_character(known, number, x):
    chi = _property(known, "electronegativity", number)
    used = x > 0
    pairs = 1 - np.exp(-((chi[:, :, None] - chi[:, None]) ** 2) / 4)
    weights = x[:, :, None] * x[:, None]
    both = used[:, :, None] & used[:, None]
    high = np.where(used, chi, -np.inf).max(axis=1)
    low = np.where(used, chi, np.inf).min(axis=1)
    mean = sum_slots(sum_slots(np.where(both, weights * pairs, 0)))
    return np.column_stack((1 - np.exp(-((high - low) ** 2) / 4), mean))

"""What materials are to ready models: formulas, crystals, grains, rows of a table."""

import pandas as pd

from sklmag.composition import parse_formula
from sklmag.exceptions import FormulaError
from sklmag.tasks._tables import find_formula_column


def kind_of_files(kind, items):
    """Return what inputs are; files of grain maps pass for structure files."""
    if kind != "structure":
        return kind
    from sklmag.microstructure._map_files import is_map_file  # here: it takes seconds

    return "grains" if all(map(is_map_file, items)) else kind


def _elements_of(formula):
    """Return the elements of a formula; of one that cannot be read none."""
    try:
        return {*parse_formula(formula)}
    except FormulaError:
        return set()


class Materials:
    """Materials of one kind, as each ready model can read them.

    Parameters
    ----------
    items : list or DataFrame
        What a user gives.
    kind : {"formula", "table", "structure", "grains"}
        What it is.

    Attributes
    ----------
    names : list of str
        What each is called.
    errors : dict of int to str
        Why crystals cannot be read, by place.
    """

    def __init__(self, items, kind):
        self.items, self.kind, self.errors = items, kind, {}
        self._places = list(range(len(items)))
        if kind == "table":
            self._column = find_formula_column(items)
            known = self._column is not None
            self.names = (
                items[self._column].astype(str).tolist()
                if known
                else [f"row {place}" for place in items.index]
            )
            self._formulas = self.names if known else None
        elif kind == "structure":
            self._read()
        else:
            self.names = [str(getattr(item, "name", item)) for item in items]
            self._formulas = self.names if kind == "formula" else None
        if kind == "grains":
            self.names = [
                name if isinstance(item, str) or hasattr(item, "name") else f"map {i}"
                for i, (item, name) in enumerate(zip(items, self.names, strict=True))
            ]

    def _read(self):
        """Read crystals; those that cannot be read are left out."""
        from sklmag.structure import read_structure  # here: formulas need it not

        crystals, self.names = [], []
        for place, item in enumerate(self.items):
            is_read = hasattr(item, "composition")
            formula = item.composition.reduced_formula if is_read else None
            self.names.append(str(getattr(item, "name", formula or item)))
            try:
                crystals.append(item if is_read else read_structure(item))
            except (ValueError, OSError) as error:
                self.errors[place] = str(error)
        self._places = [i for i in self._places if i not in self.errors]
        self.items = crystals
        self._formulas = [crystal.composition.formula for crystal in crystals]

    def any_made_of(self, elements):
        """Tell whether a material is made of some elements alone, if that is known."""
        if not elements or not self._formulas:
            return True
        return any(_elements_of(f) <= set(elements) for f in self._formulas)

    def items_for(self, model):
        """Return what a ready model predicts from, or None where it cannot."""
        if model.reads == "formula" and self._formulas:
            return pd.Series(self._formulas, dtype=object)
        if model.reads != self.kind or not len(self.items):
            return None
        if self.kind != "table":
            return self.items
        return self._columns_for(model)

    def _columns_for(self, model):
        columns = dict.fromkeys(model.columns)
        if self._column is not None and "formula" in columns:
            columns["formula"] = self._column
        named = {name: given or name for name, given in columns.items()}
        if not set(named.values()) <= set(self.items):
            return None
        return pd.DataFrame({n: self.items[given] for n, given in named.items()})

    def counted(self, found, failed):
        """Return predictions and errors, counted as the user counts."""
        if len(self._places) == len(self.names):
            return found, failed
        found = found.set_axis([self._places[i] for i in found.index])
        return found, {self._places[i]: why for i, why in failed.items()}

    def not_read(self, models):
        """Return why no model answers."""
        if self.errors:
            return "\n".join(self.errors.values())
        needed = "; ".join(
            f"{one.name} {', '.join(one.columns) or one.takes}" for one in models
        )
        what = (
            f"the columns {list(self.items.columns)}"
            if self.kind == "table"
            else (f"{self.kind}s")
        )
        return (
            f"No ready model reads {what}. They read: {needed}. Train a model of your "
            "own with sklmag train, and give it with --model."
        )

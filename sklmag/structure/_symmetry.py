"""Symmetry operations: from symbols and triplets, as a group that can be applied."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np

_TWO_ORIGINS = {"S": ":1", "Z": ":2", "O1": ":1", "O2": ":2"}  # as the ICSD writes
_TRIPLET = re.compile(r"[xyzXYZ\d+\-*/., ]+")
_DECIMAL = re.compile(r"\d*\.\d+")
_METRIC_TOLERANCE = 0.02  # by which a cell may differ from what its symmetry asks for


class SymmetryGroup:
    """Operations x' = R x + t in fractional coordinates.

    Parameters
    ----------
    operations : sequence of gemmi.Op
        All operations, centrings included; the identity may be left out.

    Raises
    ------
    ValueError
        Where the product of two operations is not among them.
    """

    def __init__(self, operations):
        den = 24  # of gemmi: translations are multiples of 1/24
        rotations = np.array([op.rot for op in operations]).reshape(-1, 3, 3) / den
        shifts = np.array([op.tran for op in operations]).reshape(-1, 3) % den
        rotations = np.concatenate([np.eye(3)[None], rotations])
        shifts = np.concatenate([np.zeros((1, 3), int), shifts])
        _, first = np.unique(_keys(rotations, shifts), return_index=True)
        first.sort()  # the identity stays first
        self.rotations, self._shifts = rotations[first], shifts[first]
        self.translations = self._shifts / den
        self.keys = frozenset(_keys(self.rotations, self._shifts).tolist())
        self._check()

    def __len__(self):
        return len(self.rotations)

    @cached_property
    def number(self):
        """Number of the International Tables, or None in a setting of its own."""
        import gemmi

        operations = []
        for rotation, shift in zip(self.rotations, self._shifts, strict=True):
            operation = gemmi.Op()
            operation.rot = (24 * rotation).astype(int).tolist()
            operation.tran = shift.tolist()
            operations.append(operation)
        found = gemmi.find_spacegroup_by_ops(gemmi.GroupOps(operations))
        return None if found is None else found.number

    @cached_property
    def products(self):
        """Return the place of g_i g_j in row i and column j; -1 where it has none."""
        n = len(self)
        rotations = np.einsum("iab,jbc->ijac", self.rotations, self.rotations)
        shifts = np.einsum("iab,jb->ija", self.rotations, self._shifts)
        shifts = (shifts + self._shifts[:, None]) % 24
        asked = _keys(rotations.reshape(-1, 3, 3), shifts.reshape(-1, 3))
        own = _keys(self.rotations, self._shifts)
        order = np.argsort(own)
        place = np.searchsorted(own[order], asked).clip(max=n - 1)
        found = own[order][place] == asked
        return np.where(found, order[place], -1).reshape(n, n)

    def _check(self):
        if (self.products < 0).any():
            i, j = np.argwhere(self.products < 0)[0] + 1
            raise ValueError(
                f"the {len(self)} symmetry operations are no group: number {i} times "
                f"number {j} is not among them. Complete them."
            )

    def apply(self, position):
        """Return the images of a position, shape (n_operations, 3)."""
        return self.rotations @ position + self.translations

    def fits(self, metric):
        """Tell whether the operations can act on a cell of this metric tensor."""
        turned = self.rotations.transpose(0, 2, 1) @ metric @ self.rotations
        lengths = np.sqrt(np.diag(metric))
        allowed = _METRIC_TOLERANCE * np.outer(lengths, lengths)
        return bool((np.abs(turned - metric) <= allowed).all())


def _keys(rotations, shifts):
    """Return one integer for each operation."""
    entries = np.rint(rotations)
    if np.abs(entries - rotations).max() > 0 or np.abs(entries).max() > 2:
        raise ValueError("an operation is none of a crystal: it stretches the cell.")
    digits = np.concatenate([entries.reshape(-1, 9) + 2, shifts], axis=1).astype(int)
    return np.ravel_multi_index(tuple(digits.T), (5,) * 9 + (24,) * 3)


@lru_cache(maxsize=512)
def group_of_triplets(triplets: tuple[str, ...]) -> SymmetryGroup:
    """Return the group of operations written as ``x,y+1/2,-z``."""
    import gemmi

    operations = []
    for number, triplet in enumerate(triplets, 1):
        try:
            if not _TRIPLET.fullmatch(triplet):
                raise ValueError
            operations.append(gemmi.Op(_DECIMAL.sub(_fraction, triplet)))
        except (RuntimeError, ValueError):
            raise ValueError(
                f"the symmetry operation {triplet!r} (number {number}) cannot be read. "
                "Write it like 'x,y+1/2,-z', in quotes if it holds blanks."
            ) from None
    return SymmetryGroup(operations)


def _fraction(decimal):
    """Write .33, .67 and the like as the 24th that they mean."""
    part = float(decimal.group()) * 24
    if abs(part - round(part)) > 0.1:
        return decimal.group()
    return str(Fraction(round(part), 24))


@lru_cache(maxsize=512)
def group_of_hall(symbol: str) -> SymmetryGroup | None:
    """Return the group of a Hall symbol such as ``-F 4 2 3``; None for no symbol."""
    import gemmi

    try:
        return SymmetryGroup(list(gemmi.symops_from_hall(symbol)))
    except (RuntimeError, ValueError):
        return None


@lru_cache(maxsize=512)
def groups_of_symbol(symbol: str, alpha: float, gamma: float):
    """Return the groups that a Hermann-Mauguin symbol may stand for, by full symbol.

    Old, short and full symbols are known, the setting behind the symbol (``R -3 m H``,
    ``F d -3 m Z``, ``:2``), underscores, and other ways to write it. A group with two
    origins of which the symbol names none gives both, no symbol none.
    """
    import gemmi

    spellings = list(_spellings(symbol))
    if abs(alpha - 90) < 0.05 and min(abs(gamma - 90), abs(gamma - 120)) > 0.05:
        short = [re.fullmatch(r"([PABCIF]) ?([^ ]+)", s) for s in spellings]
        spellings[:0] = [f"{m[1]} 1 1 {m[2]}" for m in short if m]  # c is unique
    for written in spellings:
        found = gemmi.find_spacegroup_by_name(written, alpha, gamma)
        if found is not None:
            break
    else:
        return {}
    groups = [found]
    if found.ext in ("1", "2") and not re.search(r":[12]$", written):
        groups = [g for g in gemmi.spacegroup_table() if g.hm == found.hm]
    return {g.xhm(): SymmetryGroup(list(g.operations())) for g in groups}


@lru_cache(maxsize=512)
def groups_of_number(number: int, alpha: float, gamma: float):
    """Return the groups of a number of the International Tables, by full symbol."""
    import gemmi

    if not 1 <= number <= 230:
        return {}
    return groups_of_symbol(gemmi.find_spacegroup_by_number(number).hm, alpha, gamma)


def _spellings(symbol):
    """Yield what a symbol may be in the spelling of the International Tables."""
    symbol = re.sub(r"</?su[bp]>|\\(?:over)?(?:bar|line)|[_~${}]", "", symbol)
    symbol = re.sub(
        r"[(, ]*origin *(?:choice|no\.?)? *([12])\)?", r":\1", symbol, flags=re.I
    )
    symbol = re.sub(r"\((hex|rhomb)\w*\)", lambda m: f":{m[1][0].upper()}", symbol)
    symbol = re.sub(
        r"\((?:no\.? *|#)?\d{2,3}\)|# *\d+|(?<=\d) +\(1\)$", "", symbol, flags=re.I
    ).strip()
    symbol = re.sub(r"(?<=\d)\((\d)\)", r"\1", symbol)  # P6(3)/mmc
    symbol = re.sub(r" *: *(?=[12HRhr]$)", ":", symbol)
    symbol = re.sub(r"(:[hr])$", lambda m: m.group().upper(), symbol)
    yield symbol
    for ending, origin in _TWO_ORIGINS.items():
        if symbol.upper().endswith(ending):
            yield symbol[: -len(ending)].strip() + origin
    if re.search(r"[a-z] *1$", symbol):  # F m -3 m 1
        yield symbol[:-1].strip()
    short = re.sub(r"\b4[1-3]?/([mnad])(?= *-3)", r"\1", symbol)  # F 4/m -3 2/m
    yield re.sub(r"\b2[1]?/([a-z])", r"\1", short)  # P 6/m 2/m 2/m

"""POSCAR and CONTCAR files."""

from __future__ import annotations

import re

import numpy as np

from sklmag.structure._words import element_of, to_float

_SYMBOL = re.compile(r"([A-Za-z]{1,2})(?:[_/.\d].*|\d*[+-])?")  # Fe_pv/8a5d1f, Na+
_TITLE_SYMBOL = re.compile(r"([A-Z][a-z]?)(?:_[a-z]+)*")
_NO_NUMBERS = ("nan", "inf", "infinity")
_FLAGS = ("T", "F", "TRUE", "FALSE")


def read_poscar(text):
    """Return the structure of a POSCAR.

    As VASP reads it: a negative scale is the volume, and Cartesian coordinates are
    scaled with the cell; words behind the numbers are comments.
    """
    from pymatgen.core import Lattice, Structure

    title, *lines = text.splitlines() or [""]
    lines = [_words(line) for line in lines]
    if len(lines) < 6:
        raise ValueError(
            f"lacks something: it has {len(lines) + 1} lines, and ends before its "
            "sites."
        )
    rows = np.array([_numbers(lines, i) for i in (1, 2, 3)])
    scale = _scale(lines[0], rows)
    symbols, counts, line = _species(lines)
    is_cartesian, line = _mode(lines, line)
    sites = list(_sites(lines[line:]))
    n_sites = sum(counts)
    if len(sites) != n_sites:
        where = (
            "ends before all of its" if len(sites) < n_sites else "goes on behind its"
        )
        raise ValueError(
            f"lacks something: it {where} sites. The counts {_joined(counts)} ask for "
            f"{n_sites}, the file has {len(sites)} lines of coordinates. Mend one of "
            "them."
        )
    _refuse_more(lines[line + n_sites :])
    positions = np.array([_numbers(lines, line + i) for i in range(n_sites)])
    labels = [_label(words[3:]) for words in sites]
    positions = positions.reshape(-1, 3)
    return Structure(
        Lattice(rows * scale),
        _species_of_sites(symbols, counts, labels, title),
        positions * scale if is_cartesian else positions,
        coords_are_cartesian=is_cartesian,
    )


def _words(line):
    """Return the words of a line before its comment."""
    for mark in "!#":
        if mark in line:
            line = line[: line.index(mark)]
    return line.split()


def _joined(words):
    return " ".join(map(str, words))


def _scale(words, rows):
    """Return the factor of line 2, or three; a negative one asks for a volume."""
    numbers = []
    for word in words[:3]:
        try:
            numbers.append(to_float(word))
        except ValueError:
            break
    if len(numbers) == 3 and min(numbers) > 0:
        return np.array(numbers)
    if not numbers or numbers[0] == 0 or len(numbers) == 3:
        raise ValueError(
            f"line 2, {_joined(words)!r}, is no scale. Write one number, or three "
            "above 0."
        )
    if numbers[0] > 0:
        return numbers[0]
    volume = abs(np.linalg.det(rows))
    if volume == 0:
        raise ValueError("its three basis vectors lie in a plane.")
    return (-numbers[0] / volume) ** (1 / 3)


def _species(lines):
    """Return the symbols, the counts, and the place of the line behind them."""
    is_named = lines[4] and not lines[4][0].isdigit()
    symbols, i = (lines[4], 5) if is_named else ([], 4)
    counts = []
    for word in lines[i]:
        if not word.isdecimal():
            break
        counts.append(int(word))
    if not counts:
        raise ValueError(
            f"line {i + 2}, {_joined(lines[i])!r}, should hold the count of each "
            "element."
        )
    if symbols and len(symbols) != len(counts):
        raise ValueError(
            f"names {len(symbols)} elements ({_joined(symbols)}), but has "
            f"{len(counts)} counts ({_joined(counts)}). Mend one of them."
        )
    for word in symbols:
        if _known(word) is None:
            raise ValueError(f"line 6: {word!r} is no element. Name one.")
    return [_known(word) for word in symbols], counts, i + 1


def _mode(lines, i):
    """Return whether coordinates are Cartesian, and the place of the first site."""
    if i < len(lines) and lines[i] and lines[i][0][0] in "Ss":  # selective dynamics
        i += 1
    word = lines[i][0] if i < len(lines) and lines[i] else "D" if i < len(lines) else ""
    if word[:1].lower() not in tuple("dckf"):
        raise ValueError(f"line {i + 2}, {word!r}, should say Direct or Cartesian.")
    return word[0] in "CcKk", i + 1


def _refuse_more(lines):
    """Raise for a second structure behind the first; velocities may stand there."""
    for words in lines:
        if words and words[0][0].isalpha() and words[0][0] not in "LlCcDdKk":
            raise ValueError(
                f"goes on behind its sites with {_joined(words)!r}: a second "
                "structure? Write one per file."
            )
        if len(words) > 1 and words[1].lower().startswith("config"):
            raise ValueError(
                "is an XDATCAR, which holds several structures. Write one per file."
            )


def _known(word):
    """Return the element of a word such as ``FE``, ``Fe_pv`` or ``D``, or None."""
    match = _SYMBOL.fullmatch(word)
    return element_of(match[1]) if match else None


def _species_of_sites(symbols, counts, labels, title):
    """Return the element of each site: named above the counts, or on its line."""
    if not symbols:  # VASP 4: the first line may name them, one for each count
        words = [_TITLE_SYMBOL.fullmatch(word) for word in title.split()]
        found = [element_of(word[1]) if word else None for word in words]
        if len(found) == len(counts) and None not in found:
            symbols = found
        elif labels and None not in labels:
            return labels
        else:
            raise ValueError(
                "Elements in POSCAR cannot be determined. Name them above the counts."
            )
    species = [s for s, n in zip(symbols, counts, strict=True) for _ in range(n)]
    labels = labels if None not in labels else []  # words here and there are comments
    for i, (element, label) in enumerate(zip(species, labels, strict=False), 1):
        if label != element:
            raise ValueError(
                f"site {i} is labelled {label!r}, but is {element} by the counts. Mend "
                "one of them."
            )
    return species


def _label(words):
    """Return the element that stands behind the coordinates of a site, or None.

    Three flags of selective dynamics may stand before it.
    """
    flags = [word.strip(".").upper() in _FLAGS for word in words]
    if len(flags) >= 3 and all(flags[:3]):
        words = words[3:]
    return _known(words[0]) if words and words[0][0].isupper() else None


def _sites(lines):
    """Yield the words of each site: up to an empty line, or a heading."""
    for words in lines:
        if not words or (words[0][0].isalpha() and words[0].lower() not in _NO_NUMBERS):
            return  # velocities follow
        yield words


def _numbers(lines, i):
    """Return the three numbers that a line begins with."""
    try:
        x, y, z = map(to_float, lines[i][:3])
    except ValueError:
        raise ValueError(
            f"line {i + 2}, {_joined(lines[i])!r}, should begin with three numbers."
        ) from None
    return x, y, z

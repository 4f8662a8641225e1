"""The layout of a model file: structure, arrays and card in one zip archive."""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.persistence._card import ModelCard

if TYPE_CHECKING:
    from pathlib import Path


FORMAT = 3
CARD, STRUCTURE = "card.json", "structure.json"
ARRAYS, DOMAIN = "arrays.safetensors", "domain.safetensors"
_BOOSTER = re.compile(r"\d{1,4}\.ubj\Z")
_LONGEST_TEXT = 64 * 2**20  # bytes of a card or a structure
_LARGEST = 2**31  # bytes of a file
_DAMAGE = (  # what a file that is made up can raise
    ValueError, KeyError, TypeError, RuntimeError, EOFError, OSError, struct.error,
    zipfile.BadZipFile, RecursionError,
)  # fmt: skip
_NO_MODEL = (
    "is not a model file of sklmag. Write one with sklmag.save(model, path), or with "
    "the command `sklmag train`."
)


@dataclass(frozen=True)
class Content:
    """What is in a model file beside its card.

    Parameters
    ----------
    structure : plain values
        The estimator, as JSON has it.
    arrays : dict of str to ndarray
        Its arrays, by place.
    boosters : dict of str to bytes
        Its boosters of XGBoost.
    domain : dict of str to ndarray
        Arrays of the applicability domain; may be empty.
    """

    structure: Any
    arrays: dict[str, np.ndarray]
    boosters: dict[str, bytes]
    domain: dict[str, np.ndarray]


def write_archive(path, content, card):
    """Write a model file.

    Parameters
    ----------
    path : Path
        The file.
    content : Content
        The estimator.
    card : ModelCard
        What is written to ``card.json``, beside the format and the checksums.

    Raises
    ------
    ValueError
        For a folder, and for a model that is too large for a file.
    """
    from safetensors.numpy import save

    structure = json.dumps(content.structure, allow_nan=False, separators=(",", ":"))
    parts = {
        STRUCTURE: structure.encode(),
        ARRAYS: save(content.arrays),
        DOMAIN: save(content.domain),
    } | content.boosters
    checksums = {n: hashlib.sha256(part).hexdigest() for n, part in parts.items()}
    ModelCard.from_dict(json.loads(json.dumps(card.to_dict())))  # as it will be read
    manifest = {"format": FORMAT, "card": card.to_dict(), "checksums": checksums}
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    _refuse_too_large(path, parts | {CARD: text})
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder, not a file to write.")
    draft = path.with_name(f".{path.name}.draft")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(CARD, text)
            for name, part in parts.items():
                archive.writestr(name, part)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _refuse_too_large(path, parts):
    """Raise for a model that could not be read back."""
    texts = max(len(parts[CARD]), len(parts[STRUCTURE]))
    if texts > _LONGEST_TEXT or sum(map(len, parts.values())) > _LARGEST:
        raise ValueError(
            f"{str(path)!r}: the model is too large for a model file (2 GiB, of which "
            "64 MiB for its structure and 64 MiB for its card). Fit a smaller one, "
            "such as fewer trees."
        )


def read_card(path: str | Path) -> ModelCard:
    """Return the card of a model file without opening the model.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    ModelCard

    Raises
    ------
    ValueError
        For what is no model file, one of another format, and a card that does not fit.

    Examples
    --------
    See :func:`save`.
    """
    with _opened(path) as archive:
        return _manifest(archive, path)[0]


def read_archive(path):
    """Return card and content of a model file, each part checked by its checksum.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    card : ModelCard
    content : Content

    Raises
    ------
    ValueError
        For what is no model file, a damaged or altered one, or one of another format.
    """
    from safetensors.numpy import load

    with _opened(path) as archive:
        card, checksums = _manifest(archive, path)
        parts = {
            name: _verified(archive, name, checksum, path)
            for name, checksum in checksums.items()
        }
    try:
        structure = json.loads(parts.pop(STRUCTURE), parse_constant=_no_constant)
        arrays, domain = load(parts.pop(ARRAYS)), load(parts.pop(DOMAIN))
    except Exception as error:  # what is made up can be wrong in any way
        raise ValueError(f"{str(path)!r} is damaged: {error!r}.") from error
    return card, Content(structure, arrays, boosters=parts, domain=domain)


def _no_constant(name):
    raise ValueError(f"{name} is no number of JSON")


def _opened(path):
    """Open an archive; whatever is no model file is named for what it seems to be."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(2)
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no model file {str(path)!r}.") from None
    except IsADirectoryError:
        raise ValueError(f"{str(path)!r} is a folder, not a model file.") from None
    if beginning[:1] == b"\x80":
        raise ValueError(
            f"{str(path)!r} looks like a pickle, which runs code when it is opened: "
            "refused. Open it yourself if you trust it, and write it anew with "
            "sklmag.save(model, path)."
        )
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE:
        cut = " It begins like one: the file may be cut off; copy it again."
        why = cut if beginning == b"PK" else ""
        raise ValueError(f"{str(path)!r} {_NO_MODEL}{why}") from None
    wrong = _what_is_wrong(archive, os.path.getsize(path))
    if wrong is not None:
        archive.close()
        raise ValueError(f"{str(path)!r} {_NO_MODEL}{wrong}")
    return archive


def _what_is_wrong(archive, size):
    """Return why the parts of an archive are not those of a model, or None."""
    parts = {info.filename: info for info in archive.infolist()}
    if "schema.json" in parts and CARD not in parts:
        return " Files of skops open with skops.io.load."
    if CARD not in parts or any(i.compress_type for i in parts.values()):
        return ""
    if len(parts) < len(archive.infolist()) or size > _LARGEST:
        return " Its parts overlap, or it is larger than 2 GiB."
    if sum(info.file_size for info in parts.values()) > size:
        return " Its parts overlap, or it is larger than 2 GiB."
    long = [n for n, i in parts.items() if i.file_size > _LONGEST_TEXT]
    if CARD in long or STRUCTURE in long:
        return " Its card or structure is longer than 64 MiB."
    return None


def _manifest(archive, path):
    """Return the card of an archive, and the checksum of each of its parts."""
    try:
        manifest = json.loads(archive.read(CARD))
        number, known = manifest["format"], dict(manifest["checksums"])
        if not all(isinstance(word, str) for pair in known.items() for word in pair):
            raise TypeError("a checksum is no text")
    except _DAMAGE as error:
        raise ValueError(f"{str(path)!r}: its card is damaged: {error!r}.") from error
    _refuse_other_format(number, manifest, path)
    missing = {STRUCTURE, ARRAYS, DOMAIN} - set(known)
    if missing:
        raise ValueError(f"{str(path)!r}: its card names no {min(missing)!r}.")
    others = set(known) - {STRUCTURE, ARRAYS, DOMAIN}
    others = [n for n in others if not _BOOSTER.match(n)]
    if others:
        raise ValueError(f"{str(path)!r}: its card names a part {min(others)!r:.60}.")
    try:
        return ModelCard.from_dict(manifest.get("card")), known
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{str(path)!r}: its card does not fit: {error}") from None


def _refuse_other_format(number, manifest, path):
    if number == FORMAT and type(number) is int:
        return
    card = manifest.get("card", manifest)  # format 1 had them side by side
    versions = card.get("versions") if isinstance(card, dict) else None
    versions = versions if isinstance(versions, dict) else {}
    written = ascii(versions.get("sklmag", "of another version"))[1:-1][:40]
    old = type(number) is int and number < FORMAT
    way = (
        "Train the model again, or open it with that version of sklmag."
        if old
        else "Update it: pip install -U sklmag."
    )
    raise ValueError(
        f"{str(path)!r} has format {number!r:.20}, written by sklmag {written}; this "
        f"one reads format {FORMAT}. {way}"
    )


def _verified(archive, name, checksum, path):
    try:
        part = archive.read(name)
    except _DAMAGE as error:
        raise ValueError(f"{str(path)!r} is damaged: {error}.") from error
    if hashlib.sha256(part).hexdigest() != checksum:
        raise ValueError(
            f"{str(path)!r}: its part {name!r} is not what its card says (sha256). The "
            "file was altered or damaged; get it again from where it came."
        )
    return part

"""The layout of a model file: structure, weights and card in one zip archive."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from sklmag.persistence._card import ModelCard

if TYPE_CHECKING:
    from pathlib import Path


FORMAT = 2
CARD, WEIGHTS, DOMAIN = "card.json", "weights.safetensors", "domain.safetensors"
_SCHEMA = "schema.json"
_DAMAGE = (  # what a file that is made up can raise
    ValueError, KeyError, TypeError, RuntimeError, EOFError, OSError, struct.error,
    zipfile.BadZipFile,
)  # fmt: skip
_NO_MODEL = (
    "is not a model file of sklmag. Write one with sklmag.save(model, path), or with "
    "the command `sklmag train`."
)


def write_archive(path, *, content, card, domain):
    """Write a model file.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What ``skops.io.dumps`` gives: weights of networks go to a part of their own.
    card : ModelCard
        What is written to ``card.json``, beside the format and the checksums.
    domain : dict of str to ndarray
        Arrays of the applicability domain; may be empty.
    """
    from safetensors.numpy import save

    parts = _parts(content)
    weights = {}
    for key, name in _weights(json.loads(parts[_SCHEMA])):
        array = np.load(io.BytesIO(parts[name]), allow_pickle=False)
        if array.flags.c_contiguous:  # safetensors would forget another order
            weights[key] = array
            del parts[name]
    parts[WEIGHTS], parts[DOMAIN] = save(weights), save(domain)
    checksums = {n: hashlib.sha256(part).hexdigest() for n, part in parts.items()}
    ModelCard.from_dict(json.loads(json.dumps(card.to_dict())))  # as it will be read
    manifest = {"format": FORMAT, "card": card.to_dict(), "checksums": checksums}
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder, not a file to write.")
    draft = path.with_name(f".{path.name}.draft")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(CARD, json.dumps(manifest, indent=1, ensure_ascii=False))
            for name, part in parts.items():
                archive.writestr(name, part)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


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
    """Return the three parts of a model file, each checked against its checksum.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    content : bytes
        For ``skops.io``.
    card : ModelCard
    domain : dict of str to ndarray

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
        return _joined(parts), card, load(parts[DOMAIN])
    except Exception as error:  # what is made up can be wrong in any way
        raise ValueError(f"{str(path)!r} is damaged: {error!r}.") from error


def _joined(parts):
    """Return the archive of skops: what a file holds, with the weights in its place."""
    from safetensors.numpy import load

    weights = load(parts[WEIGHTS])
    own = {n: part for n, part in parts.items() if n not in (WEIGHTS, DOMAIN)}
    for key, name in _weights(json.loads(parts[_SCHEMA])):
        if key in weights:
            buffer = io.BytesIO()
            np.save(buffer, weights[key], allow_pickle=False)
            own[name] = buffer.getvalue()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, part in own.items():
            archive.writestr(name, part)
    return whole.getvalue()


def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _weights(node, place=""):
    """Yield name and file of every weight of the networks in a schema of skops."""
    if isinstance(node, list):
        for i, part in enumerate(node):
            yield from _weights(part, f"{place}{i}.")
    elif isinstance(node, dict):
        for key, part in node.items():
            if key == "_weights" and "content" in part:
                for name, array in part["content"].items():
                    if str(array.get("file", "")).endswith(".npy"):
                        yield f"{place}{name}", array["file"]
            else:
                inner = "" if key in ("content", "steps") else f"{key}."
                yield from _weights(part, place + inner)


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
    members = archive.infolist()
    packed = [i for i in members if i.compress_type != zipfile.ZIP_STORED]
    names = {i.filename for i in members}
    if sum(i.file_size for i in members) > os.path.getsize(path) or len(names) < len(
        members
    ):
        archive.close()
        raise ValueError(f"{str(path)!r} {_NO_MODEL} Its parts overlap.")
    if packed or CARD not in archive.namelist():
        archive.close()
        way = " Files of skops open with skops.io.load." if packed == [] else ""
        raise ValueError(f"{str(path)!r} {_NO_MODEL}{way}")
    return archive


def _manifest(archive, path):
    """Return the card of an archive, and the checksum of each of its parts."""
    try:
        manifest = json.loads(archive.read(CARD))
        number, known = manifest["format"], dict(manifest["checksums"])
    except _DAMAGE as error:
        raise ValueError(f"{str(path)!r}: its card is damaged: {error!r}.") from error
    _refuse_other_format(number, manifest, path)
    missing = {WEIGHTS, DOMAIN, _SCHEMA} - set(known)
    if missing:
        raise ValueError(f"{str(path)!r}: its card names no {missing.pop()!r}.")
    try:
        return ModelCard.from_dict(manifest.get("card")), known
    except ValueError as error:
        raise ValueError(f"{str(path)!r}: its card does not fit: {error}") from None


def _refuse_other_format(number, manifest, path):
    if number == FORMAT and type(number) is int:
        return
    card = manifest.get("card", manifest)  # format 1 had them side by side
    versions = card.get("versions") if isinstance(card, dict) else None
    versions = versions if isinstance(versions, dict) else {}
    written = versions.get("sklmag", "of another version")
    old = type(number) is int and number < FORMAT
    way = (
        "Train the model again, or open it with that version of sklmag."
        if old
        else "Update it: pip install -U sklmag."
    )
    raise ValueError(
        f"{str(path)!r} has format {number!r}, written by sklmag {written}; this one "
        f"reads format {FORMAT}. {way}"
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

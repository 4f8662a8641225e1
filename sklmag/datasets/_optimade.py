"""Crystals from the databases that speak OPTIMADE, kept page by page."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode, urlsplit

import pandas as pd
from sklearn.utils import Bunch

from sklmag._utils._download import RefusedError, download, read_url
from sklmag._utils._paths import data_home as _data_home
from sklmag._utils._progress import progress
from sklmag._utils._units import unit_of
from sklmag.exceptions import DownloadError, StructureError
from sklmag.structure._optimade import FIELDS, structure_of_entry

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

PROVIDERS = "https://providers.optimade.org/v1/links"
_ALWAYS = (*FIELDS, "chemical_formula_reduced", "last_modified")
_PAGE = 100  # entries; a server that gives fewer at a time says so
_NOT_PERIODIC = "on_error='nan' leaves such rows without a structure."
_CITATION = "M. L. Evans et al., Digit. Discov. 3 (2024) 1509, doi:10.1039/D4DD00039K"


def fetch_structures(
    provider: str,
    filter: str = "",
    *,
    fields: Sequence[str] = (),
    max_results: int | None = None,
    on_error: Literal["raise", "nan"] = "raise",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Bunch:
    """Load crystals from a database that speaks OPTIMADE [1]_.

    Parameters
    ----------
    provider : str
        Short name in the list of providers, such as ``"oqmd"``, ``"mp"`` or
        ``"alexandria/alexandria-pbe"`` where a provider has several databases; or the
        address of a database.
    filter : str, default=""
        Which entries, in the filter language of OPTIMADE, such as
        ``'elements HAS ALL "Nd","Fe" AND nelements=3'``; all by default.
    fields : sequence of str, default=()
        Properties to be loaded beside the crystal, by the database's names, such as
        ``"_oqmd_delta_e"``.
    max_results : int, default=None
        Stop after so many entries; None loads all.
    on_error : {"raise", "nan"}, default="raise"
        What becomes of an entry that is no crystal: an error, or a row whose structure
        is None, with its reason in ``errors``.
    data_home : str or path-like, default=None
        Folder; by default that of :func:`sklmag.datasets.data_home`. Each answer is
        kept there, so that a download that broke off goes on where it was, and the
        next call reads files.
    download_if_missing : bool, default=True
        Whether to download; False raises where something is not there.
    n_retries : int, default=3
        Attempts after a failed one.
    delay : float, default=1.0
        Seconds before the first repetition; each next one waits twice as long.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame with the column ``structure``, pymatgen Structures),
        ``frame`` (also ``id``, ``formula``, the fields, and where a row comes from:
        ``url``, ``last_modified`` and ``retrieved``), ``n_available`` (how many
        entries the database has of the kind, where it says so), ``errors`` (reasons by
        row), ``path`` (the folder of the answers), ``feature_names``, ``units``,
        ``DESCR``, ``citation``, ``license``.

    Raises
    ------
    DownloadError
        If the database cannot be reached, or refuses the filter; in its own words.
    StructureError
        For an entry that is no crystal.
    ValueError
        For a provider or field that there is not, and options out of their ranges.

    Notes
    -----
    What has been loaded once stays as it was, also when the database changes; the
    folder in ``path`` is removed to load it anew. Pages are asked for one after the
    other.

    References
    ----------
    .. [1] M. L. Evans et al., Digit. Discov. 3 (2024) 1509, doi:10.1039/D4DD00039K.

    Examples
    --------
    >>> from sklmag.datasets import fetch_structures
    >>> sigma = fetch_structures(  # doctest: +SKIP
    ...     "oqmd", 'elements HAS ALL "Fe","Cr" AND nelements=2',
    ...     fields=["_oqmd_delta_e"], max_results=200,
    ... )
    >>> sigma.data["structure"][0].formula  # doctest: +SKIP
    'Cr1 Fe3'
    """
    if on_error not in ("raise", "nan"):
        raise ValueError(f"on_error={on_error!r} is not among 'raise', 'nan'.")
    if max_results is not None and max_results < 1:
        raise ValueError(f"max_results={max_results}: at least 1, or None for all.")
    how = {"n_retries": n_retries, "delay": delay}
    folder = _data_home(data_home) / "optimade"
    query = _Query(provider, filter, tuple(fields))
    store = _Store(folder / query.name, query, download_if_missing, how)
    entries = store.entries(max_results, verbose)
    frame, errors = _frame(entries, store.about, fields, on_error)
    _refuse_unknown(fields, entries, store.about["base_url"])
    data = frame[["structure"]]
    return Bunch(
        data=data,
        frame=frame,
        n_available=store.n_available,
        errors=errors,
        path=store.folder,
        feature_names=["structure"],
        units={name: unit_of(name) for name in fields},
        DESCR=_description(store, len(frame)),
        citation=f"{provider}; {_CITATION}",
        license=store.about["license"] or "not stated",
    )


@dataclass(frozen=True)
class _Query:
    """What is asked of whom.

    Parameters
    ----------
    provider, filter : str
        As the user says it.
    fields : tuple of str
        Beside the crystal.
    """

    provider: str
    filter: str
    fields: tuple[str, ...]

    @property
    def name(self):
        """Name the folder of its answers."""
        text = json.dumps([self.provider, self.filter, sorted(self.fields)])
        short = "".join(c if c.isalnum() else "-" for c in self.provider)[-40:]
        return f"{short}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def url(self, base, page_limit=None):
        """Return the address of its first page."""
        asked = {"filter": self.filter} if self.filter else {}
        asked["response_fields"] = ",".join((*_ALWAYS, *self.fields))
        if page_limit:
            asked["page_limit"] = page_limit
        return f"{base}/structures?{urlencode(asked, quote_via=quote)}"


class _Store:
    """The answers to a query in a folder, each page a file."""

    def __init__(self, folder, query, may_download, how):
        self.folder, self.n_available = folder, None
        self._query, self._may_download, self._how = query, may_download, how
        self.about = self._about()

    def entries(self, max_results, verbose):
        """Return the entries, of pages that are there or are downloaded now."""
        found = []
        bar = progress(
            self._pages(), verbose=verbose, desc=self._query.provider, unit="page"
        )
        for page in bar:
            found += page["data"]
            if max_results is not None and len(found) >= max_results:
                return found[:max_results]
        return found

    def _pages(self):
        url, seen = self.about["first_page"], set()
        while url:
            path = self.folder / f"page-{len(seen):05d}.json"
            if url in seen or urlsplit(url).scheme not in ("http", "https"):
                raise DownloadError(f"{path}: its next page {url!r} leads nowhere.")
            seen.add(url)
            page = self._page(path, url)
            self.n_available = page.get("meta", {}).get("data_returned")
            url = _next(page)
            if url and not page["data"]:
                raise DownloadError(f"{path} is empty, and yet names a next page.")
            yield page

    def _page(self, path, url):
        if not path.exists():
            self._need(path)
            download(url, path, **self._how)
        try:
            page = json.loads(path.read_bytes())
            if isinstance(page["data"], list):
                return page
        except (ValueError, KeyError, TypeError):
            pass
        path.unlink()
        raise DownloadError(
            f"What {url} sent is no page of an OPTIMADE database; it was removed."
        )

    def _about(self):
        """Return whom the pages come from, and since when; asked for once."""
        path = self.folder / "query.json"
        if path.exists():
            return json.loads(path.read_text(encoding="utf-8"))
        self._need(path)
        base = _base_url(self._query.provider, self._how)
        about = {
            "base_url": base,
            "filter": self._query.filter,
            "first_page": self._first_page(base),
            "license": _license(base, self._how),
            "retrieved": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(about, indent=1), encoding="utf-8")
        part.replace(path)
        return about

    def _first_page(self, base):
        """Download a first page as long as the database gives it; its address."""
        path, url = self.folder / "page-00000.json", self._query.url(base, _PAGE)
        try:
            download(url, path, **self._how)
        except RefusedError:  # that many, or the filter, which it says again
            url = self._query.url(base)
            download(url, path, **self._how)
        return url

    def _need(self, path):
        if not self._may_download:
            raise DownloadError(f"{path} is not there and downloading is off.")


def _next(page):
    link = (page.get("links") or {}).get("next")
    return link.get("href") if isinstance(link, dict) else link


def _asked(url, how):
    """Return the answer of a database to a question of its own."""
    try:
        answer = json.loads(read_url(url, **how))
        return answer["data"]
    except (ValueError, KeyError, TypeError) as error:
        raise DownloadError(
            f"What {url} sent is no answer of an OPTIMADE database."
        ) from error


def _base_url(provider, how):
    """Return the address of a database, with the version of the interface."""
    if provider.startswith(("http://", "https://")):
        return _with_version(provider)
    name, _, database = provider.partition("/")
    try:
        listed = _asked(PROVIDERS, how)
    except DownloadError as error:
        raise DownloadError(
            f"{error} Without that list give the address of a database in place of "
            f"{provider!r}."
        ) from error
    known = {entry["id"]: entry["attributes"] for entry in listed}
    if not known.get(name, {}).get("base_url"):
        listed = ", ".join(sorted(n for n, of in known.items() if of["base_url"]))
        raise ValueError(
            f"{name!r} is no provider with databases. Known: {listed}; or give the "
            "address of a database."
        )
    links = _asked(f"{_with_version(known[name]['base_url'])}/links", how)
    children = {
        entry["id"]: entry["attributes"]["base_url"]
        for entry in links
        if entry["attributes"]["link_type"] == "child"
    }
    if not database and len(children) == 1:
        (database,) = children
    if database not in children:
        listed = ", ".join(f"{name}/{child}" for child in sorted(children))
        raise ValueError(f"{provider!r} is no database. Known: {listed}.")
    return _with_version(_href(children[database]))


def _href(link):
    return link["href"] if isinstance(link, dict) else link


def _with_version(url):
    url = _href(url).rstrip("/")
    return url if url.rpartition("/")[2].startswith("v1") else f"{url}/v1"


def _license(base, how):
    """Return what a database says of its licence, or None."""
    attributes = _asked(f"{base}/info", how).get("attributes") or {}
    listed = attributes.get("available_licenses") or []
    return ", ".join(listed) or _href(attributes.get("license") or "") or None


def _frame(entries, about, fields, on_error):
    """Return one row an entry, and why some have no structure."""
    structures, errors = [], {}
    for row, entry in enumerate(entries):
        try:
            structures.append(structure_of_entry(entry["attributes"]))
        except StructureError as error:
            why = f"{entry['id']}: {error}"
            if on_error == "raise":
                raise StructureError(f"Row {row}, {why} {_NOT_PERIODIC}") from error
            structures.append(None)
            errors[row] = why
    attributes = [entry["attributes"] for entry in entries]
    columns = {
        "structure": pd.Series(structures, dtype=object),
        "id": [entry["id"] for entry in entries],
        "formula": [found.get("chemical_formula_reduced") for found in attributes],
        **{name: [found.get(name) for found in attributes] for name in fields},
        "url": [f"{about['base_url']}/structures/{entry['id']}" for entry in entries],
        "last_modified": [found.get("last_modified") for found in attributes],
        "retrieved": about["retrieved"],
    }
    return pd.DataFrame(columns), errors


def _refuse_unknown(fields, entries, base):
    """Raise where no entry has a field: a misspelt one is null everywhere."""
    for name in fields:
        if entries and all(entry["attributes"].get(name) is None for entry in entries):
            raise ValueError(
                f"No entry has the field {name!r}. {base}/info/structures lists those "
                "of the database."
            )


def _description(store, n_rows):
    about = store.about
    return (
        f"{n_rows} crystals of {about['base_url']}\n"
        f"Filter: {about['filter'] or 'none'}\n"
        f"Retrieved: {about['retrieved']}\n"
    )

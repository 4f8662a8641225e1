"""A crystal from an entry of an OPTIMADE database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklmag.exceptions import StructureError

if TYPE_CHECKING:
    from pymatgen.core import Structure

FIELDS = (
    "lattice_vectors",
    "cartesian_site_positions",
    "species",
    "species_at_sites",
)
"""What a crystal is made from, by the names of the specification."""


def structure_of_entry(attributes: dict[str, Any]) -> Structure:
    """Return the crystal that the attributes of an entry describe.

    Parameters
    ----------
    attributes : dict
        With the `FIELDS` of the specification.

    Returns
    -------
    pymatgen.core.Structure
        With partial occupancies where a species is a mixture, or partly a vacancy.

    Raises
    ------
    StructureError
        For an entry without coordinates, one that is not periodic in three directions,
        and for species that are not known.
    """
    from pymatgen.core import Structure

    missing = [name for name in FIELDS if not attributes.get(name)]
    if missing:
        raise StructureError(f"it has no {' and no '.join(missing)}.")
    lattice = attributes["lattice_vectors"]
    if any(length is None for vector in lattice for length in vector):
        raise StructureError("it is not periodic in three directions.")
    kinds = {kind["name"]: _occupancies(kind) for kind in attributes["species"]}
    strangers = set(attributes["species_at_sites"]) - set(kinds)
    if strangers:
        raise StructureError(
            f"species {', '.join(sorted(strangers))} of its sites are not described."
        )
    try:
        return Structure(
            lattice,
            [kinds[name] for name in attributes["species_at_sites"]],
            attributes["cartesian_site_positions"],
            coords_are_cartesian=True,
        )
    except (ValueError, TypeError) as error:
        raise StructureError(f"it is no crystal: {error}.") from error


def _occupancies(kind):
    """Return the share of each element in a species; vacancies hold none."""
    shares: dict[str, float] = {}
    for symbol, share in zip(
        kind["chemical_symbols"], kind["concentration"], strict=True
    ):
        if symbol == "X":
            raise StructureError(f"species {kind['name']!r} holds unknown elements.")
        if symbol != "vacancy":
            shares[symbol] = shares.get(symbol, 0.0) + share
    return shares

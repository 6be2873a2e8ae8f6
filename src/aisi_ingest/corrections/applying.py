"""Which corrections concern which document or pair, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from aisi_ingest.corrections.quotes import Problem
from aisi_ingest.corrections.reading import Entry
from aisi_ingest.model import Correction, Issue, Licence, Listing

NOT_APPLIED = "correction_not_applied"  # code of an issue
_OF_BOTH = ("bead", "finding", "pair")  # entries that concern a document only together with another


def with_corrections(
    listing: Listing, entries: Iterable[Entry], is_named: Callable[[str], bool]
) -> tuple[Listing, set[tuple[str, str]]]:
    """Attach to a document the corrections that name it.

    Args:
        listing: The document as the pages and the ledger have it.
        entries: All corrections of the root.
        is_named: Returns True for the names of this document.

    Returns:
        The document with its corrections, and with the publisher and the licence that they set; and the place of
        each entry with the name by which it was found.
    """
    found: set[tuple[str, str]] = set()
    own = []
    for entry in entries:
        names = {name for name in entry.correction.documents if is_named(name)}
        found |= {(entry.place, name) for name in names}
        if names or (entry.correction.of == "entity" and not entry.correction.documents):
            own.append(entry.correction)
    if not own:
        return listing, found
    fields = _fields(own)
    licence = listing.licence or Licence("", "", "")
    stated = Licence(
        fields.get("licence_name", licence.name),
        fields.get("licence_url", licence.url),
        fields.get("attribution", licence.attribution),
    )
    corrected = replace(
        listing,
        publisher=fields.get("publisher", listing.publisher),
        licence=stated if stated != Licence("", "", "") else None,
        corrections=tuple(each for each in own if each.of != "pair"),
    )
    return corrected, found


def _fields(corrections: Iterable[Correction]) -> dict[str, str]:
    """Return the fields that the corrections of a document set."""
    return {key: str(value) for each in corrections if each.of == "document" for key, value in each.set.items()}


def corrected_date(listing: Listing) -> str | None:
    """Return the date that a correction states; None if none does."""
    return _fields(listing.corrections).get("date")


def corrected_edition(listing: Listing) -> str | None:
    """Return the edition that a correction states; None if none does."""
    return _fields(listing.corrections).get("edition")


def pair_corrections(ja: Listing, en: Listing) -> tuple[Correction, ...]:
    """Return the corrections that concern a pair: those that name both documents, and those of entities."""
    return tuple(
        each for each in ja.corrections if each.of == "entity" or (each.of in _OF_BOTH and each in en.corrections)
    )


def stated_pairs(entries: Iterable[Entry], join: bool) -> list[tuple[str, str]]:
    """Return the pairs of documents that belong together, or that do not."""
    pairs = (each.correction for each in entries if each.correction.of == "pair" and each.correction.join is join)
    return [(each.documents[0], each.documents[1]) for each in pairs]


def without_different(same: Mapping[str, str], corrections: Sequence[Correction]) -> dict[str, str]:
    """Return which ids are one, without those that a correction keeps apart."""
    apart = [set(each.different) for each in corrections if each.of == "entity"]
    return {old: new for old, new in same.items() if not any({old, new} <= ids for ids in apart)}


def issues_of(problems: Iterable[Problem], stage: str) -> tuple[Issue, ...]:
    """Return a warning for each correction that could not be applied."""
    return tuple(
        Issue(stage, "warning", NOT_APPLIED, f"correction of {each.correction.author}: {each.message}")
        for each in problems
    )


def issues_of_names(entries: Iterable[Entry], found: set[tuple[str, str]]) -> tuple[Issue, ...]:
    """Return a warning for each name in a correction that no known document has.

    Args:
        entries: All corrections of the root.
        found: The place of each entry with the names that some document has.
    """
    return tuple(
        Issue("fetch", "warning", NOT_APPLIED, f"{entry.place}: no known document is named {name!r}")
        for entry in entries
        for name in entry.correction.documents
        if (entry.place, name) not in found
    )

"""Cite a text of a published release, with all that a reader needs to find and check it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aisi_ingest.model import Lang
from aisi_ingest.publish import source_facts
from aisi_ingest.publish.schema import DocumentRow, EntityRow
from aisi_ingest.retrieval.lookup import Lookup
from aisi_ingest.retrieval.passages import Passage, passage

_QUOTES: dict[Lang, tuple[str, str]] = {"ja": ("「", "」"), "en": ("“", "”")}
_FACTS: dict[Lang, str] = {"ja": "、", "en": ", "}


@dataclass(frozen=True)
class Citation:
    """A text and its source.

    Attributes:
        passage: The text, where it stands, and its counterpart in the other language.
        publisher: Name of the publisher in the language of the text, or None.
        file: Name of the file that was read.
        sha256: Checksum of that file.
        licence: Name of the terms of use.
        licence_url: Their address.
        attribution: The line to print where the text is used.
        release: Id of the release.
        line: All of this in one paragraph, in the language of the text.
    """

    passage: Passage
    publisher: str | None
    file: str
    sha256: str
    licence: str
    licence_url: str
    attribution: str
    release: str
    line: str


def citation(release: Path, wanted: str) -> Citation:
    """Return the citation of a text.

    Args:
        release: The folder of a release.
        wanted: Id of a document, section, block, sentence, table, mention or chunk.

    Raises:
        KeyError: The release has no such id, a reader cannot see the text, or it is an entity, which is on no page.
    """
    with Lookup(release) as lookup:
        found = passage(lookup, wanted)
        head = lookup.get(DocumentRow, found.document) if found.document else None
        if head is None:
            raise KeyError(f"{wanted} is an entity; cite a text that names it: aisi-ingest search shows ids")
        publisher = _publisher(lookup, head)
    return Citation(
        passage=found,
        publisher=source_facts.publisher_name(head, publisher),
        file=head.source.file,
        sha256=head.source.sha256,
        licence=head.licence.name,
        licence_url=head.licence.url,
        attribution=head.licence.attribution,
        release=release.name,
        line=_line(found, head, publisher),
    )


def publisher_name(lookup: Lookup, document: DocumentRow) -> str | None:
    """Return the name of a document's publisher, if possible in the language of the document; else its id."""
    return source_facts.publisher_name(document, _publisher(lookup, document))


def _publisher(lookup: Lookup, document: DocumentRow) -> EntityRow | None:
    return lookup.get(EntityRow, document.publisher) if document.publisher else None


def _line(found: Passage, head: DocumentRow, publisher: EntityRow | None) -> str:
    """Return “text” Publisher, Title, edition, date, page, address, checksum."""
    start, end = _QUOTES[head.lang]
    text = f"{start}{found.text}{end} " if found.kind not in ("document", "section") else ""
    facts = [
        *source_facts.source_facts(head, publisher),
        *_place(found),
        found.url,
        f"sha256:{head.source.sha256}",
    ]
    return text + _FACTS[head.lang].join(each for each in facts if each)


def _place(found: Passage) -> list[str]:
    if found.kind == "document" or found.pages is None:
        return []
    section = [" > ".join(found.section)] if found.section else []
    first, last = found.pages
    if found.lang == "ja":
        return [*section, f"{first}ページ" if first == last else f"{first}～{last}ページ"]
    return [*section, f"p. {first}" if first == last else f"pp. {first}–{last}"]

"""A place in a published release by its id: its text, where it stands, and its text in the other language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aisi_ingest.model import Lang
from aisi_ingest.publish.places import page_url
from aisi_ingest.publish.schema import BlockRow, ChunkRow, DocumentRow, EntityRow, MentionRow, SectionRow, TableRow
from aisi_ingest.retrieval.lookup import Lookup
from aisi_ingest.text.sentence_ids import sentence_id, sentence_span
from aisi_ingest.text.sentences import sentences

OTHER_LANGUAGE: dict[Lang, Lang] = {"ja": "en", "en": "ja"}
_COUNTERPARTS = """
SELECT other.value FROM alignments_sides mine JOIN alignments a ON a.id = mine.alignment AND a.unit = ?
JOIN json_each(CASE mine.lang WHEN 'ja' THEN a.en ELSE a.ja END) other WHERE mine.target = ? ORDER BY a.rowid, other.key
"""


@dataclass(frozen=True)
class Region:
    """A rectangle on a page: ``bbox`` is [x0, top, x1, bottom] in points from the page's top left."""

    page: int  # from 1
    bbox: tuple[float, float, float, float]


@dataclass(frozen=True)
class Counterpart:
    """The same content in the other language. ``ids`` are those of its sections, blocks, sentences or chunks."""

    lang: Lang
    ids: tuple[str, ...]
    text: str
    document: str | None
    pages: tuple[int, int] | None  # first and last
    regions: tuple[Region, ...]
    url: str | None


@dataclass(frozen=True)
class Passage:
    """A text of a release and where it stands.

    Attributes:
        id: Id of a document, section, block, sentence (``<block>:<start>-<end>``), table, mention, chunk or entity.
        kind: Which of these it is.
        lang: Its language.
        text: The text. For a document and a section: its title. For a mention: the sentence. For an entity: its name.
        document: Id of the document; None for an entity.
        title: Title of the document.
        edition: Edition of the document as printed, or None.
        date: Date of the document (EDTF), or None.
        section: Numbers and titles of the sections around it, the outermost first.
        pages: First and last page, from 1; None for an entity.
        regions: Rectangles on the pages; none for documents, sections and entities.
        url: Address of the document, with the page in a PDF; None for local files and entities.
        counterpart: The same content in the other language, or None.
    """

    id: str
    kind: str
    lang: Lang
    text: str
    document: str | None
    title: str | None
    edition: str | None
    date: str | None
    section: tuple[str, ...]
    pages: tuple[int, int] | None
    regions: tuple[Region, ...]
    url: str | None
    counterpart: Counterpart | None


@dataclass(frozen=True)
class _Part:
    """The part of one document that an id names."""

    kind: str
    document: DocumentRow
    text: str
    section: str | None
    pages: tuple[int, int]
    regions: tuple[Region, ...]
    aligned_as: tuple[tuple[str, str], ...]  # units of alignments and ids, by which its counterpart is looked for


def find_passage(release: Path, wanted: str) -> Passage:
    """Return the passage with this id.

    Args:
        release: The folder of a release.
        wanted: Id of a document, section, block, sentence, table, mention, chunk or entity.

    Raises:
        KeyError: The release has no such id, or a reader of the page cannot see the text.
    """
    with Lookup(release) as lookup:
        return passage(lookup, wanted)


def passage(lookup: Lookup, wanted: str) -> Passage:
    """Return the passage with this id, as ``find_passage`` does, from an open release.

    Raises:
        KeyError: The release has no such id, or a reader of the page cannot see the text.
    """
    part = _part(lookup, wanted)
    if part is None:
        entity = lookup.get(EntityRow, wanted)
        if entity is None:
            raise KeyError(
                f"{lookup.release.name} has no document, section, block, table, mention, chunk, sentence "
                f"or entity with the id {wanted!r}; aisi-ingest search shows ids"
            )
        return named_passage(entity, "ja" if entity.names.ja else "en")
    head = part.document
    return Passage(
        id=wanted,
        kind=part.kind,
        lang=head.lang,
        text=part.text,
        document=head.id,
        title=head.title,
        edition=head.edition,
        date=head.date,
        section=_section_path(lookup, part.section),
        pages=part.pages,
        regions=part.regions,
        url=page_url(head, part.pages[0]) if part.kind != "document" else head.source.url,
        counterpart=_counterpart(lookup, wanted, part),
    )


def named_passage(entity: EntityRow, lang: Lang) -> Passage:
    """Return the passage of an entity: its preferred name in a language, beside the one in the other language."""
    names, others = (entity.names.ja, entity.names.en) if lang == "ja" else (entity.names.en, entity.names.ja)
    other = Counterpart(OTHER_LANGUAGE[lang], (entity.id,), others[0], None, None, (), None) if others else None
    text = names[0] if names else entity.id
    return Passage(entity.id, "entity", lang, text, None, None, None, None, (), None, (), None, other)


def _part(lookup: Lookup, wanted: str) -> _Part | None:
    document, _, local = wanted.partition("#")
    head = lookup.get(DocumentRow, document)
    if head is None:
        return None
    if not local:
        return _Part("document", head, head.title, None, (1, max(1, head.pages)), (), ())
    for find in (_block, _sentence, _section, _chunk, _mention, _table):
        part = find(lookup, head, wanted)
        if part is not None:
            return part
    return None


def _block(lookup: Lookup, head: DocumentRow, wanted: str) -> _Part | None:
    row = lookup.get(BlockRow, wanted)
    return None if row is None else _block_part("block", head, row, row.text, (("block", row.id),))


def _sentence(lookup: Lookup, head: DocumentRow, wanted: str) -> _Part | None:
    span = sentence_span(wanted)
    row = lookup.get(BlockRow, span[0]) if span else None
    if span is None or row is None or not span[1] < span[2] <= len(row.text):
        return None
    text = row.text[span[1] : span[2]]
    return _block_part("sentence", head, row, text, (("sentence", wanted), ("block", row.id)))


def _section(lookup: Lookup, head: DocumentRow, wanted: str) -> _Part | None:
    row = lookup.get(SectionRow, wanted)
    return None if row is None else _Part("section", head, row.title, row.id, row.pages, (), (("section", row.id),))


def _chunk(lookup: Lookup, head: DocumentRow, wanted: str) -> _Part | None:
    row = lookup.get(ChunkRow, wanted)
    if row is None:
        return None
    block = lookup.get(BlockRow, row.blocks[0])
    places = tuple(Region(each.page, each.bbox) for each in row.regions)
    return _Part("chunk", head, row.text, block.section if block else None, row.pages, places, ())


def _mention(lookup: Lookup, head: DocumentRow, wanted: str) -> _Part | None:
    row = lookup.get(MentionRow, wanted)
    block = lookup.get(BlockRow, row.block) if row else None
    if row is None or block is None:
        return None
    start, end = sentence_around(block.text, row.start, row.end)
    aligned_as = (("sentence", sentence_id(block.id, start, end)), ("block", block.id))
    return _block_part("mention", head, block, block.text[start:end], aligned_as)


def _table(lookup: Lookup, head: DocumentRow, wanted: str) -> _Part | None:
    row = lookup.get(TableRow, wanted)
    block = lookup.get(BlockRow, row.block) if row else None
    return None if block is None else _block_part("table", head, block, block.text, (("block", block.id),))


def _block_part(
    kind: str, head: DocumentRow, row: BlockRow, text: str, aligned_as: tuple[tuple[str, str], ...]
) -> _Part:
    if row.hidden:
        raise KeyError(
            f"{row.id} is text that a reader of the page cannot see ({row.hidden_reason}); it is in blocks only"
        )
    places = block_regions(row)
    pages = [each.page for each in places]
    return _Part(kind, head, text, row.section, (min(pages), max(pages)), places, aligned_as)


def block_regions(row: BlockRow) -> tuple[Region, ...]:
    """Return where a block stands: one rectangle for each page and column, if the release knows them."""
    known = getattr(row, "regions", ()) or (row,)
    return tuple(Region(each.page, each.bbox) for each in known)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentences that hold ``text[start:end]``."""
    touched = [span for span in sentences(text) if span[0] < end and start < span[1]]
    return (touched[0][0], touched[-1][1]) if touched else (start, end)


def _section_path(lookup: Lookup, section: str | None) -> tuple[str, ...]:
    path: list[str] = []
    seen: set[str] = set()
    while section is not None and section not in seen:
        seen.add(section)
        row = lookup.get(SectionRow, section)
        if row is None:
            break
        path.append(f"{row.number} {row.title}" if row.number else row.title)
        section = row.parent
    return tuple(reversed(path))


def _counterpart(lookup: Lookup, wanted: str, part: _Part) -> Counterpart | None:
    if part.kind == "document":
        return _joined(lookup, _other_forms(lookup, part.document))
    if part.kind == "chunk":
        row = lookup.get(ChunkRow, wanted)
        return _joined(lookup, row.counterparts if row else ())
    for unit, target in part.aligned_as:
        found = _joined(lookup, aligned_ids(lookup, unit, target))
        if found is not None:
            return found
    return None


def aligned_ids(lookup: Lookup, unit: str, target: str) -> tuple[str, ...]:
    """Return the ids of what is aligned with a section, block or sentence, in reading order."""
    return tuple(dict.fromkeys(found for (found,) in lookup.query(_COUNTERPARTS, [unit, target])))


def _other_forms(lookup: Lookup, head: DocumentRow) -> tuple[str, ...]:
    others = lookup.rows(
        DocumentRow,
        'work = ? AND edition IS ? AND lang <> ? AND "primary" ORDER BY id',
        [head.work, head.edition, head.lang],
    )
    return tuple(each.id for each in others)


def _joined(lookup: Lookup, ids: Iterable[str]) -> Counterpart | None:
    parts = [(each, part) for each in ids if (part := _part(lookup, each)) is not None]
    return _counterpart_of(parts) if parts else None


def _counterpart_of(parts: Sequence[tuple[str, _Part]]) -> Counterpart:
    head = parts[0][1].document
    first = parts[0][1].pages[0]
    return Counterpart(
        lang=head.lang,
        ids=tuple(key for key, _ in parts),
        text="\n".join(part.text for _, part in parts),
        document=head.id,
        pages=(min(part.pages[0] for _, part in parts), max(part.pages[1] for _, part in parts)),
        regions=tuple(dict.fromkeys(each for _, part in parts for each in part.regions)),
        url=head.source.url if parts[0][1].kind == "document" else page_url(head, first),
    )

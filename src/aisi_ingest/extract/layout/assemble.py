"""Turn drafts into the blocks, sections and tables of a document, with their ids."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from aisi_ingest.extract.layout.captions import captions_of_tables
from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.headings import number_and_title
from aisi_ingest.extract.layout.page_content import PageContent
from aisi_ingest.extract.layout.table_notes import link_table_marks, note_label
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.tables.page_breaks import ContinuedTables, continue_tables
from aisi_ingest.extract.tables.table_cells import table_cells
from aisi_ingest.model import Block, BlockKind, Box, Content, HiddenReason, Lang, NoteLink, Section, Table
from aisi_ingest.text.normalise import JAPANESE_WEIGHT, language_of

# The beginning of a document shows its language; it is the default for blocks without letters.
_LANGUAGE_DRAFTS, _LANGUAGE_LENGTH = 200, 20_000  # drafts, characters
_PROSE_SHARE = 2
_SMALL_WORDS = frozenset(
    (
        "the", "of", "and", "to", "in", "a", "is", "for", "that", "be", "are", "with", "on", "as", "by", "or", "this",
        "it", "not", "from", "at", "have", "which",
    )
)  # fmt: skip
_SMALL_WORD_SHARE = 0.12  # of the words; prose has 0.25 to 0.4
_KINDS_WITH_LEVEL = ("heading", "list_item", "title")


def language_of_blocks(blocks: Sequence[Block]) -> Lang:
    """Return the language of most of the prose, without furniture.

    Lists of names and addresses say little: in Japanese minutes half of the letters may be Latin. So English text
    counts only where it has the small words of sentences.
    """
    visible = [b for b in blocks if b.kind != "furniture"]
    japanese = sum(len(b.text) for b in visible if b.lang == "ja")
    english = sum(len(b.text) for b in visible if b.lang == "en")
    prose = sum(len(b.text) for b in visible if b.lang == "en" and _is_english_prose(b.text))
    if japanese and prose * _PROSE_SHARE < english:  # most of what is Latin are names
        english = prose
    return "ja" if japanese * JAPANESE_WEIGHT >= english and japanese else "en"


def _is_english_prose(text: str) -> bool:
    """Return whether a text has as many small words of English sentences as prose has."""
    words = text.split()
    return sum(map(_SMALL_WORDS.__contains__, words)) >= _SMALL_WORD_SHARE * len(words)


def content_of(
    pages: Sequence[PageContent],
    drafts: Sequence[Draft],
    notes: Sequence[Sequence[Draft]],
    labels: Sequence[Sequence[Line]],
    furniture: dict[int, set[int]],
    title: str,
) -> Content:
    """Build the content of a report.

    Args:
        pages: The pages.
        drafts: All blocks of running text, in reading order.
        notes: The footnotes of each page.
        labels: For each page the lines of another direction that are labels.
        furniture: For each page number the indices of its lines that are furniture.
        title: The title of the document.
    """
    known = continue_tables([table for page in pages for table in page.tables])
    ordered = [
        draft
        for draft in _with_notes(drafts, notes)
        if draft.table is None or known.rows[id(draft.table)]  # a table without rows is part of the one before
    ]
    ids = {id(draft): f"b{k}" for k, draft in enumerate(ordered, 1)}
    default = language_of(" ".join(draft.text for draft in ordered[:_LANGUAGE_DRAFTS])[:_LANGUAGE_LENGTH])
    sections, section_of = _sections(ordered)
    tables = _tables(ordered, ids, known)
    tables, table_links = _with_linked_marks(tables, ordered, ids)
    table_texts = {table.block: "\n".join(" | ".join(row) for row in table.rows) for table in tables}
    blocks: list[Block] = []
    for draft, section in zip(ordered, section_of, strict=True):
        block_id = ids[id(draft)]
        text = table_texts.get(block_id, draft.text)
        blocks.append(
            Block(
                id=block_id,
                page=draft.page,
                bbox=rounded(draft.box),
                kind=draft.kind,  # type: ignore[arg-type]
                text=text,
                lang=_language(text, default),
                section=section,
                level=draft.level if draft.kind in _KINDS_WITH_LEVEL else None,
                notes=table_links.get(block_id)
                or tuple(NoteLink(offset, ids[id(note)]) for offset, note in draft.notes),
                marker=draft.marker if draft.kind == "list_item" else None,
            )
        )
    blocks.extend(_blocks_outside_sections(pages, labels, furniture, default, len(blocks)))
    return Content(
        kind="report",
        form="pdf",
        lang=language_of_blocks(blocks),
        title=title,
        page_sizes=tuple(page.size for page in pages),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(page.number for page in pages if not page.lines and not page.tables),
    )


def _with_notes(drafts: Sequence[Draft], notes: Sequence[Sequence[Draft]]) -> list[Draft]:
    """Return the drafts in order, with the footnotes of each page after its last block."""
    notes_of = {page_notes[0].page: page_notes for page_notes in notes if page_notes}
    waiting = sorted(notes_of)
    ordered: list[Draft] = []
    for draft in drafts:
        while waiting and waiting[0] < draft.page:
            ordered.extend(notes_of[waiting.pop(0)])
        ordered.append(draft)
    for page in waiting:
        ordered.extend(notes_of[page])
    return ordered


def _sections(ordered: Sequence[Draft]) -> tuple[list[Section], list[str | None]]:
    """Build the sections.

    Returns:
        The sections, and for each draft the id of its section (None before the first section).
    """
    sections: list[Section] = []
    last_page: dict[str, int] = {}
    open_sections: list[Section] = []
    section_of: list[str | None] = []
    for draft in ordered:
        if draft.kind == "heading" or (draft.kind == "title" and draft.level is not None):
            level = draft.level or 1
            number, title = number_and_title(draft.text)
            while open_sections and open_sections[-1].level >= level:
                open_sections.pop()
            parent = open_sections[-1].id if open_sections else None
            section = Section(f"s{len(sections) + 1}", title, level, (draft.page, draft.page), parent, number)
            open_sections.append(section)
            sections.append(section)
        for section in open_sections:
            last_page[section.id] = max(last_page.get(section.id, 0), draft.page + draft.page_count - 1)
        section_of.append(open_sections[-1].id if open_sections else None)
    pages = [(section.pages[0], last_page[section.id]) for section in sections]
    return [structs.replace(section, pages=own) for section, own in zip(sections, pages, strict=True)], section_of


def _tables(ordered: Sequence[Draft], ids: dict[int, str], known: ContinuedTables) -> list[Table]:
    """Build the tables with their captions."""
    captions = captions_of_tables(ordered)
    found = [(k, draft) for k, draft in enumerate(ordered) if draft.table is not None]
    table_ids = {id(draft.table): f"t{n}" for n, (_, draft) in enumerate(found, 1)}
    return [
        Table(
            id=table_ids[id(draft.table)],
            block=ids[id(draft)],
            page=draft.page,
            rows=known.rows[id(draft.table)],
            header_rows=known.header_rows[id(draft.table)],
            caption=captions.get(k),
            continues=table_ids.get(id(known.before.get(id(draft.table)))),
            cells=table_cells(
                known.rows[id(draft.table)], known.regions[id(draft.table)], known.header_rows[id(draft.table)]
            ),
        )
        for k, draft in found
    ]


def _with_linked_marks(
    tables: Sequence[Table], ordered: Sequence[Draft], ids: dict[int, str]
) -> tuple[list[Table], dict[str, tuple[NoteLink, ...]]]:
    """Return the tables without the marks that have a footnote on their page, and the links by block."""
    notes: dict[int, dict[str, str]] = {}
    for draft in ordered:
        if draft.kind == "footnote" and (label := note_label(draft)) is not None:
            notes.setdefault(draft.page, {}).setdefault(label, ids[id(draft)])
    pages = {
        ids[id(draft)]: (draft.page, draft.page + draft.page_count) for draft in ordered if draft.table is not None
    }
    linked: list[Table] = []
    links: dict[str, tuple[NoteLink, ...]] = {}
    for table in tables:
        first, end = pages[table.block]
        on_pages: dict[str, str] = {}
        for page in range(first, end + 1):  # the notes of a table at the foot of a page may be on the next one
            on_pages = notes.get(page, {}) | on_pages
        table, found = link_table_marks(table, on_pages)
        linked.append(table)
        if found:
            links[table.block] = found
    return linked, links


def _language(text: str, default: Lang) -> Lang:
    """Return ``language_of`` a text; quicker for texts that cannot be Japanese."""
    if text.isascii() and text:
        return "en" if any(map(str.isalpha, text)) else default
    return language_of(text, default)


def _blocks_outside_sections(
    pages: Sequence[PageContent],
    labels: Sequence[Sequence[Line]],
    furniture: dict[int, set[int]],
    default: Lang,
    count: int,
) -> list[Block]:
    """Build the blocks that are in no section: furniture, labels of another direction, hidden text.

    Args:
        pages: The pages.
        labels: For each page the lines of another direction that are labels.
        furniture: For each page number the indices of its lines that are furniture.
        default: Language of text without letters.
        count: Number of the blocks so far.
    """
    blocks: list[Block] = []

    def add(page: PageContent, line: Line, kind: BlockKind, reason: HiddenReason | None = None) -> None:
        block_id = f"b{count + len(blocks) + 1}"
        lang = _language(line.text, default)
        box = rounded(line.box)
        hidden = reason is not None
        blocks.append(Block(block_id, page.number, box, kind, line.text, lang, hidden=hidden, hidden_reason=reason))

    for page, page_labels in zip(pages, labels, strict=True):
        for k in sorted(furniture[page.number]):
            add(page, page.lines[k], "furniture")
        for line in page_labels:
            add(page, line, "figure_text")
        for line, reason in page.hidden_lines:
            add(page, line, "paragraph", reason)
    return blocks


def rounded(box: Box) -> Box:
    """Return the box with sides rounded to 0.01 points."""
    return Box(round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2))

"""Drafts to blocks, sections and tables with their ids."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from aisi_ingest.extract.layout.captions import captions_of_tables
from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.headings import number_and_title
from aisi_ingest.extract.layout.page_content import PageContent
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.tables.page_breaks import ContinuedTables, continue_tables
from aisi_ingest.model import Block, BlockKind, Box, Content, Lang, NoteLink, Section, Table
from aisi_ingest.text.normalise import language_of


def language_of_blocks(blocks: Sequence[Block]) -> Lang:
    japanese = sum(len(b.text) for b in blocks if b.lang == "ja" and b.kind != "furniture")
    english = sum(len(b.text) for b in blocks if b.lang == "en" and b.kind != "furniture")
    return "ja" if japanese * 2.5 >= english and japanese else "en"


def content_of(
    sheets: Sequence[PageContent],
    drafts: Sequence[Draft],
    notes: Sequence[Sequence[Draft]],
    labels: Sequence[Sequence[Line]],
    beside: dict[int, set[int]],
    title: str,
) -> Content:
    ordered: list[Draft] = []
    by_page = {page_notes[0].page: page_notes for page_notes in notes if page_notes}
    waiting = sorted(by_page)
    for draft in drafts:
        while waiting and waiting[0] < draft.page:
            ordered.extend(by_page[waiting.pop(0)])
        ordered.append(draft)
    for page in waiting:
        ordered.extend(by_page[page])

    known = continue_tables([table for sheet in sheets for table in sheet.tables])
    ordered = [draft for draft in ordered if draft.table is None or known.rows[id(draft.table)]]
    names = {id(draft): f"b{k}" for k, draft in enumerate(ordered, 1)}
    default = language_of(" ".join(draft.text for draft in ordered[:200])[:20_000])
    sections, under = _sections(ordered)
    tables = _tables(ordered, names, known)
    texts = {table.block: "\n".join(" | ".join(row) for row in table.rows) for table in tables}
    blocks: list[Block] = []
    for draft, section in zip(ordered, under, strict=True):
        kind = "paragraph" if draft.kind == "contents" else draft.kind
        name = names[id(draft)]
        text = texts.get(name, draft.text)
        blocks.append(
            Block(
                id=name,
                page=draft.page,
                bbox=rounded(draft.box),
                kind=kind,  # type: ignore[arg-type]
                text=text,
                lang=_lang(text, default),
                section=section,
                level=draft.level if kind in ("heading", "list_item", "title") else None,
                notes=tuple(NoteLink(offset, names[id(note)]) for offset, note in draft.notes),
            )
        )
    blocks.extend(_loose(sheets, labels, beside, default, len(blocks)))
    return Content(
        kind="report",
        form="pdf",
        lang=language_of_blocks(blocks),
        title=title,
        page_sizes=tuple(sheet.size for sheet in sheets),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(sheet.number for sheet in sheets if not sheet.lines and not sheet.tables),
    )


def _sections(ordered: Sequence[Draft]) -> tuple[list[Section], list[str | None]]:
    """The sections, and for each block the section that it stands in (what comes before the first is in none)."""
    made: list[Section] = []
    last: dict[str, int] = {}  # the last page of each
    open_ones: list[Section] = []
    under: list[str | None] = []
    for draft in ordered:
        if draft.kind == "heading" or (draft.kind == "title" and draft.level is not None):
            level = draft.level or 1
            number, name = number_and_title(draft.text)
            while open_ones and open_ones[-1].level >= level:
                open_ones.pop()
            parent = open_ones[-1].id if open_ones else None
            open_ones.append(Section(f"s{len(made) + 1}", name, level, (draft.page, draft.page), parent, number))
            made.append(open_ones[-1])
        for section in open_ones:
            last[section.id] = max(last.get(section.id, 0), draft.page + draft.pages - 1)
        under.append(open_ones[-1].id if open_ones else None)
    return [structs.replace(section, pages=(section.pages[0], last[section.id])) for section in made], under


def _tables(ordered: Sequence[Draft], names: dict[int, str], known: ContinuedTables) -> list[Table]:
    captions = captions_of_tables(ordered)
    found = [(k, draft) for k, draft in enumerate(ordered) if draft.table is not None]
    own = {id(draft.table): f"t{n}" for n, (_, draft) in enumerate(found, 1)}
    return [
        Table(
            id=own[id(draft.table)],
            block=names[id(draft)],
            page=draft.page,
            rows=known.rows[id(draft.table)],
            header_rows=draft.table.header_rows,
            caption=captions.get(k),
            continues=own.get(id(known.before.get(id(draft.table)))),
        )
        for k, draft in found
    ]


def _lang(text: str, default: Lang) -> Lang:
    """``language_of``, without looking for Japanese where there can be none."""
    if text.isascii() and text:
        return "en" if any(map(str.isalpha, text)) else default
    return language_of(text, default)


def _loose(
    sheets: Sequence[PageContent],
    labels: Sequence[Sequence[Line]],
    beside: dict[int, set[int]],
    default: Lang,
    count: int,
) -> list[Block]:
    """Furniture, labels of another direction, and what no reader can see: in no section."""
    out: list[Block] = []

    def add(sheet: PageContent, line: Line, kind: BlockKind, hidden: bool = False) -> None:
        name = f"b{count + len(out) + 1}"
        lang = _lang(line.text, default)
        out.append(Block(name, sheet.number, rounded(line.box), kind, line.text, lang, hidden=hidden))

    for sheet, turned in zip(sheets, labels, strict=True):
        for k in sorted(beside[sheet.number]):
            add(sheet, sheet.lines[k], "furniture")
        for line in turned:
            add(sheet, line, "figure_text")
        for line in sheet.hidden:
            add(sheet, line, "paragraph", hidden=True)
    return out


def rounded(box: Box) -> Box:
    return Box(round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2))

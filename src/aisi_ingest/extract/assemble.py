"""Drafts to blocks, sections and tables with their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aisi_ingest.extract.captions import captions_of_tables
from aisi_ingest.extract.drafts import Draft
from aisi_ingest.extract.lines import Line
from aisi_ingest.extract.sheets import Sheet
from aisi_ingest.extract.tables import join_over_pages
from aisi_ingest.model import Block, BlockKind, Box, Content, Lang, NoteLink, Section, Table
from aisi_ingest.outline import number_and_title
from aisi_ingest.text import language_of


def language_of_blocks(blocks: Sequence[Block]) -> Lang:
    japanese = sum(len(b.text) for b in blocks if b.lang == "ja" and b.kind != "furniture")
    english = sum(len(b.text) for b in blocks if b.lang == "en" and b.kind != "furniture")
    return "ja" if japanese * 2.5 >= english and japanese else "en"


def content_of(
    sheets: Sequence[Sheet],
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

    names = {id(draft): f"b{k}" for k, draft in enumerate(ordered, 1)}
    default = language_of(" ".join(draft.text for draft in ordered[:200])[:20_000])
    blocks: list[Block] = []
    sections: list[dict[str, Any]] = []
    stack: list[dict[str, Any]] = []
    tables: list[Table] = []
    captions = captions_of_tables(ordered)
    of_block = {id(d.table): f"t{k}" for k, d in enumerate((d for d in ordered if d.table is not None), 1)}
    found_tables = [table for sheet in sheets for table in sheet.tables]
    before = {id(found_tables[later]): found_tables[first] for later, first in join_over_pages(found_tables).items()}
    for k, draft in enumerate(ordered):
        kind = "paragraph" if draft.kind == "contents" else draft.kind
        if draft.kind == "heading" or (draft.kind == "title" and draft.level is not None):
            level = draft.level or 1
            number, name = number_and_title(draft.text)
            while stack and stack[-1]["level"] >= level:
                stack.pop()
            section = {
                "id": f"s{len(sections) + 1}", "title": name, "number": number, "level": level,
                "pages": [draft.page, draft.page], "parent": stack[-1]["id"] if stack else None,
            }  # fmt: skip
            sections.append(section)
            stack.append(section)
        last = draft.page + draft.pages - 1
        for section in stack:
            section["pages"][1] = max(section["pages"][1], last)
        text = draft.text
        if draft.table is not None:
            rows = draft.table.rows
            text = "\n".join(" | ".join(row) for row in rows)
            tables.append(
                Table(
                    id=of_block[id(draft.table)],
                    block=names[id(draft)],
                    page=draft.page,
                    rows=tuple(tuple(row) for row in rows),
                    header_rows=draft.table.header_rows,
                    caption=captions.get(k),
                    continues=of_block.get(id(before.get(id(draft.table)))),
                )
            )
        blocks.append(
            Block(
                id=names[id(draft)],
                page=draft.page,
                bbox=_rounded(draft.box),
                kind=kind,  # type: ignore[arg-type]
                text=text,
                lang=_lang(text, default),
                section=stack[-1]["id"] if stack and not draft.hidden else None,
                level=draft.level if kind in ("heading", "list_item", "title") else None,
                hidden=draft.hidden,
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
        sections=tuple(
            Section(s["id"], s["title"], s["level"], (s["pages"][0], s["pages"][1]), s["parent"], s["number"])
            for s in sections
        ),
        tables=tuple(tables),
        pages_without_text=tuple(sheet.number for sheet in sheets if not sheet.lines and not sheet.tables),
    )


def _lang(text: str, default: Lang) -> Lang:
    """``language_of``, without looking for Japanese where there can be none."""
    if text.isascii() and text:
        return "en" if any(map(str.isalpha, text)) else default
    return language_of(text, default)


def _loose(
    sheets: Sequence[Sheet], labels: Sequence[Sequence[Line]], beside: dict[int, set[int]], default: Lang, count: int
) -> list[Block]:
    """Furniture, labels of another direction, and what no reader can see: in no section."""
    out: list[Block] = []

    def add(sheet: Sheet, line: Line, kind: BlockKind, hidden: bool = False) -> None:
        name = f"b{count + len(out) + 1}"
        lang = _lang(line.text, default)
        out.append(Block(name, sheet.number, _rounded(line.box), kind, line.text, lang, hidden=hidden))

    for sheet, turned in zip(sheets, labels, strict=True):
        for k in sorted(beside[sheet.number]):
            add(sheet, sheet.lines[k], "furniture")
        for line in turned:
            add(sheet, line, "figure_text")
        for line in sheet.hidden:
            add(sheet, line, "paragraph", hidden=True)
    return out


def _rounded(box: Box) -> Box:
    return Box(round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2))

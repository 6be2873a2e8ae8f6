"""A PDF to its content: characters, tables, lines, columns, paragraphs, furniture, notes, headings, sections."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct, structs

from aisi_ingest.extract.captions import captions_of_tables
from aisi_ingest.extract.columns import columns_of
from aisi_ingest.extract.figures import drawings, in_drawings
from aisi_ingest.extract.footnotes import label, label_of, split_notes
from aisi_ingest.extract.furniture import PageLines, furniture
from aisi_ingest.extract.layout import Draft, Setting, append, around, goes_on, is_contents_title, paragraphs
from aisi_ingest.extract.lines import Frame, Line, lines_of
from aisi_ingest.extract.pdf import FILL, Bookmark, Page, PdfError, open_document
from aisi_ingest.extract.rows import Row, frame_of, rows_of, underline, with_signs
from aisi_ingest.extract.tables import FoundTable, find_tables, join_over_pages
from aisi_ingest.model import Block, Box, Content, Lang, NoteLink, Result, Section, Table
from aisi_ingest.outline import key_of, mark_headings, number_and_title
from aisi_ingest.text import language_of, normalise


class _Sheet(Struct, eq=False):
    """What is kept of a page: its characters are let go at once."""

    number: int
    size: tuple[float, float]
    lines: tuple[Line, ...]
    faces: tuple[str, ...]
    hidden: tuple[Line, ...]
    tables: tuple[FoundTable, ...]
    flat: tuple[tuple[float, float, float], ...]  # horizontal rules outside tables: x0, x1, y
    drawings: tuple[Box, ...]


def read(path: str | Path) -> Result[Content]:
    """Read a PDF: a deck as slides, anything else as a report.

    A file that cannot be opened gives an issue of level "error" and no value; a page that cannot be read gives
    a warning with its number.
    """
    try:
        with open_document(path) as document:
            held: list[Page] = []
            sheets: list[_Sheet] = []
            for page in document.pages():
                if not sheets and page.width > page.height:
                    held.append(page)  # may be a deck, which is read from its pages
                else:
                    for one in (*held, page):
                        sheets.append(_sheet(one, sheets[-1] if sheets else None))
                    held.clear()
            bookmarks, title = document.outline, document.title
            active, issues = document.active_content, tuple(document.issues)
    except PdfError as error:
        return Result(None, (error.issue,))
    if held and _is_deck(held):
        return Result(_deck(held, bookmarks, title, active), issues)
    for page in held:
        sheets.append(_sheet(page, sheets[-1] if sheets else None))
    content = _report(sheets, bookmarks, title)
    return Result(structs.replace(content, active_content=active), issues)


def _is_deck(pages: Sequence[Page]) -> bool:
    """Landscape pages with little text on each: a Japanese character says about as much as 2.2 Latin ones."""
    counts = sorted(float(np.where(page.chars["code"] < 0x2E80, 0.45, 1.0).sum()) for page in pages)
    return counts[-1] > 0 and counts[len(counts) // 2] < 2500


def _deck(pages: Sequence[Page], bookmarks: Sequence[Bookmark], title: str, active: tuple[str, ...]) -> Content:
    from aisi_ingest.extract.deck import read_deck

    blocks, sections, tables = read_deck(pages, bookmarks)
    first = next((b.text for b in blocks if b.kind == "title"), next((s.title for s in sections), title))
    return Content(
        kind="deck",
        form="pdf",
        lang=_language(blocks),
        title=first,
        page_sizes=tuple((page.width, page.height) for page in pages),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(page.number for page in pages if not (~page.chars["hidden"]).any()),
        active_content=active,
    )


def _sheet(page: Page, before: _Sheet | None) -> _Sheet:
    tables = find_tables(page, before.tables[-1] if before is not None and before.tables else None)
    visible = ~page.chars["hidden"]
    hidden = np.flatnonzero(~visible)
    for table in tables:
        visible[np.asarray(table.chars, dtype=np.intp)] = False
    lines = lines_of(page, np.flatnonzero(visible))
    boxes = [table.bbox for table in tables]
    return _Sheet(
        page.number,
        (page.width, page.height),
        tuple(lines),
        tuple(font.name for font in page.fonts),
        tuple(lines_of(page, hidden)) if len(hidden) else (),
        tuple(tables),
        _flat_rules(page, boxes),
        tuple(drawings(page, boxes)),
    )


def _flat_rules(page: Page, tables: Sequence[Box]) -> tuple[tuple[float, float, float], ...]:
    rules = page.rules
    flat = rules[(rules["bottom"] - rules["top"] < 3) & (rules["x1"] - rules["x0"] > 8) & (rules["kind"] <= FILL)]
    found = ((float(r["x0"]), float(r["x1"]), float(r["top"])) for r in flat[:400])
    return tuple(
        (x0, x1, y)
        for x0, x1, y in found
        if not any(t.x0 - 2 < x0 < t.x1 and t.top - 2 < y < t.bottom + 2 for t in tables)
    )


def _report(sheets: Sequence[_Sheet], bookmarks: Sequence[Bookmark], meta_title: str) -> Content:
    pages = [PageLines(sheet.number, sheet.size, sheet.lines) for sheet in sheets]
    size, face = _body(sheets)
    beside = furniture(pages, size)
    frames = [frame_of(sheet.lines, *sheet.size) for sheet in sheets]
    rows = [
        with_signs(rows_of([x for k, x in enumerate(s.lines) if k not in beside[s.number]], frame, s.faces))
        for s, frame in zip(sheets, frames, strict=True)
    ]
    for sheet, page_rows in zip(sheets, rows, strict=True):
        underline(page_rows, sheet.flat)
    setting = _setting(rows, _width(sheets, frames), size, face)
    flows: list[list[Draft]] = []
    notes: list[list[Draft]] = []
    for sheet, frame, page_rows in zip(sheets, frames, rows, strict=True):
        flow, page_notes = _page(sheet, frame, page_rows, setting)
        flows.append(flow)
        notes.append(page_notes)
    setting = structs.replace(setting, indents=_indents(flows))
    drafts = _flow(flows, setting)
    _mark_cover(drafts)
    _link_notes(drafts, notes)
    drafts = mark_headings(drafts, bookmarks, setting)
    title = _title(drafts, meta_title, setting)
    _list_levels(drafts)
    _cut_numbers(drafts)
    return _content(sheets, frames, drafts, notes, beside, title)


def _body(sheets: Sequence[_Sheet]) -> tuple[float, str]:
    """Type size and face of most characters."""
    sizes: Counter[float] = Counter()
    faces: Counter[str] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
            faces[sheet.faces[line.font]] += len(line.text)
    return (sizes.most_common(1)[0][0] if sizes else 10.0), (faces.most_common(1)[0][0] if faces else "")


def _setting(pages: Sequence[Sequence[Row]], width: float, size: float, face: str) -> Setting:
    steps: Counter[float] = Counter()
    rights: Counter[int] = Counter()
    for rows in pages:
        body = [row for row in rows if abs(row.size - size) < 0.06 * size and len(row.text) > 8]
        for above, row in zip(body, body[1:], strict=False):
            step = (row.base - above.base) / size
            if 0.9 < step < 2.6 and row.x0 < above.x1 and above.x0 < row.x1:
                steps[round(step * 20) / 20] += 1
        for row in body:
            if row.x1 - row.x0 > 18 * size:
                rights[round(row.x1 / 4)] += 1
    # Where full lines end; where no two lines end together, the margin on the right is as wide as that on the left.
    left = min((row.x0 for rows in pages for row in rows), default=0.0)
    right = width - left
    most = max(rights.values(), default=0)
    if most >= 3:
        right = max(edge for edge, n in rights.items() if n >= 0.5 * most) * 4.0
    bottoms = sorted(rows[-1].bottom for rows in pages if rows)
    bottom = bottoms[len(bottoms) * 3 // 4] if bottoms else 0.0
    return Setting(size, steps.most_common(1)[0][0] if steps else 1.5, face, right, bottom, False)


def _width(sheets: Sequence[_Sheet], frames: Sequence[Frame]) -> float:
    """Length of a line of text from edge to edge of most pages."""
    widths = Counter(
        sheet.size[0] if frame.direction in ("right", "left") else sheet.size[1]
        for sheet, frame in zip(sheets, frames, strict=True)
    )
    return widths.most_common(1)[0][0] if widths else 595.0


def _page(sheet: _Sheet, frame: Frame, rows: list[Row], setting: Setting) -> tuple[list[Draft], list[Draft]]:
    labels: list[list[Row]] = [[] for _ in sheet.drawings]
    if sheet.drawings and frame.direction == "right":
        of = in_drawings(rows, sheet.drawings, setting.size)
        for row, number in zip(rows, of, strict=True):
            if number >= 0:
                labels[number].append(row)
        rows = [row for row, number in zip(rows, of, strict=True) if number < 0]
    separators = [rule for rule in sheet.flat if 30 < rule[1] - rule[0] < 0.7 * sheet.size[0]]
    body, small = split_notes(rows, separators, setting.size, sheet.size[1])
    body = body + [_figure_row(box, found) for box, found in zip(sheet.drawings, labels, strict=True) if found]
    body = body + [_table_row(table, frame) for table in sheet.tables]
    columns = columns_of(body)
    if len([column for column in columns if len(column.rows) > 3]) > 1:
        setting = structs.replace(setting, right=0.0)
    flow: list[Draft] = []
    for column in columns:
        found = paragraphs(column, sheet.number, setting)
        if flow and found and goes_on(flow[-1], found[0], setting):
            append(flow[-1], found.pop(0))
        flow.extend(found)
    notes = [draft for column in columns_of(small) for draft in paragraphs(column, sheet.number, setting, notes=True)]
    return flow, notes


def _figure_row(box: Box, labels: list[Row]) -> Row:
    """A drawing's words in the place of one row."""
    size = labels[0].size
    return Row(
        "\u25a1" * 9,
        box.x0,
        box.top,
        box.x1,
        box.bottom,
        box.top + size,
        size,
        False,
        False,
        False,
        "",
        0,
        box,
        figure=labels,
    )


def _table_row(table: FoundTable, frame: Frame) -> Row:
    box = table.bbox
    x0, top, x1, bottom = frame.turn(box.x0, box.top, box.x1, box.bottom)
    size = 10.0
    return Row("\u25a1" * 9, x0, top, x1, bottom, top + size, size, False, False, False, "", 0, box, table=table)


def _indents(flows: Sequence[Sequence[Draft]]) -> bool:
    """Whether the first lines of paragraphs are set in."""
    yes = no = 0
    for flow in flows:
        for draft in flow:
            if draft.kind == "paragraph" and len(draft.rows) > 1 and draft.number is None:
                step = (draft.rows[0].x0 - draft.rows[1].x0) / draft.size
                yes += 0.5 < step < 3
                no += abs(step) < 0.3
    return yes > no


_BETWEEN = ("table", "caption", "figure_text")


def _flow(flows: Sequence[Sequence[Draft]], setting: Setting) -> list[Draft]:
    """All pages in order, with paragraphs joined over page breaks and around figures, tables and captions."""
    out: list[Draft] = []
    for flow in flows:
        for k, draft in enumerate(flow):
            before = next((d for d in reversed(out[-40:]) if d.kind not in _BETWEEN), None)
            if before is not None and draft.kind not in _BETWEEN:
                first = all(d.kind in _BETWEEN for d in flow[:k])
                new_page = first and before.page + before.pages - 1 < draft.page <= before.page + before.pages
                beside = not first and before is not out[-1] and before.page + before.pages - 1 == draft.page
                if (new_page and goes_on(before, draft, setting)) or (beside and around(before, draft, setting)):
                    append(before, draft)
                    continue
            out.append(draft)
    return out


def _link_notes(drafts: Sequence[Draft], notes: Sequence[Sequence[Draft]]) -> None:
    """Take anchors out of the text and link them; what else is raised becomes superscript characters."""
    by_page: dict[int, dict[str, Draft]] = {}
    for page_notes in notes:
        for note in page_notes:
            name = label_of(note.text, note.raised)
            if name is not None:
                by_page.setdefault(note.page, {}).setdefault(name, note)
    for draft in drafts:
        _anchors(draft, by_page)
    for page_notes in notes:
        for note in page_notes:
            if note.raised and note.raised[0][0] == 0:
                end = note.raised[0][1]
                rest = note.text[end:].lstrip(" \u3000")
                shift = len(note.text[:end]) + 1 - (len(note.text) - len(rest))
                note.raised = [(a + shift, b + shift) for a, b in note.raised[1:]]
                note.text = note.text[:end] + " " + rest
            _superscripts(note)


def _anchors(draft: Draft, by_page: dict[int, dict[str, Draft]]) -> None:
    spans = sorted(draft.raised, reverse=True)
    links: list[tuple[int, Draft]] = []
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        sign = draft.text[start:end]
        note = None
        if re.fullmatch("[\\s(（\\[]*(?:注|註)?[0-9０-９]{1,3}[)）\\]\\s]*|[*＊†‡※]{1,3}[0-9０-９]*", sign):
            for page in range(draft.page, draft.page + draft.pages):
                note = by_page.get(page, {}).get(label(sign)) or note
        if note is None:
            kept.append((start, end))
            continue
        width = end - start
        draft.text = draft.text[:start] + draft.text[end:]
        links = [(offset - width, other) for offset, other in links]
        kept = [(a - width, b - width) for a, b in kept]
        links.append((start, note))
    draft.raised = kept
    draft.notes = sorted(links, key=lambda link: link[0])
    _superscripts(draft)


_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")


def _superscripts(draft: Draft) -> None:
    for start, end in draft.raised:
        sign = draft.text[start:end]
        if re.fullmatch("[0-9+\\-−()n]+", sign):
            draft.text = draft.text[:start] + sign.translate(_SUPERSCRIPT) + draft.text[end:]


# What programs write where nobody gave a title, and names of files.
_NO_TITLE = re.compile(
    "^(?:untitled|無題|Microsoft (?:Word|PowerPoint|Excel)|(?:PowerPoint )?(?:プレゼンテーション|Presentation)|スライド|Slide)"
    "|\\.(?:docx?|pptx?|xlsx?|pdf|indd|jtdc?|ai|tex)$",
    re.IGNORECASE,
)


def _title(drafts: list[Draft], meta: str, setting: Setting) -> str:
    """Mark the document's title on its first page, and say what it is."""
    first = [
        d
        for d in drafts
        if d.page == 1 and d.kind in ("paragraph", "heading", "list_item") and not is_contents_title(d.text)
    ]
    wanted = key_of(normalise(meta)) if meta else ""
    title = next((d for d in first if wanted and key_of(d.text) == wanted), None)
    if title is None and first:
        largest = max(d.size for d in first)
        if largest >= 1.15 * setting.size:
            title = next(d for d in first if d.size > largest - 0.5)
        elif first[0].kind == "heading":
            title = first[0]
    if title is None:
        heading = next((d.text for d in drafts if d.kind == "heading" and not is_contents_title(d.text)), "")
        said = "" if _NO_TITLE.search(meta) else normalise(meta).strip()
        return said or heading or next((d.text for d in drafts if d.text and d.kind != "contents"), "")[:120]
    for draft in drafts:  # printed again over the text: no section of its own
        if (
            draft is not title
            and draft.kind in ("heading", "paragraph")
            and draft.page > 1
            and draft.size > 1.08 * setting.size
        ):
            if key_of(draft.text) == key_of(title.text):
                draft.kind, draft.level = "title", None
    at = drafts.index(title)
    alone = title.kind != "heading"
    title.kind = "title"
    # A title with text under it on the same page opens a section; one on a cover does not.
    under = next((d for d in drafts[at + 1 :] if d.kind in ("paragraph", "list_item", "heading", "table")), None)
    running = (
        under is not None
        and under.page == title.page
        and (len(under.text) > 40 or under.kind == "heading" or not alone)
    )
    title.level = 1 if running else None
    return title.text


def _mark_cover(drafts: Sequence[Draft]) -> None:
    """A first page with little on it and no running text is a cover."""
    first = [draft for draft in drafts if draft.page == 1]
    if first and len(first) < len(drafts) and sum(len(d.text) for d in first) < 500:
        if all(len(d.rows) <= 3 and d.kind == "paragraph" and not is_contents_title(d.text) for d in first):
            for draft in first:
                draft.cover = True


def _list_levels(drafts: Sequence[Draft]) -> None:
    """Levels of list items from how far they are set in."""
    stack: list[float] = []
    for draft in drafts:
        if draft.kind == "paragraph" and draft.number is not None and draft.number.end < len(draft.text):
            draft.kind = "list_item"
        if draft.kind == "list_item":
            x = draft.rows[0].x0
            while stack and stack[-1] > x + 0.4 * draft.size:
                stack.pop()
            if not stack or x > stack[-1] + 0.4 * draft.size:
                stack.append(x)
            draft.level = len(stack)
        elif draft.kind in ("heading", "title") or (
            draft.kind == "paragraph" and stack and draft.rows[0].x0 <= stack[0] + 0.2 * draft.size
        ):
            stack = []


def _cut_numbers(drafts: Sequence[Draft]) -> None:
    """Numbers that a list counts by itself (``1.``, ``2.``) leave the text, as bullet signs do.

    Written ones, ``(1)`` or ``①``, stay: the text refers to them by that form.
    """
    counted = [
        d
        for d in drafts
        if d.kind == "list_item" and d.number is not None and re.fullmatch("[0-9]{1,2}[.)]|[a-z][.)]", d.number.text)
    ]
    for k, draft in enumerate(counted):
        number = draft.number
        assert number is not None
        steps = []
        for other in counted[max(0, k - 3) : k + 4]:
            if (
                other is not draft
                and other.number is not None
                and abs(other.rows[0].x0 - draft.rows[0].x0) < 2 * draft.size
            ):
                steps.append(other.number.values[0] - number.values[0])
        if not any(abs(step) == 1 for step in steps):
            continue
        draft.sign = number.text
        cut = number.end
        draft.text = draft.text[cut:]
        draft.raised = [(a - cut, b - cut) for a, b in draft.raised if a >= cut]
        draft.notes = [(max(0, offset - cut), note) for offset, note in draft.notes]


def _language(blocks: Sequence[Block]) -> Lang:
    japanese = sum(len(b.text) for b in blocks if b.lang == "ja" and b.kind != "furniture")
    english = sum(len(b.text) for b in blocks if b.lang == "en" and b.kind != "furniture")
    return "ja" if japanese * 2.5 >= english and japanese else "en"


def _content(
    sheets: Sequence[_Sheet],
    frames: Sequence[Frame],
    drafts: Sequence[Draft],
    notes: Sequence[Sequence[Draft]],
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
    whole = " ".join(draft.text for draft in ordered)
    default = language_of(whole)
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
                lang=language_of(text, default),
                section=stack[-1]["id"] if stack and not draft.hidden else None,
                level=draft.level if kind in ("heading", "list_item", "title") else None,
                hidden=draft.hidden,
                notes=tuple(NoteLink(offset, names[id(note)]) for offset, note in draft.notes),
            )
        )
    blocks.extend(_loose(sheets, frames, beside, default, len(blocks)))
    return Content(
        kind="report",
        form="pdf",
        lang=_language(blocks),
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


def _loose(
    sheets: Sequence[_Sheet], frames: Sequence[Frame], beside: dict[int, set[int]], default: Lang, count: int
) -> list[Block]:
    """Furniture, lines of another direction, and what no reader can see: in no section."""
    out: list[Block] = []
    for sheet, frame in zip(sheets, frames, strict=True):
        for k, line in enumerate(sheet.lines):
            turned = line.direction != frame.direction
            if k in beside[sheet.number] or turned:
                kind: Any = "furniture" if k in beside[sheet.number] else "figure_text"
                out.append(
                    Block(
                        f"b{count + len(out) + 1}",
                        sheet.number,
                        _rounded(line.box),
                        kind,
                        line.text,
                        language_of(line.text, default),
                    )
                )
        for line in sheet.hidden:
            out.append(
                Block(
                    f"b{count + len(out) + 1}", sheet.number, _rounded(line.box), "paragraph", line.text,
                    language_of(line.text, default), hidden=True,
                )
            )  # fmt: skip
    return out


def _rounded(box: Box) -> Box:
    return Box(round(box.x0, 2), round(box.top, 2), round(box.x1, 2), round(box.bottom, 2))

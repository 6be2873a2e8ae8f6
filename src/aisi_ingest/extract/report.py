"""A PDF to its content: characters, tables, lines, columns, paragraphs, furniture, notes, headings, sections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import structs

from aisi_ingest.extract import collection
from aisi_ingest.extract.annotations import Annotation
from aisi_ingest.extract.arrange import arrange
from aisi_ingest.extract.assemble import content_of, language_of_blocks, rounded
from aisi_ingest.extract.cover import mark_cover, mark_title
from aisi_ingest.extract.drafts import Draft, Setting
from aisi_ingest.extract.flow import flow
from aisi_ingest.extract.furniture import PageLines, furniture
from aisi_ingest.extract.hyphens import hyphens_of
from aisi_ingest.extract.lines import Frame
from aisi_ingest.extract.lists import cut_numbers, mark_levels
from aisi_ingest.extract.notes import link_notes
from aisi_ingest.extract.pdf import Bookmark, Page, PdfError, open_document
from aisi_ingest.extract.rows import Row, dotted, frame_of, rows_of, underline, with_signs
from aisi_ingest.extract.sheets import Sheet, sheet_of
from aisi_ingest.levels import close_gaps
from aisi_ingest.model import Block, Content, Result
from aisi_ingest.outline import mark_headings
from aisi_ingest.text import join_lines, language_of, normalise


def read(path: str | Path) -> Result[Content]:
    """Read a PDF: a deck as slides, anything else as a report.

    A file that cannot be opened gives an issue of level "error" and no value; a page that cannot be read gives
    a warning with its number.
    """
    with collection.paused():
        return _read(path)


def _read(path: str | Path) -> Result[Content]:
    try:
        with open_document(path) as document:
            held: list[Page] = []
            sheets: list[Sheet] = []
            for page in document.pages():
                if not sheets and page.width > page.height:
                    held.append(page)  # may be a deck, which is read from its pages
                else:
                    for one in (*held, page):
                        sheets.append(sheet_of(one, sheets[-1] if sheets else None))
                    held.clear()
            bookmarks, title = document.outline, document.title
            active, issues = document.active_content, tuple(document.issues)
    except PdfError as error:
        return Result(None, (error.issue,))
    if held and _is_deck(held):
        return Result(_annotated(_deck(held, bookmarks, title, active), document.annotations), issues)
    for page in held:
        sheets.append(sheet_of(page, sheets[-1] if sheets else None))
    content = structs.replace(_report(sheets, bookmarks, title), active_content=active)
    return Result(_annotated(content, document.annotations), issues)


def _annotated(content: Content, annotations: Sequence[Annotation]) -> Content:
    """With what is laid over the pages as labels, in no section: it is no part of the text."""
    blocks = list(content.blocks)
    for annotation in annotations:
        text = join_lines(normalise(annotation.text).split("\n"))
        if text:
            name, lang = f"b{len(blocks) + 1}", language_of(text, content.lang)
            blocks.append(Block(name, annotation.page, rounded(annotation.box), "figure_text", text, lang))
    return structs.replace(content, blocks=tuple(blocks))


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
        lang=language_of_blocks(blocks),
        title=first,
        page_sizes=tuple((page.width, page.height) for page in pages),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(page.number for page in pages if not (~page.chars["hidden"]).any()),
        active_content=active,
    )


def _report(sheets: Sequence[Sheet], bookmarks: Sequence[Bookmark], meta_title: str) -> Content:
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
        dotted(page_rows, sheet.dots)
    _typewritten(rows)
    setting = _setting(rows, _width(sheets, frames), size, face)
    setting = structs.replace(setting, hyphens=hyphens_of(row.text for page in rows for row in page))
    arranged = [arrange(*page, setting) for page in zip(sheets, frames, rows, beside.values(), strict=True)]
    flows, notes = [page.flow for page in arranged], [page.notes for page in arranged]
    setting = structs.replace(setting, indents=_indents(flows))
    drafts = flow(flows, setting)
    mark_cover(drafts)
    link_notes(drafts, notes)
    drafts = mark_headings(drafts, bookmarks, setting)
    title = mark_title(drafts, meta_title, setting)
    close_gaps(drafts)
    mark_levels(drafts)
    cut_numbers(drafts)
    return content_of(sheets, drafts, notes, [page.labels for page in arranged], beside, title)


def _typewritten(pages: Sequence[Sequence[Row]]) -> None:
    """Where the text itself is set in one width, that says nothing of code."""
    rows = [row for page in pages for row in page]
    if 2 * sum(len(row.text) for row in rows if row.monospace) > sum(len(row.text) for row in rows):
        for row in rows:
            row.monospace = False


def _body(sheets: Sequence[Sheet]) -> tuple[float, str]:
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
        for above, row in pairwise(body):
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


def _width(sheets: Sequence[Sheet], frames: Sequence[Frame]) -> float:
    """Length of a line of text from edge to edge of most pages."""
    widths = Counter(
        sheet.size[0] if frame.direction in ("right", "left") else sheet.size[1]
        for sheet, frame in zip(sheets, frames, strict=True)
    )
    return widths.most_common(1)[0][0] if widths else 595.0


def _indents(flows: Sequence[Sequence[Draft]]) -> bool:
    """Whether the first lines of paragraphs are set in."""
    yes = no = 0
    for page in flows:
        for draft in page:
            if draft.kind == "paragraph" and len(draft.rows) > 1 and draft.number is None:
                step = (draft.rows[0].x0 - draft.rows[1].x0) / draft.size
                yes += 0.5 < step < 3
                no += abs(step) < 0.3
    return yes > no

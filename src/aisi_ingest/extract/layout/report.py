"""A PDF to its content: characters, tables, lines, columns, paragraphs, furniture, notes, headings, sections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from msgspec import structs

from aisi_ingest.extract.layout.assemble import content_of
from aisi_ingest.extract.layout.continuation import flow
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.footnote_links import link_notes
from aisi_ingest.extract.layout.furniture import PageLines, furniture
from aisi_ingest.extract.layout.heading_levels import close_gaps
from aisi_ingest.extract.layout.headings import mark_headings
from aisi_ingest.extract.layout.lists import cut_numbers, mark_levels
from aisi_ingest.extract.layout.page_content import PageContent
from aisi_ingest.extract.layout.regions import arrange
from aisi_ingest.extract.layout.rows import Row, dotted, frame_of, rows_of, underline, with_signs
from aisi_ingest.extract.layout.title import mark_cover, mark_title
from aisi_ingest.extract.lines.hyphens import hyphens_of
from aisi_ingest.extract.lines.line import Frame
from aisi_ingest.extract.pdf.document import Bookmark
from aisi_ingest.model import Content


def report(sheets: Sequence[PageContent], bookmarks: Sequence[Bookmark], meta_title: str) -> Content:
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


def _body(sheets: Sequence[PageContent]) -> tuple[float, str]:
    """Type size and face of most characters."""
    sizes: Counter[float] = Counter()
    faces: Counter[str] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
            faces[sheet.faces[line.font]] += len(line.text)
    return (sizes.most_common(1)[0][0] if sizes else 10.0), (faces.most_common(1)[0][0] if faces else "")


def _setting(pages: Sequence[Sequence[Row]], width: float, size: float, face: str) -> BodyStyle:
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
    return BodyStyle(size, steps.most_common(1)[0][0] if steps else 1.5, face, right, bottom, False)


def _width(sheets: Sequence[PageContent], frames: Sequence[Frame]) -> float:
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

"""Turn the pages of a report into its content: furniture, columns, paragraphs, notes, headings, sections."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec import structs

from aisi_ingest.extract.layout.assemble import content_of
from aisi_ingest.extract.layout.bullet_signs import mark_bullet_signs
from aisi_ingest.extract.layout.continuation import join_pages
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.figures import find_drawings
from aisi_ingest.extract.layout.footnote_links import link_notes
from aisi_ingest.extract.layout.furniture import find_furniture
from aisi_ingest.extract.layout.heading_levels import nest_levels
from aisi_ingest.extract.layout.headings import mark_headings
from aisi_ingest.extract.layout.lists import mark_item_levels, remove_counting_numbers
from aisi_ingest.extract.layout.no_titles import is_organisation, names_no_work
from aisi_ingest.extract.layout.ornaments import without_ornaments
from aisi_ingest.extract.layout.page_content import PageContent
from aisi_ingest.extract.layout.page_lines import PageLines
from aisi_ingest.extract.layout.regions import arrange_page
from aisi_ingest.extract.layout.row_starts import row_starts
from aisi_ingest.extract.layout.rows import (
    Row,
    frame_of,
    join_labels,
    mark_drawn_bullets,
    mark_underlined,
    rows_of,
)
from aisi_ingest.extract.layout.speakers import mark_speakers
from aisi_ingest.extract.layout.table_notes import mark_table_notes
from aisi_ingest.extract.layout.title import mark_covers, mark_title
from aisi_ingest.extract.lines.hyphens import hyphens_of
from aisi_ingest.extract.lines.line import Frame
from aisi_ingest.extract.pdf.document import Bookmark
from aisi_ingest.model import Content

# Defaults for documents without text.
_DEFAULT_SIZE = 10.0  # points
_DEFAULT_LEADING = 1.5  # type sizes
_DEFAULT_WIDTH = 595.0  # points: A4
# Rows of running text, in units of the type size unless noted.
_SAME_SIZE = 0.06
_SHORTEST_ROW = 9  # code points
_SHORTEST_STEP, _LONGEST_STEP, _WIDEST_STEP = 0.9, 2.6, 4.5
_WIDE_SHARE, _FEWEST_WIDE = 0.6, 4  # of all steps; steps
_STEPS_PER_SIZE = 20  # steps are counted to a twentieth of the type size
_SHORTEST_FULL_ROW = 18
_EDGE_STEP = 4  # points: right edges are counted in these steps
_FEWEST_AT_EDGE = 3  # rows
_CARRIED_OVER = 1.2  # type sizes that a full Japanese row may leave free
_EDGE_SHARE = 0.5  # of the rows at the most common edge
# Indents, in units of the type size.
_SHORTEST_INDENT, _LONGEST_INDENT = 0.5, 3
_NO_INDENT = 0.3
_FEWEST_HEADS = 3  # pages with one running head


def report(pages: Sequence[PageContent], bookmarks: Sequence[Bookmark], metadata_title: str) -> Content:
    """Turn the pages of a report into its content.

    Args:
        pages: All pages.
        bookmarks: The bookmarks of the PDF.
        metadata_title: The title in its metadata.
    """
    size, font = _body_type(pages)
    furniture = find_furniture([PageLines(page.number, page.size, page.lines) for page in pages], size)
    frames = [frame_of(page.lines, *page.size) for page in pages]
    rows = [_rows_of_page(page, frame, furniture[page.number]) for page, frame in zip(pages, frames, strict=True)]
    mark_bullet_signs(rows)
    _ignore_monospace_body(rows)
    style = _body_style(rows, _page_width(pages, frames), size, font)
    hyphens = hyphens_of(row.text for page_rows in rows for row in page_rows if not row.monospace)
    style = structs.replace(style, hyphens=hyphens, starts=row_starts(rows, style.right))
    parts = without_ornaments([(page.drawing_parts, page.size) for page in pages])
    drawings = [find_drawings(own, page.size) for own, page in zip(parts, pages, strict=True)]
    arranged = [
        arrange_page(*page, style) for page in zip(pages, frames, rows, furniture.values(), drawings, strict=True)
    ]
    texts, notes = [page.text for page in arranged], [page.notes for page in arranged]
    style = structs.replace(style, indents_first_lines=_indents_first_lines(texts))
    mark_covers(texts, style)
    drafts = join_pages(texts, style)
    link_notes(drafts, [*notes, mark_table_notes(drafts)])
    drafts = mark_headings(drafts, bookmarks, style)
    title = mark_title(drafts, metadata_title, style, _running_head(pages, furniture))
    nest_levels(drafts)
    mark_item_levels(drafts)
    remove_counting_numbers(drafts)
    return mark_speakers(content_of(pages, drafts, notes, [page.labels for page in arranged], furniture, title))


def _running_head(pages: Sequence[PageContent], furniture: dict[int, set[int]]) -> str:
    """Return the text at an edge that most pages have and that may name the document; "" if there is none."""
    texts: Counter[str] = Counter()
    for page in pages:
        texts.update({page.lines[k].text.strip() for k in furniture[page.number]})
    common = [text for text, count in texts.items() if 2 * count > len(pages) and count >= _FEWEST_HEADS]
    named = [text for text in common if not names_no_work(text) and not is_organisation(text)]
    return max(named, key=lambda text: (texts[text], len(text), text), default="")


def _rows_of_page(page: PageContent, frame: Frame, furniture: set[int]) -> list[Row]:
    """Return the rows of a page without furniture, with underlines and drawn bullets marked.

    Args:
        page: The page.
        frame: Its frame.
        furniture: Indices of its lines that are furniture.
    """
    lines = [line for k, line in enumerate(page.lines) if k not in furniture]
    rows = join_labels(rows_of(lines, frame, page.fonts))
    mark_underlined(rows, page.rules)
    mark_drawn_bullets(rows, page.marks)
    return rows


def _ignore_monospace_body(pages: Sequence[Sequence[Row]]) -> None:
    """Mark no row as monospace if most of the text is: then the font does not show what is code."""
    rows = [row for page in pages for row in page]
    if 2 * sum(len(row.text) for row in rows if row.monospace) > sum(len(row.text) for row in rows):
        for row in rows:
            row.monospace = False


def _body_type(pages: Sequence[PageContent]) -> tuple[float, str]:
    """Return the type size (points) and the font of most text.

    Text is measured in em: notes with addresses may have more characters than a Japanese text.
    """
    sizes: defaultdict[float, float] = defaultdict(float)
    fonts: defaultdict[str, float] = defaultdict(float)
    for page in pages:
        for line in page.lines:
            length = max(line.box.x1 - line.box.x0, line.box.bottom - line.box.top) / line.size
            sizes[round(line.size * 2) / 2] += length
            fonts[page.fonts[line.font]] += length
    return max(sizes, key=sizes.__getitem__, default=_DEFAULT_SIZE), max(fonts, key=fonts.__getitem__, default="")


def _body_style(pages: Sequence[Sequence[Row]], width: float, size: float, font: str) -> BodyStyle:
    """Measure the style of the body text.

    Args:
        pages: The rows of each page.
        width: Length of a line from edge to edge of a page, in points.
        size: Type size of the body, in points.
        font: Font of the body.
    """
    steps: Counter[float] = Counter()
    wide_steps: Counter[float] = Counter()
    edges: Counter[int] = Counter()
    ends: list[float] = []
    for rows in pages:
        body = [row for row in rows if abs(row.size - size) < _SAME_SIZE * size and len(row.text) >= _SHORTEST_ROW]
        for above, row in pairwise(body):
            step = (row.baseline - above.baseline) / size
            if _SHORTEST_STEP < step < _WIDEST_STEP and row.x0 < above.x1 and above.x0 < row.x1:
                own = steps if step < _LONGEST_STEP else wide_steps
                own[round(step * _STEPS_PER_SIZE) / _STEPS_PER_SIZE] += 1
        for row in body:
            if row.x1 - row.x0 > _SHORTEST_FULL_ROW * size:
                edges[round(row.x1 / _EDGE_STEP)] += 1
                ends.append(row.x1)
    # If no three rows end at about the same position, the right margin is taken to be as wide as the left one.
    left = min((row.x0 for rows in pages for row in rows), default=0.0)
    right = width - left
    most = max(edges.values(), default=0)
    if most >= _FEWEST_AT_EDGE:
        right = max(edge for edge, count in edges.items() if count >= _EDGE_SHARE * most) * float(_EDGE_STEP)
    elif sum(end > max(ends) - _CARRIED_OVER * size for end in ends) >= _FEWEST_AT_EDGE:
        right = max(ends)
    bottoms = sorted(rows[-1].bottom for rows in pages if rows)
    bottom = bottoms[len(bottoms) * 3 // 4] if bottoms else 0.0  # of a full page: three quarters end higher
    leading = _leading(steps, wide_steps)
    return BodyStyle(size, leading, font, right, bottom, False)


def _leading(steps: Counter[float], wide_steps: Counter[float]) -> float:
    """Return the usual step between two lines, in type sizes.

    Steps as wide as the white space between paragraphs count only where most steps are equally wide.

    Args:
        steps: How often each usual step occurs.
        wide_steps: How often each wider step occurs.
    """
    if wide_steps:
        step, count = wide_steps.most_common(1)[0]
        if count > _WIDE_SHARE * (sum(steps.values()) + sum(wide_steps.values())) and count >= _FEWEST_WIDE:
            return step
    return steps.most_common(1)[0][0] if steps else _DEFAULT_LEADING


def _page_width(pages: Sequence[PageContent], frames: Sequence[Frame]) -> float:
    """Return the length of a line from edge to edge of most pages, in points."""
    widths = Counter(
        page.size[0] if frame.direction in ("right", "left") else page.size[1]
        for page, frame in zip(pages, frames, strict=True)
    )
    return widths.most_common(1)[0][0] if widths else _DEFAULT_WIDTH


def _indents_first_lines(pages: Sequence[Sequence[Draft]]) -> bool:
    """Return whether the first lines of most paragraphs are indented."""
    indented = flush = 0
    for page in pages:
        for draft in page:
            if draft.kind == "paragraph" and len(draft.rows) > 1 and draft.number is None:
                indent = (draft.rows[0].x0 - draft.rows[1].x0) / draft.size
                indented += _SHORTEST_INDENT < indent < _LONGEST_INDENT
                flush += abs(indent) < _NO_INDENT
    return indented > flush

"""Group the rows of a column into blocks: paragraphs, list items, code, notes.

What a block is called in the end (heading, caption, ...) is decided when the whole document is known (``report``).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import structs

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.layout.block_starts import begins_block, has_paragraph_space, is_code
from aisi_ingest.extract.layout.captions import is_caption
from aisi_ingest.extract.layout.columns import Column, columns_of
from aisi_ingest.extract.layout.contents import contents_line
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.line_ends import ends_sentence
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.layout.transition import Transition
from aisi_ingest.extract.numbering import numbering

Entry = tuple[str, int | None]  # of a table of contents: title and page number

_FIRST_SPACE = 9.0  # type sizes of white space above the first block of a column
_MOST_CAPTION_ROWS = 4
_BOX_ROUNDING = 1  # points that a row may stick out of its box
# Indentation of code.
_CODE_CHARACTER = 0.3  # em, at least
_FEWEST_INDENT = 0.5  # characters
# The right edge of rows, in units of the type size unless they are shares.
_FEWEST_ENDS = 3
_FULL = 1.2  # a full row ends at most this far from the edge
_FEWEST_FULL, _FULL_SHARE = 2, 0.2  # rows
_NARROW = 14  # a column
_WIDE = 20  # a page
_SAME_SIZE = 0.1
_FEWEST_ROWS = 3  # of a group of rows with an edge of its own
_NEAR_EDGE = 1.5
_FEWEST_NEAR, _NEAR_SHARE = 2, 0.6  # rows


def drafts_of(column: Column, page: int, style: BodyStyle, notes: bool = False) -> list[Draft]:
    """Group the rows of a column into blocks, in order.

    Args:
        column: The column.
        page: The page number.
        style: Style of the body text.
        notes: Whether the column holds footnotes, each with a label.
    """
    drafts: list[Draft] = []
    rows = column.rows
    rights = _right_edges(rows, column.right, style)
    previous: Row | None = None  # the row before, unless it is a placeholder
    for k, row in enumerate(rows):
        if row.is_placeholder:
            drafts.extend(_drafts_of_placeholder(row, page, style, column.left, rights[k]))
            previous = None
            continue
        entry = contents_line(row.text)
        below = rows[k + 1] if k + 1 < len(rows) and not rows[k + 1].is_placeholder else None
        if previous is None or begins_block(
            Transition(drafts[-1], previous, row, rights[k - 1], style, entry is not None, below), notes
        ):
            draft = Draft(page, [row], rights[k], column.left, hyphens=style.hyphens)
            draft.space_above = (row.baseline - previous.baseline) / row.size if previous is not None else _FIRST_SPACE
            _read_first_row(draft, row, entry, notes)
            drafts.append(draft)
        else:
            _add_row(drafts[-1], row, rights[k], entry)
        previous = row
    for draft in drafts:
        if draft.kind == "paragraph" and len(draft.rows) <= _MOST_CAPTION_ROWS and is_caption(draft.text):
            draft.kind, draft.number = "caption", None
    return drafts


def _drafts_of_placeholder(row: Row, page: int, style: BodyStyle, left: float, right: float) -> list[Draft]:
    """Return the blocks of a table, of a box with text, or of the labels in a drawing.

    Args:
        row: Their placeholder.
        page: The page number.
        style: Style of the body text.
        left: Left edge of the column, in points.
        right: Position up to which the row could extend, in points.
    """
    if row.table is not None:
        return [Draft(page, [row], right, left, kind="table", table=row.table, is_closed=True)]
    drafts: list[Draft] = []
    if row.group_rows is not None:
        margin = max(0.0, min(inner.x0 for inner in row.group_rows) - row.x0)  # the same on the right
        fits = all(inner.x1 <= row.x1 + _BOX_ROUNDING for inner in row.group_rows)
        box_style = structs.replace(style, right=row.x1 - margin if fits else 0.0)
        for column in columns_of(row.group_rows):
            drafts.extend(drafts_of(column, page, box_style))
    for column in columns_of(row.figure_rows) if row.figure_rows is not None else ():
        labels = drafts_of(column, page, style)
        for label in labels:
            label.kind = "figure_text"
        drafts.extend(labels)
    for draft in drafts:
        draft.is_closed = True
    return drafts


def _add_row(draft: Draft, row: Row, right: float, entry: Entry | None) -> None:
    """Append a row to a block.

    Args:
        draft: The block.
        row: The row.
        right: Position up to which the row could extend, in points.
        entry: Title and page number, if the row is a line of contents.
    """
    if draft.kind == "code":
        draft.add(row, "\n" + _indent(draft.rows[0], row))
    else:
        if entry is not None and draft.kind == "paragraph":  # a line of contents of two rows
            draft.kind, draft.target_page = "contents", entry[1]
        draft.add(row)
        draft.right = max(draft.right, right)
    draft.first_rows += 1


def _read_first_row(draft: Draft, row: Row, entry: Entry | None, notes: bool) -> None:
    """Set the kind, the text and the bullet or number of a new block.

    Args:
        draft: The block.
        row: Its first row.
        entry: Title and page number, if the row is a line of contents.
        notes: Whether the row is a footnote.
    """
    if notes:
        draft.kind = "footnote"
    elif entry is not None:
        draft.kind, draft.target_page = "contents", entry[1]
    elif is_code(row):
        draft.kind = "code"
    else:
        bullet, rest = split_bullet(row.text)
        if row.bullet_x0 is not None and not bullet:
            bullet, rest = "•", row.text
        if bullet and rest:
            draft.kind, draft.bullet = "list_item", bullet
            cut = len(row.text) - len(rest)
            draft.text = rest
            draft.raised = [(start - cut, end - cut) for start, end in row.raised if start >= cut]
            return
        draft.number = numbering(row.text)
    draft.append_text(row.text, row.raised)


def _indent(first: Row, row: Row) -> str:
    """Return the spaces that indent a row of code against the first one."""
    width = max(_CODE_CHARACTER * first.size, (first.x1 - first.x0) / max(1, len(first.text)))
    if row.x0 <= first.x0 + _FEWEST_INDENT * width:
        return ""
    return " " * max(0, round((row.x0 - first.x0) / width))


def _right_edges(rows: Sequence[Row], edge: float, style: BodyStyle) -> list[float]:
    """Return for each row the position in points up to which it could extend.

    This is the right edge of the column, or that of a group of rows that are narrower than the column.

    Args:
        rows: The rows of a column.
        edge: The right edge of the longest row, in points.
        style: Style of the body text.
    """
    edge = _column_edge(rows, edge, style)
    edges = [edge] * len(rows)
    start = 0
    for k in range(1, len(rows) + 1):
        if (
            k < len(rows)
            and not has_paragraph_space(rows[k - 1], rows[k], style)
            and abs(rows[k].size - rows[start].size) < _SAME_SIZE * rows[k].size
        ):
            continue
        group = rows[start:k]
        own = _group_edge(group) if len(group) >= _FEWEST_ROWS else None
        if own is not None and own < edge:
            edges[start:k] = [own] * len(group)
        start = k
    return edges


def _column_edge(rows: Sequence[Row], edge: float, style: BodyStyle) -> float:
    """Return the right edge of a column in points: where its longest rows end, or where those of the page end."""
    size, left = style.size, min(row.x0 for row in rows)
    ends = sorted((row.x1 for row in rows if not row.is_placeholder), reverse=True)
    if len(ends) >= _FEWEST_ENDS:
        edge = next((end for end, after in pairwise(ends) if end - after < size), ends[0])
    full = sum(end > edge - _FULL * size for end in ends)
    if full < _FEWEST_FULL or full < _FULL_SHARE * len(ends) or edge - left < _NARROW * size:
        # Too few or too short rows to show where the edge is.
        edge = max(edge, style.right or min(style.farthest_right, left + _NARROW * size))
    if style.right and edge < style.right and left < style.right - _WIDE * size:
        edge = style.right
    return edge


def _group_edge(group: Sequence[Row]) -> float | None:
    """Return the right edge in points at which most rows of a group end, if they show one."""
    own, size = max(row.x1 for row in group), group[0].size
    near = sum(row.x1 > own - _NEAR_EDGE * size for row in group[:-1])
    # Names of a list are often equally long. Rows of one length, of which only the last ends a sentence, are its parts.
    is_one_sentence = near == len(group) - 1 and [k for k, row in enumerate(group) if ends_sentence(row)] == [near]
    is_wide_enough = own - min(row.x0 for row in group) >= _NARROW * size or is_one_sentence
    shows_edge = near >= _FEWEST_NEAR and near >= _NEAR_SHARE * (len(group) - 1)
    return own if is_wide_enough and shows_edge else None

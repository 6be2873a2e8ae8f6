"""Rows of a column to paragraphs, list items, code and notes, and paragraphs over columns and pages to one.

What a block is called at last (heading, caption, ...) is decided when the whole document is known (``report``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import structs

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.layout.captions import is_caption
from aisi_ingest.extract.layout.columns import Column, columns_of
from aisi_ingest.extract.layout.contents import contents_line, has_page_number, is_contents_title
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.footnotes import label_of
from aisi_ingest.extract.layout.line_ends import ended, wraps
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.lines.hyphens import Hyphens
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.text.normalise import is_wide

_REMARK = re.compile(
    "[（(]?(?:注|註)[0-9０-９]{0,3}[)）:：]|[※＊](?![※＊])|[*]{1,2}(?=[^*\\s])|[（(](?:出典|出所)|(?:出典|出所|資料)[:：]|\\((?:Source|Note)s?:|(?:Source|Note)s?:"
)


def is_remark(text: str) -> bool:
    """``※``, ``(注1)``, ``出典：``, ``Source:``: a block of its own beside the text."""
    return bool(_REMARK.match(text))


def paragraphs(column: Column, page: int, setting: BodyStyle, notes: bool = False) -> list[Draft]:
    """The blocks of one column, in order. ``notes``: the column holds footnotes, each with a label of its own."""
    out: list[Draft] = []
    rows = column.rows
    rights = _rights(rows, column.right, setting)
    previous: Row | None = None
    for k, row in enumerate(rows):
        draft = out[-1] if out else None
        if row.table is not None:
            out.append(Draft(page, [row], rights[k], column.left, kind="table", table=row.table, sealed=True))
            previous = None
            continue
        if row.group is not None:
            margin = max(0.0, min(r.x0 for r in row.group) - row.x0)  # the same on the right
            upright = all(r.x1 <= row.x1 + 1 for r in row.group)
            inner = structs.replace(setting, right=row.x1 - margin if upright else 0.0)
            for part in columns_of(row.group):
                for block in paragraphs(part, page, inner):
                    block.sealed = True
                    out.append(block)
            previous = None
            continue
        if row.figure is not None:
            for part in columns_of(row.figure):
                for label in paragraphs(part, page, setting):
                    label.kind, label.sealed = "figure_text", True
                    out.append(label)
            previous = None
            continue
        if previous is None or draft is None or _begins(draft, previous, row, rights[k - 1], setting, notes):
            space = (row.base - previous.base) / row.size if previous is not None else 9.0
            out.append(_started(row, page, column.left, rights[k], space, notes, setting.hyphens))
        elif draft.kind == "code":
            draft.add(row, "\n" + _indent(draft.rows[0], row))
            draft.first_part += 1
        else:
            draft.add(row)
            draft.first_part += 1
            draft.right = max(draft.right, rights[k])
        previous = row
    for draft in out:
        if draft.kind == "paragraph" and len(draft.rows) <= 4 and is_caption(draft.text):
            draft.kind, draft.number = "caption", None
    return out


def _started(row: Row, page: int, left: float, right: float, space: float, notes: bool, hyphens: Hyphens) -> Draft:
    draft = Draft(page, [row], right, left, space=space, lead=row.lead, hyphens=hyphens)
    entry = contents_line(row.text)
    if notes:
        draft.kind = "footnote"
    elif entry is not None:
        draft.kind, draft.target = "contents", entry[1]
    elif _is_code(row):
        draft.kind = "code"
    else:
        sign, rest = split_bullet(row.text)
        if row.dot is not None and not sign:
            sign, rest = "•", row.text
        if sign and rest:
            draft.kind, draft.sign = "list_item", sign
            cut = len(row.text) - len(rest)
            draft.text = rest
            draft.raised = [(a - cut, b - cut) for a, b in row.raised if a >= cut]
            draft.lead = max(0, row.lead - cut)
            return draft
        draft.number = numbering(row.text)
    draft.append_text(row.text, row.raised)
    return draft


def _is_code(row: Row) -> bool:
    return row.monospace and sum(map(is_wide, row.text)) * 3 < len(row.text)


def _in_code(draft: Draft, row: Row) -> bool:
    """A line of code whose Japanese strings are set in another font."""
    if len(draft.rows) < 2 or is_wide(row.text[0]) or row.x0 < draft.rows[0].x0 - 1:
        return False
    usual = max(b.base - a.base for a, b in pairwise(draft.rows))
    return row.base - draft.rows[-1].base <= 1.1 * usual


def _indent(first: Row, row: Row) -> str:
    width = max(0.3 * first.size, (first.x1 - first.x0) / max(1, len(first.text)))
    return " " * max(0, round((row.x0 - first.x0) / width)) if row.x0 > first.x0 + 0.5 * width else ""


def _rights(rows: Sequence[Row], edge: float, setting: BodyStyle) -> list[float]:
    """For each row the edge up to which it could have run: that of the rows set around it, or the column's."""
    size, left = setting.size, min(row.x0 for row in rows)
    ends = sorted((row.x1 for row in rows if not row.solid), reverse=True)
    if len(ends) >= 3:
        edge = next((end for end, after in pairwise(ends) if end - after < size), ends[0])
    full = sum(end > edge - 1.2 * size for end in ends)
    if full < 2 or full < 0.2 * len(ends) or edge - left < 14 * size:
        edge = max(
            edge, setting.right or min(setting.reach, left + 14 * size)
        )  # too few lines, or too short ones, to show where the edge is
    if setting.right and edge < setting.right and min(row.x0 for row in rows) < setting.right - 20 * setting.size:
        edge = setting.right
    out = [edge] * len(rows)
    start = 0
    for k in range(1, len(rows) + 1):
        if (
            k < len(rows)
            and not _far(rows[k - 1], rows[k], setting)
            and abs(rows[k].size - rows[start].size) < 0.1 * rows[k].size
        ):
            continue
        run = rows[start:k]
        if len(run) >= 3:
            own = max(row.x1 for row in run)
            near = sum(row.x1 > own - 1.5 * run[0].size for row in run[:-1])
            wide = own - min(row.x0 for row in run) >= 14 * run[0].size
            if wide and near >= 2 and near >= 0.6 * (len(run) - 1) and own < edge:
                out[start:k] = [own] * len(run)
        start = k
    return out


def _far(above: Row, below: Row, setting: BodyStyle) -> bool:
    """More white space than between two lines of a paragraph."""
    return below.base - above.base > 1.22 * setting.leading * max(above.size, below.size) + 0.5


def _begins(draft: Draft, above: Row, row: Row, right: float, setting: BodyStyle, notes: bool) -> bool:
    """Whether a row begins a new block after ``above``, the last row of ``draft``."""
    size = max(above.size, row.size)
    step = row.base - above.base
    if notes:
        return _begins_note(above, row, right, size) or step > 2.6 * size
    if draft.kind == "code":
        return step > 2.6 * size or not (_is_code(row) or _in_code(draft, row))
    if _is_code(row):
        return True
    entry = contents_line(row.text)
    if entry is not None:
        begun = len(draft.rows) == 1 and draft.kind == "paragraph" and draft.number is not None
        if not begun or has_page_number(above.text) or not wraps(above, row, right):
            return True
        draft.kind, draft.target = "contents", entry[1]  # an entry of two lines
        return False
    if is_contents_title(row.text) or is_contents_title(draft.text):
        return True
    if above.gapped and has_page_number(above.text) and (row.gapped or numbering(row.text) is not None):
        return True
    if draft.kind == "contents" or abs(above.size - row.size) > 0.12 * size or step <= 0:
        return True
    prominent = (above.bold and row.bold) or above.size > 1.1 * setting.size
    if step > _widest_step(draft, size, setting, prominent):
        return True
    full, closed = wraps(above, row, right), ended(above)
    if row.dot is not None:
        return True
    sign, rest = split_bullet(row.text)
    if sign and rest and not (sign[0] in "-–—*" and full and not closed):
        return True
    if is_remark(row.text) and not full:
        return True
    number = numbering(row.text)
    if number is not None and number.end < len(row.text) and (not full or closed or row.x0 < above.x0 - 0.3 * size):
        return True
    if above.bold != row.bold and not (full and (row.bold or above.bold)) and not (above.bold and row.lead):
        return True
    if _centred(above, row) and prominent and above.face == row.face:
        return False
    hanging = 0 < row.x0 - draft.rows[0].x0 < 6 * size and above.bold and row.bold and above.face == row.face
    if hanging and full and not closed and len(draft.rows) < 3:  # a heading whose further lines are set in
        return False
    # A paragraph that begins with a number and has its first line set in.
    set_in = len(draft.rows) == 1 and draft.number is not None and abs(row.x0 - draft.left) < 0.5 * size
    if set_in and full and not closed and 0.7 * size < above.x0 - row.x0 < 3 * size:
        return False
    to_the_right = above.x0 > draft.left + 0.4 * (right - draft.left) and abs(above.x0 - row.x0) > 0.4 * size
    if to_the_right or _indented(draft, row, size):
        return True
    # Under what stands beside a name, and the address of a listed work, a line goes on although there was room.
    beside = draft.rows[0].gapped and not draft.sign and row.x0 > draft.rows[0].x0 + 2 * size
    address = (
        bool(draft.sign) and row.text.startswith(("http://", "https://")) and row.x0 > draft.rows[0].x0 + 0.5 * size
    )
    return not (full or beside or address)


def _begins_note(above: Row, row: Row, right: float, size: float) -> bool:
    if label_of(row.text, row.raised) is None:
        return False
    raised = bool(row.raised and row.raised[0][0] == 0)
    return raised or above.x1 < right - 2 * size or row.x0 < above.x0 - 0.3 * size


def _widest_step(draft: Draft, size: float, setting: BodyStyle, prominent: bool) -> float:
    """The largest step to another line of the same block."""
    usual = setting.leading * size
    if len(draft.rows) > 1:
        own = draft.rows[-1].base - draft.rows[-2].base
        usual = own if own > 0 else usual
    elif prominent:
        return max(1.22 * usual, 1.9 * size)
    return 1.22 * usual + 0.5


def _indented(draft: Draft, row: Row, size: float) -> bool:
    """Whether a row's left edge is that of another block."""
    own = draft.rows[0]
    if own.gapped and not draft.sign:  # a name and what stands beside it
        return abs(row.x0 - own.text_x) > size
    if len(draft.rows) > 1:
        hanging = draft.rows[1].x0
        return row.x0 > hanging + 0.7 * size or row.x0 < min(hanging, own.x0) - 0.7 * size
    if draft.sign or draft.number is not None or is_remark(draft.text):
        return row.x0 < own.x0 - 0.7 * size or row.x0 > own.text_x + 6 * size
    return row.x0 > own.text_x + 0.7 * size or row.x0 < own.x0 - 3.2 * size


def _centred(above: Row, row: Row) -> bool:
    """Both lines have one axis and are not set to the left."""
    axis = abs((above.x0 + above.x1) / 2 - (row.x0 + row.x1) / 2) < 0.6 * row.size
    return axis and abs(above.x0 - row.x0) > 0.4 * row.size

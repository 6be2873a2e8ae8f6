"""Rows of a column to paragraphs, list items, code and notes, and paragraphs over columns and pages to one.

What a block is called at last (heading, caption, ...) is decided when the whole document is known (``report``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.captions import is_caption
from aisi_ingest.extract.columns import Column, columns_of
from aisi_ingest.extract.footnotes import label_of
from aisi_ingest.extract.rows import Row
from aisi_ingest.model import Box
from aisi_ingest.numbering import Numbering, numbering
from aisi_ingest.text import is_wide, join_lines


class Setting(Struct, frozen=True):
    """How most of a document's running text is set; lengths in points."""

    size: float
    leading: float  # step from line to line, in type sizes
    face: str
    right: float  # where full lines end; 0 where it is not known
    bottom: float  # where the text of a full page ends
    indents: bool  # the first line of a paragraph is set in


@dataclass(slots=True)
class Draft:
    """A block in the making."""

    page: int
    rows: list[Row]
    right: float  # the edge up to which its lines could run
    left: float
    kind: str = "paragraph"  # a BlockKind, or "contents" for a line of a table of contents
    text: str = ""
    level: int | None = None
    sign: str = ""  # the bullet that was taken out
    number: Numbering | None = None
    raised: list[tuple[int, int]] = field(default_factory=list)
    notes: list[tuple[int, Draft]] = field(default_factory=list)
    lead: int = 0
    space: float = 0.0  # white space above, in type sizes
    table: Any = None
    hidden: bool = False
    target: int | None = None  # contents: the printed page number
    pages: int = 1
    sealed: bool = False  # nothing may be joined to it
    cover: bool = False  # stands on a cover, where type is large and nothing is a heading

    @property
    def size(self) -> float:
        return self.rows[0].size

    @property
    def bold(self) -> bool:
        return all(row.bold for row in self.rows)

    @property
    def box(self) -> Box:
        boxes = [row.box for row in self.rows[: self.first_part]]
        return Box(
            min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes)
        )

    first_part: int = 1  # how many rows stand in the first column that it takes

    def add(self, row: Row, separator: str | None = None) -> None:
        """Another row at the end, joined as text is."""
        self.rows.append(row)
        self.append_text(row.text, row.raised, separator)

    def append_text(self, text: str, raised: Sequence[tuple[int, int]], separator: str | None = None) -> None:
        stripped = text.strip(" \t\u3000")
        lost = len(text) - len(text.lstrip(" \t\u3000"))
        if not self.text:
            self.text = stripped
        elif separator is not None:
            self.text = self.text + separator + text
            lost, stripped = 0, text
        elif _ADDRESS_OPEN.search(self.text) and _ADDRESS_REST.match(stripped):
            self.text += stripped  # an address broken over two lines
        else:
            self.text = join_lines((self.text, stripped))
        start = len(self.text) - len(stripped)
        self.raised.extend((start + max(0, a - lost), start + b - lost) for a, b in raised)


_CONTENTS = re.compile(
    "^(?P<title>.{2,}?)[\\s\u3000]*(?:[.．・･…‥·_]{4,}|[.…‥·][\\s.…‥·]{5,}|…{2,})[\\s\u3000]*(?P<page>[0-9]{1,4}|[ivxlc]{1,6})?$"
)
_ADDRESS_OPEN = re.compile("https?://[!-~]*[^\\s,;)]$")
_ADDRESS_REST = re.compile("(?!https?://)[a-z0-9_%#?&=./~-][!-~]*(?=$|[\\s\u3000-\uffef])")
_SENTENCE_END = re.compile("[。．！？!?.:：;；」）)]['\"”’」）)]*$")
_NOTE_MARK = re.compile(
    "[（(]?(?:注|註)[0-9０-９]{0,3}[)）:：]|[※＊](?![※＊])|[*]{1,2}(?=[^*\\s])|[（(](?:出典|出所)|(?:出典|出所|資料)[:：]|\\((?:Source|Note)s?:|(?:Source|Note)s?:"
)


def is_contents_title(text: str) -> bool:
    """目次, Table of Contents."""
    return len(text) < 24 and bool(
        re.fullmatch(
            "[【<〈]?(?:目次|もくじ|(?:table ?of ?)?contents)[】>〉]?", re.sub("[\\s\u3000]", "", text).lower()
        )
    )


def contents_line(text: str) -> tuple[str, int | None] | None:
    """Title and page number of a line of a table of contents that has a leader."""
    found = _CONTENTS.match(text)
    if not found:
        return None
    page = found["page"]
    return found["title"].strip(" \u3000.・…"), int(page) if page and page.isdigit() else None


def paragraphs(column: Column, page: int, setting: Setting, notes: bool = False) -> list[Draft]:
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
        if row.figure is not None:
            for part in columns_of(row.figure):
                for label in paragraphs(part, page, setting):
                    label.kind, label.sealed = "figure_text", True
                    out.append(label)
            previous = None
            continue
        if previous is None or draft is None or _begins(draft, previous, row, rights[k - 1], setting, notes):
            space = (row.base - previous.base) / row.size if previous is not None else 9.0
            out.append(_started(row, page, column.left, rights[k], space, notes))
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


def _started(row: Row, page: int, left: float, right: float, space: float, notes: bool) -> Draft:
    draft = Draft(page, [row], right, left, space=space, lead=row.lead)
    entry = contents_line(row.text)
    if notes:
        draft.kind = "footnote"
    elif entry is not None:
        draft.kind, draft.target = "contents", entry[1]
    elif _is_code(row):
        draft.kind = "code"
    else:
        sign, rest = split_bullet(row.text)
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


def _rights(rows: Sequence[Row], edge: float, setting: Setting) -> list[float]:
    """For each row the edge up to which it could have run: that of the rows set around it, or the column's."""
    size, left = setting.size, min(row.x0 for row in rows)
    ends = sorted((row.x1 for row in rows if not row.solid), reverse=True)
    if len(ends) >= 3:
        edge = next((end for end, after in pairwise(ends) if end - after < size), ends[0])
    full = sum(end > edge - 1.2 * size for end in ends)
    if setting.right and (full < 2 or full < 0.2 * len(ends) or edge - left < 14 * size):
        edge = max(edge, setting.right)  # too few lines, or too short ones, to show where the edge is
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
            if near >= 2 and near >= 0.6 * (len(run) - 1) and own < edge:
                out[start:k] = [own] * len(run)
        start = k
    return out


def _far(above: Row, below: Row, setting: Setting) -> bool:
    """More white space than between two lines of a paragraph."""
    return below.base - above.base > 1.22 * setting.leading * max(above.size, below.size) + 0.5


def _begins(draft: Draft, above: Row, row: Row, right: float, setting: Setting, notes: bool) -> bool:
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
        if len(draft.rows) > 1 or draft.kind != "paragraph" or draft.number is None or not _wraps(above, row, right):
            return True
        draft.kind, draft.target = "contents", entry[1]  # an entry of two lines
        return False
    if is_contents_title(row.text) or is_contents_title(draft.text):
        return True
    if draft.kind == "contents" or abs(above.size - row.size) > 0.12 * size or step <= 0:
        return True
    prominent = (above.bold and row.bold) or above.size > 1.1 * setting.size
    if step > _widest_step(draft, size, setting, prominent):
        return True
    wraps = _wraps(above, row, right)
    ended = _ended(above)
    sign, rest = split_bullet(row.text)
    if sign and rest and not (sign[0] in "-–—*" and wraps and not ended):
        return True
    if _NOTE_MARK.match(row.text) and not wraps:
        return True
    number = numbering(row.text)
    if number is not None and number.end < len(row.text) and (not wraps or ended or row.x0 < above.x0 - 0.3 * size):
        return True
    if above.bold != row.bold and not (wraps and (row.bold or above.bold)) and not (above.bold and row.lead):
        return True
    if _centred(above, row) and prominent and above.face == row.face:
        return False
    if _indented(draft, row, size):
        return True
    # Under what stands beside a name, and the address of a listed work, a line goes on although there was room.
    beside = draft.rows[0].gapped and not draft.sign and row.x0 > draft.rows[0].x0 + 2 * size
    address = (
        bool(draft.sign) and row.text.startswith(("http://", "https://")) and row.x0 > draft.rows[0].x0 + 0.5 * size
    )
    return not (wraps or beside or address)


def _begins_note(above: Row, row: Row, right: float, size: float) -> bool:
    if label_of(row.text, row.raised) is None:
        return False
    raised = bool(row.raised and row.raised[0][0] == 0)
    return raised or above.x1 < right - 2 * size or row.x0 < above.x0 - 0.3 * size


def _widest_step(draft: Draft, size: float, setting: Setting, prominent: bool) -> float:
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
    if draft.sign or draft.number is not None or _NOTE_MARK.match(draft.text):
        return row.x0 < own.x0 - 0.7 * size or row.x0 > own.text_x + 6 * size
    return row.x0 > own.text_x + 0.7 * size or row.x0 < own.x0 - 3.2 * size


def _ended(row: Row) -> bool:
    return bool(_SENTENCE_END.search(row.text))


_CANNOT_BEGIN = "、。，．,.・」』）)】〕〉》］]ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ：；！？:;!?%％～〜"
_CANNOT_END = "「『（(【〔〈《［[、，,・／"


def _wraps(above: Row, row: Row, right: float) -> bool:
    """Whether ``row`` goes on from ``above``: its first piece that cannot be broken had no room there."""
    room = right - above.x1
    size = above.size
    first, last = row.text[0], above.text[-1]
    filled = above.x1 - above.x0 > 0.5 * (right - above.x0)
    if (last in _CANNOT_END or (first in _CANNOT_BEGIN and first not in "・")) and filled:
        return True
    if is_wide(first):
        need = (1 + _forbidden(row.text, 1)) * size
        if first in _CANNOT_END and len(row.text) > 1:
            need += size
        slack = 0.7 if _ended(above) else 1.6  # characters are pushed over to keep lines from ending or beginning badly
        return room < need + slack * size
    if filled and first.islower() and last.isascii() and not _ended(above):
        return True
    piece = _PIECE.match(row.text)
    length = piece.end() if piece else 1
    average = 0.5 * size if any(map(is_wide, row.text[:40])) else (row.x1 - row.x0) / max(1, len(row.text))
    need = length * average + _forbidden(row.text, length) * size + (0 if is_wide(last) else 0.25 * size)
    slack = 0.3 if _ended(above) else 1.2
    return room < need + slack * size


_PIECE = re.compile("[^\\s\u3000-\u9fff\uff00-\uffef]+")


def _forbidden(text: str, start: int) -> int:
    """How many characters from ``start`` on may not begin a line, and so came down with the one before."""
    end = start
    while end < len(text) and end < start + 3 and text[end] in _CANNOT_BEGIN:
        end += 1
    return end - start


def _centred(above: Row, row: Row) -> bool:
    """Both lines have one axis and are not set to the left."""
    axis = abs((above.x0 + above.x1) / 2 - (row.x0 + row.x1) / 2) < 0.6 * row.size
    return axis and abs(above.x0 - row.x0) > 0.4 * row.size


def goes_on(before: Draft, after: Draft, setting: Setting) -> bool:
    """Whether a block at the top of a column or page goes on from the last one before it."""
    if before.sealed or after.sign or before.kind not in ("paragraph", "list_item") or after.kind != "paragraph":
        return False
    last, first = before.rows[-1], after.rows[0]
    if abs(last.size - first.size) > 0.08 * first.size or last.bold != first.bold:
        return False
    if after.number is not None and after.number.end < len(after.text) and _ended(last):
        return False
    if _NOTE_MARK.match(after.text):
        return False
    if not _wraps(last, first, before.right):
        return False
    ended = bool(re.search("[。！？!?.][」）)”\"']*$", before.text))
    if not ended:
        return not (after.number is not None and before.bold)
    if len(after.rows) > 1:
        set_in = first.x0 > after.rows[1].x0 + 0.5 * first.size
        return setting.indents and not set_in and not before.sign
    return setting.indents and first.x0 < after.left + 0.5 * first.size and not before.sign


def around(before: Draft, after: Draft, setting: Setting) -> bool:
    """Whether a block goes on from one before it with only a figure, a table or a caption between."""
    return not re.search("[。！？!?.:：][」）)”\"']*$", before.text) and goes_on(before, after, setting)


def append(before: Draft, after: Draft) -> None:
    """Join the second block to the first."""
    shift_text, raised = after.text, after.raised
    before.rows.extend(after.rows)
    before.append_text(shift_text, raised)
    before.right = after.right
    before.pages = after.page - before.page + 1

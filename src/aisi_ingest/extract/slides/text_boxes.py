"""Lines of a slide to the boxes of text that their author set, and these to paragraphs.

A PDF has no text boxes: lines belong together when they stand in one frame, under each other, in about
one size, with nothing else between.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.slides.compose import around
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide, join_lines

# In units of the type size (em). Read off governmental and vendors' decks made by PowerPoint, LibreOffice and Chromium.
LEADING = 1.95  # between baselines of one box; authors set up to 1.5 lines, of 1.2 em
SIZES = 1.32  # between the largest and the smallest neighbour of one box: 18 over 14 points, but not 24 over 18
STEP = 8.0  # between the left edges of two lines of one box; list levels are two or three apart
PAIR = 1.7  # two lines alone with more between them are two boxes; three with as much are one, set wide
LABEL = 16.0  # a label beside its explanation is no longer
TAB = 12.0  # and no further away from it
_ENUMERATOR = re.compile(
    r"(?:[①-⑳❶-❿⑴-⒇ⅰ-ⅹⅠ-Ⅻ]|[(（](?:\d{1,2}|[a-zA-Zア-ン]|[ivx]{1,4})[)）]|\d{1,2}[.．)）](?!\d)"
    r"|[a-zA-Z][.．)）][ \u3000]|[ivx]{1,4}[.．)）][ \u3000]?|※|→|⇒|[<＜【《〈])[ \u3000]*"
)


class Row(Struct, frozen=True, eq=False):
    """What is read in one go on one baseline: a line, or a label and the line beside it."""

    text: str
    box: Box
    baseline: float
    size: float
    bold: bool
    color: int
    body: float  # where the text begins that lines below are set under: left of the line, after label or bullet

    @property
    def em(self) -> float:
        return max(self.size, 1.0)


class Paragraph(Struct, frozen=True, eq=False):
    rows: tuple[Row, ...]
    bullet: str = ""  # the sign taken out of the text

    @property
    def text(self) -> str:
        first = split_bullet(self.rows[0].text)[1]
        return join_lines([first, *(row.text for row in self.rows[1:])])

    @property
    def box(self) -> Box:
        return around([row.box for row in self.rows])

    @property
    def size(self) -> float:
        return max(self.rows, key=lambda row: len(row.text)).size


def rows_of(lines: Iterable[Line], frames: Sequence[Box]) -> list[Row]:
    """Rows of horizontal lines, labels joined with what stands beside them in one frame. From top to bottom."""
    rows = [
        Row(line.text, line.box, line.baseline, line.size, line.bold, line.color, line.box.x0)
        for line in lines
        if line.text.strip()
    ]
    rows.sort(key=lambda row: (row.baseline, row.box.x0))
    return _labelled(rows, frames)


def _labelled(rows: list[Row], frames: Sequence[Box]) -> list[Row]:
    """Join ``label   explanation``: a short line, a tab, and a line that others below begin under."""
    home = [_frame_of(row, frames) for row in rows]
    beside: dict[int, int] = {}
    for i, row in enumerate(rows):
        mates = [j for j, other in enumerate(rows) if i != j and home[i] == home[j] and _beside(row, other)]
        if mates:
            beside[i] = min(mates, key=lambda j: rows[j].box.x0)
    seconds = Counter(beside.values())
    pairs = {
        i: j
        for i, j in beside.items()
        if j not in beside  # it has a neighbour as well: a grid, not a label
        and i not in seconds
        and seconds[j] == 1  # two on one line before it: no telling whose it is
        and rows[i].box.x1 - rows[i].box.x0 <= LABEL * rows[i].em
        and not split_bullet(rows[j].text)[0]
        and abs(rows[i].size - rows[j].size) <= 0.15 * rows[i].size
    }
    columns = [(rows[i].box.x0, rows[j].box.x0) for i, j in pairs.items()]
    out, used = [], set()
    for i, j in pairs.items():
        label, body = rows[i], rows[j]
        spanned = any(
            abs(other.baseline - label.baseline) < 2.5 * label.em
            and other.box.x0 < label.box.x0 + label.em
            and other.box.x1 > body.box.x0 + 2 * label.em
            for k, other in enumerate(rows)
            if k not in (i, j)
        )
        listed = sum(abs(x - label.box.x0) < 1.5 * label.em and abs(y - body.box.x0) < 4 for x, y in columns) >= 3
        remark = body.text[0] in "（(：:"
        if not (remark if split_bullet(label.text)[0] else spanned or listed):
            continue
        used |= {i, j}
        out.append(
            Row(
                f"{label.text} {body.text}",
                around([label.box, body.box]),
                label.baseline,
                label.size,
                label.bold and body.bold,
                label.color,
                label.box.x0 if body.text[0] in "→⇒" else body.box.x0,  # what follows an arrow goes on from a sentence
            )
        )
    out += [row for i, row in enumerate(rows) if i not in used]
    out.sort(key=lambda row: (row.baseline, row.box.x0))
    return out


def _beside(row: Row, other: Row) -> bool:
    gap = other.box.x0 - row.box.x1
    return abs(other.baseline - row.baseline) < 0.3 * row.em and 0 <= gap < TAB * row.em


def clusters_of(rows: Sequence[Row], frames: Sequence[Box], rules: Sequence[Box] = ()) -> list[list[Row]]:
    """Rows that stand in one box, each from top to bottom.

    ``frames`` are drawn rectangles, ``rules`` drawn horizontal lines, which part what stands above and below.
    """
    home = [_frame_of(row, frames) for row in rows]
    below: dict[int, list[int]] = {}
    above: dict[int, list[int]] = {}
    bases, sizes = [row.baseline for row in rows], [row.em for row in rows]
    for i, row in enumerate(rows):
        base, size = bases[i], sizes[i]
        near: list[int] = []
        for j, other in enumerate(bases):
            leading = other - base
            if leading > 0 and leading >= 0.5 * min(size, sizes[j]) and _overlap(row.box, rows[j].box):
                near.append(j)
        if not near:
            continue
        first = min(rows[j].baseline for j in near)
        nearest = [j for j in near if rows[j].baseline - first < 0.5 * row.em]
        below[i] = nearest
        for j in nearest:
            above.setdefault(j, []).append(i)
    follows: dict[int, int] = {}
    for i, nearest in below.items():
        j = nearest[0]
        lowest = max(rows[k].baseline for k in above[j])
        reaching = [k for k in above[j] if rows[k].baseline > lowest - 0.5 * rows[j].em]
        alone = len(nearest) == 1 and reaching == [i] and home[i] == home[j]
        if alone and _together(rows[i], rows[j]) and not _parted(rows[i], rows[j], rules):
            follows[i] = j
    out = []
    for i in range(len(rows)):
        if i in follows.values():
            continue
        chain = [i]
        while chain[-1] in follows:
            chain.append(follows[chain[-1]])
        out.append([rows[k] for k in chain])
    return out


def _overlap(first: Box, second: Box) -> bool:
    shared = min(first.x1, second.x1) - max(first.x0, second.x0)
    return shared > 0.3 * min(first.x1 - first.x0, second.x1 - second.x0)


def _together(upper: Row, lower: Row) -> bool:
    large, small = max(upper.size, lower.size), max(min(upper.size, lower.size), 0.1)
    if lower.baseline - upper.baseline > LEADING * large or large > SIZES * small:
        return False
    step = min(abs(lower.box.x0 - upper.box.x0), abs(lower.box.x0 - upper.body)) / large
    middle = abs((upper.box.x0 + upper.box.x1) - (lower.box.x0 + lower.box.x1)) / 2 / large
    explained = ":" in upper.text or "：" in upper.text  # "Term: what it means", set under what it means
    return step <= STEP or explained or middle < 2 or abs(upper.box.x1 - lower.box.x1) < large


def _parted(upper: Row, lower: Row, rules: Sequence[Box]) -> bool:
    """Whether a line is drawn between two rows that is no underline of the upper one."""
    for rule in rules:
        if not upper.baseline + 0.1 * upper.em < rule.top < lower.baseline - 0.6 * lower.em:
            continue
        across = all(rule.x0 < row.box.x1 and row.box.x0 < rule.x1 for row in (upper, lower))
        longer = rule.x0 < upper.box.x0 - 0.5 * upper.em or rule.x1 > upper.box.x1 + upper.em
        if across and longer:
            return True
    return False


def _frame_of(row: Row, frames: Sequence[Box]) -> int:
    """The smallest frame around a row, -1 for none."""
    x, y = (row.box.x0 + row.box.x1) / 2, row.baseline - 0.35 * row.size
    best, area = -1, float("inf")
    for index, frame in enumerate(frames):
        if frame.x0 <= x <= frame.x1 and frame.top <= y <= frame.bottom:
            own = (frame.x1 - frame.x0) * (frame.bottom - frame.top)
            if own < area:
                best, area = index, own
    return best


def paragraphs_of(cluster: Sequence[Row], margin: float = 0.0) -> list[Paragraph]:
    """Paragraphs of one box: a bullet, a number, an indent or a line that was ended early begins a new one.

    ``margin`` is where lines end at the right, in points; without it the longest line of the box says so.
    """
    right = max([margin, *(row.box.x1 for row in cluster)])
    widest = max(row.box.x1 - row.box.x0 for row in cluster)
    steps = sorted(b.baseline - a.baseline for a, b in pairwise(cluster))
    usual = steps[len(steps) // 2] if steps else 0.0
    groups: list[list[Row]] = []
    for row in cluster:
        if groups and not _begins(groups[-1], row, right, widest, usual, len(steps) == 1):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [Paragraph(tuple(group), split_bullet(group[0].text)[0]) for group in groups]


_GOES_ON = tuple("のをはが、，・（「『")  # no sentence and no item ends so


def _begins(group: Sequence[Row], row: Row, right: float, widest: float, usual: float, alone: bool) -> bool:
    """Whether a row begins a paragraph of its own after the rows of ``group``; ``alone``: they are two in all."""
    first, last = group[0], group[-1]
    if split_bullet(row.text)[0] or _ENUMERATOR.match(row.text) or row.body > row.box.x0 + row.em:
        return True
    if abs(row.size - last.size) > 0.08 * max(row.size, last.size):
        return True
    step = row.baseline - last.baseline
    if step > 1.3 * usual and step > 1.5 * row.em:
        return True
    if step > PAIR * row.em and alone:
        return True
    centred = abs((row.box.x0 + row.box.x1) - (last.box.x0 + last.box.x1)) < row.em
    hanging = bool(split_bullet(first.text)[0] or _ENUMERATOR.match(first.text)) or first.body > first.box.x0 + row.em
    indent = (row.box.x0 - (last if len(group) > 1 else first).box.x0) / row.em
    if not centred and not hanging and 0.4 < indent < 2.6 and len(group) > 1:
        return True
    room = (widest - (last.box.x1 - last.box.x0)) if centred else right - last.box.x1
    if last.text.endswith(_GOES_ON):
        return False
    if room > _first_word(row) + row.em:
        return True  # the author ended the line: the next word had room on it
    return last.text.endswith(("。", "．")) and room > 0.5 * row.em and not centred


def _first_word(row: Row) -> float:
    """Width of what cannot be broken off from a row's beginning."""
    text = row.text
    if is_wide(text[0]):
        return 2 * row.em
    word = re.split(r"[ \u3000]|(?<=[^\x00-\xff])", text, maxsplit=1)[0]
    return min(len(word) * 0.55 * row.em, row.box.x1 - row.box.x0)

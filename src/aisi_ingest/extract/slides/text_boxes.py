"""Group the lines of a slide into the text boxes that its author made.

A PDF does not store text boxes. Lines belong together if they are in one frame, below each other, in about the same
type size, with nothing else between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.geometry import area, box_width, overlap, union
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.model import Box

# In units of the type size (em), unless stated otherwise. Measured on decks of governments and vendors that were made
# with PowerPoint, LibreOffice and Chromium.
LEADING = 1.95  # between the baselines of one box; authors use up to 1.5 lines of 1.2 em
SIZE_RATIO = 1.32  # of the type sizes of two neighbours in one box: 18 to 14 points, but not 24 to 18
MAXIMUM_SHIFT = 8.0  # between the left edges of two lines of one box; list levels are two or three apart
LABEL_WIDTH = 16.0  # of a label beside its explanation
LABEL_GAP = 12.0  # between a label and its explanation

_BASELINE_SHIFT = 0.3  # between the baselines of a label and its explanation
_LABEL_SIZE_STEP = 0.15  # share by which the type sizes of a label and its explanation differ
_SPAN_DISTANCE = 2.5  # between a label and a line above or below that spans label and explanation
_SPAN_LEFT, _SPAN_RIGHT = 1, 2  # how far such a line starts left of, and ends right of, the label and the explanation
_LABEL_ALIGNMENT = 1.5  # between the left edges of labels in one column
_TEXT_ALIGNMENT = 4  # points between the left edges of the explanations in one column
_LABELS_IN_COLUMN = 3  # pairs at the same places that make a list of labels

_MINIMUM_LEADING = 0.5  # of the smaller type size; lines closer than this are on one line
_SAME_LINE = 0.5  # baselines closer than this are on one line
_COLUMN_OVERLAP = 0.3  # share of the narrower line that two lines below each other share
_CENTRED_SHIFT = 2  # between the centres of two centred lines
_UNDERLINE_DEPTH = 0.1  # a rule closer to the upper baseline is an underline
_RULE_ABOVE_TEXT = 0.6  # a rule closer to the lower baseline runs through the text
_RULE_MARGIN = 0.5  # how far a dividing rule starts left of the upper line
_MIDDLE_OF_LINE = 0.35  # of the type size, from the baseline up to the middle of the letters


class Row(Struct, frozen=True, eq=False):
    """Text that is read without a break on one baseline: a line, or a label and the line beside it.

    Attributes:
        text: The text.
        box: Position on the slide, in points.
        baseline: Distance of the baseline from the slide's top, in points.
        size: Type size in points.
        bold: Whether all characters are bold.
        color: Colour as 0xRRGGBBAA.
        text_start: Left edge, in points, under which the following lines begin: behind the label, if there is one.
        lines: The lines that it was made of.
    """

    text: str
    box: Box
    baseline: float
    size: float
    bold: bool
    color: int
    text_start: float
    lines: tuple[Line, ...] = ()

    @property
    def em(self) -> float:
        """Type size in points, at least 1."""
        return max(self.size, 1.0)


def row_of(line: Line) -> Row:
    """Return a line as a row of its own."""
    return Row(line.text, line.box, line.baseline, line.size, line.bold, line.color, line.box.x0, (line,))


def rows_from_lines(lines: Iterable[Line], frames: Sequence[Box]) -> list[Row]:
    """Build rows from horizontal lines, from top to bottom. Labels are joined with the text beside them.

    Args:
        lines: Lines that are written from left to right. Blank lines are left out.
        frames: Drawn rectangles. A label and its text are in the same frame.
    """
    rows = [row_of(line) for line in lines if line.text.strip()]
    rows.sort(key=lambda row: (row.baseline, row.box.x0))
    return join_labels(rows, frames)


def join_labels(rows: list[Row], frames: Sequence[Box]) -> list[Row]:
    """Join ``label   explanation``: a short line, a gap, and a line under which other lines begin.

    Args:
        rows: Rows from top to bottom.
        frames: Drawn rectangles.

    Returns:
        All rows from top to bottom, label and explanation joined by a space.
    """
    pairs = _label_pairs(rows, frames)
    columns = [(rows[i].box.x0, rows[j].box.x0) for i, j in pairs.items()]
    out, used = [], set()
    for i, j in pairs.items():
        label, body = rows[i], rows[j]
        others = [other for k, other in enumerate(rows) if k not in (i, j)]
        remark = body.text[0] in "（(：:"
        after_bullet = bool(split_bullet(label.text)[0])
        if not (remark if after_bullet else _is_spanned(label, body, others) or _is_listed(label, body, columns)):
            continue
        used |= {i, j}
        out.append(_joined(label, body))
    out += [row for i, row in enumerate(rows) if i not in used]
    out.sort(key=lambda row: (row.baseline, row.box.x0))
    return out


def _label_pairs(rows: Sequence[Row], frames: Sequence[Box]) -> dict[int, int]:
    """Return pairs of rows that may be label and explanation, as indices."""
    frame_of = [_frame_of(row, frames) for row in rows]
    beside: dict[int, int] = {}
    for i, row in enumerate(rows):
        neighbours = [
            j for j, other in enumerate(rows) if i != j and frame_of[i] == frame_of[j] and _is_beside(row, other)
        ]
        if neighbours:
            beside[i] = min(neighbours, key=lambda j: rows[j].box.x0)
    explanations = Counter(beside.values())
    return {
        i: j
        for i, j in beside.items()
        if j not in beside  # the explanation has a neighbour as well: a grid, not a label
        and i not in explanations
        and explanations[j] == 1  # two rows before it: it is not clear which one is the label
        and box_width(rows[i].box) <= LABEL_WIDTH * rows[i].em
        and not split_bullet(rows[j].text)[0]
        and abs(rows[i].size - rows[j].size) <= _LABEL_SIZE_STEP * rows[i].size
    }


def _is_beside(row: Row, other: Row) -> bool:
    """Return whether ``other`` is on the same line as ``row``, to its right, at the distance of a label."""
    gap = other.box.x0 - row.box.x1
    return abs(other.baseline - row.baseline) < _BASELINE_SHIFT * row.em and 0 <= gap < LABEL_GAP * row.em


def _is_spanned(label: Row, body: Row, others: Iterable[Row]) -> bool:
    """Return whether a line close to a pair spans both: then they are two parts of one text."""
    return any(
        abs(other.baseline - label.baseline) < _SPAN_DISTANCE * label.em
        and other.box.x0 < label.box.x0 + _SPAN_LEFT * label.em
        and other.box.x1 > body.box.x0 + _SPAN_RIGHT * label.em
        for other in others
    )


def _is_listed(label: Row, body: Row, columns: Sequence[tuple[float, float]]) -> bool:
    """Return whether several pairs begin at the same two places. ``columns`` are the left edges of all pairs."""
    alike = sum(
        abs(label_x - label.box.x0) < _LABEL_ALIGNMENT * label.em and abs(body_x - body.box.x0) < _TEXT_ALIGNMENT
        for label_x, body_x in columns
    )
    return alike >= _LABELS_IN_COLUMN


def _joined(label: Row, body: Row) -> Row:
    return Row(
        f"{label.text} {body.text}",
        union([label.box, body.box]),
        label.baseline,
        label.size,
        label.bold and body.bold,
        label.color,
        label.box.x0 if body.text[0] in "→⇒" else body.box.x0,  # text behind an arrow continues the sentence before it
        label.lines + body.lines,
    )


def cluster_rows(rows: Sequence[Row], frames: Sequence[Box], rules: Sequence[Box] = ()) -> list[list[Row]]:
    """Group the rows that are in one text box, each group from top to bottom.

    Args:
        rows: The rows of a slide.
        frames: Drawn rectangles. The rows of a group are in the same frame.
        rules: Drawn horizontal lines, which divide the rows above and below.
    """
    frame_of = [_frame_of(row, frames) for row in rows]
    below, above = _vertical_neighbours(rows)
    follows: dict[int, int] = {}
    for i, nearest in below.items():
        j = nearest[0]
        lowest = max(rows[k].baseline for k in above[j])
        candidates = [k for k in above[j] if rows[k].baseline > lowest - _SAME_LINE * rows[j].em]
        unambiguous = len(nearest) == 1 and candidates == [i] and frame_of[i] == frame_of[j]
        if unambiguous and _may_be_one_box(rows[i], rows[j]) and not _are_divided(rows[i], rows[j], rules):
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


def _vertical_neighbours(rows: Sequence[Row]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return for each row the nearest rows below it in its column, and for each row those it is nearest to."""
    below: dict[int, list[int]] = {}
    above: dict[int, list[int]] = {}
    baselines, sizes = [row.baseline for row in rows], [row.em for row in rows]
    for i, row in enumerate(rows):
        baseline, size = baselines[i], sizes[i]
        lower: list[int] = []
        for j, other in enumerate(baselines):
            leading = other - baseline
            if leading > 0 and leading >= _MINIMUM_LEADING * min(size, sizes[j]) and _in_one_column(row, rows[j]):
                lower.append(j)
        if not lower:
            continue
        first = min(rows[j].baseline for j in lower)
        nearest = [j for j in lower if rows[j].baseline - first < _SAME_LINE * row.em]
        below[i] = nearest
        for j in nearest:
            above.setdefault(j, []).append(i)
    return below, above


def _in_one_column(first: Row, second: Row) -> bool:
    shared = overlap(first.box.x0, first.box.x1, second.box.x0, second.box.x1)
    return shared > _COLUMN_OVERLAP * min(box_width(first.box), box_width(second.box))


def _may_be_one_box(upper: Row, lower: Row) -> bool:
    """Return whether leading, type sizes and alignment of two rows allow them to be in one text box."""
    large, small = max(upper.size, lower.size), max(min(upper.size, lower.size), 0.1)
    if lower.baseline - upper.baseline > LEADING * large or large > SIZE_RATIO * small:
        return False
    shift = min(abs(lower.box.x0 - upper.box.x0), abs(lower.box.x0 - upper.text_start)) / large
    center_shift = abs((upper.box.x0 + upper.box.x1) - (lower.box.x0 + lower.box.x1)) / 2 / large
    has_term = ":" in upper.text or "：" in upper.text  # "Term: explanation", continued below the explanation
    flush_right = abs(upper.box.x1 - lower.box.x1) < large
    return shift <= MAXIMUM_SHIFT or has_term or center_shift < _CENTRED_SHIFT or flush_right


def _are_divided(upper: Row, lower: Row, rules: Sequence[Box]) -> bool:
    """Return whether a line is drawn between two rows that is not an underline of the upper one."""
    for rule in rules:
        top, bottom = upper.baseline + _UNDERLINE_DEPTH * upper.em, lower.baseline - _RULE_ABOVE_TEXT * lower.em
        if not top < rule.top < bottom:
            continue
        crosses_both = all(rule.x0 < row.box.x1 and row.box.x0 < rule.x1 for row in (upper, lower))
        longer = rule.x0 < upper.box.x0 - _RULE_MARGIN * upper.em or rule.x1 > upper.box.x1 + upper.em
        if crosses_both and longer:
            return True
    return False


def _frame_of(row: Row, frames: Sequence[Box]) -> int:
    """Return the index of the smallest frame around a row, -1 if there is none."""
    x, y = (row.box.x0 + row.box.x1) / 2, row.baseline - _MIDDLE_OF_LINE * row.size
    best, smallest = -1, float("inf")
    for index, frame in enumerate(frames):
        if frame.x0 <= x <= frame.x1 and frame.top <= y <= frame.bottom and area(frame) < smallest:
            best, smallest = index, area(frame)
    return best

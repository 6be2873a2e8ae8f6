"""Find the title of a slide that is a picture: the largest type, and the lines that continue it."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.extract.geometry import box_height, box_width, center_y, union
from aisi_ingest.extract.ocr.page_text import BOX_TO_SIZE
from aisi_ingest.extract.slides.text_boxes import Row
from aisi_ingest.extract.slides.titles import Candidate, choose_title
from aisi_ingest.text.normalise import is_wide, join_lines

# Measured on the 86 slides of two decks of pictures, in Japanese and English.
_PADDING = 0.28  # of a box's height: by how much the engine's box is wider than the text
_LATIN_ADVANCE = 0.55  # mean width of a Latin character, in em
# Steps between the middles of two lines of a title, in em: if the first line is full, and always. Subtitles follow at
# 1.3 to 1.7 em, and most of them after a line with room.
_FULL_STEP, _TIGHT_STEP = 1.5, 1.25
_SAME_LEFT = 0.5  # em between the left edges of two lines of a title
_SAME_HEIGHT = 1.5  # ratio of the heights of their boxes
_SMALLER = 0.85  # rows of less than this share of the title's size are a subtitle
_SAME_SIZE = 0.94  # sizes of at least this share of the largest are equal: the estimate is not more exact
_MAXIMUM_ROWS = 4
_WIDE_WORD = 2  # width of the shortest Japanese text that cannot be broken, in em


def find_title_rows(rows: Sequence[Row], height: float) -> list[Row]:
    """Return the rows of a slide's title, from top to bottom; none if no text stands out.

    Args:
        rows: The rows of the slide, from top to bottom.
        height: Height of the slide, in points.
    """
    groups = _join_rows(rows)
    sizes = [_type_size(max(group, key=lambda row: len(row.text))) for group in groups]
    largest = max(sizes, default=0.0)
    candidates = [
        Candidate(
            join_lines(row.text for row in group),
            largest if size > _SAME_SIZE * largest else size,
            union([row.box for row in group]),
            k,
        )
        for k, (group, size) in enumerate(zip(groups, sizes, strict=True))
    ]
    chosen = choose_title(candidates, height)
    return groups[chosen.index] if chosen else []


def _join_rows(rows: Sequence[Row]) -> list[list[Row]]:
    """Join rows that continue each other as the lines of a title do."""
    right = max((row.box.x1 for row in rows), default=0.0)
    groups: list[list[Row]] = []
    for row in rows:
        group = next((group for group in groups if _continues(group, row, right)), None)
        if group is not None and len(group) < _MAXIMUM_ROWS:
            group.append(row)
        else:
            groups.append([row])
    return groups


def _type_size(row: Row) -> float:
    """Estimate the type size of a recognised row, in points.

    The height of a box depends on which characters are in it, so that a short label looks as large as a title. The
    smaller estimate is the better one.
    """
    return min(_estimates(row))


def _estimates(row: Row) -> tuple[float, float]:
    """Estimate the type size of a row from the height of its box, and from its width and its characters."""
    height = box_height(row.box)
    widths = sum(1.0 if is_wide(char) else _LATIN_ADVANCE for char in row.text)
    return height / BOX_TO_SIZE, max(1.0, box_width(row.box) - _PADDING * height) / widths


def _continues(group: Sequence[Row], row: Row, right: float) -> bool:
    """Return whether a title goes on from some rows to the next.

    Args:
        group: The rows so far. The longest one shows their type size.
        row: Another row.
        right: Where the longest row of the slide ends, in points.
    """
    longest, last = max(group, key=lambda row: len(row.text)), group[-1]
    em = sum(_estimates(longest)) / 2
    step = center_y(row.box) - center_y(last.box)
    heights = sorted((box_height(last.box), box_height(row.box)))
    if step <= 0 or abs(last.box.x0 - row.box.x0) > _SAME_LEFT * em or heights[1] > _SAME_HEIGHT * heights[0]:
        return False
    if _type_size(row) < _SMALLER * _type_size(longest):
        return False
    return step < _TIGHT_STEP * em or (step < _FULL_STEP * em and right - last.box.x1 < _first_word(row.text) * em)


def _first_word(text: str) -> float:
    """Return the width of the text at a row's beginning that cannot be broken, in em."""
    return _WIDE_WORD if is_wide(text[0]) else len(text.split(" ", 1)[0]) * _LATIN_ADVANCE

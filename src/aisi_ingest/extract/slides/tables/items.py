"""Group the texts of a slide into items, as the search for timelines needs them: texts, and the bar around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.geometry import smallest_containing, union
from aisi_ingest.extract.slides.piece import Entry, Piece
from aisi_ingest.extract.slides.tables.time_labels import time_label_of
from aisi_ingest.model import Box

_MAXIMUM_TEXTS_IN_BAR = 4
_BORDERS_OF_TWO_ROWS = 3  # a table with a header and a body has at least three row borders


class Item(Struct, frozen=True, eq=False):
    """A text of a slide, or all texts inside one bar.

    Attributes:
        text: The text.
        box: Box around the text, in points.
        frame: The drawn shape that surrounds this text and no other.
        members: Indices of the entries that the item consists of.
    """

    text: str
    box: Box
    frame: Box | None = None
    members: tuple[int, ...] = ()

    @property
    def extent(self) -> Box:
        """The frame, or the box if there is no frame."""
        return self.frame or self.box


def items_of(entries: Sequence[Entry], frames: Sequence[Box]) -> list[Item]:
    """Return the visible texts of a slide as items.

    Texts below each other in one drawn bar are one item. A table whose only text is its header is the background of
    something drawn over it: the cells of its header are items. Other tables are left out.

    Args:
        entries: The texts and tables of the slide.
        frames: The drawn shapes.
    """
    by_frame: dict[int, list[int]] = {}
    out: list[Item] = []
    for number, (box, pieces) in enumerate(entries):
        if any(piece.kind == "table" or piece.hidden or piece.origin == "ocr" for piece in pieces):
            out += _header_cells(number, pieces)
            continue
        frame = smallest_containing(box, frames)
        by_frame.setdefault(-1 - number if frame is None else frame, []).append(number)  # negative: no frame
    for key, numbers in by_frame.items():
        numbers.sort(key=lambda n: entries[n][0].top)
        boxes = [entries[n][0] for n in numbers]
        texts = [" ".join(piece.text for piece in entries[n][1]) for n in numbers]
        if key < 0 or not _belong_together(boxes, texts):
            out += [Item(text, box, None, (n,)) for text, box, n in zip(texts, boxes, numbers, strict=True)]
        else:
            out.append(Item(" ".join(texts), union(boxes), frames[key], tuple(numbers)))
    return out


def _belong_together(boxes: Sequence[Box], texts: Sequence[str]) -> bool:
    """Return whether the texts in one frame are the text of a bar, and not the content of a panel."""
    if len(texts) == 1:
        return True
    below_each_other = all(a.x0 < b.x1 and b.x0 < a.x1 for a, b in pairwise(boxes))
    return below_each_other and not any(map(time_label_of, texts)) and len(texts) <= _MAXIMUM_TEXTS_IN_BAR


def _header_cells(number: int, pieces: Sequence[Piece]) -> list[Item]:
    """Return the header cells of a table that has no other text, as items of entry ``number``."""
    table = pieces[0]
    body_is_empty = len(pieces) == 1 and len(table.rows) > 1 and not any(any(row) for row in table.rows[1:])
    if not body_is_empty or table.hidden:
        return []
    if len(table.xs) != len(table.rows[0]) + 1 or len(table.ys) < _BORDERS_OF_TWO_ROWS:
        return []
    return [
        Item(text, (box := Box(x0, table.ys[0], x1, table.ys[1])), box, (number,))
        for text, (x0, x1) in zip(table.rows[0], pairwise(table.xs), strict=True)
        if text
    ]

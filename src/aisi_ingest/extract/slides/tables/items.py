"""What stands together on a slide, for who looks for columns and rows in it: words, and the bar around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.slides.compose import Piece, around
from aisi_ingest.extract.slides.geometry import smallest_around
from aisi_ingest.extract.slides.tables.time_labels import time_label_of
from aisi_ingest.model import Box

Entry = tuple[Box, list[Piece]]  # what is read in one go, and where

_IN_A_BAR = 4  # texts in one bar at the most


class Item(Struct, frozen=True, eq=False):
    """What stands together on a slide: ``members`` are the entries that it is made of.

    ``frame`` is the shape drawn around it and around nothing else.
    """

    text: str
    box: Box
    frame: Box | None = None
    members: tuple[int, ...] = ()

    @property
    def extent(self) -> Box:
        return self.frame or self.box


def items_of(entries: Sequence[Entry], frames: Sequence[Box]) -> list[Item]:
    """The words that can be seen, those in one drawn bar together; and the head of a table that is a mere ground."""
    held: dict[int, list[int]] = {}
    out: list[Item] = []
    for number, (box, pieces) in enumerate(entries):
        if any(piece.kind == "table" or piece.hidden or piece.origin == "ocr" for piece in pieces):
            out += _head_cells(number, pieces)
            continue
        smallest = smallest_around(box, frames)
        held.setdefault(-1 - number if smallest is None else smallest, []).append(number)
    for key, numbers in held.items():
        numbers.sort(key=lambda n: entries[n][0].top)
        boxes = [entries[n][0] for n in numbers]
        texts = [" ".join(piece.text for piece in entries[n][1]) for n in numbers]
        stacked = all(a.x0 < b.x1 and b.x0 < a.x1 for a, b in pairwise(boxes))
        if key < 0 or (
            len(numbers) > 1 and (not stacked or any(map(time_label_of, texts)) or len(numbers) > _IN_A_BAR)
        ):
            out += [Item(text, box, None, (n,)) for text, box, n in zip(texts, boxes, numbers, strict=True)]
        else:
            out.append(Item(" ".join(texts), around(boxes), frames[key], tuple(numbers)))
    return out


def _head_cells(number: int, pieces: Sequence[Piece]) -> list[Item]:
    """The first row of a table without any other words: the rest of it is drawn over it."""
    table = pieces[0]
    empty = len(pieces) == 1 and len(table.rows) > 1 and not any(any(row) for row in table.rows[1:])
    if not empty or table.hidden or len(table.xs) != len(table.rows[0]) + 1 or len(table.ys) < 3:
        return []
    return [
        Item(text, (box := Box(x0, table.ys[0], x1, table.ys[1])), box, (number,))
        for text, (x0, x1) in zip(table.rows[0], pairwise(table.xs), strict=True)
        if text
    ]

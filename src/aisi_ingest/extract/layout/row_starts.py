"""What begins the rows of a document throughout: numbers that are alone on their row, and labels such as ``Q:``.

A row that begins in such a way begins a block, even if the row above it is full.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.layout.line_ends import ends_sentence
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.numbering import NumberClass, Numbering, class_of_number, numbering

_LABEL = re.compile("([^\\s\u3000:：。、，,.!?！？「」『』（）()]{1,12})[ \u3000]?[:：](?!//)(?=.)")
_LONGEST_LONE = 12  # code points
_FEWEST_LONE = 2
_FEWEST_LABELLED = 3  # rows
_BEGINS_SHARE = 0.6  # of the rows with a label, below a row that shows that something ended
_SHORT = 3  # type sizes that a row which is not full leaves free


class RowStarts(Struct, frozen=True):
    """What begins the rows of a document throughout.

    Attributes:
        lone_numbers: Classes of the numbers with parts that are alone on several rows: ``3.1``, ``3.2``.
        labels: Words before a colon that begin several blocks: ``Q``, ``A``.
    """

    lone_numbers: frozenset[NumberClass] = frozenset()
    labels: frozenset[str] = frozenset()

    def is_lone_number(self, text: str, number: Numbering | None) -> bool:
        """Return whether a row is only a number of such a class."""
        return number is not None and number.end >= len(text) and class_of_number(number) in self.lone_numbers

    def has_label(self, text: str) -> bool:
        """Return whether a row begins with such a label."""
        return bool(self.labels) and label_before_colon(text) in self.labels


def label_before_colon(text: str) -> str:
    """Return the word before a colon that a text begins with, or nothing: ``A`` for ``A: Yes.``."""
    found = _LABEL.match(text)
    return found[1] if found else ""


def row_starts(pages: Sequence[Sequence[Row]], right: float) -> RowStarts:
    """Find what begins the rows of a document throughout.

    Args:
        pages: The rows of each page, from the top.
        right: Position at which full lines end, in points.
    """
    labels: Counter[str] = Counter()
    begun: Counter[str] = Counter()
    for rows in pages:
        for above, row in pairwise((None, *rows)):
            label = label_before_colon(row.text) if row is not None else ""
            if label:
                labels[label] += 1
                begun[label] += above is None or ends_sentence(above) or above.x1 < right - _SHORT * above.size
    frequent = (label for label, count in labels.items() if count >= _FEWEST_LABELLED)
    return RowStarts(
        _lone_numbers(row for rows in pages for row in rows),
        frozenset(label for label in frequent if begun[label] >= _BEGINS_SHARE * labels[label]),
    )


def _lone_numbers(rows: Iterable[Row]) -> frozenset[NumberClass]:
    """Return the classes of the numbers with two or more parts that are alone on several rows."""
    counts: Counter[NumberClass] = Counter()
    for row in rows:
        number = numbering(row.text) if len(row.text) <= _LONGEST_LONE and row.text[:1].isalnum() else None
        if number is not None and number.depth > 1 and number.end >= len(row.text):
            counts[class_of_number(number)] += 1
    return frozenset(own for own, count in counts.items() if count >= _FEWEST_LONE)

"""A row and the block above it: what shows whether the row begins a new block."""

from __future__ import annotations

from typing import Literal

from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.line_ends import ends_sentence, wraps
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.numbering import Numbering, numbering

_PROMINENT_SIZE = 1.1  # of the body's type size


class Transition:
    """A row and the block above it.

    Attributes:
        draft: The block.
        above: Its last row.
        row: The row below.
        right: Position up to which the row above could extend, in points.
        style: Style of the body text.
        size: The larger type size of both rows, in points.
        step: Distance between both baselines, in points.
        is_contents_line: Whether the row is a line of contents with a leader.
        is_prominent: Whether both rows look like those of a heading.
        above_ends_sentence: Whether the row above ends a sentence or announces a list.
        below: The row after the row, if there is one.
    """

    __slots__ = (
        "_above_is_full",
        "_number",
        "above",
        "above_ends_sentence",
        "below",
        "draft",
        "is_contents_line",
        "is_prominent",
        "right",
        "row",
        "size",
        "step",
        "style",
    )

    def __init__(
        self,
        draft: Draft,
        above: Row,
        row: Row,
        right: float,
        style: BodyStyle,
        is_contents_line: bool,
        below: Row | None = None,
    ) -> None:
        """Take a row and what is above it.

        Args:
            draft: The block.
            above: Its last row.
            row: The row below.
            right: Position up to which the row above could extend, in points.
            style: Style of the body text.
            is_contents_line: Whether the row is a line of contents with a leader.
            below: The row after the row, if there is one.
        """
        self.below = below
        self.draft, self.above, self.row, self.right, self.style = draft, above, row, right, style
        self.is_contents_line = is_contents_line
        self.size = max(above.size, row.size)
        self.step = row.baseline - above.baseline
        self.is_prominent = (above.bold and row.bold) or above.size > _PROMINENT_SIZE * style.size
        self.above_ends_sentence = ends_sentence(above)
        # Computed when first needed. functools.cached_property takes a lock in Python 3.11, and this runs for each row.
        self._above_is_full: bool | None = None
        self._number: Numbering | Literal[False] | None = False

    @property
    def above_is_full(self) -> bool:
        """Whether the row above ended because it was full."""
        if self._above_is_full is None:
            self._above_is_full = wraps(self.above, self.row, self.right)
        return self._above_is_full

    @property
    def number(self) -> Numbering | None:
        """The number at the start of the row."""
        if self._number is False:
            self._number = numbering(self.row.text)
        return self._number

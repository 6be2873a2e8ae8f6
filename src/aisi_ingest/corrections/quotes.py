"""Find a quoted text in a document that may have been read differently since it was quoted."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.model import Block, Correction

_MAX_SHOWN = 60  # code points of a text in a message
_LEAST_ALIKE = 50.0  # per cent: a text that is less alike is not offered as the nearest


class Problem(Struct, frozen=True):
    """A correction that could not be applied.

    Attributes:
        correction: The correction.
        message: Why, in one sentence.
    """

    correction: Correction
    message: str


def fold(text: str) -> str:
    """Return a text for comparing: without spaces, in one width and case."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def find_block(blocks: Sequence[Block], correction: Correction, text: str = "") -> Block | Problem:
    """Find the block that a correction quotes.

    A block that has the quoted text and no more comes first, then one that contains it. If there are several, ``page``,
    ``before`` and ``after`` decide.

    Args:
        blocks: All blocks, in reading order.
        correction: The correction.
        text: The quoted text, if it is another one than that of the correction.
    """
    quote = fold(text or correction.text)
    folded = [fold(block.text) for block in blocks]
    equal = [k for k, each in enumerate(folded) if each == quote]
    found = equal or [k for k, each in enumerate(folded) if quote and quote in each]
    if len(found) > 1:
        found = [k for k in found if _in_context(k, folded, blocks, correction)] or found
    if len(found) == 1:
        return blocks[found[0]]
    shown = shortened(text or correction.text)
    if found:
        pages = ", ".join(str(page) for page in sorted({blocks[k].page for k in found}))
        reason = f"“{shown}” occurs {len(found)} times (pages {pages}); add page, before or after"
        return Problem(correction, reason)
    return Problem(correction, f"“{shown}” is not in the document any more{_nearest(quote, folded, blocks)}")


def _in_context(at: int, folded: Sequence[str], blocks: Sequence[Block], correction: Correction) -> bool:
    before = folded[at - 1] if at else ""
    after = folded[at + 1] if at + 1 < len(folded) else ""
    return (
        (correction.page is None or blocks[at].page == correction.page)
        and before.endswith(fold(correction.before))
        and after.startswith(fold(correction.after))
    )


def _nearest(quote: str, folded: Sequence[str], blocks: Sequence[Block]) -> str:
    from rapidfuzz import fuzz, process

    best = process.extractOne(quote, folded, scorer=fuzz.partial_ratio, score_cutoff=_LEAST_ALIKE)
    if best is None:
        return ""
    block = blocks[best[2]]
    return f"; nearest, on page {block.page}: “{shortened(block.text)}”"


def shortened(text: str) -> str:
    """Return a text for a message, on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 1]}…"

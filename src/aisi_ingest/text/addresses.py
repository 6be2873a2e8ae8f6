"""Find web addresses, e-mail addresses and file names, in which nothing is tagged."""

from __future__ import annotations

import re
from bisect import bisect_left

_FILE_ENDING = r"\.(?:pdf|html?|pptx?|docx?|xlsx?|jsonl?|csv|md|py|zip|png|jpe?g|ya?ml|txt)(?![a-z0-9])"
ADDRESS = re.compile(
    r"(?:https?://|www\.)[!-~]{1,400}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    rf"|[\w.()-]{{1,120}}{_FILE_ENDING}|doi:\s?[!-~]{{1,200}}|arxiv:\s?[!-~]{{1,40}}",
    re.ASCII,
)
# Every match of ADDRESS contains one of these. ADDRESS may begin with any letter, which makes it slow, and few texts
# contain an address.
_ADDRESS_SIGN = re.compile(rf"://|www\.|@|{_FILE_ENDING}|doi:|arxiv:")


def find_addresses(folded: str) -> list[tuple[int, int]]:
    """Return the spans of addresses and file names.

    Args:
        folded: Text folded by `aisi_ingest.text.normalise.fold`.

    Returns:
        Spans (start, end) in code points, in order; they do not overlap.
    """
    return [m.span() for m in ADDRESS.finditer(folded)] if _ADDRESS_SIGN.search(folded) else []


def overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Return whether one of ``spans``, as `find_addresses` returns them, overlaps the span from start to end."""
    before = bisect_left(spans, (end,))
    return before > 0 and spans[before - 1][1] > start

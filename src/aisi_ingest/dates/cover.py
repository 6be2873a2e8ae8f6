"""Find a document's own date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest.dates.context import Found
from aisi_ingest.dates.finder import find
from aisi_ingest.model import Content, Listing

_FILE_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])(?![0-9])", re.ASCII
)
# What may stand beside the date on a cover without counting as text.
_COVER_WORDS = re.compile(r"[\W\d_]|第|版|改訂|更新|作成|公表|発行|制定|現在")
# A cover line such as 「令和6年9月25日（第1.10版）」 is short and has hardly any text beside the date, in characters.
_LONGEST_COVER_LINE = 80
_LONGEST_OTHER_TEXT = 16
_YEAR_AND_MONTH, _FULL_DATE = len("2024-09"), len("2024-09-25")


def document_date(content: Content, listing: Listing | None = None) -> str | None:
    """Return the document's own date (EDTF).

    It is taken from the cover, else from the file's name, else from the index page that lists the document. A date on
    the cover counts if its line consists of hardly more. The latest of several wins, since revised documents keep the
    date of the first edition beside their own.

    Args:
        content: The document.
        listing: The file's name and the date of the index page.

    Returns:
        The date; None if there is none.
    """
    on_cover = [found.value for found in _cover_dates(content) if found.value]
    best = max(on_cover, key=lambda value: (len(value), value), default=None)
    if best and len(best) == _FULL_DATE:
        return best
    if listing is not None:
        m = _FILE_DATE.search(listing.source.file)
        if m and (best is None or "-".join(m.groups()).startswith(best)):
            return "-".join(m.groups())
        if best is None:
            return listing.date
    return best


def _cover_dates(content: Content) -> Iterator[Found]:
    """Yield the dates on page 1 that make up most of their line."""
    for block in content.blocks:
        if block.page > 1:
            return
        if block.hidden or len(block.text) > _LONGEST_COVER_LINE:
            continue
        for found in find(block.text):
            other_text = _COVER_WORDS.sub("", block.text[: found.start] + block.text[found.end :])
            if _is_exact(found.value) and len(other_text) <= _LONGEST_OTHER_TEXT:
                yield found


def _is_exact(value: str | None) -> bool:
    """Return whether an EDTF value is one month or day of a known year."""
    return value is not None and "X" not in value and "/" not in value and len(value) >= _YEAR_AND_MONTH

"""Find page numbers: numbers at the head or foot that count with the pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from aisi_ingest.extract.layout.page_lines import MARGIN, SAME_HEIGHT, Found, PageLines

_PAGE_NUMBER = re.compile(
    "[-–—‐−－ー・|(（<〈]*\\s*(?P<word>p\\.?|pg\\.?|page|ページ|頁)?\\s*(?:[0-9]{1,4}|[ivxlc]{1,7}|[A-Z]-[0-9]{1,3})\\s*"
    "(?:(?:/|of|／)\\s*[0-9]{1,4})?\\s*(?:ページ|頁)?\\s*[-–—‐−－ー・|)）>〉]*",
    re.IGNORECASE,
)
_LONGEST_PAGE_NUMBER = 20  # code points
_HEAD_SHARE = 0.7  # of the margin, for a page number at the top
_SAME_OFFSET = 2  # page numbers that count with the pages
_FEWEST_ROMAN = 2


class _PageNumber(NamedTuple):
    """A line that may be the number of its page: index of the page and of the line, value, and whether at the foot."""

    page: int
    line: int
    value: int | None
    at_foot: bool


def mark_page_numbers(pages: Sequence[PageLines], found: Found) -> None:
    """Mark numbers at the head or foot that count with the pages or are between dashes.

    Of several numbers at one edge, the page number is the one that counts with most pages; others label notes.
    """
    candidates = [one for at, page in enumerate(pages) for one in _possible_page_numbers(at, page, found[page.number])]
    offsets = Counter(pages[one.page].number - one.value for one in candidates if one.value is not None)
    accepted: dict[tuple[int, bool], list[tuple[int, int]]] = defaultdict(list)
    for one in candidates:
        page = pages[one.page]
        has_dashes = not page.lines[one.line].text.strip().isalnum()
        if one.value is None:
            is_accepted, count = len(candidates) >= _FEWEST_ROMAN, 0
        else:
            count = offsets[page.number - one.value]
            is_accepted = count >= _SAME_OFFSET or has_dashes or page.number == one.value
        if is_accepted:
            accepted[one.page, one.at_foot].append((count, one.line))
    for (at, _), numbers in accepted.items():
        lines = pages[at].lines
        best = lines[max(numbers)[1]]
        for _, k in numbers:  # a spread has two of them
            if abs(lines[k].baseline - best.baseline) < SAME_HEIGHT:
                found[pages[at].number].add(k)


def _possible_page_numbers(at: int, page: PageLines, furniture: Collection[int]) -> Iterator[_PageNumber]:
    """Find the lines with the form of a page number at the head or foot of a page.

    With a word (``Pg. 2``), the first and the last line of a page may be its number at any height.

    Args:
        at: Index of the page.
        page: The page.
        furniture: Indices of its lines that are furniture.
    """
    height = page.size[1]
    first = min((line.box.top for line in page.lines), default=0.0)
    last = max((line.box.bottom for line in page.lines), default=0.0)
    for k, line in enumerate(page.lines):
        if k in furniture or len(line.text) > _LONGEST_PAGE_NUMBER:
            continue
        at_foot, at_head = line.box.bottom > (1 - MARGIN) * height, line.box.top < MARGIN * height * _HEAD_SHARE
        is_outermost = line.box.bottom >= last or line.box.top <= first
        form = _PAGE_NUMBER.fullmatch(line.text) if at_foot or at_head or is_outermost else None
        if form is not None and (at_foot or at_head or form["word"]):
            digits = re.search("[0-9]+", line.text)
            yield _PageNumber(at, k, int(digits.group()) if digits else None, line.box.bottom > height / 2)

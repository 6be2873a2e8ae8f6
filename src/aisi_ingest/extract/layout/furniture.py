"""What stands on a page beside its text: running heads and feet, page numbers, line numbers, stamps.

Found by place, form and repetition over the pages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.lines.line import Line
from aisi_ingest.model import Box

MARGIN = 0.12  # of the page's height: heads and feet stand within
_PAGE_NUMBER = re.compile(
    "[-–—‐−－ー・|(（<〈]*\\s*(?:p\\.?|page|ページ|頁)?\\s*(?:[0-9]{1,4}|[ivxlc]{1,7}|[A-Z]-[0-9]{1,3})\\s*"
    "(?:(?:/|of|／)\\s*[0-9]{1,4})?\\s*(?:ページ|頁)?\\s*[-–—‐−－ー・|)）>〉]*",
    re.IGNORECASE,
)
_STAMP = re.compile(
    "[【〔\\[（(]?(?:資料|参考資料|配布資料|机上配[布付]資料|別紙|別添|参考|委員限り|機密性[0-9]情報|取扱注意|未定稿|暫定版|速報版|案)"
    "[\\s\u3000]*(?:[0-9０-９一二三四五六七八九]{1,2}(?:[\\s\u3000]*[-－‐ー–—−の][\\s\u3000]*[0-9０-９]{1,2})*)?[】〕\\]）)]?"
)


class PageLines(Struct, frozen=True, eq=False):
    """The lines of one page; ``size`` is width and height."""

    number: int
    size: tuple[float, float]
    lines: tuple[Line, ...]


def furniture(pages: Sequence[PageLines], body_size: float) -> dict[int, set[int]]:
    """For each page number, which of its lines (by index) are furniture."""
    found: dict[int, set[int]] = {page.number: set() for page in pages}
    edges: dict[int, int] = defaultdict(int)
    for page in pages:
        numbers = _line_numbers(page)
        found[page.number] |= numbers
        for edge in {round(page.lines[k].box.x1 / 3) for k in numbers}:
            edges[edge] += 1
    usual = {edge for edge, count in edges.items() if count >= 3}
    for page in pages if usual else ():  # pages with too few lines to count
        for k, line in enumerate(page.lines):
            in_place = line.text.isdecimal() and any(abs(line.box.x1 / 3 - edge) < 1.5 for edge in usual)
            if in_place and all(line.box.x1 < other.box.x0 for other in page.lines if len(other.text) > 8):
                found[page.number].add(k)
    for page in pages:
        found[page.number] |= _stamps(page)
    _page_numbers(pages, found)
    _running(pages, found)
    _strips(pages, found)
    _repeats_a_heading(pages, found, body_size)
    return found


def _line_numbers(page: PageLines) -> set[int]:
    """Numbers in the margin, rising from line to line, with all text on their right (or on their left)."""
    digits = [
        k
        for k, line in enumerate(page.lines)
        if line.direction == "right" and line.text.isdecimal() and len(line.text) < 5
    ]
    if len(digits) < 4:
        return set()
    text = [line.box for k, line in enumerate(page.lines) if k not in set(digits) and len(line.text) > 3]
    out: set[int] = set()
    by_edge: dict[int, list[int]] = defaultdict(list)
    for k in digits:
        by_edge[round(page.lines[k].box.x1 / 4)].append(k)
    for edge in list(by_edge):
        members = sorted(by_edge[edge] + by_edge.get(edge + 1, []), key=lambda k: page.lines[k].box.top)
        if len(members) < 4:
            continue
        values = [int(page.lines[k].text) for k in members]
        rising = sum(b - a in (1, 5, 10) for a, b in pairwise(values))
        if rising < 0.8 * (len(values) - 1):
            continue
        x1 = max(page.lines[k].box.x1 for k in members)
        x0 = min(page.lines[k].box.x0 for k in members)
        size = page.lines[members[0]].size
        beside = [box for box in text if box.x1 < x0 - 0.5 * size]
        inside = [box for box in text if box.x0 < x1 and box.x1 > x0]
        right = [box for box in text if box.x0 >= x1]
        if not inside and (not beside or not right) and _covers(members, page, text):
            out.update(members)
    return out


def _covers(members: list[int], page: PageLines, text: list[Box]) -> bool:
    """Line numbers go down the page with the text, or stand on a page that has next to none."""
    if not text:
        return True
    top, bottom = page.lines[members[0]].box.top, page.lines[members[-1]].box.bottom
    beside = sum(top <= (box.top + box.bottom) / 2 <= bottom for box in text)
    return bottom - top > 0.25 * page.size[1] or beside > 0.6 * len(text)


def _stamps(page: PageLines) -> set[int]:
    """資料１－１ in a corner."""
    out = set()
    width, height = page.size
    for k, line in enumerate(page.lines):
        right = line.box.x0 > 0.6 * width
        left = line.box.x1 < 0.3 * width and line.text.strip("（）()【】") != "参考"  # which begins a heading there
        if line.box.top < 0.15 * height and (left or right) and _STAMP.fullmatch(line.text):
            out.add(k)
    return out


def _page_numbers(pages: Sequence[PageLines], found: dict[int, set[int]]) -> None:
    """A number at the foot or the head that counts with the pages, or stands alone and in dashes."""
    offsets: dict[int, int] = defaultdict(int)
    candidates: list[tuple[int, int, int | None]] = []
    for page in pages:
        height = page.size[1]
        for k, line in enumerate(page.lines):
            at_edge = line.box.bottom > (1 - MARGIN) * height or line.box.top < MARGIN * height * 0.7
            if not at_edge or k in found[page.number] or len(line.text) > 20 or not _PAGE_NUMBER.fullmatch(line.text):
                continue
            digits = re.search("[0-9]+", line.text)
            value = int(digits.group()) if digits else None
            candidates.append((page.number, k, value))
            if value is not None:
                offsets[page.number - value] += 1
    lines = {page.number: page.lines for page in pages}
    for number, k, value in candidates:
        line = lines[number][k]
        dashed = not line.text.strip().isalnum()
        if value is None:
            if len(candidates) >= 2:
                found[number].add(k)
        elif offsets[number - value] >= 2 or dashed or number == value:
            found[number].add(k)


def _running(pages: Sequence[PageLines], found: dict[int, set[int]]) -> None:
    """Lines at head or foot whose text (figures aside) stands at the same place on several pages."""
    places: dict[tuple[str, bool], list[tuple[int, int, float]]] = defaultdict(list)
    for page in pages:
        height = page.size[1]
        for k, line in enumerate(page.lines):
            if k in found[page.number]:
                continue
            head, foot = line.box.bottom < MARGIN * height, line.box.top > (1 - MARGIN) * height
            if head or foot:
                key = re.sub("[0-9０-９]+", "#", "".join(line.text.split()))
                distance = line.box.top if head else height - line.box.bottom
                places[key, head].append((page.number, k, distance))
    least = 2 if len(pages) < 8 else 3
    for (key, _), hits in places.items():
        numbers = {number for number, _, _ in hits}
        if len(numbers) < (least if _stands_alone(key) else max(least, len(pages) * 0.5)):
            continue
        hits.sort(key=lambda hit: hit[2])
        middle = hits[len(hits) // 2][2]
        near = [hit for hit in hits if abs(hit[2] - middle) < 4]
        if len({number for number, _, _ in near}) >= least:
            for number, k, _ in near:
                found[number].add(k)


def _strips(pages: Sequence[PageLines], found: dict[int, set[int]]) -> None:
    """Tabs and strips beside the text: the same words at the same place on many pages, wherever that is."""
    places: dict[tuple[str, str, int, int], list[tuple[int, int]]] = defaultdict(list)
    for page in pages:
        for k, line in enumerate(page.lines):
            if len(line.text) <= 40 and line.text[-1] not in "。、" and k not in found[page.number]:
                place = (line.text, line.direction, round(line.box.x0 / 4), round(line.box.top / 4))
                places[place].append((page.number, k))
    for hits in places.values():
        if len(hits) >= max(3, 0.3 * len(pages)):  # on left and right pages a strip has two places
            for number, k in hits:
                found[number].add(k)


def _repeats_a_heading(pages: Sequence[PageLines], found: dict[int, set[int]], body_size: float) -> None:
    """A head in small type that says what the title or a heading says: on short documents it comes but once."""
    large = {
        "".join(line.text.split()): page.number
        for page in reversed(pages)
        for line in page.lines
        if line.size >= 1.15 * body_size
    }
    for page in pages:
        first = min((line.box.top for line in page.lines if line.size >= 0.95 * body_size), default=1e9)
        for k, line in enumerate(page.lines):
            small = line.size < 0.92 * body_size and line.box.bottom < 0.09 * page.size[1]
            if small and line.box.top < first and large.get("".join(line.text.split()), page.number) < page.number:
                found[page.number].add(k)


def _stands_alone(key: str) -> bool:
    """Not the end of a sentence that many pages may happen to begin with."""
    return len(key) > 2 and key[-1] not in "。、.,"

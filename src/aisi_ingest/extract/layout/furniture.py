"""Find page furniture: running heads and feet, page numbers, line numbers, stamps, tabs at the edge.

Furniture is recognised by its place, its form, and its repetition over pages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise

from aisi_ingest.extract.layout.page_lines import MARGIN, SAME_HEIGHT, Found, PageLines
from aisi_ingest.extract.layout.page_numbers import mark_page_numbers
from aisi_ingest.extract.lines.line import Line
from aisi_ingest.model import Box

_STAMP = re.compile(
    "[【〔\\[（(]?(?:資料|参考資料|配布資料|机上配[布付]資料|別紙|別添|参考|委員限り|機密性[0-9]情報|取扱注意|未定稿|暫定版|速報版|案)"
    "[\\s\u3000]*(?:[0-9０-９一二三四五六七八九]{1,2}(?:[\\s\u3000]*[-－‐ー–—−の][\\s\u3000]*[0-9０-９]{1,2})*)?[】〕\\]）)]?"
)
# The place of a stamp, as shares of the page's width and height.
_STAMP_RIGHT, _STAMP_LEFT, _STAMP_TOP = 0.6, 0.3, 0.15
_OBLIQUE_SIZE = 1.5  # of the type size of the body
# Line numbers.
_LONGEST_LINE_NUMBER = 4  # digits
_FEWEST_LINE_NUMBERS = 4  # on one page
_FEWEST_NUMBERED_PAGES = 3  # whose numbers have the same right edge; other pages then need fewer numbers
_NUMBER_EDGE_STEP, _PAGE_EDGE_STEP = 4, 3  # points: right edges are compared in these steps
_SAME_EDGE = 1.5  # steps
_COUNTED_STEPS = (1, 5, 10)  # every line, every fifth, every tenth
_COUNTED_SHARE = 0.8  # of the steps
_NUMBER_MARGIN = 0.5  # em between a number and text on its left
_SHORTEST_TEXT, _SHORTEST_BODY = 4, 9  # code points of a line that counts as text
_COVERED_HEIGHT = 0.25  # of the page's height
_COVERED_LINES = 0.6  # of the lines of text
# Running heads and feet.
_SHORT_DOCUMENT = 8  # pages
_FEWEST_REPEATS_SHORT, _FEWEST_REPEATS = 2, 3  # pages
_SENTENCE_SHARE = 0.5  # of the pages, for text that may be the end of a sentence
_SHORTEST_HEAD = 3  # code points
_LONG_LINE = 12  # em
_SAME_TYPE = 0.04  # share of the type size
_TEXT_STEP = 2.2  # em from line to line of a paragraph
_SAME_BASELINE, _LABEL_GAP = 0.3, 4  # em: a number and the text that it labels
# Running heads that change with the chapter.
_LONGEST_HEAD = 80  # code points
_HIGHEST_TEXT = 0.16  # of the page's height
_SLOT_SHARE, _REPEATED_SHARE = 0.5, 0.6  # of the pages; of the lines in this place
# Tabs at the edge.
_LONGEST_TAB = 40  # code points
_TAB_STEP = 4  # points
_TAB_PAGES, _TAB_SHARE = 3, 0.3  # of the pages: left and right pages have the tab at different places
# A running head that repeats a heading, in shares of the body size and of the page's height.
_HEADING_SIZE, _HEAD_SIZE, _BODY_SIZE = 1.15, 0.92, 0.95
_HEAD_HEIGHT = 0.09


def find_furniture(pages: Sequence[PageLines], body_size: float) -> Found:
    """Find the furniture of a document.

    Args:
        pages: All pages.
        body_size: Type size of the body, in points.

    Returns:
        For each page number the indices of its lines that are furniture.
    """
    found: Found = {page.number: set() for page in pages}
    _mark_line_numbers(pages, found)
    for page in pages:
        found[page.number] |= _stamps(page) | _oblique_stamps(page, body_size)
    mark_page_numbers(pages, found)
    _mark_running_heads(pages, found)
    _mark_chapter_heads(pages, found, body_size)
    _mark_tabs(pages, found)
    _mark_repeated_headings(pages, found, body_size)
    return found


def _mark_line_numbers(pages: Sequence[PageLines], found: Found) -> None:
    """Mark line numbers, also on pages that have too few of them to recognise them there."""
    edges: dict[int, int] = defaultdict(int)
    for page in pages:
        numbers = _line_numbers(page)
        found[page.number] |= numbers
        for edge in {round(page.lines[k].box.x1 / _PAGE_EDGE_STEP) for k in numbers}:
            edges[edge] += 1
    usual = {edge for edge, count in edges.items() if count >= _FEWEST_NUMBERED_PAGES}
    for page in pages if usual else ():
        for k, line in enumerate(page.lines):
            in_place = line.text.isdecimal() and any(
                abs(line.box.x1 / _PAGE_EDGE_STEP - edge) < _SAME_EDGE for edge in usual
            )
            if in_place and all(
                line.box.x1 < other.box.x0 for other in page.lines if len(other.text) >= _SHORTEST_BODY
            ):
                found[page.number].add(k)


def _line_numbers(page: PageLines) -> set[int]:
    """Find numbers in the margin that rise from line to line, with all text on one side of them."""
    digits = [
        k
        for k, line in enumerate(page.lines)
        if line.direction == "right" and line.text.isdecimal() and len(line.text) <= _LONGEST_LINE_NUMBER
    ]
    if len(digits) < _FEWEST_LINE_NUMBERS:
        return set()
    others = set(digits)
    text = [line.box for k, line in enumerate(page.lines) if k not in others and len(line.text) >= _SHORTEST_TEXT]
    found: set[int] = set()
    by_edge: dict[int, list[int]] = defaultdict(list)
    for k in digits:
        by_edge[round(page.lines[k].box.x1 / _NUMBER_EDGE_STEP)].append(k)
    for edge in list(by_edge):
        members = sorted(by_edge[edge] + by_edge.get(edge + 1, []), key=lambda k: page.lines[k].box.top)
        if _are_line_numbers(members, page, text):
            found.update(members)
    return found


def _are_line_numbers(members: list[int], page: PageLines, text: list[Box]) -> bool:
    """Return whether numbers with one right edge are line numbers.

    Args:
        members: Indices of the lines with the numbers, from the top.
        page: The page.
        text: The boxes of its text.
    """
    if len(members) < _FEWEST_LINE_NUMBERS:
        return False
    values = [int(page.lines[k].text) for k in members]
    counted = sum(below - above in _COUNTED_STEPS for above, below in pairwise(values))
    if counted < _COUNTED_SHARE * (len(values) - 1):
        return False
    x1 = max(page.lines[k].box.x1 for k in members)
    x0 = min(page.lines[k].box.x0 for k in members)
    size = page.lines[members[0]].size
    left = [box for box in text if box.x1 < x0 - _NUMBER_MARGIN * size]
    over = [box for box in text if box.x0 < x1 and box.x1 > x0]
    right = [box for box in text if box.x0 >= x1]
    return not over and (not left or not right) and _cover_page(members, page, text)


def _cover_page(members: list[int], page: PageLines, text: list[Box]) -> bool:
    """Return whether line numbers run down the page with its text, or the page has next to no text."""
    if not text:
        return True
    top, bottom = page.lines[members[0]].box.top, page.lines[members[-1]].box.bottom
    beside = sum(top <= (box.top + box.bottom) / 2 <= bottom for box in text)
    return bottom - top > _COVERED_HEIGHT * page.size[1] or beside > _COVERED_LINES * len(text)


def _stamps(page: PageLines) -> set[int]:
    """Find stamps in the upper corners: 資料１－１."""
    found = set()
    width, height = page.size
    for k, line in enumerate(page.lines):
        right = line.box.x0 > _STAMP_RIGHT * width
        # 参考 on the left begins a heading.
        left = line.box.x1 < _STAMP_LEFT * width and line.text.strip("（）()【】") != "参考"
        if line.box.top < _STAMP_TOP * height and (left or right) and _STAMP.fullmatch(line.text):
            found.add(k)
    return found


def _oblique_stamps(page: PageLines, body_size: float) -> set[int]:
    """Find stamps across the page, at any angle: large oblique text. Small oblique text labels an axis."""
    return {
        k for k, line in enumerate(page.lines) if line.direction == "oblique" and line.size > _OBLIQUE_SIZE * body_size
    }


def _mark_running_heads(pages: Sequence[PageLines], found: Found) -> None:
    """Mark lines at the head or foot whose text, numbers aside, is at the same place on several pages."""
    places: dict[tuple[str, bool], list[tuple[int, int, float]]] = defaultdict(list)
    for page in pages:
        height = page.size[1]
        for k, line in enumerate(page.lines):
            if k in found[page.number]:
                continue
            at_head, at_foot = line.box.bottom < MARGIN * height, line.box.top > (1 - MARGIN) * height
            if (at_head or at_foot) and not _is_part_of_paragraph(line, page) and not _is_label(line, page):
                key = _numberless(line.text)
                distance = line.box.top if at_head else height - line.box.bottom
                places[key, at_head].append((page.number, k, distance))
    fewest = _FEWEST_REPEATS_SHORT if len(pages) < _SHORT_DOCUMENT else _FEWEST_REPEATS
    in_text = _pages_with_text_inside(pages, {key for key, _ in places})
    for (key, _), lines in places.items():
        numbers = {number for number, _, _ in lines}
        if len(in_text[key]) >= max(_FEWEST_REPEATS_SHORT, len(numbers)):
            continue  # a label of the text that sometimes is the first or last line of a page
        if len(numbers) < (fewest if _is_no_sentence_end(key) else max(fewest, len(pages) * _SENTENCE_SHARE)):
            continue
        lines.sort(key=lambda line: line[2])
        middle = lines[len(lines) // 2][2]
        near = [line for line in lines if abs(line[2] - middle) < SAME_HEIGHT]
        if len({number for number, _, _ in near}) >= fewest:
            for number, k, _ in near:
                found[number].add(k)


def _numberless(text: str) -> str:
    """Return a running head for comparison, without white space and with ``#`` for each number."""
    return re.sub("[0-9０-９]+", "#", "".join(text.split()))


def _pages_with_text_inside(pages: Sequence[PageLines], keys: Collection[str]) -> dict[str, set[int]]:
    """Return for each key the numbers of the pages that have a line with this text between head and foot."""
    found: dict[str, set[int]] = {key: set() for key in keys}
    longest = max(map(len, keys), default=0)
    first = {key[:1] for key in keys}  # a quick test
    for page in pages:
        top, bottom = MARGIN * page.size[1], (1 - MARGIN) * page.size[1]
        for line in page.lines:
            may_be_key = len(line.text) <= 2 * longest and (line.text[:1] in first or not line.text[:1].isalpha())
            if may_be_key and line.box.bottom >= top and line.box.top <= bottom:
                key = _numberless(line.text)
                if key in found:
                    found[key].add(page.number)
    return found


def _is_part_of_paragraph(line: Line, page: PageLines) -> bool:
    """Return whether a long line is set like the one above or below it: then it is the first or last of a text."""
    if line.direction != "right" or line.box.x1 - line.box.x0 < _LONG_LINE * line.size:
        return False
    return any(
        other is not line
        and abs(other.size - line.size) < _SAME_TYPE * line.size
        and other.font == line.font
        and 0 < abs(other.baseline - line.baseline) < _TEXT_STEP * line.size
        and min(other.box.x1, line.box.x1) - max(other.box.x0, line.box.x0) > 0
        and other.box.x1 - other.box.x0 > _LONG_LINE * line.size
        for other in page.lines
    )


def _is_label(line: Line, page: PageLines) -> bool:
    """Return whether a line is only a number with a text right beside it: the label of a note."""
    return line.text.isdecimal() and any(
        abs(other.baseline - line.baseline) < _SAME_BASELINE * line.size
        and 0 < other.box.x0 - line.box.x1 < _LABEL_GAP * line.size
        for other in page.lines
    )


def _mark_chapter_heads(pages: Sequence[PageLines], found: Found, body_size: float) -> None:
    """Mark running heads that name the chapter and so change with it, even if a chapter has one page.

    Such heads are the topmost line of most pages, always at the same height and in the same type, and apart from the
    text; a second one may be beside it. What they say is repeated on another page, or in the heading on the same one.
    """
    slots: dict[tuple[int, int], list[tuple[PageLines, int]]] = defaultdict(list)
    for page in pages:
        top = min(page.lines, key=lambda line: line.box.top, default=None)
        for k, line in enumerate(page.lines if top is not None and top.direction == "right" else ()):
            is_on_top = top is not None and abs(line.baseline - top.baseline) < SAME_HEIGHT
            is_on_top = is_on_top and line.box.bottom < _HIGHEST_TEXT * page.size[1] and line.direction == "right"
            if is_on_top and len(line.text) <= _LONGEST_HEAD and not _is_part_of_paragraph(line, page):
                slots[round(line.baseline / SAME_HEIGHT), round(line.size * 2)].append((page, k))
    texts: Counter[str] = Counter()  # of all pages; counted when first needed
    for members in slots.values():
        numbers = {page.number for page, _ in members}
        if len(numbers) < max(_FEWEST_REPEATS, _SLOT_SHARE * len(pages)):
            continue
        in_place = Counter(_head_key(page.lines[k].text) for page, k in members)
        if sum(_repeats_here(page, k, in_place) for page, k in members) < _REPEATED_SHARE * len(members):
            continue  # a heading at the top of a page occurs again as well, but in the contents
        texts = texts or Counter(_head_key(line.text) for page in pages for line in page.lines)
        for page, k in members:
            line = page.lines[k]
            if texts[_head_key(line.text)] > 1 or line.size < _BODY_SIZE * body_size:  # no heading is in small type
                found[page.number].add(k)


def _repeats_here(page: PageLines, k: int, in_place: Counter[str]) -> bool:
    """Return whether the text of line ``k`` is at the same place of another page, or again on its page."""
    key = _head_key(page.lines[k].text)
    return in_place[key] > 1 or any(j != k and _head_key(line.text) == key for j, line in enumerate(page.lines))


def _head_key(text: str) -> str:
    """Return a running head for comparison, without white space."""
    return "".join(text.split())


def _mark_tabs(pages: Sequence[PageLines], found: Found) -> None:
    """Mark tabs and strips beside the text: the same words at the same place on many pages."""
    places: dict[tuple[str, str, int, int], list[tuple[int, int]]] = defaultdict(list)
    for page in pages:
        for k, line in enumerate(page.lines):
            if len(line.text) <= _LONGEST_TAB and line.text[-1] not in "。、" and k not in found[page.number]:
                place = round(line.box.x0 / _TAB_STEP), round(line.box.top / _TAB_STEP)
                places[line.text, line.direction, *place].append((page.number, k))
    for lines in places.values():
        if len(lines) >= max(_TAB_PAGES, _TAB_SHARE * len(pages)):
            for number, k in lines:
                found[number].add(k)


def _mark_repeated_headings(pages: Sequence[PageLines], found: Found, body_size: float) -> None:
    """Mark heads in small type that repeat the title or a heading: a short document may have only one of them."""
    large = {
        "".join(line.text.split()): page.number
        for page in reversed(pages)
        for line in page.lines
        if line.size >= _HEADING_SIZE * body_size
    }
    for page in pages:
        first = min((line.box.top for line in page.lines if line.size >= _BODY_SIZE * body_size), default=1e9)
        for k, line in enumerate(page.lines):
            is_small = line.size < _HEAD_SIZE * body_size and line.box.bottom < _HEAD_HEIGHT * page.size[1]
            text = "".join(line.text.split())
            if is_small and line.box.top < first and large.get(text, page.number) < page.number:
                found[page.number].add(k)


def _is_no_sentence_end(key: str) -> bool:
    """Return whether a text is not the end of a sentence, with which many pages may begin by chance."""
    return len(key) >= _SHORTEST_HEAD and key[-1] not in "。、.,"

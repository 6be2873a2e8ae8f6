"""Read the paragraphs of a text body, and estimate their position in the shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.bullets import drawn_number, indentation, split_bullet
from aisi_ingest.extract.geometry import box_height, box_width
from aisi_ingest.extract.pptx.runs import Judge, run_texts
from aisi_ingest.extract.pptx.styles import bullet_of, inherited_size, size_of
from aisi_ingest.extract.pptx.xml_names import EMU, clark, number_attribute
from aisi_ingest.model import Box, HiddenReason
from aisi_ingest.text.normalise import is_wide, join_lines, normalise

_LINE_BREAK = re.compile("_x000[ABDabd]_|[\v\r]")  # breaks that were pasted as control characters, escaped or not
_MAXIMUM_LEVEL = 8  # PowerPoint has the levels 0 to 8
_MARGIN_X, _MARGIN_Y = 91440, 45720  # default margins of a text body in EMU (ECMA-376 part 1, 21.1.2.1.1)
_HUNDRED_PERCENT = 100_000  # DrawingML counts in thousandths of a percent
_LATIN_ADVANCE = 0.52  # em: mean width of a Latin character
_LINE_HEIGHT = 1.2  # em
_UNLIMITED = 1e9  # points: width of a text body that does not break lines


class Paragraph(Struct, frozen=True):
    """A paragraph on a slide.

    Attributes:
        text: The text, normalised and without the bullet.
        level: Level, from 1.
        size: Type size in points.
        item: Whether it is a list item: it has a bullet, drawn or typed, or is below one.
        field: Whether it consists only of fields, such as slide number and date.
        hidden: The text in it that is struck out or cannot be seen, with the reason. A paragraph without any other
            text has an empty ``text``.
    """

    text: str
    level: int
    size: float
    item: bool
    field: bool
    hidden: tuple[tuple[HiddenReason, str], ...] = ()


class _RawParagraph(Struct, frozen=True, eq=False):
    """A paragraph with the white space before its text, which may express its level. ``level`` is from 0."""

    element: Any
    text: str
    level: int
    has_bullet: bool
    hidden: dict[HiddenReason, str]


JudgeOfLevel = Callable[[int], Judge]
"""Returns the judge of the runs of a level, from 0."""


def read_paragraphs(body: Any, styles: list[Any], judge: JudgeOfLevel | None = None) -> tuple[Paragraph, ...]:
    """Read the paragraphs of a text body that are not blank.

    Many decks use typed bullets and spaces instead of list levels. So the different widths of the white space before
    the paragraphs of one body count as levels as well.

    Args:
        body: The text body element.
        styles: The list styles that apply, the nearest first.
        judge: Decides which runs cannot be seen.
    """
    found = _raw_paragraphs(body, styles, judge)
    written = [p for p in found if p.text]
    indents = {
        p.level: sorted({indentation(other.text) for other in written if other.level == p.level}) for p in written
    }
    sizes = {level: inherited_size(level, styles) for level in {p.level for p in found}}
    out = []
    for paragraph in found:
        element, level = paragraph.element, paragraph.level
        step = indents[level].index(indentation(paragraph.text)) if paragraph.text else 0
        _, text = split_bullet(join_lines(paragraph.text.split("\n")))
        out.append(
            Paragraph(
                text=" ".join(text.split()) if "\t" in text else text,
                level=level + 1 + step,
                size=size_of(element, sizes[level]),
                item=paragraph.has_bullet or level + step > 0,
                field=element.find(clark("a:fld")) is not None and element.find(clark("a:r")) is None,
                hidden=tuple(
                    (reason, join_lines(part.split("\n"))) for reason, part in paragraph.hidden.items() if part.strip()
                ),
            )
        )
    return tuple(out)


def _raw_paragraphs(body: Any, styles: list[Any], judge: JudgeOfLevel | None) -> list[_RawParagraph]:
    """Return the paragraphs that are not blank, with the numbers that PowerPoint draws before them."""
    out = []
    counts: _Counts = {}
    for element in body.iterchildren(clark("a:p")):
        properties = element.find(clark("a:pPr"))
        level = 0
        if properties is not None:
            level = min(_MAXIMUM_LEVEL, max(0, int(number_attribute(properties, "lvl"))))
        text, hidden = _raw_texts(element, judge(level) if judge is not None else None)
        if not text.strip():
            if any(part.strip() for part in hidden.values()):
                out.append(_RawParagraph(element, "", 0, False, hidden))
            continue
        typed_bullet, _ = split_bullet(text.lstrip(" \t\u3000"))
        bullet = bullet_of(element, level, styles)
        if bullet is not None and bullet.tag == clark("a:buAutoNum"):
            text = f"{_next_number(bullet, level, counts)} {text.strip()}"
        else:
            counts.pop(level, None)
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        out.append(_RawParagraph(element, text, level, bool(typed_bullet) or bullet is not None, hidden))
    return out


_Counts = dict[int, tuple[str, int]]
"""Level to the numbering scheme of its last item and the count of that item."""


def _next_number(bullet: Any, level: int, counts: _Counts) -> str:
    """Return the number that PowerPoint draws before an item. Counting continues while the scheme stays the same."""
    scheme = bullet.get("type", "arabicPeriod")
    last = counts.get(level)
    count = last[1] + 1 if last and last[0] == scheme else int(number_attribute(bullet, "startAt")) or 1
    counts[level] = (scheme, count)
    return drawn_number(scheme, count)


def paragraph_texts(paragraph: Any, judge: Judge | None = None) -> tuple[str, dict[HiddenReason, str]]:
    """Return the visible text of an ``a:p`` element, and its hidden text. Lines broken by the author are joined."""
    text, hidden = _raw_texts(paragraph, judge)
    return join_lines(text.split("\n")), {why: join_lines(part.split("\n")) for why, part in hidden.items()}


def _raw_texts(paragraph: Any, judge: Judge | None = None) -> tuple[str, dict[HiddenReason, str]]:
    """Return the normalised text of an ``a:p`` element, and that of its hidden parts."""
    valid, hidden = run_texts(paragraph, judge)
    parts = {reason: normalise(_LINE_BREAK.sub("\n", part)) for reason, part in hidden.items()}
    return normalise(_LINE_BREAK.sub("\n", valid)), parts


def paragraph_boxes(body: Any, box: Box, paragraphs: tuple[Paragraph, ...]) -> tuple[Box, ...]:
    """Estimate the boxes of paragraphs from type size, width and anchor, because the file does not state line breaks.

    Args:
        body: The text body element.
        box: The box of the shape, in points.
        paragraphs: Its paragraphs. All get the shape's box if the text is vertical.
    """
    properties = body.find(clark("a:bodyPr"))
    get = properties.get if properties is not None else lambda name, default=None: default
    left, right = float(get("lIns", _MARGIN_X)) / EMU, float(get("rIns", _MARGIN_X)) / EMU
    above, below = float(get("tIns", _MARGIN_Y)) / EMU, float(get("bIns", _MARGIN_Y)) / EMU
    if get("vert", "horz") != "horz":
        return (box,) * len(paragraphs)
    scale = font_scale(properties)
    room = max(1.0, box_width(box) - left - right) if get("wrap", "square") == "square" else _UNLIMITED
    heights, widths = [], []
    for paragraph in paragraphs:
        size = paragraph.size * (scale or 1.0)
        width = size * _em_width(paragraph.text)
        lines = max(1, -(-int(width) // max(1, int(room))))
        heights.append(lines * size * _LINE_HEIGHT)
        widths.append(min(width, room))
    anchor = get("anchor", "t")
    top = box.top + above
    if anchor == "ctr":
        top = box.top + (box_height(box) - sum(heights)) / 2
    elif anchor == "b":
        top = box.bottom - below - sum(heights)
    out = []
    for height, width in zip(heights, widths, strict=True):
        x0 = box.x0 + left
        x1 = min(box.x1, x0 + width) if room < _UNLIMITED else x0 + width
        out.append(Box(x0, top, max(x1, x0 + 1), top + height))
        top += height
    return tuple(out)


def font_scale(properties: Any) -> float:
    """Return the factor by which PowerPoint shrinks the text to fit its shape."""
    shrunk = properties.find(clark("a:normAutofit")) if properties is not None else None
    if shrunk is None or not shrunk.get("fontScale"):
        return 1.0
    return number_attribute(shrunk, "fontScale") / _HUNDRED_PERCENT


def _em_width(text: str) -> float:
    """Return the approximate width of a text in em."""
    wide = 0 if text.isascii() else sum(map(is_wide, text))
    return wide + _LATIN_ADVANCE * (len(text) - wide)

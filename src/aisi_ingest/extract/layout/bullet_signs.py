"""Find the signs that a document uses as bullets, by repetition.

Fonts without Unicode names write arrows and squares as ``§``, ``o``, ``>`` or U+FFFD. A sign is a bullet if it begins
several rows at one indent, with a space behind it, and hardly any other rows.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.layout.rows import Row

_LETTER_BULLET = "o"  # Word writes the circle of Courier New as this letter
_NO_BULLETS = frozenset(
    "「『（(【〔〈《［[{<＜\"'“‘＂@#$¥€£%&*+=/\\※＊†‡~〜～_＿|｜^`…‥.,、。，．:：;；!?！？)）】」』〉》］]}＞\u25a1"
)
_MOST_SIGNS = 2  # characters in a row
_FEWEST = 3  # rows
_FEWEST_SURE = 2  # rows that begin with a sign that is used for nothing else
_SURE = frozenset("❏❐❑❒☐\ufffd➔➜➝➞➤⇒⇨→▶►◉◎◈❖✦✧✪✱✲✳✴✶✽❀❁❂❍▣▢▤▥▦▧▨▩⦿⬛⬜⚬")
_INDENT_STEP = 4.0  # points: left edges are compared in these steps
_SAME_INDENT_SHARE = 0.5  # of the rows with the sign


def mark_bullet_signs(pages: Sequence[Sequence[Row]]) -> None:
    """Remove bullets found by repetition from the text of their rows, and mark the rows as items.

    Args:
        pages: The rows of each page.
    """
    signs = _bullet_signs(row for rows in pages for row in rows)
    for row in (row for rows in pages for row in rows):
        sign = _first_sign(row.text)
        if sign and sign in signs:
            rest = row.text[len(sign) :].lstrip(" \t\u3000")
            cut = len(row.text) - len(rest)
            row.text, row.bullet_x0 = rest, row.x0
            row.raised = tuple((start - cut, end - cut) for start, end in row.raised if start >= cut)
            row.bold_prefix = max(0, row.bold_prefix - cut)


def _first_sign(text: str) -> str:
    """Return the sign that a text begins with, if text follows after a space; the sign of ``split_bullet`` is none."""
    if text[:1].isalnum() and text[0] != _LETTER_BULLET:  # a quick test: nearly every row
        return ""
    end = next((k for k, char in enumerate(text[: _MOST_SIGNS + 1]) if not _may_be_sign(char, text)), 0)
    if not 0 < end <= _MOST_SIGNS or split_bullet(text)[0]:
        return ""
    rest = text[end:]
    has_space = rest[0] in " \t\u3000"
    return text[:end] if rest.strip() and (has_space or text[0] in _SURE) else ""


def _may_be_sign(char: str, text: str) -> bool:
    if char == _LETTER_BULLET:
        return text.startswith("o ")
    return char in _SURE or char == ">" or (unicodedata.category(char)[0] in "SPC" and char not in _NO_BULLETS)


def _bullet_signs(rows: Iterable[Row]) -> set[str]:
    """Return the signs that begin several rows at one indent."""
    places: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        if sign := _first_sign(row.text):
            places[sign][round(row.x0 / _INDENT_STEP)] += 1
    found = set()
    for sign, indents in places.items():
        fewest = _FEWEST_SURE if sign[0] in _SURE or sign == "§" else _FEWEST
        place, _ = indents.most_common(1)[0]
        near = sum(indents[other] for other in (place - 1, place, place + 1))
        total = sum(indents.values())
        if total >= fewest and near >= min(fewest, total) and near >= _SAME_INDENT_SHARE * total / len(indents):
            found.add(sign)
    return found

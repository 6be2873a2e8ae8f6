"""Recognise bullet signs, measure indentation and format PowerPoint's automatic numbers."""

from __future__ import annotations

import re

from aisi_ingest.text.kanji_numerals import kanji_numeral

# Signs that only mark a list item. Numbers and letters, also in brackets or circles, are content and no bullets.
# The private-use code points are the glyphs of Wingdings and Symbol. The sign ※ marks a remark, not a list item.
BULLET_SIGNS = "◆◇■□●◦▪▫▶▷►▸▹➢➤➣❖◾◽⚫⚪✓✔☑•‣⁃∙\uf000-\uf0ff"
_SIGN = re.compile(
    f"[{BULLET_SIGNS}]+[ \t\u3000]*"
    "|[○〇](?![○〇])[ \t\u3000]*(?=\\S)"
    "|[・･·](?![・･·])[ \t\u3000]*(?=\\S)"
    "|[-–—‐‒−*][ \t\u3000]+(?=\\S)"
    "|[-–‐‒−](?=[^\x00-\u2fff])"  # without a space before Japanese text
)


def split_bullet(text: str) -> tuple[str, str]:
    """Split a text into its bullet sign and the rest.

    Args:
        text: A line without leading white space.

    Returns:
        The sign ("" if there is none, or if nothing follows it), and the text after it.
    """
    found = _SIGN.match(text)
    if not found or not text[found.end() :].strip():
        return "", text
    return found.group().strip(" \t\u3000"), text[found.end() :].lstrip(" \t\u3000")


_TAB = 4  # half-width characters


def indentation(text: str) -> int:
    """Return the width of the white space before a text, in half-width characters."""
    width = 0
    for char in text:
        if char == "\u3000":
            width += 2
        elif char == "\t":
            width += _TAB
        elif char in " \u00a0":
            width += 1
        else:
            break
    return width


_CIRCLED_NUMBERS = 20  # ① to ⑳


def drawn_number(kind: str, count: int) -> str:
    """Return the number that PowerPoint draws before a list item.

    Args:
        kind: The numbering scheme, a value of ST_TextAutonumberScheme (ECMA-376, 20.1.10.61).
        count: The item's position, from 1.
    """
    if kind.startswith("alpha"):
        sign = chr(ord("a") + (count - 1) % 26)
    elif kind.startswith("roman"):
        sign = _roman(count)
    elif kind.startswith("circleNum") and 1 <= count <= _CIRCLED_NUMBERS:
        return chr(ord("①") + count - 1)
    elif kind.startswith("ea1"):
        sign = kanji_numeral(count)
    else:
        sign = str(count)
    sign = sign.upper() if "Uc" in kind else sign
    if kind.endswith("ParenBoth"):
        return f"({sign})"
    if kind.endswith("ParenR"):
        return f"{sign})"
    return sign if kind.endswith("Plain") else f"{sign}."


def _roman(count: int) -> str:
    """Return a Roman numeral in small letters."""
    signs = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    out = ""
    for value, sign in signs:
        while count >= value:
            out, count = out + sign, count - value
    return out

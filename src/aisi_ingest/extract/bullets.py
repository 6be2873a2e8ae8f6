"""Signs that make a line a list item: taken out of the text, kept as level."""

from __future__ import annotations

import re

# Signs that stand for nothing but "an item": numbers and letters in brackets or circles are text and stay.
# Private-use code points are the glyphs of Wingdings and Symbol. ※ marks a remark, not an item.
_SIGN = re.compile(
    "[◆◇■□●◦▪▫▶▷►▸▹➢➤➣❖◾◽⚫⚪✓✔☑•‣⁃∙\uf000-\uf0ff]+[ \t\u3000]*"
    "|[○〇](?![○〇])[ \t\u3000]*(?=\\S)"
    "|[・･·](?![・･·])[ \t\u3000]*(?=\\S)"
    "|[-–—‐‒−*][ \t\u3000]+(?=\\S)"
    "|[-–‐‒−](?=[^\x00-\u2fff])"  # set solid before Japanese
)


def split_bullet(text: str) -> tuple[str, str]:
    """The bullet sign that a text without leading white space begins with ("" for none), and the rest."""
    found = _SIGN.match(text)
    if not found or not text[found.end() :].strip():
        return "", text
    return found.group().strip(" \t\u3000"), text[found.end() :].lstrip(" \t\u3000")


def indentation(text: str) -> int:
    """Width of the white space before a text in half-width cells."""
    width = 0
    for char in text:
        if char == "\u3000":
            width += 2
        elif char == "\t":
            width += 4
        elif char in " \u00a0":
            width += 1
        else:
            break
    return width


def drawn_number(kind: str, count: int) -> str:
    """The number that PowerPoint draws before an item, by its ST_TextAutonumberScheme (ECMA-376 20.1.10.61)."""
    if kind.startswith("alpha"):
        sign = chr(ord("a") + (count - 1) % 26)
    elif kind.startswith("roman"):
        sign = _roman(count)
    elif kind.startswith("circleNum") and 1 <= count <= 20:
        return chr(ord("①") + count - 1)
    elif kind.startswith("ea1") and 1 <= count <= 10:
        sign = "一二三四五六七八九十"[count - 1]
    else:
        sign = str(count)
    sign = sign.upper() if "Uc" in kind else sign
    if kind.endswith("ParenBoth"):
        return f"({sign})"
    if kind.endswith("ParenR"):
        return f"{sign})"
    return sign if kind.endswith("Plain") else f"{sign}."


def _roman(count: int) -> str:
    signs = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    out = ""
    for value, sign in signs:
        while count >= value:
            out, count = out + sign, count - value
    return out

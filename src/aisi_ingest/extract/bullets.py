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

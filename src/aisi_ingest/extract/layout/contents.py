"""Lines of a printed table of contents."""

from __future__ import annotations

import re

_CONTENTS = re.compile(
    "^(?P<title>.{2,}?)[\\s\u3000]*(?:[.．・･…‥·_]{4,}|[.…‥·][\\s.…‥·]{5,}|…{2,})[\\s\u3000]*(?P<page>[0-9]{1,4}|[ivxlc]{1,6})?$"
)
_TITLE = re.compile("[【<〈]?(?:目次|もくじ|(?:tableof)?contents)[】>〉]?")
_LONGEST_TITLE = 23  # code points, spaces included
_TITLE_ENDS = tuple("次じsS】>〉")  # a quick test
_DIGITS = tuple("0123456789")
_LEADERS = ("..", "…", "‥", "・・", "··", "･･", "．．", ". .", "__")


def is_contents_title(text: str) -> bool:
    """Return whether a text is the heading of a table of contents: 目次, Table of Contents."""
    if len(text) > _LONGEST_TITLE or text[-1:] not in _TITLE_ENDS:
        return False
    return bool(_TITLE.fullmatch(re.sub("[\\s\u3000]", "", text).lower()))


def has_page_number(text: str) -> bool:
    """Return whether a text ends with a space and a number of up to three digits: ``2 インストール　3``."""
    return text[-1:] in _DIGITS and bool(re.search("[^\\s\u3000][ \u3000]+[0-9]{1,3}$", text))


def contents_line(text: str) -> tuple[str, int | None] | None:
    """Split a line of a table of contents that has a leader, such as ``1. Scope ........ 3``.

    Returns:
        The title and the page number (None for a Roman one), or None for other lines.
    """
    for leader in _LEADERS:
        if leader in text:
            break
    else:
        return None
    found = _CONTENTS.match(text)
    if not found:
        return None
    page = found["page"]
    return found["title"].strip(" \u3000.・…"), int(page) if page and page.isdigit() else None

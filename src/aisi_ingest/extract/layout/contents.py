"""Lines of a printed table of contents."""

from __future__ import annotations

import re

_CONTENTS = re.compile(
    "^(?P<title>.{2,}?)[\\s\u3000]*(?:[.．・･…‥·_]{4,}|[.…‥·][\\s.…‥·]{5,}|…{2,})[\\s\u3000]*(?P<page>[0-9]{1,4}|[ivxlc]{1,6})?$"
)
_TITLE = re.compile("[【<〈]?(?:目次|もくじ|(?:tableof)?contents)[】>〉]?")
_DIGITS = tuple("0123456789")
_LEADERS = ("..", "…", "‥", "・・", "··", "･･", "．．", ". .", "__")


def is_contents_title(text: str) -> bool:
    """目次, Table of Contents."""
    if len(text) > 23 or text[-1:] not in tuple("次じsS】>〉"):
        return False
    return bool(_TITLE.fullmatch(re.sub("[\\s\u3000]", "", text).lower()))


def has_page_number(text: str) -> bool:
    """``2 インストール　3``: a title and, over a gap, the number of its page."""
    return text[-1:] in _DIGITS and bool(re.search("[^\\s\u3000][ \u3000]+[0-9]{1,3}$", text))


def contents_line(text: str) -> tuple[str, int | None] | None:
    """Title and page number of a line of a table of contents that has a leader."""
    if not any(leader in text for leader in _LEADERS):
        return None
    found = _CONTENTS.match(text)
    if not found:
        return None
    page = found["page"]
    return found["title"].strip(" \u3000.・…"), int(page) if page and page.isdigit() else None

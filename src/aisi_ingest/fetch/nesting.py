"""Flatten pages whose elements are nested without end.

The parser searches the open elements again and again, so its time grows with the depth. A few hundred kilobytes of
nested elements would take minutes. Browsers limit the depth as well: they open deeper elements as siblings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_DEPTH = 512  # elements within each other; the limit of Chromium (kMaximumHTMLParserDOMTreeDepth)
MAX_ATTRIBUTES = 1000  # of one tag: the parser compares each of them with all others
FLATTENED = (
    f"nests more than {MAX_DEPTH} elements, or has a tag with more than {MAX_ATTRIBUTES:,} attributes; it was flattened"
)
_LONG_TAG = 4 * MAX_ATTRIBUTES  # code points; a shorter tag that has more attributes costs nothing
_SEARCHED = 32  # innermost open elements among which an end tag looks for its start

# Possessive quantifiers, and an end that always matches: no part of a page is read twice.
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"[^\s/=]++(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s]*+))?+")
_NOT_NESTED = frozenset(
    # They have no content, or the next one ends the one before.
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "a",
        "body",
        "caption",
        "colgroup",
        "dd",
        "dt",
        "head",
        "html",
        "li",
        "optgroup",
        "option",
        "p",
        "rp",
        "rt",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
    ]
)
_TEXT_ONLY = frozenset(["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"])
_FOREIGN = frozenset(("svg", "math"))  # whose elements follow other rules
_SCOPES = _FOREIGN | frozenset(
    ["applet", "marquee", "object", "table", "template"]
)  # end tags inside end nothing outside


def flatten(html: str) -> tuple[str, bool]:
    """Remove the tags of elements that are nested too deep, but not what is in them, and attributes beyond a number.

    The depth is counted from the tags alone. A page that is made to deceive the count is left to the time limit of its
    parser.

    Args:
        html: The text of a page.

    Returns:
        The text, and whether anything was removed.
    """
    if html.count("<") <= MAX_DEPTH and len(html) <= _LONG_TAG:
        return html, False
    pieces, position = list[str](), 0
    for start, end, instead in _Tags(html).removed():
        pieces += (html[position:start], instead)
        position = end
    return "".join((*pieces, html[position:])), position > 0


class _Tags:
    """The tags of one page, and the elements that are open."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._open: list[str] = []

    def removed(self) -> Iterator[tuple[int, int, str]]:
        """Iterate over the places to change: start, end, and what takes their place."""
        position = 0
        while tag := _MARKUP.search(self._html, position):
            position = tag.end()
            name = (tag["name"] or "").lower()
            if not name:
                continue
            if tag["end"]:
                too_deep = self._closes_too_deep(name)
            else:
                too_deep = self._opens_too_deep(name)
                if name in _TEXT_ONLY and _FOREIGN.isdisjoint(self._open[-_SEARCHED:]):
                    position = self._end_of_text(name, position)
            if too_deep:
                yield tag.start(), tag.end(), " "
            elif len(tag["rest"]) > _LONG_TAG and len(kept := _ATTRIBUTE.findall(tag["rest"])) > MAX_ATTRIBUTES:
                yield tag.start(), tag.end(), f"<{name} {' '.join(kept[:MAX_ATTRIBUTES])}>"

    def _opens_too_deep(self, name: str) -> bool:
        if name in _NOT_NESTED or name in _TEXT_ONLY:
            return False
        self._open.append(name)
        return len(self._open) > MAX_DEPTH

    def _closes_too_deep(self, name: str) -> bool:
        for back, opened in enumerate(reversed(self._open[-_SEARCHED:]), 1):
            if opened == name:
                del self._open[-back:]
                return len(self._open) >= MAX_DEPTH
            if opened in _SCOPES:
                break
        return False

    def _end_of_text(self, name: str, position: int) -> int:
        end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(self._html, position)
        return end.start() if end else len(self._html)

"""Find pages whose forms draw each other so often that no reader comes to an end.

A form (ISO 32000-1, 8.10) is a piece of a page that any content can draw by its name. Ten forms of 60 bytes that draw
each other ten times make a billion pieces, and a form that draws itself twice without end. PDFium and pdfplumber draw
them all, so such a page is recognised before either reads it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# Bytes of content of one page, with each form counted as often as it is drawn. PDFium needs a second and 600 MB for as
# many. The largest page of 251 public and odd files in which forms draw forms has 0.9 MB.
_MOST_CONTENT = 16 << 20
_NESTED = 40  # forms within each other that PDFium draws at most (kMaxFormLevel in cpdf_streamcontentparser.cpp)
_ANCESTORS = 32  # of a page, which may hold its resources
_NAMES = re.compile(rb"/([^\s\x00/<>\[\](){}%]+)")
_DRAWN = re.compile(rb"(?<![^\s\x00/<>\[\](){}%])Do(?![^\s\x00/<>\[\](){}%])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")

_Key = tuple[tuple[int, int], tuple[int, int]]  # object of the form, and of the page whose resources it uses or (0, 0)


class _Drawing(NamedTuple):
    """What a page or form draws: its bytes, and how often it draws which forms."""

    size: int
    forms: Mapping[_Key, int]


def draws_forms(form: Any) -> bool:
    """Return whether the dictionary of a stream is that of a form that may draw forms.

    Args:
        form: A dictionary of pikepdf.
    """
    if form.get("/Subtype") != "/Form":
        return False
    return "/Resources" not in form or "/XObject" in form["/Resources"]


def endless_pages(file: Any) -> frozenset[int]:
    """Return the numbers, from 1, of the pages that draw more than any reader can.

    Args:
        file: A file that pikepdf has opened.

    Returns:
        The numbers; none if the pages of the file cannot be found.
    """
    from pikepdf import PdfError

    try:
        objects = [page.obj for page in file.pages]
    except PdfError:
        return frozenset()
    known: dict[_Key, _Drawing] = {}
    pages: list[_Drawing] = []
    for page in objects:
        data = b"\n".join(_streams(page.get("/Contents")))
        pages.append(_drawing(data, _resources(page), page.objgen, known))
    sizes = {key: 0 for key in known}
    for _ in range(_NESTED):
        sizes = {key: _size(drawing, sizes) for key, drawing in known.items()}
    return frozenset(number for number, page in enumerate(pages, 1) if _size(page, sizes) > _MOST_CONTENT)


def _size(drawing: _Drawing, sizes: Mapping[_Key, int]) -> int:
    """Return the bytes that a page or form draws; just above the limit if it draws more."""
    size = drawing.size + sum(count * sizes[form] for form, count in drawing.forms.items())
    return min(size, _MOST_CONTENT + 1)


def _drawing(data: bytes, resources: Any, page: tuple[int, int], known: dict[_Key, _Drawing]) -> _Drawing:
    """Return what some content draws, and add the forms that it draws to ``known``."""
    found = _forms(data, resources, page)
    waiting = list(found.values())
    while waiting:
        key, form, _ = waiting.pop()
        if key in known:
            continue
        content = _unpacked(form)
        inside = _forms(content, form.get("/Resources", resources), page)
        known[key] = _counted(content, inside.values())
        waiting += inside.values()
    return _counted(data, found.values())


def _counted(data: bytes, forms: Any) -> _Drawing:
    counts: Counter[_Key] = Counter()
    for key, _, count in forms:
        counts[key] += count
    return _Drawing(len(data), counts)


def _forms(data: bytes, resources: Any, page: tuple[int, int]) -> dict[str, tuple[_Key, Any, int]]:
    """Return the forms that some content may draw, by their names, with how often it does so at most.

    Names and operators are counted apart: what stands between them may be a comment.
    """
    from pikepdf import Dictionary, Stream

    drawn = len(_DRAWN.findall(data))
    named = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not drawn or not isinstance(named, Dictionary):
        return {}
    names = Counter(_NAMES.findall(data))
    out: dict[str, tuple[_Key, Any, int]] = {}
    for written, count in names.items():
        name = "/" + _ESCAPED.sub(lambda escape: bytes([int(escape[1], 16)]), written).decode("utf-8", "replace")
        form = named.get(name)
        if isinstance(form, Stream) and form.get("/Subtype") == "/Form":
            shared = (0, 0) if "/Resources" in form else page
            before = out[name][2] if name in out else 0
            out[name] = ((form.objgen, shared), form, min(before + count, drawn))
    return out


def _streams(contents: Any) -> Iterator[bytes]:
    """Yield the parts of the content of a page."""
    from pikepdf import Array, Stream

    for part in contents if isinstance(contents, Array) else [contents]:
        if isinstance(part, Stream):
            yield _unpacked(part)


def _unpacked(stream: Any) -> bytes:
    """Return the bytes of a stream; none if they cannot be unpacked, because then PDFium draws few or none."""
    from pikepdf import DataDecodingError, PdfError

    try:
        unpacked: bytes = stream.read_bytes()
    except (DataDecodingError, PdfError):
        return b""
    return unpacked


def _resources(page: Any) -> Any:
    """Return the resources of a page, which an ancestor may hold; None if there are none."""
    for _ in range(_ANCESTORS):
        if "/Resources" in page or "/Parent" not in page:
            break
        page = page["/Parent"]
    return page.get("/Resources")

"""Ruby: small kana over a word. It follows the word in brackets, as in a browser without ruby: 忖度（そんたく）."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from aisi_ingest.extract.geometry import union
from aisi_ingest.text.normalise import normalise

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Array, Frame, Line
    from aisi_ingest.extract.pdf.page import Page

# In units of the type size of the line below, except for _LARGEST_RUBY itself.
_LARGEST_RUBY = 0.62  # size of ruby against the text under it; word processors set half
_LOWEST_RUBY = 0.7  # distance between both baselines, at least
_HIGHEST_RUBY = 1.4  # distance between both baselines, at most
_OVERHANG = 0.3  # how far the middle of a character may lie beside the ruby that belongs to it
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fc・ \u3000]+")
_REPETITION_MARK = 0x3005  # 々
_IDEOGRAPHS = (0x3400, 0x9FFF)
_COMPATIBILITY_IDEOGRAPHS = (0xF900, 0xFAFF)


def merge_ruby(lines: list[Line], page: Page, frame: Frame) -> list[Line]:
    """Insert lines of ruby into the lines below them.

    Args:
        lines: Lines of one direction.
        page: The page of the lines.
        frame: The frame of the lines.

    Returns:
        The lines in the same order, without those that have become part of another line.
    """
    largest = max((line.size for line in lines), default=0.0)
    small = [line for line in lines if line.size <= _LARGEST_RUBY * largest and _KANA.fullmatch(line.text)]
    if not small:
        return lines
    ruby_of: dict[int, list[tuple[int, Line]]] = {}
    for ruby in small:
        for k, host in enumerate(lines):
            distance = (host.baseline - ruby.baseline) / host.size
            if host is ruby or ruby.size > _LARGEST_RUBY * host.size or not _LOWEST_RUBY < distance < _HIGHEST_RUBY:
                continue
            offset = _end_of_base(ruby, host, page, frame)
            if offset is not None:
                ruby_of.setdefault(k, []).append((offset, ruby))
                break
    used = {id(ruby) for pairs in ruby_of.values() for _, ruby in pairs}
    return [_insert_ruby(line, ruby_of.get(k, ())) for k, line in enumerate(lines) if id(line) not in used]


def _end_of_base(ruby: Line, host: Line, page: Page, frame: Frame) -> int | None:
    """Return the offset in the host's text after the characters below the ruby; None without an ideograph there."""
    left, _, right, _ = frame.from_page(ruby.box.x0, ruby.box.top, ruby.box.x1, ruby.box.bottom)
    chars = page.chars[host.chars]
    x0, _, x1, _ = frame.from_page(chars["x0"], chars["top"], chars["x1"], chars["bottom"])
    middle = (x0 + x1) / 2
    below = np.flatnonzero((middle > left - _OVERHANG * host.size) & (middle < right + _OVERHANG * host.size))
    if not _are_ideographs(chars["code"][below]).any():
        return None
    offset = 0
    for code in chars["code"][: int(below[-1]) + 1].tolist():
        while offset < len(host.text) and host.text[offset] in " \u3000":
            offset += 1
        offset += len(normalise(chr(code)))
    return offset


def _are_ideographs(codes: Array) -> Array:
    """Return for each code point whether it is an ideograph or 々."""
    return np.asarray(
        (codes == _REPETITION_MARK)
        | (codes >= _IDEOGRAPHS[0]) & (codes <= _IDEOGRAPHS[1])
        | (codes >= _COMPATIBILITY_IDEOGRAPHS[0]) & (codes <= _COMPATIBILITY_IDEOGRAPHS[1])
    )


def _insert_ruby(host: Line, rubies: Sequence[tuple[int, Line]]) -> Line:
    """Return the host with each ruby in brackets at its offset."""
    if not rubies:
        return host
    text, box, chars, raised = host.text, host.box, [host.chars], host.raised
    for offset, ruby in sorted(rubies, key=lambda pair: -pair[0]):
        inserted = "（" + "".join(ruby.text.split()) + "）"
        length = len(inserted)
        text = text[:offset] + inserted + text[offset:]
        raised = tuple((start + length, end + length) if start >= offset else (start, end) for start, end in raised)
        box = union((box, ruby.box))
        chars.append(ruby.chars)
    bold_prefix = len(text) if host.bold_prefix == len(host.text) else host.bold_prefix
    return structs.replace(
        host, text=text, box=box, chars=np.concatenate(chars), raised=raised, bold_prefix=bold_prefix
    )

"""Ruby: small kana over a word, put behind it in brackets as a browser without ruby does: 忖度（そんたく）."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from aisi_ingest.model import Box
from aisi_ingest.text.normalise import normalise

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Frame, Line
    from aisi_ingest.extract.pdf.page import Page

SMALL = 0.62  # of the type size under it, at the most: word processors set half
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fc・ \u3000]+")


def with_ruby(lines: list[Line], page: Page, frame: Frame) -> list[Line]:
    """Lines of one frame, those of ruby put into the lines under them."""
    largest = max((line.size for line in lines), default=0.0)
    small = [line for line in lines if line.size <= SMALL * largest and _KANA.fullmatch(line.text)]
    if not small:
        return lines
    found: dict[int, list[tuple[int, Line]]] = {}
    for ruby in small:
        for k, host in enumerate(lines):
            lift = (host.baseline - ruby.baseline) / host.size
            if host is ruby or ruby.size > SMALL * host.size or not 0.7 < lift < 1.4:
                continue
            offset = _end_of_base(ruby, host, page, frame)
            if offset is not None:
                found.setdefault(k, []).append((offset, ruby))
                break
    used = {id(ruby) for pairs in found.values() for _, ruby in pairs}
    return [_joined(line, found.get(k, ())) for k, line in enumerate(lines) if id(line) not in used]


def _end_of_base(ruby: Line, host: Line, page: Page, frame: Frame) -> int | None:
    """Offset in the host's text behind the characters that the ruby stands over; None where there are none."""
    left, _, right, _ = frame.turn(ruby.box.x0, ruby.box.top, ruby.box.x1, ruby.box.bottom)
    chars = page.chars[host.chars]
    x0, _, x1, _ = frame.turn(chars["x0"], chars["top"], chars["x1"], chars["bottom"])
    middle = (x0 + x1) / 2
    under = np.flatnonzero((middle > left - 0.3 * host.size) & (middle < right + 0.3 * host.size))
    code = chars["code"][under]
    if not ((code == 0x3005) | (code >= 0x3400) & (code <= 0x9FFF) | (code >= 0xF900) & (code <= 0xFAFF)).any():
        return None  # no ideographs
    at = 0
    for code in chars["code"][: int(under[-1]) + 1].tolist():
        while at < len(host.text) and host.text[at] in " \u3000":
            at += 1
        at += len(normalise(chr(code)))
    return at


def _joined(host: Line, rubies: Sequence[tuple[int, Line]]) -> Line:
    if not rubies:
        return host
    text, box, chars, raised = host.text, host.box, [host.chars], host.raised
    for offset, ruby in sorted(rubies, key=lambda pair: -pair[0]):
        said = "（" + "".join(ruby.text.split()) + "）"
        text = text[:offset] + said + text[offset:]
        raised = tuple((a + len(said), b + len(said)) if a >= offset else (a, b) for a, b in raised)
        box = Box(
            min(box.x0, ruby.box.x0),
            min(box.top, ruby.box.top),
            max(box.x1, ruby.box.x1),
            max(box.bottom, ruby.box.bottom),
        )
        chars.append(ruby.chars)
    lead = len(text) if host.lead == len(host.text) else host.lead
    return structs.replace(host, text=text, box=box, chars=np.concatenate(chars), raised=raised, lead=lead)

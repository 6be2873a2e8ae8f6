"""Derive values from bytes, the only input of both fuzzers: the one guided by coverage and the random one."""

from __future__ import annotations

import numpy as np

from aisi_ingest.extract.pdf.page import CHAR, RULE, Font, Page

FONTS = (Font("Gothic"), Font("Gothic-Bold", bold=True), Font("Mincho", serif=True), Font("Mono", monospace=True))
# Characters that the rules depend on: numbering, list signs, notes, leaders, brackets, spaces, halves of pairs.
ALPHABET = (
    "あいうのはを、。研究所安全性評価第章節条部編年月日令和平成元期度図表注出典参考目次附則別添※・●○■□◆－ー〜～（）「」【】"
    "①②③⑴ⅰⅱabcdefghijklmnopqrstuvwxyzABCDEFGHIVX0123456789.,:;()[]-–—…·• \u3000\u00a0\t*†‡§|/\\&<>\"'%$#@"
    "ｱｶﾞﾊﾟ０１２ＡＢ﨑\u3099\u200b\u00ad\ufffd\u202e\U00020b9f\U0001f600\u0301\x00\x07"
)


class Bytes:
    """Reads numbers and choices from bytes. After the last byte it returns zeros."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def number(self, size: int = 1) -> int:
        part = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(part, "little")

    def below(self, end: int) -> int:
        return self.number(1 if end <= 256 else 2) % end

    def text(self, most: int) -> str:
        """Return a text: mostly characters of the alphabet above, sometimes any code point."""
        out = []
        for _ in range(self.below(most + 1)):
            if not self:
                break
            at = self.number()
            out.append(ALPHABET[at % len(ALPHABET)] if at < 250 else chr(self.number(3) % 0xD800))
        return "".join(out)

    def rest(self) -> bytes:
        part, self._at = self._data[self._at :], len(self._data)
        return part


def page(source: Bytes, number: int) -> Page:
    """Return a page of text lines as programs set them, mixed with rules, frames and characters at any place."""
    width, height = ((595.0, 842.0), (842.0, 595.0), (960.0, 540.0), (1.0, 1.0))[source.below(4)]
    chars: list[tuple[object, ...]] = []
    rules: list[tuple[object, ...]] = []
    order = 0
    for _ in range(1 + source.below(24)):
        if not source:
            break
        what, order = source.below(8), order + 1
        x, y = 3.0 * source.number(), 4.0 * source.number()
        if what == 6:
            x1, y1 = x + source.number() * 2.0, y + source.number() * (0.01 if source.below(2) else 2.0)
            rules.append(
                (x, y, x1, y1, source.below(5), 0x000000FF | source.number() << 24, source.below(20) / 4, order)
            )
            continue
        size = (10.0, 10.5, 9.0, 14.0, 18.0, 6.0, 0.5, 72.0)[source.below(8)]
        font, angle = source.below(len(FONTS)), 0.0
        color = 0x000000FF if source.below(8) else source.number(4)
        if what == 7:  # anywhere, in any direction
            angle = (0.0, 90.0, 180.0, 270.0, 33.0)[source.below(5)]
        for character in source.text(60):
            if what == 7:
                x, y = source.number(2) / 32 - 200, source.number(2) / 32 - 200
            code = ord(character)
            advance = size if code > 0x2E80 else size / 2
            box = (x, y - 0.85 * size, x + advance, y + 0.15 * size)
            chars.append((code, *box, x, y, size, font, color, angle, source.below(40) == 1 and what == 7, order))
            x += advance
    return Page(number, width, height, np.array(chars, CHAR), FONTS, np.array(rules, RULE))


def pages(source: Bytes) -> list[Page]:
    out = [page(source, 1)]
    while source and len(out) < 5:
        out.append(page(source, len(out) + 1))
    return out

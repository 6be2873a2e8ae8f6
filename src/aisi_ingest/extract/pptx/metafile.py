"""The words that a Windows metafile carries: EMF (with EMF+) and WMF drawings hold text as text.

Formats: [MS-EMF], [MS-EMFPLUS] and [MS-WMF], Microsoft Open Specifications. Nothing is drawn, so words stand in the
order in which they were drawn. Runs by number of the glyph carry no text and are left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.text.normalise import is_wide, normalise

MOST = 20_000  # runs of text in one drawing
_GAP = 0.5  # of a line's mean character: a run further away begins a word


class _Run(Struct, frozen=True):
    """A piece of text where it was drawn, in the drawing's own units; ``end`` is None where no widths are said."""

    text: str
    x: float
    y: float
    end: float | None = None


def lines_in(content: bytes) -> list[str]:
    """The lines of text of a drawing, normalised; none where it has none, is damaged before the first, or is none."""
    runs: list[_Run] = []
    try:
        for run in _emf_runs(content) if _is_emf(content) else _wmf_runs(content) if _is_wmf(content) else ():
            runs.append(run)
            if len(runs) >= MOST:
                break
    except (struct.error, UnicodeDecodeError):
        pass  # cut off: what came before it is whole
    return [text for line in _joined(runs) if (text := normalise(line).strip())]


def _joined(runs: list[_Run]) -> Iterator[str]:
    """Runs on one line put together where they were drawn one after the other, going on to the right."""
    lines: list[list[_Run]] = []
    for run in runs:
        last = lines[-1][-1] if lines else None
        if last is not None and run.y == last.y and run.x > last.x:
            lines[-1].append(run)
        else:
            lines.append([run])
    for line in lines:
        # Letters may be drawn one by one, a little off: the line's own pitch says what a blank is.
        told = [run for run in line if run.end is not None]
        pitch = sum(run.end - run.x for run in told if run.end) / max(1, sum(len(run.text) for run in told))
        said = line[0].text
        for last, run in pairwise(line):
            if last.end is None:
                blank = not (is_wide(last.text[-1]) or is_wide(run.text[0]))
            else:
                blank = run.x - last.end > _GAP * pitch
            said += (" " if blank else "") + run.text
        yield said


# EMF


def _is_emf(content: bytes) -> bool:
    return content[:4] == b"\x01\0\0\0" and content[40:44] == b" EMF"


def _emf_runs(content: bytes) -> Iterator[_Run]:
    """Text of the records of GDI; of those of EMF+ where GDI has none: most files carry both."""
    plus: list[_Run] = []
    plain = False
    fonts: dict[int, bool] = {}  # whether the letters of a font are pictures
    symbols = False
    at = 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<II", content, at)
        if size < 8 or kind == 14:  # EMR_EOF
            break
        record = content[at : at + size]
        run = None
        if kind in (83, 84):  # EMR_EXTTEXTOUTA, EMR_EXTTEXTOUTW
            run = _text_out(record, 2 if kind == 84 else 1)
        elif kind == 108:  # EMR_SMALLTEXTOUT
            run = _small_text_out(record)
        elif kind == 70 and record[12:16] == b"EMF+" and len(plus) < MOST:  # EMR_COMMENT
            plus += _plus_runs(record[16 : 12 + struct.unpack_from("<I", record, 8)[0]])
        elif kind == 82 and len(record) > 35:  # EMR_EXTCREATEFONTINDIRECTW
            fonts[struct.unpack_from("<I", record, 8)[0]] = record[35] == _SYMBOLS
        elif kind == 37:  # EMR_SELECTOBJECT
            number = struct.unpack_from("<I", record, 8)[0]
            symbols = fonts.get(number, symbols and number < _STOCK)  # a pen changes no font
        if run is not None:
            plain = True
            if not symbols:
                yield run
        at += size
    if not plain:
        yield from plus


_SYMBOLS = 2  # the character set of Wingdings and the like
_STOCK = 0x80000000  # numbers of fonts, pens and brushes that need not be made
_GLYPHS, _NO_RECTANGLE, _BYTES = 0x10, 0x100, 0x200  # options of text records


def _text_out(record: bytes, width: int) -> _Run | None:
    x, y, count, start, options = struct.unpack_from("<iiIII", record, 36)
    text = _string(record[start : start + width * count], width)
    if options & _GLYPHS or not text.strip():
        return None
    widths = struct.unpack_from("<I", record, 72)[0]
    end = None
    if widths and widths + 4 * count <= len(record):
        end = x + sum(struct.unpack_from(f"<{count}I", record, widths))
    return _Run(text, x, y, end)


def _small_text_out(record: bytes) -> _Run | None:
    x, y, count, options = struct.unpack_from("<iiII", record, 8)
    start = 36 if options & _NO_RECTANGLE else 52
    width = 1 if options & _BYTES else 2
    text = _string(record[start : start + width * count], width)
    return _Run(text, x, y) if text.strip() and not options & _GLYPHS else None


def _string(raw: bytes, width: int) -> str:
    return raw[: len(raw) // width * width].decode("utf-16-le" if width == 2 else "cp1252", "replace").rstrip("\0")


def _plus_runs(data: bytes) -> Iterator[_Run]:
    at = 0
    while at + 12 <= len(data):
        kind, _, size, _ = struct.unpack_from("<HHII", data, at)
        if size < 12:
            return
        record = data[at + 12 : at + size]
        if kind == 0x401C:  # EmfPlusDrawString
            count, x, y = struct.unpack_from("<Iff", record, 8)
            text = _string(record[28 : 28 + 2 * count], 2)
            if text.strip():
                yield _Run(text, x, y)
        elif kind == 0x4036:  # EmfPlusDrawDriverString
            options, _, count = struct.unpack_from("<III", record, 4)
            text = _string(record[16 : 16 + 2 * count], 2) if options & 1 else ""  # characters rather than glyphs
            places = 16 + 2 * count
            if text.strip() and len(record) >= places + 8:
                x, y = struct.unpack_from("<ff", record, places)
                yield _Run(text, x, y)
        at += size


# WMF

_CHARSETS = {0: "cp1252", 2: "", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 204: "cp1251"}
_MOST_OBJECTS = 1000  # at one time; drawings use some ten
_MAKING = {0x02FA, 0x02FB, 0x02FC, 0x01F9, 0x0142, 0x00F7, 0x06FF}  # records that make an object: pens, fonts, ...


def _is_wmf(content: bytes) -> bool:
    return content[:4] == b"\xd7\xcd\xc6\x9a" or content[:6] in (b"\x01\0\x09\0\0\x03", b"\x02\0\x09\0\0\x03")


def _wmf_runs(content: bytes) -> Iterator[_Run]:
    at = 40 if content[:4] == b"\xd7\xcd\xc6\x9a" else 18
    objects: dict[int, str | None] = {}  # place in the table of objects to the coding of a font; "" for symbols
    coding = "cp1252"
    while at + 6 <= len(content):
        size, kind = struct.unpack_from("<IH", content, at)
        if size < 3 or kind == 0:
            return
        record = content[at + 6 : at + 2 * size]
        if kind in _MAKING and len(objects) < _MOST_OBJECTS:
            place = next(n for n in range(len(objects) + 1) if n not in objects)
            objects[place] = _CHARSETS.get(record[13], "cp1252") if kind == 0x02FB and len(record) > 13 else None
        elif kind == 0x01F0:  # META_DELETEOBJECT
            objects.pop(struct.unpack_from("<H", record)[0], None)
        elif kind == 0x012D:  # META_SELECTOBJECT
            chosen = objects.get(struct.unpack_from("<H", record)[0])
            coding = coding if chosen is None else chosen
        elif not coding:
            pass
        elif kind == 0x0A32:  # META_EXTTEXTOUT
            y, x, count, options = struct.unpack_from("<hhHH", record)
            start = 16 if options & 6 else 8
            text = record[start : start + count].decode(coding, "replace").rstrip("\0")
            if text.strip() and not options & _GLYPHS:
                widths = start + count + count % 2
                end = None
                if len(record) >= widths + 2 * count:
                    end = x + sum(struct.unpack_from(f"<{count}h", record, widths))
                yield _Run(text, x, y, end)
        elif kind == 0x0521:  # META_TEXTOUT
            count = struct.unpack_from("<H", record)[0]
            y, x = struct.unpack_from("<hh", record, 2 + count + count % 2)
            text = record[2 : 2 + count].decode(coding, "replace").rstrip("\0")
            if text.strip():
                yield _Run(text, x, y)
        at += 2 * size

"""Read the text of Windows metafiles: EMF (with EMF+) and WMF drawings store text as text.

Formats: [MS-EMF], [MS-EMFPLUS] and [MS-WMF], Microsoft Open Specifications. Nothing is rendered, so the text is in the
order in which it is drawn. Runs that are stored as glyph numbers contain no text and are left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice, pairwise

from msgspec import Struct

from aisi_ingest.text.normalise import is_wide, normalise

MAXIMUM_RUNS = 20_000  # runs of text that are read from one drawing
_WORD_GAP = 0.5  # of a line's mean character width: after a larger gap a run begins a new word


class _Run(Struct, frozen=True):
    """A piece of text and its position, in the drawing's own units.

    ``end`` is the right edge, None if the drawing does not state the widths of characters.
    """

    text: str
    x: float
    y: float
    end: float | None = None


def metafile_lines(content: bytes) -> list[str]:
    """Return the lines of text of an EMF or WMF drawing, normalised.

    A damaged drawing gives the lines before the damage, anything that is not a metafile gives no lines.
    """
    runs: list[_Run] = []
    try:
        for run in islice(_runs_of(content), MAXIMUM_RUNS):
            runs.append(run)
    except (struct.error, UnicodeDecodeError):
        pass  # the drawing is cut off: keep the complete runs before that
    return [text for line in _lines_of(runs) if (text := normalise(line).strip())]


def _runs_of(content: bytes) -> Iterator[_Run]:
    if _is_emf(content):
        yield from _emf_runs(content)
    elif _is_wmf(content):
        yield from _wmf_runs(content)


def _lines_of(runs: list[_Run]) -> Iterator[str]:
    """Join runs that follow each other on one line, each one further to the right."""
    lines: list[list[_Run]] = []
    for run in runs:
        last = lines[-1][-1] if lines else None
        if last is not None and run.y == last.y and run.x > last.x:
            lines[-1].append(run)
        else:
            lines.append([run])
    for line in lines:
        # Letters may be drawn one by one, slightly displaced: the mean width of the line's characters decides what is
        # a space.
        measured = [run for run in line if run.end is not None]
        pitch = sum(run.end - run.x for run in measured if run.end) / max(1, sum(len(run.text) for run in measured))
        text = line[0].text
        for last, run in pairwise(line):
            if last.end is None:
                space = not (is_wide(last.text[-1]) or is_wide(run.text[0]))
            else:
                space = run.x - last.end > _WORD_GAP * pitch
            text += (" " if space else "") + run.text
        yield text


_UTF16_WIDTH = 2  # bytes of a character
_SYMBOL_CHARSET = 2  # of Wingdings and similar fonts, whose letters are pictures
_GLYPHS, _NO_RECTANGLE, _BYTES = 0x10, 0x100, 0x200  # options of text records


def _decode(raw: bytes, width: int) -> str:
    """Decode text whose characters have ``width`` bytes: UTF-16 for 2, else Windows-1252."""
    encoding = "utf-16-le" if width == _UTF16_WIDTH else "cp1252"
    return raw[: len(raw) // width * width].decode(encoding, "replace").rstrip("\0")


# EMF

_EMF_HEADER = 8  # bytes of a record's type and size
_EMR_EOF, _EMR_SELECTOBJECT, _EMR_COMMENT, _EMR_EXTCREATEFONTINDIRECTW = 14, 37, 70, 82
_EMR_EXTTEXTOUTA, _EMR_EXTTEXTOUTW, _EMR_SMALLTEXTOUT = 83, 84, 108
_CHARSET_OFFSET = 35  # of a font's character set in EMR_EXTCREATEFONTINDIRECTW
_STOCK_OBJECT = 0x80000000  # from here on object numbers are of predefined fonts, pens and brushes


def _is_emf(content: bytes) -> bool:
    return content[:4] == b"\x01\0\0\0" and content[40:44] == b" EMF"


def _emf_runs(content: bytes) -> Iterator[_Run]:
    """Read the text records of GDI. If there are none, read those of EMF+: most files contain both."""
    plus_runs: list[_Run] = []
    has_gdi_text = False
    symbol_fonts: dict[int, bool] = {}  # number of a font to whether its letters are pictures
    symbols = False
    for kind, record in _emf_records(content):
        run = None
        if kind == _EMR_EXTTEXTOUTA:
            run = _text_out(record, 1)
        elif kind == _EMR_EXTTEXTOUTW:
            run = _text_out(record, _UTF16_WIDTH)
        elif kind == _EMR_SMALLTEXTOUT:
            run = _small_text_out(record)
        elif kind == _EMR_COMMENT and record[12:16] == b"EMF+" and len(plus_runs) < MAXIMUM_RUNS:
            plus_runs += _emf_plus_runs(record[16 : 12 + struct.unpack_from("<I", record, 8)[0]])
        elif kind == _EMR_EXTCREATEFONTINDIRECTW and len(record) > _CHARSET_OFFSET:
            symbol_fonts[struct.unpack_from("<I", record, 8)[0]] = record[_CHARSET_OFFSET] == _SYMBOL_CHARSET
        elif kind == _EMR_SELECTOBJECT:
            number = struct.unpack_from("<I", record, 8)[0]
            symbols = symbol_fonts.get(number, symbols and number < _STOCK_OBJECT)  # a pen does not change the font
        if run is not None:
            has_gdi_text = True
            if not symbols:
                yield run
    if not has_gdi_text:
        yield from plus_runs


def _emf_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Return type and bytes of each record."""
    position = 0
    while position + _EMF_HEADER <= len(content):
        kind, size = struct.unpack_from("<II", content, position)
        if size < _EMF_HEADER or kind == _EMR_EOF:
            return
        yield kind, content[position : position + size]
        position += size


def _text_out(record: bytes, width: int) -> _Run | None:
    x, y, count, start, options = struct.unpack_from("<iiIII", record, 36)
    text = _decode(record[start : start + width * count], width)
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
    width = 1 if options & _BYTES else _UTF16_WIDTH
    text = _decode(record[start : start + width * count], width)
    return _Run(text, x, y) if text.strip() and not options & _GLYPHS else None


_EMF_PLUS_HEADER = 12  # bytes of a record's type, flags, size and data size
_DRAW_STRING, _DRAW_DRIVER_STRING = 0x401C, 0x4036
_CHARACTERS = 1  # option of EmfPlusDrawDriverString: the record contains characters, not glyph numbers


def _emf_plus_runs(data: bytes) -> Iterator[_Run]:
    position = 0
    while position + _EMF_PLUS_HEADER <= len(data):
        kind, _, size, _ = struct.unpack_from("<HHII", data, position)
        if size < _EMF_PLUS_HEADER:
            return
        record = data[position + _EMF_PLUS_HEADER : position + size]
        if kind == _DRAW_STRING:
            count, x, y = struct.unpack_from("<Iff", record, 8)
            text = _decode(record[28 : 28 + 2 * count], _UTF16_WIDTH)
            if text.strip():
                yield _Run(text, x, y)
        elif kind == _DRAW_DRIVER_STRING:
            options, _, count = struct.unpack_from("<III", record, 4)
            text = _decode(record[16 : 16 + 2 * count], _UTF16_WIDTH) if options & _CHARACTERS else ""
            positions = 16 + 2 * count
            if text.strip() and len(record) >= positions + 8:
                x, y = struct.unpack_from("<ff", record, positions)
                yield _Run(text, x, y)
        position += size


# WMF

_PLACEABLE = b"\xd7\xcd\xc6\x9a"  # signature of a header with the drawing's size, before the usual one
_HEADER_SIZE, _PLACEABLE_HEADER_SIZE = 18, 40  # bytes
_WMF_HEADER = 3  # 16-bit words of a record's size and type
_META_EOF, _META_DELETEOBJECT, _META_SELECTOBJECT = 0, 0x01F0, 0x012D
_META_TEXTOUT, _META_EXTTEXTOUT, _META_CREATEFONTINDIRECT = 0x0521, 0x0A32, 0x02FB
_CREATING = {0x02FA, _META_CREATEFONTINDIRECT, 0x02FC, 0x01F9, 0x0142, 0x00F7, 0x06FF}  # records that create an object
_WMF_CHARSET_OFFSET = 13  # of a font's character set in META_CREATEFONTINDIRECT
_ENCODINGS = {0: "cp1252", 2: "", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 204: "cp1251"}
_DEFAULT_ENCODING = "cp1252"
_MAXIMUM_OBJECTS = 1000  # at one time; drawings use about ten
_HAS_RECTANGLE = 6  # options of META_EXTTEXTOUT: a rectangle is stored before the text


def _is_wmf(content: bytes) -> bool:
    return content[:4] == _PLACEABLE or content[:6] in (b"\x01\0\x09\0\0\x03", b"\x02\0\x09\0\0\x03")


def _wmf_runs(content: bytes) -> Iterator[_Run]:
    objects: dict[int, str | None] = {}  # number of an object to the encoding of a font; "" for symbols, None for pens
    encoding = _DEFAULT_ENCODING
    for kind, record in _wmf_records(content):
        run = None
        if kind in _CREATING and len(objects) < _MAXIMUM_OBJECTS:
            number = next(n for n in range(len(objects) + 1) if n not in objects)
            is_font = kind == _META_CREATEFONTINDIRECT and len(record) > _WMF_CHARSET_OFFSET
            objects[number] = _ENCODINGS.get(record[_WMF_CHARSET_OFFSET], _DEFAULT_ENCODING) if is_font else None
        elif kind == _META_DELETEOBJECT:
            objects.pop(struct.unpack_from("<H", record)[0], None)
        elif kind == _META_SELECTOBJECT:
            chosen = objects.get(struct.unpack_from("<H", record)[0])
            encoding = encoding if chosen is None else chosen
        elif encoding and kind == _META_EXTTEXTOUT:
            run = _wmf_extended_text_out(record, encoding)
        elif encoding and kind == _META_TEXTOUT:
            run = _wmf_text_out(record, encoding)
        if run is not None:
            yield run


def _wmf_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Return type and parameters of each record."""
    position = _PLACEABLE_HEADER_SIZE if content[:4] == _PLACEABLE else _HEADER_SIZE
    while position + 2 * _WMF_HEADER <= len(content):
        size, kind = struct.unpack_from("<IH", content, position)
        if size < _WMF_HEADER or kind == _META_EOF:
            return
        yield kind, content[position + 2 * _WMF_HEADER : position + 2 * size]
        position += 2 * size


def _wmf_extended_text_out(record: bytes, encoding: str) -> _Run | None:
    y, x, count, options = struct.unpack_from("<hhHH", record)
    start = 16 if options & _HAS_RECTANGLE else 8
    text = record[start : start + count].decode(encoding, "replace").rstrip("\0")
    if not text.strip() or options & _GLYPHS:
        return None
    widths = start + count + count % 2
    end = None
    if len(record) >= widths + 2 * count:
        end = x + sum(struct.unpack_from(f"<{count}h", record, widths))
    return _Run(text, x, y, end)


def _wmf_text_out(record: bytes, encoding: str) -> _Run | None:
    count = struct.unpack_from("<H", record)[0]
    y, x = struct.unpack_from("<hh", record, 2 + count + count % 2)
    text = record[2 : 2 + count].decode(encoding, "replace").rstrip("\0")
    return _Run(text, x, y) if text.strip() else None

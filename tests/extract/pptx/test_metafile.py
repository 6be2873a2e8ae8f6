"""Text of EMF and WMF drawings, which store their text as text."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import fixtures_pptx as draw
import pytest
from fixtures_pictures import picture, png
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.pptx import reader
from aisi_ingest.extract.pptx.metafile import metafile_lines


def emf(*records: bytes) -> bytes:
    """Return an EMF drawing: ENHMETAHEADER (type, size, bounds, frame, signature), records and end ([MS-EMF] 2.3)."""
    header = struct.pack("<10I", 1, 108, 0, 0, 1000, 200, 0, 0, 26000, 5200) + b" EMF" + bytes(64)
    return header + b"".join(records) + struct.pack("<5I", 14, 20, 0, 16, 20)


def record(kind: int, body: bytes) -> bytes:
    """Return a record of EMF."""
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def text(x: int, y: int, words: str, width: int = 10, options: int = 0) -> bytes:
    """Return an EMR_EXTTEXTOUTW record that states the widths of its characters."""
    raw = words.encode("utf-16-le")
    raw += bytes(-len(raw) % 4)
    head = bytes(16) + struct.pack("<Iff", 1, 1, 1) + struct.pack("<iiIII", x, y, len(words), 76, options) + bytes(16)
    widths = struct.pack(f"<{len(words)}I", *[width] * len(words))
    return record(84, head + struct.pack("<I", 76 + len(raw)) + raw + widths)


def font(number: int, charset: int) -> bytes:
    """Return EMR_EXTCREATEFONTINDIRECTW, and EMR_SELECTOBJECT of the same font."""
    return record(82, struct.pack("<I", number) + bytes(23) + bytes([charset]) + bytes(68)) + record(
        37, struct.pack("<I", number)
    )


def small_text(x: int, y: int, words: str) -> bytes:
    """Return an EMR_SMALLTEXTOUT record without a rectangle, with one byte per character."""
    return record(108, struct.pack("<iiIIIff", x, y, len(words), 0x300, 1, 1, 1) + words.encode("cp1252"))


def plus_text(x: float, y: float, words: str) -> bytes:
    """Return an EmfPlusDrawString record in a comment."""
    body = struct.pack("<IIIffff", 0, 0, len(words), x, y, 100, 20) + words.encode("utf-16-le")
    inner = struct.pack("<HHII", 0x401C, 0, 12 + len(body), len(body)) + body
    return record(70, struct.pack("<I", 4 + len(inner)) + b"EMF+" + inner)


def wmf(*records: tuple[int, bytes]) -> bytes:
    """Return a WMF drawing with a placeable header ([MS-WMF] 2.3.2.3)."""
    out = b"\xd7\xcd\xc6\x9a" + bytes(18) + struct.pack("<HHHIHIH", 1, 9, 0x300, 0, 4, 0, 0)
    for kind, body in (*records, (0, b"")):
        body += bytes(len(body) % 2)
        out += struct.pack("<IH", 3 + len(body) // 2, kind) + body
    return out


def wmf_text(x: int, y: int, words: bytes) -> tuple[int, bytes]:
    """Return a META_TEXTOUT record."""
    return 0x0521, struct.pack("<H", len(words)) + words + bytes(len(words) % 2) + struct.pack("<hh", y, x)


def wmf_font(charset: int) -> tuple[int, bytes]:
    """Return a META_CREATEFONTINDIRECT record."""
    return 0x02FB, bytes(13) + bytes([charset]) + bytes(4)


def wmf_select(number: int) -> tuple[int, bytes]:
    """Return a META_SELECTOBJECT record."""
    return 0x012D, struct.pack("<H", number)


def test_lines_are_read_in_the_order_in_which_they_are_drawn() -> None:
    assert metafile_lines(emf(text(0, 20, "調達から"), text(0, 60, "運用まで"), small_text(0, 90, "Step 1"))) == [
        "調達から",
        "運用まで",
        "Step 1",
    ]


def test_runs_on_one_line_are_joined_with_a_space_at_larger_gaps() -> None:
    letters = [text(12 * n, 20, letter) for n, letter in enumerate("Data")]
    assert metafile_lines(emf(*letters, text(60, 20, "flow"))) == ["Data flow"]


def test_glyph_numbers_and_symbol_fonts_are_not_text() -> None:
    assert metafile_lines(
        emf(text(0, 20, "\x12\x13", options=0x10), font(1, 2), text(0, 40, "n"), font(2, 128), text(0, 60, "図"))
    ) == ["図"]


def test_text_of_emf_plus_is_read_only_if_there_is_no_text_of_gdi() -> None:
    assert metafile_lines(emf(plus_text(0, 20, "全体の流れ"))) == ["全体の流れ"]
    assert metafile_lines(emf(plus_text(0, 20, "全体の流れ"), text(0, 20, "全体の流れ"))) == ["全体の流れ"]


def test_text_of_wmf_has_the_encoding_of_its_font() -> None:
    drawing = wmf(
        wmf_font(128), wmf_font(0), wmf_font(2), wmf_select(0), wmf_text(0, 20, "評価".encode("cp932")), wmf_select(1)
    )
    assert metafile_lines(drawing) == ["評価"]
    both = wmf(
        wmf_font(0), wmf_font(2), wmf_select(0), wmf_text(0, 20, b"caf\xe9"), wmf_select(1), wmf_text(0, 40, b"n")
    )
    assert metafile_lines(both) == ["café"]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", emf(), wmf()])
def test_files_without_text_have_no_lines(content: bytes) -> None:
    assert metafile_lines(content) == []


WHOLE = emf(text(0, 20, "調達から"), small_text(0, 90, "Step 1"), plus_text(0, 40, "流れ"))
WHOLE_WMF = wmf(wmf_font(128), wmf_select(0), wmf_text(0, 20, "評価".encode("cp932")))


@given(st.sampled_from([WHOLE, WHOLE_WMF]), st.integers(44, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_drawing_gives_lines_and_no_error(content: bytes, position: int, noise: bytes) -> None:
    position = min(position, len(content))
    damaged = content[:position] + noise + content[position + len(noise) :]
    assert all(isinstance(line, str) for line in metafile_lines(damaged) + metafile_lines(content[:position]))


def test_the_text_of_a_drawing_on_a_slide_is_figure_text_without_ocr(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    slide.shapes.add_picture(io.BytesIO(png(picture("x"))), draw.Pt(60), draw.Pt(120), draw.Pt(500), draw.Pt(100))
    drawing = emf(text(0, 20, "調達から"), text(0, 60, "運用まで"))

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        if name.startswith("ppt/media/"):
            return name.replace(".png", ".emf"), drawing
        return name, part.replace(b".png", b".emf").replace(b'"png"', b'"emf"').replace(b"image/png", b"image/x-emf")

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewrite_members(deck.bytes(), change))
    result = reader.read(path)
    assert result.value is not None and not result.issues
    figures = [block for block in result.value.blocks if block.kind == "figure_text"]
    assert [(block.text, block.origin, block.section) for block in figures] == [
        ("調達から", "text", "s1"),
        ("運用まで", "text", "s1"),
    ]

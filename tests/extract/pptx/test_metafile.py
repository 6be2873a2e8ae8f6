"""Words of EMF and WMF drawings, which carry their text as text."""

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
from aisi_ingest.extract.pptx.metafile import lines_in


def emf(*records: bytes) -> bytes:
    """ENHMETAHEADER: type, size, bounds, frame, signature, the rest empty; then records and the end ([MS-EMF] 2.3)."""
    header = struct.pack("<10I", 1, 108, 0, 0, 1000, 200, 0, 0, 26000, 5200) + b" EMF" + bytes(64)
    return header + b"".join(records) + struct.pack("<5I", 14, 20, 0, 16, 20)


def record(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def text(x: int, y: int, said: str, width: int = 10, options: int = 0) -> bytes:
    """EMR_EXTTEXTOUTW with the widths of its characters."""
    raw = said.encode("utf-16-le")
    raw += bytes(-len(raw) % 4)
    head = bytes(16) + struct.pack("<Iff", 1, 1, 1) + struct.pack("<iiIII", x, y, len(said), 76, options) + bytes(16)
    return record(
        84, head + struct.pack("<I", 76 + len(raw)) + raw + struct.pack(f"<{len(said)}I", *[width] * len(said))
    )


def font(number: int, charset: int) -> bytes:
    return record(82, struct.pack("<I", number) + bytes(23) + bytes([charset]) + bytes(68)) + record(
        37, struct.pack("<I", number)
    )


def small(x: int, y: int, said: str) -> bytes:
    """EMR_SMALLTEXTOUT without a rectangle, a byte a character."""
    return record(108, struct.pack("<iiIIIff", x, y, len(said), 0x300, 1, 1, 1) + said.encode("cp1252"))


def plus(x: float, y: float, said: str) -> bytes:
    """EmfPlusDrawString in a comment."""
    body = struct.pack("<IIIffff", 0, 0, len(said), x, y, 100, 20) + said.encode("utf-16-le")
    inner = struct.pack("<HHII", 0x401C, 0, 12 + len(body), len(body)) + body
    return record(70, struct.pack("<I", 4 + len(inner)) + b"EMF+" + inner)


def wmf(*records: tuple[int, bytes]) -> bytes:
    """A WMF with a placeable header ([MS-WMF] 2.3.2.3)."""
    out = b"\xd7\xcd\xc6\x9a" + bytes(18) + struct.pack("<HHHIHIH", 1, 9, 0x300, 0, 4, 0, 0)
    for kind, body in (*records, (0, b"")):
        body += bytes(len(body) % 2)
        out += struct.pack("<IH", 3 + len(body) // 2, kind) + body
    return out


def wmf_text(x: int, y: int, said: bytes) -> tuple[int, bytes]:
    return 0x0521, struct.pack("<H", len(said)) + said + bytes(len(said) % 2) + struct.pack("<hh", y, x)


def wmf_font(charset: int) -> tuple[int, bytes]:
    return 0x02FB, bytes(13) + bytes([charset]) + bytes(4)


def select(place: int) -> tuple[int, bytes]:
    return 0x012D, struct.pack("<H", place)


def test_lines_are_read_in_the_order_in_which_they_were_drawn() -> None:
    assert lines_in(emf(text(0, 20, "調達から"), text(0, 60, "運用まで"), small(0, 90, "Step 1"))) == [
        "調達から",
        "運用まで",
        "Step 1",
    ]


def test_runs_on_one_line_are_joined_and_far_ones_with_a_blank() -> None:
    letters = [text(12 * n, 20, letter) for n, letter in enumerate("Data")]
    assert lines_in(emf(*letters, text(60, 20, "flow"))) == ["Data flow"]


def test_glyph_numbers_and_pictures_set_as_letters_are_no_text() -> None:
    assert lines_in(
        emf(text(0, 20, "\x12\x13", options=0x10), font(1, 2), text(0, 40, "n"), font(2, 128), text(0, 60, "図"))
    ) == ["図"]


def test_words_of_emf_plus_are_read_where_gdi_has_none() -> None:
    assert lines_in(emf(plus(0, 20, "全体の流れ"))) == ["全体の流れ"]
    assert lines_in(emf(plus(0, 20, "全体の流れ"), text(0, 20, "全体の流れ"))) == ["全体の流れ"]


def test_words_of_wmf_are_in_the_coding_of_their_font() -> None:
    drawing = wmf(
        wmf_font(128), wmf_font(0), wmf_font(2), select(0), wmf_text(0, 20, "評価".encode("cp932")), select(1)
    )
    assert lines_in(drawing) == ["評価"]
    both = wmf(wmf_font(0), wmf_font(2), select(0), wmf_text(0, 20, b"caf\xe9"), select(1), wmf_text(0, 40, b"n"))
    assert lines_in(both) == ["café"]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", emf(), wmf()])
def test_what_has_no_words_has_no_lines(content: bytes) -> None:
    assert lines_in(content) == []


WHOLE = emf(text(0, 20, "調達から"), small(0, 90, "Step 1"), plus(0, 40, "流れ"))
WHOLE_WMF = wmf(wmf_font(128), select(0), wmf_text(0, 20, "評価".encode("cp932")))


@given(st.sampled_from([WHOLE, WHOLE_WMF]), st.integers(44, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_drawing_gives_lines_and_no_error(content: bytes, place: int, noise: bytes) -> None:
    place = min(place, len(content))
    damaged = content[:place] + noise + content[place + len(noise) :]
    assert all(isinstance(line, str) for line in lines_in(damaged) + lines_in(content[:place]))


def test_the_words_of_a_drawing_on_a_slide_are_figure_text_without_any_ocr(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    slide.shapes.add_picture(io.BytesIO(png(picture("x"))), draw.Pt(60), draw.Pt(120), draw.Pt(500), draw.Pt(100))
    drawing = emf(text(0, 20, "調達から"), text(0, 60, "運用まで"))

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        if name.startswith("ppt/media/"):
            return name.replace(".png", ".emf"), drawing
        return name, part.replace(b".png", b".emf").replace(b'"png"', b'"emf"').replace(b"image/png", b"image/x-emf")

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewritten(deck.bytes(), change))
    result = reader.read(path, ocr=False)
    assert result.value is not None and not result.issues
    figures = [block for block in result.value.blocks if block.kind == "figure_text"]
    assert [(block.text, block.origin, block.section) for block in figures] == [
        ("調達から", "text", "s1"),
        ("運用まで", "text", "s1"),
    ]

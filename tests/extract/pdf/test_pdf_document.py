"""Read pages of a PDF: characters with positions, drawings, outline, and files that cannot be read."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import fixtures_pdf as fixtures
import numpy as np
import pytest
from fixtures_pdf import GOTHIC, HEIGHT, MINCHO, WIDTH, Drawing, draw

from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.pdf.document import NotReadable, PasswordNeeded, PdfError, open_document
from aisi_ingest.extract.pdf.page import CURVE, FILL, LINE, RECT, Page

SHARED = Path(__file__).parents[3].parent / "shared"


def read(path: Path, password: str | None = None) -> list[Page]:
    with open_document(path, password) as document:
        return list(document.pages())


def text_of(page: Page) -> str:
    return "".join(map(chr, page.chars["code"].tolist()))


def box_of(page: Page, text: str) -> tuple[float, float, float, float]:
    start = text_of(page).index(text)
    chars = page.chars[start : start + len(text)]
    sides = chars["x0"].min(), chars["top"].min(), chars["x1"].max(), chars["bottom"].max()
    return tuple(float(side) for side in sides)  # type: ignore[return-value]


def test_characters_have_the_position_font_size_and_colour_they_were_drawn_with(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "Plain", "Times-Roman", 12)
        d.text(72, 140, "Loud", "Helvetica-Bold", 20, fixtures.Color(1, 0, 0))
        d.text(72, 180, "code", "Courier-Oblique", 9)

    (found,) = read(draw(tmp_path / "a.pdf", page))
    assert text_of(found) == "PlainLoudcode"
    plain, loud, code = found.chars[0], found.chars[5], found.chars[9]
    assert (plain["origin_x"], plain["origin_y"]) == (72, 100)
    assert [float(c["size"]) for c in (plain, loud, code)] == [12, 20, 9]
    assert [int(c["color"]) for c in (plain, loud)] == [0x000000FF, 0xFF0000FF]
    serif, bold, mono = (found.fonts[c["font"]] for c in (plain, loud, code))
    assert serif.serif and not serif.bold and not serif.monospace
    assert bold.bold and not bold.serif
    assert mono.monospace and mono.italic


def test_fonts_are_in_the_order_in_which_they_appear(tmp_path: Path) -> None:
    names = ["Times-Roman", "Courier", "Helvetica-Bold", "Times-Bold", "Helvetica", "Courier-Bold"]

    def page(d: Drawing) -> None:
        for k, name in enumerate(names):
            d.text(72, 100 + 20 * k, "x", name)

    assert [font.name for font in read(draw(tmp_path / "a.pdf", page))[0].fonts] == names


def test_spaces_that_pdfium_inserts_are_dropped(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "left")
        d.text(200, 100, "right")
        d.text(72, 120, "two words")

    (found,) = read(draw(tmp_path / "a.pdf", page))
    assert text_of(found) == "leftrighttwo words"


def test_a_hyphen_at_the_end_of_a_line_is_read_as_a_hyphen(tmp_path: Path) -> None:
    (found,) = read(draw(tmp_path / "a.pdf", lambda d: d.lines(72, 100, ["a well-", "known fact"])))
    assert text_of(found) == "a well-known fact"


def test_japanese_text_is_read_unchanged(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "安全性の評価、観点。", MINCHO, 12)
        d.text(72, 130, "見出し", GOTHIC, 16)

    (found,) = read(draw(tmp_path / "a.pdf", page))
    assert text_of(found) == "安全性の評価、観点。見出し"
    x0, top, x1, bottom = box_of(found, "安全性の")
    assert (x0, x1) == (72, 120)
    assert top < 91 and 100 < bottom < 104
    assert found.fonts[found.chars[0]["font"]].serif
    assert not found.fonts[found.chars[-1]["font"]].serif


def test_characters_of_vertical_text_are_one_below_the_other(tmp_path: Path) -> None:
    """The font's encoding makes the text vertical; all characters are in one text object."""
    content = fixtures.shown("縦書きの文".encode("utf-16-be"), "1 0 0 1 300 700")
    (found,) = read(fixtures.one_page(tmp_path / "a.pdf", content=content, more=fixtures.cid_font("UniJIS-UCS2-V")))
    assert text_of(found) == "縦書きの文"
    assert found.chars["top"] == pytest.approx(142 + 20 * np.arange(5), abs=0.01)
    assert np.diff(found.chars["origin_y"]) == pytest.approx(np.full(4, 20))
    assert (found.chars["x1"] - found.chars["x0"]) == pytest.approx(np.full(5, 20), abs=0.01)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_rotated_page_is_read_as_it_is_displayed(tmp_path: Path, turns: int) -> None:
    """Text that is upright after the page's rotation has the angle 0 and boxes around its glyphs."""
    drawing = Drawing(tmp_path / "a.pdf")
    canvas = drawing.canvas
    canvas.setPageRotation(90 * turns)
    # reportlab swaps the sides of the media box itself, so the displayed size stays the same.
    x, y = {0: (100, HEIGHT - 50), 1: (50, 100), 2: (WIDTH - 100, 50), 3: (HEIGHT - 50, WIDTH - 100)}[turns]
    canvas.translate(x, y)
    canvas.rotate(90 * turns)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(0, 0, "upright")
    (found,) = read(drawing.save())
    assert (found.width, found.height) == (WIDTH, HEIGHT)
    assert set(found.chars["angle"].tolist()) == {0}
    assert found.chars["origin_x"][0] == pytest.approx(100, abs=0.1)
    assert found.chars["origin_y"] == pytest.approx(np.full(7, 50), abs=0.1)
    x0, top, x1, bottom = box_of(found, "upright")
    assert 99 < x0 < 101 and 125 < x1 < 140 and 38 < top < 44 and 50 < bottom < 55
    assert (np.diff(found.chars["x0"]) > 0).all()


def test_rotated_text_has_its_angle_and_a_box_around_its_glyphs(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a.pdf")
    drawing.canvas.translate(100, HEIGHT - 300)
    drawing.canvas.rotate(90)
    drawing.canvas.drawString(0, 0, "upwards")
    (found,) = read(drawing.save())
    assert found.chars["angle"].tolist() == [90.0] * 7
    x0, top, x1, bottom = box_of(found, "upwards")
    assert 85 < x0 < 93 and 100 < x1 < 105 and 240 < top < 265 and 299 < bottom < 301


def test_a_crop_box_moves_the_origin_and_hides_text_outside_it(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a.pdf")
    drawing.canvas.setCropBox((100, 100, 500, 700))
    drawing.text(120, HEIGHT - 690, "inside")
    drawing.text(20, 400, "outside")
    (found,) = read(drawing.save())
    assert (found.width, found.height) == (400, 600)
    start = text_of(found).index("inside")
    assert (found.chars[start]["origin_x"], found.chars[start]["origin_y"]) == (20, 10)
    hidden = "".join(chr(code) for code in found.chars["code"][found.chars["hidden"]])
    assert hidden == "outside"


def test_the_size_of_scaled_text_is_the_displayed_size(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a.pdf")
    drawing.canvas.scale(2, 2)
    drawing.canvas.setFont("Helvetica", 6)
    drawing.canvas.drawString(50, 200, "big")
    (found,) = read(drawing.save())
    assert found.chars["size"].tolist() == [12, 12, 12]


def test_each_letter_of_a_ligature_gets_a_share_of_its_box(tmp_path: Path) -> None:
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"2 beginbfchar <61> <006600660069> <62> <0078> endbfchar endcmap end"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    path = fixtures.one_page(
        tmp_path / "a.pdf", content=b"BT /F 12 Tf 50 700 Td (abb) Tj ET", more={5: font, 6: fixtures.stream(cmap)}
    )
    (found,) = read(path)
    assert text_of(found) == "ffixx"
    assert (np.diff(found.chars["x0"]) > 0).all()
    assert (found.chars["x1"] > found.chars["x0"]).all()


def test_a_character_without_a_unicode_value_that_shares_a_glyph_is_dropped(tmp_path: Path) -> None:
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"2 beginbfchar <61> <FFFE5BAE> <62> <57CE> endbfchar endcmap end"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    path = fixtures.one_page(
        tmp_path / "a.pdf", content=b"BT /F 12 Tf 50 700 Td (ab) Tj ET", more={5: font, 6: fixtures.stream(cmap)}
    )
    assert text_of(read(path)[0]) == "宮城"


def test_lines_frames_fills_and_curves_are_distinguished(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.line(50, 100, 300, 100, width=1)
        d.box(50, 120, 300, 121, fill=fixtures.black)  # word processors draw lines as thin fills
        d.box(50, 150, 300, 200, stroke=fixtures.Color(0, 0, 1))
        d.box(50, 220, 300, 260, fill=fixtures.Color(0.8, 0.8, 0.8))
        d.canvas.circle(100, HEIGHT - 400, 30, stroke=1)
        d.line(50, 500, 90, 560)

    (found,) = read(draw(tmp_path / "a.pdf", page))
    kinds = found.rules["kind"].tolist()
    assert kinds == [LINE, LINE, RECT, FILL, CURVE, CURVE]
    first, thin, frame, fill = found.rules[:4]
    assert [float(first[side]) for side in ("x0", "top", "x1", "bottom")] == [50, 100, 300, 100]
    assert float(thin["width"]) == pytest.approx(1, abs=0.01)
    assert int(frame["color"]) == 0x0000FFFF
    assert int(fill["color"]) == 0xCCCCCCFF


def test_drawings_and_text_of_a_form_are_placed_by_the_page(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a.pdf")
    drawing.canvas.beginForm("stamp", 0, 0, 100, 100)
    drawing.canvas.rect(10, 10, 50, 20, stroke=1)
    drawing.canvas.drawString(12, 14, "stamp")
    drawing.canvas.endForm()
    drawing.canvas.translate(200, 300)
    drawing.canvas.scale(2, 2)
    drawing.canvas.doForm("stamp")
    (found,) = read(drawing.save())
    (frame,) = found.rules[found.rules["kind"] == RECT]
    expected = [220, HEIGHT - 360, 320, HEIGHT - 320]
    assert [float(frame[side]) for side in ("x0", "top", "x1", "bottom")] == pytest.approx(expected)
    assert found.chars["origin_x"][0] == pytest.approx(224)
    assert found.chars["size"][0] == pytest.approx(24)


def test_pictures_outline_title_and_date_are_read(tmp_path: Path) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    drawing = Drawing(tmp_path / "a.pdf")
    canvas = drawing.canvas
    canvas.setTitle("題名 of the work")
    canvas.drawImage(ImageReader(Image.new("RGB", (4, 4), "blue")), 100, HEIGHT - 300, 200, 100)
    canvas.bookmarkPage("one")
    canvas.addOutlineEntry("第1章", "one", 0)
    drawing.next_page()
    canvas.bookmarkPage("two")
    canvas.addOutlineEntry("1.1 Scope", "two", 1)
    drawing.next_page()
    with open_document(drawing.save()) as document:
        first, _ = document.pages()
        assert document.title == "題名 of the work"
        assert [(mark.level, mark.title, mark.page) for mark in document.outline] == [
            (1, "第1章", 1),
            (2, "1.1 Scope", 2),
        ]
        assert document.creation is not None
    (picture,) = first.images
    assert (picture.x0, picture.top, picture.x1, picture.bottom) == (100, 200, 300, 300)


def test_a_file_encrypted_with_an_empty_password_opens_without_one(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    drawing = Drawing(tmp_path / "a.pdf", encrypt=StandardEncryption("", "owner", canPrint=0))
    drawing.text(72, 100, "readable")
    assert text_of(read(drawing.save())[0]) == "readable"


def test_a_file_that_needs_a_password_is_reported_and_opens_with_it(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    drawing = Drawing(tmp_path / "a.pdf", encrypt=StandardEncryption("secret"))
    drawing.text(72, 100, "readable")
    path = drawing.save()
    with pytest.raises(PasswordNeeded) as caught:
        read(path)
    assert caught.value.issue.code == "password_needed"
    assert caught.value.issue.level == "error"
    assert text_of(read(path, "secret")[0]) == "readable"


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><p>Not found", b"%PDF-1.7\n", b"PK\x03\x04zip"])
def test_a_file_that_is_not_a_pdf_is_not_readable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(NotReadable) as caught:
        read(path)
    assert caught.value.issue.code == "not_readable"


def test_a_missing_file_is_not_readable(tmp_path: Path) -> None:
    with pytest.raises(PdfError):
        read(tmp_path / "none.pdf")


def test_an_unreadable_page_adds_an_issue_and_the_others_are_read(tmp_path: Path) -> None:
    with open_document(fixtures.broken_page(tmp_path / "a.pdf")) as document:
        pages = list(document.pages())
        assert [(page.number, len(page.chars)) for page in pages] == [
            (1, len(pages[0].chars)),
            (2, 0),
            (3, len(pages[2].chars)),
        ]
        assert [(issue.code, issue.page, issue.level) for issue in document.issues] == [
            ("page_unreadable", 2, "warning")
        ]
    assert text_of(pages[2]) == "still here"


def test_pages_after_an_unreadable_one_keep_their_numbers_and_sizes(tmp_path: Path) -> None:
    content = pdf_reader.read(fixtures.broken_page(tmp_path / "a.pdf")).value
    assert content is not None and len(content.page_sizes) == 3 and 2 in content.pages_without_text
    assert [block.page for block in content.blocks if block.text == "still here"] == [1, 3]


def test_an_empty_page_has_no_characters(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a.pdf")
    drawing.next_page()
    (found,) = read(drawing.save())
    assert len(found.chars) == 0 and found.fonts == () and found.images == ()


def test_a_page_with_more_characters_than_one_chunk_is_read_completely(tmp_path: Path) -> None:
    row = "abcdefghij" * 12
    rows = 90

    def page(d: Drawing) -> None:
        for i in range(rows):
            d.text(20, 20 + 9 * i, row, size=4)

    (found,) = read(draw(tmp_path / "a.pdf", page))
    assert text_of(found) == row * rows
    assert len(np.unique(found.chars["origin_y"])) == rows


def test_a_character_beyond_the_basic_plane_is_one_character(tmp_path: Path) -> None:
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"2 beginbfchar <61> <D842DFB7> <62> <91CE> endbfchar endcmap end"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    path = fixtures.one_page(
        tmp_path / "a.pdf", content=b"BT /F 12 Tf 50 700 Td (ab) Tj ET", more={5: font, 6: fixtures.stream(cmap)}
    )
    assert text_of(read(path)[0]) == "\U00020bb7野"


def test_the_garbage_collector_runs_again_after_reading(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", lambda d: d.text(72, 100, "x"))
    read(path)
    (tmp_path / "b.pdf").write_bytes(b"no PDF")
    with pytest.raises(NotReadable):
        read(tmp_path / "b.pdf")
    assert gc.isenabled()


def test_memory_does_not_grow_with_the_number_of_pages(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.lines(50, 50, ["some words of a page " * 4] * 50)

    def peak(pages: int) -> int:
        path = draw(tmp_path / f"{pages}.pdf", *[page] * pages)
        tracemalloc.start()
        with open_document(path) as document:
            for _ in document.pages():
                pass
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    read(draw(tmp_path / "warm.pdf", page))
    assert peak(20) < 1.3 * peak(2) + 100_000


def test_every_character_of_real_reports_has_a_plausible_box() -> None:
    folder = SHARED / "corpus" / "site" / "assets" / "pdf"
    if not folder.is_dir():
        pytest.skip("the shared corpus is missing")
    for name in ("council_ronten_ja.pdf", "hiroshima_guiding_principles_en.pdf"):
        for page in read(folder / name):
            chars = page.chars[page.chars["code"] > 0x20]
            assert ((chars["x1"] - chars["x0"]) < 3 * chars["size"]).all()
            assert ((chars["x1"] - chars["x0"]) > 0).all()
            assert ((chars["top"] < chars["origin_y"] + 0.1) & (chars["bottom"] > chars["top"])).all()
            assert (chars["x0"] > -1).all() and (chars["x1"] < page.width + 1).all()

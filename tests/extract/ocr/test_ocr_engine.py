"""Text in pictures: what is recognised, what is left out, and which issues report what could not be read."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import fixtures_pptx as draw
import numpy as np
import pytest
from fixtures_pdf import Drawing
from fixtures_pictures import FONT, photograph, picture, png
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.ocr import engine, pictures
from aisi_ingest.extract.ocr.picture_text import PictureTexts
from aisi_ingest.extract.pptx import pictures as slide_pictures
from aisi_ingest.extract.reader import read
from aisi_ingest.model import Content, Result

needs_engine = pytest.mark.skipif(not engine.available(), reason="the extra ocr is not installed")
SLIDE = (960.0, 540.0)


def huge_png() -> bytes:
    """Return a PNG file whose header states 30,000 by 30,000 pixels, without any pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


Item = tuple[Image.Image, tuple[float, float, float, float]] | tuple[float, float, str]


def draw_pdf(path: Path, *pages: Sequence[Item]) -> Path:
    """Draw pages with pictures (left, top, width, height) and lines of text (left, baseline, text)."""
    drawing = Drawing(path, SLIDE)
    for number, page in enumerate(pages):
        if number:
            drawing.canvas.showPage()
        for item in page:
            if len(item) == 2:
                image, (x, top, width, height) = item
                drawing.canvas.drawImage(ImageReader(image), x, SLIDE[1] - top - height, width, height)
            else:
                drawing.text(*item)
    drawing.canvas.save()
    return path


def read_with_ocr(path: Path) -> Content:
    """Read a file and the text in its pictures."""
    content = read(path).value
    assert content is not None
    return content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Al Safety Institute", "AI Safety Institute"),
        ("AlSI", "AISI"),
        ("OpenAl", "OpenAI"),
        ("Alシステムの評価", "AIシステムの評価"),
        ("生成Al", "生成AI"),
        ("Smith et al. 2024", "Smith et al. 2024"),
        ("Al Gore", "Al Gore"),
        ("Al2O3", "Al2O3"),
        ("Algorithm", "Algorithm"),
        ("Also", "Also"),
        ("Use of Al.", "Use of Al."),
    ],
)
def test_al_becomes_ai_only_if_the_context_shows_it(text: str, expected: str) -> None:
    assert engine.correct_ai(text) == expected


def test_al_at_the_end_of_a_sentence_becomes_ai_in_a_document_about_ai() -> None:
    assert engine.correct_ai("Use of Al.", about_ai=True) == "Use of AI."
    assert engine.correct_ai("et al. and Al Gore", about_ai=True) == "et al. and Al Gore"


def test_spaces_in_urls_are_removed_but_sentences_stay_separate() -> None:
    assert (
        engine.clean_text("see https://www. example. go. jp/a/ for more") == "see https://www.example.go.jp/a/ for more"
    )
    assert engine.clean_text("It is at www.example.jp. see there") == "It is at www.example.jp. see there"


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(960, 540)] * 5, True),
        ([(842, 595)] * 5, True),
        ([(720, 540)], True),
        ([(595, 842)] * 5, False),  # upright paper
        ([(595, 842)] * 9 + [(842, 595)], False),  # a report with one wide table
        ([], False),
    ],
)
def test_landscape_pages_have_the_proportions_of_slides(sizes: list[tuple[float, float]], expected: bool) -> None:
    assert pictures.have_slide_proportions(sizes) is expected


def test_a_photograph_does_not_look_like_text_and_print_does() -> None:
    assert not engine.looks_like_text(np.asarray(photograph()))
    assert engine.looks_like_text(np.asarray(picture("安全性の評価", "国際的な動き")))


@needs_engine
def test_a_page_that_is_a_picture_is_read_as_paragraphs(tmp_path: Path) -> None:
    page = picture("国際的な動きと各国の機関", "AIセーフティ・インスティテュート", size=(1400, 700), type_size=56)
    path = draw_pdf(tmp_path / "scan.pdf", [(page, (0, 0, *SLIDE))])
    content = read_with_ocr(path)
    words = "".join(block.text for block in content.blocks if block.kind != "figure_text")
    assert "国際的な動きと各国の機関" in words and "AIセーフティ・インスティテュート" in words
    assert all(block.origin == "ocr" for block in content.blocks)
    assert content.pages_without_text == (1,) and content.lang == "ja"
    box = content.blocks[0].bbox
    assert 0 < box.x0 < 60 and 0 < box.top < 80, "boxes are in points of the page"


@needs_engine
def test_slides_saved_as_pictures_are_a_deck_with_one_section_per_slide(tmp_path: Path) -> None:
    slides: list[list[Item]] = []
    for word in ("Guiding principles", "Next steps"):
        page = Image.new("RGB", (1600, 900), "white")
        pen = ImageDraw.Draw(page)
        pen.text((100, 60), word, "black", ImageFont.truetype(str(FONT), 72))
        for number in range(3):
            line = f"One more line of the text, number {number}"
            pen.text((120, 260 + 80 * number), line, "black", ImageFont.truetype(str(FONT), 36))
        slides.append([(page, (0, 0, *SLIDE))])
    content = read_with_ocr(draw_pdf(tmp_path / "slides.pdf", *slides))
    assert content.kind == "deck" and content.title == "Guiding principles"
    assert [(s.title, s.pages) for s in content.sections] == [("Guiding principles", (1, 1)), ("Next steps", (2, 2))]
    assert next(b.kind for b in content.blocks if b.page == 2) == "heading"


@needs_engine
def test_a_ruled_table_on_a_scan_is_a_table_with_merged_cells(tmp_path: Path) -> None:
    page = Image.new("RGB", (1400, 900), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 40)
    for y in (200, 300, 400, 500):
        pen.line((100, y, 1300, y), "black", 3)
    pen.line((100, 200, 100, 500), "black", 3)
    pen.line((1300, 200, 1300, 500), "black", 3)
    pen.line((500, 200, 500, 500), "black", 3)
    pen.line((900, 300, 900, 500), "black", 3)  # the header spans two columns
    cells = {(120, 220): "2024", (520, 220): "Guidelines", (120, 320): "April", (520, 320): "Published"}
    cells |= {(920, 320): "Japan", (120, 420): "May", (520, 420): "Meeting", (920, 420): "Seoul"}
    for (x, y), word in cells.items():
        pen.text((x, y), word, "black", font)
    pen.text((100, 80), "Events of the year", "black", font)
    content = read_with_ocr(draw_pdf(tmp_path / "scan.pdf", [(page, (0, 0, 840, 540))]))
    assert content.tables[0].rows == (
        ("2024", "Guidelines", "Guidelines"),
        ("April", "Published", "Japan"),
        ("May", "Meeting", "Seoul"),
    )
    kinds = [(block.kind, block.origin) for block in content.blocks]
    assert kinds[-1] == ("table", "ocr") and len(kinds) == 2


@needs_engine
def test_a_picture_on_a_page_with_text_gives_figure_text_in_its_section(tmp_path: Path) -> None:
    strip = picture("Guiding principles for safety", size=(1000, 120))
    text = [(60.0, 60.0, "Overview of principles"), (60.0, 120.0, "This page has words of its own to be read.")]
    path = draw_pdf(tmp_path / "a.pdf", [(strip, (60, 300, 500, 60)), *text])
    content = read_with_ocr(path)
    figure = [block for block in content.blocks if block.origin == "ocr"]
    assert [(b.kind, b.text) for b in figure] == [("figure_text", "Guiding principles for safety")]
    assert figure[0].section == content.blocks[0].section is not None
    assert content.pages_without_text == ()
    assert len({block.id for block in content.blocks}) == len(content.blocks)


@needs_engine
def test_a_scanned_page_of_a_report_is_between_the_pages_around_it(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    drawing = Drawing(path)
    scan = picture("Guiding principles for safety", size=(1000, 1400))
    for number, heading in enumerate(("1. Aim of the report", None, "2. What follows from it"), 1):
        if number > 1:
            drawing.canvas.showPage()
        if heading is None:
            drawing.canvas.drawImage(ImageReader(scan), 0, 60, 595, 760)
        else:
            drawing.text(70, 90, heading, "Helvetica-Bold", 16)
            for line in range(12):
                drawing.text(
                    70, 130 + 18 * line, "This is a line of the text under it, and the text goes on.", size=10.5
                )
        drawing.text(290, 820, f"- {number} -", size=9)
    drawing.canvas.save()
    content = read_with_ocr(path)
    flow = [block for block in content.blocks if block.kind != "furniture"]
    assert [block.page for block in flow] == sorted(block.page for block in flow)
    read_there = [block for block in flow if block.origin == "ocr"]
    assert [(b.text, b.page) for b in read_there] == [("Guiding principles for safety", 2)]
    first = content.sections[0]
    assert read_there[0].section == first.id and first.pages == (1, 2)
    assert content.pages_without_text == (2,)


@needs_engine
def test_text_of_the_page_over_a_picture_is_not_read_twice(tmp_path: Path) -> None:
    strip = picture("Inside the picture", size=(1000, 240))
    path = draw_pdf(
        tmp_path / "a.pdf",
        [(strip, (60, 300, 500, 120)), (60.0, 60.0, "A page with a title"), (80.0, 400.0, "Written over the picture")],
    )
    assert [b.text for b in read_with_ocr(path).blocks if b.origin == "ocr"] == ["Inside the picture"]


@needs_engine
def test_a_scan_with_only_a_footer_of_text_counts_as_a_page_without_text(tmp_path: Path) -> None:
    page = picture("国際的な動きと各国の機関", size=(1400, 700), type_size=56)
    pages: list[list[Item]] = [[(page, (0, 0, 960, 500)), (900.0, 520.0, str(n))] for n in (1, 2)]
    path = draw_pdf(tmp_path / "scan.pdf", *pages)
    content = read_with_ocr(path)
    assert content.pages_without_text == (1, 2)
    assert sum(b.origin == "ocr" and b.kind != "figure_text" for b in content.blocks) == 2


def test_icons_logos_and_photographs_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "read_image", lambda *_: pytest.fail("the engine was used"))
    logo, icon = picture("AISI", size=(600, 120)), picture("A", size=(60, 60), type_size=20)
    words = (60.0, 60.0, "A page with enough words of its own")
    same: list[Item] = [(logo, (600, 20, 300, 60)), (icon, (60, 300, 30, 30)), words]
    path = draw_pdf(tmp_path / "a.pdf", same, same, [*same, (photograph(), (100, 100, 400, 300))])
    content = pdf_reader.read(path).value
    assert content is not None
    assert pictures.recognise(path, content) == Result(PictureTexts())


def test_an_issue_reports_the_pages_that_need_ocr_if_the_engine_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "available", lambda: False)
    page = picture("x", size=(400, 200))
    path = draw_pdf(
        tmp_path / "a.pdf", [(page, (0, 0, *SLIDE))], [(60.0, 60.0, "Words of its own, quite some of them")]
    )
    result = read(path)
    assert result.value is not None and result.value.pages_without_text == (1,)
    assert [(issue.code, issue.level) for issue in result.issues] == [("ocr_missing", "warning")]
    assert "1 page needs OCR" in result.issues[0].message and "aisi-ingest[ocr]" in result.issues[0].message


def test_ocr_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "read_image", lambda *_: pytest.fail("the engine was used"))
    path = draw_pdf(tmp_path / "a.pdf", [(picture("x", size=(400, 200)), (0, 0, *SLIDE))])
    result = read(path, ocr=False)
    assert result.value is not None and not result.issues


def test_an_issue_reports_pictures_beyond_the_limit_of_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MEGAPIXEL_BUDGET", 3.0)
    monkeypatch.setattr(engine, "read_image", lambda image, minimum_score: [])
    page = picture("安全性の評価", size=(800, 450))
    pages: list[list[Item]] = [[(page, (0, 0, *SLIDE))]] * 4
    path = draw_pdf(tmp_path / "a.pdf", *pages)
    content = pdf_reader.read(path).value
    assert content is not None
    result = pictures.recognise(path, content)
    assert [(issue.code, issue.page) for issue in result.issues] == [("ocr_limit", 2)]


def test_a_picture_of_900_million_pixels_is_reported_and_not_decoded(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    slide.shapes.add_picture(io.BytesIO(png(picture("x"))), draw.Pt(60), draw.Pt(120), draw.Pt(500), draw.Pt(100))

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        return name, huge_png() if name.startswith("ppt/media/") else part

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewrite_members(deck.bytes(), change))
    result = read(path)
    assert result.value is not None and result.value.blocks[0].text == "題"
    if engine.available():
        assert [(issue.code, issue.page) for issue in result.issues] == [("picture_too_large", 1)]
        assert "more than 100 million pixels" in result.issues[0].message


@needs_engine
def test_a_scan_of_900_million_pixels_is_reported_and_not_rendered(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(3750 * 30_000), 1)  # 30,000 by 30,000 pixels of one bit
    image = b"<</Type/XObject/Subtype/Image/Width 30000/Height 30000/ColorSpace/DeviceGray"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>",
        image + b"/BitsPerComponent 1/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Length 29>>stream\nq 595 0 0 842 0 0 cm /I Do Q \nendstream",
    ]
    path = tmp_path / "huge.pdf"
    path.write_bytes(b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % pair for pair in enumerate(parts, 1)))
    with path.open("ab") as file:
        file.write(b"trailer<</Size 6/Root 1 0 R>>\n%%EOF")
    result = read(path)
    assert result.value is not None and result.value.pages_without_text == (1,)
    assert [issue.code for issue in result.issues] == ["picture_too_large"]


@needs_engine
def test_a_metafile_without_text_is_reported_and_the_slide_is_read(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    slide.shapes.add_picture(io.BytesIO(png(picture("x"))), draw.Pt(60), draw.Pt(120), draw.Pt(500), draw.Pt(100))
    # ENHMETAHEADER: type, size, bounds, frame, signature, version (MS-EMF 2.3.4.2)
    metafile = struct.pack("<10I", 1, 108, 0, 0, 1000, 200, 0, 0, 26000, 5200) + b" EMF" + bytes(64)

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        return name, metafile if name.startswith("ppt/media/") else part

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewrite_members(deck.bytes(), change))
    result = read(path)
    assert result.value is not None and result.value.blocks[0].text == "題"
    assert [(issue.code, issue.page) for issue in result.issues] == [("picture_not_drawn", 1)]


@needs_engine
def test_a_damaged_picture_is_reported_and_the_slide_is_read(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    slide.shapes.add_picture(io.BytesIO(png(picture("x"))), draw.Pt(60), draw.Pt(120), draw.Pt(500), draw.Pt(100))

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        return name, b"\x89PNG\r\n\x1a\nnothing" if name.startswith("ppt/media/") else part

    path = tmp_path / "a.pptx"
    path.write_bytes(draw.rewrite_members(deck.bytes(), change))
    result = read(path)
    assert result.value is not None and result.value.blocks[0].text == "題"
    assert [(issue.code, issue.level) for issue in result.issues] == [("picture_unreadable", "info")]


@needs_engine
def test_a_cropped_picture_on_a_slide_is_read_as_it_is_shown(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    draw.add_text(slide.shapes, (60, 450, 600, 40), "図の下の文")
    both = picture("Shown line", "Cut off line", size=(1000, 200), type_size=40)
    shape = slide.shapes.add_picture(io.BytesIO(png(both)), draw.Pt(60), draw.Pt(120), draw.Pt(600), draw.Pt(60))
    shape.crop_bottom = 0.5
    content = read(deck.save(tmp_path / "a.pptx")).value
    assert content is not None
    figure = [b for b in content.blocks if b.origin == "ocr"]
    assert [(b.kind, b.text, b.section) for b in figure] == [("figure_text", "Shown line", "s1")]
    box = figure[0].bbox
    assert 60 <= box.x0 <= box.x1 <= 660 and 120 <= box.top <= box.bottom <= 180


def test_a_picture_on_two_slides_is_read_once_and_its_text_is_on_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = []

    def read_image(image: np.ndarray, minimum_score: float) -> list[engine.TextLine]:
        shapes.append(image.shape)
        return [engine.TextLine("Shown twice", 1.0, 0, 0, image.shape[1], image.shape[0])]

    monkeypatch.setattr(engine, "available", lambda: True)
    monkeypatch.setattr(engine, "read_image", read_image)
    deck = draw.Deck()
    content = png(picture("Shown twice"))
    for width in (300, 600):
        slide = deck.slide("題")
        slide.shapes.add_picture(io.BytesIO(content), draw.Pt(60), draw.Pt(120), draw.Pt(width), draw.Pt(width / 5))
    result = read(deck.save(tmp_path / "a.pptx"))
    assert result.value is not None and len(shapes) == 1
    boxes = [block.bbox for block in result.value.blocks if block.origin == "ocr"]
    assert [round(box.x1 - box.x0) for box in boxes] == [300, 600]


def test_pictures_on_three_or_more_slides_are_not_read() -> None:
    class Part:
        partname = "/ppt/media/image1.png"

    from aisi_ingest.extract.pptx.shapes import Shape
    from aisi_ingest.model import Box

    logo = Shape("picture", Box(60, 60, 400, 200), picture=Part())
    assert slide_pictures.find_pictures([[logo], [logo], [logo]], SLIDE) == []
    assert len(slide_pictures.find_pictures([[logo], [logo]], SLIDE)) == 2


def test_checking_whether_the_engine_is_installed_loads_nothing() -> None:
    before = set(sys.modules)
    engine.available()
    assert not {name for name in set(sys.modules) - before if name.startswith(("rapidocr", "onnxruntime", "cv2"))}


@needs_engine
def test_the_engine_is_unloaded_after_use_while_memory_is_scarce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_free_memory", lambda: 1 << 30)
    assert [line.text for line in engine.read_image(np.asarray(picture("Guiding principles")))] == [
        "Guiding principles"
    ]
    assert engine._engine.cache_info().currsize == 0


@needs_engine
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux reports the memory of a process there")
def test_a_worker_returns_the_memory_of_the_engine_while_memory_is_scarce(tmp_path: Path) -> None:
    code = (
        "import numpy as np, os, resource\n"
        "from aisi_ingest.extract.ocr import engine\n"
        "engine._free_memory = lambda: 1 << 30\n"
        "engine.read_image(np.full((1600, 1200, 3), 255, np.uint8))\n"
        "held = int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()\n"
        "print(held < 2.5e8)\n"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert finished.stdout.split() == ["True"]


@needs_engine
@pytest.mark.slow
def test_every_page_of_a_real_scan_has_text(shared: Path) -> None:
    result = read(shared / "corpus" / "site" / "assets" / "pdf" / "council_scan_ja.pdf")
    assert result.value is not None
    content = result.value
    assert content.pages_without_text == (1, 2) and content.lang == "ja"
    for page in (1, 2):
        assert sum(len(b.text) for b in content.blocks if b.page == page and b.origin == "ocr") > 400
    assert content.sections and content.title


def test_a_deck_in_english_with_japanese_pictures_is_english() -> None:
    from aisi_ingest.model import Block, Box

    box = Box(0, 0, 10, 10)
    own = Block(
        "b1", 1, box, "paragraph", "What the slides themselves say is English, and there is enough of it.", "en"
    )
    quoted = Block(
        "b2", 1, box, "figure_text", "画面の写しに出てくる日本語の文章が長く続いている場合" * 5, "ja", origin="ocr"
    )
    assert pictures.language_of_content(Content("deck", "pptx", "en", "", ((10, 10),), (own, quoted))) == "en"


def test_reading_a_deck_with_pictures_without_ocr_loads_no_numpy(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    slide.shapes.add_picture(io.BytesIO(png(picture("x"))), draw.Pt(60), draw.Pt(120), draw.Pt(500), draw.Pt(100))
    script = (
        "import sys; from pathlib import Path; from aisi_ingest.extract import reader\n"
        "assert reader.read(Path(sys.argv[1]), ocr=False).value is not None\n"
        "assert 'aisi_ingest.extract.pptx.pictures' in sys.modules\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(deck.save(tmp_path / "a.pptx"))], check=True)

"""PDFs that refer to Japanese fonts without containing them: text, boxes and pictures do not depend on the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pylopdf_fonts_jp
import pytest
from fixtures_pdf import GOTHIC, HEIGHT, MINCHO, Drawing, cid_font, draw, one_page, shown, white
from hidden_fonts import unavailable, with_fonts
from PIL import Image
from reportlab.lib.colors import Color

from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.pdf.page import Page
from aisi_ingest.publish.site.page_images import page_pictures

ROOT = Path(__file__).parents[3]

# The predefined CMaps of ISO 32000-1, table 118, each with its character collection and a codec of Python.
JAPANESE = "評価、「観点」ー。"
CMAPS = [
    *((name, "Japan1", "cp932") for name in ("83pv-RKSJ-H", "90ms-RKSJ-H", "90ms-RKSJ-V", "90msp-RKSJ-H")),
    *((name, "Japan1", "cp932") for name in ("90msp-RKSJ-V", "90pv-RKSJ-H", "Add-RKSJ-H", "Add-RKSJ-V")),
    *((name, "Japan1", "cp932") for name in ("Ext-RKSJ-H", "Ext-RKSJ-V")),
    *((name, "Japan1", "euc_jp") for name in ("EUC-H", "EUC-V")),
    *((name, "Japan1", "jis") for name in ("H", "V")),
    *((name, "Japan1", "utf-16-be") for name in ("UniJIS-UCS2-H", "UniJIS-UCS2-V", "UniJIS-UCS2-HW-H")),
    *((name, "Japan1", "utf-16-be") for name in ("UniJIS-UCS2-HW-V", "UniJIS-UTF16-H", "UniJIS-UTF16-V")),
    *((name, "GB1", "gbk") for name in ("GB-EUC-H", "GB-EUC-V", "GBpc-EUC-H", "GBpc-EUC-V", "GBK-EUC-H", "GBK-EUC-V")),
    *((name, "GB1", "gbk") for name in ("GBKp-EUC-H", "GBKp-EUC-V", "GBK2K-H", "GBK2K-V")),
    *((name, "GB1", "utf-16-be") for name in ("UniGB-UCS2-H", "UniGB-UCS2-V", "UniGB-UTF16-H", "UniGB-UTF16-V")),
    *((name, "CNS1", "big5") for name in ("B5pc-H", "B5pc-V", "HKscs-B5-H", "HKscs-B5-V", "ETen-B5-H", "ETen-B5-V")),
    *((name, "CNS1", "big5") for name in ("ETenms-B5-H", "ETenms-B5-V")),
    *((name, "CNS1", "utf-16-be") for name in ("UniCNS-UCS2-H", "UniCNS-UCS2-V", "UniCNS-UTF16-H", "UniCNS-UTF16-V")),
    *((name, "Korea1", "euc_kr") for name in ("KSC-EUC-H", "KSC-EUC-V", "KSCms-UHC-H", "KSCms-UHC-V")),
    *((name, "Korea1", "euc_kr") for name in ("KSCms-UHC-HW-H", "KSCms-UHC-HW-V", "KSCpc-EUC-H")),
    *((name, "Korea1", "utf-16-be") for name in ("UniKS-UCS2-H", "UniKS-UCS2-V", "UniKS-UTF16-H", "UniKS-UTF16-V")),
]
SAMPLES = {"Japan1": JAPANESE, "GB1": "安全评价", "CNS1": "安全評價", "Korea1": "안전성"}


def encoded(text: str, codec: str) -> bytes:
    if codec != "jis":
        return text.encode(codec)
    return text.encode("iso2022_jp").replace(b"\x1b$B", b"").replace(b"\x1b(B", b"")


def read(path: Path) -> Page:
    with open_document(path) as document:
        return next(document.pages())


def text_of(page: Page) -> str:
    return "".join(map(chr, page.chars["code"].tolist()))


def boxes(page: Page) -> list[list[float]]:
    return [[float(char[side]) for side in ("x0", "top", "x1", "bottom")] for char in page.chars]


@pytest.mark.parametrize(("encoding", "ordering", "codec"), CMAPS, ids=[name for name, *_ in CMAPS])
def test_text_in_every_predefined_encoding_is_read(tmp_path: Path, encoding: str, ordering: str, codec: str) -> None:
    text = SAMPLES[ordering]
    content = shown(encoded(text, codec), "1 0 0 1 300 700")
    assert text_of(read(one_page(tmp_path / "a.pdf", content=content, more=cid_font(encoding, "X", ordering)))) == text


@pytest.mark.parametrize("encoding", ["UniJIS-UCS2-H", "UniJIS-UCS2-V"])
def test_characters_that_are_text_objects_of_their_own_are_read(tmp_path: Path, encoding: str) -> None:
    content = b"".join(
        shown(char.encode("utf-16-be"), f"1 0 0 1 {50 + 20 * k} 700") for k, char in enumerate("一つずつ")
    )
    assert text_of(read(one_page(tmp_path / "a.pdf", content=content, more=cid_font(encoding)))) == "一つずつ"


def test_a_japanese_font_without_a_character_collection_is_read(tmp_path: Path) -> None:
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"2 beginbfchar <0101> <5B89> <0102> <5168> endbfchar endcmap end"
    )
    content = shown(b"\x01\x01") + shown(b"\x01\x02", "1 0 0 1 90 700")
    font = cid_font("Identity-H", "MS-Mincho", "Identity", to_unicode=cmap)
    assert text_of(read(one_page(tmp_path / "a.pdf", content=content, more=font))) == "安全"


@pytest.mark.parametrize(
    ("name", "substituted"),
    [
        ("MS-Gothic", True),
        ("#82l#82r#20#96#be#92#a9", True),  # ＭＳ 明朝 in Shift JIS
        ("YuMincho-Regular", True),
        ("CenturyGothic", False),
        ("Calibri", False),
        ("Helvetica", False),
    ],
)
def test_a_font_for_latin_text_is_one_of_pdfium_unless_its_name_is_japanese(
    tmp_path: Path, name: str, substituted: bool
) -> None:
    font = f"<</Type/Font/Subtype/TrueType/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()
    page = read(one_page(tmp_path / "a.pdf", content=shown(b"Text"), more={5: font}))
    assert text_of(page) == "Text"
    assert [font.substituted for font in page.fonts] == [substituted]


def test_boxes_have_the_widths_in_the_file_and_not_those_of_a_glyph(tmp_path: Path) -> None:
    """The widths W and DW are given by CID: 843 is あ, 74 and 75 are i and j."""
    font = cid_font(metrics="/DW 1000/W[74[250 300]843 843 700]/FontDescriptor 8 0 R")
    descriptor = (
        b"<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 6/FontBBox[-170 -331 1024 903]/Ascent 903/Descent -241"
        b"/StemV 69/ItalicAngle 0/CapHeight 709>>"
    )
    content = shown("約あij約".encode("utf-16-be"))
    page = read(one_page(tmp_path / "a.pdf", content=content, more={**font, 8: descriptor}))
    assert [box[0] for box in boxes(page)] == pytest.approx([50, 70, 84, 89, 95], abs=0.01)
    assert [box[2] for box in boxes(page)] == pytest.approx([70, 84, 89, 95, 115], abs=0.01)
    assert {round(box[1], 2) for box in boxes(page)} == {round(HEIGHT - 700 - 20 * 0.903, 2)}
    assert {round(box[3], 2) for box in boxes(page)} == {round(HEIGHT - 700 + 20 * 0.241, 2)}


def test_a_font_without_a_descriptor_has_the_height_of_japanese_fonts(tmp_path: Path) -> None:
    page = read(one_page(tmp_path / "a.pdf", content=shown("約".encode("utf-16-be")), more=cid_font()))
    assert boxes(page) == [pytest.approx([50, HEIGHT - 700 - 0.88 * 20, 70, HEIGHT - 700 + 0.12 * 20], abs=0.03)]


def test_vertical_text_follows_the_vertical_metrics_in_the_file(tmp_path: Path) -> None:
    """DW2 moves the line to the top of the cell and sets the step; W2 replaces both for あ (CID 843)."""
    font = cid_font("UniJIS-UCS2-V", metrics="/DW 1000/DW2[880 -1000]/W2[843[-500 500 880]]")
    content = shown("約あ約".encode("utf-16-be"), "1 0 0 1 300 700")
    page = read(one_page(tmp_path / "a.pdf", content=content, more=font))
    top = HEIGHT - 700
    assert boxes(page) == [
        pytest.approx([290, top, 310, top + 20], abs=0.01),
        pytest.approx([290, top + 20, 310, top + 30], abs=0.01),
        pytest.approx([290, top + 30, 310, top + 50], abs=0.01),
    ]


@pytest.mark.parametrize("size", [1, 20])
def test_vertical_text_has_the_same_boxes_whether_the_matrix_scales_it_or_not(tmp_path: Path, size: int) -> None:
    matrix = f"{20 / size} 0 0 {20 / size} 300 700"
    content = shown("縦書き".encode("utf-16-be"), matrix, size)
    page = read(one_page(tmp_path / "a.pdf", content=content, more=cid_font("UniJIS-UCS2-V")))
    top = HEIGHT - 700
    assert boxes(page) == [pytest.approx([290, top + 20 * k, 310, top + 20 * k + 20], abs=0.01) for k in range(3)]


def test_brackets_in_scaled_vertical_text_fill_half_a_cell(tmp_path: Path) -> None:
    content = shown("「縦」".encode("utf-16-be"), "20 0 0 20 300 700", 1)
    page = read(one_page(tmp_path / "a.pdf", content=content, more=cid_font("UniJIS-UCS2-V")))
    top = HEIGHT - 700
    spans = [(box[1], box[3]) for box in boxes(page)]
    assert spans == [
        pytest.approx((top + 10, top + 20), abs=0.01),
        pytest.approx((top + 20, top + 40), abs=0.01),
        pytest.approx((top + 40, top + 50), abs=0.01),
    ]


def test_rotated_text_has_boxes_as_long_as_its_advance(tmp_path: Path) -> None:
    content = shown("約i約".encode("utf-16-be"), "0 1 -1 0 300 300")
    font = cid_font(metrics="/DW 1000/W[74[250]]")
    page = read(one_page(tmp_path / "a.pdf", content=content, more=font))
    assert page.chars["angle"].tolist() == [90, 90, 90]
    left, right = 300 - 0.88 * 20, 300 + 0.12 * 20
    ends = np.array([0, 20, 25, 45])
    bottoms = HEIGHT - 300 - ends
    assert boxes(page) == [pytest.approx([left, bottoms[k + 1], right, bottoms[k]], abs=0.01) for k in range(3)]


def test_text_at_45_degrees_has_a_box_around_its_cell(tmp_path: Path) -> None:
    half = 0.5**0.5
    content = shown("約".encode("utf-16-be"), f"{half} {half} {-half} {half} 300 300")
    (box,) = boxes(read(one_page(tmp_path / "a.pdf", content=content, more=cid_font())))
    expected = [300 - 17.6 * half, HEIGHT - 300 - 37.6 * half, 300 + 22.4 * half, HEIGHT - 300 + 2.4 * half]
    assert box == pytest.approx(expected, abs=0.01)


def test_characters_that_share_a_code_divide_its_advance(tmp_path: Path) -> None:
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"1 beginbfchar <0101> <682A5F0F> endbfchar endcmap end"
    )
    font = cid_font("Identity-H", "MS-Mincho", "Japan1", to_unicode=cmap)
    page = read(one_page(tmp_path / "a.pdf", content=shown(b"\x01\x01"), more=font))
    assert text_of(page) == "株式"
    assert [(box[0], box[2]) for box in boxes(page)] == [pytest.approx((50, 60)), pytest.approx((60, 70))]


def test_white_text_is_visible_on_a_dark_box_only(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.box(50, 80, 400, 110, fill=Color(0.1, 0.1, 0.3))
        d.text(72, 100, "見える", GOTHIC, color=white)
        d.text(72, 200, "見えない", GOTHIC, color=white)

    chars = read(draw(tmp_path / "a.pdf", page)).chars
    assert "".join(map(chr, chars["code"][~chars["hidden"]].tolist())) == "見える"


def picture(path: Path) -> Image.Image:
    (content,) = page_pictures(str(path), (1,))
    assert content is not None
    return Image.open(BytesIO(content)).convert("L")


def draw_text(path: Path, text: str, font: str) -> Path:
    """Draw one text in 60 points."""

    def page(drawing: Drawing) -> None:
        drawing.text(72, 100, text, font, 60)

    return draw(path, page)


def test_pictures_show_the_glyphs_of_the_text_before_and_after_reading(tmp_path: Path) -> None:
    paths = [draw_text(tmp_path / f"{k}.pdf", text, MINCHO) for k, text in enumerate("一口十")]
    before = [picture(path) for path in paths]
    ink = [float((np.asarray(image) < 128).sum()) for image in before]
    assert 0 < ink[0] < ink[2] < ink[1], "一, 十 and 口 have more ink in this order"
    assert [text_of(read(path)) for path in paths] == ["一", "口", "十"]
    assert [picture(path).tobytes() for path in paths] == [image.tobytes() for image in before]


def test_a_mincho_font_is_drawn_with_serifs_and_a_gothic_one_without(tmp_path: Path) -> None:
    gothic, mincho = (np.asarray(picture(draw_text(tmp_path / f"{font}.pdf", "一", font))) for font in (GOTHIC, MINCHO))
    thickness = [int((image < 128).sum(0).max()) for image in (gothic, mincho)]
    spread = [int(np.ptp((image < 128).sum(0)[(image < 128).any(0)])) for image in (gothic, mincho)]
    assert thickness[0] > 0 and spread[1] > spread[0], "the stroke of a serif glyph ends in a triangle"


def test_characters_that_no_font_can_draw_are_reported_and_read(tmp_path: Path) -> None:
    content = shown("안전 1".encode("utf-16-be"))
    path = one_page(tmp_path / "a.pdf", content=content, more=cid_font("UniKS-UCS2-H", "HYSMyeongJo", "Korea1"))
    result = pdf_reader.read(path)
    assert result.value is not None and [block.text for block in result.value.blocks] == ["안전 1"]
    (issue,) = result.issues
    assert (issue.code, issue.level, issue.page) == ("glyph_missing", "info", 1)
    assert "2 characters (안, 전)" in issue.message


def test_fonts_that_can_draw_all_characters_are_not_reported(tmp_path: Path) -> None:
    assert pdf_reader.read(draw(tmp_path / "a.pdf", lambda d: d.text(72, 100, "安全", GOTHIC))).issues == ()


# Reading with fonts hidden and visible


@pytest.fixture(scope="session")
def installed_fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of fonts as a machine may have them; they have Japanese glyphs, so PDFium would choose them."""
    folder = tmp_path_factory.mktemp("fonts")
    for path in (pylopdf_fonts_jp.sans_path(), pylopdf_fonts_jp.serif_path()):
        shutil.copy(path, folder)
    return folder


def compare_with_and_without_fonts(paths: Sequence[Path], fonts: Path) -> None:
    if reason := unavailable():
        pytest.skip(reason)
    command = [sys.executable, str(ROOT / "tests" / "support" / "read_digests.py"), *map(str, paths)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path])}

    def run(folder: Path | None) -> dict[str, list[str]]:
        done = subprocess.run(with_fonts(command, folder), capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    visible, hidden = run(fonts), run(None)
    assert len(visible) == len(paths)
    assert [path for path, digests in visible.items() if hidden[path] != digests] == []


def fixtures_without_fonts(folder: Path) -> list[Path]:
    """Draw PDFs with fonts that they do not contain."""

    def page(d: Drawing) -> None:
        d.box(50, 280, 400, 310, fill=Color(0.1, 0.1, 0.3))
        d.text(72, 100, "一", MINCHO)
        d.text(72, 130, "安全性の評価、観点。ABC", GOTHIC, 14)
        d.text(72, 160, "Plain text", "Times-Roman")
        d.text(72, 300, "白い字", GOTHIC, color=white)

    vertical = shown("縦書きの「文」。".encode("utf-16-be"), "20 0 0 20 300 700", 1)
    rotated = shown("回転した文".encode("utf-16-be"), "0 1 -1 0 300 300")
    proportional = cid_font(name="ArialUnicodeMS", metrics="/DW 1000/W[34[500]66[400 450 420]]")
    latin = b"<</Type/Font/Subtype/TrueType/BaseFont/NotoSansJP-Regular/Encoding/WinAnsiEncoding>>"
    return [
        draw(folder / "mixed.pdf", page),
        one_page(folder / "vertical.pdf", content=vertical, more=cid_font("UniJIS-UCS2-V")),
        one_page(folder / "rotated.pdf", content=rotated, more=cid_font()),
        one_page(folder / "proportional.pdf", content=shown("Aabc 約".encode("utf-16-be")), more=proportional),
        one_page(folder / "latin.pdf", content=shown(b"Latin text"), more={5: latin}),
    ]


def test_samples_and_fixtures_give_the_same_bytes_with_and_without_fonts(tmp_path: Path, installed_fonts: Path) -> None:
    samples = sorted((ROOT / "samples" / "site" / "pdf").glob("*.pdf"))
    assert samples
    compare_with_and_without_fonts([*samples, *fixtures_without_fonts(tmp_path)], installed_fonts)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["odd/japanese", "site"])
def test_real_documents_give_the_same_bytes_with_and_without_fonts(
    shared: Path, installed_fonts: Path, folder: str
) -> None:
    paths = sorted((shared / "corpus" / folder).rglob("*.pdf"))
    assert paths
    compare_with_and_without_fonts(paths, installed_fonts)

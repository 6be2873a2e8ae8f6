"""Hidden text: what a reader of a page cannot see."""

from __future__ import annotations

from pathlib import Path

import fixtures_pdf as fixtures
import pytest
from fixtures_pdf import GOTHIC, HEIGHT, Color, Drawing, black, draw, white

from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.pdf.page import Page

GREY, DARK = Color(0.9, 0.9, 0.9), Color(0.1, 0.1, 0.3)


def read(path: Path) -> Page:
    with open_document(path) as document:
        return next(document.pages())


def visible_and_hidden(path: Path) -> tuple[str, str]:
    chars = read(path).chars
    masks = (~chars["hidden"], chars["hidden"])
    visible, hidden = ("".join(map(chr, chars["code"][mask].tolist())) for mask in masks)
    return visible, hidden


def test_unpainted_text_is_hidden(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "visible")
        d.text(72, 120, "in visible", mode=3)

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("visible", "in visible")


@pytest.mark.parametrize("background", [None, white, GREY, DARK])
def test_text_in_the_colour_of_its_background_is_hidden(tmp_path: Path, background: Color | None) -> None:
    def page(d: Drawing) -> None:
        if background is not None:
            d.box(50, 50, 400, 200, fill=background)
        d.text(72, 100, "visible", color=white if background is DARK else black)
        d.text(72, 150, "same colour", color=background or white)

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("visible", "same colour")


def test_almost_white_text_is_hidden_and_pale_text_is_visible(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "almost", size=14, color=Color(0.99, 0.99, 0.99))
        d.text(72, 150, "pale", size=14, color=Color(0.88, 0.88, 0.88))

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("pale", "almost")


def test_white_text_on_a_picture_or_a_rounded_shape_is_visible(tmp_path: Path) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def page(d: Drawing) -> None:
        d.canvas.drawImage(ImageReader(Image.new("RGB", (4, 4), "navy")), 50, HEIGHT - 200, 300, 100)
        d.text(72, 150, "on the picture", color=white)
        d.canvas.setFillColor(DARK)
        d.canvas.roundRect(50, HEIGHT - 400, 300, 100, 20, fill=1)
        d.text(72, 350, "on the shape", color=white)
        d.text(72, 600, "on nothing", color=white)

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("on the pictureon the shape", "on nothing")


def test_text_under_an_opaque_box_is_hidden(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "covered")
        d.box(60, 80, 200, 110, fill=GREY)
        d.text(72, 100, "on top", GOTHIC)

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("on top", "covered")


def test_text_under_a_transparent_box_or_a_frame_is_visible(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "marked")
        d.box(60, 80, 200, 110, fill=Color(1, 1, 0, alpha=0.4))
        d.text(72, 200, "framed")
        d.box(60, 180, 200, 210, stroke=black)

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("markedframed", "")


def test_text_under_a_picture_is_hidden(tmp_path: Path) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def page(d: Drawing) -> None:
        d.text(72, 150, "covered")
        d.canvas.drawImage(ImageReader(Image.new("RGB", (4, 4), "navy")), 50, HEIGHT - 200, 300, 100)
        d.text(72, 300, "beside")

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("beside", "covered")


def test_specks_and_faint_text_are_hidden(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "speck", size=0.5)
        d.text(72, 150, "ghost", color=Color(0, 0, 0, alpha=0.01))
        d.text(72, 200, "small print", size=5)

    assert visible_and_hidden(draw(tmp_path / "a.pdf", page)) == ("small print", "speckghost")


def test_text_on_a_layer_that_is_off_is_hidden(tmp_path: Path) -> None:
    assert visible_and_hidden(fixtures.layers(tmp_path / "a.pdf")) == ("plainshown", "secretcovert")


def test_text_recognised_over_a_scan_is_the_text_of_the_page(tmp_path: Path) -> None:
    assert visible_and_hidden(fixtures.scan(tmp_path / "a.pdf", "recognised words")) == ("recognised words", "")


def test_unpainted_text_over_an_empty_part_of_a_scan_is_hidden(tmp_path: Path) -> None:
    path = fixtures.scan(tmp_path / "a.pdf", "recognised words", at=(60, 500))
    assert visible_and_hidden(path) == ("", "recognised words")


def test_unpainted_text_on_a_page_with_written_text_is_hidden(tmp_path: Path) -> None:
    path = fixtures.scan(tmp_path / "a.pdf", "slipped in", also="a caption as long as that")
    assert visible_and_hidden(path) == ("a caption as long as that", "slipped in")


def test_reading_a_page_twice_finds_the_same_hidden_text(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", lambda d: d.text(72, 100, "white", color=white))
    assert visible_and_hidden(path) == visible_and_hidden(path) == ("", "white")

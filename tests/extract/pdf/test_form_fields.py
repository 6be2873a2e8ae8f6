"""Form fields are read beside their labels."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from fixtures_pdf import GOTHIC, Drawing, draw
from pptx import Presentation
from pptx.util import Inches

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.extract.pptx.reader import read as read_pptx
from aisi_ingest.model import Content


def content(path: Path) -> Content:
    result = read(path)
    assert result.value is not None, result.issues
    return result.value


def texts(path: Path) -> list[str]:
    return [block.text for block in content(path).blocks if not block.hidden]


def field(d: Drawing, y: float, value: str, name: str = "f", **how: object) -> None:
    d.canvas.acroForm.textfield(name=name, x=180, y=d.size[1] - y - 5, width=220, height=20, value=value, **how)


def test_the_value_of_a_text_field_stands_beside_its_label(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for k, (label, value) in enumerate((("Name:", "Hana Ito"), ("Address:", "1 Example Street"))):
            d.text(72, 100 + 30 * k, label, size=11)
            field(d, 100 + 30 * k, value, f"f{k}")
        d.text(72, 170, "Thank you for your application.", size=11)

    assert texts(draw(tmp_path / "a.pdf", page)) == [
        "Name: Hana Ito",
        "Address: 1 Example Street",
        "Thank you for your application.",
    ]


def test_a_value_in_a_cell_of_a_table_is_in_the_table(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.grid((72, 170, 420), (100, 130, 160))
        for k, (label, value) in enumerate((("Name", "Ito"), ("Town", "Osaka"))):
            d.text(76, 120 + 30 * k, label)
            field(d, 120 + 30 * k, value, f"f{k}")

    [table] = content(draw(tmp_path / "a.pdf", page)).tables
    assert table.rows == (("Name", "Ito"), ("Town", "Osaka"))


@pytest.mark.parametrize(("checked", "sign"), [(True, "☑"), (False, "☐")])
def test_a_ticked_box_differs_from_an_empty_one(tmp_path: Path, checked: bool, sign: str) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 70, "I agree to this:", size=11)
        for k, label in enumerate(("use of data", "publication")):
            d.canvas.acroForm.checkbox(
                name=f"c{k}", x=72, y=d.size[1] - 103 - 24 * k, size=14, checked=checked if k else not checked
            )
            d.text(94, 100 + 24 * k, label, size=11)

    other = "☐" if checked else "☑"
    assert texts(draw(tmp_path / "a.pdf", page)) == ["I agree to this:", f"{other} use of data", f"{sign} publication"]


def test_the_chosen_radio_button_is_ticked(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "Size:", size=11)
        for k, label in enumerate(("small", "large")):
            d.canvas.acroForm.radio(
                name="r", value=label, x=130 + 90 * k, y=d.size[1] - 103, size=14, selected=label == "large"
            )
            d.text(150 + 90 * k, 100, label, size=11)

    assert texts(draw(tmp_path / "a.pdf", page)) == ["Size: ☐ small ☑ large"]


def test_the_chosen_option_of_a_list_is_read(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "Town:", size=11)
        d.canvas.acroForm.choice(
            name="t", x=180, y=d.size[1] - 105, width=100, height=20, value="Osaka", options=["Tokyo", "Osaka"]
        )

    assert texts(draw(tmp_path / "a.pdf", page)) == ["Town: Osaka"]


def test_passwords_and_hidden_fields_are_not_read(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "Key:", size=11)
        field(d, 100, "secret", "a", fieldFlags="password")
        d.text(72, 130, "Note:", size=11)
        field(d, 130, "internal", "b", annotationFlags="hidden")

    assert texts(draw(tmp_path / "a.pdf", page)) == ["Key:", "Note:"]


def test_a_field_inherits_its_value_from_its_parent(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "氏名", GOTHIC, 11)
        field(d, 100, "x")

    path = draw(tmp_path / "a.pdf", page)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        widget = pdf.pages[0].Annots[0]
        parent = pdf.make_indirect(
            pikepdf.Dictionary(FT=widget.FT, T=widget.T, V=pikepdf.String("山田花子"), Kids=[widget])
        )
        del widget.FT, widget.T, widget.V
        widget.Parent = parent
        pdf.Root.AcroForm.Fields = [parent]
        pdf.save()
    assert texts(path) == ["氏名\u3000山田花子"]


def test_printed_check_boxes_stay_in_the_text_of_their_items(tmp_path: Path) -> None:
    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = "Checklist"
    frame = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(6), Inches(3)).text_frame
    frame.text = "☑ done"
    frame.add_paragraph().text = "☐ open"
    slides.save(str(tmp_path / "a.pptx"))
    result = read_pptx(tmp_path / "a.pptx")
    assert result.value is not None
    assert [block.text for block in result.value.blocks][1:] == ["☑ done", "☐ open"]

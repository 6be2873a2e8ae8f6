"""Annotations: text that a viewer displays over a page."""

from __future__ import annotations

from pathlib import Path

from aisi_ingest.extract.pdf_reader import read


def pdf(path: Path, *annotations: str) -> Path:
    """Write a page with one line of text and annotations, each given as the inside of a dictionary."""
    stream = b"BT /F 12 Tf 72 700 Td (Body of the page) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/DA(/F 10 Tf)>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[%b]>>"
        % b" ".join(f"<</Type/Annot/Rect[72 100 272 130]{inside}>>".encode() for inside in annotations),
        b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    path.write_bytes(b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % pair for pair in enumerate(parts, 1)))
    with path.open("ab") as file:
        file.write(b"trailer<</Size 6/Root 1 0 R>>\n%%EOF")
    return path


def labels(path: Path) -> list[str]:
    content = read(path).value
    assert content is not None and any(block.text == "Body of the page" for block in content.blocks)
    return [block.text for block in content.blocks if block.kind == "figure_text"]


def test_a_text_box_over_the_page_is_read_with_its_box(tmp_path: Path) -> None:
    content = read(pdf(tmp_path / "a.pdf", "/Subtype/FreeText/Contents(Approved in May)")).value
    assert content is not None
    [block] = [block for block in content.blocks if block.text == "Approved in May"]
    assert (block.kind, block.section) == ("figure_text", None)
    assert (block.bbox.x0, block.bbox.top, block.bbox.x1, block.bbox.bottom) == (72, 712, 272, 742)


def test_a_filled_in_form_field_is_read(tmp_path: Path) -> None:
    assert labels(pdf(tmp_path / "a.pdf", "/Subtype/Widget/FT/Tx/T(name)/V(Hana Ito)")) == ["Hana Ito"]


def test_annotations_that_are_not_displayed_are_skipped(tmp_path: Path) -> None:
    hidden = "/Subtype/FreeText/F 2/Contents(hidden)", "/Subtype/Widget/FT/Tx/F 32/V(not shown)"
    others = "/Subtype/Text/Contents(a comment)", "/Subtype/Widget/FT/Btn/V/Yes", "/Subtype/Widget/FT/Tx/V()"
    assert labels(pdf(tmp_path / "a.pdf", *hidden, *others)) == []


def test_blocks_of_annotations_get_unique_ids(tmp_path: Path) -> None:
    content = read(pdf(tmp_path / "a.pdf", *["/Subtype/FreeText/Contents(One)"] * 3)).value
    assert content is not None
    assert len({block.id for block in content.blocks}) == len(content.blocks) == 4

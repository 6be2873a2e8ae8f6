"""Detect the type of a file from its content, and explain why a file is refused."""

import io
import zipfile
from pathlib import Path

import pytest
from growth import growth
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest import media_types

CORPUS = Path(__file__).parents[1].parent / "shared" / "corpus"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def office(part: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="application/vnd.{part}"/></Types>')
    return file.getvalue()


PRESENTATION = office("openxmlformats-officedocument.presentationml.presentation.main+xml")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, media_types.PDF),
        (b"\n\n junk " + PDF, media_types.PDF),
        (b"\xef\xbb\xbf" + PDF, media_types.PDF),
        (PRESENTATION, media_types.PPTX),
        (office("ms-powerpoint.presentation.macroEnabled.main+xml"), media_types.PPTX),
        (b"", media_types.EMPTY),
        (b"<!DOCTYPE html><title>%PDF-1.4</title>", media_types.HTML),
        (b"\xef\xbb\xbf \n<!-- x --><HTML lang=ja>", media_types.HTML),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', media_types.HTML),
        (b'<?xml version="1.0"?><rss/>', media_types.XML),
        (b'{"error": 404}', media_types.TEXT),
        ("見つかりません".encode("cp932"), media_types.TEXT),
        (b"\x00\x01\x02", media_types.UNKNOWN),
        (OLE, media_types.OLE),
        (b"PK\x03\x04" + bytes(100), media_types.ZIP),
    ],
)
def test_the_type_is_detected_from_the_content(content: bytes, kind: str) -> None:
    assert media_types.media_type(content) == kind


def test_a_path_and_its_bytes_have_the_same_type(tmp_path: Path) -> None:
    for number, content in enumerate((PDF, PRESENTATION, b"", b"<html>")):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        assert media_types.media_type(path) == media_types.media_type(content)
        assert media_types.refusal(path) == media_types.refusal(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PDF, None),
        (PRESENTATION, None),
        (PRESENTATION[:-10], "a damaged or truncated PPTX"),
        (office("openxmlformats-officedocument.spreadsheetml.sheet.main+xml"), "sheet, not a PDF or PPTX"),
        (office("openxmlformats-officedocument.presentationml.slideshow.main+xml"), "slideshow, not a PDF or PPTX"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "the PPTX is encrypted with a password"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "an old PowerPoint file (.ppt), not a PPTX"),
        (OLE, "an old Office file, not a PDF or PPTX"),
        (b"", "the file is empty"),
        (b"<html>", "a web page (HTML) was served instead of the document"),
    ],
)
def test_a_refusal_names_the_kind_of_file(content: bytes, reason: str | None) -> None:
    assert media_types.refusal(content) == reason


def test_only_the_beginning_of_a_huge_list_of_parts_is_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(50 << 20))
    assert media_types.media_type(file.getvalue()) == media_types.ZIP


@pytest.mark.parametrize("head", [b"<!---->", b"<!--", b"<?xml ?>", b"<?xml", b" \n"])
def test_a_hostile_head_costs_in_proportion_to_its_length(head: bytes) -> None:
    assert growth(lambda times: media_types.refusal(head * times), 100_000) < 8


def test_a_pdf_without_its_end_is_truncated() -> None:
    assert media_types.cut_short(PDF[:20]) and not media_types.cut_short(PDF) and not media_types.cut_short(b"<html>")
    assert not media_types.cut_short(PDF + bytes(60_000))


@given(st.binary(max_size=300), st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"<html", OLE[:8], PRESENTATION[:80]]))
def test_all_bytes_have_a_type(content: bytes, head: bytes) -> None:
    assert "/" in media_types.media_type(head + content)
    media_types.refusal(head + content)
    media_types.cut_short(head + content)


def test_the_files_of_a_real_site_have_the_types_in_their_names() -> None:
    if not (CORPUS / "site").exists():
        pytest.skip("the shared corpus is missing")
    files = [path for path in (CORPUS / "site" / "assets").rglob("*") if path.is_file()]
    assert files
    for path in files:
        expected = media_types.PDF if path.suffix.lower() == ".pdf" else media_types.PPTX
        assert (media_types.media_type(path), media_types.refusal(path), media_types.cut_short(path)) == (
            expected,
            None,
            False,
        ), path

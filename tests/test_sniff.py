import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract import sniff

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
        (PDF, sniff.PDF),
        (b"\n\n junk " + PDF, sniff.PDF),
        (b"\xef\xbb\xbf" + PDF, sniff.PDF),
        (PRESENTATION, sniff.PPTX),
        (office("ms-powerpoint.presentation.macroEnabled.main+xml"), sniff.PPTX),
        (b"", sniff.EMPTY),
        (b"<!DOCTYPE html><title>%PDF-1.4</title>", sniff.HTML),
        (b"\xef\xbb\xbf \n<!-- x --><HTML lang=ja>", sniff.HTML),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', sniff.HTML),
        (b'<?xml version="1.0"?><rss/>', sniff.XML),
        (b'{"error": 404}', sniff.TEXT),
        ("見つかりません".encode("cp932"), sniff.TEXT),
        (b"\x00\x01\x02", sniff.UNKNOWN),
        (OLE, sniff.OLE),
        (b"PK\x03\x04" + bytes(100), sniff.ZIP),
    ],
)
def test_a_type_is_told_by_content(content: bytes, kind: str) -> None:
    assert sniff.media_type(content) == kind


def test_a_path_and_its_bytes_have_the_same_type(tmp_path: Path) -> None:
    for number, content in enumerate((PDF, PRESENTATION, b"", b"<html>")):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        assert sniff.media_type(path) == sniff.media_type(content)
        assert sniff.refusal(path) == sniff.refusal(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PDF, None),
        (PRESENTATION, None),
        (PRESENTATION[:-10], "a broken or cut-off PPTX"),
        (office("openxmlformats-officedocument.spreadsheetml.sheet.main+xml"), "sheet, not a PDF or PPTX"),
        (office("openxmlformats-officedocument.presentationml.slideshow.main+xml"), "slideshow, not a PDF or PPTX"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "the PPTX is encrypted with a password"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "an old PowerPoint file (.ppt), not a PPTX"),
        (OLE, "an old Office file, not a PDF or PPTX"),
        (b"", "the file is empty"),
        (b"<html>", "a web page (HTML) was served in place of the document"),
    ],
)
def test_a_refusal_says_what_the_file_is(content: bytes, reason: str | None) -> None:
    assert sniff.refusal(content) == reason


def test_a_zip_with_a_huge_list_of_types_is_read_only_in_part() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(50 << 20))
    assert sniff.media_type(file.getvalue()) == sniff.ZIP


@pytest.mark.parametrize("head", [b"<!---->", b"<!--", b"<?xml ?>", b"<?xml", b" \n"])
def test_a_hostile_head_costs_little(head: bytes) -> None:
    started = time.process_time()
    sniff.refusal(head * 100_000)
    assert time.process_time() - started < 1


def test_a_pdf_without_its_end_is_cut_short() -> None:
    assert sniff.cut_short(PDF[:20]) and not sniff.cut_short(PDF) and not sniff.cut_short(b"<html>")
    assert not sniff.cut_short(PDF + bytes(60_000))


@given(st.binary(max_size=300), st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"<html", OLE[:8], PRESENTATION[:80]]))
def test_any_bytes_have_a_type(content: bytes, head: bytes) -> None:
    assert "/" in sniff.media_type(head + content)
    sniff.refusal(head + content)
    sniff.cut_short(head + content)


def test_the_files_of_a_real_site_are_what_their_names_say() -> None:
    if not (CORPUS / "site").exists():
        pytest.skip("the corpus is not here")
    files = [path for path in (CORPUS / "site" / "assets").rglob("*") if path.is_file()]
    assert files
    for path in files:
        expected = sniff.PDF if path.suffix.lower() == ".pdf" else sniff.PPTX
        assert (sniff.media_type(path), sniff.refusal(path), sniff.cut_short(path)) == (expected, None, False), path

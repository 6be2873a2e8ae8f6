"""Attacks: scripts, launch actions and embedded files that hide in the objects of a PDF."""

from __future__ import annotations

import zlib
from pathlib import Path

import fixtures_pdf as fixtures
import pytest
from fixtures_pdf import HEIGHT, Drawing

from aisi_ingest.extract.pdf import active_content
from aisi_ingest.extract.pdf.active_content import inspect
from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.pdf_reader import read

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def active(path: Path) -> tuple[str, ...]:
    with open_document(path) as document:
        return document.active_content


def packed(path: Path, name: bytes, data: bytes, filters: bytes = b"") -> Path:
    """Write a file whose object 7 is in an object stream, with ``data`` as the stream's bytes.

    The file has a cross-reference stream, without which no reader looks into object streams.
    """
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 7 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        6: b"<</Type/%s/N 1/First 4%s/Length %d>>\nstream\n%s\nendstream" % (name, filters, len(data), data),
    }
    out, entries = bytearray(b"%PDF-1.7\n"), {0: (0, 0, 65535), 7: (2, 6, 0)}
    for number, body in bodies.items():
        entries[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    entries[8] = (1, start, 0)
    table = b"".join(bytes([kind]) + at.to_bytes(4, "big") + last.to_bytes(2, "big")
                     for kind, at, last in (entries.get(number, (0, 0, 0)) for number in range(9)))  # fmt: skip
    out += b"8 0 obj\n" + fixtures.stream(table, b"/Type/XRef/Size 9/W[1 4 2]/Root 1 0 R")
    out += b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    path.write_bytes(out)
    return path


@pytest.mark.parametrize(
    ("catalog", "word"),
    [
        (b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", "javascript"),
        (b"/OpenAction<</S/J#61vaScript/#4aS(app.alert\\(1\\))>>", "javascript"),
        (b"/OpenAction<</S%\n/JavaScript/JS 6 0 R>>", "javascript"),
        (b"/AcroForm<</Fields[<</AA<</K<</S/JavaScript/JS(1)>>>>>>]>>", "javascript"),
        (b"/OpenAction<</S/Launch/F(calc.exe)>>", "launch"),
        (b"/OpenAction<</S/Named/N/NextPage/Next[<</S/#4caunch/F(calc.exe)>>]>>", "launch"),
        (b"/Names<</EmbeddedFiles<</Names[(a.txt)6 0 R]>>>>", "embedded_file"),
        (b"/OpenAction<</S/GoToR/F(other.pdf)/D[0/Fit]>>", "external_reference"),
        (b"/OpenAction<</S/SubmitForm/F(http://example.org)>>", "submit_form"),
        (b"/OpenAction<</S/URI/URI(http://example.org)>>", "automatic_link"),
        (b"/AA<</WC<</S/GoTo/D[0]/Next<</S/URI/URI(http://example.org)>>>>>>", "automatic_link"),
        (b"/AcroForm<</XFA(<template/>)>>", "xfa"),
    ],
)
def test_active_content_is_reported(tmp_path: Path, catalog: bytes, word: str) -> None:
    more = {6: b"<</Type/Filespec/F(a.txt)/EF<</F 7 0 R>>>>", 7: fixtures.stream(b"x", b"/Type/EmbeddedFile")}
    path = fixtures.one_page(tmp_path / "a.pdf", catalog, more=more if word == "embedded_file" else None)
    assert active(path) == (word,)


def test_scripts_of_an_xfa_form_are_reported(tmp_path: Path) -> None:
    form = b"<template><event><script contentType='application/x-javascript'>app.alert(1)</script></event></template>"
    more = {6: fixtures.stream(form, packed=True)}
    path = fixtures.one_page(tmp_path / "a.pdf", b"/AcroForm<</XFA[(template)6 0 R]>>", more=more)
    assert active(path) == ("javascript", "xfa")


@pytest.mark.parametrize(
    ("name", "data", "filters"),
    [
        (b"ObjStm", b"7 0 " + SCRIPT, b""),
        (b"ObjStm", zlib.compress(b"7 0 " + SCRIPT), b"/Filter/FlateDecode"),
        (b"ObjStm", zlib.compress(zlib.compress(b"7 0 " + SCRIPT)), b"/Filter[/FlateDecode/FlateDecode]"),
        (b"ObjStm", (b"7 0 " + SCRIPT).hex().encode() + b">", b"/Filter/ASCIIHexDecode"),
        (b"ObjStm", zlib.compress(b"7 0 " + SCRIPT).hex().encode() + b">", b"/Filter[/AHx/Fl]"),
        (b"O#62jStm", zlib.compress(b"7 0 <</#53/J#61vaScript/J#53(1)>>"), b"/F#69lter/Flate#44ecode"),
    ],
)
def test_a_script_in_packed_objects_is_reported(tmp_path: Path, name: bytes, data: bytes, filters: bytes) -> None:
    assert active(packed(tmp_path / "a.pdf", name, data, filters)) == ("javascript",)


def test_a_script_in_an_encrypted_file_is_reported(tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    plain, path = fixtures.one_page(tmp_path / "plain.pdf", b"/OpenAction" + SCRIPT), tmp_path / "a.pdf"
    with pikepdf.open(plain) as file:
        modes = pikepdf.ObjectStreamMode.generate
        file.save(path, encryption=pikepdf.Encryption(user="", owner="x"), object_stream_mode=modes)
    assert active(path) == ("javascript",)


def test_an_encrypted_file_without_layers_is_not_drawn_for_them(tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    plain, path = fixtures.one_page(tmp_path / "plain.pdf"), tmp_path / "a.pdf"
    with pikepdf.open(plain) as file:
        file.save(path, encryption=pikepdf.Encryption(user="", owner="x"))
    assert not inspect(path).layered


def test_a_script_in_a_damaged_file_is_reported(tmp_path: Path) -> None:
    path = fixtures.one_page(tmp_path / "a.pdf", b"/OpenAction" + SCRIPT)
    path.write_bytes(path.read_bytes().split(b"xref")[0])
    assert "javascript" in inspect(path).active_content


def test_a_file_that_cannot_be_searched_is_reported_as_not_inspectable(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n")
    found = inspect(path)
    assert found.active_content == ("not_inspectable",)
    assert found.problem
    assert found.layered  # pages are drawn when it is unknown whether a layer is off


def test_a_decompression_bomb_is_unpacked_only_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_content, "_MAX_UNPACKED", 1000)
    bomb = zlib.compress(b"7 0 " + b" " * 1_000_000 + SCRIPT)
    path = packed(tmp_path / "a.pdf", b"ObjStm", bomb, b"/Filter/FlateDecode")
    assert "not_inspectable" in inspect(path).active_content


def test_what_could_not_be_searched_gives_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_content, "_MAX_OBJECTS", 2)
    result = read(fixtures.one_page(tmp_path / "a.pdf", content=fixtures.shown(b"text")))
    assert result.value is not None
    assert result.value.active_content == ("not_inspectable",)
    assert [(issue.level, issue.code) for issue in result.issues] == [("warning", "not_inspectable")]


def test_a_plain_document_with_links_has_no_active_content(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a.pdf")
    drawing.text(72, 100, "see /JavaScriptless pages and /S /JavaScript /JS (x)")
    drawing.canvas.linkURL("https://example.org", (72, HEIGHT - 110, 200, HEIGHT - 90))
    drawing.canvas.setTitle("/S /JavaScript /EmbeddedFiles")
    path = drawing.save()
    assert active(path) == ()
    assert not inspect(path).layered


def test_an_empty_file_is_not_inspectable(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"")
    assert inspect(path).active_content == ("not_inspectable",)

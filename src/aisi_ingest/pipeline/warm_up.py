"""Use readers and taggers once before workers are forked, so that no worker has to load what all of them need.

A module, a dictionary or a compiled pattern that each worker loads for itself costs up to 0.2 s a document.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aisi_ingest.media_types import PDF
from aisi_ingest.model import Block, Box, Content

_FILLER = b"The committee asks each ministry for a report, and publishes all of them (Annex 2) by 31 March."
# A page with what most documents have: a heading, paragraphs, lists, a ruled table, white text on a dark box, a footer.
_STREAM = b"\n".join(
    (
        b"0.2 0.3 0.6 rg 60 780 470 30 re f BT 1 1 1 rg /F1 16 Tf 72 788 Td (White on dark) Tj ET 0 0 0 rg",
        b"BT /F1 20 Tf 72 740 Td (1. A heading) Tj /F1 10 Tf 0 -30 Td (A paragraph of 2 April 2026.) Tj",
        *(b"0 -13 Td (%s) Tj" % _FILLER for _ in range(8)),
        *(
            b"0 -18 Td (%s) Tj" % text
            for text in (b"- One item", b"- Another item", b"2.1 A second heading", b"\\(a\\) Text")
        ),
        b"ET",
        *(b"72 %d m 500 %d l S" % (y, y) for y in range(300, 401, 20)),
        *(b"%d 300 m %d 400 l S" % (x, x) for x in (72, 200, 350, 500)),
        *(b"BT /F1 9 Tf %d %d Td (Cell %d) Tj ET" % (x, y, x) for y in range(306, 400, 20) for x in (76, 204, 354)),
        b"BT /F1 8 Tf 72 60 Td (1\\) A footnote, see https://example.org/a) Tj 220 -30 Td (- 1 -) Tj ET",
    )
)
_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_STREAM), _STREAM),
)
_TEXTS = ("令和8年4月1日に総務省が公表した。", "Published by the Ministry of Internal Affairs on 1 April 2026.")


def use_reader(media_type: str) -> None:
    """Read a small file of our own with the reader for this media type."""
    from aisi_ingest.extract import reader

    if media_type == PDF:
        _import_all("aisi_ingest.extract", without=("pptx", "ocr"))
        descriptor = os.memfd_create("aisi-ingest-example")
        try:
            os.write(descriptor, _pdf())
            reader.read(Path(f"/proc/self/fd/{descriptor}"), ocr=False)
        finally:
            os.close(descriptor)
    else:
        import pptx

        _import_all("aisi_ingest.extract", without=("pdf", "layout", "tables", "ocr"))
        reader.read(Path(pptx.__path__[0]) / "templates" / "default.pptx", ocr=False)


def example() -> Content:
    """Return a document of one paragraph in each language."""
    blocks = (
        Block("b1", 1, Box(0, 0, 0, 0), "paragraph", _TEXTS[0], "ja"),
        Block("b2", 1, Box(0, 0, 0, 0), "paragraph", _TEXTS[1], "en"),
    )
    return Content("report", "pdf", "ja", "", ((595, 842),), blocks)


def _import_all(package: str, without: tuple[str, ...]) -> None:
    """Import the modules of a package, except these parts of it."""
    for name in _modules_of(importlib.import_module(package)):
        if name.removeprefix(f"{package}.").split(".")[0] not in without:
            importlib.import_module(name)


def _modules_of(package: Any) -> Iterator[str]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield found.name


def _pdf() -> bytes:
    out = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(_OBJECTS, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(_OBJECTS) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(out),
    )

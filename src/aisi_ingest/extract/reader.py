"""Bytes to Content: what a PDF or a deck says, in reading order, with its structure."""

from __future__ import annotations

from pathlib import Path

from aisi_ingest.model import Content, Issue, Result

_PRESENTATIONS = "application/vnd.openxmlformats-officedocument.presentationml."


def read(path: Path, *, ocr: bool = True) -> Result[Content]:
    """Read a PDF or PPTX file, told apart by its first bytes, never by its name.

    Call it through ``sandbox``: files can crash or swell the process that reads them. ``ocr=False``
    leaves pictures of text unread. The value is None exactly if the file could not be read at all.
    """
    from aisi_ingest.media_types import OLE, PDF, ZIP, media_type

    kind = media_type(path)
    if kind == PDF:
        from aisi_ingest.extract import pdf_reader

        result = pdf_reader.read(path)
        if result.value is None or not ocr:
            return result
        from aisi_ingest.extract.ocr.pictures import with_pictures

        seen = with_pictures(path, result.value)
        return Result(seen.value, (*result.issues, *seen.issues))
    if kind.startswith(_PRESENTATIONS) or kind in (OLE, ZIP):  # encrypted ones are OLE, damaged ones zip
        from aisi_ingest.extract.pptx import reader

        return reader.read(path, ocr=ocr)
    return Result(None, (Issue("extract", "error", "not_a_document", f"is {kind}, neither PDF nor PPTX"),))

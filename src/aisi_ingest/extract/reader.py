"""Read a PDF or PPTX file into Content: its text in reading order, with its structure."""

from __future__ import annotations

from pathlib import Path

from aisi_ingest.model import Content, Issue, Result

_PRESENTATIONS = "application/vnd.openxmlformats-officedocument.presentationml."


def read(path: Path, *, ocr: bool = True) -> Result[Content]:
    """Read a PDF or PPTX file. The format is detected from the file's bytes; its name is ignored.

    Call this function through ``sandbox``: a file can crash the process that reads it, or use up its memory.

    Args:
        path: The file.
        ocr: Recognise the text in pictures. False leaves it unread.

    Returns:
        The content. The value is None only if the file could not be read at all; then an issue of level "error"
        gives the reason.
    """
    from aisi_ingest.media_types import OLE, PDF, ZIP, media_type

    kind = media_type(path)
    if kind == PDF:
        from aisi_ingest.extract import pdf_reader

        result = pdf_reader.read(path)
        if result.value is None or not ocr:
            return result
        from aisi_ingest.extract.ocr.pictures import with_pictures

        recognised = with_pictures(path, result.value)
        return Result(recognised.value, (*result.issues, *recognised.issues))
    if kind.startswith(_PRESENTATIONS) or kind in (OLE, ZIP):  # encrypted presentations are OLE, damaged ones ZIP
        from aisi_ingest.extract.pptx import reader

        return reader.read(path, ocr=ocr)
    return Result(None, (Issue("extract", "error", "not_a_document", f"the file is {kind}, neither PDF nor PPTX"),))

"""Bytes to Content: what a PDF or a deck says, in reading order, with its structure."""

from __future__ import annotations

from pathlib import Path

from aisi_ingest.model import Content, Issue, Result


def read(path: Path, *, ocr: bool = True) -> Result[Content]:
    """Read a PDF or PPTX file, told apart by its first bytes, never by its name.

    Call it through ``sandbox``: files can crash or swell the process that reads them. ``ocr=False``
    leaves pictures of text unread. The value is None exactly if the file could not be read at all.
    """
    from aisi_ingest.extract.sniff import media_type

    kind = media_type(path)
    if kind == "application/pdf":
        from aisi_ingest.extract import report

        return report.read(path)
    if kind == "application/vnd.openxmlformats-officedocument.presentationml.presentation":
        from aisi_ingest.extract import pptx

        return pptx.read(path, ocr=ocr)
    return Result(None, (Issue("extract", "error", "not_a_document", f"is {kind}, neither PDF nor PPTX"),))

"""Read a PDF or PPTX file into Content: its text in reading order, with its structure.

A file is read in three steps, so that its text need not wait for its pictures: ``read`` reads what is stored as text,
``recognise`` the text in pictures, and ``with_texts`` adds the second to the first.
"""

from __future__ import annotations

from pathlib import Path

from aisi_ingest.extract.ocr.picture_text import KnownLines, PictureTexts, nothing_known
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
    result = _read_text(path)
    if result.value is None or not ocr:
        return result
    texts = recognise(path, result.value)
    composed = with_texts(path, result.value, texts.value) if texts.value else Result(result.value)
    return Result(composed.value, (*result.issues, *texts.issues))


def _read_text(path: Path) -> Result[Content]:
    from aisi_ingest.media_types import OLE, PDF, ZIP, media_type

    kind = media_type(path)
    if kind == PDF:
        from aisi_ingest.extract import pdf_reader

        return pdf_reader.read(path)
    if kind.startswith(_PRESENTATIONS) or kind in (OLE, ZIP):  # encrypted presentations are OLE, damaged ones ZIP
        from aisi_ingest.extract.pptx import reader

        return reader.read(path)
    return Result(None, (Issue("extract", "error", "not_a_document", f"the file is {kind}, neither PDF nor PPTX"),))


def recognise(
    path: Path, content: Content, known: KnownLines = nothing_known, only_pages: bool = False
) -> Result[PictureTexts]:
    """Recognise the text in the pictures of a file.

    Args:
        path: The file.
        content: What ``read`` returned without OCR.
        known: Finds the lines of pictures that were recognised before.
        only_pages: Recognise only pages without text.

    Returns:
        The texts, and issues of the pictures.
    """
    if content.form == "pptx":
        from aisi_ingest.extract.pptx import reader

        return reader.recognise(path, known, only_pages)
    from aisi_ingest.extract.ocr import pictures

    return pictures.recognise(path, content, known, only_pages)


def with_texts(path: Path, content: Content, texts: PictureTexts) -> Result[Content]:
    """Add the text in the pictures of a file to its content.

    Args:
        path: The file.
        content: What ``read`` returned without OCR.
        texts: What ``recognise`` returned.

    Returns:
        The content. Its issues repeat those of ``read``, if any.
    """
    if content.form == "pptx":  # the place of a text decides in which order a slide is read
        from aisi_ingest.extract.pptx import reader

        return reader.read(path, texts)
    from aisi_ingest.extract.ocr import pictures

    return Result(pictures.with_texts(content, texts))

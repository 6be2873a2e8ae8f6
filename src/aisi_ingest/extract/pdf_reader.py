"""Read a PDF: a deck as slides, anything else as a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import structs

from aisi_ingest.extract.layout.assemble import language_of_blocks, rounded
from aisi_ingest.extract.layout.page_content import PageContent, page_content_of
from aisi_ingest.extract.layout.report import report
from aisi_ingest.extract.pdf.annotations import Annotation
from aisi_ingest.extract.pdf.document import Bookmark, PdfError, open_document
from aisi_ingest.extract.pdf.page import Page
from aisi_ingest.model import Block, Content, Result
from aisi_ingest.sandbox import no_gc
from aisi_ingest.text.normalise import join_lines, language_of, normalise


def read(path: str | Path) -> Result[Content]:
    """Read a PDF: a deck as slides, anything else as a report.

    A file that cannot be opened gives an issue of level "error" and no value; a page that cannot be read gives
    a warning with its number.
    """
    with no_gc.paused():
        return _read(path)


def _read(path: str | Path) -> Result[Content]:
    try:
        with open_document(path) as document:
            held: list[Page] = []
            sheets: list[PageContent] = []
            for page in document.pages():
                if not sheets and page.width > page.height:
                    held.append(page)  # may be a deck, which is read from its pages
                else:
                    for one in (*held, page):
                        sheets.append(page_content_of(one, sheets[-1] if sheets else None))
                    held.clear()
            bookmarks, title = document.outline, document.title
            active, issues = document.active_content, tuple(document.issues)
    except PdfError as error:
        return Result(None, (error.issue,))
    if held and is_slide_deck(held):
        return Result(_annotated(_deck(held, bookmarks, title, active), document.annotations), issues)
    for page in held:
        sheets.append(page_content_of(page, sheets[-1] if sheets else None))
    content = structs.replace(report(sheets, bookmarks, title), active_content=active)
    return Result(_annotated(content, document.annotations), issues)


def _annotated(content: Content, annotations: Sequence[Annotation]) -> Content:
    """With what is laid over the pages as labels, in no section: it is no part of the text."""
    blocks = list(content.blocks)
    for annotation in annotations:
        text = join_lines(normalise(annotation.text).split("\n"))
        if text:
            name, lang = f"b{len(blocks) + 1}", language_of(text, content.lang)
            blocks.append(Block(name, annotation.page, rounded(annotation.box), "figure_text", text, lang))
    return structs.replace(content, blocks=tuple(blocks))


def is_slide_deck(pages: Sequence[Page]) -> bool:
    """Landscape pages with little text on each: a Japanese character says about as much as 2.2 Latin ones."""
    counts = sorted(float(np.where(page.chars["code"] < 0x2E80, 0.45, 1.0).sum()) for page in pages)
    return counts[-1] > 0 and counts[len(counts) // 2] < 2500


def _deck(pages: Sequence[Page], bookmarks: Sequence[Bookmark], title: str, active: tuple[str, ...]) -> Content:
    from aisi_ingest.extract.slides.pdf_deck import read_deck

    blocks, sections, tables = read_deck(pages, bookmarks)
    first = next((b.text for b in blocks if b.kind == "title"), next((s.title for s in sections), title))
    return Content(
        kind="deck",
        form="pdf",
        lang=language_of_blocks(blocks),
        title=first,
        page_sizes=tuple((page.width, page.height) for page in pages),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(page.number for page in pages if not (~page.chars["hidden"]).any()),
        active_content=active,
    )

"""Read a PDF: slide decks as slides, all other documents as reports."""

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
from aisi_ingest.text.measure import LATIN_PER_JAPANESE
from aisi_ingest.text.normalise import join_lines, language_of, normalise

_JAPANESE_FROM = 0x2E80  # the first code point of the CJK blocks
_DECK_TEXT = 2500  # Japanese characters; the median slide has fewer


def read(path: str | Path) -> Result[Content]:
    """Read a PDF: a slide deck as slides, any other document as a report.

    Args:
        path: The file.

    Returns:
        The content. If the file cannot be opened, the value is None and an issue of level "error" gives the reason.
        Each page that cannot be read adds a warning with its number.
    """
    with no_gc.paused():
        return _read(path)


def _read(path: str | Path) -> Result[Content]:
    try:
        with open_document(path) as document:
            landscape: list[Page] = []
            contents: list[PageContent] = []
            for page in document.pages():
                if not contents and page.width > page.height:
                    landscape.append(page)  # the document may be a slide deck, which is read from its pages
                else:
                    for one in (*landscape, page):
                        contents.append(page_content_of(one, contents[-1] if contents else None))
                    landscape.clear()
            bookmarks, title = document.outline, document.title
            active, issues = document.active_content, tuple(document.issues)
    except PdfError as error:
        return Result(None, (error.issue,))
    if landscape and is_slide_deck(landscape):
        content = _read_deck(landscape, bookmarks, title, active)
    else:
        for page in landscape:
            contents.append(page_content_of(page, contents[-1] if contents else None))
        content = structs.replace(report(contents, bookmarks, title), active_content=active)
    return Result(_with_annotations(content, document.annotations), issues)


def _with_annotations(content: Content, annotations: Sequence[Annotation]) -> Content:
    """Add the texts of annotations as labels outside any section: they are not part of the document's text."""
    blocks = list(content.blocks)
    for annotation in annotations:
        text = join_lines(normalise(annotation.text).split("\n"))
        if text:
            name, lang = f"b{len(blocks) + 1}", language_of(text, content.lang)
            block = Block(name, annotation.page, rounded(annotation.box), "figure_text", text, lang)
            reason = annotation.hidden_reason
            blocks.append(structs.replace(block, hidden=reason is not None, hidden_reason=reason))
    return structs.replace(content, blocks=tuple(blocks))


def is_slide_deck(pages: Sequence[Page]) -> bool:
    """Tell whether landscape pages are a slide deck: the median page has little text.

    Args:
        pages: All pages of a document, each wider than high.
    """
    counts = sorted(
        float(np.where(page.chars["code"] < _JAPANESE_FROM, 1 / LATIN_PER_JAPANESE, 1.0).sum()) for page in pages
    )
    return counts[-1] > 0 and counts[len(counts) // 2] < _DECK_TEXT


def _read_deck(pages: Sequence[Page], bookmarks: Sequence[Bookmark], title: str, active: tuple[str, ...]) -> Content:
    from aisi_ingest.extract.layout.no_titles import deck_title
    from aisi_ingest.extract.slides.pdf_deck import read_deck

    blocks, sections, tables = read_deck(pages, bookmarks)
    titles = [block.text for block in blocks if block.kind == "title"] + [section.title for section in sections]
    texts = [b.text for b in blocks if b.page == 1 and b.kind in ("heading", "paragraph", "list_item") and not b.hidden]
    return Content(
        kind="deck",
        form="pdf",
        lang=language_of_blocks(blocks),
        title=deck_title(titles, texts, title),
        page_sizes=tuple((page.width, page.height) for page in pages),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(page.number for page in pages if not (~page.chars["hidden"]).any()),
        active_content=active,
    )

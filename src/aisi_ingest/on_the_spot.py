"""One file at a time, without a store and without a network: what ``aisi-ingest extract`` does."""

from __future__ import annotations

from pathlib import Path

from aisi_ingest import steps, store
from aisi_ingest.extract import sniff
from aisi_ingest.model import Block, Box, Content, Document, Issue, Licence, Listing, Mention, Result, Source
from aisi_ingest.steps import Settings


def read(path: Path, *, ocr: bool = True, registry: Path | None = None) -> Result[Document]:
    """Read and tag one file, in the sandbox. The document gets an id of its own, as in a release of it alone."""
    from aisi_ingest import pair

    try:
        refused = "is not a file" if not path.is_file() else sniff.refusal(path)
        if refused:
            return Result(None, (Issue("extract", "error", "not_a_document", refused),))
        source = Source(None, path.name, store.sha256_of(path), path.stat().st_size, sniff.media_type(path))
    except OSError as error:
        return Result(None, (Issue("extract", "error", "unreadable", f"cannot be read: {error.strerror}"),))
    listing = Listing(source, licence=Licence("not stated; see the source", "", path.name))
    content, tagged = steps.extract_and_tag(Settings(root=".", workers=1, ocr=ocr), path, listing, registry)
    issues = (*content.issues, *(tagged.issues if tagged else ()))
    if content.value is None or tagged is None or tagged.value is None:
        return Result(None, issues)
    document = Document(listing, content.value, tagged.value.mentions, tagged.value.date)
    placed = pair.pair([document])
    return Result(placed.value[0] if placed.value else None, issues + placed.issues)


def tag_text(text: str, *, registry: Path | None = None, date: str | None = None) -> tuple[Mention, ...]:
    """Mentions in a line of text, as if it were a paragraph of a document of that date (EDTF)."""
    from aisi_ingest import tag
    from aisi_ingest.registry import load
    from aisi_ingest.text import language_of, normalise

    text = normalise(text)
    lang = language_of(text)
    block = Block("b1", 1, Box(0, 0, 0, 0), "paragraph", text, lang)
    content = Content("report", "pdf", lang, "", ((0, 0),), (block,))
    return tag.tag(content, load(registry), date=date, publisher=None).value or ()


def nested_json(document: Document) -> bytes:
    """A document as the nested JSON of a release, indented, in UTF-8."""
    from aisi_ingest.publish import formats, tables
    from aisi_ingest.versions import made_with

    rows, _ = tables.document_rows(document, made_with())
    return formats.pretty(formats.nested(rows))


def write(document: Document, path: Path) -> None:
    """Write the nested JSON in one step. Raises RootError where the folder cannot be written."""
    store.atomic_write(path, nested_json(document))

"""One file at a time, without a store and without a network: what ``aisi-ingest extract`` does."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.model import Block, Box, Content, Document, Issue, Licence, Listing, Mention, Result, Source
from aisi_ingest.pipeline import steps
from aisi_ingest.pipeline.jobs import Aligned, Settings
from aisi_ingest.storage import store
from aisi_ingest.storage.files import sha256_of


def read(path: Path, *, ocr: bool = True, registry: Path | None = None) -> Result[Document]:
    """Read and tag one file, in the sandbox. The document gets an id of its own, as in a release of it alone."""
    from aisi_ingest.pair import pairing

    try:
        refused = "is not a file" if not path.is_file() else media_types.refusal(path)
        if refused:
            return Result(None, (Issue("extract", "error", "not_a_document", refused),))
        source = Source(None, path.name, sha256_of(path), path.stat().st_size, media_types.media_type(path))
    except OSError as error:
        return Result(None, (Issue("extract", "error", "unreadable", f"cannot be read: {error.strerror}"),))
    listing = Listing(source, licence=Licence("not stated; see the source", "", path.name))
    content, tagged = steps.extract_and_tag(Settings(root=".", workers=1, ocr=ocr), path, listing, registry)
    issues = (*content.issues, *(tagged.issues if tagged else ()))
    if content.value is None or tagged is None or tagged.value is None:
        return Result(None, issues)
    document = Document(listing, content.value, tagged.value.mentions, tagged.value.date)
    placed = pairing.pair([document])
    return Result(placed.value[0] if placed.value else None, issues + placed.issues)


def align(
    first: Document, second: Document, *, registry: Path | None = None
) -> Result[tuple[Document, Document, Aligned]]:
    """Lay a Japanese and an English document side by side, in whichever order they come.

    The value is None, with an issue that says so, where both are in one language.
    """
    langs = (first.content.lang, second.content.lang)
    if langs[0] == langs[1]:
        name = {"ja": "Japanese", "en": "English"}[langs[0]]
        text = f"both are in {name}: align takes a Japanese and an English document; diff compares two editions"
        return Result(None, (Issue("align", "error", "one_language", text),))
    ja, en = (first, second) if langs[0] == "ja" else (second, first)
    ja, en = replace(ja, id="ja/none/ja"), replace(en, id="en/none/en")
    result = steps.align_on_the_spot(
        Settings(root=".", registry=str(registry) if registry else None, workers=1), ja, en
    )
    return Result((ja, en, result.value) if result.value else None, result.issues)


def tag_text(text: str, *, registry: Path | None = None, date: str | None = None) -> tuple[Mention, ...]:
    """Mentions in a line of text, as if it were a paragraph of a document of that date (EDTF)."""
    from aisi_ingest import tagging
    from aisi_ingest.registry import load
    from aisi_ingest.text.normalise import language_of, normalise

    text = normalise(text)
    lang = language_of(text)
    block = Block("b1", 1, Box(0, 0, 0, 0), "paragraph", text, lang)
    content = Content("report", "pdf", lang, "", ((0, 0),), (block,))
    return tagging.tag(content, load(registry), date=date, publisher=None).value or ()


def nested_json(document: Document) -> bytes:
    """A document as the nested JSON of a release, indented, in UTF-8."""
    from aisi_ingest.pipeline.freshness import made_with
    from aisi_ingest.publish import formats
    from aisi_ingest.publish import rows as tables

    rows, _ = tables.document_rows(document, made_with())
    return formats.pretty(formats.nested(rows))


def write(document: Document, path: Path) -> None:
    """Write the nested JSON in one step. Raises RootError where the folder cannot be written."""
    store.atomic_write(path, nested_json(document))

"""Read, tag and align single files, without a store and without a network.

The commands ``extract``, ``tag`` and ``align`` and the public functions of the package are built on this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.model import (
    Block,
    Box,
    Content,
    Counterparts,
    Document,
    Issue,
    Licence,
    Listing,
    Mention,
    Result,
    Source,
)
from aisi_ingest.pipeline import stages
from aisi_ingest.pipeline.jobs import Aligned, Settings
from aisi_ingest.storage.files import atomic_write, sha256_of


def read(path: Path, *, ocr: bool | None = True, registry: Path | None = None) -> Result[Document]:
    """Read and tag one file in the sandbox.

    Args:
        path: A PDF or PPTX file.
        ocr: Read text in images as well; None: only on pages without text.
        registry: Path of registry.toml; None: the registry that comes with the project.

    Returns:
        The document, with the id that it would have in a release of its own. None if the file cannot be read; the
        issues give the reason.
    """
    from aisi_ingest.pair import pairing

    try:
        refusal = (
            "is not a file, nor a folder with PDF or PPTX files"
            if not path.is_file()
            else media_types.refusal_of_named_file(path)
        )
        if refusal:
            return Result(None, (Issue("extract", "error", "not_a_document", refusal),))
        source = Source(None, path.name, sha256_of(path), path.stat().st_size, media_types.media_type(path))
    except OSError as error:
        return Result(None, (Issue("extract", "error", "unreadable", f"cannot be read: {error.strerror}"),))
    listing = Listing(source, licence=Licence("not stated; see the source", "", path.name))
    settings = _settings(registry)
    content = _read_content(settings, path, ocr)
    if content.value is None:
        return Result(None, content.issues)
    tagged = stages.TAG.run(settings, (), stages.tag_content, content.value, listing, settings.registry).value
    issues = (*content.issues, *tagged.issues)
    if tagged.value is None:
        return Result(None, issues)
    document = Document(listing, content.value, tagged.value.mentions, tagged.value.date)
    paired = pairing.pair([document])
    return Result(paired.value[0] if paired.value else None, issues + paired.issues)


def _read_content(settings: Settings, path: Path, ocr: bool | None) -> Result[Content]:
    extracted = stages.EXTRACT.run(settings, (path,), stages.extract_file, str(path)).value
    if extracted.value is None or ocr is False:
        return extracted
    only_pages = ocr is None
    texts = stages.OCR.run(settings, (path,), stages.recognise_file, str(path), extracted.value, only_pages).value
    issues = (*extracted.issues, *texts.issues)
    if texts.value is None:  # the text is worth having without the pictures
        return Result(extracted.value, (*extracted.issues, *stages.without_pictures(texts.issues)))
    composed = stages.CONTENT.run(settings, (path,), stages.add_texts, str(path), extracted.value, texts.value).value
    return Result(composed.value, issues if composed.value else composed.issues)


def align(
    first: Document, second: Document, *, registry: Path | None = None
) -> Result[tuple[Document, Document, Aligned]]:
    """Align a Japanese and an English document in the sandbox, and compare what is aligned.

    Args:
        first: A document in either language.
        second: A document in the other language.
        registry: Path of registry.toml; None: the registry that comes with the project.

    Returns:
        The Japanese document, the English document, and their beads and findings. None with an issue if both
        documents are in one language.
    """
    languages = (first.content.lang, second.content.lang)
    if languages[0] == languages[1]:
        name = {"ja": "Japanese", "en": "English"}[languages[0]]
        text = f"both are in {name}: align takes a Japanese and an English document; diff compares two editions"
        return Result(None, (Issue("align", "error", "one_language", text),))
    ja, en = (first, second) if languages[0] == "ja" else (second, first)
    ja, en = replace(ja, id="ja/none/ja"), replace(en, id="en/none/en")
    settings = _settings(registry)
    result = stages.ALIGN.run(settings, (), stages.align_documents, ja, en, settings.registry).value
    if result.value is None:
        return Result(None, result.issues)
    ja, en = (_with_names(document, result.value.names) for document in (ja, en))
    return Result((ja, en, result.value), result.issues)


def _with_names(document: Document, names: Counterparts) -> Document:
    from aisi_ingest.tagging.counterparts import with_ids, with_mentions

    more = names.ja if document.content.lang == "ja" else names.en
    return with_ids(with_mentions(document, more), names.same)


def tag_text(text: str, *, registry: Path | None = None, date: str | None = None) -> tuple[Mention, ...]:
    """Find the mentions in a text, as if it were a paragraph of a document, with the models of names as well.

    Args:
        text: Japanese or English text. It is normalised first.
        registry: Path of registry.toml; None: the registry that comes with the project.
        date: Date of the document (EDTF), which resolves dates without a year.

    Returns:
        The mentions, in the order of the text. Offsets are code points of the normalised text.
    """
    from aisi_ingest import tagging
    from aisi_ingest.registry import load

    return tagging.tag(_paragraph(text), load(registry), date=date, publisher=None, with_models=True).value or ()


def tag_lines(texts: Iterable[str], *, registry: Path | None = None, date: str | None = None) -> Iterator[bytes]:
    """Yield the mentions of each text as one JSON object, see ``aisi-ingest tag --json``.

    Args:
        texts: Japanese or English texts; each is tagged by itself.
        registry: Path of registry.toml; None: the registry that comes with the project.
        date: Date of the texts (EDTF), which resolves dates without a year.

    Yields:
        ``{"text": ..., "mentions": [{"start", "end", "label", "value", "rule", "score"}]}`` with the normalised text,
        to which the offsets refer. ``value`` and ``score`` are null if they are not known.
    """
    from aisi_ingest import tagging
    from aisi_ingest.registry import load

    loaded = load(registry)
    for text in texts:
        content = _paragraph(text)
        mentions = tagging.tag(content, loaded, date=date, publisher=None, with_models=True).value or ()
        rows = [{name: getattr(mention, name) for name in _FIELDS_OF_LINE} for mention in mentions]
        yield msgspec.json.encode({"text": content.blocks[0].text, "mentions": rows})


_FIELDS_OF_LINE = ("start", "end", "label", "value", "rule", "score")


def tag_content(content: Content, *, registry: Path | None = None, date: str | None = None) -> tuple[Mention, ...]:
    """Find the mentions in the content of a document, in this process, as a run does: without the models of names.

    Args:
        content: The content.
        registry: Path of registry.toml; None: the registry that comes with the project.
        date: Date of the document (EDTF), which resolves dates without a year.
    """
    from aisi_ingest import tagging
    from aisi_ingest.registry import load

    return tagging.tag(content, load(registry), date=date, publisher=None).value or ()


def _paragraph(text: str) -> Content:
    """Return a document of one paragraph with the normalised text."""
    from aisi_ingest.text.normalise import language_of, normalise

    text = normalise(text)
    lang = language_of(text)
    block = Block("b1", 1, Box(0, 0, 0, 0), "paragraph", text, lang)
    return Content("report", "pdf", lang, "", ((0, 0),), (block,))


def nested_json(document: Document) -> bytes:
    """Encode a document as the nested JSON of a release: indented, in UTF-8."""
    from aisi_ingest.publish import formats
    from aisi_ingest.publish import rows as tables

    rows, _ = tables.document_rows(document, stages.made_with())
    return formats.pretty(formats.nested(rows))


def write(document: Document, path: Path) -> None:
    """Write the nested JSON of a document in one step.

    Raises:
        RootError: The folder cannot be written.
    """
    atomic_write(path, nested_json(document))


def _settings(registry: Path | None) -> Settings:
    return Settings(root=".", registry=str(registry) if registry else None, workers=1)

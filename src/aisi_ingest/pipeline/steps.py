"""The steps of a run: what is done to one document, one pair or two editions.

A step is a module-level function from one job to one outcome, so that a thread, a Prefect task or a worker on another
machine can run it. Each step has a counterpart ``load_...``, which returns the outcome only if all outputs are up to
date.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from msgspec.structs import replace

from aisi_ingest.model import EditionDiff, Listing
from aisi_ingest.pipeline import picture_cache
from aisi_ingest.pipeline.jobs import (
    Aligned,
    DocumentJob,
    DocumentOutcome,
    EditionsJob,
    EditionsOutcome,
    FeaturesOutcome,
    PairJob,
    PairOutcome,
)
from aisi_ingest.pipeline.resources import load_models, load_readers
from aisi_ingest.pipeline.stage import StageOutput, StoredStage
from aisi_ingest.pipeline.stages import (
    ALIGN,
    CONTENT,
    EDITIONS,
    EXTRACT,
    OCR,
    PAIR,
    TAG,
    document_features,
    without_pictures,
)
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.pool import Session
from aisi_ingest.storage.documents import readable_files
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Store

_Get = Callable[[StoredStage[DocumentJob], DocumentJob], StageOutput | None]


def process_document(job: DocumentJob) -> DocumentOutcome:
    """Extract and tag one document; each stage only if its output is not up to date.

    The document counts as processed in this run even if its outputs are already up to date: a worker may have died
    after writing them, and the step runs again elsewhere.
    """
    sandbox, settings = pool.shared(job.settings.workers), job.settings
    with contextlib.suppress(OSError):  # the stages report it if no worker can be started
        sandbox.prepare(load_readers, settings.registry, job.listing.source.media_type)
        if job.compute_features:
            sandbox.prepare_in_background(load_models, settings.registry)
    with _session(job, job.listing) as session:
        outcome = _read_document(job, lambda stage, job: _load_or_compute(stage, job, session), processed=True)
        assert outcome is not None
        if job.compute_features and not outcome.failed:
            PAIR.load_or_compute(job, session)
    return outcome


def read_pictures(job: DocumentJob) -> DocumentOutcome:
    """Read the pictures of a document whose text was processed before, and process it again with their text.

    Only OCR follows ``Settings.redo_from``: the run has done the other stages with the text.
    """
    rest = replace(job, settings=replace(job.settings, redo_from=None))
    with _session(job, job.listing) as session:

        def get(stage: StoredStage[DocumentJob], given: DocumentJob) -> StageOutput | None:
            return _load_or_compute(stage, job if stage is OCR else given, session)

        outcome = _read_document(rest, get, processed=True)
        assert outcome is not None
        if job.compute_features and not outcome.failed:
            PAIR.load_or_compute(rest, session)
    return outcome


def _load_or_compute(stage: StoredStage[DocumentJob], job: DocumentJob, session: Session) -> StageOutput:
    output = stage.load(job)
    if output is None:
        output = stage.compute(job, session)
        if stage is OCR and not output.failed:
            picture_cache.save(Store(job.settings.root), output)
    return output


def _read_document(job: DocumentJob, get: _Get, processed: bool) -> DocumentOutcome | None:
    """Get the outputs of a document, each of which depends on those before it.

    Args:
        job: The document.
        get: Returns the output of a stage, or None where it must not be computed.
        processed: The document counts as processed in this run.

    Returns:
        The outcome; None if ``get`` returned None.
    """
    outputs: list[StageOutput] = []
    stages = [EXTRACT]
    if job.settings.ocr and (job.wait_for_pictures or (_is_fresh(EXTRACT, job) and _is_fresh(OCR, job))):
        stages.append(OCR)
    for stage in (*stages, CONTENT, TAG):
        output = get(stage, job)
        if output is None:
            return None
        outputs.append(output)
        if stage is OCR:
            job = replace(job, with_pictures=not output.failed)
        elif output.failed:
            break
    return _document_outcome(job, outputs, processed)


def _is_fresh(stage: StoredStage[DocumentJob], job: DocumentJob) -> bool:
    return stage.load(job) is not None


def _session(job: DocumentJob | PairJob | EditionsJob, *listings: Listing) -> Session:
    """Return a session in which only these documents and their stage outputs can be read."""
    store = Store(job.settings.root)
    files = [path for listing in listings for path in readable_files(store, listing.source.sha256)]
    files.append(picture_cache.folder(store))
    return pool.shared(job.settings.workers).session(*files, *job.settings.files)


def load_processed_document(job: DocumentJob) -> DocumentOutcome | None:
    """Return the outcome of a document if its outputs are up to date, else None. Reads the outputs."""
    return _read_document(job, lambda stage, job: stage.load(job), processed=False)


def _document_outcome(job: DocumentJob, outputs: list[StageOutput], processed: bool) -> DocumentOutcome:
    """Return the outcome of a document. If only its pictures could not be read, its text is published."""
    by_stage = {output.stage: output for output in outputs}
    failed = any(output.failed for output in outputs if output.stage != OCR.name)
    reported = [by_stage[stage] for stage in (CONTENT.name, TAG.name) if stage in by_stage] or outputs[:1]
    issues = [issue for output in reported for issue in output.issues]
    if (pictures := by_stage.get(OCR.name)) and pictures.failed:
        issues += without_pictures(pictures.issues)
    return DocumentOutcome(
        job.listing,
        processed,
        tuple(issues),
        {output.stage: output.seconds for output in outputs},
        {stage: memory for output in outputs for stage, memory in output.peak_memory.items()},
        None if failed else sha256_of("".join(str(output.digest) for output in reported).encode()),
        job.with_pictures,
    )


def compute_document_features(job: DocumentJob) -> FeaturesOutcome:
    """Compute the features of a processed document for pairing. They depend on no other document."""
    with _session(job, job.listing) as session:
        return _features_outcome(job, PAIR.load_or_compute(job, session))


def load_document_features(job: DocumentJob) -> FeaturesOutcome | None:
    """Return the features of a document if they are up to date, else None."""
    output = PAIR.load(job)
    return _features_outcome(job, output) if output else None


def _features_outcome(job: DocumentJob, output: StageOutput) -> FeaturesOutcome:
    return FeaturesOutcome(job.name, job.key, output.value(document_features()), output.issues)


def align_or_diff(job: PairJob | EditionsJob) -> PairOutcome | EditionsOutcome:
    """Align and compare the languages of one edition, or list the changes between two editions.

    One step does both, so that neither kind of job waits for the last job of the other kind.
    """
    with _session(job, *(document.listing for document in job.both)) as session:
        return _relation_outcome(job, _stage_of(job).load_or_compute(job, session))


def load_alignment_or_diff(job: PairJob | EditionsJob) -> PairOutcome | EditionsOutcome | None:
    """Return the outcome of a pair or of two editions if it is up to date, else None."""
    output = _stage_of(job).load(job)
    return _relation_outcome(job, output) if output else None


def _stage_of(job: PairJob | EditionsJob) -> StoredStage[PairJob | EditionsJob]:
    return ALIGN if isinstance(job, PairJob) else EDITIONS  # type: ignore[return-value]  # the stage fits this job


def _relation_outcome(job: PairJob | EditionsJob, output: StageOutput) -> PairOutcome | EditionsOutcome:
    if isinstance(job, EditionsJob):
        return EditionsOutcome(job.name, output.value(EditionDiff), output.issues)
    aligned = output.value(Aligned)
    return PairOutcome(job.name, job.ja.id, job.en.id, aligned, output.issues, output.seconds, output.memory)

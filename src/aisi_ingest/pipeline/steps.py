"""The steps of a run: what is done to one document, one pair or two editions.

A step is a module-level function from one job to one outcome, so that a thread, a Prefect task or a worker on another
machine can run it. Each step has a counterpart ``load_...``, which returns the outcome only if all outputs are up to
date.
"""

from __future__ import annotations

import contextlib

from aisi_ingest.model import EditionDiff, Listing
from aisi_ingest.pipeline.jobs import (
    Aligned,
    DocumentJob,
    DocumentOutcome,
    EditionsJob,
    EditionsOutcome,
    FeaturesOutcome,
    PairJob,
    PairOutcome,
    VectorsOutcome,
)
from aisi_ingest.pipeline.resources import load_models, load_readers
from aisi_ingest.pipeline.stage import StageOutput, StoredStage
from aisi_ingest.pipeline.stages import ALIGN, EDITIONS, EXTRACT, PAIR, TAG, VECTORS, document_features
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.pool import Session
from aisi_ingest.storage.documents import readable_files
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Store


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
        outputs = [EXTRACT.load_or_compute(job, session)]
        if not outputs[0].failed:
            outputs.append(TAG.load_or_compute(job, session))
        outcome = _document_outcome(job, outputs, processed=True)
        if job.compute_features and not outcome.failed:
            PAIR.load_or_compute(job, session)
    return outcome


def _session(job: DocumentJob | PairJob | EditionsJob, *listings: Listing) -> Session:
    """Return a session in which only these documents and their stage outputs can be read."""
    store = Store(job.settings.root)
    files = [path for listing in listings for path in readable_files(store, listing.source.sha256)]
    return pool.shared(job.settings.workers).session(*files, *job.settings.files)


def load_processed_document(job: DocumentJob) -> DocumentOutcome | None:
    """Return the outcome of a document if its outputs are up to date, else None. Reads the outputs."""
    outputs = []
    for stage in (EXTRACT, TAG):
        output = stage.load(job)
        if output is None:
            return None
        outputs.append(output)
    return _document_outcome(job, outputs, processed=False)


def _document_outcome(job: DocumentJob, outputs: list[StageOutput], processed: bool) -> DocumentOutcome:
    failed = any(output.failed for output in outputs)
    return DocumentOutcome(
        job.listing,
        processed,
        tuple(issue for output in outputs for issue in output.issues),
        {output.stage: output.seconds for output in outputs},
        {stage: memory for output in outputs for stage, memory in output.peak_memory.items()},
        None if failed else sha256_of("".join(str(output.digest) for output in outputs).encode()),
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


def encode_chunks(job: DocumentJob) -> VectorsOutcome:
    """Compute the vectors of the chunks of a document. They depend on its text only."""
    with _session(job, job.listing) as session:
        return VectorsOutcome(job.name, job.key, VECTORS.load_or_compute(job, session).issues)


def load_encoded_chunks(job: DocumentJob) -> VectorsOutcome | None:
    """Return whether the vectors of a document are up to date, else None."""
    output = VECTORS.load(job)
    return VectorsOutcome(job.name, job.key, output.issues) if output else None


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

"""The steps of a run: what is done to one document, one pair or two editions.

A step is a module-level function from one job to one outcome, so that a thread, a Prefect task or a worker on another
machine can run it. Each step has a counterpart ``load_...``, which returns the outcome only if all outputs are up to
date.
"""

from __future__ import annotations

from aisi_ingest.model import EditionDiff
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
from aisi_ingest.pipeline.resources import load_models
from aisi_ingest.pipeline.stage import StageOutput, StoredStage
from aisi_ingest.pipeline.stages import ALIGN, EDITIONS, EXTRACT, PAIR, TAG
from aisi_ingest.sandbox import pool
from aisi_ingest.storage.files import sha256_of


def process_document(job: DocumentJob) -> DocumentOutcome:
    """Extract and tag one document; each stage only if its output is not up to date.

    The document counts as processed in this run even if its outputs are already up to date: a worker may have died
    after writing them, and the step runs again elsewhere.
    """
    if job.compute_features:
        pool.shared(job.settings.workers).prepare_in_background(load_models, job.settings.registry)
    outputs = [EXTRACT.load_or_compute(job)]
    if not outputs[0].failed:
        outputs.append(TAG.load_or_compute(job))
    outcome = _document_outcome(job, outputs, processed=True)
    if job.compute_features and not outcome.failed:
        compute_document_features(job)
    return outcome


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
    return _features_outcome(job, PAIR.load_or_compute(job))


def load_document_features(job: DocumentJob) -> FeaturesOutcome | None:
    """Return the features of a document if they are up to date, else None."""
    output = PAIR.load(job)
    return _features_outcome(job, output) if output else None


def _features_outcome(job: DocumentJob, output: StageOutput) -> FeaturesOutcome:
    from aisi_ingest.pair.similarity import DocumentFeatures

    return FeaturesOutcome(job.name, job.key, output.value(DocumentFeatures), output.issues)


def align_or_diff(job: PairJob | EditionsJob) -> PairOutcome | EditionsOutcome:
    """Align and compare the languages of one edition, or list the changes between two editions.

    One step does both, so that neither kind of job waits for the last job of the other kind.
    """
    return _relation_outcome(job, _stage_of(job).load_or_compute(job))


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

"""Join what a run finds out in its two passes: first with the text of documents, then with that of their pictures."""

from __future__ import annotations

from msgspec.structs import replace

from aisi_ingest.pipeline.jobs import DocumentOutcome
from aisi_ingest.pipeline.report import Report


def join_outcomes(text: DocumentOutcome, pictures: DocumentOutcome) -> DocumentOutcome:
    """Join the outcomes of reading the text and the pictures of a document."""
    stages = {**text.seconds, **pictures.seconds}
    seconds = {stage: round(text.seconds.get(stage, 0) + pictures.seconds.get(stage, 0), 3) for stage in stages}
    memory = {
        stage: max(text.memory.get(stage, 0), pictures.memory.get(stage, 0))
        for stage in {**text.memory, **pictures.memory}
    }
    return replace(pictures, processed=text.processed or pictures.processed, seconds=seconds, memory=memory)


def join_reports(first: Report, second: Report) -> Report:
    """Join the reports of publishing the text and of publishing it with that of the pictures."""
    if not second.nothing_changed:
        return replace(second, release=second.release or first.release, repaired=second.repaired or first.repaired)
    issues = (*first.issues, *(issue for issue in second.issues if issue not in first.issues))
    return replace(first, documents=second.documents, stages=second.stages | first.stages, issues=issues)

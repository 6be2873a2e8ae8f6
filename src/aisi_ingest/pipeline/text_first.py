"""The documents of a run, in its two passes: first with their text, then with that of their pictures as well."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.fetch.listings import Fetched
from aisi_ingest.pipeline.jobs import DocumentJob, DocumentOutcome
from aisi_ingest.pipeline.report import Report


class Documents(Struct, frozen=True):
    """All documents of a run, by URL."""

    known: dict[str, Fetched]
    jobs: Mapping[str, DocumentJob]
    outcomes: Mapping[str, DocumentOutcome]
    fallbacks: Mapping[str, DocumentOutcome]  # of earlier contents, for URLs whose latest content failed

    @property
    def good(self) -> dict[str, DocumentOutcome]:
        """The documents that can be published."""
        found = {**self.outcomes, **self.fallbacks}
        return {url: outcome for url, outcome in found.items() if not outcome.failed}

    def with_pictures(self, found: Mapping[str, DocumentOutcome]) -> Documents:
        """Return the documents with the outcomes of reading their pictures, by URL."""

        def joined(outcomes: Mapping[str, DocumentOutcome]) -> dict[str, DocumentOutcome]:
            out = dict(outcomes)
            for url, outcome in outcomes.items():
                if url in found and found[url].listing == outcome.listing:
                    out[url] = _join_outcomes(outcome, found[url])
            return out

        return Documents(self.known, self.jobs, joined(self.outcomes), joined(self.fallbacks))


def _join_outcomes(text: DocumentOutcome, pictures: DocumentOutcome) -> DocumentOutcome:
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

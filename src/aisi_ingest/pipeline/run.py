"""One run on one root, and the order of its stages: process each document, pair, align each pair, publish, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from aisi_ingest import log
from aisi_ingest.corrections import reading as corrections
from aisi_ingest.corrections.applying import stated_pairs
from aisi_ingest.corrections.reading import Entry
from aisi_ingest.fetch.listings import Fetched
from aisi_ingest.model import Document, EditionDiff, Issue, Listing
from aisi_ingest.pipeline import failures, lost_receipts, repair, steps
from aisi_ingest.pipeline import report as run_report
from aisi_ingest.pipeline.confinement import confinement_issues
from aisi_ingest.pipeline.corrected import corrected_listing, with_corrections
from aisi_ingest.pipeline.fetching import FetchSession, distinct, earlier_versions, known_documents
from aisi_ingest.pipeline.jobs import (
    DocumentJob,
    DocumentOutcome,
    EditionsJob,
    EditionsOutcome,
    PairJob,
    PairOutcome,
    Settings,
)
from aisi_ingest.pipeline.publication import publication, release_stamp
from aisi_ingest.pipeline.registry_choice import remember, with_registry
from aisi_ingest.pipeline.report import DocumentReport, Report, StageCost, document_report, stage_costs
from aisi_ingest.pipeline.resources import registry_digest
from aisi_ingest.pipeline.runner import Progress, Runner, Threads
from aisi_ingest.pipeline.selectors import document_ids, matches
from aisi_ingest.pipeline.text_first import Documents, join_reports
from aisi_ingest.publish import folders
from aisi_ingest.sandbox import limits
from aisi_ingest.sources import MANUAL, SourceSpec
from aisi_ingest.storage.documents import CONTENT_STAGE, load_document
from aisi_ingest.storage.store import Stamp, Store, now, read_stamp, write_stamp

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures

J = TypeVar("J")
R = TypeVar("R")

_FEWEST_TO_PAIR = 2  # a single document has nothing to be paired with


class Run(AbstractContextManager["Run"]):
    """One run on one root, which is locked while the run is in progress."""

    def __init__(
        self, settings: Settings, sources: Sequence[SourceSpec], runner: Runner | None, progress: Progress
    ) -> None:
        self._given_registry = settings.registry
        settings = with_registry(settings)
        self.settings, self.sources, self.progress = settings, sources, progress
        self.settings_without_redo = replace(settings, redo_from=None)
        self.runner = runner or Threads(settings.workers)
        self.store = Store(settings.root)
        self.began, self.clock = now(), time.monotonic()
        self.fetched = FetchSession(settings, self.store, self.runner, progress)
        self.fetch_cost = StageCost(0, 0.0)
        self.issues = self.fetched.issues  # of the run; processing and pairing add to them
        self.known_failures = failures.load(self.store.processed)
        self.corrections: tuple[Entry, ...] = ()
        self.damaged_bytes: dict[str, str] = {}
        self.read_all = settings.redo_from is not None  # read all files to find damage, not only those touched

    def __enter__(self) -> Run:
        registry_digest(self.settings.registry)  # raises now rather than after an hour of fetching
        self.corrections = corrections.load(Path(self.settings.root))  # likewise
        limits.limits_from_environment()  # likewise for the limits in the environment
        with ExitStack() as stack:
            stack.enter_context(self.store.lock())
            stack.enter_context(log.writing(self.store.processed / "log.jsonl", run=self.began))
            folders.check_latest(self.store.processed)
            remember(self._given_registry, Path(self.settings.root))
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def set_damaged_bytes_aside(self) -> None:
        """Move damaged raw bytes aside, so that they are fetched again."""
        self.damaged_bytes = repair.set_damaged_bytes_aside(self.store, self.read_all)

    def report_damaged_bytes(self, fetching: bool) -> None:
        """Report which damaged bytes were fetched again."""
        self.issues += repair.damage_issues(self.store, self.damaged_bytes, fetching)

    def process_and_publish(self, only: Sequence[str]) -> Report:
        """Process the selected documents, publish if anything has changed, and save the report.

        With ``Settings.text_first``, their text is published first, and then their text with that of their pictures.
        """
        self.fetch_cost = StageCost(len(self.fetched.attempts), self._elapsed())
        documents = self._process(only)
        self.issues += confinement_issues()
        report = self._publish_if_changed(documents)
        if self.settings.ocr and self.settings.text_first:
            documents = self._read_pictures(documents)
            report = join_reports(report, self._publish_if_changed(documents, again=True))
        report = replace(report, seconds=self._elapsed())
        run_report.save(self.store.processed, report)
        found = failures.failures_of(report.documents, self.known_failures, self.fetched.attempts, self.began)
        failures.save(self.store.processed, found)
        return report

    def _publish_if_changed(self, documents: Documents, again: bool = False) -> Report:
        """Pair, align and publish the documents if anything has changed since the latest release.

        Args:
            documents: All documents of the run.
            again: This run has published before, and so has redone what it was to redo.
        """
        latest = self.store.processed / "latest"
        stamp = self._stamp(documents)
        settings = self.settings_without_redo if again else self.settings
        damaged = repair.damage_of_latest(self.store.processed, self.read_all)
        lost = [] if self.settings.allow_fewer else lost_receipts.lost_documents(self.store)
        before = len(self.issues)
        if lost:
            self.issues.append(lost_receipts.lost_issue(self.store, lost))
            report = self._report(documents, document_ids(latest))
        elif settings.redo_from is None and not damaged and latest.exists() and read_stamp(latest) == stamp:
            report = self._report(documents, document_ids(latest), nothing_changed=True)
        else:
            report = self._relate_and_publish(settings, documents, damaged)
            if not any(issue.stage == "publish" and issue.level == "error" for issue in report.issues):
                write_stamp(latest, self._stamp(documents))
        del self.issues[before:]  # they are in the report; a second one finds its own
        return report

    def _stamp(self, documents: Documents) -> Stamp:
        """Return the stamp of the release that has these documents; the link to the latest release is a part of it."""
        latest = self.store.processed / "latest"
        return release_stamp(documents.good.values(), self.sources, latest, self.corrections)

    # Documents

    def _process(self, only: Sequence[str]) -> Documents:
        """Extract and tag all documents. A document that is not selected is processed only if it is out of date."""
        known, issues = with_corrections(known_documents(self.store, self.sources), self.store, self.corrections)
        self.issues += issues
        listings = distinct({url: fetched.listing for url, fetched in known.items() if fetched.listing})
        selected = self._selected(listings, only)
        several = len(listings) > 1  # a single document is not paired and needs no features
        settings = {True: self.settings, False: self.settings_without_redo}
        jobs = {
            url: DocumentJob(settings[url in selected], listing, several, not self.settings.text_first)
            for url, listing in listings.items()
        }
        outcomes = self._process_documents("read", steps.process_document, steps.load_processed_document, jobs)
        return Documents(known, jobs, outcomes, self._fallbacks(outcomes))

    def _process_documents(
        self,
        stage: str,
        step: Callable[[DocumentJob], DocumentOutcome],
        load: Callable[[DocumentJob], DocumentOutcome | None],
        jobs: Mapping[str, DocumentJob],
    ) -> dict[str, DocumentOutcome]:
        """Run a step for documents.

        Args:
            stage: Its name for the progress.
            step: The step.
            load: Returns its outcome if it is up to date.
            jobs: The documents by URL.

        Returns:
            The outcomes by URL, sorted.
        """
        urls = {job.key: url for url, job in jobs.items()}
        # Large documents first: a large one at the end would run alone.
        largest_first = sorted(jobs.values(), key=lambda job: -job.listing.source.bytes)
        outcomes: dict[str, DocumentOutcome] = {}
        if jobs:
            self.progress(stage, "", 0, len(jobs))
        for outcome in self._run_step(step, load, largest_first):
            outcomes[urls[outcome.listing.source.sha256]] = outcome
            self.progress(stage, outcome.name, len(outcomes), len(jobs))
        return dict(sorted(outcomes.items()))

    def _read_pictures(self, documents: Documents) -> Documents:
        """Read the pictures of all documents whose text is published without them."""
        waiting = {url: outcome for url, outcome in documents.good.items() if not outcome.has_pictures}
        jobs = {
            url: replace(self._job_of(documents.jobs[url], outcome), wait_for_pictures=True)
            for url, outcome in waiting.items()
        }
        found = self._process_documents("ocr", steps.read_pictures, lambda _: None, jobs)
        return documents.with_pictures(found)

    def _job_of(self, job: DocumentJob, outcome: DocumentOutcome) -> DocumentJob:
        """Return the job of a published document: that of the latest content of its URL, or of an earlier one."""
        if outcome.listing == job.listing:
            return job
        return replace(job, listing=outcome.listing, settings=self.settings_without_redo)

    def _selected(self, listings: Mapping[str, Listing], only: Sequence[str]) -> set[str]:
        """Return the URLs of the documents that the names select. A name that selects none is an error."""
        if not only:
            return set(listings)
        ids = document_ids(self.store.processed / "latest")
        selected: set[str] = set()
        for name in only:
            found = {url for url, listing in listings.items() if matches(name, url, listing, ids)}
            if not found:
                text = f"{name}: no known document has this id, work, file name or URL, or a sha256 that begins with it"
                self.issues.append(Issue("fetch", "error", "unknown_document", text))
            selected |= found
        return selected

    def _fallbacks(self, outcomes: Mapping[str, DocumentOutcome]) -> dict[str, DocumentOutcome]:
        """For each URL whose latest content failed, find the newest earlier content that can be processed."""
        fallbacks: dict[str, DocumentOutcome] = {}
        for url in (url for url, outcome in outcomes.items() if outcome.failed):
            for listing in earlier_versions(self.store, self.sources, url):
                corrected = corrected_listing(listing, url, self.store, self.corrections)
                wait = not self.settings.text_first
                job = DocumentJob(self.settings_without_redo, corrected, wait_for_pictures=wait)
                outcome = steps.load_processed_document(job) or steps.process_document(job)
                if not outcome.failed:
                    fallbacks[url] = outcome
                    break
        return fallbacks

    def _run_step(self, step: Callable[[J], R], load: Callable[[J], R | None], jobs: Iterable[J]) -> Iterator[R]:
        """Yield the outcomes of all jobs as they finish.

        Up-to-date outcomes are loaded here: passing them to a runner would take longer than loading them.
        """
        pending = []
        for job in jobs:
            outcome = load(job)
            if outcome is None:
                pending.append(job)
            else:
                yield outcome
        if pending:
            yield from self.runner(step, pending)

    # Pairs and editions

    def _pair(self, settings: Settings, outcomes: Sequence[DocumentOutcome]) -> dict[str, Document]:
        """Pair the documents. Returns them by id, with work and edition, without their texts."""
        from aisi_ingest.pair import pairing

        features = self._features(settings, outcomes)
        heads = [pairing.head(load_document(self.settings.root, outcome.listing)) for outcome in outcomes]
        stated = stated_pairs(self.corrections, True) + [pair for source in self.sources for pair in source.pairs]
        forbidden = stated_pairs(self.corrections, False)
        forbidden += [pair for source in self.sources for pair in source.not_pairs]
        listings = [outcome.listing for outcome in outcomes]
        stated += [(listing.source.sha256, listing.pair_with) for listing in listings if listing.pair_with]
        result = pairing.pair(heads, stated, forbidden, features)
        self.issues += result.issues
        return {document.id: document for document in result.value or ()}

    def _features(self, settings: Settings, outcomes: Sequence[DocumentOutcome]) -> list[DocumentFeatures | None]:
        """Load or compute the features of each document, in their order."""
        if len(outcomes) < _FEWEST_TO_PAIR:
            return [None] * len(outcomes)
        # The features of a document processed in this run were computed with it, so they need not be redone.
        jobs = [
            DocumentJob(self.settings_without_redo if outcome.processed else settings, outcome.listing)
            for outcome in outcomes
        ]
        features: dict[str, DocumentFeatures | None] = {}
        for found in self._run_step(steps.compute_document_features, steps.load_document_features, jobs):
            features[found.sha256] = found.features
            self.issues += found.issues
            self.progress("pair", found.name, len(features), len(jobs))
        return [features[outcome.listing.source.sha256] for outcome in outcomes]

    def _align_and_diff(
        self, settings: Settings, heads: Mapping[str, Document]
    ) -> tuple[tuple[PairOutcome, ...], tuple[EditionDiff, ...]]:
        """Align and compare the languages of each edition, and list the changes between editions of each work."""
        from aisi_ingest.comparison import editions
        from aisi_ingest.pair import pairing

        jobs: list[PairJob | EditionsJob] = [
            PairJob(settings, ja, en) for ja, en in pairing.pairs(list(heads.values()))
        ]
        jobs += [EditionsJob(settings, old, new) for old, new in editions.successions(heads.values())]
        jobs.sort(key=lambda job: -sum(self._extracted_bytes(document) for document in job.both))  # large first
        pairs: list[PairOutcome] = []
        compared: list[EditionsOutcome] = []
        for outcome in self._run_step(steps.align_or_diff, steps.load_alignment_or_diff, jobs):
            if isinstance(outcome, PairOutcome):
                pairs.append(outcome)
            else:
                compared.append(outcome)
            self.progress("align", outcome.name, len(pairs) + len(compared), len(jobs))
        compared.sort(key=lambda outcome: outcome.name)
        for each in compared:
            self.issues += [replace(issue, message=f"{each.name}: {issue.message}") for issue in each.issues]
        diffs = tuple(outcome.diff for outcome in compared if outcome.diff)
        return tuple(sorted(pairs, key=lambda outcome: outcome.ja)), diffs

    def _encode_chunks(self, settings: Settings, heads: Mapping[str, Document]) -> None:
        """Compute the vectors of the chunks of all primary forms."""
        from aisi_ingest.publish.rows import primary_form

        jobs = [DocumentJob(settings, head.listing) for key, head in heads.items() if primary_form(key, heads) is None]
        for k, outcome in enumerate(self._run_step(steps.encode_chunks, steps.load_encoded_chunks, jobs), 1):
            self.issues += outcome.issues
            self.progress("encode", outcome.name, k, len(jobs))

    def _extracted_bytes(self, document: Document) -> int:
        """Return the size of the extracted content. It predicts the duration better than the number of pages."""
        return self.store.stage_path(document.listing.source.sha256, CONTENT_STAGE).stat().st_size

    # The release and the report

    def _relate_and_publish(self, settings: Settings, documents: Documents, damaged: Sequence[str]) -> Report:
        from aisi_ingest.publish import prune, publish

        heads = self._pair(settings, list(documents.good.values()))
        pairs, editions = self._align_and_diff(settings, heads)
        self._encode_chunks(settings, heads)
        ids = {document.listing.source.sha256: document.id for document in heads.values()}
        report = self._report(documents, ids, pairs)
        self.progress("publish", "release", 0, 1)
        result = publish(
            publication(self.settings, self.sources, self.fetched.sources_fetched, heads, pairs, editions, report),
            Path(self.settings.root),
            now=datetime.now(UTC),
            images=self.settings.images,
            damaged=damaged,
        )
        self.progress("publish", result.value.id if result.value else "nothing", 1, 1)
        if result.value and self.settings.keep:
            prune(self.store.processed, self.settings.keep)
        codes = {issue.code for issue in result.issues}
        repaired = (self.store.processed / "latest").resolve().name if "repaired" in codes else None
        issues = (*report.issues, *result.issues)
        unchanged = "nothing_changed" in codes
        return replace(report, issues=issues, release=result.value, nothing_changed=unchanged, repaired=repaired)

    def _report(
        self,
        documents: Documents,
        ids: Mapping[str, str],
        pairs: Sequence[PairOutcome] = (),
        nothing_changed: bool = False,
    ) -> Report:
        """Report on the run before publishing.

        Args:
            documents: The documents of the run.
            ids: Document ids by sha256.
            pairs: The outcomes of all pairs.
            nothing_changed: Nothing has changed since the latest release.
        """
        # A document that was given on the command line and could not be added is not in the ledger.
        known = {url: attempt for url, attempt in self.fetched.attempts.items() if url not in documents.known}
        rows = [
            self._document_report(url, fetched, documents, ids) for url, fetched in (documents.known | known).items()
        ]
        rows = failures.mark_known(rows, self.known_failures, self.settings.strict)
        slim = tuple(replace(pair, aligned=None) for pair in pairs)
        costs = {"fetch": self.fetch_cost} | stage_costs(rows, slim)
        return Report(self.began, self._elapsed(), tuple(rows), slim, tuple(self.issues), None, nothing_changed, costs)

    def _document_report(
        self, url: str, fetched: Fetched, documents: Documents, ids: Mapping[str, str]
    ) -> DocumentReport:
        attempt, outcome = self.fetched.attempts.get(url), documents.outcomes.get(url)
        row = document_report(fetched, attempt, outcome, documents.fallbacks.get(url), ids)
        by_hand = attempt is not None and attempt.receipt.source == MANUAL
        if not row.has_failed or (by_hand and row.stage == "fetch"):  # a mistake on the command line is never known
            return row
        receipt, failed = attempt.receipt if attempt else fetched.receipt, outcome if row.stage != "fetch" else None
        return replace(
            row, fingerprint=failures.fingerprint(receipt, failed), lasting=failures.is_lasting(receipt, failed)
        )

    def _elapsed(self) -> float:
        """Return the wall-clock time since the run began, in seconds."""
        return round(time.monotonic() - self.clock, 3)

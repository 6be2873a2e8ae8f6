"""The order of the stages: fetch, process each document, pair, align each pair, publish, report.

The one file that knows both ends. The command line and the flows call ``run``, ``add`` and
``reprocess``; what runs the steps side by side is handed in (``Runner``), and adds nothing to the
result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest import log
from aisi_ingest.fetch import source as fetching
from aisi_ingest.fetch.client import Client
from aisi_ingest.fetch.hosts import HostState
from aisi_ingest.fetch.source import CrawlResult, Fetched
from aisi_ingest.model import Alignment, Comparison, Document, EditionDiff, Issue, Listing, Publication, Release
from aisi_ingest.pipeline import report as run_report
from aisi_ingest.pipeline import steps
from aisi_ingest.pipeline.freshness import code_digest, made_with
from aisi_ingest.pipeline.jobs import (
    DocumentJob,
    DocumentOutcome,
    EditionsJob,
    EditionsOutcome,
    PairJob,
    PairOutcome,
    Settings,
)
from aisi_ingest.pipeline.report import Report, StageCost, row_of, stage_costs
from aisi_ingest.pipeline.runner import Progress, Runner, Threads, silent
from aisi_ingest.pipeline.selectors import fits, ids_of
from aisi_ingest.sandbox import pool
from aisi_ingest.sources import SourceSpec
from aisi_ingest.storage.documents import DocumentStore, load_document
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Stamp, Store, now, read_stamp, write_stamp

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures


J = TypeVar("J")
R = TypeVar("R")


class FetchJob(Struct, frozen=True):
    """One source to follow."""

    settings: Settings
    source: SourceSpec
    only: tuple[str, ...] = ()  # addresses, file names or digests, or their beginnings
    hosts: dict[str, HostState] = {}  # what the sources before it learnt of their hosts

    @property
    def name(self) -> str:
        return self.source.id


def run(
    settings: Settings,
    sources: Sequence[SourceSpec],
    *,
    only: Sequence[str] = (),
    runner: Runner | None = None,
    progress: Progress = silent,
) -> Report:
    """Fetch what the sources list, process what is new, publish what changed.

    ``only`` narrows fetching and processing to documents whose id, work, file name or sha256 begins
    so; all others stay in the release as they were. Raises RootError, LockedError and RegistryError
    before anything is done.
    """
    with _Run(settings, sources, runner, progress) as this:
        for source in sources:  # one after the other: the ledger has one writer, and hosts are spared
            this.fetch(FetchJob(settings, source, tuple(only)))
        return this.process_and_publish(only)


def add(
    settings: Settings,
    sources: Sequence[SourceSpec],
    paths: Sequence[Path],
    urls: Sequence[str],
    *,
    runner: Runner | None = None,
    progress: Progress = silent,
) -> Report:
    """The same for local files and single addresses, by hand."""
    with _Run(settings, sources, runner, progress) as this:
        for path in paths:
            this.add_file(path)
        for url in urls:
            this.add_url(url)
        this.store.ledger.close()
        return this.process_and_publish(())


def reprocess(
    settings: Settings,
    sources: Sequence[SourceSpec],
    only: Sequence[str] = (),
    *,
    runner: Runner | None = None,
    progress: Progress = silent,
) -> Report:
    """Process again from ``raw/``, without a network, from ``settings.redo_from`` on; all if ``only`` is empty."""
    with _Run(settings, sources, runner, progress) as this:
        return this.process_and_publish(only)


def fetch_source(job: FetchJob, progress: fetching.Progress | None = None) -> CrawlResult:
    """Read one source's index pages and bring what is new. One at a time: hosts are spared."""
    forced = job.settings.redo_from is not None
    return fetching.fetch(
        job.source, Store(job.settings.root), only=job.only, force=forced, hosts=job.hosts, progress=progress
    )


class _Run(AbstractContextManager["_Run"]):
    """One run on one root, which it holds locked: what was seen so far, and how to go on."""

    def __init__(
        self, settings: Settings, sources: Sequence[SourceSpec], runner: Runner | None, progress: Progress
    ) -> None:
        self.settings, self.sources, self.progress = settings, sources, progress
        self.runner = runner or Threads(settings.workers)
        self.store = Store(settings.root)
        self.began, self.clock = now(), time.monotonic()
        self.attempts: dict[str, Fetched] = {}  # of this run, by address
        self.asked = StageCost(0, 0.0)
        self.hosts: dict[str, HostState] = {}
        self.followed: set[str] = set()  # ids of the sources that this run has asked
        self.issues: list[Issue] = []

    def __enter__(self) -> _Run:
        steps.registry_digest(self.settings.registry)  # wrong: better now than after an hour of fetching
        pool.configured()
        with ExitStack() as stack:
            stack.enter_context(self.store.lock())
            stack.enter_context(log.writing(self.store.processed / "log.jsonl", run=self.began))
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def fetch(self, job: FetchJob) -> None:
        self.followed.add(job.source.id)
        job = replace(job, only=self._addresses(job.only), hosts=self.hosts)
        # A task of another process cannot report to this one's terminal.
        here = isinstance(self.runner, Threads)
        for result in [fetch_source(job, self._fetched)] if here else self.runner(fetch_source, [job]):
            self.issues += result.issues
            self.hosts |= result.hosts
            for each in result.fetched:
                self.attempts[each.receipt.url] = each

    def _fetched(self, each: Fetched, done: int, total: int) -> None:
        self.progress("fetch", each.receipt.file or each.receipt.url, done, total)

    def _addresses(self, only: Sequence[str]) -> tuple[str, ...]:
        """What ``only`` names, document ids and works turned into addresses, which is what fetching knows."""
        ids = ids_of(self.store.processed / "latest")
        known = (
            [(each.receipt.url, each.listing) for each in fetching.known_documents(self.store) if each.listing]
            if only
            else []
        )
        named = [url for name in only for url, listing in known if fits(name, url, listing, ids)]
        return tuple(dict.fromkeys((*only, *named)))

    def add_file(self, path: Path) -> None:
        each = fetching.add_file(path, self.store)
        self.attempts[each.receipt.url] = each

    def add_url(self, url: str) -> None:
        contact = next((source.contact for source in self.sources if source.contact), "")
        with Client(hosts=self.hosts) as client:
            each = fetching.add_url(url, self.store, contact=contact, client=client)
            self.hosts = client.hosts
        self.store.ledger.close()
        self.attempts[each.receipt.url] = each

    def process_and_publish(self, only: Sequence[str]) -> Report:
        self.asked = StageCost(len(self.attempts), self._took())
        known = {each.receipt.url: each for each in fetching.known_documents(self.store, self.sources)}
        listings = {url: each.listing for url, each in known.items() if each.listing}
        first: dict[str, str] = {}  # the same bytes under two addresses are one document
        for url, listing in listings.items():
            first.setdefault(listing.source.sha256, url)
        listings = {url: listing for url, listing in listings.items() if first[listing.source.sha256] == url}

        chosen = set(self._chosen(listings, only))
        outcomes = self._process(listings, chosen)
        fallbacks = self._fallbacks([url for url, outcome in outcomes.items() if outcome.failed])
        good = {url: outcome for url, outcome in (outcomes | fallbacks).items() if not outcome.failed}

        latest = self.store.processed / "latest"
        stamp = self._stamp(good, latest)
        unchanged = self.settings.redo_from is None and latest.exists() and read_stamp(latest) == stamp
        if unchanged:
            placed: Mapping[str, Document] = {}
            report = self._report(known, outcomes, fallbacks, ids_of(latest), (), None, nothing_changed=True)
        else:
            placed = self._pair(good)
            pairs, editions = self._relate(placed)
            ids = {document.listing.source.sha256: document.id for document in placed.values()}
            report = self._report(known, outcomes, fallbacks, ids, pairs, None)
            report = self._publish(report, placed, pairs, editions)
            if not any(issue.stage == "publish" and issue.level == "error" for issue in report.issues):
                write_stamp(latest, self._stamp(good, latest))
        report = replace(report, seconds=self._took())
        run_report.keep(self.store.processed, report)
        return report

    def _chosen(self, listings: Mapping[str, Listing], only: Sequence[str]) -> Sequence[str]:
        """Addresses of the documents that ``only`` names; each name must fit one at the least."""
        if not only:
            return tuple(listings)
        ids = ids_of(self.store.processed / "latest")
        chosen = []
        for name in only:
            found = [url for url, listing in listings.items() if fits(name, url, listing, ids)]
            if not found:
                text = f"{name}: no known document has an id, work, file name, address or sha256 that begins so"
                self.issues.append(Issue("fetch", "error", "unknown_document", text))
            chosen += found
        return chosen

    def _process(self, listings: Mapping[str, Listing], chosen: set[str]) -> dict[str, DocumentOutcome]:
        """Outcomes by address. What is not chosen is redone only where it is stale."""
        spared = replace(self.settings, redo_from=None)
        several = len(listings) > 1  # a document alone is compared with nothing
        jobs = [
            DocumentJob(self.settings if url in chosen else spared, listing, several)
            for url, listing in listings.items()
        ]
        urls = {job.listing.source.sha256: url for url, job in zip(listings, jobs, strict=True)}
        jobs.sort(key=lambda job: -job.listing.source.bytes)  # a long one begun last would keep one worker alone
        outcomes: dict[str, DocumentOutcome] = {}
        for outcome in self._each(steps.process_document, steps.load_outcome, jobs):
            outcomes[urls[outcome.listing.source.sha256]] = outcome
            self.progress("read", outcome.name, len(outcomes), len(jobs))
        return dict(sorted(outcomes.items()))

    def _each(self, step: Callable[[J], R], kept: Callable[[J], R | None], jobs: Iterable[J]) -> Iterator[R]:
        """Outcomes as they come. What is fresh is taken here and now: to hand it to a runner would cost more."""
        stale = []
        for job in jobs:
            outcome = kept(job)
            if outcome is None:
                stale.append(job)
            else:
                yield outcome
        if stale:
            yield from self.runner(step, stale)

    def _fallbacks(self, failed: Sequence[str]) -> dict[str, DocumentOutcome]:
        """For addresses whose last bytes cannot be read: the newest earlier bytes that can."""
        by_id = {source.id: source for source in self.sources}
        outcomes: dict[str, DocumentOutcome] = {}
        spared = replace(self.settings, redo_from=None)
        for url in failed:
            history = self.store.ledger.history(url)
            for listing in fetching.listings_of(history, by_id.get(history.latest.source))[1:] if history else ():
                job = DocumentJob(spared, listing)
                outcome = steps.load_outcome(job) or steps.process_document(job)
                if not outcome.failed:
                    outcomes[url] = outcome
                    break
        return outcomes

    def _stamp(self, good: Mapping[str, DocumentOutcome], latest: Path) -> Stamp:
        """Of the whole release: equal means that pairing, aligning and publishing would change nothing."""
        listings = msgspec.json.encode([outcome.listing for outcome in good.values()])
        stated = msgspec.json.encode([(source.pairs, source.not_pairs) for source in self.sources])
        code = "".join(code_digest(stage) for stage in ("pair", "align", "compare", "editions", "publish"))
        inputs = tuple(str(outcome.digest) for outcome in good.values())
        digests = {
            "listings": sha256_of(listings),
            "stated": sha256_of(stated),
            "made_with": str(made_with()),
            "release": latest.resolve().name,  # somebody may have pointed elsewhere by hand
        }
        return Stamp(inputs, sha256_of(code.encode()), digests)

    def _pair(self, good: Mapping[str, DocumentOutcome]) -> dict[str, Document]:
        """Documents by id, in their places, without their texts."""
        from aisi_ingest.pair import pairing

        features = self._portray(list(good.values()))
        documents = [pairing.head(load_document(self.settings.root, outcome.listing)) for outcome in good.values()]
        stated = [pair for source in self.sources for pair in source.pairs]
        forbidden = [pair for source in self.sources for pair in source.not_pairs]
        result = pairing.pair(documents, stated, forbidden, features)
        self.issues += result.issues
        return {document.id: document for document in result.value or ()}

    def _relate(self, placed: Mapping[str, Document]) -> tuple[tuple[PairOutcome, ...], tuple[EditionDiff, ...]]:
        """Align the languages, and compare the editions of each work."""
        from aisi_ingest.comparison import editions
        from aisi_ingest.pair import pairing

        jobs: list[PairJob | EditionsJob] = [
            PairJob(self.settings, ja, en) for ja, en in pairing.pairs(list(placed.values()))
        ]
        jobs += [EditionsJob(self.settings, old, new) for old, new in editions.successions(placed.values())]
        jobs.sort(key=lambda job: -sum(self._extent(each) for each in job.both))
        pairs: list[PairOutcome] = []
        compared: list[EditionsOutcome] = []
        for outcome in self._each(steps.align_or_diff, steps.load_relation, jobs):
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

    def _extent(self, document: Document) -> int:
        """Bytes that reading has of a document, which tells how long it takes better than its pages do."""
        return self.store.stage_path(document.listing.source.sha256, "extract").stat().st_size

    def _portray(self, good: Sequence[DocumentOutcome]) -> list[DocumentFeatures | None]:
        """What pairing knows each document by, in their order; a document alone is compared with nothing."""
        if len(good) < 2:
            return [None] * len(good)
        spared = replace(self.settings, redo_from=None)  # for what was portrayed in this run, when it was processed
        jobs = [DocumentJob(spared if outcome.made else self.settings, outcome.listing) for outcome in good]
        features: dict[str, DocumentFeatures | None] = {}
        for outcome in self._each(steps.compute_document_features, steps.load_features, jobs):
            features[outcome.sha256] = outcome.features
            self.issues += outcome.issues
            self.progress("pair", outcome.name, len(features), len(jobs))
        return [features[outcome.listing.source.sha256] for outcome in good]

    def _report(
        self,
        known: Mapping[str, Fetched],
        outcomes: Mapping[str, DocumentOutcome],
        fallbacks: Mapping[str, DocumentOutcome],
        ids: Mapping[str, str],
        pairs: Sequence[PairOutcome],
        release: Release | None,
        nothing_changed: bool = False,
    ) -> Report:
        rows = []
        for url, each in known.items():
            attempt = self.attempts.get(url)
            rows.append(row_of(each, attempt, outcomes.get(url), fallbacks.get(url), ids))
        slim = tuple(replace(pair, aligned=None) for pair in pairs)
        costs = {"fetch": self.asked} | stage_costs(rows, slim)
        return Report(self.began, self._took(), tuple(rows), slim, tuple(self.issues), release, nothing_changed, costs)

    def _took(self) -> float:
        return round(time.monotonic() - self.clock, 3)

    def _publish(
        self,
        report: Report,
        placed: Mapping[str, Document],
        pairs: Sequence[PairOutcome],
        editions: Sequence[EditionDiff],
    ) -> Report:
        from aisi_ingest import registry
        from aisi_ingest.publish import prune, publish

        self.progress("publish", "release", 0, 1)
        aligned = [(pair, pair.aligned) for pair in pairs if pair.aligned]
        origins = {document.listing.origin for document in placed.values()}
        publication = Publication(
            documents=DocumentStore(self.settings.root, placed),
            alignments=[Alignment(pair.ja, pair.en, each.beads, each.with_encoder) for pair, each in aligned],
            comparisons=[Comparison(pair.ja, pair.en, each.findings) for pair, each in aligned],
            editions=editions,
            entities=registry.load(Path(self.settings.registry) if self.settings.registry else None).entities,
            made_with=made_with(),
            raw={sha: str(self.store.path(sha)) for sha in (d.listing.source.sha256 for d in placed.values())},
            expectations={s.id: s.expect.documents for s in self.sources if s.id in self.followed | origins},
            succeeded=report.succeeded,
            report=msgspec.to_builtins(report),
            issues=report.issues,
        )
        result = publish(publication, Path(self.settings.root), now=datetime.now(UTC), images=self.settings.images)
        self.progress("publish", result.value.id if result.value else "nothing", 1, 1)
        if result.value and self.settings.keep:
            prune(self.store.processed, self.settings.keep)
        nothing = any(issue.code == "nothing_changed" for issue in result.issues)
        return replace(report, issues=(*report.issues, *result.issues), release=result.value, nothing_changed=nothing)

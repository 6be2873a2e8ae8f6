"""What is done to one document and to one pair: fresh output is kept, the rest is made in the sandbox.

Each step is a module-level function from one job to one outcome, so that a thread, a Prefect task
or a worker on another machine can run it. Only the store writes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from aisi_ingest.extract.ocr import engine
from aisi_ingest.model import Alignment, Content, Document, EditionDiff, Issue, Listing, Result
from aisi_ingest.pipeline.freshness import code_digest
from aisi_ingest.pipeline.jobs import (
    Aligned,
    DocumentJob,
    DocumentOutcome,
    EditionsJob,
    EditionsOutcome,
    FeaturesOutcome,
    PairJob,
    PairOutcome,
    Settings,
)
from aisi_ingest.pipeline.stage_output import StageOutput
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.pool import Measured
from aisi_ingest.storage.documents import Tagged, digest_of, load_content, load_document, load_full, sums_of
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Stamp, Store

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures

T = TypeVar("T")


def process_document(job: DocumentJob) -> DocumentOutcome:
    """Extract and tag one document that is not fresh, each only where its output is not.

    Made in this run it counts as, though all be fresh by now: a worker may die after its last word to the disk,
    and another is asked again.
    """
    if job.compute_features:
        pool.shared(job.settings.workers).prepare_in_background(_load, job.settings.registry)
    outcome = _require(_processed(job))
    if job.compute_features and not outcome.failed:
        compute_document_features(job)
    return outcome


def load_outcome(job: DocumentJob) -> DocumentOutcome | None:
    """The outcome of a document where all is fresh, at the cost of reading it; None where something is to be made."""
    return _processed(job, make=False)


def _require(outcome: T | None) -> T:
    assert outcome is not None  # only what may not be made is None
    return outcome


def _processed(job: DocumentJob, make: bool = True) -> DocumentOutcome | None:
    settings, listing = job.settings, job.listing
    place, sha256 = Store(settings.root), listing.source.sha256

    content = StageOutput(place, sha256, "extract", job.name, settings.redo("extract"))
    stamp = Stamp((sha256,), code_digest("extract"), {"options": f"ocr={settings.ocr and engine.available()}"})
    if not content.load_or_compute(stamp, lambda: _read(settings, _extract_kept, str(place.path(sha256))), make):
        return None
    if content.failed:
        return DocumentOutcome(listing, make, content.issues, {"extract": content.seconds}, content.held)

    tagged = StageOutput(place, sha256, "tag", job.name, settings.redo("tag"))
    context = {"registry": registry_digest(settings.registry), "listing": sha256_of(msgspec.json.encode(listing))}
    stamp = Stamp((content.digest,), code_digest("tag"), context)
    if not tagged.load_or_compute(
        stamp, lambda: _confined(settings, "tag", _encoded, _tag_kept, settings, listing), make
    ):
        return None
    return DocumentOutcome(
        listing,
        make,
        content.issues + tagged.issues,
        {"extract": content.seconds, "tag": tagged.seconds},
        content.held | tagged.held,
        None if tagged.failed else sha256_of((content.digest + tagged.digest).encode()),
    )


def extract_and_tag(
    settings: Settings, path: Path, listing: Listing, registry: Path | None
) -> tuple[Result[Content], Result[Tagged] | None]:
    """The same for a file on the spot: nothing is kept."""
    content = _read(settings, _extract, str(path)).value
    if content.value is None:
        return content, None
    return content, _confined(settings, "tag", _tag, content.value, listing, str(registry) if registry else None).value


def align_on_the_spot(settings: Settings, ja: Document, en: Document) -> Result[Aligned]:
    """The same for two documents on the spot: nothing is kept."""
    return _confined(settings, "align", _align, ja, en, settings.registry).value


def compute_document_features(job: DocumentJob) -> FeaturesOutcome:
    """What a processed document is known by when it is compared with others: made once, whatever comes beside it."""
    return _require(_portrayed(job))


def load_features(job: DocumentJob) -> FeaturesOutcome | None:
    """The same where it is there already, else None."""
    return _portrayed(job, make=False)


def _portrayed(job: DocumentJob, make: bool = True) -> FeaturesOutcome | None:
    from aisi_ingest.pair.similarity import DocumentFeatures

    place, sha256 = Store(job.settings.root), job.listing.source.sha256
    output = StageOutput(place, sha256, "portray", job.name, job.settings.redo("align"))
    stamp = Stamp(sums_of(job.settings.root, job.listing), code_digest("pair"))
    step = functools.partial(_confined, job.settings, "pair", _encoded, _portray, job.settings, job.listing)
    if not output.load_or_compute(stamp, step, make):
        return None
    return FeaturesOutcome(job.name, sha256, None if output.failed else output.value(DocumentFeatures), output.issues)


def align_or_diff(job: PairJob | EditionsJob) -> PairOutcome | EditionsOutcome:
    """Align the languages of one edition and say where they disagree, or say what changed between two editions.

    One step for both: neither has to wait until the last of the other is done.
    """
    return _require(_aligned(job)) if isinstance(job, PairJob) else _require(_compared(job))


def load_relation(job: PairJob | EditionsJob) -> PairOutcome | EditionsOutcome | None:
    """The same where it is there already, else None."""
    return _aligned(job, make=False) if isinstance(job, PairJob) else _compared(job, make=False)


def _aligned(job: PairJob, make: bool = True) -> PairOutcome | None:
    output = _output_of_two(job, "align", job.ja, job.en)
    stamp = Stamp(
        (digest_of(job.settings.root, job.ja), digest_of(job.settings.root, job.en)),
        code_digest("align") + code_digest("compare"),
        {"registry": registry_digest(job.settings.registry)},
    )
    step = functools.partial(_confined, job.settings, "align", _encoded, _align_kept, job.settings, job.ja, job.en)
    if not output.load_or_compute(stamp, step, make):
        return None
    return PairOutcome(
        job.name,
        job.ja.id,
        job.en.id,
        None if output.failed else output.value(Aligned),
        output.issues,
        output.seconds,
        output.memory,
    )


def _compared(job: EditionsJob, make: bool = True) -> EditionsOutcome | None:
    output = _output_of_two(job, "editions", job.old, job.new)
    inputs = (digest_of(job.settings.root, job.old), digest_of(job.settings.root, job.new))
    stamp = Stamp(inputs, code_digest("editions"))
    step = functools.partial(
        _confined, job.settings, "editions", _encoded, _compare_kept, job.settings, job.old, job.new
    )
    if not output.load_or_compute(stamp, step, make):
        return None
    return EditionsOutcome(job.name, None if output.failed else output.value(EditionDiff), output.issues)


def _output_of_two(job: PairJob | EditionsJob, stage: str, first: Document, second: Document) -> StageOutput:
    """What a stage has of two documents lies under the sum of both."""
    key = sha256_of((first.listing.source.sha256 + second.listing.source.sha256).encode())
    return StageOutput(Store(job.settings.root), key, stage, job.name, job.settings.redo("align"))


def _confined(settings: Settings, stage: str, function: Callable[..., Result[T]], *args: Any) -> Measured[Result[T]]:
    """Run in the sandbox; a limit that was hit, a crash and a fault of ours become an issue."""
    try:
        box = pool.shared(settings.workers)
        if stage in _WITH_MODELS:
            box.prepare(_load, settings.registry)
        return box.call_measured(function, *args)
    except pool.LimitExceeded as stopped:
        return Measured(Result(None, (Issue(stage, "error", stopped.code, str(stopped)),)), 0, stopped.seconds)
    except Exception as fault:  # the boundary of a document: its faults end here, named
        text = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
        issue = Issue(stage, "error", "internal", f"a fault of aisi-ingest, please report it: {text}")
        return Measured(Result(None, (issue,)), 0)


_WITH_MODELS = ("pair", "align", "editions")


def _load(registry_path: str | None) -> None:
    """What a run's workers need, models first of all: loaded once, before they are forked."""
    from aisi_ingest.alignment import encoder
    from aisi_ingest.comparison import editions  # noqa: F401
    from aisi_ingest.extract.layout import report  # noqa: F401
    from aisi_ingest.pair import similarity  # noqa: F401
    from aisi_ingest.publish.site import render

    encoder.load()
    render.environment().get_template("work.html")  # compiled, and kept
    _registry(registry_path)


def _read(settings: Settings, extract: Callable[..., Result[T]], path: str) -> Measured[Result[T]]:
    """Extract in the sandbox, again without a page that makes the reader crash or hang."""
    from aisi_ingest.sandbox import bad_pages

    return bad_pages.call_without_bad_pages(
        functools.partial(_confined, settings, "extract", extract, path, settings.ocr)
    )


def _encoded(function: Callable[..., Result[Any]], *args: Any) -> Result[bytes]:
    """In the worker: the value as JSON, as it is kept; whoever waits for it writes it and need not understand it."""
    result = function(*args)
    return Result(
        None if result.value is None else msgspec.json.encode(result.value, order="deterministic"), result.issues
    )


def _extract_kept(path: str, ocr: bool, note: str = "", left_out: tuple[int, ...] = ()) -> Result[bytes]:
    """Read what lies below ``raw/``, if it is still what was fetched."""
    kept = Path(path)
    if not kept.exists() or sha256_of(kept) != kept.name:
        text = f"{kept}: the bytes are {'damaged' if kept.exists() else 'gone'}; aisi-ingest run --force fetches again"
        return Result(None, (Issue("extract", "error", "damaged", text),))
    return _encoded(_extract, path, ocr, note, left_out)


def _extract(path: str, ocr: bool, note: str = "", left_out: tuple[int, ...] = ()) -> Result[Content]:
    from aisi_ingest.extract import reader
    from aisi_ingest.sandbox import bad_pages

    bad_pages.track_pages(note, left_out)
    return reader.read(Path(path), ocr=ocr)


def _tag(content: Content, listing: Listing, registry_path: str | None) -> Result[Tagged]:
    from aisi_ingest import dates, tagging
    from aisi_ingest.publish.check import content_problems

    date = dates.document_date(content, listing)
    mentions = tagging.tag(content, _registry(registry_path), date=date, publisher=listing.publisher)
    if mentions.value is None:
        return Result(None, mentions.issues)
    for problem in content_problems(content, mentions.value):
        text = f"a fault of aisi-ingest, please report it: what was read contradicts itself: {problem.lstrip('#')}"
        return Result(None, (*mentions.issues, Issue("tag", "error", "internal", text)))
    return Result(Tagged(mentions.value, date), mentions.issues)


def _tag_kept(settings: Settings, listing: Listing) -> Result[Tagged]:
    return _tag(load_content(settings.root, listing), listing, settings.registry)


def _portray(settings: Settings, listing: Listing) -> Result[DocumentFeatures]:
    from aisi_ingest.pair import pairing

    return Result(pairing.compute_features([load_document(settings.root, listing)])[0])


def _align_kept(settings: Settings, ja: Document, en: Document) -> Result[Aligned]:
    return _align(load_full(settings.root, ja), load_full(settings.root, en), settings.registry)


def _compare_kept(settings: Settings, old: Document, new: Document) -> Result[EditionDiff]:
    return _compare_editions(load_full(settings.root, old), load_full(settings.root, new))


def _align(ja: Document, en: Document, registry_path: str | None) -> Result[Aligned]:
    from aisi_ingest.alignment import aligner
    from aisi_ingest.comparison import comparer

    alignment: Result[Alignment] = aligner.align(ja, en)
    if alignment.value is None:
        return Result(None, alignment.issues)
    findings = comparer.compare(ja, en, alignment.value, _registry(registry_path))
    value = Aligned(alignment.value.beads, alignment.value.with_encoder, findings.value or ())
    return Result(value, (*alignment.issues, *findings.issues))


def _compare_editions(old: Document, new: Document) -> Result[EditionDiff]:
    from aisi_ingest.comparison import editions

    return editions.diff_editions(old, new)


@functools.cache
def _registry(path: str | None) -> Any:
    from aisi_ingest import registry

    return registry.load(Path(path) if path else None)


@functools.cache
def registry_digest(path: str | None) -> str:
    """Digest of the registry, for stamps. Raises RegistryError where it is wrong."""
    digest: str = _registry(path).digest
    return digest

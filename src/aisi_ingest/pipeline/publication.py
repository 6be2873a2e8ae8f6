"""Assemble what a run publishes, and the stamp by which a run finds out that nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import structs

from aisi_ingest.corrections.applying import stated_pairs
from aisi_ingest.corrections.reading import Entry
from aisi_ingest.model import Alignment, Comparison, Document, EditionDiff, Mention, Result, TextVector
from aisi_ingest.pipeline.jobs import DocumentOutcome, PairOutcome, Settings
from aisi_ingest.pipeline.report import Report
from aisi_ingest.pipeline.resources import registry
from aisi_ingest.pipeline.stages import (
    ALIGN,
    COMPARE,
    CORRECT_CONTENT,
    COUNTERPARTS,
    EDITIONS,
    PAIR,
    PUBLISH,
    VECTORS,
    made_with,
)
from aisi_ingest.publish.publication import Publication
from aisi_ingest.sources import SourceSpec
from aisi_ingest.storage.documents import DocumentStore
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.store import Stamp, Store


def release_stamp(
    outcomes: Iterable[DocumentOutcome],
    sources: Sequence[SourceSpec],
    latest: Path,
    corrections: Sequence[Entry] = (),
) -> Stamp:
    """Compute the stamp of a release.

    If it equals the stamp of the latest release, then pairing, aligning and publishing would change nothing.

    Args:
        outcomes: The documents of the release; none of them has failed.
        sources: The sources of the run.
        latest: The link to the latest release.
        corrections: The corrections of the root, of which those of pairs belong to no single document.
    """
    documents = list(outcomes)
    listings = msgspec.json.encode([outcome.listing for outcome in documents])
    by_hand = [stated_pairs(corrections, join) for join in (True, False)]
    stated = msgspec.json.encode([[(source.pairs, source.not_pairs) for source in sources], by_hand])
    code = "".join(
        stage.code for stage in (PAIR, ALIGN, COUNTERPARTS, COMPARE, CORRECT_CONTENT, EDITIONS, VECTORS, PUBLISH)
    )
    digests = {
        "listings": sha256_of(listings),
        "stated": sha256_of(stated),
        "made_with": str(made_with()),
        "release": latest.resolve().name,  # the link may have been changed by hand
    }
    return Stamp(tuple(str(outcome.digest) for outcome in documents), sha256_of(code.encode()), digests)


def publication(
    settings: Settings,
    sources: Sequence[SourceSpec],
    sources_fetched: Collection[str],
    heads: Mapping[str, Document],
    pairs: Sequence[PairOutcome],
    editions: Sequence[EditionDiff],
    report: Report,
) -> Publication:
    """Assemble everything that a release contains.

    Args:
        settings: The settings of the run.
        sources: The sources of the run.
        sources_fetched: Ids of the sources that were fetched.
        heads: Documents by id, without their texts.
        pairs: The outcomes of all pairs; those that failed are left out.
        editions: The changes between editions.
        report: The report of the run so far.
    """
    store = Store(settings.root)
    aligned = [(pair, pair.aligned) for pair in pairs if pair.aligned]
    digests = [document.listing.source.sha256 for document in heads.values()]
    concerned = {document.listing.origin for document in heads.values()} | set(sources_fetched)
    return Publication(
        documents=DocumentStore(settings.root, heads, _finished(store, pairs)),
        alignments=[Alignment(pair.ja, pair.en, value.beads, value.with_encoder) for pair, value in aligned],
        comparisons=[Comparison(pair.ja, pair.en, value.findings) for pair, value in aligned],
        editions=editions,
        entities=registry(settings.registry).entities,
        made_with=made_with(),
        raw={sha256: str(store.path(sha256)) for sha256 in digests},
        expectations={source.id: source.expect.documents for source in sources if source.id in concerned},
        succeeded=report.succeeded,
        report=msgspec.to_builtins(report),
        issues=report.issues,
    )


def _finished(store: Store, pairs: Sequence[PairOutcome]) -> Callable[[Document], Document]:
    """Return a function that adds to a document the names of its pairs and the vectors of its chunks."""
    with_names = _with_names_of_pairs(pairs)

    def finish(document: Document) -> Document:
        path = store.stage_path(document.listing.source.sha256, VECTORS.name)
        vectors: dict[str, TextVector] | None = None
        if path.exists():
            vectors = msgspec.json.decode(path.read_bytes(), type=Result[dict[str, TextVector]]).value
        return with_names(structs.replace(document, vectors=vectors or {}))

    return finish


def _with_names_of_pairs(pairs: Sequence[PairOutcome]) -> Callable[[Document], Document]:
    """Return a function that adds to a document the names that its pairs have found.

    An id that two languages share in one pair is used in all documents of the release.
    """
    same: dict[str, str] = {}
    more: dict[str, list[Mention]] = {}
    for pair in sorted(pairs, key=lambda each: (each.ja, each.en)):
        if pair.aligned is None:
            continue
        for old, new in sorted(pair.aligned.names.same.items()):
            same.setdefault(old, new)
        more.setdefault(pair.ja, []).extend(pair.aligned.names.ja)
        more.setdefault(pair.en, []).extend(pair.aligned.names.en)

    def finish(document: Document) -> Document:
        from aisi_ingest.tagging.counterparts import with_ids, with_mentions

        return with_ids(with_mentions(document, more.get(document.id, ())), same)

    return finish

"""The entry points of the pipeline: run, add, reprocess, and repair what is damaged.

The command line and the flows call these functions. They pass a ``Runner``, which runs the steps
concurrently and does not affect the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aisi_ingest.pipeline import lost_receipts, repair
from aisi_ingest.pipeline.jobs import (
    Settings,
)
from aisi_ingest.pipeline.report import Report
from aisi_ingest.pipeline.run import Run
from aisi_ingest.pipeline.runner import Progress, Runner, silent
from aisi_ingest.sources import SourceSpec
from aisi_ingest.storage.stated import Statement
from aisi_ingest.storage.store import Store

if TYPE_CHECKING:
    pass


def run(
    settings: Settings,
    sources: Sequence[SourceSpec],
    *,
    only: Sequence[str] = (),
    runner: Runner | None = None,
    progress: Progress = silent,
) -> Report:
    """Fetch the sources, process what is new, and publish if anything has changed.

    Args:
        settings: The settings of the run.
        sources: The sources to fetch.
        only: Names of documents (``selectors``): fetch and redo only these. All others stay in the release as they
            are. Empty: all documents.
        runner: Runs the steps; by default threads of this process.
        progress: Is called after each document and pair.

    Raises:
        RootError: The root cannot be written.
        LockedError: Another run is using the root.
        RegistryError: The registry is invalid.
    """
    with Run(settings, sources, runner, progress) as this:
        this.set_damaged_bytes_aside()
        for source in sources:  # one after the other: the ledger has one writer, and the pace for each host is kept
            this.fetched.fetch(source, only)
        this.report_damaged_bytes(fetching=True)
        return this.process_and_publish(only)


def add(
    settings: Settings,
    sources: Sequence[SourceSpec],
    paths: Sequence[Path],
    urls: Sequence[str],
    *,
    originals: Mapping[Path, Path] | None = None,
    stated: Mapping[Path | str, Statement] | None = None,
    runner: Runner | None = None,
    progress: Progress = silent,
) -> Report:
    """Add local files and single URLs, process what is new, and publish if anything has changed.

    Args:
        settings: The settings of the run.
        sources: The known sources; they are not fetched.
        paths: Local files.
        urls: URLs of single documents.
        originals: For paths of copies, the files that the user named.
        stated: What the user states about the documents, by path or URL.
        runner: As in ``run``.
        progress: As in ``run``.

    Raises:
        RootError, LockedError, RegistryError: As in ``run``.
        SourcesError: A URL is invalid.
    """
    contact = next((source.contact for source in sources if source.contact), "")
    with Run(settings, sources, runner, progress) as this:
        given = stated or {}
        addresses: dict[Path | str, str] = {url: url for url in urls}
        for path in paths:
            addresses[path] = this.fetched.add_file(path, (originals or {}).get(path))
        for url in urls:
            this.fetched.add_url(url, contact)
        this.fetched.state({addresses[item]: statement for item, statement in given.items() if item in addresses})
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
    """Process documents in ``raw/`` again, starting with ``settings.redo_from``. No network is used.

    Args:
        settings: The settings of the run.
        sources: The known sources, for licences and stated pairs.
        only: Names of documents (``selectors``); empty: all documents.
        runner: As in ``run``.
        progress: As in ``run``.

    Raises:
        RootError, LockedError, RegistryError: As in ``run``.
    """
    with Run(settings, sources, runner, progress) as this:
        this.set_damaged_bytes_aside()
        this.report_damaged_bytes(fetching=False)
        return this.process_and_publish(only)


def mend(
    settings: Settings,
    sources: Sequence[SourceSpec],
    *,
    runner: Runner | None = None,
    progress: Progress = silent,
) -> Report:
    """Read all files below the root, and repair what can be repaired without the network.

    Damaged stage outputs are computed again, and damaged files of releases are put back. Damaged raw bytes are moved
    aside, so that the next run fetches them again.

    Args:
        settings: The settings of the last run. Pictures of pages are drawn if the latest release has them.
        sources: The known sources, for licences and stated pairs.
        runner: As in ``run``.
        progress: As in ``run``.

    Raises:
        RootError, LockedError, RegistryError: As in ``run``.
    """
    images = settings.images or repair.has_pictures(Store(settings.root).processed / "latest")
    with Run(replace(settings, images=images), sources, runner, progress) as this:
        this.read_all = True
        this.issues += lost_receipts.write_again(this.store, sources)
        this.set_damaged_bytes_aside()
        this.report_damaged_bytes(fetching=False)
        repair.remove_damaged_outputs(this.store.processed)
        this.issues += repair.restore_releases(this.store.processed)
        return this.process_and_publish(())

"""Process again what is in ``raw/``, by hand or from the Prefect UI: no network."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings, Stage
from aisi_ingest.sandbox import pool
from aisi_ingest.sources import load
from flows.ingest import finish, one_at_a_time, prefect_tasks


@flow(name="reprocess", task_runner=ThreadPoolTaskRunner(max_workers=4), log_prints=True)  # type: ignore[arg-type]
def reprocess(
    documents: list[str] | None = None,
    stage: Stage = "extract",
    sources: str = "sources.toml",
    root: str = ".",
    workers: int = 2,
    images: bool = False,
    keep: int | None = None,
) -> str:
    """Make stages of documents anew from the raw store and publish.

    documents: ids, file names or beginnings of sha256; all if empty. stage: the first that is made
    anew. sources: for licences and stated pairs. root: folder of raw/ and processed/.
    images: pictures of the pages in the viewer. keep: releases that stay after a new one, all if empty.
    """
    settings = Settings(root=root, workers=workers, images=images, keep=keep, redo_from=stage)
    known = load(Path(sources)) if Path(sources).exists() else ()
    try:
        with one_at_a_time():
            report = orchestrator.reprocess(settings, known, documents or (), runner=prefect_tasks)
    finally:
        pool.close_shared()
    return finish(report)


if __name__ == "__main__":
    print(reprocess())

"""Process the documents in ``raw/`` again, started by hand or from the Prefect UI. No network is used."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings, StageName
from aisi_ingest.sandbox import pool
from aisi_ingest.sources import load
from flows.ingest import Ocr, finish, one_at_a_time, prefect_tasks


@flow(name="reprocess", task_runner=ThreadPoolTaskRunner(max_workers=4), log_prints=True)  # type: ignore[arg-type]
def reprocess(
    documents: list[str] | None = None,
    stage: StageName = "extract",
    sources: str = "sources.toml",
    root: str = ".",
    workers: int = 2,
    images: bool = False,
    keep: int | None = None,
    registry: str | None = None,
    ocr: Ocr = "later",
) -> str:
    """Process documents again and publish a release if anything has changed.

    Args:
        documents: Ids, works, file names, URLs, or beginnings of sha256; if empty, all documents.
        stage: The first stage to run again.
        sources: Path of sources.toml, for licences and stated pairs.
        root: Folder that contains raw/ and processed/.
        workers: Number of documents to process at the same time.
        images: Add images of the pages to the viewer.
        keep: Number of releases to keep; if empty, all.
        registry: Path of a list of names to recognise; later runs on the root use it as well.
        ocr: When to read text in images: later (publish the text first), now (publish once), or off.

    Returns:
        The run in one sentence.

    Raises:
        RunFailed: A document, a pair or a stage failed.
    """
    settings = Settings(
        root=root,
        registry=registry,
        workers=workers,
        ocr=ocr != "off",
        text_first=ocr == "later",
        images=images,
        keep=keep,
        redo_from=stage,
    )
    known = load(Path(sources)) if Path(sources).exists() else ()
    try:
        with one_at_a_time():
            report = orchestrator.reprocess(settings, known, documents or (), runner=prefect_tasks)
    finally:
        pool.close_shared()
    return finish(report)


if __name__ == "__main__":
    print(reprocess())

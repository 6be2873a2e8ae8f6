"""The scheduled run: ``aisi-ingest run`` with the retries, task runs and artifacts of Prefect.

The flow passes a Prefect runner to the same pipeline that the command line uses. Both produce the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound
from prefect.futures import as_completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from aisi_ingest import log
from aisi_ingest.pipeline import orchestrator, summary
from aisi_ingest.pipeline.jobs import FetchJob, Settings
from aisi_ingest.pipeline.report import Report
from aisi_ingest.sandbox import pool
from aisi_ingest.sources import load

J = TypeVar("J")
R = TypeVar("R")
Ocr = Literal["now", "later", "off"]


class DocumentFailed(Exception):
    """Marks a task run as failed. It carries the outcome to the pipeline, which reports it and continues."""

    def __init__(self, outcome: Any) -> None:
        super().__init__("; ".join(issue.message for issue in outcome.issues if issue.level == "error") or "failed")
        self.outcome = outcome

    def __reduce__(self) -> tuple[type[DocumentFailed], tuple[Any]]:
        return DocumentFailed, (self.outcome,)  # by default the message would be passed instead of the outcome


class RunFailed(Exception):
    """Marks the flow run as failed, after all good documents were published."""


def _is_fault(task: Any, task_run: Any, state: Any) -> bool:
    """Return True where a task should run again: not for a source that failed, which the client has tried enough."""
    return not isinstance(state.result(raise_on_failure=False), DocumentFailed)


def prefect_tasks(step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
    """Run a step as one task run per job, named after the job (a ``Runner`` of the pipeline).

    Args:
        step: The step.
        jobs: Its jobs, all of one kind.

    Yields:
        The outcomes in the order in which they finish.
    """

    # No result cache of Prefect: it would return outdated results. The pipeline itself decides what is up to date.
    @task(name=step.__name__, task_run_name="{name}", persist_result=False, cache_policy=NO_CACHE)
    def run_job(name: str, job: J) -> R:
        logging.getLogger(log.ROOT).setLevel(logging.INFO)  # in a Dask worker, ``log.writing`` has not set it
        outcome = step(job)
        if getattr(outcome, "failed", False):
            raise DocumentFailed(outcome)
        return outcome

    submitted = run_job
    if jobs and isinstance(jobs[0], FetchJob):
        backoff = exponential_backoff(backoff_factor=10)  # seconds
        submitted = run_job.with_options(
            retries=2, retry_delay_seconds=backoff, retry_jitter_factor=0.5, retry_condition_fn=_is_fault
        )
    for future in as_completed([submitted.submit(job.name, job) for job in jobs]):  # type: ignore[attr-defined]
        result = future.result(raise_on_failure=False)
        if isinstance(result, DocumentFailed):
            yield result.outcome
        elif isinstance(result, BaseException):
            raise result
        else:
            yield result


ONE_RUN = "aisi-ingest"  # name of the global concurrency limit that the runs of all deployments and machines share


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other run holds the global concurrency limit.

    If the limit does not exist, only the lock of the root prevents two runs at the same time: the second run then
    fails at once instead of waiting.
    """
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(ONE_RUN)
        except ObjectNotFound:
            yield
            return
    with concurrency(ONE_RUN, occupy=1):
        yield


@contextmanager
def logs_of_workers() -> Iterator[None]:
    """Forward the log records of Dask workers to this process, and so to the log of the run.

    Threads log in this process anyway.
    """
    context = FlowRunContext.get()
    client = getattr(context.task_runner, "client", None) if context else None
    if client is None:
        yield
        return
    client.forward_logging(log.ROOT)
    try:
        yield
    finally:
        client.unforward_logging(log.ROOT)


def finish(report: Report) -> str:
    """Create the artifacts.

    Returns:
        The run in one sentence.

    Raises:
        RunFailed: A document, a pair or a stage failed.
    """
    create_table_artifact(key="documents", table=summary.table(report), description="The outcome of each document")
    create_markdown_artifact(key="run", markdown=summary.markdown(report))
    sentence = summary.sentence(report)
    if not report.succeeded:
        raise RunFailed(summary.failure_message(report))
    return sentence


@flow(name="ingest", task_runner=ThreadPoolTaskRunner(max_workers=4), log_prints=True)  # type: ignore[arg-type]
def ingest(
    sources: str = "sources.toml",
    only: list[str] | None = None,
    force: bool = False,
    root: str = ".",
    workers: int = 2,
    runner: Literal["threads", "dask"] = "threads",
    scheduler: str | None = None,
    images: bool = False,
    keep: int | None = None,
    strict: bool = False,
    registry: str | None = None,
    ocr: Ocr = "later",
) -> str:
    """Download new documents, process them, and publish a release if anything has changed.

    Args:
        sources: Path of sources.toml.
        only: Process only these documents: ids, works, file names, URLs, or beginnings of sha256.
        force: Download and process everything again.
        root: Folder that contains raw/ and processed/. With dask, it must be on a file system that all machines share.
        workers: Number of documents to process at the same time.
        runner: Threads of this machine, or dask.
        scheduler: Address of a Dask scheduler; if empty, a cluster is started on this machine.
        images: Add images of the pages to the viewer.
        keep: Number of releases to keep; if empty, all.
        strict: Fail because of known failures as well, unless they are acknowledged.
        registry: Path of a list of names to recognise; later runs on the root use it as well.
        ocr: When to read text in images: later (publish the text first), now (publish once), or off.

    Returns:
        The run in one sentence.

    Raises:
        RunFailed: A document, a pair or a stage failed.
    """
    if runner == "dask":
        on_dask = _ingest.with_options(task_runner=dask_runner(workers, scheduler))
        return str(on_dask(sources, only, force, root, 1, images, keep, strict, registry, ocr))
    return _ingest.fn(sources, only, force, root, workers, images, keep, strict, registry, ocr)


@flow(name="ingest-on-dask", log_prints=True)
def _ingest(
    sources: str,
    only: list[str] | None,
    force: bool,
    root: str,
    workers: int,
    images: bool,
    keep: int | None,
    strict: bool,
    registry: str | None,
    ocr: Ocr,
) -> str:
    settings = Settings(
        root=root,
        registry=registry,
        workers=workers,
        ocr=ocr != "off",
        text_first=ocr == "later",
        images=images,
        keep=keep,
        redo_from="extract" if force else None,
        strict=strict,
    )
    try:
        with one_at_a_time(), logs_of_workers():
            report = orchestrator.run(settings, load(Path(sources)), only=only or (), runner=prefect_tasks)
    finally:
        pool.close_shared()
    return finish(report)


def dask_runner(workers: int, scheduler: str | None) -> Any:
    """Create a task runner on a Dask cluster.

    Args:
        workers: Number of worker processes, if a cluster is started on this machine.
        scheduler: Address of a scheduler; None: start a cluster on this machine.
    """
    import dask
    from prefect_dask.task_runners import DaskTaskRunner

    if scheduler:
        return DaskTaskRunner(address=scheduler)
    dask.config.set(
        {
            "distributed.worker.daemon": False,  # workers start child processes: those of the sandbox
            "distributed.worker.profile.enabled": False,  # it would sample a waiting thread a hundred times a second
            "distributed.scheduler.worker-saturation": 1.0,  # no document is queued behind a long one
        }
    )
    return DaskTaskRunner(
        cluster_kwargs={"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None, "processes": True}
    )


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=(ingest.__doc__ or "").split("\n")[0])
    parser.add_argument("--sources", default="sources.toml")
    parser.add_argument("--only", action="append")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--root", default=".")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runner", choices=["threads", "dask"], default="threads")
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="address of a Dask scheduler")
    parser.add_argument("--images", action="store_true", help="add images of the pages to the viewer")
    parser.add_argument("--keep", type=int, metavar="N", help="number of releases to keep (default: all)")
    parser.add_argument("--ocr", choices=["now", "later", "off"], default="later", help="when to read text in images")
    parser.add_argument("--strict", action="store_true", help="fail because of known failures as well")
    print(ingest(**vars(parser.parse_args())))

"""The scheduled run: what ``aisi-ingest run`` does, with Prefect's retries, task runs and artifacts.

Nothing here decides anything about a document: the flow hands its tasks to the same pipeline as the
command line, and both give the same bytes.
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
from aisi_ingest.pipeline.jobs import Settings, Stage
from aisi_ingest.pipeline.orchestrator import FetchJob
from aisi_ingest.pipeline.report import Report
from aisi_ingest.sandbox import pool
from aisi_ingest.sources import load

J = TypeVar("J")
R = TypeVar("R")


class DocumentFailed(Exception):
    """Makes a task run red; the outcome travels in it to the pipeline, which reports and goes on."""

    def __init__(self, outcome: Any) -> None:
        super().__init__("; ".join(issue.message for issue in outcome.issues if issue.level == "error") or "failed")
        self.outcome = outcome


class RunFailed(Exception):
    """Makes the flow run Failed after everything good has been published."""


def prefect_tasks(step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
    """Run a step as one task run a job, named after its document (``runner.Runner``)."""

    # Prefect's result cache would serve stale results; freshness is the pipeline's own.
    @task(name=step.__name__, task_run_name="{name}", persist_result=False, cache_policy=NO_CACHE)
    def each(name: str, job: J) -> R:
        logging.getLogger(log.ROOT).setLevel(logging.INFO)  # of a worker's process, which knows no run
        outcome = step(job)
        if getattr(outcome, "failed", False):
            raise DocumentFailed(outcome)
        return outcome

    retried = each
    if jobs and isinstance(jobs[0], FetchJob):
        backoff = exponential_backoff(backoff_factor=10)  # seconds
        retried = each.with_options(retries=2, retry_delay_seconds=backoff, retry_jitter_factor=0.5)
    for future in as_completed([retried.submit(job.name, job) for job in jobs]):  # type: ignore[attr-defined]
        result = future.result(raise_on_failure=False)
        if isinstance(result, DocumentFailed):
            yield result.outcome
        elif isinstance(result, BaseException):
            raise result
        else:
            yield result


ONE_RUN = "aisi-ingest"  # the global concurrency limit that runs wait for, of all deployments and machines


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other run holds the global concurrency limit; where nobody made one, the root's lock alone holds.

    A run that finds the root locked fails at once; one that waits here begins when the other has ended.
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
    """Bring what Dask workers log into this process, and so into the run's log; threads are in it already."""
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
    """Write the artifacts; say what happened, or raise RunFailed."""
    create_table_artifact(key="documents", table=summary.table(report), description="What became of each document")
    create_markdown_artifact(key="run", markdown=summary.markdown(report))
    sentence = summary.sentence(report)
    if not report.succeeded:
        raise RunFailed(sentence)
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
) -> str:
    """Fetch what the sources list, process what is new, publish what changed.

    sources: path of sources.toml. only: ids, file names or beginnings of sha256. force: fetch and
    make everything anew. root: folder of raw/ and processed/; with dask on a file system that all
    machines share. workers: documents read at once. runner: threads of this machine, or dask.
    scheduler: address of a Dask scheduler; without one, a cluster on this machine. images: pictures of
    the pages in the viewer. keep: releases that stay after a new one, all if empty.
    """
    if runner == "dask":
        on_dask = _ingest.with_options(task_runner=dask_runner(workers, scheduler))
        return str(on_dask(sources, only, force, root, 1, images, keep))
    return _ingest.fn(sources, only, force, root, workers, images, keep)


@flow(name="ingest-on-dask", log_prints=True)
def _ingest(
    sources: str, only: list[str] | None, force: bool, root: str, workers: int, images: bool, keep: int | None
) -> str:
    redo_from: Stage | None = "extract" if force else None
    settings = Settings(root=root, workers=workers, images=images, keep=keep, redo_from=redo_from)
    try:
        with one_at_a_time(), logs_of_workers():
            report = orchestrator.run(settings, load(Path(sources)), only=only or (), runner=prefect_tasks)
    finally:
        pool.close_shared()
    return finish(report)


def dask_runner(workers: int, scheduler: str | None) -> Any:
    """A task runner on a Dask cluster: the scheduler's at that address, or one of processes of this machine."""
    import dask
    from prefect_dask.task_runners import DaskTaskRunner

    if scheduler:
        return DaskTaskRunner(address=scheduler)
    dask.config.set(
        {
            "distributed.worker.daemon": False,  # workers have children: the confined readers
            "distributed.worker.profile.enabled": False,  # looks a hundred times a second at a thread that waits
            "distributed.scheduler.worker-saturation": 1.0,  # nothing waits behind a long document
        }
    )
    return DaskTaskRunner(
        cluster_kwargs={"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None, "processes": True}
    )


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=ingest.__doc__)
    parser.add_argument("--sources", default="sources.toml")
    parser.add_argument("--only", action="append")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--root", default=".")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runner", choices=["threads", "dask"], default="threads")
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="of a Dask cluster")
    parser.add_argument("--images", action="store_true", help="pictures of the pages in the viewer")
    parser.add_argument("--keep", type=int, metavar="N", help="releases that stay after a new one; by default all")
    print(ingest(**vars(parser.parse_args())))

"""Commands that fetch, process and publish. They lock the root while they work."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aisi_ingest.cli.inputs import Input, Password, opened_or_exit
from aisi_ingest.cli.options import Root, RunOptions, Workers, fail, load_sources, print_table, with_run_options
from aisi_ingest.console.progress import shown
from aisi_ingest.console.terminal import say, say_line

if TYPE_CHECKING:
    from aisi_ingest.pipeline.report import Report

_NOTHING_DONE = 2  # exit code


def register(app: typer.Typer) -> None:
    """Add these commands in the order in which the help lists them."""
    for command in (run, add, reprocess, demo):
        app.command()(command)


@with_run_options
def run(
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources", metavar="FILE", help="List of sources (default: sources.toml in --root, or in this folder)."
        ),
    ] = None,
    index: Annotated[
        list[str] | None,
        typer.Option(
            "--index",
            metavar="URL",
            help="URL of an index page to process instead of the list of sources. Can be repeated.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="ID",
            help="Process only this document: id, work, file name, URL or sha256. Can be repeated.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Download and process everything again.")] = False,
    *,
    options: RunOptions,
) -> None:
    """Download, process and publish what is new.

    A release is published only if something has changed. A document that fails is reported with its reason;
    the other documents are published. A failure that an earlier run reported for the same bytes and code is known:
    it is listed, and the run does not fail because of it. Damaged files are repaired.

    \b
    aisi-ingest run                                       all sources in sources.toml
    aisi-ingest run --index https://example.org/reports/  one index page, without sources.toml
    """
    from aisi_ingest.pipeline import orchestrator
    from aisi_ingest.sources import from_index

    specs = (from_index(index),) if index else load_sources(sources, options.root, needed=True)
    settings = options.settings("extract" if force else None)
    with shown(not options.quiet) as progress:
        report = orchestrator.run(settings, specs, only=only or (), progress=progress)
    _finish(report, options)


@with_run_options
def add(
    items: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL", help="Files, folders, patterns, URLs, or - for standard input."),
    ],
    password: Password = None,
    *,
    options: RunOptions,
) -> None:
    """Add local files or single URLs, and process them.

    A release is published only if something has changed. Of a file with a password, a copy without encryption is added.

    \b
    aisi-ingest add guide_ja.pdf guide_en.pdf
    aisi-ingest add reports/                       all PDF and PPTX files in a folder and the folders in it
    aisi-ingest add https://example.org/guide.pdf
    aisi-ingest add secret.pdf --password ask
    """
    from aisi_ingest.sources import from_file

    urls = [item for item in items if item.startswith(("http://", "https://"))]
    for url in urls:
        from_file(url)  # raises before anything is written
    with opened_or_exit([item for item in items if item not in urls], password) as inputs:
        _add(inputs, urls, options)


def _add(inputs: list[Input], urls: list[str], options: RunOptions) -> None:
    from aisi_ingest.fetch.local_files import file_problem
    from aisi_ingest.pipeline import orchestrator

    mistakes = {each.path: reason for each in inputs if (reason := file_problem(each.path))}
    for path, reason in mistakes.items():
        say_line(f"error: {path}: {reason}; it was not added", file=sys.stderr)
    originals = {each.path: each.original for each in inputs if each.path not in mistakes}
    if not originals and not urls:
        sys.exit(_NOTHING_DONE)
    sources = load_sources(None, options.root)
    with shown(not options.quiet) as progress:
        report = orchestrator.add(
            options.settings(), sources, list(originals), urls, originals=originals, progress=progress
        )
    _finish(report, options, failed=bool(mistakes))


@with_run_options
def reprocess(
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Documents: id, work, file name, URL or sha256.")
    ] = None,
    all_documents: Annotated[bool, typer.Option("--all", help="Process all documents.")] = False,
    first: Annotated[
        str, typer.Option("--from", metavar="STAGE", help="First stage to run again: extract, tag, align or publish.")
    ] = "extract",
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources", metavar="FILE", help="List of sources, for licences and stated pairs (default: as in run)."
        ),
    ] = None,
    *,
    options: RunOptions,
) -> None:
    """Process documents again, without using the network.

    The files in raw/ are used as they are.

    \b
    aisi-ingest reprocess --all --from tag      all documents, for example after editing registry.toml
    aisi-ingest reprocess sample-guide/1.00/ja  one document, from the first stage
    """
    from aisi_ingest.pipeline import orchestrator
    from aisi_ingest.pipeline.jobs import STAGE_NAMES

    redo_from = next((name for name in STAGE_NAMES if name == first), None)
    if redo_from is None:
        fail(f"--from {first}: must be one of {', '.join(STAGE_NAMES)}")
    if bool(documents) == all_documents:
        fail("give the documents to process, or --all")
    known = load_sources(sources, options.root)
    with shown(not options.quiet) as progress:
        report = orchestrator.reprocess(options.settings(redo_from), known, documents or (), progress=progress)
    _finish(report, options)


def demo(
    root: Root = Path("build/demo"),
    workers: Workers = 2,
) -> None:
    """Process the sample site with the Prefect flow.

    The site is served on this machine. The results are in build/demo, unless --root says otherwise.
    """
    from aisi_ingest.cli import demo as demonstration

    try:
        page = demonstration.run(root, workers)
    except demonstration.DemoFailed as error:
        fail(str(error), code=1)
    say(f"release  {os.path.relpath(page.parent.parent.resolve())}\nviewer   {os.path.relpath(page.resolve())}")
    say(demonstration.next_steps(root))


def _finish(report: Report, options: RunOptions, failed: bool = False) -> None:
    """Print the outcome of a run, and exit with 1 if it failed.

    Args:
        report: The report of the run.
        options: The options of the command.
        failed: Something else has failed.
    """
    from aisi_ingest.pipeline import summary

    for line in summary.problems(report):
        say_line(line, file=sys.stderr)
    if options.verbose:
        print_table(
            ("file", "state", "document", "seconds"),
            [(each.file, each.state, each.id, f"{sum(each.seconds.values()):.2f}") for each in report.documents],
        )
    if not options.quiet:
        say(summary.sentence(report))
    if report.release and not options.quiet:
        folder = options.root / "processed" / "releases" / report.release.id
        say(f"release  {folder}")
        say(f"viewer   {folder / 'site' / 'index.html'}")
    if failed or not report.succeeded:
        sys.exit(1)

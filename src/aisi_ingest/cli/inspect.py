"""Commands that inspect a root. Only ``verify --repair`` changes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aisi_ingest.cli.options import (
    AsJson,
    NoOcr,
    Ocr,
    OcrTime,
    Registry,
    Root,
    fail,
    load_sources,
    print_json,
    print_table,
)
from aisi_ingest.console.terminal import say, say_line

if TYPE_CHECKING:
    from aisi_ingest.fetch.source import FetchPlan


def register(app: typer.Typer) -> None:
    """Add these commands in the order in which the help lists them."""
    for command in (status, show, diff, verify, releases, diff_release):
        app.command()(command)
    sources = typer.Typer(no_args_is_help=True, help="Check the list of sources.", rich_markup_mode=None)
    sources.command("check")(check_sources)
    app.add_typer(sources, name="sources")


def status(root: Root = Path("."), as_json: AsJson = False) -> None:
    """List all documents with their state and last fetches.

    Times are UTC. For a document that failed, the stage and the reason are shown.
    """
    from aisi_ingest.console import status as console_status

    rows = console_status.document_statuses(root)
    if as_json:
        print_json(rows)
        return
    if not rows:
        say(f"{root}: nothing has been fetched yet; start with aisi-ingest run or add")
        return
    for source in dict.fromkeys(row.source for row in rows):
        say(console_status.source_summary([row for row in rows if row.source == source]))
    say()
    print_table(
        ("source", "file", "state", "last seen", "last changed", "last good", "document", "stage", "reason"),
        [
            (
                row.source,
                row.file,
                row.state,
                *(console_status.to_minute(time) for time in (row.last_seen, row.last_changed, row.last_good)),
                row.id,
                row.stage,
                row.reason,
            )
            for row in rows
        ],
    )


def show(
    document: Annotated[str, typer.Argument(metavar="ID", help="Id of a document, or the end of its file name.")],
    as_timeline: Annotated[
        bool, typer.Option("--timeline", help="Show what the document states happened when, instead of the outline.")
    ] = False,
    root: Root = Path("."),
    as_json: AsJson = False,
) -> None:
    """Show the outline of a document in the latest release.

    The outline lists sections, pages without text, and the numbers of blocks, mentions, beads and findings.
    """
    from aisi_ingest.console import outline, timeline

    release = root / "processed" / "latest"
    try:
        if as_timeline:
            events = timeline.timeline(release, document)
            if as_json:
                print_json(events)
            else:
                say(timeline.as_text(events))
            return
        found = outline.outline(release, document)
    except LookupError as error:
        fail(str(error.args[0]), code=1)
    if as_json:
        print_json([found])
    else:
        say(outline.as_text(found))


def diff(
    work: Annotated[str, typer.Argument(metavar="WORK", help="The first part of a document's id.")],
    old: Annotated[str, typer.Argument(metavar="OLD", help="The older edition, for example 1.00.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The newer edition, for example 1.10.")],
    lang: Annotated[str, typer.Option("--lang", metavar="LANG", help="Language: ja or en.")] = "ja",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write an HTML page instead of printing text.")
    ] = None,
    root: Root = Path("."),
    as_json: AsJson = False,
) -> None:
    """Show what changed between two editions of a work.

    Sections are listed as added, removed, moved or changed.

    \b
    aisi-ingest diff sample-guide 1.00 1.10 --lang en
    """
    from aisi_ingest.console import editions, side_by_side
    from aisi_ingest.storage.files import atomic_write

    try:
        changes = editions.changes_between(root, work, old, new, lang)
    except LookupError as error:
        fail(str(error.args[0]), code=1)
    for issue in changes.issues:
        say_line(f"{issue.level}: {issue.message}", file=sys.stderr)
    if changes.rows is None:
        sys.exit(1)
    if as_json:
        print_json(changes.rows)
    elif html is None:
        say(side_by_side.changes_as_text(changes))
    else:
        atomic_write(html, side_by_side.changes_as_html(changes))
        say(html)


def verify(
    release: Annotated[str | None, typer.Argument(metavar="RELEASE", help="Id of a release (default: all).")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="First repair what can be repaired without the network.")
    ] = False,
    sources: Annotated[
        Path | None,
        typer.Option("--sources", metavar="FILE", help="With --repair: list of sources (default: as in run)."),
    ] = None,
    registry: Registry = None,
    ocr: Ocr = OcrTime.LATER,
    no_ocr: NoOcr = False,
    root: Root = Path("."),
    as_json: AsJson = False,
) -> None:
    """Check all files, and the references and offsets in releases.

    All files below raw/ and processed/ are compared with their checksums. With --repair, damaged results are
    computed again from raw/, and damaged files of releases are put back. Give the same --registry and --ocr as for
    run.
    """
    from aisi_ingest.verify import release as verification

    if repair:
        _repair(root, sources, registry, not no_ocr and ocr is not OcrTime.OFF)
    issues = verification.verify(root, release)
    if as_json:
        print_json(issues)
    else:
        for issue in issues:
            say_line(f"{issue.level}: {issue.message}")
    if any(issue.level == "error" for issue in issues):
        if not repair:
            say_line("aisi-ingest verify --repair repairs what can be repaired without the network", file=sys.stderr)
        sys.exit(1)
    if not as_json:
        say("no problems found")


def _repair(root: Path, sources: Path | None, registry: Path | None, ocr: bool) -> None:
    from aisi_ingest.pipeline import orchestrator, summary
    from aisi_ingest.pipeline.jobs import Settings

    if not (root / "raw").is_dir():
        fail(f"{root}: has no folder raw, so there is nothing to repair")
    settings = Settings(str(root), registry=str(registry) if registry else None, ocr=ocr)
    report = orchestrator.mend(settings, load_sources(sources, root))
    for line in summary.problems(report):
        say_line(line, file=sys.stderr)
    say_line(summary.sentence(report))


def releases(root: Root = Path("."), as_json: AsJson = False) -> None:
    """List all releases, oldest first."""
    from aisi_ingest.publish import folders

    rows = folders.releases(root / "processed")
    if as_json:
        print_json(rows)
        return
    if not rows:
        say(f"{root}: nothing has been published yet; start with aisi-ingest run or add")
        return
    print_table(
        ("release", "documents", "mentions", "beads", "findings", "run"),
        [
            (
                row["id"],
                *(str(row["rows"][table]) for table in ("documents", "mentions", "alignments", "findings")),
                "succeeded" if row["succeeded"] else "had failures",
            )
            for row in rows
        ],
    )


def diff_release(
    before: Annotated[str, typer.Argument(metavar="A", help="Id of a release.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Id of a later release, or latest.")] = "latest",
    root: Root = Path("."),
    as_json: AsJson = False,
) -> None:
    """Show what changed between two releases.

    Documents, sections, mentions and beads are listed as added, removed or changed.
    """
    from aisi_ingest.publish import release_diff

    folders = []
    for name in (before, after):
        folder = root / "processed" / ("latest" if name == "latest" else f"releases/{name}")
        if not folder.is_dir():
            fail(f"{name}: no such release; aisi-ingest releases lists all of them", code=1)
        folders.append(folder.resolve())
    changes = release_diff.diff(*folders)
    if as_json:
        print_json(changes.changes)
    else:
        say(release_diff.changelog(changes))


def check_sources(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to check.")] = Path("sources.toml"),
    root: Root = Path("."),
    as_json: AsJson = False,
) -> None:
    """Check sources.toml and show what a run would do.

    The index pages are read. No document is downloaded.
    """
    from aisi_ingest.fetch import source as fetching
    from aisi_ingest.sources import load
    from aisi_ingest.storage.store import Store

    failed = False
    for source in load(path):
        plan = fetching.plan(source, Store(root))
        failed = failed or any(issue.level == "error" for issue in plan.issues)
        if as_json:
            print_json(_plan_rows(source.id, plan))
            continue
        say(
            f"{source.id}: {len(plan.new)} new, to be downloaded; {len(plan.known)} known, to be checked for "
            f"changes; {len(plan.withdrawn)} no longer listed, to be marked as withdrawn"
        )
        for link in plan.new:
            say_line(f"  new   {link.url}  {link.title or ''}")
        for receipt in plan.withdrawn:
            say_line(f"  gone  {receipt.url}")
        if source.licence is None:
            say("  warning: the licence is not known, so the documents would be processed, but not published;")
            say('           add to the file: licence = {name = "...", url = "...", attribution = "..."}')
        for issue in plan.issues:
            say_line(f"  {issue.level}: {issue.message}")
    if failed:
        sys.exit(1)


def _plan_rows(source: str, plan: FetchPlan) -> Iterator[dict[str, object]]:
    """Yield what a run would do with each document of a source, and the problems of its index pages."""
    for state, documents in (("new", plan.new), ("known", plan.known), ("withdrawn", plan.withdrawn)):
        for each in documents:
            yield {"source": source, "state": state, "url": each.url}
    for issue in plan.issues:
        yield {"source": source, "state": issue.level, "message": issue.message}

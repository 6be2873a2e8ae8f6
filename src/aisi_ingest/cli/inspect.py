"""Commands that look at what a root holds and change nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import Root, fail, print_table


def register(app: typer.Typer) -> None:
    """Add these commands, in the order in which help lists them."""
    for command in (status, show, diff, verify, releases, diff_release):
        app.command()(command)
    sources = typer.Typer(no_args_is_help=True, help="What is followed.", rich_markup_mode=None)
    sources.command("check")(check_sources)
    app.add_typer(sources, name="sources")


def status(root: Root = Path(".")) -> None:
    """Every source and document ever seen: last seen, last changed, last good, state and reason. Times are UTC."""
    from aisi_ingest.console import status as statuses

    rows = statuses.document_statuses(root)
    if not rows:
        print(f"{root}: nothing has been fetched yet; begin with aisi-ingest run or add")
        return
    for source in dict.fromkeys(row.source for row in rows):
        print(statuses.source_summary([row for row in rows if row.source == source]))
    print()
    print_table(
        ("source", "file", "state", "last seen", "last changed", "last good", "document", "reason"),
        [
            (
                row.source,
                row.file,
                row.state,
                *(statuses.to_minute(time) for time in (row.last_seen, row.last_changed, row.last_good)),
                row.id,
                row.reason,
            )
            for row in rows
        ],
    )


def show(
    document: Annotated[str, typer.Argument(metavar="ID", help="A document's id, or the end of its file name.")],
    root: Root = Path("."),
) -> None:
    """A document of the latest release in outline: sections, counts, dates, what is missing."""
    from aisi_ingest.console import outline

    try:
        print(outline.outline(root / "processed" / "latest", document))
    except LookupError as error:
        fail(str(error.args[0]), code=1)


def diff(
    work: Annotated[str, typer.Argument(metavar="WORK", help="As in the first part of a document's id.")],
    old: Annotated[str, typer.Argument(metavar="OLD", help="An edition, e.g. 1.00.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A later one, e.g. 1.10.")],
    lang: Annotated[str, typer.Option("--lang", metavar="LANG", help="ja or en.")] = "ja",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to look at instead of text.")
    ] = None,
    root: Root = Path("."),
) -> None:
    """What a new edition of a work says that the old one did not: sections added, removed, moved, changed."""
    from aisi_ingest.comparison import editions
    from aisi_ingest.console import outline, side_by_side
    from aisi_ingest.storage import store

    try:
        before, after = (outline.document(root, f"{work}/{edition}/{lang}") for edition in (old, new))
    except LookupError as error:
        fail(str(error.args[0]), code=1)
    result = editions.diff_editions(before, after)
    for issue in result.issues:
        print(f"{issue.level}: {issue.message}", file=sys.stderr)
    if result.value is None:
        sys.exit(1)
    if html is None:
        print(side_by_side.diff_as_text(result.value))
    else:
        store.atomic_write(html, side_by_side.diff_as_html(before, after, result.value))
        print(html)


def verify(
    release: Annotated[str | None, typer.Argument(metavar="[RELEASE]", help="The id of one; by default all.")] = None,
    root: Root = Path("."),
) -> None:
    """Check all bytes below raw/ and processed/ against their sums, and a release's references and offsets."""
    from aisi_ingest.verify import release as verification

    issues = verification.verify(root, release)
    for issue in issues:
        print(f"{issue.level}: {issue.message}")
    if any(issue.level == "error" for issue in issues):
        sys.exit(1)
    print("all well")


def releases(root: Root = Path(".")) -> None:
    """All releases that are kept, oldest first."""
    from aisi_ingest.publish import folders

    rows = folders.releases(root / "processed")
    if not rows:
        print(f"{root}: nothing has been published yet; begin with aisi-ingest run or add")
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
    before: Annotated[str, typer.Argument(metavar="A", help="The id of a release.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The id of a later one, or latest.")] = "latest",
    root: Root = Path("."),
) -> None:
    """What release B says that A does not: documents, sections, mentions and beads added, removed, changed."""
    from aisi_ingest.publish import release_diff

    folders = []
    for name in (before, after):
        folder = root / "processed" / ("latest" if name == "latest" else f"releases/{name}")
        if not folder.is_dir():
            fail(f"{name}: no such release; aisi-ingest releases lists them", code=1)
        folders.append(folder.resolve())
    print(release_diff.changelog(release_diff.diff(*folders)))


def check_sources(
    path: Annotated[Path, typer.Argument(metavar="[FILE]", help="The file to check.")] = Path("sources.toml"),
    root: Root = Path("."),
) -> None:
    """Read the index pages as a run would, and tell what it would do; no document is fetched."""
    from aisi_ingest.fetch import source as fetching
    from aisi_ingest.sources import load
    from aisi_ingest.storage.store import Store

    failed = False
    for source in load(path):
        plan = fetching.plan(source, Store(root))
        print(
            f"{source.id}: {len(plan.new)} new, to be fetched; {len(plan.known)} known, to be asked whether they "
            f"changed; {len(plan.withdrawn)} no longer listed, to be marked as withdrawn"
        )
        for link in plan.new:
            print(f"  new   {link.url}  {link.title or ''}")
        for receipt in plan.withdrawn:
            print(f"  gone  {receipt.url}")
        if source.licence is None:
            print("  warning: no licence is known: its documents would be fetched and read, and not published;")
            print('           write in the file: licence = {name = "...", url = "...", attribution = "..."}')
        for issue in plan.issues:
            failed = failed or issue.level == "error"
            print(f"  {issue.level}: {issue.message}")
    if failed:
        sys.exit(1)

"""Commands that look at what a root holds and change nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import Root, fail, print_table


def register(app: typer.Typer) -> None:
    """Add these commands, in the order in which help lists them."""
    for command in (status, show, verify):
        app.command()(command)


def status(root: Root = Path(".")) -> None:
    """Every document ever seen: last seen, last changed, last good, state and reason."""
    from aisi_ingest.store import Store

    rows = Store(root).states()
    if not rows:
        print(f"{root}: nothing has been fetched yet; begin with aisi-ingest run or add")
        return
    print_table(
        ("source", "file", "state", "last seen", "last changed", "last good", "sha256", "reason"),
        [
            (r.source, r.file, r.state, r.last_seen, r.last_changed, r.last_good, (r.sha256 or "")[:12], r.reason)
            for r in rows
        ],
    )


def show(
    document: Annotated[str, typer.Argument(metavar="ID", help="A document's id, or the end of its file name.")],
    root: Root = Path("."),
) -> None:
    """A document of the latest release in outline: sections, counts, dates, what is missing."""
    from aisi_ingest import inspect_release

    try:
        print(inspect_release.outline(root / "processed" / "latest", document))
    except LookupError as error:
        fail(str(error.args[0]), code=1)


def verify(
    release: Annotated[str | None, typer.Argument(metavar="[RELEASE]", help="An id; by default the latest.")] = None,
    root: Root = Path("."),
) -> None:
    """Check raw bytes against their names, and a release's files, references and offsets."""
    from aisi_ingest import verify as verification

    issues = verification.verify(root, release)
    for issue in issues:
        print(f"{issue.level}: {issue.message}")
    if any(issue.level == "error" for issue in issues):
        sys.exit(1)
    print("all well")

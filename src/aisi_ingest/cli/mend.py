"""Commands that change what is kept: forget documents, acknowledge failures, and delete old releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import Root, fail
from aisi_ingest.console.terminal import say_line


def register(app: typer.Typer) -> None:
    """Add these commands in the order in which the help lists them."""
    for command in (forget, acknowledge, prune):
        app.command()(command)


def forget(
    items: Annotated[list[str], typer.Argument(metavar="URL|FILE", help="URLs, file names or ids of documents.")],
    root: Root = Path("."),
) -> None:
    """Remove documents from the list of known documents.

    The next release is published without them. Their bytes in raw/ and all earlier releases are kept.

    \b
    aisi-ingest forget nosuch.pdf
    aisi-ingest forget https://example.org/guide.pdf
    """
    from aisi_ingest.pipeline import forgetting
    from aisi_ingest.sources import is_manual

    try:
        forgotten = forgetting.forget(root, items)
    except forgetting.NotForgotten as error:
        fail(str(error))
    for each in forgotten:
        say_line(f"{each.file}: forgotten ({each.url})")
        if each.same_bytes_at:
            say_line(f"  its data stay in the next release: {each.same_bytes_at} has the same bytes")
        elif each.id:
            rows = ", ".join(f"{table} {count}" for table, count in each.rows.items())
            say_line(f"  the next release has no {each.id}: these rows disappear: {rows}")
        else:
            say_line("  the latest release does not have it, so nothing disappears")
        if each.path:
            say_line(f"  its bytes stay in {each.path}")
        if not is_manual(each.source):
            say_line(
                f'  a run fetches it again if the source lists it: add it to exclude of "{each.source}" in sources.toml'
            )
    if any(each.id for each in forgotten):
        say_line("earlier releases keep their data; aisi-ingest run, add or reprocess publishes the next one")


def acknowledge(
    documents: Annotated[list[str], typer.Argument(metavar="URL|FILE", help="Documents that failed in the last run.")],
    root: Root = Path("."),
) -> None:
    """Accept the failures of documents, so that runs do not fail because of them.

    Other bytes, another reason or new code make the failure an error again. This also holds with run --strict.

    \b
    aisi-ingest acknowledge secret.pdf
    """
    from aisi_ingest.pipeline import failures
    from aisi_ingest.storage.store import Store

    store = Store(root)
    if not store.processed.is_dir():
        fail(f"{root}: nothing has been processed here yet")
    try:
        with store.lock():
            acknowledged = failures.acknowledge(store.processed, documents)
    except failures.NoSuchFailure as error:
        fail(str(error))
    for each in acknowledged:
        say_line(f"{each.file}: acknowledged ({each.stage}: {each.reason}; since {each.since})")


def prune(
    keep: Annotated[int, typer.Option("--keep", min=1, metavar="N", help="Number of releases to keep.")],
    root: Root = Path("."),
) -> None:
    """Delete old releases.

    The latest release, the last one of a run without failures, and releases that a program is reading are kept in any
    case. The files in raw/ are kept: a deleted release can be published again from them.

    \b
    aisi-ingest prune --keep 30
    """
    from aisi_ingest.publish import folders
    from aisi_ingest.storage.store import Store

    store = Store(root)
    if not store.processed.is_dir():
        fail(f"{root}: nothing has been published here yet")
    with store.lock():
        deleted = folders.prune(store.processed, keep)
    for each in deleted:
        say_line(f"{each}: deleted")
    say_line(f"{len(folders.releases(store.processed))} releases are left")

"""Options of ``add`` that state something about a document, and the files beside documents that do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aisi_ingest.cli.options import fail

if TYPE_CHECKING:
    from aisi_ingest.storage.stated import Statement

Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Title of the document.")]
Date = Annotated[str | None, typer.Option("--date", metavar="DATE", help="Its date: 2024, 2024-09 or 2024-09-25.")]
Publisher = Annotated[str | None, typer.Option("--publisher", metavar="ID", help="Who published it: an id or a name.")]
LicenceName = Annotated[
    str | None, typer.Option("--licence", metavar="TEXT", help="Its licence; may contain the URL of the licence.")
]
Attribution = Annotated[
    str | None, typer.Option("--attribution", metavar="TEXT", help="Line to print where the text is used.")
]
Address = Annotated[str | None, typer.Option("--url", metavar="URL", help="Where the document can be read.")]
Language = Annotated[str | None, typer.Option("--lang", metavar="ja|en", help="Its language.")]
PairWith = Annotated[
    str | None,
    typer.Option("--pair-with", metavar="NAME", help="The document in the other language: file, URL, id or sha256."),
]

_OF_ONE_DOCUMENT = ("title", "url", "pair_with")


def stated_or_exit(values: Mapping[str, str | None]) -> Statement:
    """Return what the options state; exit with 2 if a value is invalid."""
    from aisi_ingest.fetch.statements import StatementError, checked

    try:
        return checked(values)
    except StatementError as error:
        fail(f"--{str(error).replace('_', '-', 1) if str(error).startswith('pair_') else error}")


def statements_or_exit(
    statement: Statement, originals: Mapping[Path, Path], urls: Sequence[str]
) -> dict[Path | str, Statement]:
    """Return what is stated about each document; exit with 2 if a file beside a document is invalid.

    Args:
        statement: What the options state about all of them.
        originals: The files that the user named, by the files that are read.
        urls: URLs of documents.
    """
    from aisi_ingest.fetch.statements import StatementError, sidecar

    several = len(originals) + len(urls) > 1
    for name in _OF_ONE_DOCUMENT:
        if several and getattr(statement, name) is not None:
            fail(f"--{name.replace('_', '-')} is about one document, and there are {len(originals) + len(urls)}")
    stated: dict[Path | str, Statement] = dict.fromkeys(urls, statement)
    try:
        stated |= {path: statement.over(sidecar(original)) for path, original in originals.items()}
    except StatementError as error:
        fail(str(error))
    return stated

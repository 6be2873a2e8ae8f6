"""Options that several commands take, and how every command ends when it cannot go on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

Root = Annotated[Path, typer.Option("--root", metavar="DIR", help="Folder of raw/ and processed/.")]
Workers = Annotated[int, typer.Option("--workers", min=1, metavar="N", help="Documents read at once.")]
Registry = Annotated[
    Path | None,
    typer.Option("--registry", metavar="FILE", help="Who and what to recognise; by default the project's own list."),
]
Images = Annotated[bool, typer.Option("--images/--no-images", help="Pictures of the pages in the viewer.")]
Keep = Annotated[
    int | None,
    typer.Option(
        "--keep", min=1, metavar="N", help="Releases that stay after a new one; never fewer than are in use. All."
    ),
]
Ocr = Annotated[bool, typer.Option("--ocr/--no-ocr", help="Read pictures of text.")]


def fail(message: str, code: int = 2) -> NoReturn:
    """End with one line on standard error: 2 where nothing could begin, 1 where something went wrong."""
    print(f"aisi-ingest: {message}", file=sys.stderr)
    sys.exit(code)


def print_table(head: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> None:
    """Columns as wide as their widest cell; Japanese characters count for two."""
    from rich.cells import cell_len

    cells = [[str(value or "-") for value in row] for row in [head, *rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        padded = (value + " " * (width - cell_len(value)) for value, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())

"""The command that shows why one page was read as it was."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import fail


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(inspect)


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PDF file.")],
    page: Annotated[int, typer.Option("--page", min=1, metavar="N", help="Number of the page, from 1.")] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PNG", help="Write a picture of the page to this file.")
    ] = None,
    table_settings: Annotated[
        str | None,
        typer.Option(
            "--table-settings",
            metavar="JSON",
            help="Also find tables with pdfplumber and these settings, as a JSON object.",
        ),
    ] = None,
) -> None:
    """Show how one page of a PDF was read.

    Prints its blocks in reading order and its tables with their cells. The picture shows characters (grey), lines
    (green), blocks (blue), furniture (dark grey), hidden text (purple) and cells of tables (red).

    \b
    aisi-ingest inspect report.pdf --page 7 --out page7.png
    aisi-ingest inspect report.pdf --page 7 --table-settings '{"vertical_strategy": "text"}'
    """
    from aisi_ingest import page_inspection
    from aisi_ingest.storage.files import atomic_write

    try:
        settings = json.loads(table_settings) if table_settings is not None else None
    except ValueError as error:
        fail(f"--table-settings is no JSON: {error}")
    if settings is not None and not isinstance(settings, dict):
        fail("--table-settings must be a JSON object")
    if not file.is_file():
        fail(f"{file} is not a file")
    result = page_inspection.inspect_page(file, page, settings)
    for issue in result.issues:
        print(f"{issue.level}: {file}: {issue.message}", file=sys.stderr)
    if result.value is None:
        sys.exit(1)
    for line in result.value.lines:
        print(line)
    for number, rows in enumerate(result.value.tables, 1):
        print(f"pdfplumber table {number}:")
        for row in rows:
            print("  " + " | ".join(text.replace("\n", " ") for text in row))
    if out is not None:
        atomic_write(out, result.value.png)
        print(out)

"""Commands for single files and texts: no store, no network, nothing is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import Ocr, fail


def register(app: typer.Typer) -> None:
    """Add these commands, in the order in which help lists them."""
    for command in (extract,):
        app.command()(command)


def extract(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="PDF and PPTX files.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="A JSON file for each, instead.")] = None,
    ocr: Ocr = True,
) -> None:
    """Read files and write what they say as JSON: blocks in sections, tables, page and rectangle.

    No store and no network. One file goes to standard output; several need --out.
    """
    from aisi_ingest import on_the_spot

    if out is None and len(files) > 1:
        fail("several files: name a folder for the results with --out")
    failed = False
    for path in files:
        result = on_the_spot.read(path, ocr=ocr)
        for issue in result.issues:
            place = f"page {issue.page}: " if issue.page else ""
            print(f"{issue.level}: {path}: {place}{issue.message}", file=sys.stderr)
        if result.value is None:
            failed = True
        elif out is None:
            sys.stdout.buffer.write(on_the_spot.nested_json(result.value))
        else:
            on_the_spot.write(result.value, out / f"{path.name}.json")
            print(out / f"{path.name}.json")
    if failed:
        sys.exit(1)

"""Commands for single files and texts: no store, no network, nothing is kept."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aisi_ingest.cli.options import Ocr, Registry, fail, print_table

if TYPE_CHECKING:
    from aisi_ingest.model import Issue


def register(app: typer.Typer) -> None:
    """Add these commands, in the order in which help lists them."""
    for command in (extract, tag, align):
        app.command()(command)
    registry = typer.Typer(no_args_is_help=True, help="Who and what is recognised.", rich_markup_mode=None)
    registry.command("check")(check_registry)
    registry.command("find")(find_in_registry)
    app.add_typer(registry, name="registry")


def extract(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="PDF and PPTX files.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="A JSON file for each, instead.")] = None,
    ocr: Ocr = True,
) -> None:
    """Read files and write what they say as JSON: blocks in sections, tables, page and rectangle.

    No store and no network. One file goes to standard output; several need --out.
    """
    from aisi_ingest import single_file

    if out is None and len(files) > 1:
        fail("several files: name a folder for the results with --out")
    failed = False
    for path in files:
        result = single_file.read(path, ocr=ocr)
        _say(path, result.issues)
        if result.value is None:
            failed = True
        elif out is None:
            sys.stdout.buffer.write(single_file.nested_json(result.value))
        else:
            single_file.write(result.value, out / f"{path.name}.json")
            print(out / f"{path.name}.json")
    if failed:
        sys.exit(1)


def align(
    first: Annotated[Path, typer.Argument(metavar="A", help="A PDF or PPTX in one language.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The same in the other.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to look at instead of a table.")
    ] = None,
    ocr: Ocr = True,
    registry: Registry = None,
) -> None:
    """Lay two files side by side, a Japanese and an English one, and say where they disagree."""
    from aisi_ingest import single_file
    from aisi_ingest.console import side_by_side
    from aisi_ingest.model import Alignment
    from aisi_ingest.storage import store

    documents = []
    for path in (first, second):
        read = single_file.read(path, ocr=ocr, registry=registry)
        _say(path, tuple(issue for issue in read.issues if issue.stage != "pair"))
        if read.value is None:
            sys.exit(1)
        documents.append(read.value)
    result = single_file.align(*documents, registry=registry)
    _say(second, result.issues)
    if result.value is None:
        sys.exit(1)
    ja, en, aligned = result.value
    alignment = Alignment(ja.id, en.id, aligned.beads, aligned.with_encoder)
    if html is None:
        print(
            side_by_side.as_text(
                side_by_side.rows(ja, en, alignment, aligned.findings), shutil.get_terminal_size().columns
            )
        )
    else:
        store.atomic_write(html, side_by_side.as_html(ja, en, alignment, aligned.findings))
        print(html)


def _say(path: Path, issues: tuple[Issue, ...]) -> None:
    for issue in issues:
        place = f"page {issue.page}: " if issue.page else ""
        print(f"{issue.level}: {path}: {place}{issue.message}", file=sys.stderr)


def tag(
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="A line of Japanese or English.")],
    date: Annotated[
        str | None, typer.Option("--date", metavar="EDTF", help="The document's date, for dates without a year.")
    ] = None,
    registry: Registry = None,
) -> None:
    """Show what is found in a line of text: label, value and the rule that found it."""
    from aisi_ingest import single_file

    mentions = single_file.tag_text(text, registry=registry, date=date)
    rows: list[tuple[str | None, ...]] = [(f"{m.start}-{m.end}", m.text, m.label, m.value, m.rule) for m in mentions]
    if rows:
        print_table(("place", "text", "label", "value", "rule"), rows)
    else:
        print("nothing found")


def check_registry(path: Annotated[Path | None, typer.Argument(metavar="[FILE]")] = None) -> None:
    """Read registry.toml and count what it names; a fault is one line with its number."""
    from collections import Counter

    from aisi_ingest.registry import load

    registry = load(path)
    for label, count in Counter(entity.label for entity in registry.entities.values()).most_common():
        print(f"{label:7} {count}")
    print(f"{len(registry.aliases)} names, no fault")


def find_in_registry(name: Annotated[str, typer.Argument(metavar="NAME")], registry: Registry = None) -> None:
    """Whom or what a name may mean."""
    from aisi_ingest.registry import load

    found = load(registry).find(name)
    if not found:
        fail(f"{name}: not in the registry", code=1)
    for entity in found:
        names = " / ".join(name for lang in ("ja", "en") for name in entity.names.get(lang, ()))
        print(f"{entity.id}  {entity.label}  {names}")

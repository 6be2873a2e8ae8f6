"""Commands for single files and texts. They use no root and no network."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aisi_ingest.cli.inputs import Input, Password, opened_or_exit
from aisi_ingest.cli.options import AsJson, OcrOfFile, Registry, fail, print_json, print_table
from aisi_ingest.console.terminal import say, say_json, say_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aisi_ingest.model import Issue


def register(app: typer.Typer) -> None:
    """Add these commands in the order in which the help lists them."""
    for command in (extract, tag, align):
        app.command()(command)
    registry = typer.Typer(
        no_args_is_help=True, help="Check and search the list of names to recognise.", rich_markup_mode=None
    )
    registry.command("check")(check_registry)
    registry.command("find")(find_in_registry)
    app.add_typer(registry, name="registry")


def extract(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="PDF and PPTX files, folders, patterns, or - for standard input."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write one JSON file per input into this folder.")
    ] = None,
    ocr: OcrOfFile = None,
    password: Password = None,
) -> None:
    """Print the content of files as JSON.

    The JSON contains sections, blocks, tables and mentions, with their pages and positions. For several files,
    --out is required.

    \b
    aisi-ingest extract report.pdf > report.json
    aisi-ingest extract reports/ --out json
    curl https://example.org/report.pdf | aisi-ingest extract -
    """
    with opened_or_exit(files, password) as inputs:
        if out is None and len(inputs) > 1:
            fail("for several files, give a folder for the results with --out")
        names = Counter(each.path.name for each in inputs)
        if out is not None and (twice := next((name for name, count in names.items() if count > 1), None)):
            fail(f"two files are named {twice}: extract them into two folders")
        if not all([_extract(each, out, ocr) for each in inputs]):
            sys.exit(1)


def _extract(given: Input, out: Path | None, ocr: bool | None) -> bool:
    """Print or write the content of one file, and return whether it could be read."""
    from aisi_ingest import single_file

    result = single_file.read(given.path, ocr=ocr)
    _print_issues(given.original, result.issues)
    if result.value is None:
        return False
    if out is None:
        say_json(single_file.nested_json(result.value))
    else:
        single_file.write(result.value, out / f"{given.path.name}.json")
        say(out / f"{given.path.name}.json")
    return True


def align(
    first: Annotated[Path, typer.Argument(metavar="A", help="A PDF or PPTX file in Japanese or English.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Its counterpart in the other language.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write an HTML page instead of printing a table.")
    ] = None,
    ocr: OcrOfFile = None,
    registry: Registry = None,
) -> None:
    """Align a Japanese and an English file side by side.

    Places where they disagree are marked.

    \b
    aisi-ingest align guide_ja.pdf guide_en.pdf --html guide.html
    """
    from aisi_ingest import single_file
    from aisi_ingest.console import side_by_side
    from aisi_ingest.model import Alignment
    from aisi_ingest.storage.files import atomic_write

    documents = []
    for path in (first, second):
        read = single_file.read(path, ocr=ocr, registry=registry)
        _print_issues(path, tuple(issue for issue in read.issues if issue.stage != "pair"))
        if read.value is None:
            sys.exit(1)
        documents.append(read.value)
    result = single_file.align(*documents, registry=registry)
    _print_issues(second, result.issues)
    if result.value is None:
        sys.exit(1)
    ja, en, aligned = result.value
    alignment = Alignment(ja.id, en.id, aligned.beads, aligned.with_encoder)
    if html is None:
        say(
            side_by_side.as_text(
                side_by_side.rows(ja, en, alignment, aligned.findings), shutil.get_terminal_size().columns
            )
        )
    else:
        atomic_write(html, side_by_side.as_html(ja, en, alignment, aligned.findings))
        say(html)


def _print_issues(path: Path, issues: tuple[Issue, ...]) -> None:
    for issue in issues:
        place = f"page {issue.page}: " if issue.page else ""
        say_line(f"{issue.level}: {path}: {place}{issue.message}", file=sys.stderr)


def tag(
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="Japanese or English text (default: standard input).")
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="EDTF",
            help="Date of the document, which resolves dates without a year. For example 2026-04-01.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object for each line of text, with its mentions.")
    ] = False,
    registry: Registry = None,
) -> None:
    """Find dates and names in a text.

    Names are those of organisations, people, guides, events and places. Each line of standard input is a text.

    \b
    aisi-ingest tag --text "令和6年9月25日に総務省が公表した。"
    aisi-ingest tag --json < sentences.txt > mentions.jsonl
    """
    from aisi_ingest import single_file
    from aisi_ingest.dates.edtf import is_edtf_date

    if date is not None and not is_edtf_date(date):
        fail(f"--date {date}: give a day, a month or a year that exists, such as 2026-04-01, 2026-04 or 2026")
    texts = [text] if text is not None else (line.rstrip("\r\n") for line in _standard_input())
    if as_json:
        for found in single_file.tag_lines(texts, registry=registry, date=date):
            sys.stdout.buffer.write(found + b"\n")
        return
    mentions = [m for each in texts for m in single_file.tag_text(each, registry=registry, date=date)]
    rows: list[tuple[str | None, ...]] = [(f"{m.start}-{m.end}", m.text, m.label, m.value, m.rule) for m in mentions]
    if rows:
        print_table(("offsets", "text", "label", "value", "rule"), rows)
    else:
        say("nothing found")


def _standard_input() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def check_registry(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The file to check (default: the list that comes with aisi-ingest)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check registry.toml and count its entities. An error is reported with its line number."""
    from aisi_ingest.registry import load

    registry = load(path)
    counts = Counter(entity.label for entity in registry.entities.values()).most_common()
    if as_json:
        print_json({"label": label, "entities": count} for label, count in counts)
        return
    for label, count in counts:
        say(f"{label:7} {count}")
    say(f"{len(registry.aliases)} names, no errors")


def find_in_registry(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name in Japanese or English.")],
    registry: Registry = None,
    as_json: AsJson = False,
) -> None:
    """List the entities that a name may refer to."""
    from aisi_ingest.registry import load

    found = load(registry).find(name)
    if not found:
        fail(f"{name}: not in the registry", code=1)
    if as_json:
        print_json({"id": each.id, "label": each.label, "names": each.names} for each in found)
        return
    for entity in found:
        names = " / ".join(name for lang in ("ja", "en") for name in entity.names.get(lang, ()))
        say(f"{entity.id}  {entity.label}  {names}")

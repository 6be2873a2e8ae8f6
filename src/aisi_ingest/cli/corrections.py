"""Commands for corrections by hand: make, check, list and import entries of the files in ``corrections/``."""

from __future__ import annotations

import datetime
import getpass
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aisi_ingest.cli.options import AsJson, Root, fail, print_json, print_table
from aisi_ingest.console.terminal import say, say_line

if TYPE_CHECKING:
    from aisi_ingest.corrections.exchange import BitextUnit, Place, Signature
    from aisi_ingest.model import Correction

_SHORT_DIGEST = 12  # hex digits of a sha256 that name a document
_SHORTEST = 6  # digits of a sha256 that a user must give at least
_KINDS = ("document", "block", "mention")  # that ``correct`` can make; the others are written by hand

Author = Annotated[str | None, typer.Option("--author", metavar="NAME", help="Who corrects (default: your user name).")]


def register(app: typer.Typer) -> None:
    """Add these commands in the order in which the help lists them."""
    app.command()(correct)
    group = typer.Typer(no_args_is_help=True, help="Check, list and import corrections by hand.", rich_markup_mode=None)
    for name, command in (("check", check), ("list", list_all), ("stale", stale), ("import", import_file)):
        group.command(name)(command)
    app.add_typer(group, name="corrections")


def correct(
    document: Annotated[str, typer.Argument(metavar="ID", help="Id, file name, URL or sha256 of the document.")],
    of: Annotated[
        str | None, typer.Option("--of", metavar="KIND", help=f"What to correct: {', '.join(_KINDS)}.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="The text as it is in the data.")] = None,
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field and its right value. Repeatable.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the mention.")] = False,
    add: Annotated[bool, typer.Option("--add", help="Add a mention.")] = False,
    page: Annotated[
        int | None, typer.Option("--page", min=1, metavar="N", help="The page, if the text repeats.")
    ] = None,
    author: Author = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is wrong.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    root: Root = Path("."),
) -> None:
    """Correct something in a document of the latest release.

    What is not given is asked for. The difference is shown before the entry is written to corrections/WORK.toml. The
    next run, or aisi-ingest reprocess, applies it. docs/corrections.md explains all entries.

    \b
    aisi-ingest correct sample-guide/1.00/en
    aisi-ingest correct guide.pdf --of block --text "1.2 Purpose" --set kind=heading --set level=2 --reason "see page 3"
    aisi-ingest correct guide.pdf --of mention --text "White Paper" --remove --reason "no name"
    """
    import aisi_ingest
    from aisi_ingest.corrections import reading, writing

    try:
        with aisi_ingest.load(root) as release:
            row = _document(release, document)
    except FileNotFoundError as error:
        fail(str(error), code=1)
    kind = of or typer.prompt(f"Correct what ({', '.join(_KINDS)})", default="block")
    if kind not in _KINDS:
        fail(f"--of {kind}: must be one of {', '.join(_KINDS)}; write other entries by hand (docs/corrections.md)")
    raw: dict[str, Any] = {"of": kind, "document": row.source.sha256[:_SHORT_DIGEST]}
    if kind != "document":
        raw["text"] = text or typer.prompt("Text as it is in the data")
    if page is not None:
        raw["page"] = page
    given = fields or ([] if remove else _asked_fields())
    raw |= {"remove": True} if remove else {"set": dict(map(_field, given))}
    raw |= {"add": True} if add else {}
    raw["author"] = author or getpass.getuser()
    raw["date"] = datetime.date.today().isoformat()
    raw["reason"] = reason or typer.prompt("Why")
    (entry,) = reading.parse(writing.entry_text(raw), "the correction")
    for line in _difference(root, row.source.sha256, entry.correction):
        say_line(line)
    if not (yes or typer.confirm("Write this correction", default=True)):
        fail("nothing was written", code=1)
    path = writing.append(root, row.work, [entry.correction])
    say(f"{path}: written; aisi-ingest reprocess {row.id} --from tag applies it")


def _document(release: Any, name: str) -> Any:
    """Return the row of the document with this id, file name, URL or sha256, or exit."""
    rows = [each.row for each in release.documents]
    for row in rows:
        source = row.source
        if name in (row.id, source.file, source.url) or (len(name) >= _SHORTEST and source.sha256.startswith(name)):
            return row
    fail(f"{name}: the latest release has no such document; it has {', '.join(row.id for row in rows)}", code=1)


def _asked_fields() -> list[str]:
    asked = []
    while field := typer.prompt("Field=right value (empty: no more)", default="", show_default=False):
        asked.append(field)
    return asked


def _field(given: str) -> tuple[str, str | int | bool]:
    name, equals, value = given.partition("=")
    if not equals:
        fail(f"--set {given}: write FIELD=VALUE")
    if value in ("true", "false"):
        return name.strip(), value == "true"
    is_number = name.strip() in ("level", "header_rows") and value.strip().isdigit()
    return name.strip(), int(value) if is_number else value.strip()


def _difference(root: Path, sha256: str, correction: Correction) -> Iterator[str]:
    """Yield what a correction changes in the document as it was read."""
    from aisi_ingest.corrections.content import correct_content
    from aisi_ingest.corrections.mentions import correct_mentions
    from aisi_ingest.fetch.listings import known_documents
    from aisi_ingest.storage.documents import load_document
    from aisi_ingest.storage.store import Store

    known = (each.listing for each in known_documents(Store(root)))
    listing = next((each for each in known if each and each.source.sha256 == sha256), None)
    if listing is None:
        fail("its bytes are not in raw/, so the correction cannot be shown", code=1)
    document = load_document(str(root), listing)
    corrected = correct_content(document.content, [correction])
    mentions, problems = correct_mentions(corrected.content, document.mentions, [correction])
    for problem in (*corrected.problems, *problems):
        fail(problem.message, code=1)
    yield from _changes(document.content.blocks, corrected.content.blocks)
    yield from _changes(document.mentions, mentions)
    for name in ("title", "lang", "kind"):
        before, after = getattr(document.content, name), getattr(corrected.content, name)
        if before != after:
            yield from (f"- {name}: {before}", f"+ {name}: {after}")
    for name, value in correction.set.items() if correction.of == "document" else ():
        if name not in ("title", "lang", "kind"):
            yield f"+ {name}: {value}"


def _changes(before: Iterable[Any], after: Iterable[Any]) -> Iterator[str]:
    """Yield the lines of blocks or mentions that differ."""
    old, new = [_shown(each) for each in before], [_shown(each) for each in after]
    yield from (f"- {each}" for each in old if each not in new)
    yield from (f"+ {each}" for each in new if each not in old)


def _shown(each: Any) -> str:
    """Return a block or a mention as a line: what it is, and its text."""
    is_block = hasattr(each, "kind")
    parts = (each.kind, each.level, each.marker) if is_block else (each.label, each.value)
    return " ".join(str(part) for part in (*parts, each.text) if part)


def check(root: Root = Path(".")) -> None:
    """Check the files in corrections/. An error is reported with its line number."""
    from aisi_ingest.corrections import reading

    entries = reading.load(root)
    files = {entry.place.rpartition(":")[0] for entry in entries}
    say(f"{len(entries)} corrections in {len(files)} files, no errors")


def list_all(root: Root = Path("."), as_json: AsJson = False) -> None:
    """List all corrections."""
    import msgspec

    from aisi_ingest.corrections import reading

    entries = reading.load(root)
    if as_json:
        print_json({"place": each.place, **msgspec.to_builtins(each.correction)} for each in entries)
        return
    if not entries:
        say(f"{root / reading.FOLDER}: no corrections; aisi-ingest correct makes one")
        return
    print_table(
        ("place", "of", "document", "text", "author", "date", "reason"),
        [
            (e.place, c.of, ", ".join(c.documents), (c.text or c.ja or c.en)[:40], c.author, c.date, c.reason)
            for e in entries
            for c in (e.correction,)
        ],
    )


def stale(root: Root = Path("."), as_json: AsJson = False) -> None:
    """List the corrections that the last run could not apply, with the reason. The exit code is 1 if there are any."""
    from aisi_ingest.corrections.applying import NOT_APPLIED
    from aisi_ingest.pipeline import report as run_report
    from aisi_ingest.storage.store import Store

    report = run_report.load_last(Store(root).processed)
    if report is None:
        fail(f"{root}: nothing has been processed here yet")
    parts = [("", report.issues), *((each.file, each.issues) for each in report.documents)]
    parts += [(each.name, each.issues) for each in report.pairs]
    found = [
        {"document": name, "message": issue.message}
        for name, issues in parts
        for issue in issues
        if issue.code == NOT_APPLIED
    ]
    if as_json:
        print_json(found)
    else:
        for each in found:
            say_line(f"{each['document']}: {each['message']}" if each["document"] else each["message"])
    if found:
        sys.exit(1)
    if not as_json:
        say("the last run applied all corrections")


def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An export of Label Studio (JSON), or a reviewed bitext.xlsx.")
    ],
    author: Author = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "reviewed",
    root: Root = Path("."),
) -> None:
    """Make corrections of what a reviewer has changed.

    From Label Studio: mentions that were added, removed or relabelled (release.to_label_studio makes the tasks). From
    bitext.xlsx of the latest release: changed texts, and the verdict "wrong".

    \b
    aisi-ingest corrections import export.json --author "A. Reader"
    aisi-ingest corrections import bitext.xlsx
    """
    import aisi_ingest
    from aisi_ingest.corrections import exchange, writing

    signature = exchange.Signature(author or getpass.getuser(), datetime.date.today().isoformat(), reason)
    try:
        with aisi_ingest.load(root) as release:
            found = _imported(file, release, signature)
    except (FileNotFoundError, exchange.ExchangeError) as error:
        fail(f"{file}: {error}" if isinstance(error, exchange.ExchangeError) else str(error), code=1)
    works = dict.fromkeys(work for work, _ in found)
    for work in works:
        path = writing.append(root, work, [each for own, each in found if own == work])
        say(f"{path}: {sum(own == work for own, _ in found)} corrections")
    if not found:
        say("nothing was changed in this file")


def _imported(file: Path, release: Any, signature: Signature) -> list[tuple[str, Correction]]:
    from aisi_ingest.corrections import exchange

    blocks = _blocks(release)
    if file.suffix.lower() != ".xlsx":
        try:
            tasks = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise exchange.ExchangeError(f"not JSON: {error}") from error
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            raise exchange.ExchangeError("not a list of tasks")
        return exchange.from_label_studio(tasks, blocks, signature)
    return exchange.from_bitext(_spreadsheet_rows(file), _units(release, blocks), signature)


def _blocks(release: Any) -> dict[str, Place]:
    from aisi_ingest.corrections.exchange import Place

    out = {}
    for document in release.documents:
        mentions: dict[str, list[tuple[int, int, str, str | None]]] = {}
        for each in document.mentions:
            mentions.setdefault(each.block, []).append((each.start, each.end, each.label, each.value))
        sha256, work = document.row.source.sha256[:_SHORT_DIGEST], document.row.work
        for block in document.blocks:
            out[block.id] = Place(sha256, work, block.text, block.page, tuple(mentions.get(block.id, ())))
    return out


def _units(release: Any, blocks: dict[str, Place]) -> dict[str, BitextUnit]:
    from aisi_ingest.corrections.exchange import BitextUnit
    from aisi_ingest.text.sentence_ids import block_of

    def own(ids: Iterable[str]) -> tuple[Place, ...]:
        names = dict.fromkeys(block_of(each) for each in ids)
        return tuple(blocks[name] for name in names if name in blocks)

    return {row.id: BitextUnit(row.unit, row.ja, row.en, own(row.ja_ids), own(row.en_ids)) for row in release.bitext()}


def _spreadsheet_rows(file: Path) -> Iterator[dict[str, Any]]:
    from aisi_ingest.corrections.exchange import ExchangeError

    try:
        import openpyxl

        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise ExchangeError(f"not a spreadsheet: {error}") from error
    for sheet in book.worksheets:
        lines = sheet.iter_rows(values_only=True)
        head = [str(name) for name in next(lines, ())]
        for line in lines:
            if any(value is not None for value in line):
                yield dict(zip(head, line, strict=False))

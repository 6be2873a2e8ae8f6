"""The command ``search``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from aisi_ingest.cli.options import AsJson, Root, fail, print_json
from aisi_ingest.console.terminal import say, say_line

_SHOWN_LENGTH = 300  # code points of a passage on a terminal


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(search)


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words in either language, or a question.")],
    lang: Annotated[
        Literal["ja", "en"] | None, typer.Option("--lang", help="Only passages in this language (default: both).")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="Largest number of passages.")] = 20,
    as_json: AsJson = False,
    root: Root = Path("."),
) -> None:
    """Search the latest release: titles, headings, text and names, in both languages.

    Each passage is shown with its id, page and address, and with the text aligned with it in the other language.
    Passages near in meaning are found too, if the release has vectors. The exit code is 1 if nothing is found.

    \b
    aisi-ingest search 評価の観点
    aisi-ingest search "red teaming" --lang en     words in quotation marks follow each other
    aisi-ingest search "red teaming" --lang ja     Japanese passages whose translation has the words
    """
    import aisi_ingest

    phrases = (f'"{each}"' if " " in each else each for each in words)
    try:
        with aisi_ingest.load(root) as release:
            hits = release.search(" ".join(phrases), lang=lang, limit=limit)
    except FileNotFoundError as error:
        fail(str(error), code=1)
    if not hits:
        say_line(f"nothing found for {' '.join(words)}", file=sys.stderr)
        sys.exit(1)
    if as_json:
        print_json(hits)
        return
    for hit in hits:
        page = f"page {hit.pages[0]}" if hit.pages and hit.kind != "document" else None
        say_line("  ".join(filter(None, (hit.id, page, hit.url))))
        for text in (hit.text, hit.counterpart.text if hit.counterpart else None):
            if text:
                say_line(f"    {_shortened(text)}")
        say()


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_LENGTH else f"{line[: _SHOWN_LENGTH - 1]}…"

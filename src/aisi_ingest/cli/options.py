"""Options that several commands share, and how a command reports an error and ends."""

from __future__ import annotations

import enum
import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_type_hints

import typer

from aisi_ingest.console.terminal import escaped_line, say, say_json, say_line

if TYPE_CHECKING:
    from aisi_ingest.pipeline.jobs import Settings, StageName
    from aisi_ingest.sources import SourceSpec

Root = Annotated[Path, typer.Option("--root", metavar="DIR", help="Folder that contains raw/ and processed/.")]
Workers = Annotated[
    int, typer.Option("--workers", min=1, metavar="N", help="Number of documents to process at the same time.")
]
Registry = Annotated[
    Path | None,
    typer.Option(
        "--registry",
        metavar="FILE",
        help="List of names to recognise. It is remembered; 'default' forgets it.",
    ),
]
Images = Annotated[bool, typer.Option("--images/--no-images", help="Add images of the pages to the viewer.")]
Keep = Annotated[
    int | None,
    typer.Option(
        "--keep",
        min=1,
        metavar="N",
        help="Number of releases to keep (default: all). Releases in use are never deleted.",
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail because of known failures as well, unless they are acknowledged.")
]
AllowFewer = Annotated[
    bool,
    typer.Option(
        "--allow-fewer", help="Publish even if raw/receipts.jsonl, the list of fetched documents, has lost some."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print problems only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print a line for each document.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]
OcrOfFile = Annotated[
    bool | None,
    typer.Option("--ocr/--no-ocr", help="Read text in all images (OCR), or in none (default: on pages without text)."),
]


class OcrTime(enum.Enum):
    """When a run reads the text in images."""

    NOW = "now"
    LATER = "later"
    OFF = "off"


Ocr = Annotated[
    OcrTime,
    typer.Option(
        "--ocr",
        help="When to read text in images: later (publish the text first, then again with the images), now (publish "
        "once), or off.",
    ),
]
NoOcr = Annotated[bool, typer.Option("--no-ocr", help="The same as --ocr off.")]


@dataclass(frozen=True)
class RunOptions:
    """The options of every command that processes and publishes documents."""

    root: Root = Path(".")
    workers: Workers = 2
    registry: Registry = None
    images: Images = False
    ocr: Ocr = OcrTime.LATER
    no_ocr: NoOcr = False
    keep: Keep = None
    strict: Strict = False
    allow_fewer: AllowFewer = False
    quiet: Quiet = False
    verbose: Verbose = False

    def settings(self, redo_from: StageName | None = None) -> Settings:
        """Return the settings of a run with these options.

        Args:
            redo_from: The first stage to run again even if its output is up to date.
        """
        from aisi_ingest.pipeline.jobs import Settings

        return Settings(
            root=str(self.root),
            registry=str(self.registry) if self.registry else None,
            workers=self.workers,
            ocr=not self.no_ocr and self.ocr is not OcrTime.OFF,
            text_first=self.ocr is OcrTime.LATER,
            images=self.images,
            keep=self.keep,
            redo_from=redo_from,
            strict=self.strict,
            allow_fewer=self.allow_fewer,
        )


def with_run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of ``RunOptions`` to a command, after its own. They are passed to its parameter ``options``."""
    own = inspect.signature(command, eval_str=True).parameters.values()
    types = get_type_hints(RunOptions, include_extras=True)
    shared = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=types[field.name]
        )
        for field in fields(RunOptions)
    ]

    @functools.wraps(command)
    def wrapped(**given: Any) -> None:
        options = RunOptions(**{field.name: given.pop(field.name) for field in fields(RunOptions)})
        command(**given, options=options)

    signature = inspect.Signature([*(each for each in own if each.name != "options"), *shared])
    wrapped.__signature__ = signature  # type: ignore[attr-defined]  # functions have it since PEP 362, mypy does not know
    return wrapped


def fail(message: str, code: int = 2) -> NoReturn:
    """Print one line to standard error and exit.

    Args:
        message: The reason.
        code: Exit code: 2 if nothing was done, 1 if something failed.
    """
    say_line(f"aisi-ingest: {message}", file=sys.stderr)
    sys.exit(code)


def load_sources(path: Path | None, root: Path, needed: bool = False) -> tuple[SourceSpec, ...]:
    """Load the list of sources.

    Args:
        path: The file; None: ``sources.toml`` in the root, else in this folder.
        root: The root folder.
        needed: Exit with an error if there is no such file.

    Returns:
        The sources; none if there is no file.
    """
    from aisi_ingest.sources import load

    if path is None:
        path = next((p for p in (root / "sources.toml", Path("sources.toml")) if p.exists()), None)
        if path is None:
            if needed:
                fail(f"no sources.toml in {root} or in this folder: give one with --sources, or give --index")
            return ()
    return load(path)


def print_json(rows: Iterable[object]) -> None:
    """Print each row as one line of JSON, with sorted keys."""
    import msgspec

    for row in rows:
        say_json(msgspec.json.encode(row, order="sorted") + b"\n")


def print_table(head: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> None:
    """Print a table. Each column is as wide as its widest cell; a Japanese character is two columns wide."""
    from rich.cells import cell_len

    cells = [[escaped_line(str(value or "-")) for value in row] for row in [head, *rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        padded = (value + " " * (width - cell_len(value)) for value, width in zip(row, widths, strict=True))
        say("  ".join(padded).rstrip())

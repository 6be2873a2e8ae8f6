"""The command line. Each command says what it did; the exit code is 0 only if all of it went well.

Heavy imports stay inside the commands: ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from aisi_ingest.pipeline import Progress, Report
    from aisi_ingest.sources import SourceSpec
    from aisi_ingest.steps import Settings, Stage

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Japanese and English publications on AI safety as aligned, tagged, versioned data.

    \b
    Begin with:
      aisi-ingest demo                                       the sample site, start to end
      aisi-ingest run --index https://example.org/reports/   follow an index page
      aisi-ingest extract report.pdf                         one file to JSON, on the spot

    Everything is kept below --root: what was fetched in raw/, what was made of it in processed/.
    processed/latest is the last release, processed/latest/site/index.html a page to look at.""",
)

Root = Annotated[Path, typer.Option("--root", metavar="DIR", help="Folder of raw/ and processed/.")]
Workers = Annotated[int, typer.Option("--workers", min=1, metavar="N", help="Documents read at once.")]
Registry = Annotated[
    Path | None,
    typer.Option("--registry", metavar="FILE", help="Who and what to recognise; by default the project's own list."),
]
Images = Annotated[bool, typer.Option("--images/--no-images", help="Pictures of the pages in the viewer.")]
Ocr = Annotated[bool, typer.Option("--ocr/--no-ocr", help="Read pictures of text.")]


def main() -> None:
    """Entry point: errors that a person can mend are one line, without a traceback."""
    from aisi_ingest.extract import sandbox
    from aisi_ingest.registry import RegistryError
    from aisi_ingest.sources import SourcesError
    from aisi_ingest.store import LockedError, RootError

    try:
        app()
    except (RootError, LockedError, RegistryError, SourcesError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("stopped; what was done is kept, the next run goes on from there", code=130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left, e.g. `| head`
        sys.exit(1)
    finally:
        sandbox.close_shared()


def _fail(message: str, code: int = 2) -> NoReturn:
    print(f"aisi-ingest: {message}", file=sys.stderr)
    sys.exit(code)


@app.command()
def run(
    sources: Annotated[
        Path | None, typer.Option("--sources", metavar="FILE", help="Default: sources.toml in --root, or here.")
    ] = None,
    index: Annotated[
        list[str] | None,
        typer.Option("--index", metavar="URL", help="An index page to follow; no sources file is read then."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ID", help="Only this document: id, work, file name, address or sha256."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch and make everything anew.")] = False,
    root: Root = Path("."),
    workers: Workers = 2,
    registry: Registry = None,
    images: Images = False,
    ocr: Ocr = True,
) -> None:
    """Fetch what the sources list, process what is new, publish what changed.

    \b
    aisi-ingest run                                 all of sources.toml
    aisi-ingest run --index http://127.0.0.1:8000/  one index page, without a sources file
    """
    from aisi_ingest import pipeline
    from aisi_ingest.sources import from_index

    specs = (from_index(index),) if index else _sources(sources, root, needed=True)
    settings = _settings(root, workers, registry, images, ocr, "extract" if force else None)
    with _progress() as progress:
        report = pipeline.run(settings, specs, only=only or (), progress=progress)
    _finish(report, root)


@app.command()
def add(
    items: Annotated[list[str], typer.Argument(metavar="PATH|URL...", help="Local files and addresses.")],
    root: Root = Path("."),
    workers: Workers = 2,
    registry: Registry = None,
    images: Images = False,
    ocr: Ocr = True,
) -> None:
    """Add local files and single addresses by hand, then process and publish.

    \b
    aisi-ingest add guide_ja.pdf guide_en.pdf
    aisi-ingest add https://example.org/guide.pdf
    """
    from aisi_ingest import pipeline

    urls = [item for item in items if item.startswith(("http://", "https://"))]
    paths = [Path(item) for item in items if item not in urls]
    settings = _settings(root, workers, registry, images, ocr, None)
    with _progress() as progress:
        report = pipeline.add(settings, _sources(None, root), paths, urls, progress=progress)
    _finish(report, root)


@app.command()
def reprocess(
    documents: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="As in run --only.")] = None,
    all_documents: Annotated[bool, typer.Option("--all", help="All documents.")] = False,
    first: Annotated[
        str, typer.Option("--from", metavar="STAGE", help="First stage made anew: extract, tag, align or publish.")
    ] = "extract",
    sources: Annotated[
        Path | None, typer.Option("--sources", metavar="FILE", help="Licences and stated pairs; as in run.")
    ] = None,
    root: Root = Path("."),
    workers: Workers = 2,
    registry: Registry = None,
    images: Images = False,
    ocr: Ocr = True,
) -> None:
    """Process again from raw/, without a network.

    \b
    aisi-ingest reprocess --all --from tag          after a change of registry.toml
    aisi-ingest reprocess sample-guide/1.00/ja      one document from the beginning
    """
    from aisi_ingest import pipeline
    from aisi_ingest.steps import STAGES

    if first not in STAGES:
        _fail(f"--from {first}: must be one of {', '.join(STAGES)}")
    if bool(documents) == all_documents:
        _fail("name documents, or give --all")
    settings = _settings(root, workers, registry, images, ocr, first)
    with _progress() as progress:
        report = pipeline.reprocess(settings, _sources(sources, root), documents or (), progress=progress)
    _finish(report, root)


@app.command()
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
        _fail("several files: name a folder for the results with --out")
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


@app.command()
def status(root: Root = Path(".")) -> None:
    """Every document ever seen: last seen, last changed, last good, state and reason."""
    from aisi_ingest.store import Store

    rows = Store(root).states()
    if not rows:
        print(f"{root}: nothing has been fetched yet; begin with aisi-ingest run or add")
        return
    _table(
        ("source", "file", "state", "last seen", "last changed", "last good", "sha256", "reason"),
        [
            (r.source, r.file, r.state, r.last_seen, r.last_changed, r.last_good, (r.sha256 or "")[:12], r.reason)
            for r in rows
        ],
    )


@app.command()
def show(
    document: Annotated[str, typer.Argument(metavar="ID", help="A document's id, or the end of its file name.")],
    root: Root = Path("."),
) -> None:
    """A document of the latest release in outline: sections, counts, dates, what is missing."""
    from aisi_ingest import inspect_release

    try:
        print(inspect_release.outline(root / "processed" / "latest", document))
    except LookupError as error:
        _fail(str(error.args[0]), code=1)


@app.command()
def verify(
    release: Annotated[str | None, typer.Argument(metavar="[RELEASE]", help="An id; by default the latest.")] = None,
    root: Root = Path("."),
) -> None:
    """Check raw bytes against their names, and a release's files, references and offsets."""
    from aisi_ingest import verify as verification

    issues = verification.verify(root, release)
    for issue in issues:
        print(f"{issue.level}: {issue.message}")
    if any(issue.level == "error" for issue in issues):
        sys.exit(1)
    print("all well")


@app.command()
def demo(
    root: Root = Path("build/demo"),
    workers: Workers = 2,
) -> None:
    """Serve the sample site on loopback and run the Prefect flow on it, start to end."""
    from aisi_ingest import demonstration

    try:
        page = demonstration.run(root, workers)
    except demonstration.DemoFailed as error:
        _fail(str(error), code=1)
    print(f"release  {page.parent.parent.resolve()}\nviewer   {page.resolve()}")


def _sources(path: Path | None, root: Path, needed: bool = False) -> tuple[SourceSpec, ...]:
    from aisi_ingest.sources import load

    if path is None:
        path = next((p for p in (root / "sources.toml", Path("sources.toml")) if p.exists()), None)
        if path is None:
            if needed:
                _fail(f"no sources.toml in {root} or here: name one with --sources, or an index page with --index")
            return ()
    return load(path)


def _settings(
    root: Path, workers: int, registry: Path | None, images: bool, ocr: bool, redo_from: Stage | str | None
) -> Settings:
    import msgspec

    from aisi_ingest.steps import Settings

    return msgspec.convert(
        {
            "root": str(root),
            "workers": workers,
            "registry": str(registry) if registry else None,
            "images": images,
            "ocr": ocr,
            "redo_from": redo_from,
        },
        Settings,
    )


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar a stage on a terminal; nothing where output goes elsewhere."""
    from aisi_ingest.pipeline import silent

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, object] = {}

        def advance(stage: str, name: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, name=name)
            bars.update(tasks[stage], completed=done, total=total, name=name)  # type: ignore[arg-type]

        yield advance


def _finish(report: Report, root: Path) -> None:
    from aisi_ingest import summary

    for line in summary.problems(report):
        print(line, file=sys.stderr)
    print(summary.sentence(report))
    if report.release:
        print(f"release  {root / 'processed' / 'releases' / report.release.id}")
        print(f"viewer   {root / 'processed' / 'releases' / report.release.id / 'site' / 'index.html'}")
    if not report.succeeded:
        sys.exit(1)


def _table(head: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> None:
    from rich.cells import cell_len

    cells = [[str(value or "-") for value in row] for row in [head, *rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        padded = (value + " " * (width - cell_len(value)) for value, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


if __name__ == "__main__":
    main()

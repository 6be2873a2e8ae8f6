"""The command ``cite``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aisi_ingest.cli.options import Root, fail
from aisi_ingest.console.terminal import say_json, say_line

if TYPE_CHECKING:
    from aisi_ingest.retrieval.citation import Citation


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(cite)


def cite(
    wanted: Annotated[
        str,
        typer.Argument(metavar="ID", help="Id of a text, as search prints it, or a link to a text in the viewer."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="PNG", help="Write a picture of its first page with the text marked."),
    ] = None,
    root: Root = Path("."),
) -> None:
    """Cite a text of the latest release: its words, publisher, title, edition, page, address and checksum.

    ID is the id of a document, section, block, sentence, table, mention or chunk. The links of the viewer stay valid in
    later releases while the text is unchanged; the text of a changed one is cited as it is now, with a warning.

    \b
    aisi-ingest cite guide/1.10/en#b12
    aisi-ingest cite ja-1a2b3c4d5e6f --picture page.png
    """
    import msgspec

    import aisi_ingest
    from aisi_ingest.retrieval.link_target import is_link

    try:
        with aisi_ingest.load(root) as release:
            found = release.cite(_linked(release.path, wanted) if is_link(wanted) else wanted)
    except FileNotFoundError as error:
        fail(str(error), code=1)
    except KeyError as error:
        fail(str(error.args[0]), code=1)
    if picture is not None:
        _write_picture(found, root, picture)
    if as_json:
        say_json(msgspec.json.encode(found, order="sorted") + b"\n")
    else:
        say_line(found.line)


def _linked(release: Path, link: str) -> str:
    """Return the id of the block that a link leads to, and warn if its text changed."""
    from aisi_ingest.retrieval.link_target import link_target

    target = link_target(release, link)
    if target.former is not None:
        text = f"the text of this link changed after the release {target.release}; it was: {target.former}"
        say_line(f"warning: {text}", file=sys.stderr)
    if target.block is None:
        fail("no text took its place", code=1)
    return target.block


def _write_picture(found: Citation, root: Path, picture: Path) -> None:
    from aisi_ingest.page_inspection import mark_page
    from aisi_ingest.storage.files import atomic_write
    from aisi_ingest.storage.store import Store

    regions = found.passage.regions
    if not regions:
        fail(f"{found.passage.id} has no place on a page; cite a block, sentence, table, mention or chunk", code=1)
    store, number = Store(root), regions[0].page
    if found.sha256 not in store:
        fail(f"{found.file} is not in {root / 'raw'}, so that its page cannot be drawn", code=1)
    boxes = tuple(each.bbox for each in regions if each.page == number)
    result = mark_page(store.path(found.sha256), number, boxes)
    if result.value is None:
        fail(f"page {number} of {found.file}: {result.issues[0].message}", code=1)
    atomic_write(picture, result.value)
    say_line(f"picture  {picture}", file=sys.stderr)

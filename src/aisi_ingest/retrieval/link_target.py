"""Find the block that a link to the viewer leads to, and what became of a text that a later release changed."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from aisi_ingest.publish.permalinks import block_keys, edition_and_form, page_files
from aisi_ingest.publish.schema import BlockRow, DocumentRow
from aisi_ingest.publish.site.former_texts import read_former_texts
from aisi_ingest.retrieval.lookup import Lookup

_LINK = re.compile(r"(?:(?:.*/)?(?P<page>[^/#?]+\.html)(?:\?[^#]*)?#)?(?P<name>(?:ja|en)-[0-9a-f]{12}(?:-\d+)?)")


class LinkTarget(Struct, frozen=True):
    """The block that a link leads to.

    Attributes:
        block: Id of the block; None if no document has the text now.
        former: The text that the link was made for, if it is not the text of the block.
        release: The last release that had the former text.
    """

    block: str | None
    former: str | None = None
    release: str | None = None


def is_link(text: str) -> bool:
    """Return True for a link to a block in the viewer, and for the permanent name of a block alone."""
    return _LINK.fullmatch(text) is not None


def link_target(release: Path, link: str) -> LinkTarget:
    """Return where a link to the viewer leads.

    Args:
        release: The folder of a release.
        link: The link, or the permanent name at its end (``ja-1a2b3c4d5e6f``). Of a name alone, the newest edition
            with the text counts.

    Raises:
        KeyError: The release has no such text, and had none.
    """
    match = _LINK.fullmatch(link)
    if match is None:
        raise KeyError(f"{link} is no link to a text of the viewer")
    page, name = match["page"], match["name"]
    blocks = _blocks(release, name, page)
    if name in blocks:
        return LinkTarget(blocks[name])
    for path in sorted((release / "site" / "former").glob(f"{page.removesuffix('.html')}.js" if page else "*.js")):
        former = read_former_texts(path)
        if name not in former:
            continue
        first, successor = former[name], former[name].successor
        while successor in former and successor not in blocks:
            successor = former[successor].successor
        now = _blocks(release, successor, path.name.replace(".js", ".html")) if successor else {}
        return LinkTarget(now.get(successor), first.text, first.release)
    raise KeyError(f"{release.name} has no text with the permanent name {name!r}, and no earlier text with it is known")


def _blocks(release: Path, name: str, page: str | None) -> dict[str, str]:
    """Return the id of the block with this permanent name, by the name; empty if there is none.

    Args:
        release: The folder of a release.
        name: The permanent name.
        page: Only blocks on this page of the viewer.
    """
    lang = name.partition("-")[0]
    with Lookup(release) as lookup:
        works: dict[str, list[DocumentRow]] = {}
        for document in lookup.rows(DocumentRow, "1 ORDER BY id"):
            works.setdefault(document.work, []).append(document)
        for work, documents in works.items():
            files = page_files(documents)
            order = {key: number for number, key in enumerate(files)}
            for document in sorted(documents, key=lambda each: order[edition_and_form(each.id)]):
                if document.lang != lang or (page and files[edition_and_form(document.id)] != page):
                    continue
                rows = lookup.rows(BlockRow, 'document = ? ORDER BY "order"', [document.id])
                keys = {key: block for block, key in block_keys(lang, work, rows).items()}
                if name in keys:
                    return {name: keys[name]}
    return {}

"""Where a text stands: rectangles on the page, the page's address, the titles of its sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import BlockRow, DocumentRow, SectionRow
from aisi_ingest.publish.schema_fields import RegionField


def regions(blocks: Iterable[BlockRow]) -> tuple[RegionField, ...]:
    """Return the rectangles of each block once, in the order of the blocks."""
    return tuple(dict.fromkeys(region for each in blocks for region in each.regions))


def page_url(document: DocumentRow, page: int) -> str | None:
    """Return the address of a page, or None for a local file.

    ``#page=`` is a fragment of RFC 8118 (application/pdf). For slides the address is that of the file.
    """
    url = document.source.url
    if url is None or not document.source.media_type.endswith("/pdf"):
        return url
    return f"{url}#page={page}"


def section_paths(document: DocumentRows) -> Mapping[str, tuple[SectionRow, ...]]:
    """Return for the id of each section the sections around it and itself, the outermost first."""
    by_id = {each.id: each for each in document.sections}
    paths: dict[str, tuple[SectionRow, ...]] = {}
    for section in document.sections:
        path, parent = [section], section.parent
        while parent in by_id and by_id[parent] not in path:
            path.append(by_id[parent])
            parent = by_id[parent].parent
        paths[section.id] = tuple(reversed(path))
    return paths


def printed_title(section: SectionRow) -> str:
    """Return the number and the title of a section."""
    return f"{section.number} {section.title}" if section.number else section.title

"""Where a text stands: its span in a block, rectangles on the page, the page's address, the titles of its sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import BlockRow, DocumentRow, RegionField, SectionRow

_SENTENCE_ID = re.compile(r"(.+):(\d+)-(\d+)")  # <block>:<start>-<end>


def sentence_span(sentence: str) -> tuple[str, int, int] | None:
    """Return the block's id and the span (in code points of its text) in a sentence's id; None for any other id."""
    match = _SENTENCE_ID.fullmatch(sentence)
    return (match[1], int(match[2]), int(match[3])) if match else None


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

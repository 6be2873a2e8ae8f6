"""Read a table where a correction says that there is one, with pdfplumber and its settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from aisi_ingest.model import Block, Box, Content, Correction, Issue, Region, Result, Table, TableCell
from aisi_ingest.text.normalise import normalise

_CELL_SEPARATOR = " | "


def with_tables_by_hand(content: Content, path: Path, corrections: Sequence[Correction]) -> Result[Content]:
    """Replace what lies within the bounds of each correction by the table that pdfplumber finds there.

    Args:
        content: The content as it was read.
        path: The PDF file.
        corrections: Corrections of tables with ``bounds`` and ``page``.

    Returns:
        The content, with a warning for each correction that could not be applied.
    """
    issues = []
    for each in corrections:
        assert each.bounds is not None
        found = _rows(path, each, len(content.page_sizes)) if content.form == "pdf" else "the file is no PDF"
        if isinstance(found, str):
            text = f"the table by hand on page {each.page} was left out: {found} ({each.author}, {each.date})"
            issues.append(Issue("extract", "warning", "correction_not_applied", text, each.page))
        else:
            content = _with_table(content, each.page or 1, Box(*each.bounds), found, each)
    return Result(content, tuple(issues))


def _rows(path: Path, correction: Correction, pages: int) -> tuple[tuple[str, ...], ...] | str:
    """Return the rows that pdfplumber finds within the bounds, or why there are none."""
    import pdfplumber

    if correction.page is None or not 1 <= correction.page <= pages:
        return f"the file has {pages} pages"
    with pdfplumber.open(path, pages=[correction.page]) as file:
        page = file.pages[0]
        try:
            # The bounds count from the top left of the page as it is displayed, as all boxes of the data do.
            left, top = page.bbox[0], page.bbox[1]
            x0, y0, x1, y1 = correction.bounds or (0, 0, 0, 0)
            part = page.crop((x0 + left, y0 + top, x1 + left, y1 + top), strict=False)
            found = part.extract_table(correction.settings or None)
        except (TypeError, ValueError) as error:
            return str(error)
    if not found:
        return "pdfplumber finds no table within these bounds and with these settings"
    return tuple(tuple(normalise(" ".join((text or "").split())) for text in row) for row in found)


def _with_table(
    content: Content, page: int, box: Box, rows: tuple[tuple[str, ...], ...], correction: Correction
) -> Content:
    inside = [block for block in content.blocks if block.page == page and _lies_inside(block.bbox, box)]
    gone = {block.id for block in inside}
    number = max((int(block.id[1:]) for block in content.blocks if block.id[1:].isdigit()), default=0) + 1
    head = int(correction.set.get("header_rows", 1))
    text = "\n".join(_CELL_SEPARATOR.join(row) for row in rows)
    section = next((block.section for block in inside if block.section), None)
    new = Block(f"b{number}", page, box, "table", text, content.lang, section)
    at = next((k for k, block in enumerate(content.blocks) if block.id in gone), None)
    if at is None:  # nothing was read there: after the last block of the page
        at = max((k + 1 for k, block in enumerate(content.blocks) if block.page <= page), default=0)
    blocks = [*content.blocks[:at], new, *content.blocks[at:]]
    removed = {table.id for table in content.tables if table.block in gone}
    names = [int(table.id[1:]) for table in content.tables if table.id[1:].isdigit()]
    cells = tuple(
        TableCell(r, c, text, header=r < head, regions=(Region(page, box),))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table(f"t{max(names, default=0) + 1}", new.id, page, rows, min(head, len(rows)), cells=cells)
    left = (
        replace(each, continues=None) if each.continues in removed else each
        for each in content.tables
        if each.id not in removed
    )
    order = {block.id: k for k, block in enumerate(blocks)}
    tables = tuple(sorted((*left, table), key=lambda each: order[each.block]))
    return replace(content, blocks=tuple(block for block in blocks if block.id not in gone), tables=tables)


def _lies_inside(inner: Box, outer: Box) -> bool:
    """Return whether the middle of a box lies inside another one."""
    x, y = (inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2
    return outer.x0 <= x <= outer.x1 and outer.top <= y <= outer.bottom

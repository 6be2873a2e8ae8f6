"""Tables that continue after a page break, and rows that the break has split in two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.tables.cell_runs import Lines
from aisi_ingest.extract.tables.found_table import FoundTable
from aisi_ingest.extract.tables.rules import SNAP_TOLERANCE
from aisi_ingest.extract.tables.table_cells import Regions
from aisi_ingest.model import Region
from aisi_ingest.text.normalise import is_wide, join_lines

_LONG_TEXT = 40  # characters; wide ones count twice
_SENTENCE_END = re.compile('[。．.!?！？:：;；][」』）)"”]*$')
_WHITE_SPACE_TOLERANCE = 12.0  # points
Rows = tuple[tuple[str, ...], ...]


class ContinuedTables(Struct, eq=False):
    """Rows and predecessors of the tables of a document, by the ``id()`` of each ``FoundTable``.

    Attributes:
        rows: The rows of each table. A table has none if its only row was the rest of a row on the page before.
        before: The table that a table continues.
        regions: The regions of the cell of each square, in the shape of ``rows``.
        lines: The lines of the cell of each square, in the same shape.
        header_rows: Number of header rows of each table. Rows that its next part repeats are header rows.
    """

    rows: dict[int, Rows]
    before: dict[int, FoundTable]
    regions: dict[int, Regions]
    lines: dict[int, Lines]
    header_rows: dict[int, int]


def continue_tables(tables: Sequence[FoundTable]) -> ContinuedTables:
    """Connect tables over page breaks and repair rows that a break has split.

    A break splits a row if it leaves short cells on one page and moves long ones to the next, or tears a long cell.
    The second part then fills cells that are empty in the first part, and continues those that stop in a sentence.

    Args:
        tables: All tables of a document, in reading order.
    """
    rows = {id(table): tuple(tuple(row) for row in table.rows) for table in tables}
    regions: dict[int, Regions] = {
        id(table): tuple(tuple((Region(table.page, box),) for box in row) for row in table.cells) for table in tables
    }
    lines = {id(table): table.lines or tuple(tuple(() for _ in row) for row in table.rows) for table in tables}
    before: dict[int, FoundTable] = {}
    heads = {id(table): table.header_rows for table in tables}
    for later, earlier in sorted(join_over_pages(tables).items()):
        table, host = tables[later], tables[earlier]
        while not rows[id(host)] and id(host) in before:
            host = before[id(host)]
        titles, others = _title_rows(rows[id(table)]), _title_rows(rows[id(host)])
        repeated = _repeated_rows(rows[id(host)][others:], rows[id(table)][titles:])
        if repeated:
            heads[id(host)] = max(heads[id(host)], others + repeated)
            heads[id(table)] = max(heads[id(table)], titles + repeated)
        if titles and rows[id(table)][:titles] != rows[id(host)][:titles]:
            continue  # another title over the same columns
        before[id(table)] = host
        header_rows = titles + repeated
        rest = rows[id(table)][header_rows:]
        if rest and _completes(rows[id(host)][-1], rest[0]):
            whole = tuple(map(_joined, rows[id(host)][-1], rest[0]))
            rows[id(host)] = (*rows[id(host)][:-1], whole)
            rows[id(table)] = (*rows[id(table)][:header_rows], *rest[1:]) if rest[1:] else ()
            for places in (regions, lines):
                _move_first_row(places, id(table), id(host), header_rows)
    return ContinuedTables(rows, before, regions, lines, heads)


def _move_first_row(places: dict[int, Any], table: int, host: int, header_rows: int) -> None:
    """Add the places of the first row of a table, after its header rows, to those of the last row of its host."""
    both, own = places[host][-1], places[table]
    torn = tuple(above + below for above, below in zip(both, own[header_rows], strict=True))
    places[host] = (*places[host][:-1], torn)
    places[table] = (*own[:header_rows], *own[header_rows + 1 :])


def _title_rows(rows: Rows) -> int:
    """Return how many rows at the top are a title: one text over all columns."""
    count = 0
    while count < len(rows) - 1 and len(rows[count]) > 1 and rows[count][0] and len(set(rows[count])) == 1:
        count += 1
    return count


def _repeated_rows(host: Rows, table: Rows) -> int:
    """Return how many header rows the later part repeats."""
    count = 0
    while count < min(len(host), len(table)) - 1 and host[count] == table[count]:
        count += 1
    return count


def _completes(above: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Return whether a row is the rest of the row before it: its first cell is empty, and the others go on.

    They fill empty cells, or continue a long text that does not end with the end of a sentence.
    """
    if len(above) != len(below) or below[0] or not any(below) or not any(above):
        return False
    return all(_goes_on(a) and _is_rest(b) for a, b in zip(above, below, strict=True) if a and b)


def _goes_on(text: str) -> bool:
    """Return whether a text of several lines stops within a sentence."""
    width = sum(2 if is_wide(character) else 1 for character in text)
    return width >= _LONG_TEXT and _SENTENCE_END.search(text) is None


def _is_rest(text: str) -> bool:
    """Return whether a text begins within a sentence: in lower case, or in Japanese if it ends as a sentence."""
    return text[0].islower() or (is_wide(text[0]) and text[0].isalpha() and text.rstrip().endswith("。"))


def _joined(above: str, below: str) -> str:
    return join_lines([above, below]) if above and below else above or below


def join_over_pages(tables: Sequence[FoundTable]) -> dict[int, int]:
    """Find the tables that continue the table on the page before.

    A table continues if it is the last thing on one page and the first thing on the next, and if its columns are
    at the same positions.

    Args:
        tables: All tables of a document, in reading order.

    Returns:
        Index of the later part to index of the part before it.
    """
    return {
        i: i - 1
        for i in range(1, len(tables))
        if tables[i].page == tables[i - 1].page + 1
        and not tables[i - 1].text_below
        and not tables[i].text_above
        and _same_columns(tables[i - 1], tables[i])
    }


def _same_columns(some: FoundTable, other: FoundTable) -> bool:
    """Return whether the borders of two tables are at the same positions.

    Borders that only white space shows depend on the text of a page.
    """
    if len(some.columns) != len(other.columns):
        return False
    distances = [abs(a - b) for a, b in zip(some.columns, other.columns, strict=True)]
    inner = _WHITE_SPACE_TOLERANCE if some.how == other.how == "rules" else SNAP_TOLERANCE
    return max(distances[0], distances[-1]) <= SNAP_TOLERANCE and max(distances) <= inner

"""Tables that continue after a page break, and rows that the break has split in two."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.extract.tables.finder import FoundTable
from aisi_ingest.extract.tables.rules import SNAP_TOLERANCE

Rows = tuple[tuple[str, ...], ...]


class ContinuedTables(Struct, eq=False):
    """Rows and predecessors of the tables of a document, by the ``id()`` of each ``FoundTable``.

    Attributes:
        rows: The rows of each table. A table has none if its only row was the rest of a row on the page before.
        before: The table that a table continues.
    """

    rows: dict[int, Rows]
    before: dict[int, FoundTable]


def continue_tables(tables: Sequence[FoundTable]) -> ContinuedTables:
    """Connect tables over page breaks and repair rows that a break has split.

    A break splits a row if it leaves short cells on one page and moves long ones to the next. The second part
    then fills only cells that are empty in the first part.

    Args:
        tables: All tables of a document, in reading order.
    """
    rows = {id(table): tuple(tuple(row) for row in table.rows) for table in tables}
    before: dict[int, FoundTable] = {}
    for later, earlier in sorted(join_over_pages(tables).items()):
        table, host = tables[later], tables[earlier]
        while not rows[id(host)] and id(host) in before:
            host = before[id(host)]
        before[id(table)] = host
        header_rows = _repeated_rows(rows[id(host)], rows[id(table)])
        rest = rows[id(table)][header_rows:]
        if rest and _completes(rows[id(host)][-1], rest[0]):
            whole = tuple(above or below for above, below in zip(rows[id(host)][-1], rest[0], strict=True))
            rows[id(host)] = (*rows[id(host)][:-1], whole)
            rows[id(table)] = (*rows[id(table)][:header_rows], *rest[1:]) if rest[1:] else ()
    return ContinuedTables(rows, before)


def _repeated_rows(host: Rows, table: Rows) -> int:
    """Return how many header rows the later part repeats."""
    count = 0
    while count < min(len(host), len(table)) - 1 and host[count] == table[count]:
        count += 1
    return count


def _completes(above: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Return whether a row fills only empty cells of the row before it, and not its first one."""
    if len(above) != len(below) or below[0] or not any(below) or not any(above):
        return False
    return not any(a and b for a, b in zip(above, below, strict=True))


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
        and _same_columns(tables[i - 1].columns, tables[i].columns)
    }


def _same_columns(some: tuple[float, ...], others: tuple[float, ...]) -> bool:
    """Return whether the borders of two tables (points) are at the same positions."""
    return len(some) == len(others) and all(abs(a - b) <= SNAP_TOLERANCE for a, b in zip(some, others, strict=True))

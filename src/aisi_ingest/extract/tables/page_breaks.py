"""Tables that go on over a page break: which goes on from which, and rows that the break cut in two."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.extract.tables.finder import FoundTable, join_over_pages

Rows = tuple[tuple[str, ...], ...]


class Continued(Struct, eq=False):
    """By ``id()`` of a found table: its rows (none where all of it belongs to the table before), and that table."""

    rows: dict[int, Rows]
    before: dict[int, FoundTable]


def continued(tables: Sequence[FoundTable]) -> Continued:
    """All tables of a document, in order.

    A row whose cells the break parted (a short cell kept whole on one page, a long one moved to the next) is put
    together: the second part fills only cells that the first left empty.
    """
    rows = {id(table): tuple(tuple(row) for row in table.rows) for table in tables}
    before: dict[int, FoundTable] = {}
    for later, first in sorted(join_over_pages(tables).items()):
        table, host = tables[later], tables[first]
        while not rows[id(host)] and id(host) in before:
            host = before[id(host)]
        before[id(table)] = host
        head = _repeated(rows[id(host)], rows[id(table)])
        rest = rows[id(table)][head:]
        if rest and _completes(rows[id(host)][-1], rest[0]):
            whole = tuple(above or below for above, below in zip(rows[id(host)][-1], rest[0], strict=True))
            rows[id(host)] = (*rows[id(host)][:-1], whole)
            rows[id(table)] = (*rows[id(table)][:head], *rest[1:]) if rest[1:] else ()
    return Continued(rows, before)


def _repeated(host: Rows, table: Rows) -> int:
    """How many header rows the later part repeats."""
    count = 0
    while count < min(len(host), len(table)) - 1 and host[count] == table[count]:
        count += 1
    return count


def _completes(above: tuple[str, ...], below: tuple[str, ...]) -> bool:
    if len(above) != len(below) or below[0] or not any(below) or not any(above):
        return False
    return not any(a and b for a, b in zip(above, below, strict=True))

"""Dated passages of tables: a cell under the date of its row, or with dates of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from aisi_ingest.facts.happenings import headline
from aisi_ingest.facts.passages import Passage, headline_passages, sentence_passages
from aisi_ingest.facts.reading import Reading
from aisi_ingest.model import Block, Mention
from aisi_ingest.text.sentences import sentences

_WITHOUT_WORDS = re.compile(r"[\W_]*")
_SEPARATOR = " | "
_AFTER_DATE = re.compile(r"[)）\]」]*[\s、,;・]*")
_LONGEST_CELL = {"ja": 110, "en": 220}  # characters that are read as one statement
_LONGEST_HEAD = 30  # characters of the head of a column that names whose column it is


class _Cell(Struct, frozen=True):
    row: int
    column: int
    start: int
    end: int


def table_passages(reading: Reading, block: Block) -> Iterator[Passage]:
    """Yield the dated passages of a table."""
    cells = list(_cells(block.text))
    dates = {(each.row, each.column): date for each in cells if (date := _only_date(reading, block, each))}
    header_rows = max(1, reading.tables[block.id].header_rows) if block.id in reading.tables else 1
    heads = {
        each.column: reading.of(block.id, "ORG", start=each.start, end=each.end)
        for each in cells
        if each.row == 0 and each.end - each.start <= _LONGEST_HEAD
    }
    for cell in cells:
        if cell.start == cell.end or (cell.row, cell.column) in dates or cell.row < header_rows:
            continue
        above = tuple(heads.get(cell.column, ()))
        own = reading.dates(block.id, cell.start, cell.end)
        row_date = next((date for (row, _), date in sorted(dates.items()) if row == cell.row), None)
        for passage in _own_passages(reading, block, cell, own) if own else _row_passages(block, cell, row_date):
            yield Passage(
                block,
                passage.start,
                passage.end,
                passage.date,
                passage.happening,
                passage.own,
                (cell.row, cell.column),
                above,
            )


def _cells(text: str) -> Iterator[_Cell]:
    start = 0
    for row, line in enumerate(text.split("\n")):
        offset = start
        for column, cell in enumerate(line.split(_SEPARATOR)):
            yield _Cell(row, column, offset, offset + len(cell))
            offset += len(cell) + len(_SEPARATOR)
        start += len(line) + 1


def _only_date(reading: Reading, block: Block, cell: _Cell) -> Mention | None:
    """Return the date of a cell that consists of nothing else."""
    found = reading.dates(block.id, cell.start, cell.end)
    if len(found) != 1:
        return None
    rest = block.text[cell.start : found[0].start] + block.text[found[0].end : cell.end]
    return found[0] if _WITHOUT_WORDS.fullmatch(rest) else None


def _row_passages(block: Block, cell: _Cell, date: Mention | None) -> Iterator[Passage]:
    text = block.text[cell.start : cell.end]
    if date is not None and len(text) <= _LONGEST_CELL[block.lang]:
        happening = headline(text, block.lang)
        moved = happening and happening._replace(start=happening.start + cell.start, end=happening.end + cell.start)
        yield Passage(block, cell.start, cell.end, date, moved, False)


def _own_passages(reading: Reading, block: Block, cell: _Cell, dates: list[Mention]) -> Iterator[Passage]:
    """Yield a passage for each date of a cell: a list of statements that each end with a date, or sentences."""
    if cell.end - cell.start > _LONGEST_CELL[block.lang]:
        for start, end in sentences(block.text[cell.start : cell.end]):
            yield from sentence_passages(reading, block, cell.start + start, cell.start + end)
        return
    start = cell.start
    for date in dates:
        after = _AFTER_DATE.match(block.text, date.end, cell.end)
        end = after.end() if after else date.end
        if date is dates[-1]:
            end = cell.end
        yield from headline_passages(block, start, end, date)
        start = end

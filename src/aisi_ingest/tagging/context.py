"""What stands around a block: the year that its dates take, and the country that "AISI" means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aisi_ingest import dates
from aisi_ingest.dates.context import Context, Found, Year
from aisi_ingest.model import Block, Content, Section, Table
from aisi_ingest.tagging.spans import table_cells

_PLANS = re.compile(
    r"今後|予定|スケジュール|見通し|来年|次年度|次回|アジェンダ|\b(?:agenda|upcoming|future|forthcoming"
    r"|planned|plans|schedule|next steps|outlook|coming)\b",
    re.IGNORECASE,
)
# Longer than this a block is prose, not a heading over what follows.
_HEADING_LENGTH = 40


class Surroundings:
    """Walks a document's blocks in reading order and keeps what later blocks need. One for each document."""

    def __init__(self, content: Content, date: str | None) -> None:
        self._date = date
        self._sections = {s.id: s for s in content.sections}
        self._tables = {t.block: t for t in content.tables}
        self._titles: dict[str, tuple[Year | None, bool]] = {}
        self._section: str | None = None
        self._line: Year | None = None
        self._before: tuple[int, int | None, int | None] | None = None
        self._plans_level: int | None = None
        self._axis: int | None = None  # the year that the line above consists of

    def dates(self, block: Block) -> list[Found]:
        """Dates of the block, years resolved; call it once for each block, in reading order."""
        self._enter(block)
        if block.kind == "table":
            found = list(self._in_table(block, self._tables.get(block.id)))
        else:
            found = dates.find(block.text, self._context(block))
            self._remember(block, found)
        return found

    def _enter(self, block: Block) -> None:
        if block.section != self._section:
            self._section, self._line, self._before, self._plans_level = block.section, None, None, None
        level = self._level(block)
        if self._plans_level is not None and level <= self._plans_level:
            self._plans_level = None

    def _level(self, block: Block) -> int:
        return block.level or 1 if block.kind in ("list_item", "heading", "title") else 9

    def _context(self, block: Block) -> Context:
        year, plans = self._title(block.section)
        return Context(
            section=year,
            line=self._line,
            document=self._date,
            plans=plans or self._plans_level is not None,
            before=self._before,
        )

    def _remember(self, block: Block, found: list[Found]) -> None:
        if len(block.text) <= _HEADING_LENGTH and _PLANS.search(block.text) and block.kind != "table":
            self._plans_level, self._line = self._level(block), None
        for date in found:
            year, month, day = date.stated
            if year is not None:
                self._before = (year, month, day)
                if date.has_year:
                    self._line = Year(year, date.fiscal)
        self._end_axis(block, found)

    def _end_axis(self, block: Block, found: list[Found]) -> None:
        """Lines of nothing but years, one after another, are the axis of a drawing: none dates what follows."""
        if not any(map(str.isalnum, block.text)):
            return  # an ellipsis between two years
        alone = len(found) == 1 and found[0].has_year and found[0].end - found[0].start >= len(block.text.strip())
        year = found[0].stated[0] if alone and found[0].stated[1] is None else None
        if year is not None and self._axis is not None and self._axis != year:
            self._line = None
        self._axis = year

    def _title(self, section: str | None) -> tuple[Year | None, bool]:
        """Year of the nearest title above that has one, and whether a title is about plans."""
        if section is None or section not in self._sections:
            return None, False
        if section not in self._titles:
            self._titles[section] = (None, False)  # against a circle of parents
            here: Section = self._sections[section]
            year, plans = _year_of(here.title), bool(_PLANS.search(here.title))
            above = self._title(here.parent)
            self._titles[section] = (year or above[0], plans or above[1])
        return self._titles[section]

    def _in_table(self, block: Block, table: Table | None) -> Iterator[Found]:
        around = self._context(block)
        header_rows = table.header_rows if table else 1
        caption = _year_of(table.caption) if table and table.caption else None
        heads: dict[int, Year] = {}
        corner: Year | None = None
        row_year: Year | None = None
        last_row = -1
        numbers = _columns_of_numbers(block.text)
        for row, column, start, end in table_cells(block.text):
            text = block.text[start:end]
            if row != last_row:
                last_row, row_year = row, None
            year = row_year or heads.get(column) or corner or caption
            found = dates.find(text, _replace(around, table=year, cell=True))
            if column in numbers:
                found = [d for d in found if d.rule != "date.year"]
            for date in found:
                yield date._replace(start=date.start + start, end=date.end + start)
            own = next((Year(d.stated[0], d.fiscal) for d in found if d.has_year and d.stated[0] is not None), None)
            if own is None:
                continue
            if row < max(header_rows, 1) and (
                header_rows or text == block.text[found[0].start + start : found[0].end + start]
            ):
                heads[column] = own
                corner = own if len(set(heads.values())) == 1 else None
            elif column == 0:
                row_year = corner = own  # merged first cells name the year once


def _replace(context: Context, table: Year | None, cell: bool) -> Context:
    return Context(table, context.section, context.line, context.document, context.plans, context.before, cell)


def _year_of(title: str) -> Year | None:
    for date in dates.find(title):
        if (
            date.has_year
            and date.stated[0] is not None
            and not _TARGET.match(title, date.end)
            and not _TARGET_EN.search(title[: date.start])
        ):
            return Year(date.stated[0], date.fiscal)
    return None


# 2030年に向けた戦略: the year is an aim, what stands below is not of it.
_TARGET = re.compile(r"\s?(?:に向け|まで|を見据|を目指|以降)")
_TARGET_EN = re.compile(r"\b(?:towards?|by|until|beyond|for|after)\s$", re.IGNORECASE)


def _columns_of_numbers(text: str) -> set[int]:
    """Columns with bare numbers that are no years: a 2000 among 500 and 5000 is a count."""
    return {
        column
        for _, column, start, end in table_cells(text)
        if (cell := text[start:end].strip()).isdecimal() and not 1900 <= int(cell[:5]) <= 2100
    }

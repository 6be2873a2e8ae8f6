"""Keep track of the years that the text around a block gives to its dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import structs

from aisi_ingest import dates
from aisi_ingest.dates.context import Context, Found, Year
from aisi_ingest.model import Block, Content, Section, Table
from aisi_ingest.tagging.spans import table_cells

_PLANS = re.compile(
    r"今後|予定|スケジュール|見通し|来年|次年度|次回|アジェンダ|\b(?:agenda|upcoming|future|forthcoming"
    r"|planned|plans|schedule|next steps|outlook|coming)\b",
    re.IGNORECASE,
)
_LONGEST_HEADING = 40  # characters; a longer block is prose, not a heading of the blocks below
_LEVEL_OF_PROSE = 9  # below all levels of headings and lists
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_DIGITS_COMPARED = 5  # of a number in a cell; longer numbers are no years anyhow


class DateContext:
    """Finds the dates of one document's blocks in reading order, and keeps what later blocks need."""

    def __init__(self, content: Content, date: str | None) -> None:
        """Create the context of one document.

        Args:
            content: The document.
            date: Its own date, EDTF.
        """
        self._date = date
        self._sections = {s.id: s for s in content.sections}
        self._tables = {t.block: t for t in content.tables}
        self._titles: dict[str, tuple[Year | None, bool]] = {}
        self._section: str | None = None
        self._line: Year | None = None
        self._before: tuple[int, int | None, int | None] | None = None
        self._plans_level: int | None = None
        self._axis: int | None = None  # year of the line above, if it consists of a year

    def dates(self, block: Block) -> list[Found]:
        """Return the dates of a block with their years. Call it once for each block, in reading order."""
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
        return block.level or 1 if block.kind in ("list_item", "heading", "title") else _LEVEL_OF_PROSE

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
        if len(block.text) <= _LONGEST_HEADING and _PLANS.search(block.text) and block.kind != "table":
            self._plans_level, self._line = self._level(block), None
        for date in found:
            year, month, day = date.stated
            if year is not None:
                self._before = (year, month, day)
                if date.has_year:
                    self._line = Year(year, date.fiscal)
        self._end_axis(block, found)

    def _end_axis(self, block: Block, found: list[Found]) -> None:
        """Forget the year above if this line and the last one are years: the axis of a drawing dates nothing below."""
        if not any(map(str.isalnum, block.text)):
            return  # an ellipsis between two years
        alone = len(found) == 1 and found[0].has_year and found[0].end - found[0].start >= len(block.text.strip())
        year = found[0].stated[0] if alone and found[0].stated[1] is None else None
        if year is not None and self._axis is not None and self._axis != year:
            self._line = None
        self._axis = year

    def _title(self, section: str | None) -> tuple[Year | None, bool]:
        """Return the year of the nearest title above that has one, and whether a title above is about plans."""
        if section is None or section not in self._sections:
            return None, False
        if section not in self._titles:
            self._titles[section] = (None, False)  # in case the parents form a circle
            here: Section = self._sections[section]
            year, plans = _year_of(here.title), bool(_PLANS.search(here.title))
            above = self._title(here.parent)
            self._titles[section] = (year or above[0], plans or above[1])
        return self._titles[section]

    def _in_table(self, block: Block, table: Table | None) -> Iterator[Found]:
        """Yield the dates of a table, which take their years from its row, its column, its header or its caption."""
        around = self._context(block)
        header_rows = table.header_rows if table else 1
        caption = _year_of(table.caption) if table and table.caption else None
        column_years: dict[int, Year] = {}
        header_year: Year | None = None
        row_year: Year | None = None
        last_row = -1
        columns_of_counts = _columns_of_counts(block.text)
        for row, column, start, end in table_cells(block.text):
            text = block.text[start:end]
            if row != last_row:
                last_row, row_year = row, None
            year = row_year or column_years.get(column) or header_year or caption
            found = dates.find(text, structs.replace(around, table=year, cell=True))
            if column in columns_of_counts:
                found = [d for d in found if d.rule != "date.year"]
            for date in found:
                yield date._replace(start=date.start + start, end=date.end + start)
            own = next((Year(d.stated[0], d.fiscal) for d in found if d.has_year and d.stated[0] is not None), None)
            if own is None:
                continue
            if row < max(header_rows, 1) and (
                header_rows or text == block.text[found[0].start + start : found[0].end + start]
            ):
                column_years[column] = own
                header_year = own if len(set(column_years.values())) == 1 else None
            elif column == 0:
                row_year = header_year = own  # a merged first cell names the year of several rows once


def _year_of(title: str) -> Year | None:
    """Return the year that a title names, unless it is a target."""
    for date in dates.find(title):
        if (
            date.has_year
            and date.stated[0] is not None
            and not _TARGET_AFTER.match(title, date.end)
            and not _TARGET_BEFORE.search(title[: date.start])
        ):
            return Year(date.stated[0], date.fiscal)
    return None


# 2030年に向けた戦略: the year is a target; the text below is not from that year.
_TARGET_AFTER = re.compile(r"\s?(?:に向け|まで|を見据|を目指|以降)")
_TARGET_BEFORE = re.compile(r"\b(?:towards?|by|until|beyond|for|after)\s$", re.IGNORECASE)


def _columns_of_counts(text: str) -> set[int]:
    """Return the columns with bare numbers that are no years: a 2000 among 500 and 5000 is a count."""
    return {
        column
        for _, column, start, end in table_cells(text)
        if (cell := text[start:end].strip()).isdecimal()
        and not _FIRST_YEAR <= int(cell[:_DIGITS_COMPARED]) <= _LAST_YEAR
    }

"""Write ``bitext.xlsx``: the table ``bitext`` as a spreadsheet, with columns for the verdicts of a reviewer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from aisi_ingest.publish.rows import SharedRows, WorkRows
from aisi_ingest.publish.schema import BitextRow

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
_MAX_ROWS = 1_048_576  # of a sheet, with its head
_MAX_CELL_LENGTH = 32_767  # code units of UTF-16, so fewer code points outside of the Basic Multilingual Plane
_UTF16 = "utf-16-le"
_BYTES_OF_UNIT = 2

# Heading and width in characters. The last two are empty: they are for the reviewer.
_COLUMNS = {
    "id": 24,
    "work": 20,
    "edition": 10,
    "unit": 10,
    "ja": 60,
    "en": 60,
    "score": 8,
    "ja_section": 30,
    "en_section": 30,
    "ja_url": 30,
    "en_url": 30,
    "verdict": 12,
    "comment": 40,
}
_VERDICTS = ["right", "wrong", "unsure"]


class XlsxWriter:
    """Writes the spreadsheet.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        # Texts stay texts: what looks like a formula or an address is not made into one.
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(path, options)
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # same input, same bytes
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._head = self._book.add_format({"bold": True})
        self._new_sheet()

    def _new_sheet(self) -> None:
        self._sheet: Any = self._book.add_worksheet()
        for column, (name, width) in enumerate(_COLUMNS.items()):
            self._sheet.set_column(column, column, width, self._wrapped)
            self._sheet.write_string(0, column, name, self._head)
        self._sheet.freeze_panes(1, 0)
        verdict = list(_COLUMNS).index("verdict")
        self._sheet.data_validation(1, verdict, _MAX_ROWS - 1, verdict, {"validate": "list", "source": _VERDICTS})
        self._rows = 1

    def add(self, work: WorkRows) -> None:
        """Write the rows of one work."""
        for row in work.bitext:
            if self._rows == _MAX_ROWS:
                self._new_sheet()
            for column, value in enumerate(_values(row)):
                if isinstance(value, float):
                    self._sheet.write_number(self._rows, column, value, self._wrapped)
                elif value:
                    self._sheet.write_string(self._rows, column, _cut(value), self._wrapped)
            self._rows += 1

    def finish(self, shared: SharedRows) -> None:
        """Close the file."""
        self._book.close()


def _values(row: BitextRow) -> tuple[str | float | None, ...]:
    ja_section, en_section = " > ".join(row.ja_section), " > ".join(row.en_section)
    head = (row.id, row.work, row.edition, row.unit, row.ja, row.en, row.score)
    return (*head, ja_section, en_section, row.ja_url, row.en_url)


def _cut(text: str) -> str:
    """Return a text that a cell can hold. The end of a longer one is left out: other files have it."""
    encoded = text.encode(_UTF16, "replace")
    if len(encoded) <= _MAX_CELL_LENGTH * _BYTES_OF_UNIT:
        return text
    return encoded[: (_MAX_CELL_LENGTH - 1) * _BYTES_OF_UNIT].decode(_UTF16, "ignore") + "…"

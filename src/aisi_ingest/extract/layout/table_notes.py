"""Footnotes below tables: find them, and link the marks in the cells to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import structs

from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.footnotes import label_of, normalised_label
from aisi_ingest.model import NoteLink, Table
from aisi_ingest.text.raised import SUPERSCRIPT_DIGITS, is_exponent, plain_digits

Rows = tuple[tuple[str, ...], ...]

# The marks at the end of a cell or of a word in it. ``cells`` writes raised digits as superscript ones.
_MARK = re.compile(
    rf"(?<=\S)(?:[(（]?(?:注|註|[*＊※†‡])?⁽?{SUPERSCRIPT_DIGITS}{{1,3}}(?:[,，、・]{SUPERSCRIPT_DIGITS}{{1,3}})*[)）⁾]?"
    r"|[※†‡§]|[*＊]{1,3}(?=\s|$))"
)
_BETWEEN_MARKS = re.compile("[,，、・]")
_SEPARATOR, _LINE_BREAK = " | ", "\n"
_SURE_LABEL = re.compile("[※＊*†‡§]|[（(]?(?:注|註)")
_NUMBER_IN_BRACKETS = re.compile("[（(][0-9]{1,2}[)）]")
_MOST_NOTES = 40  # below one table


def mark_table_notes(drafts: Sequence[Draft]) -> list[Draft]:
    """Find the notes below tables: paragraphs whose labels are marks in the table. They become footnotes.

    Args:
        drafts: All blocks of running text, in reading order.

    Returns:
        The notes.
    """
    notes: list[Draft] = []
    for k, draft in enumerate(drafts):
        if draft.table is None:
            continue
        marks = {label for row in draft.table.rows for cell in row for label in _labels_in(cell)}
        if not marks:
            continue
        found: list[Draft] = []
        for below in drafts[k + 1 : k + 1 + _MOST_NOTES]:
            if below.page > draft.page + draft.page_count or below.kind not in ("paragraph", "list_item"):
                break
            text = _full_text(below)
            follows_note = bool(found) and bool(_SURE_LABEL.match(text))
            if note_label(below) not in marks and not follows_note:
                break
            found.append(below)
            below.text = text
            below.kind, below.bullet, below.level, below.number = "footnote", "", None, None
            below.is_closed = True
        notes += found
    return notes


def note_label(draft: Draft) -> str | None:
    """Return the label of a note; below a table, a number in brackets is one too: ``（2）``."""
    text = _full_text(draft)
    bracket = _NUMBER_IN_BRACKETS.match(text)
    return normalised_label(bracket.group()) if bracket else label_of(text, draft.raised)


def _full_text(draft: Draft) -> str:
    """Return the text with a symbol that was taken for a bullet."""
    return f"{draft.bullet} {draft.text}" if draft.bullet and not draft.text.startswith(draft.bullet) else draft.text


def _labels_in(cell: str) -> Iterable[str]:
    for found in _MARK.finditer(cell):
        if not is_exponent(found.group(), cell[: found.start()]):
            yield from _labels_of(found.group())


def _labels_of(mark: str) -> list[str]:
    return [normalised_label(plain_digits(part)) for part in _BETWEEN_MARKS.split(mark)]


def link_table_marks(table: Table, notes: dict[str, str]) -> tuple[Table, tuple[NoteLink, ...]]:
    """Remove the marks of a table that have notes, and link them.

    Args:
        table: The table.
        notes: The ids of the notes on its pages by their labels.

    Returns:
        The table without these marks, and the links in the text of its block.
    """
    if not notes:
        return table, ()
    links: list[NoteLink] = []
    rows: list[tuple[str, ...]] = []
    offset = 0
    for row in table.rows:
        cells = []
        for k, cell in enumerate(row):
            offset += len(_SEPARATOR) if k else 0
            text, found = _linked_cell(cell, notes)
            links += [NoteLink(offset + at, note) for at, note in found]
            offset += len(text)
            cells.append(text)
        rows.append(tuple(cells))
        offset += len(_LINE_BREAK)
    if not links:
        return table, ()
    published = tuple(structs.replace(cell, text=rows[cell.row][cell.column]) for cell in table.cells)
    return structs.replace(table, rows=tuple(rows), cells=published), tuple(links)


def _linked_cell(cell: str, notes: dict[str, str]) -> tuple[str, list[tuple[int, str]]]:
    """Return the text of a cell without its marks that have notes, and the offset and note of each."""
    text, end = "", 0
    links: list[tuple[int, str]] = []
    for found in _MARK.finditer(cell):
        labels = _labels_of(found.group())
        if is_exponent(found.group(), cell[: found.start()]) or not all(label in notes for label in labels):
            continue
        text += cell[end : found.start()]
        end = found.end()
        links += [(len(text), notes[label]) for label in labels]
    return text + cell[end:], links

"""Remove note marks from the text, and link them to their footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.continuation import append_draft
from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.footnotes import label_of, normalised_label
from aisi_ingest.text.raised import is_exponent, write_raised

NotesByLabel = dict[str, Draft]

_MARK = re.compile(
    "[\\s(（\\[]*(?:注|註)?[0-9０-９]{1,3}(?:[,，、][\\s]?[0-9０-９]{1,3})*[)）\\]\\s]*|[*＊†‡※]{1,3}[0-9０-９]*|(?:[*＊†‡※][0-9０-９]{1,3})+"
)
# Marks that are not raised stay in the text, because a reader reads them as a part of it.
_INLINE_MARK = re.compile("[（(](?:注|註)[0-9０-９]{0,3}[)）]|[※＊*][0-9０-９]{1,3}")
_BETWEEN_MARKS = re.compile("[,，、]|(?<=[0-9０-９])(?=[*＊†‡※])")
_MARK_SYMBOLS = "*＊※†‡"


def link_notes(drafts: Sequence[Draft], notes: list[list[Draft]]) -> None:
    """Remove note marks from the text and link them to their notes.

    Other raised digits become superscript characters. A note that continues at the foot of the next page becomes
    one block.

    Args:
        drafts: The blocks of running text.
        notes: The footnotes of each page.
    """
    _join_over_pages(notes)
    by_page: dict[int, NotesByLabel] = {}
    for page_notes in notes:
        for note in page_notes:
            label = label_of(note.text, note.raised)
            if label is not None:
                by_page.setdefault(note.page, {}).setdefault(label, note)
    unique: dict[str, Draft | None] = {}  # endnotes of a chapter or document; None for a label that occurs twice
    for notes_of_page in by_page.values():
        for label, note in notes_of_page.items():
            unique[label] = None if label in unique else note
    for draft in drafts:
        _link_marks(draft, by_page, unique)
    for page_notes in notes:
        for note in page_notes:
            _separate_label(note)
            _write_superscripts(note)


def _join_over_pages(notes: list[list[Draft]]) -> None:
    """Join notes that continue on the next page: without a label, after a note that does not end a sentence."""
    last: Draft | None = None
    for page_notes in notes:
        if page_notes and last is not None and page_notes[0].page == last.page + last.page_count:
            first = page_notes[0]
            if label_of(first.text, first.raised) is None and not re.search("[。.]$", last.text):
                append_draft(last, page_notes.pop(0))
        if page_notes:
            last = page_notes[-1]


def _separate_label(note: Draft) -> None:
    """Write one space between a raised label and the text of a note."""
    if not note.raised or note.raised[0][0] != 0:
        return
    end = note.raised[0][1]
    rest = note.text[end:].lstrip(" \u3000")
    shift = len(note.text[:end]) + 1 - (len(note.text) - len(rest))
    note.raised = [(first + shift, last + shift) for first, last in note.raised[1:]]
    note.text = note.text[:end] + " " + rest


def _link_marks(draft: Draft, by_page: dict[int, NotesByLabel], unique: dict[str, Draft | None]) -> None:
    """Remove the raised marks of a block, and link them and the inline ones."""
    links: list[tuple[int, Draft]] = []
    others: list[tuple[int, int]] = []
    for start, end in sorted(draft.raised, reverse=True):
        if start and draft.text[start - 1] in _MARK_SYMBOLS and draft.text[start:end].isdigit():
            start -= 1  # the symbol is set in another size than its number
        mark = draft.text[start:end]
        is_mark = bool(_MARK.fullmatch(mark)) and not is_exponent(mark.strip(), draft.text[:start])
        found = _notes_of(mark, draft, by_page, unique) if is_mark else []
        if not found:
            others.append((start, end))
            continue
        start, end = _with_brackets(draft.text, start, end)
        length = end - start
        draft.text = draft.text[:start] + draft.text[end:]
        links = [(offset - length, other) for offset, other in links]
        others = [(first - length, last - length) for first, last in others]
        links.extend((start, note) for note in reversed(found))
    draft.raised = others
    _write_superscripts(draft)
    if by_page and draft.kind != "footnote":
        for match in _INLINE_MARK.finditer(draft.text):
            if match.start():
                links.extend((match.start(), note) for note in _notes_of(match.group(), draft, by_page, {}))
    draft.notes = sorted(reversed(links), key=lambda link: link[0])


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of a mark with the brackets around it that are not raised, and the space before them."""
    if not (text[max(0, start - 1) : start] in ("(", "（") and text[end : end + 1] in (")", "）")):
        return start, end
    start, end = start - 1, end + 1
    return (start - 1 if text[max(0, start - 1) : start] == " " else start), end


def _notes_of(
    mark: str, draft: Draft, by_page: dict[int, NotesByLabel], unique: dict[str, Draft | None]
) -> list[Draft]:
    """Return the notes that a mark refers to, or nothing if one of them does not exist.

    Args:
        mark: The mark, for example ``*1*2`` or ``3, 4``.
        draft: The block of the mark.
        by_page: The notes of each page by their labels.
        unique: The notes whose label occurs once in the document.
    """
    notes: list[Draft] = []
    for label in map(normalised_label, _BETWEEN_MARKS.split(mark)):
        found: Draft | None = None
        for page in range(draft.page, draft.page + draft.page_count):
            found = by_page.get(page, {}).get(label) or found
        later = unique.get(label)
        if found is None and later is not None and later.page > draft.page:
            found = later
        if found is None or found is draft:
            return []
        notes.append(found)
    return notes


def _write_superscripts(draft: Draft) -> None:
    """Write raised text that is no mark of a note in superscript characters."""
    draft.text = write_raised(draft.text, draft.raised)

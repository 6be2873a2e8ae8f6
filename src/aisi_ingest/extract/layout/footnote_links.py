"""Anchors of footnotes: out of the text, and linked to their note."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.layout.continuation import append
from aisi_ingest.extract.layout.drafts import Draft
from aisi_ingest.extract.layout.footnotes import label, label_of

_ANCHOR = re.compile(
    "[\\s(（\\[]*(?:注|註)?[0-9０-９]{1,3}(?:[,，、][\\s]?[0-9０-９]{1,3})*[)）\\]\\s]*|[*＊†‡※]{1,3}[0-9０-９]*|(?:[*＊†‡※][0-9０-９]{1,3})+"
)
# Anchors that stand on the line: they stay in the text, for the reader reads them.
_INLINE = re.compile("[（(](?:注|註)[0-9０-９]{0,3}[)）]|[※＊*][0-9０-９]{1,3}")


def link_notes(drafts: Sequence[Draft], notes: list[list[Draft]]) -> None:
    """Take anchors out of the text and link them; what else is raised becomes superscript characters.

    A note that goes on at the foot of the next page is put together.
    """
    _join_over_pages(notes)
    by_page: dict[int, dict[str, Draft]] = {}
    for page_notes in notes:
        for note in page_notes:
            name = label_of(note.text, note.raised)
            if name is not None:
                by_page.setdefault(note.page, {}).setdefault(name, note)
    single: dict[str, Draft | None] = {}  # notes at the end of a chapter or of the document
    for held in by_page.values():
        for name, note in held.items():
            single[name] = None if name in single else note
    for draft in drafts:
        _anchors(draft, by_page, single)
    for page_notes in notes:
        for note in page_notes:
            if note.raised and note.raised[0][0] == 0:
                end = note.raised[0][1]
                rest = note.text[end:].lstrip(" \u3000")
                shift = len(note.text[:end]) + 1 - (len(note.text) - len(rest))
                note.raised = [(a + shift, b + shift) for a, b in note.raised[1:]]
                note.text = note.text[:end] + " " + rest
            _superscripts(note)


def _join_over_pages(notes: list[list[Draft]]) -> None:
    last: Draft | None = None
    for page_notes in notes:
        if page_notes and last is not None and page_notes[0].page == last.page + last.pages:
            first = page_notes[0]
            if label_of(first.text, first.raised) is None and not re.search("[。.]$", last.text):
                append(last, page_notes.pop(0))
        if page_notes:
            last = page_notes[-1]


def _anchors(draft: Draft, by_page: dict[int, dict[str, Draft]], single: dict[str, Draft | None]) -> None:
    links: list[tuple[int, Draft]] = []
    kept: list[tuple[int, int]] = []
    for start, end in sorted(draft.raised, reverse=True):
        if start and draft.text[start - 1] in "*＊※†‡" and draft.text[start:end].isdigit():
            start -= 1  # the sign is set in another size than its figure
        sign = draft.text[start:end]
        found = _notes_of(sign, draft, by_page, single) if _ANCHOR.fullmatch(sign) else []
        if not found:
            kept.append((start, end))
            continue
        width = end - start
        draft.text = draft.text[:start] + draft.text[end:]
        links = [(offset - width, other) for offset, other in links]
        kept = [(a - width, b - width) for a, b in kept]
        links.extend((start, note) for note in reversed(found))
    draft.raised = kept
    _superscripts(draft)
    for match in _INLINE.finditer(draft.text) if by_page and draft.kind != "footnote" else ():
        links.extend((match.start(), note) for note in _notes_of(match.group(), draft, by_page, {}) if match.start())
    draft.notes = sorted(reversed(links), key=lambda link: link[0])


def _notes_of(
    sign: str, draft: Draft, by_page: dict[int, dict[str, Draft]], single: dict[str, Draft | None]
) -> list[Draft]:
    """The notes that a sign names; none if one of them is not there."""
    out: list[Draft] = []
    for name in [label(part) for part in re.split("[,，、]|(?<=[0-9０-９])(?=[*＊†‡※])", sign)]:
        found: Draft | None = None
        for page in range(draft.page, draft.page + draft.pages):
            found = by_page.get(page, {}).get(name) or found
        later = single.get(name)
        if found is None and later is not None and later.page > draft.page:
            found = later
        if found is None or found is draft:
            return []
        out.append(found)
    return out


_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")


def _superscripts(draft: Draft) -> None:
    for start, end in draft.raised:
        sign = draft.text[start:end]
        if re.fullmatch("[0-9+\\-−()n]+", sign):
            draft.text = draft.text[:start] + sign.translate(_SUPERSCRIPT) + draft.text[end:]

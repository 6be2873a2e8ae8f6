"""Anchors of footnotes: out of the text, and linked to their note."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisi_ingest.extract.drafts import Draft
from aisi_ingest.extract.footnotes import label, label_of


def link_notes(drafts: Sequence[Draft], notes: Sequence[Sequence[Draft]]) -> None:
    """Take anchors out of the text and link them; what else is raised becomes superscript characters."""
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


def _anchors(draft: Draft, by_page: dict[int, dict[str, Draft]], single: dict[str, Draft | None]) -> None:
    spans = sorted(draft.raised, reverse=True)
    links: list[tuple[int, Draft]] = []
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if start and draft.text[start - 1] in "*＊※†‡" and draft.text[start:end].isdigit():
            start -= 1  # the sign is set in another size than its figure
        sign = draft.text[start:end]
        note = None
        if re.fullmatch("[\\s(（\\[]*(?:注|註)?[0-9０-９]{1,3}[)）\\]\\s]*|[*＊†‡※]{1,3}[0-9０-９]*", sign):
            for page in range(draft.page, draft.page + draft.pages):
                note = by_page.get(page, {}).get(label(sign)) or note
            later = single.get(label(sign))
            if note is None and later is not None and later.page > draft.page:
                note = later
        if note is None:
            kept.append((start, end))
            continue
        width = end - start
        draft.text = draft.text[:start] + draft.text[end:]
        links = [(offset - width, other) for offset, other in links]
        kept = [(a - width, b - width) for a, b in kept]
        links.append((start, note))
    draft.raised = kept
    draft.notes = sorted(links, key=lambda link: link[0])
    _superscripts(draft)


_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")


def _superscripts(draft: Draft) -> None:
    for start, end in draft.raised:
        sign = draft.text[start:end]
        if re.fullmatch("[0-9+\\-−()n]+", sign):
            draft.text = draft.text[:start] + sign.translate(_SUPERSCRIPT) + draft.text[end:]

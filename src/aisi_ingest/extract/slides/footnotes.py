"""Find the footnotes of a slide, and link the raised marks in its texts to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aisi_ingest.model import NoteLink
from aisi_ingest.text.raised import SUPERSCRIPT_DIGITS, is_exponent, plain_digits

if TYPE_CHECKING:
    from aisi_ingest.extract.slides.piece import Piece

# A mark in a text: superscript digits, alone or after 注 or a symbol.
_MARK = re.compile(rf"(?:注|註|[*＊※†‡])?⁽?{SUPERSCRIPT_DIGITS}{{1,2}}⁾?")
# The label at the start of a note.
_LABEL = re.compile(
    rf"(?P<raised>(?:注|註|[*＊※†‡])?⁽?{SUPERSCRIPT_DIGITS}{{1,2}}⁾?)[\s\u3000]*(?=\S)"
    r"|[（(]?(?P<sign>注|註|[*＊※†‡])?(?P<number>[0-9]{1,2})(?:[)）.．:：]|(?=[\s\u3000]))[\s\u3000]*(?=\S)"
)
_NOT_DIGITS = re.compile(r"[^0-9]")


def link_slide_notes(pieces: Sequence[Piece], first: int) -> Iterator[tuple[Piece, tuple[NoteLink, ...]]]:
    """Mark the notes of a slide as footnotes, and remove and link the raised marks that refer to them.

    A piece is a note if it begins with a label, is set no larger than the text with the mark, and comes after it.

    Args:
        pieces: The pieces of the slide in reading order.
        first: Number of the block that the first piece becomes.

    Yields:
        Each piece and the links in its text.
    """
    notes = _notes_of(pieces)
    for k, piece in enumerate(pieces):
        if k in notes.values():
            yield replace(piece, kind="footnote", level=None), ()
        elif notes and piece.kind in ("paragraph", "list_item", "heading"):
            yield _linked(piece, k, notes, first)
        else:
            yield piece, ()


def _notes_of(pieces: Sequence[Piece]) -> dict[str, int]:
    """Return the numbers of the labels to which marks refer, and the positions of their notes."""
    marked: dict[str, tuple[int, float]] = {}  # the first text with each mark, and its type size
    for k, piece in enumerate(pieces):
        for found in _marks_in(piece):
            marked.setdefault(_number(found.group()), (k, piece.size))
    if not marked:
        return {}
    notes: dict[str, int] = {}
    for k, piece in enumerate(pieces):
        label = _label_number(piece)
        if label not in marked or label in notes:
            continue
        at, size = marked[label]
        if k > at and (not size or piece.size <= size):
            notes[label] = k
    # A list "1 ... 2 ... 3 ..." below a mark is no list of notes if one of its numbers has no mark.
    others = {label for piece in pieces if (label := _label_number(piece)) is not None and piece.kind == "list_item"}
    return notes if others <= set(marked) else {}


def _marks_in(piece: Piece) -> Iterator[re.Match[str]]:
    if piece.kind in ("paragraph", "list_item", "heading") and not piece.hidden:
        for found in _MARK.finditer(piece.text):
            if found.start() and not is_exponent(found.group(), piece.text[: found.start()]):
                yield found


def _label_number(piece: Piece) -> str | None:
    """Return the number of the label at the start of a piece, or None."""
    if piece.kind not in ("paragraph", "list_item") or piece.hidden:
        return None
    found = _LABEL.match(piece.text)
    return _number(found.group()) if found else None


def _number(mark: str) -> str:
    return str(int(_NOT_DIGITS.sub("", plain_digits(mark))))


def _linked(piece: Piece, position: int, notes: dict[str, int], first: int) -> tuple[Piece, tuple[NoteLink, ...]]:
    """Return a piece without the marks that have notes, and the links."""
    text, end, links = "", 0, []
    for found in _marks_in(piece):
        note = notes.get(_number(found.group()))
        if note is None or note == position:
            continue
        text += piece.text[end : found.start()]
        end = found.end()
        links.append(NoteLink(len(text), f"b{first + note}"))
    return (replace(piece, text=text + piece.text[end:]), tuple(links)) if links else (piece, ())

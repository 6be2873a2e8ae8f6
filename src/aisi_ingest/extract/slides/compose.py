"""Build blocks, sections and tables from slides, in the same way for PPTX files and for decks saved as PDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.geometry import rounded_box
from aisi_ingest.extract.lines.places import text_runs
from aisi_ingest.extract.numbering import marker_of
from aisi_ingest.extract.slides.footnotes import link_slide_notes
from aisi_ingest.extract.slides.piece import Piece
from aisi_ingest.extract.slides.titles import series_parents, split_number
from aisi_ingest.extract.tables.cell_runs import runs_of_cells
from aisi_ingest.extract.tables.table_cells import regions_of, table_cells
from aisi_ingest.model import Block, BlockKind, Box, Lang, Section, Table, TextRun
from aisi_ingest.text.normalise import JAPANESE_WEIGHT, language_of


class Slide(Struct, frozen=True):
    """A slide in reading order: the title, the body, then the furniture."""

    title: str = ""
    pieces: tuple[Piece, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: bool = False


class Deck(Struct, frozen=True):
    """The blocks, sections and tables of a deck, in reading order."""

    lang: Lang
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    pages_without_text: tuple[int, ...]


def as_furniture(piece: Piece) -> Piece:
    """Return the piece as furniture."""
    return replace(piece, kind="furniture", level=None)


def table_text(rows: Iterable[Iterable[str]]) -> str:
    """Return the text of a table's block: cells joined by " | ", rows by line breaks."""
    return "\n".join(" | ".join(row) for row in rows)


def compose(slides: Sequence[Slide], sizes: Sequence[tuple[float, float]]) -> Deck:
    """Build a deck with one section per slide.

    The first slide of a series, "(1/2)", becomes the parent of the others, "(2/2)".

    Args:
        slides: The slides in order.
        sizes: Width and height of each slide, in points.
    """
    slides = _mark_running_text(slides, sizes)
    if slides:
        slides = [replace(slides[0], pieces=_move_cover_remarks_to_end(slides[0].pieces)), *slides[1:]]
    lang = _language([piece for slide in slides for piece in slide.pieces])
    parents = series_parents(["" if slide.hidden else slide.title for slide in slides])
    blocks: list[Block] = []
    sections: list[Section] = []
    tables: list[Table] = []
    for page, (slide, parent, size) in enumerate(zip(slides, parents, sizes, strict=True), 1):
        section = f"s{page}"
        number, title = split_number("" if slide.hidden else slide.title)
        level = 1 if parent is None else 2
        parent_id = None if parent is None else f"s{parent + 1}"
        sections.append(Section(section, title, level, (page, page), parent_id, number))
        for piece, notes in link_slide_notes(slide.pieces, len(blocks) + 1):
            if piece.kind == "heading" and notes and not slide.hidden:
                sections[-1] = replace(sections[-1], title=split_number(piece.text)[1])
            name = f"b{len(blocks) + 1}"
            kind: BlockKind = "title" if piece.kind == "heading" and page == 1 else piece.kind
            if piece.hidden and kind == "table":
                kind = "paragraph"  # a table has rows, which readers of tables would see
            blocks.append(
                Block(
                    id=name,
                    page=page,
                    bbox=rounded_box(piece.box),
                    kind=kind,
                    text=piece.text,
                    lang=language_of(piece.text, lang),
                    section=None if kind == "furniture" or piece.hidden else section,
                    level=level if piece.kind == "heading" else piece.level,
                    hidden=piece.hidden,
                    origin=piece.origin,
                    marker=marker_of(piece.text) if kind in ("list_item", "paragraph") else None,
                    notes=notes,
                    hidden_reason=piece.hidden_reason,
                    runs=_runs(piece, page),
                )
            )
            if piece.kind == "table" and not piece.hidden:
                tables.append(_table(f"t{len(tables) + 1}", name, page, piece))
        # Notes are printed on a page of their own: their box is the lower edge of the slide.
        note_box = rounded_box(Box(0, size[1], size[0], size[1]))
        for note in slide.notes:
            blocks.append(Block(f"b{len(blocks) + 1}", page, note_box, "note", note, language_of(note, lang)))
    pages_without_text = tuple(page for page, slide in enumerate(slides, 1) if not _has_text(slide))
    return Deck(lang, tuple(blocks), tuple(sections), tuple(tables), pages_without_text)


def _runs(piece: Piece, page: int) -> tuple[TextRun, ...]:
    """Return where the characters of a piece are; nothing if the file has shapes instead of lines."""
    if piece.cell_lines:
        return runs_of_cells(
            piece.rows,
            tuple(tuple(tuple((page, line) for line in cell) for cell in row) for row in piece.cell_lines),
        )
    return text_runs(piece.text, [(page, line) for line in piece.lines])


def _table(name: str, block: str, page: int, piece: Piece) -> Table:
    cells = table_cells(piece.rows, regions_of(piece.rows, piece.places, page), piece.header_rows)
    return Table(name, block, page, piece.rows, piece.header_rows, piece.caption, cells=cells)


def _has_text(slide: Slide) -> bool:
    return any(piece.kind != "furniture" and piece.origin == "text" for piece in slide.pieces)


_MAXIMUM_COVER_PIECES = 6  # a cover has no more body pieces than this
_COVER_BODY_KINDS = ("paragraph", "caption")
_NOT_BODY_KINDS = ("heading", "furniture")


def _move_cover_remarks_to_end(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Move the remarks (※) of a cover behind its other text.

    On a cover a remark refers to the whole page and is placed wherever there is room. On other slides it belongs to
    the box above it and keeps its place. Pieces that do not look like a cover are returned unchanged.
    """
    body = [piece for piece in pieces if piece.kind not in _NOT_BODY_KINDS]
    if len(body) > _MAXIMUM_COVER_PIECES or any(piece.kind not in _COVER_BODY_KINDS for piece in body):
        return pieces
    ordered = iter(sorted(body, key=lambda piece: piece.text.startswith("※")))  # a stable sort
    return tuple(piece if piece.kind in _NOT_BODY_KINDS else next(ordered) for piece in pieces)


def dominant_language(texts: Iterable[tuple[Lang, str]]) -> Lang | None:
    """Return the language of most of the text, each text given with its language; None without texts."""
    weights: Counter[Lang] = Counter()
    for lang, text in texts:
        weights[lang] += round(len(text) * (JAPANESE_WEIGHT if lang == "ja" else 1))
    if not weights:
        return None
    return max(weights, key=lambda lang: (weights[lang], lang))


def _language(pieces: Sequence[Piece]) -> Lang:
    """Return the language of most of the slides' own text. Text in pictures does not count: it may be a quotation."""
    own = [piece for piece in pieces if piece.kind not in ("figure_text", "furniture") and not piece.hidden]
    found = dominant_language((language_of(piece.text), piece.text) for piece in own)
    return found or language_of(" ".join(piece.text for piece in pieces))


_RunningKey = tuple[str, int, int, int]
"""Text with its digits replaced by 0, then left edge, centre and top in units of 10 points."""

# A text is running text if it is at the same place of an edge of this many slides and of more than this share of them.
_RUNNING_SLIDES, _RUNNING_SHARE = 3, 0.5
# The same for strips of navigation: different short texts, such as chapter names, at one place.
_STRIP_SLIDES, _STRIP_SHARE = 5, 0.6
_MAXIMUM_STRIP_LENGTH = 14  # characters of a chapter name in a strip of navigation
_MAXIMUM_RUNNING_LENGTH = 120  # characters
_BOTTOM_EDGE, _TOP_EDGE = 0.88, 0.1  # shares of the slide's height: running text is below or above them
# A text at one place of nearly every slide is running text even if it is higher: slides printed on taller paper.
_EVERY_SHARE, _LOWER_PART = 0.8, 0.75
_COPYRIGHT = re.compile(r"©|copyright|all rights reserved|無断(?:転載|複製)", re.IGNORECASE)
_NO_STRIP = (-1, -1)


def _mark_running_text(slides: Sequence[Slide], sizes: Sequence[tuple[float, float]]) -> list[Slide]:
    """Turn texts that most slides repeat at one edge, such as copyright lines and the deck's name, into furniture."""
    seen: Counter[_RunningKey] = Counter()
    for slide, (_, height) in zip(slides, sizes, strict=True):
        seen.update({_running_key(piece) for piece in slide.pieces if _may_be_running(piece, height)})
    running = {key for key, count in seen.items() if count >= _RUNNING_SLIDES and count > _RUNNING_SHARE * len(slides)}
    everywhere = Counter(
        key for slide, (_, height) in zip(slides, sizes, strict=True) for key in _low_texts(slide, height)
    )
    fewest = max(_RUNNING_SLIDES + 1, _EVERY_SHARE * len(slides))
    every = {key for key, count in everywhere.items() if count >= fewest}
    strips = Counter(map(_strip_place, seen.elements()))
    strips.pop(_NO_STRIP, None)
    running |= {
        key
        for key in seen
        if strips[_strip_place(key)] >= _STRIP_SLIDES and strips[_strip_place(key)] > _STRIP_SHARE * len(slides)
    }
    out = []
    for slide, (_, height) in zip(slides, sizes, strict=True):
        furniture = [
            piece
            for piece in slide.pieces
            if (_may_be_running(piece, height) and _is_running(piece, running))
            or (_is_low(piece, height) and _running_key(piece) in every)
        ]
        if furniture:
            kept = [piece for piece in slide.pieces if not any(piece is other for other in furniture)]
            slide = replace(slide, pieces=(*kept, *map(as_furniture, furniture)))
        out.append(slide)
    return out


def _is_running(piece: Piece, running: set[_RunningKey]) -> bool:
    return _running_key(piece) in running or bool(_COPYRIGHT.search(piece.text))


def _low_texts(slide: Slide, height: float) -> set[_RunningKey]:
    return {_running_key(piece) for piece in slide.pieces if _is_low(piece, height)}


def _is_low(piece: Piece, height: float) -> bool:
    is_text = piece.kind in ("paragraph", "list_item") and len(piece.text) < _MAXIMUM_RUNNING_LENGTH
    return is_text and piece.box.top > _LOWER_PART * height


def _may_be_running(piece: Piece, height: float) -> bool:
    at_edge = piece.box.top > _BOTTOM_EDGE * height or piece.box.bottom < _TOP_EDGE * height
    return piece.kind in ("paragraph", "list_item") and at_edge and len(piece.text) < _MAXIMUM_RUNNING_LENGTH


def _running_key(piece: Piece) -> _RunningKey:
    box = piece.box
    return re.sub(r"\d+", "0", piece.text), round(box.x0 / 10), round((box.x0 + box.x1) / 20), round(box.top / 10)


def _strip_place(key: _RunningKey) -> tuple[int, int]:
    """Return centre and top of a short text, ``_NO_STRIP`` for longer ones."""
    return key[2:] if len(key[0]) <= _MAXIMUM_STRIP_LENGTH else _NO_STRIP

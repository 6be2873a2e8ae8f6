"""Slides to blocks, sections and tables: the same for PPTX and for decks as PDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.slides.titles import series_of, split_number
from aisi_ingest.model import Block, BlockKind, Box, Lang, Section, Table
from aisi_ingest.text.normalise import language_of


class Piece(Struct, frozen=True):
    """A block to be: what one paragraph, table or picture of a slide says."""

    kind: BlockKind
    text: str
    box: Box
    level: int | None = None
    hidden: bool = False
    size: float = 0.0  # points of the type, 0 for tables
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    caption: str | None = None
    xs: tuple[float, ...] = ()  # borders of a table's columns and rows, where the file says them
    ys: tuple[float, ...] = ()
    origin: Literal["text", "ocr"] = "text"


class Slide(Struct, frozen=True):
    """A slide as it is read: the title first, then the body, then what is furniture."""

    title: str = ""
    pieces: tuple[Piece, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: bool = False


class Deck(Struct, frozen=True):
    lang: Lang
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    silent: tuple[int, ...]  # pages without text of their own


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of ``boxes``, of which there is at least one."""
    return Box(
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )


def as_furniture(piece: Piece) -> Piece:
    return replace(piece, kind="furniture", level=None)


def compose(slides: Sequence[Slide], sizes: Sequence[tuple[float, float]]) -> Deck:
    """One section a slide. Slides of a series, "(1/2)" and "(2/2)", hang on the first of it."""
    slides = _without_running_text(slides, sizes)
    if slides:
        slides = [replace(slides[0], pieces=_cover(slides[0].pieces)), *slides[1:]]
    lang = _language([piece for slide in slides for piece in slide.pieces])
    parents = series_of([slide.title for slide in slides])
    blocks: list[Block] = []
    sections: list[Section] = []
    tables: list[Table] = []
    for page, (slide, parent, size) in enumerate(zip(slides, parents, sizes, strict=True), 1):
        section = f"s{page}"
        number, title = split_number(slide.title)
        level = 1 if parent is None else 2
        above = None if parent is None else f"s{parent + 1}"
        sections.append(Section(section, title, level, (page, page), above, number))
        for piece in slide.pieces:
            name = f"b{len(blocks) + 1}"
            kind: BlockKind = "title" if piece.kind == "heading" and page == 1 else piece.kind
            blocks.append(
                Block(
                    id=name,
                    page=page,
                    bbox=_rounded(piece.box),
                    kind=kind,
                    text=piece.text,
                    lang=language_of(piece.text, lang),
                    section=None if kind == "furniture" or piece.hidden else section,
                    level=level if piece.kind == "heading" else piece.level,
                    hidden=piece.hidden,
                    origin=piece.origin,
                )
            )
            if piece.kind == "table":
                tables.append(Table(f"t{len(tables) + 1}", name, page, piece.rows, piece.header_rows, piece.caption))
        below = Box(0, round(size[1], 1), round(size[0], 1), round(size[1], 1))  # notes stand on a page of their own
        for note in slide.notes:
            blocks.append(Block(f"b{len(blocks) + 1}", page, below, "note", note, language_of(note, lang)))
    silent = tuple(
        page
        for page, slide in enumerate(slides, 1)
        if not any(piece.kind != "furniture" and piece.origin == "text" for piece in slide.pieces)
    )
    return Deck(lang, tuple(blocks), tuple(sections), tuple(tables), silent)


_MOST_ON_COVER = 6
_BODY_OF_COVER = ("paragraph", "caption")
_BESIDE_BODY = ("heading", "furniture")


def _cover(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """A cover's remarks (※) after what it says: they are notes to the page, wherever there was room for them.

    Elsewhere a remark belongs to the box that it stands under, and stays there.
    """
    body = [piece for piece in pieces if piece.kind not in _BESIDE_BODY]
    if len(body) > _MOST_ON_COVER or any(piece.kind not in _BODY_OF_COVER for piece in body):
        return pieces
    ordered = iter(sorted(body, key=lambda piece: piece.text.startswith("※")))  # a stable sort
    return tuple(piece if piece.kind in _BESIDE_BODY else next(ordered) for piece in pieces)


def _language(pieces: Sequence[Piece]) -> Lang:
    """That of most of what the slides themselves say: a picture may quote the other language."""
    weight: Counter[Lang] = Counter()
    for piece in pieces:
        if piece.kind not in ("figure_text", "furniture") and not piece.hidden:
            # A Japanese character says about as much as 2.5 Latin ones.
            lang = language_of(piece.text)
            weight[lang] += round(len(piece.text) * (2.5 if lang == "ja" else 1))
    if weight:
        return max(weight, key=lambda lang: (weight[lang], lang))
    return language_of(" ".join(piece.text for piece in pieces))


def _rounded(box: Box) -> Box:
    return Box(round(box.x0, 1), round(box.top, 1), round(box.x1, 1), round(box.bottom, 1))


_Key = tuple[str, int, int, int]  # text without its figures, left edge, middle and top in tens of points


def _without_running_text(slides: Sequence[Slide], sizes: Sequence[tuple[float, float]]) -> list[Slide]:
    """Texts that stand at the same edge of most slides are furniture: copyright lines, the deck's name."""
    seen: Counter[_Key] = Counter()
    for slide, (_, height) in zip(slides, sizes, strict=True):
        seen.update({_running_key(piece) for piece in slide.pieces if _may_run(piece, height)})
    running = {key for key, count in seen.items() if count >= 3 and count > 0.5 * len(slides)}
    strips = Counter(map(_strip, seen.elements()))
    strips.pop((-1, -1), None)
    running |= {key for key in seen if strips[_strip(key)] >= 5 and strips[_strip(key)] > 0.6 * len(slides)}
    out = []
    for slide, (_, height) in zip(slides, sizes, strict=True):
        gone = [piece for piece in slide.pieces if _may_run(piece, height) and _is_running(piece, running)]
        if gone:
            kept = [piece for piece in slide.pieces if not any(piece is other for other in gone)]
            slide = replace(slide, pieces=(*kept, *map(as_furniture, gone)))
        out.append(slide)
    return out


_STRIP = 14  # characters: a chapter's name in a strip of navigation, in the same place on most slides
_COPYRIGHT = re.compile(r"©|copyright|all rights reserved|無断(?:転載|複製)", re.IGNORECASE)


def _is_running(piece: Piece, running: set[_Key]) -> bool:
    return _running_key(piece) in running or bool(_COPYRIGHT.search(piece.text))


def _may_run(piece: Piece, height: float) -> bool:
    edge = piece.box.top > 0.88 * height or piece.box.bottom < 0.1 * height
    return piece.kind in ("paragraph", "list_item") and edge and len(piece.text) < 120


def _running_key(piece: Piece) -> _Key:
    box = piece.box
    return re.sub(r"\d+", "0", piece.text), round(box.x0 / 10), round((box.x0 + box.x1) / 20), round(box.top / 10)


def _strip(key: _Key) -> tuple[int, int]:
    """Where a short text stands; (-1, -1) for longer ones."""
    return key[2:] if len(key[0]) <= _STRIP else (-1, -1)

"""One slide: its texts, tables and lines, the candidates for its title, and its texts in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.geometry import box_height, box_width, union
from aisi_ingest.extract.slides.compose import Slide, as_furniture, table_text
from aisi_ingest.extract.slides.piece import Entry, Piece
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.tables.finder import with_tables
from aisi_ingest.extract.slides.tables.timeline import with_timeline
from aisi_ingest.extract.slides.titles import Candidate, choose_title
from aisi_ingest.model import Box, HiddenReason
from aisi_ingest.text.normalise import join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.pptx.shapes import Shape

_NOTES_FURNITURE = ("sldNum", "hdr", "ftr", "dt", "sldImg")  # placeholders on the notes page that are not notes
_MINIMUM_RULE_SHARE = 0.25  # of the slide's width: horizontal lines that divide texts
_MINIMUM_UPRIGHT_SHARE = 0.1  # of the slide's height: vertical lines that divide the columns of a timeline
_BOTTOM_EDGE, _TOP_EDGE = 0.85, 0.1  # shares of the slide's height: page numbers are below or above them
_CAPTION_HEIGHT = 20  # points of a chart's title
_MAXIMUM_TITLE_PARAGRAPHS = 3
_STAMP_SIZE = 36  # points; smaller oblique text labels a part of a drawing

Size = tuple[float, float]
"""Width and height in points."""


class Draft(Struct, frozen=True, eq=False):
    """A slide whose title is not final yet. All boxes are in points.

    Attributes:
        entries: Texts and tables.
        frames: Boxes that hold texts together.
        horizontal_lines: Drawn lines that divide the texts above and below.
        drawn_frames: The frames that are visible.
        vertical_lines: Drawn lines that may divide the columns of a timeline.
        candidates: Texts that may be the title.
        runs: The paragraphs of each candidate.
        title: The candidate that looks like the title.
        furniture: Page numbers, dates, headers and footers.
        notes: The speaker's notes.
        hidden: Whether the slide is hidden.
    """

    entries: list[Entry] = []
    frames: list[Box] = []
    horizontal_lines: list[Box] = []
    drawn_frames: list[Box] = []
    vertical_lines: list[Box] = []
    candidates: list[Candidate] = []
    runs: list[list[Piece]] = []
    title: Candidate | None = None
    furniture: list[Piece] = []
    notes: tuple[str, ...] = ()
    hidden: bool = False


def draft_slide(part: Any, shapes: Sequence[Shape], page: int, size: Size, picture_texts: Sequence[Entry]) -> Draft:
    """Build the draft of one slide. ``picture_texts`` is the text in its pictures."""
    if part is None:
        return Draft()
    texts = _texts_of(shapes, page, size)
    entries = [*picture_texts, *texts.entries]
    if texts.title is None:
        candidates, runs = _title_candidates(entries)
        tables = [box.top for box, pieces in entries if pieces[-1].kind == "table"]
        title = choose_title(candidates, size[1], tables)
    else:
        box = union([piece.box for piece in texts.title])
        title = Candidate(join_lines(piece.text for piece in texts.title), texts.title[0].size, box, 0)
        candidates, runs = [title], [texts.title]
    horizontal = (shape.box for shape in shapes if shape.kind == "horizontal_line")
    vertical = (shape.box for shape in shapes if shape.kind == "vertical_line")
    frames = [shape for shape in shapes if shape.kind == "frame"]
    return Draft(
        entries=entries,
        frames=[shape.box for shape in frames],
        horizontal_lines=[box for box in horizontal if box_width(box) > _MINIMUM_RULE_SHARE * size[0]],
        drawn_frames=[shape.box for shape in frames if shape.drawn and not shape.hidden],
        vertical_lines=[box for box in vertical if box_height(box) > _MINIMUM_UPRIGHT_SHARE * size[1]],
        candidates=candidates,
        runs=runs,
        title=title,
        furniture=texts.furniture,
        notes=_notes(part),
        hidden=part._element.get("show") in ("0", "false"),
    )


class _Texts(Struct, frozen=True, eq=False):
    """The texts of a slide's shapes: title placeholder, furniture, and everything else."""

    title: list[Piece] | None
    furniture: list[Piece]
    entries: list[Entry]


def _texts_of(shapes: Sequence[Shape], page: int, size: Size) -> _Texts:
    from aisi_ingest.extract.pptx.shapes import TITLES

    title: list[Piece] | None = None
    furniture: list[Piece] = []
    entries: list[Entry] = []
    for shape in shapes:
        reason: HiddenReason | None = shape.reason or ("outside" if _is_outside(shape.box, size) else None)
        entries += [(piece.box, [piece]) for piece in _hidden_pieces(shape)]
        if shape.kind == "table" and any(any(row) for row in shape.rows or ((shape.caption,),)):
            entries.append((shape.box, _table_pieces(shape, reason)))
        elif shape.kind == "text":
            pieces, own_furniture = _text_pieces(shape, reason, page, size)
            furniture += own_furniture
            if shape.placeholder in TITLES and pieces and title is None and reason is None:
                title = pieces
            elif pieces:
                entries.append((_extent(shape, pieces), pieces))
    return _Texts(title, furniture, entries)


def _text_pieces(shape: Shape, reason: HiddenReason | None, page: int, size: Size) -> tuple[list[Piece], list[Piece]]:
    """Return the paragraphs of a shape, and those of them that are furniture."""
    from aisi_ingest.extract.pptx.shapes import FURNITURE

    pieces: list[Piece] = []
    furniture: list[Piece] = []
    for paragraph, box in zip(shape.paragraphs, shape.boxes, strict=True):
        if not paragraph.text:
            continue
        piece = Piece(
            "list_item" if paragraph.item else "paragraph",
            paragraph.text,
            box,
            paragraph.level if paragraph.item else None,
            reason is not None,
            paragraph.size,
            hidden_reason=reason,
        )
        is_number = paragraph.field or (paragraph.text == str(page) and _is_at_edge(box, size))
        is_stamp = shape.oblique and paragraph.size >= _STAMP_SIZE
        if shape.placeholder in FURNITURE or is_number or is_stamp:
            furniture.append(as_furniture(piece))
        else:
            pieces.append(piece)
    return pieces, furniture


def _hidden_pieces(shape: Shape) -> list[Piece]:
    """Return the text of a shape that is struck out, and so no longer valid, or that cannot be seen."""
    return [
        Piece("paragraph", text, box, hidden=True, size=paragraph.size, hidden_reason=reason)
        for paragraph, box in zip(shape.paragraphs, shape.boxes, strict=False)
        for reason, text in paragraph.hidden
    ] + [Piece("paragraph", text, shape.box, hidden=True, hidden_reason=reason) for reason, text in shape.hidden_texts]


def finish_slide(draft: Draft, title: Candidate | None) -> Slide:
    """Put the texts of a slide in reading order, with the title first."""
    title_pieces = draft.runs[title.index] if title is not None else []
    entries = with_timeline(_without(draft.entries, title_pieces), draft.drawn_frames, draft.vertical_lines)
    entries = with_tables(entries, draft.horizontal_lines, draft.drawn_frames)
    order = visual_order([box for box, _ in entries], draft.frames, draft.horizontal_lines)
    body = [piece for index in order for piece in entries[index][1]]
    if title is not None:
        body.insert(0, Piece("heading", title.text, title.box, 1))
    pieces = [*body, *draft.furniture]
    if draft.hidden:
        pieces = [replace(piece, hidden=True, hidden_reason=piece.hidden_reason or "hidden_slide") for piece in pieces]
    return Slide(title.text if title is not None else "", tuple(pieces), draft.notes, draft.hidden)


def _extent(shape: Shape, pieces: Sequence[Piece]) -> Box:
    """Return the extent of a text: as wide as its shape if lines are broken, as high as its lines."""
    box = union([piece.box for piece in pieces])
    if shape.column is None:
        return box
    return Box(min(box.x0, shape.column[0]), box.top, max(box.x1, shape.column[1]), box.bottom)


def _without(entries: Iterable[Entry], taken: Sequence[Piece]) -> list[Entry]:
    """Return the entries without some pieces."""
    out: list[Entry] = []
    for box, pieces in entries:
        rest = [piece for piece in pieces if not any(piece is other for other in taken)]
        if rest:
            out.append((box if len(rest) == len(pieces) else union([piece.box for piece in rest]), rest))
    return out


def _table_pieces(shape: Shape, reason: HiddenReason | None) -> list[Piece]:
    """Return a table, and the caption above it if it is a chart with a title."""
    box = shape.box
    table = Piece(
        kind="table",
        text=table_text(shape.rows),
        box=box,
        hidden=reason is not None,
        hidden_reason=reason,
        rows=shape.rows,
        header_rows=shape.header_rows,
        xs=shape.xs,
        ys=shape.ys,
        places=shape.places,
    )
    if not shape.caption:
        return [table]
    caption_box = Box(box.x0, box.top, box.x1, min(box.bottom, box.top + _CAPTION_HEIGHT))
    caption = Piece("caption", shape.caption, caption_box, hidden=reason is not None, hidden_reason=reason)
    return [caption, replace(table, caption=shape.caption)] if shape.rows else [caption]


def _title_candidates(entries: Sequence[Entry]) -> tuple[list[Candidate], list[list[Piece]]]:
    """Return the texts that may be the title of a slide without a title placeholder.

    These are, in each text box, the first consecutive paragraphs in its largest type together, and each other
    paragraph. If more than three follow each other in the largest type, they are body text and only the first counts.

    Returns:
        The candidates, and the paragraphs of each.
    """
    candidates: list[Candidate] = []
    runs: list[list[Piece]] = []
    for _, pieces in entries:
        visible = [piece for piece in pieces if not piece.hidden and piece.kind in ("paragraph", "list_item")]
        if not visible:
            continue
        largest = max(piece.size for piece in visible)
        start = next(index for index, piece in enumerate(visible) if piece.size == largest)
        end = start
        while end < len(visible) and visible[end].size == largest:
            end += 1
        if end - start > _MAXIMUM_TITLE_PARAGRAPHS:
            end = start + 1
        for run in (visible[start:end], *([piece] for piece in (*visible[:start], *visible[end:]))):
            text = join_lines(piece.text for piece in run)
            candidates.append(Candidate(text, run[0].size, union([piece.box for piece in run]), len(runs)))
            runs.append(run)
    return candidates, runs


def _notes(part: Any) -> tuple[str, ...]:
    """Return the paragraphs of the speaker's notes of a slide."""
    from aisi_ingest.extract.pptx.paragraphs import read_paragraphs
    from aisi_ingest.extract.pptx.styles import placeholder_of
    from aisi_ingest.extract.pptx.xml_names import clark

    out: list[str] = []
    for relation in part.rels.values():
        if relation.is_external or not relation.reltype.endswith("/notesSlide"):
            continue
        for shape in relation.target_part._element.iter(clark("p:sp"), clark("p:graphicFrame")):
            ph = placeholder_of(shape)
            if ph is not None and ph.get("type") in _NOTES_FURNITURE:
                continue
            for body in shape.iter(clark("p:txBody"), clark("a:txBody")):  # a:txBody is in the cells of a table
                out += [paragraph.text for paragraph in read_paragraphs(body, []) if paragraph.text]
    return tuple(out)


def _is_outside(box: Box, size: Size) -> bool:
    return box.x1 <= 0 or box.bottom <= 0 or box.x0 >= size[0] or box.top >= size[1]


def _is_at_edge(box: Box, size: Size) -> bool:
    return box.top > _BOTTOM_EDGE * size[1] or box.bottom < _TOP_EDGE * size[1]

"""Read a PPTX file: shapes in visual order, titles as sections, tables, charts, SmartArt and speaker's notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.pptx.package import open_package, warning
from aisi_ingest.extract.slides.compose import Piece, Slide, around, as_furniture, compose
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.tables.finder import with_tables
from aisi_ingest.extract.slides.tables.timeline import with_timeline
from aisi_ingest.extract.slides.titles import Candidate, settled, title_of
from aisi_ingest.model import Box, Content, Issue, Result
from aisi_ingest.sandbox import no_gc
from aisi_ingest.text.normalise import join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.pptx.shapes import Shape
    from aisi_ingest.extract.pptx.styles import Templates

MANY_SLIDES = 1000
_NOTES_FURNITURE = ("sldNum", "hdr", "ftr", "dt", "sldImg")


def read(path: Path, ocr: bool = True) -> Result[Content]:
    """Read a presentation. The value is None where it cannot be opened; the issues say why.

    Errors: password_needed, not_a_pptx, damaged_file, too_large, xml_entities, part_missing.
    Warnings: part_missing and part_damaged (a slide, a picture), many_slides.
    """
    with no_gc.paused():
        return _read(path, ocr)


def _read(path: Path, ocr: bool) -> Result[Content]:
    opened = open_package(path)
    if opened.value is None:
        return Result(None, opened.issues)
    issues = list(opened.issues)
    presentation = opened.value.presentation
    from aisi_ingest.extract.pptx.styles import Templates

    element = presentation._element
    width, height = _slide_size(element)
    parts = _slide_parts(presentation, issues)
    if len(parts) > MANY_SLIDES:
        issues.append(warning("many_slides", f"{path.name} has {len(parts)} slides; all were read."))
    templates = Templates(element)
    shapes = [_shapes(part, templates, page, issues) for page, part in enumerate(parts, 1)]
    seen: dict[int, list[tuple[Box, list[Piece]]]] = {}
    if any(shape.kind == "picture" for own in shapes for shape in own):
        from aisi_ingest.extract.pptx.pictures import pictures_of, read_pictures, words_of_drawings

        seen, pictures = words_of_drawings(pictures_of(shapes, (width, height)))
        if ocr:
            read_by_ocr, problems = read_pictures(pictures)
            issues += problems
            for page, entries in read_by_ocr.items():
                seen.setdefault(page, []).extend(entries)
    drafts = []
    for page, (part, own) in enumerate(zip(parts, shapes, strict=True), 1):
        try:
            drafts.append(_draft(part, own, page, (width, height), seen.get(page, [])))
        except Exception as reason:  # as in _shapes
            issues.append(_unreadable(page, reason))
            drafts.append(_Draft())
    titles = settled([draft.chosen for draft in drafts], [draft.candidates for draft in drafts])
    slides = [_slide(draft, title) for draft, title in zip(drafts, titles, strict=True)]
    sizes = ((width, height),) * len(slides)
    deck = compose(slides, sizes)
    content = Content(
        kind="deck",
        form="pptx",
        lang=deck.lang,
        title=next((slide.title for slide in slides if slide.title), "") or _core_title(presentation),
        page_sizes=sizes,
        blocks=deck.blocks,
        sections=deck.sections,
        tables=deck.tables,
        pages_without_text=deck.silent,
        hidden_pages=tuple(page for page, slide in enumerate(slides, 1) if slide.hidden),
        active_content=opened.value.active_content,
    )
    return Result(content, tuple(issues))


def _slide_size(presentation: Any) -> tuple[float, float]:
    from aisi_ingest.extract.pptx.xml_names import clark

    size = presentation.find(clark("p:sldSz"))
    if size is None:
        return 720.0, 540.0  # the schema's default, 4:3
    try:
        wide, high = int(size.get("cx")) / 12700, int(size.get("cy")) / 12700
    except (TypeError, ValueError):
        return 720.0, 540.0
    return (wide, high) if wide > 0 and high > 0 else (720.0, 540.0)


def _slide_parts(presentation: Any, issues: list[Issue]) -> list[Any]:
    """The parts of the slides in their order; None and an issue where one is missing."""
    from aisi_ingest.extract.pptx.xml_names import clark

    out: list[Any] = []
    listed = presentation._element.find(clark("p:sldIdLst"))
    for page, entry in enumerate(listed if listed is not None else (), 1):
        try:
            part = presentation.related_part(entry.get(clark("r:id")))
            out.append(part if hasattr(part, "_element") else None)
        except Exception:  # no such part, or one of another kind
            out.append(None)
        if out[-1] is None:
            issues.append(warning("part_missing", f"Slide {page} is missing from the file.", page))
    return out


def _core_title(presentation: Any) -> str:
    from aisi_ingest.text.normalise import normalise

    try:
        return normalise(presentation.package.core_properties.title or "").strip()
    except Exception:  # the title is a nicety
        return ""


def _shapes(part: Any, templates: Templates, page: int, issues: list[Issue]) -> list[Shape]:
    from aisi_ingest.extract.pptx.shapes import shapes_of

    if part is None:
        return []
    try:
        return shapes_of(part, templates)
    except Exception as reason:  # elements in odd places, figures that are none: one slide's damage is its own
        issues.append(_unreadable(page, reason))
        return []


def _unreadable(page: int, reason: Exception) -> Issue:
    return warning("page_unreadable", f"Slide {page} could not be read: {type(reason).__name__} {reason}.", page)


class _Draft(Struct, frozen=True, eq=False):
    """A slide before its title is settled. ``runs`` are the paragraphs of each candidate."""

    entries: list[tuple[Box, list[Piece]]] = []  # what is read in one go, and where
    frames: list[Box] = []
    rules: list[Box] = []
    drawn: list[Box] = []  # frames that can be seen
    uprights: list[Box] = []
    candidates: list[Candidate] = []
    runs: list[list[Piece]] = []
    chosen: Candidate | None = None
    furniture: list[Piece] = []
    notes: tuple[str, ...] = ()
    hidden: bool = False


def _draft(
    part: Any,
    shapes: Sequence[Shape],
    page: int,
    size: tuple[float, float],
    seen: Sequence[tuple[Box, list[Piece]]],
) -> _Draft:
    """One slide; ``seen`` is what its pictures say, each with its place."""
    from aisi_ingest.extract.pptx.shapes import FURNITURE, TITLES

    if part is None:
        return _Draft()
    titled: list[Piece] | None = None
    furniture: list[Piece] = []
    entries = list(seen)
    for shape in shapes:
        hidden = shape.hidden or _outside(shape.box, size)
        if shape.kind == "table":
            entries.append((shape.box, _table_pieces(shape, hidden)))
        elif shape.kind == "text":
            own: list[Piece] = []
            for paragraph, box in zip(shape.paragraphs, shape.boxes, strict=True):
                piece = Piece(
                    "list_item" if paragraph.item else "paragraph",
                    paragraph.text,
                    box,
                    paragraph.level if paragraph.item else None,
                    hidden,
                    paragraph.size,
                )
                number = paragraph.field or (paragraph.text == str(page) and _at_edge(box, size))
                if shape.placeholder in FURNITURE or number:
                    furniture.append(as_furniture(piece))
                else:
                    own.append(piece)
            if shape.placeholder in TITLES and own and titled is None and not hidden:
                titled = own
            elif own:
                entries.append((_extent(shape, own), own))
    frames = [shape.box for shape in shapes if shape.kind == "frame"]
    rules = [s.box for s in shapes if s.kind == "rule" and s.box.x1 - s.box.x0 > 0.25 * size[0]]
    if titled is None:
        candidates, runs = _candidates(entries)
        tables = [box.top for box, pieces in entries if pieces[-1].kind == "table"]
        chosen = title_of(candidates, size[1], tables)
    else:
        box = around([piece.box for piece in titled])
        chosen = Candidate(join_lines(piece.text for piece in titled), titled[0].size, box, 0)
        candidates, runs = [chosen], [titled]
    unseen = part._element.get("show") in ("0", "false")
    return _Draft(
        entries=entries,
        frames=frames,
        rules=rules,
        drawn=[shape.box for shape in shapes if shape.kind == "frame" and shape.drawn and not shape.hidden],
        uprights=[s.box for s in shapes if s.kind == "upright" and s.box.bottom - s.box.top > 0.1 * size[1]],
        candidates=candidates,
        runs=runs,
        chosen=chosen,
        furniture=furniture,
        notes=_notes(part),
        hidden=unseen,
    )


def _slide(draft: _Draft, chosen: Candidate | None) -> Slide:
    titled = draft.runs[chosen.index] if chosen is not None else []
    entries = with_timeline(_without(draft.entries, titled), draft.drawn, draft.uprights)
    entries = with_tables(entries, draft.rules, draft.drawn)
    order = visual_order([box for box, _ in entries], draft.frames, draft.rules)
    body = [piece for index in order for piece in entries[index][1]]
    if chosen is not None:
        body.insert(0, Piece("heading", chosen.text, chosen.box, 1, titled[0].hidden))
    pieces = [*body, *draft.furniture]
    if draft.hidden:
        pieces = [replace(piece, hidden=True) for piece in pieces]
    return Slide(chosen.text if chosen is not None else "", tuple(pieces), draft.notes, draft.hidden)


def _extent(shape: Shape, pieces: Sequence[Piece]) -> Box:
    """What a text takes up: as wide as its box, as high as its lines."""
    box = around([piece.box for piece in pieces])
    if shape.column is None:
        return box
    return Box(min(box.x0, shape.column[0]), box.top, max(box.x1, shape.column[1]), box.bottom)


def _without(entries: list[tuple[Box, list[Piece]]], taken: Sequence[Piece]) -> list[tuple[Box, list[Piece]]]:
    out = []
    for box, pieces in entries:
        rest = [piece for piece in pieces if not any(piece is other for other in taken)]
        if rest:
            out.append((box if len(rest) == len(pieces) else around([piece.box for piece in rest]), rest))
    return out


def _table_pieces(shape: Shape, hidden: bool) -> list[Piece]:
    """A table, under its caption where it is a chart's."""
    text = "\n".join(" | ".join(row) for row in shape.rows)
    table = Piece(
        kind="table",
        text=text,
        box=shape.box,
        hidden=hidden,
        rows=shape.rows,
        header_rows=shape.header_rows,
        xs=shape.xs,
        ys=shape.ys,
    )
    if not shape.caption:
        return [table]
    box = shape.box
    above = Piece("caption", shape.caption, Box(box.x0, box.top, box.x1, min(box.bottom, box.top + 20)), hidden=hidden)
    return [above, replace(table, caption=shape.caption)] if shape.rows else [above]


def _candidates(entries: Sequence[tuple[Box, list[Piece]]]) -> tuple[list[Candidate], list[list[Piece]]]:
    """What may be the title where it is a plain text box: consecutive paragraphs in the largest type of a box."""
    candidates: list[Candidate] = []
    runs: list[list[Piece]] = []
    for _, pieces in entries:
        seen = [piece for piece in pieces if not piece.hidden and piece.kind in ("paragraph", "list_item")]
        if not seen:
            continue
        largest = max(piece.size for piece in seen)
        start = next(index for index, piece in enumerate(seen) if piece.size == largest)
        end = start
        while end < len(seen) and seen[end].size == largest:
            end += 1
        if end - start > 3:  # a text in one size, not a title over several lines
            end = start + 1
        for run in (seen[start:end], *([piece] for piece in (*seen[:start], *seen[end:]))):
            text = join_lines(piece.text for piece in run)
            candidates.append(Candidate(text, run[0].size, around([piece.box for piece in run]), len(runs)))
            runs.append(run)
    return candidates, runs


def _notes(part: Any) -> tuple[str, ...]:
    from aisi_ingest.extract.pptx.shapes import paragraphs_of
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
            for body in shape.iter(clark("p:txBody"), clark("a:txBody")):  # the latter in the cells of a table
                out += [paragraph.text for paragraph in paragraphs_of(body, [])]
    return tuple(out)


def _outside(box: Box, size: tuple[float, float]) -> bool:
    return box.x1 <= 0 or box.bottom <= 0 or box.x0 >= size[0] or box.top >= size[1]


def _at_edge(box: Box, size: tuple[float, float]) -> bool:
    return box.top > 0.85 * size[1] or box.bottom < 0.1 * size[1]

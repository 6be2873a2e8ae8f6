"""Read a PPTX file: shapes in visual order, titles as sections, tables, charts, SmartArt and speaker's notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from aisi_ingest.extract.order import visual_order
from aisi_ingest.extract.package import open_package, warning
from aisi_ingest.extract.titles import Candidate, series_of, split_number, title_of
from aisi_ingest.model import Block, Box, Content, Issue, Lang, Result, Section, Table
from aisi_ingest.text import join_lines, language_of

MANY_SLIDES = 1000


class Piece(Struct, frozen=True):
    """A block to be: what one paragraph, table or picture of a slide says."""

    kind: str
    text: str
    box: Box
    level: int | None = None
    hidden: bool = False
    size: float = 0.0  # points of the type, 0 for tables
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    caption: str | None = None
    origin: str = "text"


class Slide(Struct, frozen=True):
    title: str
    pieces: tuple[Piece, ...]  # in reading order, the title first
    notes: tuple[str, ...]
    hidden: bool


def read(path: Path, ocr: bool = True) -> Result[Content]:
    """Read a presentation. The value is None where it cannot be opened; the issues say why.

    Errors: password_needed, not_a_pptx, damaged_file, too_large, xml_entities, part_missing.
    Warnings: part_missing and part_damaged (a slide, a picture), many_slides.
    """
    opened = open_package(path)
    if opened.value is None:
        return Result(None, opened.issues)
    issues = list(opened.issues)
    presentation = opened.value.presentation
    element = presentation._element
    width, height = _slide_size(element)
    parts = _slide_parts(presentation, issues)
    if len(parts) > MANY_SLIDES:
        issues.append(warning("many_slides", f"{path.name} has {len(parts)} slides; all were read."))
    slides = [_slide(part, element, page, (width, height), issues) for page, part in enumerate(parts, 1)]
    slides = _without_running_text(slides, height)
    content = _content(slides, (width, height))
    title = content.title or _core_title(presentation)
    return Result(
        Content(
            kind="deck",
            form="pptx",
            lang=content.lang,
            title=title,
            page_sizes=content.page_sizes,
            blocks=content.blocks,
            sections=content.sections,
            tables=content.tables,
            pages_without_text=content.pages_without_text,
            hidden_pages=content.hidden_pages,
            active_content=opened.value.active_content,
        ),
        tuple(issues),
    )


def _slide_size(presentation: Any) -> tuple[float, float]:
    from pptx.oxml.ns import qn

    size = presentation.find(qn("p:sldSz"))
    if size is None:
        return 720.0, 540.0  # the schema's default, 4:3
    return int(size.get("cx")) / 12700, int(size.get("cy")) / 12700


def _slide_parts(presentation: Any, issues: list[Issue]) -> list[Any]:
    """The parts of the slides in their order; None and an issue where one is missing."""
    from pptx.oxml.ns import qn

    out: list[Any] = []
    listed = presentation._element.find(qn("p:sldIdLst"))
    for page, entry in enumerate(listed if listed is not None else (), 1):
        try:
            part = presentation.related_part(entry.get(qn("r:id")))
            out.append(part if hasattr(part, "_element") else None)
        except (KeyError, ValueError):
            out.append(None)
        if out[-1] is None:
            issues.append(warning("part_missing", f"Slide {page} is missing from the file.", page))
    return out


def _core_title(presentation: Any) -> str:
    from aisi_ingest.text import normalise

    try:
        return normalise(presentation.package.core_properties.title or "").strip()
    except (KeyError, ValueError, AttributeError):
        return ""


def _slide(part: Any, presentation: Any, page: int, size: tuple[float, float], issues: list[Issue]) -> Slide:
    from aisi_ingest.extract.shapes import FURNITURE, TITLES, shapes_of

    if part is None:
        return Slide("", (), (), False)
    try:
        shapes = shapes_of(part, presentation)
        notes = _notes(part)
    except (KeyError, ValueError, AttributeError, TypeError) as reason:
        problem = f"Slide {page} could not be read: {type(reason).__name__} {reason}."
        issues.append(warning("page_unreadable", problem, page))
        return Slide("", (), (), False)
    hidden_slide = part._element.get("show") in ("0", "false")
    title = ""
    titled: list[Piece] | None = None
    furniture: list[Piece] = []
    entries: list[tuple[Box, list[Piece]]] = []  # what is read in one go, and where
    for shape in shapes:
        hidden = shape.hidden or hidden_slide or _outside(shape.box, size)
        if shape.kind == "table":
            entries.append((shape.box, [_table_piece(shape, hidden)]))
        elif shape.kind == "text":
            pieces: list[Piece] = []
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
                    furniture.append(_as(piece, "furniture"))
                else:
                    pieces.append(piece)
            if shape.placeholder in TITLES and pieces and titled is None and not hidden:
                titled = pieces
            elif pieces:
                entries.append((_around([piece.box for piece in pieces]), pieces))
    frames = [shape.box for shape in shapes if shape.kind == "frame"]
    if titled is None:
        titled = _large_text(entries, size[1])
    order = visual_order([box for box, _ in entries], frames)
    body = [piece for index in order for piece in entries[index][1]]
    if titled:
        title = join_lines(piece.text for piece in titled)
        heading = Piece("heading", title, _around([piece.box for piece in titled]), 1, titled[0].hidden)
        body = [heading, *(piece for piece in body if not any(piece is used for used in titled))]
    return Slide(title, (*body, *furniture), notes, hidden_slide)


def _table_piece(shape: Any, hidden: bool) -> Piece:
    return Piece(
        "table",
        "\n".join(" | ".join(row) for row in shape.rows),
        shape.box,
        hidden=hidden,
        rows=shape.rows,
        header_rows=shape.header_rows,
        caption=shape.caption,
    )


def _large_text(entries: Sequence[tuple[Box, list[Piece]]], height: float) -> list[Piece] | None:
    """The title where it is a plain text box: consecutive paragraphs in the largest type of a box."""
    candidates: list[Candidate] = []
    runs: list[list[Piece]] = []
    for _, pieces in entries:
        seen = [piece for piece in pieces if not piece.hidden and piece.kind != "table"]
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
            candidates.append(Candidate(text, run[0].size, _around([piece.box for piece in run]), len(runs)))
            runs.append(run)
    chosen = title_of(candidates, height)
    return runs[chosen.index] if chosen is not None else None


def _notes(part: Any) -> tuple[str, ...]:
    from pptx.oxml.ns import qn

    from aisi_ingest.extract.shapes import paragraphs_of
    from aisi_ingest.extract.styles import placeholder_of

    out: list[str] = []
    for relation in part.rels.values():
        if relation.is_external or not relation.reltype.endswith("/notesSlide"):
            continue
        for shape in relation.target_part._element.iter(qn("p:sp")):
            ph = placeholder_of(shape)
            body = shape.find(qn("p:txBody"))
            if body is not None and (ph is None or ph.get("type") not in ("sldNum", "hdr", "ftr", "dt", "sldImg")):
                out += [paragraph.text for paragraph in paragraphs_of(body, [])]
    return tuple(out)


def _outside(box: Box, size: tuple[float, float]) -> bool:
    return box.x1 <= 0 or box.bottom <= 0 or box.x0 >= size[0] or box.top >= size[1]


def _at_edge(box: Box, size: tuple[float, float]) -> bool:
    return box.top > 0.85 * size[1] or box.bottom < 0.1 * size[1]


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )


def _as(piece: Piece, kind: str) -> Piece:
    return Piece(kind, piece.text, piece.box, None, piece.hidden)


def _without_running_text(slides: list[Slide], height: float) -> list[Slide]:
    """Texts that stand at the same edge of most slides are furniture: copyright lines, the deck's name."""
    seen: Counter[tuple[str, int, int]] = Counter()
    for slide in slides:
        seen.update({_running_key(piece) for piece in slide.pieces if _may_run(piece, height)})
    running = {key for key, count in seen.items() if count >= 3 and count > 0.5 * len(slides)}
    if not running:
        return slides
    out = []
    for slide in slides:
        kept = [p for p in slide.pieces if not (_may_run(p, height) and _running_key(p) in running)]
        gone = [_as(p, "furniture") for p in slide.pieces if _may_run(p, height) and _running_key(p) in running]
        out.append(Slide(slide.title, (*kept, *gone), slide.notes, slide.hidden))
    return out


def _may_run(piece: Piece, height: float) -> bool:
    edge = piece.box.top > 0.88 * height or piece.box.bottom < 0.1 * height
    return piece.kind in ("paragraph", "list_item") and edge and len(piece.text) < 120


def _running_key(piece: Piece) -> tuple[str, int, int]:
    return re.sub(r"\d+", "0", piece.text), round(piece.box.x0 / 10), round(piece.box.top / 10)


def _content(slides: Sequence[Slide], size: tuple[float, float]) -> Content:
    everything = " ".join(piece.text for slide in slides for piece in slide.pieces if piece.kind != "furniture")
    lang: Lang = language_of(everything)
    parents = series_of([slide.title for slide in slides])
    blocks: list[Block] = []
    sections: list[Section] = []
    tables: list[Table] = []
    for page, (slide, parent) in enumerate(zip(slides, parents, strict=True), 1):
        section = f"s{page}"
        number, title = split_number(slide.title)
        level = 1 if parent is None else 2
        sections.append(
            Section(section, title, level, (page, page), None if parent is None else f"s{parent + 1}", number)
        )
        for piece in slide.pieces:
            name = f"b{len(blocks) + 1}"
            kind = "title" if piece.kind == "heading" and page == 1 else piece.kind
            blocks.append(
                Block(
                    id=name,
                    page=page,
                    bbox=_rounded(piece.box),
                    kind=kind,  # type: ignore[arg-type]
                    text=piece.text,
                    lang=language_of(piece.text, lang),
                    section=None if kind == "furniture" else section,
                    level=level if kind == "heading" else piece.level,
                    hidden=piece.hidden,
                    origin=piece.origin,  # type: ignore[arg-type]
                )
            )
            if piece.kind == "table":
                tables.append(
                    Table(f"t{len(tables) + 1}", name, page, piece.rows, piece.header_rows, piece.caption)
                )
        for note in slide.notes:
            below = Box(0, size[1], size[0], size[1])  # notes stand on a page of their own
            blocks.append(Block(f"b{len(blocks) + 1}", page, below, "note", note, language_of(note, lang)))
    silent = [
        page
        for page, slide in enumerate(slides, 1)
        if not any(piece.text and piece.kind != "furniture" for piece in slide.pieces)
    ]
    return Content(
        kind="deck",
        form="pptx",
        lang=lang,
        title=next((slide.title for slide in slides if slide.title), ""),
        page_sizes=(size,) * len(slides),
        blocks=tuple(blocks),
        sections=tuple(sections),
        tables=tuple(tables),
        pages_without_text=tuple(silent),
        hidden_pages=tuple(page for page, slide in enumerate(slides, 1) if slide.hidden),
    )


def _rounded(box: Box) -> Box:
    return Box(round(box.x0, 1), round(box.top, 1), round(box.x1, 1), round(box.bottom, 1))

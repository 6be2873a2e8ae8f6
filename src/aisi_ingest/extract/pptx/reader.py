"""Read a PPTX file: shapes in reading order, titles as sections, tables, charts, SmartArt and speaker's notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisi_ingest.extract.ocr.picture_text import KnownLines, PictureTexts, nothing_known
from aisi_ingest.extract.pptx.package import open_package, warning
from aisi_ingest.extract.pptx.slide_draft import Draft, Size, draft_slide, finish_slide
from aisi_ingest.extract.slides.compose import compose
from aisi_ingest.extract.slides.piece import Entry
from aisi_ingest.extract.slides.titles import correct_titles
from aisi_ingest.model import Content, Issue, Result
from aisi_ingest.sandbox import no_gc
from aisi_ingest.text.unseen import unseen_characters

if TYPE_CHECKING:
    from aisi_ingest.extract.pptx.shapes import Shape
    from aisi_ingest.extract.pptx.styles import Templates

MANY_SLIDES = 1000
"""Number of slides above which a presentation gets a warning."""

_DEFAULT_SIZE = (720.0, 540.0)  # points: 4:3, the default of the schema


def read(path: Path, texts: PictureTexts | None = None) -> Result[Content]:
    """Read a presentation.

    Args:
        path: The file.
        texts: The text of its pictures; None: they are not part of the content.

    Returns:
        The content. If the file cannot be opened, the value is None and the issues contain an error: password_needed,
        not_a_pptx, damaged_file, too_large, xml_entities or part_missing. Warnings are part_missing and part_damaged
        (a slide or a picture), page_unreadable and many_slides.
    """
    with no_gc.paused():
        return _read(path, texts)


def recognise(path: Path, known: KnownLines = nothing_known, only_pages: bool = False) -> Result[PictureTexts]:
    """Recognise the text in the pictures of a presentation.

    Args:
        path: The file, which ``read`` has read.
        known: Finds the lines of pictures that were recognised before.
        only_pages: Recognise only pictures that are the only content of their slide.

    Returns:
        The texts, and issues of the pictures.
    """
    from aisi_ingest.extract.pptx.styles import Templates

    opened = open_package(path)
    if opened.value is None:
        return Result(None, opened.issues)
    element = opened.value.presentation._element
    templates = Templates(element)
    known_issues: list[Issue] = []  # ``read`` has reported them
    parts = _slide_parts(opened.value.presentation, known_issues)
    shapes = [_read_shapes(part, templates, page, known_issues) for page, part in enumerate(parts, 1)]
    if not _have_pictures(shapes):
        return Result(PictureTexts())
    from aisi_ingest.extract.pptx.pictures import find_pictures, read_metafiles, recognise_pictures

    _, pictures = read_metafiles(find_pictures(shapes, _slide_size(element)))
    return recognise_pictures(pictures, known, only_pages)


def _read(path: Path, texts: PictureTexts | None) -> Result[Content]:
    opened = open_package(path)
    if opened.value is None:
        return Result(None, opened.issues)
    issues = list(opened.issues)
    presentation = opened.value.presentation
    from aisi_ingest.extract.pptx.styles import Templates

    element = presentation._element
    size = _slide_size(element)
    parts = _slide_parts(presentation, issues)
    if len(parts) > MANY_SLIDES:
        issues.append(warning("many_slides", f"{path.name} has {len(parts)} slides; all were read."))
    templates = Templates(element)
    shapes = [_read_shapes(part, templates, page, issues) for page, part in enumerate(parts, 1)]
    picture_texts = _read_picture_texts(shapes, size, texts)
    drafts = []
    for page, (part, own) in enumerate(zip(parts, shapes, strict=True), 1):
        if _carries_unseen_text(part):
            issues.append(unseen_characters("slide", page))
        try:
            drafts.append(draft_slide(part, own, page, size, picture_texts.get(page, [])))
        except Exception as reason:  # as in _read_shapes
            issues.append(_unreadable(page, reason))
            drafts.append(Draft())
    titles = correct_titles([draft.title for draft in drafts], [draft.candidates for draft in drafts])
    slides = [finish_slide(draft, title) for draft, title in zip(drafts, titles, strict=True)]
    sizes = (size,) * len(slides)
    deck = compose(slides, sizes)
    content = Content(
        kind="deck",
        form="pptx",
        lang=deck.lang,
        title=next((slide.title for slide in slides if slide.title), "") or _document_title(presentation),
        page_sizes=sizes,
        blocks=deck.blocks,
        sections=deck.sections,
        tables=deck.tables,
        pages_without_text=deck.pages_without_text,
        hidden_pages=tuple(page for page, slide in enumerate(slides, 1) if slide.hidden),
        active_content=opened.value.active_content,
    )
    return Result(content, tuple(issues))


def _slide_size(presentation: Any) -> Size:
    from aisi_ingest.extract.pptx.xml_names import EMU, clark

    size = presentation.find(clark("p:sldSz"))
    if size is None:
        return _DEFAULT_SIZE
    try:
        width, height = int(size.get("cx")) / EMU, int(size.get("cy")) / EMU
    except (TypeError, ValueError):
        return _DEFAULT_SIZE
    return (width, height) if width > 0 and height > 0 else _DEFAULT_SIZE


def _slide_parts(presentation: Any, issues: list[Issue]) -> list[Any]:
    """Return the parts of the slides in their order. A missing slide gives None and an issue."""
    from aisi_ingest.extract.pptx.xml_names import clark

    out: list[Any] = []
    listed = presentation._element.find(clark("p:sldIdLst"))
    for page, entry in enumerate(listed if listed is not None else (), 1):
        try:
            part = presentation.related_part(entry.get(clark("r:id")))
            out.append(part if hasattr(part, "_element") else None)
        except Exception:  # there is no such part, or python-pptx cannot read it
            out.append(None)
        if out[-1] is None:
            issues.append(warning("part_missing", f"Slide {page} is missing from the file.", page))
    return out


def _document_title(presentation: Any) -> str:
    """Return the title in the document properties."""
    from aisi_ingest.text.normalise import normalise

    try:
        return normalise(presentation.package.core_properties.title or "").strip()
    except Exception:  # damaged properties must not cost the slides
        return ""


def _read_shapes(part: Any, templates: Templates, page: int, issues: list[Issue]) -> list[Shape]:
    from aisi_ingest.extract.pptx.shapes import shapes_of

    if part is None:
        return []
    try:
        return shapes_of(part, templates)
    except Exception as reason:  # unexpected elements and invalid numbers: the other slides can still be read
        issues.append(_unreadable(page, reason))
        return []


def _unreadable(page: int, reason: Exception) -> Issue:
    return warning("page_unreadable", f"Slide {page} could not be read: {type(reason).__name__} {reason}.", page)


def _have_pictures(shapes: Sequence[Sequence[Shape]]) -> bool:
    return any(shape.kind == "picture" for own in shapes for shape in own)


def _read_picture_texts(
    shapes: Sequence[Sequence[Shape]], size: Size, texts: PictureTexts | None
) -> dict[int, list[Entry]]:
    """Return the text in the pictures of all slides: that of metafiles, and what was recognised."""
    if not _have_pictures(shapes):
        return {}
    from aisi_ingest.extract.pptx.pictures import find_pictures, place_texts, read_metafiles

    out, pictures = read_metafiles(find_pictures(shapes, size))
    if texts is not None:
        for page, entries in place_texts(pictures, texts).items():
            out.setdefault(page, []).extend(entries)
    return out


def _carries_unseen_text(part: Any) -> bool:
    """Return whether invisible characters on a slide or its notes page carry a text."""
    from aisi_ingest.text.normalise import carries_unseen_text

    if part is None:
        return False
    notes = [r.target_part for r in part.rels.values() if not r.is_external and r.reltype.endswith("/notesSlide")]
    roots = (getattr(each, "_element", None) for each in (part, *notes))
    return any(carries_unseen_text("".join(root.itertext())) for root in roots if root is not None)

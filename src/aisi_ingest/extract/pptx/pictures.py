"""Read the text inside the pictures of a PPTX file: choose the pictures, decode them, and recognise their text."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aisi_ingest.extract.geometry import area, box_height, box_width
from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.picture_text import KnownLines, PictureText, PictureTexts, nothing_known
from aisi_ingest.extract.ocr.recogniser import Recogniser, certain_lines
from aisi_ingest.extract.ocr.thresholds import (
    MEGAPIXEL_BUDGET,
    MINIMUM_COVERAGE,
    MINIMUM_HEIGHT,
    MINIMUM_SHARE,
    MINIMUM_WIDTH,
    PIXELS_PER_POINT,
    REPEATED_PAGES,
)
from aisi_ingest.extract.slides.piece import Entry, Piece
from aisi_ingest.model import Box, HiddenReason, Issue, Result
from aisi_ingest.sandbox import bad_pages

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image
    from aisi_ingest.extract.pptx.shapes import Shape

_MINIMUM_SIDE = 64  # pixels of the longer side of a decoded picture


class Picture(Struct, frozen=True, eq=False):
    """A picture on a slide that may contain text.

    Attributes:
        page: Number of the slide, from 1.
        box: Position on the slide, in points.
        part: A ``pptx.parts.image.ImagePart``.
        crop: Shares of the picture that are cut off at the left, top, right and bottom.
        is_page: Whether the picture is the only content of its slide.
        reason: Why nobody sees the picture, None if it can be seen.
    """

    page: int
    box: Box
    part: Any
    crop: tuple[float, float, float, float]
    is_page: bool
    reason: HiddenReason | None


def find_pictures(slides: Sequence[Sequence[Shape]], size: tuple[float, float]) -> list[Picture]:
    """Choose the pictures that may contain text: large enough, and not repeated on three or more slides.

    Args:
        slides: The shapes of each slide.
        size: Width and height of the slides, in points.
    """
    slide_count = Counter(
        str(part) for shapes in slides for part in {shape.picture.partname for shape in shapes if shape.picture}
    )
    out = []
    for page, shapes in enumerate(slides, 1):
        has_text = any(shape.kind in ("text", "table") for shape in shapes)
        for shape in shapes:
            if shape.picture is None or slide_count[str(shape.picture.partname)] >= REPEATED_PAGES:
                continue
            visible = _visible_part(shape.box, size)
            share = area(visible) / (size[0] * size[1])
            large_enough = box_width(visible) >= MINIMUM_WIDTH and box_height(visible) >= MINIMUM_HEIGHT
            if large_enough and share >= MINIMUM_SHARE:
                is_page = not has_text and share >= MINIMUM_COVERAGE
                out.append(Picture(page, shape.box, shape.picture, shape.crop, is_page, shape.reason))
    return out


def read_metafiles(pictures: Sequence[Picture]) -> tuple[dict[int, list[Entry]], list[Picture]]:
    """Read the EMF and WMF drawings among the pictures, which store their text as text.

    Returns:
        The texts by page, and the pictures without such text.
    """
    from aisi_ingest.extract.pptx.metafile import metafile_lines

    out: dict[int, list[Entry]] = {}
    rest: list[Picture] = []
    lines_of: dict[str, list[str]] = {}
    for picture in pictures:
        name = str(picture.part.partname)
        if name not in lines_of:
            content = picture.part.blob if name.lower().endswith((".emf", ".wmf")) else b""
            lines_of[name] = metafile_lines(content)
        if lines_of[name]:
            pieces = [
                Piece("figure_text", line, picture.box, hidden=picture.reason is not None, hidden_reason=picture.reason)
                for line in lines_of[name]
            ]
            out.setdefault(picture.page, []).append((picture.box, pieces))
        else:
            rest.append(picture)
    return out, rest


def _visible_part(box: Box, size: tuple[float, float]) -> Box:
    """Return the part of a box that is on the slide."""
    x0, top = max(0.0, box.x0), max(0.0, box.top)
    return Box(x0, top, max(x0, min(size[0], box.x1)), max(top, min(size[1], box.bottom)))


def recognise_pictures(
    pictures: Sequence[Picture], known: KnownLines = nothing_known, only_pages: bool = False
) -> Result[PictureTexts]:
    """Recognise the text of pictures by OCR.

    Args:
        pictures: The pictures.
        known: Finds the lines of pictures that were recognised before.
        only_pages: Recognise only pictures that are the only content of their slide.

    Returns:
        The texts; and issues: ocr_missing, picture_too_large, picture_unreadable, picture_not_drawn or ocr_limit.
    """
    pictures = [picture for picture in pictures if picture.is_page or not only_pages]
    if pictures and not engine.available():
        pages = [picture.page for picture in pictures if picture.is_page]
        others = [picture.page for picture in pictures if not picture.is_page]
        return Result(PictureTexts(), tuple(engine.missing_issues(pages, others)))
    issues: list[Issue] = []
    spent, skipped = 0.0, []  # megapixels, pages
    recogniser = Recogniser(known)
    seen: set[_Key] = set()
    found: list[PictureText] = []
    for done, picture in enumerate(_largest_first(pictures)):
        bad_pages.note_progress(done, len(pictures))
        if _key_of(picture) in seen:
            continue
        image, issue = decode_picture(picture)
        if issue is not None:
            issues.append(issue)
        if image is None or not (picture.is_page or engine.looks_like_text(image)):
            seen.add(_key_of(picture))
            continue
        spent += image.shape[0] * image.shape[1] / 1e6
        if spent > MEGAPIXEL_BUDGET:
            skipped.append(picture.page)
            continue
        seen.add(_key_of(picture))
        digest, lines = recogniser.read(image)
        size = (image.shape[1], image.shape[0])
        found.append(PictureText(digest, size, lines, part=_key_of(picture)[0], crop=picture.crop))
    if skipped:
        message = (
            f"Pictures on {len(set(skipped))} slides were not read: the document has more pictures of text than the "
            "limit of one document allows."
        )
        issues.append(Issue("extract", "warning", "ocr_limit", message, min(skipped)))
    return Result(PictureTexts(tuple(found)), tuple(issues))


_Key = tuple[str, tuple[float, ...]]  # what identifies a picture: its part, and what is cut off


def _key_of(picture: Picture) -> _Key:
    return str(picture.part.partname), picture.crop


def _largest_first(pictures: Sequence[Picture]) -> list[Picture]:
    """Sort pictures: a picture that a deck shows twice is read where it is largest."""
    return sorted(pictures, key=lambda picture: (not picture.is_page, -area(picture.box), picture.page))


def place_texts(pictures: Sequence[Picture], texts: PictureTexts) -> dict[int, list[Entry]]:
    """Return the recognised texts by page, each at the place of its picture."""
    by_key: dict[_Key, PictureText] = {(text.part, text.crop): text for text in texts.pictures}
    out: dict[int, list[Entry]] = {}
    for picture in _largest_first(pictures):
        text = by_key.get(_key_of(picture))
        pieces = _pieces(picture, text) if text else []
        if pieces:
            out.setdefault(picture.page, []).append((picture.box, pieces))
    return out


def decode_picture(picture: Picture) -> tuple[Image | None, Issue | None]:
    """Decode a picture: cropped as on the slide, on white, and no larger than it is read.

    Returns:
        The pixels, None if there are none; and an issue: picture_too_large, picture_not_drawn or picture_unreadable.
    """
    import numpy as np
    from PIL import Image as Pillow

    place = f"A picture on slide {picture.page}"
    try:
        with Pillow.open(io.BytesIO(picture.part.blob)) as image:
            width, height = image.size
            if width * height > engine.MAXIMUM_PIXELS:
                message = f"{place} has {width} by {height} pixels and was not read."
                return None, Issue("extract", "warning", "picture_too_large", message, picture.page)
            if image.format in ("EMF", "WMF"):  # these contain no pixels; Pillow can render them only on Windows
                message = f"{place} is a {image.format} drawing; its text was not read."
                return None, Issue("extract", "warning", "picture_not_drawn", message, picture.page)
            left, top, right, bottom = picture.crop
            kept = (
                round(left * width),
                round(top * height),
                round((1 - right) * width),
                round((1 - bottom) * height),
            )
            if kept[0] >= kept[2] or kept[1] >= kept[3]:
                return None, None
            shown = image.crop(kept) if any(picture.crop) else image
            longest_side = max(box_width(picture.box), box_height(picture.box))
            limit = max(_MINIMUM_SIDE, min(engine.LONGEST_SIDE, round(PIXELS_PER_POINT * longest_side)))
            transparent = shown.convert("RGBA")
            transparent.thumbnail((limit, limit))
            background = Pillow.new("RGBA", transparent.size, "white")
            background.alpha_composite(transparent)
            return np.ascontiguousarray(np.asarray(background.convert("RGB"))), None
    except Pillow.DecompressionBombError:
        message = f"{place} has more than {engine.MAXIMUM_PIXELS // 1_000_000} million pixels and was not read."
        return None, Issue("extract", "warning", "picture_too_large", message, picture.page)
    except (OSError, ValueError, SyntaxError, MemoryError) as reason:
        message = f"{place} cannot be decoded ({type(reason).__name__}) and was not read."
        return None, Issue("extract", "info", "picture_unreadable", message, picture.page)


def _pieces(picture: Picture, recognised: PictureText) -> list[Piece]:
    """Return the text of a picture as paragraphs in points of the slide."""
    from aisi_ingest.extract.ocr.page_text import split_into_paragraphs

    box = picture.box
    x_scale, y_scale = box_width(box) / recognised.size[0], box_height(box) / recognised.size[1]
    lines = [
        engine.TextLine(
            line.text,
            line.score,
            box.x0 + line.x0 * x_scale,
            box.top + line.top * y_scale,
            box.x0 + line.x1 * x_scale,
            box.top + line.bottom * y_scale,
        )
        for line in certain_lines(recognised.lines, picture.is_page)
    ]
    return [
        Piece(
            "paragraph" if picture.is_page else "figure_text",
            paragraph.text,
            paragraph.box,
            hidden=picture.reason is not None,
            hidden_reason=picture.reason,
            size=paragraph.size,
            origin="ocr",
        )
        for paragraph in split_into_paragraphs(lines)
    ]

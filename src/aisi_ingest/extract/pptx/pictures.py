"""Text inside the pictures of a PPTX: which are read, and what they say."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.thresholds import BUDGET, COVERED, DENSITY, HEIGHT, REPEATED, SHARE, WIDTH
from aisi_ingest.extract.slides.compose import Piece, around
from aisi_ingest.model import Box, Issue

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image, TextLine
    from aisi_ingest.extract.pptx.shapes import Shape


class Picture(Struct, frozen=True, eq=False):
    """A picture on a slide that may hold text. ``whole``: the slide says nothing else."""

    page: int
    box: Box
    part: Any  # pptx.parts.image.ImagePart
    crop: tuple[float, float, float, float]  # shares cut off at the left, top, right and bottom
    whole: bool
    hidden: bool


def pictures_of(slides: Sequence[Sequence[Shape]], size: tuple[float, float]) -> list[Picture]:
    """The pictures to read: large enough, and not the same on three slides and more."""
    shown = Counter(
        str(part) for shapes in slides for part in {shape.picture.partname for shape in shapes if shape.picture}
    )
    out = []
    for page, shapes in enumerate(slides, 1):
        silent = not any(shape.kind in ("text", "table") for shape in shapes)
        for shape in shapes:
            box = _on_slide(shape.box, size)
            wide, high = box.x1 - box.x0, box.bottom - box.top
            share = wide * high / (size[0] * size[1])
            if shape.picture is None or shown[str(shape.picture.partname)] >= REPEATED:
                continue
            if wide >= WIDTH and high >= HEIGHT and share >= SHARE:
                whole = silent and share >= COVERED
                out.append(Picture(page, shape.box, shape.picture, shape.crop, whole, shape.hidden))
    return out


def words_of_drawings(
    pictures: Sequence[Picture],
) -> tuple[dict[int, list[tuple[Box, list[Piece]]]], list[Picture]]:
    """Page to what its EMF and WMF drawings say, which carry their text as text; and the pictures that are left."""
    from aisi_ingest.extract.pptx.metafile import lines_in

    out: dict[int, list[tuple[Box, list[Piece]]]] = {}
    rest: list[Picture] = []
    known: dict[str, list[str]] = {}
    for picture in pictures:
        name = str(picture.part.partname)
        if name not in known:
            content = picture.part.blob if name.lower().endswith((".emf", ".wmf")) else b""
            known[name] = lines_in(content)
        if known[name]:
            pieces = [Piece("figure_text", line, picture.box, hidden=picture.hidden) for line in known[name]]
            out.setdefault(picture.page, []).append((picture.box, pieces))
        else:
            rest.append(picture)
    return out, rest


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)


def _on_slide(box: Box, size: tuple[float, float]) -> Box:
    x0, top = max(0.0, box.x0), max(0.0, box.top)
    return Box(x0, top, max(x0, min(size[0], box.x1)), max(top, min(size[1], box.bottom)))


def read_pictures(pictures: Sequence[Picture]) -> tuple[dict[int, list[tuple[Box, list[Piece]]]], list[Issue]]:
    """Page to what its pictures say, each with its place; and what could not be read.

    Issues: ocr_missing, picture_too_large, picture_unreadable, picture_not_drawn, ocr_limit.
    """
    issues: list[Issue] = []
    out: dict[int, list[tuple[Box, list[Piece]]]] = {}
    if not pictures:
        return out, issues
    if not engine.available():
        whole = sorted({picture.page for picture in pictures if picture.whole})
        rest = sorted({picture.page for picture in pictures if not picture.whole})
        issues += [engine.missing(whole, "pages")] if whole else []
        issues += [engine.missing(rest, "pictures on pages")] if rest else []
        return out, issues
    spent, late = 0.0, []
    known: dict[tuple[str, tuple[float, ...]], tuple[tuple[int, int], list[TextLine]]] = {}
    # What a deck shows twice is read where it is largest.
    for picture in sorted(pictures, key=lambda picture: (not picture.whole, -_area(picture.box), picture.page)):
        key = (str(picture.part.partname), picture.crop)
        if key not in known:
            image, issue = decoded(picture)
            if issue is not None:
                issues.append(issue)
            if image is None or not (picture.whole or engine.looks_like_text(image)):
                known[key] = ((1, 1), [])
                continue
            spent += image.shape[0] * image.shape[1] / 1e6
            if spent > BUDGET:
                late.append(picture.page)
                continue
            lines = engine.read_image(image, engine.PAGE_FLOOR if picture.whole else engine.FLOOR)
            known[key] = ((image.shape[1], image.shape[0]), lines)
        pieces = _pieces(picture, *known[key])
        if pieces:
            out.setdefault(picture.page, []).append((picture.box, pieces))
    if late:
        message = f"{len(set(late))} slides have more pictures of text than are read of one document."
        issues.append(Issue("extract", "warning", "ocr_limit", message, min(late)))
    return out, issues


def decoded(picture: Picture) -> tuple[Image | None, Issue | None]:
    """The picture's pixels, cropped as shown, not larger than is read."""
    import numpy as np
    from PIL import Image as Pillow

    place = f"A picture on slide {picture.page}"
    try:
        with Pillow.open(io.BytesIO(picture.part.blob)) as image:
            wide, high = image.size
            if wide * high > engine.MAXIMUM_PIXELS:
                message = f"{place} has {wide} by {high} pixels and was not read."
                return None, Issue("extract", "warning", "picture_too_large", message, picture.page)
            if image.format in ("EMF", "WMF"):  # drawings, not pixels; drawn on Windows alone
                message = f"{place} is a {image.format} drawing; its text was not read."
                return None, Issue("extract", "warning", "picture_not_drawn", message, picture.page)
            left, top, right, bottom = picture.crop
            kept = (round(left * wide), round(top * high), round((1 - right) * wide), round((1 - bottom) * high))
            if kept[0] >= kept[2] or kept[1] >= kept[3]:
                return None, None
            shown = image.crop(kept) if any(picture.crop) else image
            box = picture.box
            longest = min(engine.LONGEST_SIDE, round(DENSITY * max(box.x1 - box.x0, box.bottom - box.top)))
            clear = shown.convert("RGBA")
            clear.thumbnail((max(longest, 64), max(longest, 64)))
            ground = Pillow.new("RGBA", clear.size, "white")
            ground.alpha_composite(clear)
            return np.ascontiguousarray(np.asarray(ground.convert("RGB"))), None
    except Pillow.DecompressionBombError:
        message = f"{place} has more than {engine.MAXIMUM_PIXELS // 1_000_000} million pixels and was not read."
        return None, Issue("extract", "warning", "picture_too_large", message, picture.page)
    except (OSError, ValueError, SyntaxError, MemoryError) as reason:
        message = f"{place} cannot be decoded ({type(reason).__name__}) and was not read."
        return None, Issue("extract", "info", "picture_unreadable", message, picture.page)


def _pieces(picture: Picture, pixels: tuple[int, int], read: Sequence[TextLine]) -> list[Piece]:
    from aisi_ingest.extract.ocr.page_text import paragraphs_in

    box = picture.box
    x_scale, y_scale = (box.x1 - box.x0) / pixels[0], (box.bottom - box.top) / pixels[1]
    lines = [
        engine.TextLine(
            line.text,
            line.score,
            box.x0 + line.x0 * x_scale,
            box.top + line.top * y_scale,
            box.x0 + line.x1 * x_scale,
            box.top + line.bottom * y_scale,
        )
        for line in read
    ]
    return [
        Piece(
            "paragraph" if picture.whole else "figure_text",
            paragraph.text,
            around([paragraph.box]),
            hidden=picture.hidden,
            size=paragraph.size,
            origin="ocr",
        )
        for paragraph in paragraphs_in(lines)
    ]

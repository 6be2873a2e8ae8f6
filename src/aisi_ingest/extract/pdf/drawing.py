"""Read what a page draws besides text: lines, frames, fills, curves and pictures.

Tables, underlines, boxes and page frames are detected from these. Coordinates are those of ``document``.
"""

from __future__ import annotations

import ctypes
import functools
from collections import deque
from collections.abc import Mapping
from itertools import compress, pairwise, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from msgspec import Struct

from aisi_ingest.extract.pdf.page import CURVE, FILL, IMAGE, LINE, RECT, RULE
from aisi_ingest.extract.pdf.pdfium import UNCHECKED, C, pointer

if TYPE_CHECKING:
    import numpy.typing as npt  # takes 20 ms to import

    from aisi_ingest.extract.pdf.page import View


_TEXT, _PATH, _IMAGE_OBJECT, _SHADING, _FORM = 1, 2, 3, 4, 5  # object types, fpdf_edit.h
_MOVE = 2  # segment type, fpdf_edit.h; 0 is a line, 1 a Bézier curve
_CHUNK = 256  # segments read in one call
_MAX_SEGMENTS = 20_000  # read on one page; maps and plots have more, and no tables
_MAX_DEPTH = 16  # nested form XObjects
_MAX_COORDINATE = 1e5  # points; broken files contain numbers of any size

# Tuned on the borders and boxes that word processors draw; in points.
_THIN = 3.0  # a filled box up to this thickness is a line: borders up to 3 pt are often drawn as fills
_STRAIGHT = 0.2  # a side is horizontal or vertical if its ends differ by less than this
_MIN_FRAME = 0.5  # a stroked rectangle that is thinner is a line drawn twice
_BOX_SIDES = 4
_BOX_SEGMENTS = 5  # a move and four sides

_UNKNOWN_COLOR = 0x808080FF  # something is drawn, but in a pattern or an unknown colour space

Matrix = tuple[float, float, float, float, float, float]
Row = tuple[float, float, float, float, int, int, float, int]  # the fields of RULE
Sides = tuple[float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_EVERYTHING: Sides = (-_MAX_COORDINATE, -_MAX_COORDINATE, _MAX_COORDINATE, _MAX_COORDINATE)
_NOTHING: Sides = (_MAX_COORDINATE, _MAX_COORDINATE, -_MAX_COORDINATE, -_MAX_COORDINATE)


def times(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that applies ``first`` and then ``second``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


class _Buffers:
    """Memory that PDFium writes into, and its addresses, created once."""

    def __init__(self) -> None:
        self.floats = (ctypes.c_float * 6)()
        self.ints = (ctypes.c_uint * 4)()
        self.float_at = [ctypes.addressof(self.floats) + 4 * i for i in range(6)]
        self.points = (ctypes.c_float * (2 * _CHUNK))()
        start = ctypes.addressof(self.points)
        self.x_at = list(map(pointer, range(start, start + 8 * _CHUNK, 8)))
        self.y_at = list(map(pointer, range(start + 4, start + 4 + 8 * _CHUNK, 8)))
        self.int_at = [ctypes.addressof(self.ints) + 4 * i for i in range(4)]


_buffers = functools.cache(_Buffers)


class Drawn(Struct, frozen=True, eq=False):
    """What a page draws besides its characters, and what the file says about how its text objects are drawn.

    Text objects are given by their drawing order.

    Attributes:
        rules: Lines, frames, fills, curves and pictures (dtype RULE) in drawing order.
        in_forms: Text inside form XObjects.
        clips: Text that a clipping path cuts, with the box (x0, top, x1, bottom; points) outside of which it is cut.
            Nothing is inside the box of a path that is no rectangle.
        blended: Text with a soft mask, a blend mode or an alpha value, of its own or of its form.
    """

    rules: npt.NDArray[np.void]
    in_forms: frozenset[int]
    clips: Mapping[int, Sides]
    blended: frozenset[int]


class _Holder(NamedTuple):
    """A page or form XObject whose objects are read."""

    handle: int
    length: int  # number of its objects
    get: Any  # PDFium's function that returns the handle of an object by holder and index
    matrix: Matrix  # from the holder's coordinates to user space
    depth: int  # how many forms enclose the objects; 0 on the page itself
    blended: bool  # a form around the objects has a soft mask, a blend mode or an alpha value


class _Reader:
    """Collect the rules of one page while walking over its objects."""

    def __init__(self, view: View, orders: dict[int, int]) -> None:
        self.view = view
        self.orders = orders  # from the handle of a text object to its drawing order
        self.in_forms: set[int] = set()
        self.clips: dict[int, Sides] = {}
        self.blended: set[int] = set()
        self.rows: list[Row] = []
        self.segments_left = _MAX_SEGMENTS
        self.order = 0
        memory = _buffers()
        self.floats, self.ints, self.points = memory.floats, memory.ints, memory.points
        self.float_at, self.int_at, self.x_at, self.y_at = memory.float_at, memory.int_at, memory.x_at, memory.y_at

    def walk(self, holder: _Holder) -> None:
        """Read the objects of a page, or of a form XObject and the forms inside it."""
        objects = list(map(holder.get, repeat(pointer(holder.handle)), range(holder.length)))
        at = list(map(pointer, objects))
        kinds = list(map(UNCHECKED.FPDFPageObj_GetType, at))
        texts: list[int] = []
        matrix, orders, order = holder.matrix, self.orders, self.order
        for handle, kind in zip(objects, kinds, strict=True):
            order += 1
            if kind == _TEXT:
                orders[handle] = order
                texts.append(handle)
                continue
            self.order = order
            if kind == _PATH:
                self.path(handle, matrix)
            elif kind in (_IMAGE_OBJECT, _SHADING):
                self.picture(handle, kind, matrix)
            elif kind == _FORM and holder.depth < _MAX_DEPTH:
                inside = C.FPDFFormObj_CountObjects(handle)
                if inside > 0:
                    get, inner = UNCHECKED.FPDFFormObj_GetObject, times(self.matrix(handle), matrix)
                    blended = holder.blended or bool(C.FPDFPageObj_HasTransparency(handle))
                    self.walk(_Holder(handle, inside, get, inner, holder.depth + 1, blended))
                    order = self.order
        self.order = order
        if texts:
            self.texts(texts, [one for one, kind in zip(at, kinds, strict=True) if kind == _TEXT], holder)

    def texts(self, handles: list[int], at: list[Any], holder: _Holder) -> None:
        """Read how text objects, given by their handles and as pointers, are clipped and blended."""
        orders = [self.orders[handle] for handle in handles]
        if holder.depth:
            self.in_forms.update(orders)
        if holder.blended:
            self.blended.update(orders)
        else:
            self.blended.update(compress(orders, map(UNCHECKED.FPDFPageObj_HasTransparency, at)))
        # PDFium removes a rectangular clipping path from objects that it does not cut: few have one here.
        paths = list(map(UNCHECKED.FPDFPageObj_GetClipPath, at))
        counts = list(map(UNCHECKED.FPDFClipPath_CountPaths, map(pointer, paths)))
        if max(counts) <= 0:
            return
        seen: dict[tuple[int, ...], Sides] = {}  # by the addresses of the paths, which objects share
        for order, path, count in zip(orders, paths, counts, strict=True):
            if count > 0:
                key = tuple(C.FPDFClipPath_GetPathSegment(path, i, 0) for i in range(count))
                if key not in seen:
                    seen[key] = self.clip(path, count, holder.matrix)
                self.clips[order] = seen[key]

    def clip(self, path: int, count: int, matrix: Matrix) -> Sides:
        """Return the box that all ``count`` parts of a clipping path leave; an empty box if one is no rectangle."""
        box = _EVERYTHING
        for i in range(count):
            segments = C.FPDFClipPath_CountPathSegments(path, i)
            if segments not in (_BOX_SIDES, _BOX_SEGMENTS):
                return _NOTHING
            found = [pointer(C.FPDFClipPath_GetPathSegment(path, i, k)) for k in range(segments)]
            [(points, curved, _)] = self.subpaths(found, matrix) or [([], True, False)]
            xs, ys = self.view.points(np.array([x for x, _ in points]), np.array([y for _, y in points]))
            if curved or not _is_rectangle(xs.tolist(), ys.tolist()):
                return _NOTHING
            inner = float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())
            box = max(box[0], inner[0]), max(box[1], inner[1]), min(box[2], inner[2]), min(box[3], inner[3])
        return box

    def matrix(self, handle: int) -> Matrix:
        """Return an object's own matrix; the identity if it has none."""
        if not C.FPDFPageObj_GetMatrix(handle, self.float_at[0]):
            return _IDENTITY
        a, b, c, d, e, f = self.floats
        return (a, b, c, d, e, f)

    def color(self, call: Any, handle: int) -> int:
        """Return the colour that ``call`` reads for an object, as 0xRRGGBBAA."""
        if not call(handle, *self.int_at):
            return _UNKNOWN_COLOR
        red, green, blue, alpha = self.ints
        return int(red << 24 | green << 16 | blue << 8 | alpha)

    def add(self, x0: float, y0: float, x1: float, y1: float, kind: int, color: int, width: float) -> None:
        """Add a rule between two opposite corners in user space, unless its coordinates are impossible."""
        ax, ay = self.view.points(x0, y0)
        bx, by = self.view.points(x1, y1)
        if ax > bx:
            ax, bx = bx, ax
        if ay > by:
            ay, by = by, ay
        limit = _MAX_COORDINATE
        if not (-limit < ax <= bx < limit and -limit < ay <= by < limit):
            return
        self.rows.append((ax, ay, bx, by, kind, color, width, self.order))

    def picture(self, handle: int, kind: int, outer: Matrix) -> None:
        """Add a picture, or the area of a shading as a fill."""
        if kind == _SHADING:
            f = self.float_at
            if C.FPDFPageObj_GetBounds(handle, f[0], f[1], f[2], f[3]):
                x0, y0, x1, y1 = self.floats[:4]
                xs, ys = _corners(x0, y0, x1, y1, outer)
                self.add(min(xs), min(ys), max(xs), max(ys), FILL, _UNKNOWN_COLOR, 0)
            return
        xs, ys = _corners(0, 0, 1, 1, times(self.matrix(handle), outer))
        self.add(min(xs), min(ys), max(xs), max(ys), IMAGE, _UNKNOWN_COLOR, 0)

    def path(self, handle: int, outer: Matrix) -> None:
        """Add the rules of a path object."""
        if not C.FPDFPath_GetDrawMode(handle, self.int_at[0], self.int_at[1]):
            return
        filled, stroked = self.ints[0] != 0, self.ints[1] != 0
        if not filled and not stroked:
            return
        count = C.FPDFPath_CountSegments(handle)
        if count <= 0:
            return
        fill = self.color(C.FPDFPageObj_GetFillColor, handle) if filled else 0
        if filled and not stroked and count <= _BOX_SEGMENTS and self.thin_fill(handle, fill, outer):
            return
        matrix = times(self.matrix(handle), outer)
        stroke = self.color(C.FPDFPageObj_GetStrokeColor, handle) if stroked else 0
        width = 0.0
        if stroked and C.FPDFPageObj_GetStrokeWidth(handle, self.float_at[0]):
            a, b, c, d = matrix[:4]
            width = float(self.floats[0]) * abs(a * d - b * c) ** 0.5
        self.segments_left -= count
        if self.segments_left < 0:
            f = self.float_at
            if C.FPDFPageObj_GetBounds(handle, f[0], f[1], f[2], f[3]):
                x0, y0, x1, y1 = self.floats[:4]
                xs, ys = _corners(x0, y0, x1, y1, outer)
                self.add(min(xs), min(ys), max(xs), max(ys), CURVE, fill or stroke, width)
            return
        segments = [pointer(at) for at in map(UNCHECKED.FPDFPath_GetPathSegment, repeat(pointer(handle)), range(count))]
        for points, curved, closed in self.subpaths(segments, matrix):
            self.subpath(points, curved, closed, fill if filled else None, stroke if stroked else None, width)

    def thin_fill(self, handle: int, fill: int, outer: Matrix) -> bool:
        """Add a fill as a line if its bounds are thin, without reading its segments; return False otherwise.

        Most paths in the output of word processors are borders of this kind.
        """
        f = self.float_at
        if not C.FPDFPageObj_GetBounds(handle, f[0], f[1], f[2], f[3]):
            return False
        x0, y0, x1, y1 = self.floats[:4]
        if outer is not _IDENTITY:
            xs, ys = _corners(x0, y0, x1, y1, outer)
            x0, y0, x1, y1 = min(xs), min(ys), max(xs), max(ys)
        thickness = min(x1 - x0, y1 - y0)
        if not 0 <= thickness <= _THIN or max(x1 - x0, y1 - y0) <= thickness:
            return False
        self.add(x0, y0, x1, y1, LINE, fill, thickness)
        return True

    def subpaths(self, segments: list[Any], matrix: Matrix) -> list[tuple[list[tuple[float, float]], bool, bool]]:
        """Return the parts of a path: their points in user space, whether curved, and whether closed."""
        a, b, c, d, e, f = matrix
        count = len(segments)
        kinds = list(map(UNCHECKED.FPDFPathSegment_GetType, segments))
        closes = list(map(UNCHECKED.FPDFPathSegment_GetClose, segments))
        points: list[tuple[float, float]] = []
        for start in range(0, count, _CHUNK):
            part = segments[start : start + _CHUNK]
            deque(map(UNCHECKED.FPDFPathSegment_GetPoint, part, self.x_at, self.y_at), maxlen=0)
            flat = self.points[: 2 * min(_CHUNK, count - start)]
            points += [(a * x + c * y + e, b * x + d * y + f) for x, y in zip(flat[::2], flat[1::2], strict=True)]
        starts = [i for i, kind in enumerate(kinds) if kind == _MOVE or i == 0]
        return [
            (points[i:j], 1 in kinds[i:j], 1 in closes[i:j]) for i, j in zip(starts, [*starts[1:], count], strict=True)
        ]

    def subpath(
        self,
        points: list[tuple[float, float]],
        curved: bool,
        closed: bool,
        fill: int | None,
        stroke: int | None,
        width: float,
    ) -> None:
        """Add one part of a path as lines, a frame, a fill or a curve.

        Args:
            points: In user space.
            curved: A Bézier curve is among the segments.
            closed: The last point is joined to the first.
            fill: Fill colour; None if the path is not filled.
            stroke: Stroke colour; None if the path is not stroked.
            width: Stroke width in points.
        """
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        if curved:
            self.add(x0, y0, x1, y1, CURVE, fill if fill is not None else stroke or 0, width)
            return
        sides = list(pairwise(points))
        if (closed or fill is not None) and points[0] != points[-1]:
            sides.append((points[-1], points[0]))
        near = _STRAIGHT
        straight = all([abs(p[0] - q[0]) < near or abs(p[1] - q[1]) < near for p, q in sides])
        corners = all([(x - x0 < near or x1 - x < near) and (y - y0 < near or y1 - y < near) for x, y in points])
        if fill is not None:
            thickness = min(x1 - x0, y1 - y0)
            if not straight or not corners:
                self.add(x0, y0, x1, y1, CURVE, fill, 0)
            elif thickness <= _THIN and max(x1 - x0, y1 - y0) > thickness:
                self.add(x0, y0, x1, y1, LINE, fill, thickness)
            else:
                self.add(x0, y0, x1, y1, FILL, fill, 0)
        if stroke is not None:
            if straight and corners and len(sides) >= _BOX_SIDES and min(x1 - x0, y1 - y0) > _MIN_FRAME:
                self.add(x0, y0, x1, y1, RECT, stroke, width)
            else:
                for (px, py), (qx, qy) in sides:
                    slanted = abs(px - qx) >= near and abs(py - qy) >= near
                    self.add(px, py, qx, qy, CURVE if slanted else LINE, stroke, width)


def _corners(x0: float, y0: float, x1: float, y1: float, matrix: Matrix) -> tuple[list[float], list[float]]:
    """Return x and y of the four corners of a box after ``matrix``."""
    a, b, c, d, e, f = matrix
    pairs = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)]
    return [a * x + c * y + e for x, y in pairs], [b * x + d * y + f for x, y in pairs]


def _is_rectangle(xs: list[float], ys: list[float]) -> bool:
    """Return whether the corners of a path are those of an upright rectangle."""
    sides = zip(zip(xs, ys, strict=True), zip((*xs[1:], xs[0]), (*ys[1:], ys[0]), strict=True), strict=True)
    return all(abs(p[0] - q[0]) < _STRAIGHT or abs(p[1] - q[1]) < _STRAIGHT for p, q in sides)


def read_drawing(page: int, view: View, orders: dict[int, int]) -> Drawn:
    """Read what an open page draws, and the drawing order of its text objects.

    Args:
        page: PDFium's handle of the page.
        view: The page's view.
        orders: Is filled with the drawing order of each text object, by the object's handle.
    """
    reader = _Reader(view, orders)
    count = C.FPDFPage_CountObjects(page)
    reader.walk(_Holder(page, count, UNCHECKED.FPDFPage_GetObject, _IDENTITY, 0, False))
    rules = np.array(reader.rows, RULE)
    return Drawn(rules, frozenset(reader.in_forms), reader.clips, frozenset(reader.blended))

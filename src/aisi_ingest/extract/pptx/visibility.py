"""Detect text on a slide that a viewer cannot see, from sizes, colours, and the order in which shapes are drawn.

Nothing is drawn here. A text counts as invisible only if everything that matters is known: the colour of the text, and
all that may be behind it. A picture, a gradient or a colour that this module does not understand leaves the text
visible.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lxml import etree
from msgspec import Struct

from aisi_ingest.extract.geometry import contains, intersects
from aisi_ingest.extract.pptx.colours import FILLS, Colour, Theme
from aisi_ingest.extract.pptx.runs import Judge
from aisi_ingest.extract.pptx.styles import inherited_size, size_of_run
from aisi_ingest.extract.pptx.xml_names import clark, number_attribute
from aisi_ingest.model import Box, HiddenReason

_SPECK = 1.5  # points: nobody reads smaller type. The smallest type on the slides at hand has 4 points
_SIMILAR = 16  # difference of a text from its background, 0 to 255 in the channel that differs most
_FAINT = 0.1  # opacity of text that nobody sees
_OPAQUE = 0.95  # opacity from which on a shape hides what is below it
_OPAQUE_VALUE = 242  # the same in an alpha channel, 0 to 255
_TOLERANCE = 1.0  # points by which a text may reach out of a shape that covers it
_QUARTER = 5_400_000  # a turn by 90 degrees, in units of DrawingML
_DRAWINGS = ("EMF", "WMF")  # formats whose background is transparent
_MAXIMUM_PIXELS = 20_000_000  # of a picture that is decoded
# Shapes that cover nearly all of their box.
_RECTANGULAR = {"rect", "roundRect", "round1Rect", "round2SameRect", "snip1Rect", "flowChartProcess", "plaque"}


_ANYWHERE = Box(-1e6, -1e6, 1e6, 1e6)  # of a shape in a group, whose place is not computed


class Painted(Struct, frozen=True):
    """An area that a shape, picture or table paints.

    Attributes:
        box: The area, in points.
        colour: None if it is not known or not the same everywhere.
        covers: Whether it hides what is below it, or a function that tells it.
    """

    box: Box
    colour: Colour | None
    covers: bool | Callable[[], bool]


class Canvas:
    """What a slide has painted so far: layout and master first, then its shapes in their order.

    Args:
        theme: The colours of the slide.
        below: What the layout and the master paint.
        moving: Ids of the shapes that an animation shows, moves or hides.
    """

    def __init__(self, theme: Theme, below: Iterable[Painted], moving: frozenset[str]) -> None:
        self.theme = theme
        self.background = theme.background()
        self.painted = list(below)
        self._moving = moving

    def paint(self, element: Any, box: Box, ancestors: Iterable[Any], opaque: Callable[[], bool]) -> None:
        """Add what a shape element paints.

        Args:
            element: A ``p:sp``, ``p:pic`` or ``p:graphicFrame`` element.
            box: Its box, in points.
            ancestors: The placeholders that it inherits from.
            opaque: Tells whether its picture is opaque; called only if the picture lies over a text.
        """
        found = self._area(element, box, ancestors, opaque)
        if found is not None:
            self.painted.append(found)

    def _area(self, element: Any, box: Box, ancestors: Iterable[Any], opaque: Callable[[], bool]) -> Painted | None:
        still = shape_id(element) not in self._moving
        if element.tag == clark("p:graphicFrame"):
            return Painted(box, None, opaque if still else False)
        upright = _is_upright(element) and still
        if element.tag == clark("p:pic"):
            return Painted(box, None, opaque if upright else False)
        properties = next((p for other in (element, *ancestors) if (p := _filled(other)) is not None), None)
        fill = _child(properties, FILLS) if properties is not None else None
        if fill is None:
            return self._styled_area(element, box, upright)
        if fill.tag == clark("a:noFill"):
            return None
        colour = self.theme.colour(fill) if fill.tag == clark("a:solidFill") else None
        covers = upright and colour is not None and colour.alpha >= _OPAQUE
        if colour is not None and colour.alpha < _OPAQUE:
            colour = None
        return Painted(box, colour, covers)

    def _styled_area(self, element: Any, box: Box, upright: bool) -> Painted | None:
        """Return what a shape paints whose fill is that of the theme."""
        reference = element.find(f"{clark('p:style')}/{clark('a:fillRef')}")
        if reference is None or reference.get("idx", "0") in ("0", "1000"):
            return None
        colour = self.theme.colour(reference) if reference.get("idx") == "1" else None
        return Painted(box, colour, upright and colour is not None)

    def behind(self, box: Box) -> list[Colour] | None:
        """Return all colours that may be behind a text in ``box``; None if one of them is not known."""
        found: list[Colour] = []
        for area in reversed(self.painted):
            if not intersects(area.box, box):
                continue
            if area.colour is None:
                return None
            found.append(area.colour)
            if contains(area.box, box, _TOLERANCE):
                return found
        return [*found, self.background] if self.background is not None else None

    def judge(self, element: Any, styles: list[Any], box: Box, scale: float) -> Callable[[int], Judge]:
        """Return a function that gives the judge of the runs of a level, from 0.

        Args:
            element: The shape's element.
            styles: The list styles that apply, the nearest first.
            box: Where its text is.
            scale: The factor by which PowerPoint shrinks its text.
        """
        behind = self.behind(box)

        def of_level(level: int) -> Judge:
            size = inherited_size(level, styles)
            inherited = self._inherited(element, styles, level)

            def judge(run: Any | None) -> HiddenReason | None:
                own = size_of_run(run) or size
                if own * scale < _SPECK:
                    return "tiny"
                return self._by_colour(run, inherited, behind)

            return judge

        return of_level

    def judge_cell(self, cell: Any) -> Judge:
        """Return the judge of the runs in a table cell, of which only explicit sizes and colours are known."""
        properties = cell.find(clark("a:tcPr"))
        fill = properties.find(clark("a:solidFill")) if properties is not None else None
        background = self.theme.colour(fill) if fill is not None else None
        behind = [background] if background is not None and background.alpha >= _OPAQUE else None

        def judge(run: Any | None) -> HiddenReason | None:
            size = size_of_run(run)
            return "tiny" if size is not None and size < _SPECK else self._by_colour(run, None, behind)

        return judge

    def _by_colour(self, run: Any | None, inherited: Colour | None, behind: list[Colour] | None) -> HiddenReason | None:
        fill = _child(run, FILLS) if run is not None else None
        colour = inherited
        if run is not None and any(run.find(clark(name)) is not None for name in _VISIBLE_WITHOUT_FILL):
            return None
        if fill is not None:
            if fill.tag == clark("a:noFill"):
                return "unpainted"
            colour = self.theme.colour(fill) if fill.tag == clark("a:solidFill") else None
        if colour is None:
            return None
        if colour.alpha < _FAINT:
            return "transparent"
        if behind and all(colour.difference(other) <= _SIMILAR for other in behind):
            return "same_colour"
        return None

    def _inherited(self, element: Any, styles: list[Any], level: int) -> Colour | None:
        """Return the colour of runs of a level that state none; None if it is unknown."""
        for number, style in enumerate(styles):
            for name in (f"a:lvl{level + 1}pPr", "a:defPPr"):
                properties = style.find(f"{clark(name)}/{clark('a:defRPr')}")
                fill = _child(properties, FILLS) if properties is not None else None
                if fill is not None:
                    return self.theme.colour(fill) if fill.tag == clark("a:solidFill") else None
            if number == 0 and (found := self._font_reference(element)) is not None:
                return found
        return self._font_reference(element)

    def _font_reference(self, element: Any) -> Colour | None:
        reference = element.find(f"{clark('p:style')}/{clark('a:fontRef')}")
        return self.theme.colour(reference) if reference is not None else None

    def covered(self, box: Box, above: int, name: str) -> bool:
        """Return whether a shape that was painted later hides a text.

        Args:
            box: Where the text is.
            above: How many areas had been painted when the text was drawn.
            name: Id of the shape of the text.
        """
        if name in self._moving:
            return False
        over = (area for area in self.painted[above:] if area.covers and contains(area.box, box, _TOLERANCE))
        return any(area.covers() if callable(area.covers) else area.covers for area in over)


_VISIBLE_WITHOUT_FILL = ("a:ln", "a:effectLst", "a:hlinkClick", "a:highlight")


def shape_id(element: Any) -> str:
    """Return the id of a shape element on its slide."""
    properties = next(element.iter(clark("p:cNvPr")), None)
    return properties.get("id", "") if properties is not None else ""


def moving_shapes(slide: Any) -> frozenset[str]:
    """Return the ids of the shapes that the animations of a slide show, move or hide."""
    timing = slide.find(clark("p:timing"))
    if timing is None:
        return frozenset()
    return frozenset(target.get("spid", "") for target in timing.iter(clark("p:spTgt")))


def painted_by(part: Any, theme: Theme, box_of: Callable[[Any], Box]) -> Iterator[Painted]:
    """Yield what the shapes of a layout or master paint on its slides: all but the placeholders.

    Args:
        part: The layout's or master's part.
        theme: The colours of the slide.
        box_of: Returns the box of a shape element, in points.
    """
    canvas = Canvas(theme, (), frozenset())
    for element in part._element.iter(clark("p:sp"), clark("p:pic"), clark("p:graphicFrame")):
        if next(element.iterancestors(clark("p:grpSp")), None) is not None:
            canvas.painted.append(Painted(_ANYWHERE, None, False))
        elif next(element.iter(clark("p:ph")), None) is None:
            canvas.paint(element, box_of(element), (), bool)
    yield from canvas.painted


def _filled(element: Any) -> Any | None:
    """Return the properties of a shape if they define its fill."""
    properties = element.find(clark("p:spPr"))
    return properties if properties is not None and _child(properties, FILLS) is not None else None


def _child(parent: Any, names: tuple[str, ...]) -> Any | None:
    return next((child for child in parent.iterchildren() if child.tag in names), None)


def _is_upright(element: Any) -> bool:
    """Return whether a shape is a rectangle that is not turned, or turned by quarters."""
    properties = element.find(clark("p:spPr"))
    if properties is None:
        return False
    transform, geometry = properties.find(clark("a:xfrm")), properties.find(clark("a:prstGeom"))
    turned = transform is not None and number_attribute(transform, "rot") % _QUARTER != 0
    return not turned and geometry is not None and geometry.get("prst") in _RECTANGULAR


def is_opaque(element: Any, part: Any) -> bool:
    """Return whether a picture (``p:pic``), table or chart (``p:graphicFrame``) hides what is below it.

    Args:
        element: The element.
        part: The slide's part.
    """
    if element.tag == clark("p:graphicFrame"):
        return _is_filled_table(element) or _is_filled_chart(element, part)
    blip = next(element.iter(clark("a:blip")), None)
    if blip is None or blip.find(clark("a:alphaModFix")) is not None or blip.find(clark("a:clrChange")) is not None:
        return False
    from PIL import Image

    try:
        with Image.open(io.BytesIO(part.related_part(blip.get(clark("r:embed"))).blob)) as image:
            if image.format in _DRAWINGS or image.width * image.height > _MAXIMUM_PIXELS:
                return False
            if "A" not in image.getbands() and "transparency" not in image.info:
                return True
            transparent: list[int] = image.convert("RGBA").getchannel("A").histogram()[:_OPAQUE_VALUE]
            return not any(transparent)
    except Exception:  # a picture that cannot be read covers nothing
        return False


def _is_filled_table(frame: Any) -> bool:
    """Return whether all cells of a table have an opaque colour, and the cells fill their frame."""
    cells = list(frame.iter(clark("a:tc")))
    extent = frame.find(f"{clark('p:xfrm')}/{clark('a:ext')}")
    if not cells or extent is None:
        return False
    width = sum(number_attribute(column, "w") for column in frame.iter(clark("a:gridCol")))
    height = sum(number_attribute(row, "h") for row in frame.iter(clark("a:tr")))
    fills_frame = width >= number_attribute(extent, "cx") and height >= number_attribute(extent, "cy")
    return fills_frame and all(_is_solid(cell.find(clark("a:tcPr"))) for cell in cells)


def _is_filled_chart(frame: Any, part: Any) -> bool:
    """Return whether the area of a chart has an opaque colour."""
    reference = next((each for each in frame.iter("{*}chart") if each.get(clark("r:id"))), None)
    if reference is None:
        return False
    try:
        root = etree.fromstring(
            part.related_part(reference.get(clark("r:id"))).blob,
            etree.XMLParser(resolve_entities=False, no_network=True),
        )
    except (KeyError, ValueError, etree.XMLSyntaxError):  # a chart that cannot be read covers nothing
        return False
    return _is_solid(root.find("{*}spPr"))


def _is_solid(properties: Any | None) -> bool:
    """Return whether properties of a shape fill it with a colour that lets nothing shine through."""
    fill = properties.find(clark("a:solidFill")) if properties is not None else None
    return fill is not None and next(fill.iter(clark("a:alpha")), None) is None

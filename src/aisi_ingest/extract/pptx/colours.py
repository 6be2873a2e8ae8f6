"""Find the colours of text and shapes on a slide: explicit ones, and those of the theme."""

from __future__ import annotations

import colorsys
from typing import Any

from lxml import etree
from msgspec import Struct

from aisi_ingest.extract.pptx.styles import Inheritance
from aisi_ingest.extract.pptx.xml_names import clark, number_attribute

_HUNDRED_PERCENT = 100_000  # DrawingML counts in thousandths of a percent
_FULL = 255
_HEX_DIGITS = 6
_BACKGROUND_STYLES = 1001  # the first number of a fill style for backgrounds (ECMA-376 part 1, 20.1.4.1.7)
# Names of preset colours that are near black or white; others are too rare to list.
_PRESETS = {"white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240)}
_DEFAULT_MAP = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}

FILLS = tuple(clark(f"a:{name}") for name in ("solidFill", "gradFill", "pattFill", "blipFill", "grpFill", "noFill"))
"""Elements that define how a shape or text is filled."""


class Colour(Struct, frozen=True):
    """A colour in sRGB, 0 to 255 in each channel, and its opacity from 0 to 1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    def difference(self, other: Colour) -> int:
        """Return the difference in the channel that differs most, 0 to 255."""
        pairs = ((self.red, other.red), (self.green, other.green), (self.blue, other.blue))
        return max(abs(one - another) for one, another in pairs)


WHITE = Colour(255, 255, 255)


class Theme:
    """The colours of a slide's theme, as its master, layout and slide map them.

    Args:
        slide_part: The slide's part.
        inheritance: Its layout and master.
        schemes: Colour schemes and background fills that were read before, by the name of the theme's part.
    """

    def __init__(self, slide_part: Any, inheritance: Inheritance, schemes: dict[str, _Scheme]) -> None:
        self._sources = [part for part in (slide_part, inheritance.layout, inheritance.master) if part is not None]
        theme = _theme_of(inheritance.master) if inheritance.master is not None else None
        name = str(theme.partname) if theme is not None else ""
        if name not in schemes:
            schemes[name] = _read_scheme(theme)
        self._scheme = schemes[name]
        self._map = {**_DEFAULT_MAP, **self._mapping()}

    def _mapping(self) -> dict[str, str]:
        """Return the nearest map from names such as "bg1" to those of the theme."""
        for part in self._sources:
            found = next(part._element.iter(clark("a:overrideClrMapping")), None)
            if found is None:
                found = part._element.find(clark("p:clrMap"))
            if found is not None:
                return dict(found.attrib)
        return {}

    def colour(self, parent: Any, placeholder: Colour | None = None) -> Colour | None:
        """Return the colour that is a child of ``parent``, an element such as ``a:solidFill``; None if it is unknown.

        Args:
            parent: The element.
            placeholder: The colour that ``phClr`` stands for.
        """
        for element in parent.iterchildren():
            base = self._base(element, placeholder)
            return _modified(base, element) if base is not None else None
        return None

    def _base(self, element: Any, placeholder: Colour | None) -> Colour | None:
        name, value = element.tag.rpartition("}")[2], element.get("val", "")
        if name == "srgbClr":
            return _from_hex(value)
        if name == "sysClr":
            return _from_hex(element.get("lastClr", ""))
        if name == "prstClr" and value in _PRESETS:
            return Colour(*_PRESETS[value])
        if name == "schemeClr":
            return placeholder if value == "phClr" else self._scheme.colours.get(self._map.get(value, value))
        return None

    def background(self) -> Colour | None:
        """Return the colour of the slide's background; None if it is unknown or no plain colour."""
        for part in self._sources:
            found = part._element.find(f"{clark('p:cSld')}/{clark('p:bg')}")
            if found is None:
                continue
            own, reference = found.find(clark("p:bgPr")), found.find(clark("p:bgRef"))
            if own is not None:
                fill = own.find(clark("a:solidFill"))
                return self.colour(fill) if fill is not None else None
            if reference is not None:
                return self._background_style(reference)
        return WHITE

    def _background_style(self, reference: Any) -> Colour | None:
        index = int(number_attribute(reference, "idx")) - _BACKGROUND_STYLES
        fills = self._scheme.backgrounds
        if not 0 <= index < len(fills) or fills[index].tag != clark("a:solidFill"):
            return None
        return self.colour(fills[index], self.colour(reference))


class _Scheme(Struct, frozen=True, eq=False):
    """The colours of a theme by name, and its fills for backgrounds."""

    colours: dict[str, Colour]
    backgrounds: list[Any]


def _theme_of(master: Any) -> Any | None:
    for relation in master.rels.values():
        if not relation.is_external and relation.reltype.endswith("/theme"):
            return relation.target_part
    return None


def _read_scheme(theme: Any) -> _Scheme:
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(theme.blob, parser) if theme is not None else None
    except (etree.XMLSyntaxError, AttributeError):
        root = None
    if root is None:
        return _Scheme({}, [])
    colours: dict[str, Colour] = {}
    for scheme in root.iter(clark("a:clrScheme")):
        for entry in scheme:
            for element in entry:
                found = _from_hex(element.get("lastClr") or element.get("val", ""))
                if found is not None:
                    colours[entry.tag.rpartition("}")[2]] = found
    backgrounds = next(root.iter(clark("a:bgFillStyleLst")), None)
    return _Scheme(colours, list(backgrounds) if backgrounds is not None else [])


def _from_hex(value: str) -> Colour | None:
    try:
        number = int(value, 16) if len(value) == _HEX_DIGITS else -1
    except ValueError:
        number = -1
    return Colour(number >> 16 & _FULL, number >> 8 & _FULL, number & _FULL) if number >= 0 else None


def _modified(base: Colour, element: Any) -> Colour | None:
    """Apply the children of a colour element; None if one of them is not supported."""
    colour, alpha = (base.red / _FULL, base.green / _FULL, base.blue / _FULL), base.alpha
    for child in element.iterchildren():
        name, share = child.tag.rpartition("}")[2], number_attribute(child, "val") / _HUNDRED_PERCENT
        if name == "alpha":
            alpha = share
        elif name in ("lumMod", "lumOff"):
            hue, light, saturation = colorsys.rgb_to_hls(*colour)
            light = min(1.0, max(0.0, light * share if name == "lumMod" else light + share))
            colour = colorsys.hls_to_rgb(hue, light, saturation)
        elif name == "shade":
            colour = (colour[0] * share, colour[1] * share, colour[2] * share)
        elif name == "tint":
            colour = (1 - (1 - colour[0]) * share, 1 - (1 - colour[1]) * share, 1 - (1 - colour[2]) * share)
        else:
            return None
    red, green, blue = (round(min(1.0, max(0.0, part)) * _FULL) for part in colour)
    return Colour(red, green, blue, alpha)

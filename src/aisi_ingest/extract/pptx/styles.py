"""Find type size and bullet of a paragraph on a slide, with everything that it inherits from.

PowerPoint looks at the run, the shape's own list style, the placeholder of the layout, the placeholder of the master,
the master's title, body or other style, and the presentation's default, in this order (ECMA-376 part 1, 19.3.1.51 and
21.1.2.4).
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from aisi_ingest.extract.pptx.xml_names import clark

DEFAULT_SIZE = 18.0  # points, if no style states a size
_STYLES = {"title": "titleStyle", "ctrTitle": "titleStyle", "body": "bodyStyle", "subTitle": "bodyStyle"}
_LIKE_BODY = {"obj", "chart", "tbl", "clipArt", "dgm", "media", "pic"}  # inherit from the master's body placeholder
_MAXIMUM_SIZE_DIGITS = 7  # of a type size in hundredths of a point; longer numbers are damage


def placeholder_of(shape: Any) -> Any | None:
    """Return the ``p:ph`` element of a shape element; None if the shape is not a placeholder."""
    for properties in shape.iterchildren(clark("p:nvSpPr"), clark("p:nvPicPr"), clark("p:nvGraphicFramePr")):
        return properties.find(f"{clark('p:nvPr')}/{clark('p:ph')}")
    return None


class Templates:
    """The placeholders of layouts and masters, read once for all slides.

    Args:
        presentation: The ``p:presentation`` element.
    """

    def __init__(self, presentation: Any) -> None:
        self.default_style = presentation.find(clark("p:defaultTextStyle"))
        self._placeholders: dict[str, list[tuple[Any, Any]]] = {}
        self.schemes: dict[str, Any] = {}  # `colours.Theme` keeps what it has read of the themes here
        self.painted: dict[str, list[Any]] = {}  # `shapes` keeps what each layout and its master paint

    def placeholders(self, part: Any) -> list[tuple[Any, Any]]:
        """Return each ``p:ph`` element of a layout or master part, with its shape."""
        found = self._placeholders.get(part.partname)
        if found is None:
            shapes = part._element.iter(clark("p:sp"), clark("p:pic"), clark("p:graphicFrame"))
            found = [(ph, shape) for shape in shapes if (ph := placeholder_of(shape)) is not None]
            self._placeholders[part.partname] = found
        return found


class Inheritance:
    """The layout and master from which the placeholders of a slide inherit position and style.

    Args:
        slide_part: The slide's part.
        templates: The placeholders of all layouts and masters.
    """

    def __init__(self, slide_part: Any, templates: Templates) -> None:
        self.layout = _related_part(slide_part, "slideLayout")
        self.master = _related_part(self.layout, "slideMaster") if self.layout is not None else None
        self._templates = templates
        styles = self.master._element.find(clark("p:txStyles")) if self.master is not None else None
        self._styles = {child.tag.rpartition("}")[2]: child for child in styles} if styles is not None else {}

    def ancestors(self, ph: Any | None) -> list[Any]:
        """Return the placeholder shapes of layout and master that a shape inherits from, the nearest first.

        Args:
            ph: The ``p:ph`` element of the slide's shape.
        """
        if ph is None:
            return []
        out = []
        kind = ph.get("type", "obj")
        if self.layout is not None:
            placeholders = self._templates.placeholders(self.layout)
            found = _matching_placeholder(placeholders, kind, ph.get("idx", "0"))
            if found is not None:
                out.append(found[1])
                kind = found[0].get("type", kind)
        if self.master is not None:
            kind = _master_kind(kind)
            placeholders = self._templates.placeholders(self.master)
            out += [shape for other, shape in placeholders if other.get("type", "obj") == kind][:1]
        return out

    def list_styles(self, ph: Any | None, ancestors: list[Any], body: Any) -> list[Any]:
        """Return the list style elements that apply to a text body, the nearest first.

        Args:
            ph: The ``p:ph`` element of the slide's shape, None if it is not a placeholder.
            ancestors: The placeholder shapes that it inherits from.
            body: The ``p:txBody`` element.
        """
        out = [body.find(clark("a:lstStyle"))]
        for ancestor in ancestors:
            other = ancestor.find(clark("p:txBody"))
            if other is not None:
                out.append(other.find(clark("a:lstStyle")))
        if ph is not None:
            kind = ph.get("type", "obj")
            style = _STYLES.get(kind) or ("bodyStyle" if kind in _LIKE_BODY else "otherStyle")
            out.append(self._styles.get(style))
        out.append(self._templates.default_style)
        return [style for style in out if style is not None]


def _matching_placeholder(placeholders: list[tuple[Any, Any]], kind: str, index: str) -> tuple[Any, Any] | None:
    """Return the layout's placeholder of the same index and kind, else of the same index, else of the same kind."""
    same_index = [pair for pair in placeholders if pair[0].get("idx", "0") == index]
    same_kind = [pair for pair in placeholders if _is_same_kind(pair[0], kind)]
    both = [pair for pair in same_index if _is_same_kind(pair[0], kind)]
    candidates = both or (same_index if index != "0" else []) or same_kind
    return candidates[0] if candidates else None


def _master_kind(kind: str) -> str:
    """Return the kind of the master's placeholder that placeholders of a layout inherit from."""
    if kind in _LIKE_BODY or kind == "subTitle":
        return "body"
    return "title" if kind == "ctrTitle" else kind


def _is_same_kind(placeholder: Any, kind: str) -> bool:
    other = placeholder.get("type", "obj")
    return bool(other == kind or {other, kind} <= {"title", "ctrTitle"} or {other, kind} <= {"body", "subTitle", "obj"})


def _related_part(part: Any, kind: str) -> Any | None:
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/" + kind):
            target = relation.target_part
            return target if hasattr(target, "_element") else None
    return None


def size_of(paragraph: Any, inherited: float) -> float:
    """Return the type size, in points, of most characters of an ``a:p`` element.

    Args:
        paragraph: The ``a:p`` element.
        inherited: The size of runs that do not state one.
    """
    weight: dict[float, int] = {}
    for run in paragraph.iterchildren(clark("a:r"), clark("a:fld")):
        size, text = size_of_run(run.find(clark("a:rPr"))) or inherited, run.findtext(clark("a:t")) or ""
        weight[size] = weight.get(size, 0) + len(text.strip())
    return max(weight, key=lambda size: (weight[size], size)) if weight else inherited


def size_of_run(properties: Any | None) -> float | None:
    """Return the type size, in points, that the ``a:rPr`` element of a run states; None if it states none."""
    return _points(properties.get("sz")) if properties is not None else None


def inherited_size(level: int, styles: list[Any]) -> float:
    """Return the type size, in points, that list styles give to a level.

    Args:
        level: Level of the paragraph, from 0.
        styles: The list styles that apply, the nearest first.
    """
    for style in styles:
        for name in (f"a:lvl{level + 1}pPr", "a:defPPr"):
            properties = style.find(f"{clark(name)}/{clark('a:defRPr')}")
            size = _points(properties.get("sz")) if properties is not None else None
            if size:
                return size
    return DEFAULT_SIZE


def _points(hundredths: str | None) -> float | None:
    if hundredths and hundredths.isdecimal() and len(hundredths) <= _MAXIMUM_SIZE_DIGITS:
        return int(hundredths) / 100
    return None


def bullet_of(paragraph: Any, level: int, styles: list[Any]) -> Any | None:
    """Return the element that defines the bullet or number PowerPoint draws before a paragraph; None for no bullet.

    Args:
        paragraph: The ``a:p`` element.
        level: Its level, from 0.
        styles: The list styles that apply, the nearest first.
    """
    own = paragraph.find(clark("a:pPr"))
    inherited = clark(f"a:lvl{level + 1}pPr")
    for properties in chain((own,), (style.find(inherited) for style in styles)):
        if properties is None:
            continue
        for child in properties:
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            if name == "buNone":
                return None
            if name in ("buChar", "buAutoNum", "buBlip"):
                return child
    return None

"""Type size and bullet of a paragraph on a slide, through everything that it inherits from.

PowerPoint looks at the run, the shape's own list style, the placeholder of the layout, that of the
master, the master's title, body or other style, and the presentation's default (ECMA-376 part 1,
19.3.1.51 and 21.1.2.4).
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from aisi_ingest.extract.pptx.xml_names import clark

DEFAULT_SIZE = 18.0  # points, where nothing says otherwise
_STYLE = {"title": "titleStyle", "ctrTitle": "titleStyle", "body": "bodyStyle", "subTitle": "bodyStyle"}
_BODY_LIKE = {"obj", "chart", "tbl", "clipArt", "dgm", "media", "pic"}  # take the master's body placeholder


def placeholder_of(shape: Any) -> Any | None:
    """The ``p:ph`` element of a shape element, or None."""
    for properties in shape.iterchildren(clark("p:nvSpPr"), clark("p:nvPicPr"), clark("p:nvGraphicFramePr")):
        return properties.find(f"{clark('p:nvPr')}/{clark('p:ph')}")
    return None


class Templates:
    """The placeholders of layouts and masters, looked through once for all slides. ``presentation`` is an element."""

    def __init__(self, presentation: Any) -> None:
        self.default = presentation.find(clark("p:defaultTextStyle"))
        self._known: dict[str, list[tuple[Any, Any]]] = {}

    def placeholders(self, part: Any) -> list[tuple[Any, Any]]:
        """Each ``p:ph`` of a part with its shape."""
        known = self._known.get(part.partname)
        if known is None:
            shapes = part._element.iter(clark("p:sp"), clark("p:pic"), clark("p:graphicFrame"))
            known = [(ph, shape) for shape in shapes if (ph := placeholder_of(shape)) is not None]
            self._known[part.partname] = known
        return known


class Inheritance:
    """Where a slide's placeholders take place and style from."""

    def __init__(self, slide_part: Any, templates: Templates) -> None:
        self.layout = _related(slide_part, "slideLayout")
        self.master = _related(self.layout, "slideMaster") if self.layout is not None else None
        self._templates = templates
        styles = self.master._element.find(clark("p:txStyles")) if self.master is not None else None
        self._styles = {child.tag.rpartition("}")[2]: child for child in styles} if styles is not None else {}

    def ancestors(self, ph: Any | None) -> list[Any]:
        """The placeholder shapes of layout and master that a slide's shape inherits from, nearest first."""
        if ph is None:
            return []
        out = []
        kind, index = ph.get("type", "obj"), ph.get("idx", "0")
        if self.layout is not None:
            known = self._templates.placeholders(self.layout)
            found = [(other, sp) for other, sp in known if other.get("idx", "0") == index and _alike(other, kind)]
            found = found or [(other, sp) for other, sp in known if other.get("idx", "0") == index and index != "0"]
            found = found or [(other, sp) for other, sp in known if _alike(other, kind)]
            if found:
                out.append(found[0][1])
                kind = found[0][0].get("type", kind)
        if self.master is not None:
            kind = "body" if kind in _BODY_LIKE or kind == "subTitle" else "title" if kind == "ctrTitle" else kind
            out += [sp for other, sp in self._templates.placeholders(self.master) if other.get("type", "obj") == kind][
                :1
            ]
        return out

    def list_styles(self, ph: Any | None, ancestors: list[Any], body: Any) -> list[Any]:
        """List style elements for a text body, nearest first."""
        out = [body.find(clark("a:lstStyle"))]
        for ancestor in ancestors:
            other = ancestor.find(clark("p:txBody"))
            if other is not None:
                out.append(other.find(clark("a:lstStyle")))
        if ph is not None:
            kind = ph.get("type", "obj")
            style = _STYLE.get(kind) or ("bodyStyle" if kind in _BODY_LIKE else "otherStyle")
            out.append(self._styles.get(style))
        out.append(self._templates.default)
        return [style for style in out if style is not None]


def _alike(placeholder: Any, kind: str) -> bool:
    other = placeholder.get("type", "obj")
    return bool(other == kind or {other, kind} <= {"title", "ctrTitle"} or {other, kind} <= {"body", "subTitle", "obj"})


def _related(part: Any, kind: str) -> Any | None:
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/" + kind):
            target = relation.target_part
            return target if hasattr(target, "_element") else None
    return None


def size_of(paragraph: Any, inherited: float) -> float:
    """Points of the type that most characters of a paragraph are set in; ``inherited`` where they do not say."""
    weight: dict[float, int] = {}
    for run in paragraph.iterchildren(clark("a:r"), clark("a:fld")):
        properties, text = run.find(clark("a:rPr")), run.findtext(clark("a:t")) or ""
        size = _points(properties.get("sz")) if properties is not None else None
        size = size or inherited
        weight[size] = weight.get(size, 0) + len(text.strip())
    return max(weight, key=lambda size: (weight[size], size)) if weight else inherited


def inherited_size(level: int, styles: list[Any]) -> float:
    """Points of the type at a level, by the list styles that apply, nearest first."""
    for style in styles:
        for name in (f"a:lvl{level + 1}pPr", "a:defPPr"):
            properties = style.find(f"{clark(name)}/{clark('a:defRPr')}")
            size = _points(properties.get("sz")) if properties is not None else None
            if size:
                return size
    return DEFAULT_SIZE


def _points(hundredths: str | None) -> float | None:
    return int(hundredths) / 100 if hundredths and hundredths.isdecimal() and len(hundredths) < 8 else None


def bullet_of(paragraph: Any, level: int, styles: list[Any]) -> Any | None:
    """The element that says which bullet or number PowerPoint draws before the paragraph; None for none."""
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

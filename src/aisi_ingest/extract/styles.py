"""Type size and bullet of a paragraph on a slide, through everything that it inherits from.

PowerPoint looks at the run, the shape's own list style, the placeholder of the layout, that of the
master, the master's title, body or other style, and the presentation's default (ECMA-376 part 1,
19.3.1.51 and 21.1.2.4).
"""

from __future__ import annotations

from typing import Any

from pptx.oxml.ns import qn

DEFAULT_SIZE = 18.0  # points, where nothing says otherwise
_STYLE = {"title": "titleStyle", "ctrTitle": "titleStyle", "body": "bodyStyle", "subTitle": "bodyStyle"}
_BODY_LIKE = {"obj", "chart", "tbl", "clipArt", "dgm", "media", "pic"}  # take the master's body placeholder


def placeholder_of(shape: Any) -> Any | None:
    """The ``p:ph`` element of a shape element, or None."""
    for properties in shape.iterchildren(qn("p:nvSpPr"), qn("p:nvPicPr"), qn("p:nvGraphicFramePr")):
        return properties.find(f"{qn('p:nvPr')}/{qn('p:ph')}")
    return None


class Inheritance:
    """Where a slide's placeholders take place and style from."""

    def __init__(self, slide_part: Any, presentation: Any) -> None:
        self.layout = _related(slide_part, "slideLayout")
        self.master = _related(self.layout, "slideMaster") if self.layout is not None else None
        self._default = presentation.find(qn("p:defaultTextStyle"))
        styles = self.master._element.find(qn("p:txStyles")) if self.master is not None else None
        self._styles = {child.tag.rpartition("}")[2]: child for child in styles} if styles is not None else {}
        self._placeholders = {
            id(part): [
                (ph, shape)
                for shape in part._element.iter(qn("p:sp"), qn("p:pic"), qn("p:graphicFrame"))
                if (ph := placeholder_of(shape)) is not None
            ]
            for part in (self.layout, self.master)
            if part is not None
        }

    def ancestors(self, shape: Any) -> list[Any]:
        """The placeholder shapes of layout and master that a slide's shape inherits from, nearest first."""
        ph = placeholder_of(shape)
        if ph is None:
            return []
        out = []
        kind, index = ph.get("type", "obj"), ph.get("idx", "0")
        if self.layout is not None:
            known = self._placeholders[id(self.layout)]
            found = [(other, sp) for other, sp in known if other.get("idx", "0") == index and _alike(other, kind)]
            found = found or [(other, sp) for other, sp in known if other.get("idx", "0") == index and index != "0"]
            found = found or [(other, sp) for other, sp in known if _alike(other, kind)]
            if found:
                out.append(found[0][1])
                kind = found[0][0].get("type", kind)
        if self.master is not None:
            kind = "body" if kind in _BODY_LIKE or kind == "subTitle" else "title" if kind == "ctrTitle" else kind
            out += [sp for other, sp in self._placeholders[id(self.master)] if other.get("type", "obj") == kind][:1]
        return out

    def list_styles(self, shape: Any, body: Any) -> list[Any]:
        """List style elements for a text body, nearest first."""
        ph = placeholder_of(shape)
        out = [body.find(qn("a:lstStyle"))]
        for ancestor in self.ancestors(shape):
            other = ancestor.find(qn("p:txBody"))
            if other is not None:
                out.append(other.find(qn("a:lstStyle")))
        if ph is not None:
            kind = ph.get("type", "obj")
            style = _STYLE.get(kind) or ("bodyStyle" if kind in _BODY_LIKE else "otherStyle")
            out.append(self._styles.get(style))
        out.append(self._default)
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


def size_of(paragraph: Any, level: int, styles: list[Any]) -> float:
    """Points of the type that most characters of a paragraph are set in."""
    weight: dict[float, int] = {}
    inherited = _inherited_size(level, styles)
    for run in paragraph.iterchildren(qn("a:r"), qn("a:fld")):
        properties, text = run.find(qn("a:rPr")), run.findtext(qn("a:t")) or ""
        size = _points(properties.get("sz")) if properties is not None else None
        size = size or inherited
        weight[size] = weight.get(size, 0) + len(text.strip())
    return max(weight, key=lambda size: (weight[size], size)) if weight else inherited


def _inherited_size(level: int, styles: list[Any]) -> float:
    for style in styles:
        for name in (f"a:lvl{level + 1}pPr", "a:defPPr"):
            properties = style.find(f"{qn(name)}/{qn('a:defRPr')}")
            size = _points(properties.get("sz")) if properties is not None else None
            if size:
                return size
    return DEFAULT_SIZE


def _points(hundredths: str | None) -> float | None:
    return int(hundredths) / 100 if hundredths and hundredths.isdigit() else None


def bullet_of(paragraph: Any, level: int, styles: list[Any]) -> Any | None:
    """The element that says which bullet or number PowerPoint draws before the paragraph; None for none."""
    own = paragraph.find(qn("a:pPr"))
    levels = [style.find(qn(f"a:lvl{level + 1}pPr")) for style in styles]
    for properties in (own, *levels):
        if properties is None:
            continue
        for child in properties:
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            if name == "buNone":
                return None
            if name in ("buChar", "buAutoNum", "buBlip"):
                return child
    return None

"""Draw small presentations for tests with python-pptx, from text written for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt as Pt  # also for the tests

WIDTH, HEIGHT = 960, 540  # points


class Deck:
    """A presentation to which tests add slides."""

    def __init__(self) -> None:
        self.presentation: Any = Presentation()
        self.presentation.slide_width, self.presentation.slide_height = Pt(WIDTH), Pt(HEIGHT)

    def slide(self, title: str | None = None) -> Any:
        """Add a slide with a title placeholder, or a blank slide."""
        layout = self.presentation.slide_layouts[5 if title is not None else 6]  # title only, or blank
        slide = self.presentation.slides.add_slide(layout)
        if title is not None:
            slide.shapes.title.text_frame.text = title
        return slide

    def save(self, path: Path) -> Path:
        """Write the presentation to a file and return its path."""
        self.presentation.save(str(path))
        return path

    def bytes(self) -> bytes:
        """Return the presentation as the bytes of a PPTX file."""
        stream = io.BytesIO()
        self.presentation.save(stream)
        return stream.getvalue()


Place = tuple[float, float, float, float]
"""Left, top, width and height in points."""


def add_text(shapes: Any, place: Place, *lines: str, size: float = 16) -> Any:
    """Add a text box with one paragraph per line."""
    box = shapes.add_textbox(*(Pt(value) for value in place))
    frame = box.text_frame
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        run.font.size = Pt(size)
    return box


def add_table(shapes: Any, rows: list[list[str]], place: Place = (60, 120, 600, 200)) -> Any:
    """Add a table and return it."""
    graphic = shapes.add_table(len(rows), len(rows[0]), *(Pt(value) for value in place))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            graphic.table.cell(y, x).text = cell
    return graphic.table


def add_chart(shapes: Any, title: str, categories: list[str], series: dict[str, list[float]]) -> None:
    """Add a column chart."""
    data = CategoryChartData()
    data.categories = categories
    for name, values in series.items():
        data.add_series(name, values)
    graphic = shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Pt(60), Pt(120), Pt(400), Pt(250), data)
    graphic.chart.has_title = True
    graphic.chart.chart_title.text_frame.text = title


def add_field(box: Any, kind: str, shown: str) -> None:
    """Add a field, such as a slide number or date, to the first paragraph of a text box."""
    xml = (
        f'<a:fld {nsdecls("a")} id="{{00000000-1234-1234-1234-123412341234}}" type="{kind}"><a:t>{shown}</a:t></a:fld>'
    )
    box.text_frame.paragraphs[0]._p.append(parse_xml(xml))


def set_numbering(paragraph: Any, kind: str, level: int = 0) -> None:
    """Let PowerPoint draw a number before a paragraph. ``kind`` is the numbering scheme."""
    paragraph.level = level
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<a:buAutoNum {nsdecls("a")} type="{kind}"/>'))


def add_alternate_content(slide: Any, chosen: str, fallback: str) -> None:
    """Add a text box inside mc:AlternateContent, as PowerPoint stores formulas and new kinds of shapes."""

    def shape(number: int, text: str) -> str:
        return (
            f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{number}" name="x"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
            '<p:spPr><a:xfrm><a:off x="762000" y="2540000"/><a:ext cx="5080000" cy="635000"/></a:xfrm></p:spPr>'
            f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    xml = (
        f'<mc:AlternateContent xmlns:mc="{space}"><mc:Choice Requires="a14">{shape(90, chosen)}</mc:Choice>'
        f"<mc:Fallback>{shape(91, fallback)}</mc:Fallback></mc:AlternateContent>"
    )
    slide.shapes._spTree.append(parse_xml(xml))


def hide_slide(slide: Any) -> None:
    """Mark a slide as hidden."""
    slide._element.set("show", "0")


def hide_shape(shape: Any) -> None:
    """Mark a shape as hidden."""
    next(shape._element.iter(qn("p:cNvPr"))).set("hidden", "1")


def rewrite_members(content: bytes, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """Return a zip file with changed members.

    Args:
        content: The zip file.
        change: Called with name and content of each member. Returns both, or None to drop the member.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            changed = change(member.filename, old.read(member))
            if changed is not None:
                new.writestr(*changed)
    return stream.getvalue()


def add_smartart(
    content: bytes, words: list[str], with_drawing: bool = True, tree: dict[int | str, list[int]] | None = None
) -> bytes:
    """Add a SmartArt diagram to the first slide of a presentation: one shape per word, side by side.

    ``tree`` has the words below each word, by their positions; those below ``"doc"`` are on the first level.
    """
    diagram = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    drawing = "http://schemas.microsoft.com/office/drawing/2008/diagram"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    points = "".join(
        f'<dgm:pt modelId="{n}" type="node"><dgm:t><a:bodyPr/><a:p><a:r><a:t>{word}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for n, word in enumerate(words)
    )
    connections = "".join(
        f'<dgm:cxn modelId="c{parent}{child}" srcId="{parent}" destId="{child}" srcOrd="{place}" destOrd="0"/>'
        for parent, children in (tree or {}).items()
        for place, child in reversed(list(enumerate(children)))
    )
    link = f'<a:ext uri="x"><dsp:dataModelExt xmlns:dsp="{drawing}" relId="rId91"/></a:ext>' if with_drawing else ""
    data = (
        f'<dgm:dataModel xmlns:dgm="{diagram}" {nsdecls("a")}><dgm:ptLst>{points}<dgm:pt modelId="doc" type="doc"/>'
        f"</dgm:ptLst><dgm:cxnLst>{connections}</dgm:cxnLst>"
        f"<dgm:extLst>{link}</dgm:extLst></dgm:dataModel>"
    )
    shapes = "".join(
        f'<dsp:sp><dsp:spPr><a:xfrm><a:off x="{n * 1270000}" y="0"/>'
        '<a:ext cx="1143000" cy="635000"/></a:xfrm></dsp:spPr>'
        f"<dsp:txBody><a:bodyPr/><a:p><a:r><a:t>{word}</a:t></a:r></a:p></dsp:txBody></dsp:sp>"
        for n, word in enumerate(words)
    )
    drawn = f'<dsp:drawing xmlns:dsp="{drawing}" {nsdecls("a")}><dsp:spTree>{shapes}</dsp:spTree></dsp:drawing>'
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="80" name="d"/><p:cNvGraphicFramePr/><p:nvPr/>'
        '</p:nvGraphicFramePr><p:xfrm><a:off x="762000" y="2540000"/><a:ext cx="6350000" cy="1270000"/></p:xfrm>'
        f'<a:graphic><a:graphicData uri="{diagram}"><dgm:relIds xmlns:dgm="{diagram}" xmlns:r="{relations}" '
        'r:dm="rId90" r:lo="rId90" r:qs="rId90" r:cs="rId90"/></a:graphicData></a:graphic></p:graphicFrame>'
    )

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        xml = part.decode("utf-8") if name.endswith((".xml", ".rels")) else ""
        if name == "ppt/slides/slide1.xml":
            return name, xml.replace("</p:spTree>", frame + "</p:spTree>").encode()
        if name == "ppt/slides/_rels/slide1.xml.rels":
            more = f'<Relationship Id="rId90" Type="{relations}/diagramData" Target="../diagrams/data1.xml"/>'
            kind = "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing"
            more += f'<Relationship Id="rId91" Type="{kind}" Target="../diagrams/drawing1.xml"/>'
            return name, xml.replace("</Relationships>", more + "</Relationships>").encode()
        return name, part

    stream = io.BytesIO(rewrite_members(content, change))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("ppt/diagrams/data1.xml", data)
        if with_drawing:
            archive.writestr("ppt/diagrams/drawing1.xml", drawn)
    return stream.getvalue()

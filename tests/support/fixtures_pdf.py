"""Draw small PDFs for the tests. Coordinates are points from the top left of the page."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from reportlab.lib.colors import Color as Color  # also for the tests
from reportlab.lib.colors import black as black
from reportlab.lib.colors import white as white
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
GOTHIC, MINCHO, VERTICAL = "HeiseiKakuGo-W5", "HeiseiMin-W3", "vertical"


class Drawing:
    """A reportlab canvas with y from the top of the page downwards."""

    def __init__(self, path: Path, size: tuple[float, float] = (WIDTH, HEIGHT), **options: object) -> None:
        for name in (GOTHIC, MINCHO):
            registerFont(UnicodeCIDFont(name))
        self.path, self.size = path, size
        self.canvas = Canvas(str(path), pagesize=size, **options)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        font: str = "Helvetica",
        size: float = 10,
        color: Color = black,
        mode: int = 0,
    ) -> None:
        """Draw a text with its baseline at ``y``, in PDF render mode ``mode``."""
        self.canvas.saveState()  # otherwise the render mode would stay in effect
        line = self.canvas.beginText(x, self.size[1] - y)
        line.setFont(font, size)
        line.setFillColor(color)
        line.setTextRenderMode(mode)
        line.textOut(text)
        self.canvas.drawText(line)
        self.canvas.restoreState()

    def lines(self, x: float, y: float, texts: Sequence[str], font: str = "Helvetica", size: float = 10) -> None:
        for i, text in enumerate(texts):
            self.text(x, y + i * size * 1.3, text, font, size)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5, color: Color = black) -> None:
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(width)
        self.canvas.line(x0, self.size[1] - y0, x1, self.size[1] - y1)

    def box(
        self, x0: float, top: float, x1: float, bottom: float, fill: Color | None = None, stroke: Color | None = None
    ) -> None:
        if fill is not None:
            self.canvas.setFillColor(fill)
        if stroke is not None:
            self.canvas.setStrokeColor(stroke)
        self.canvas.rect(
            x0, self.size[1] - bottom, x1 - x0, bottom - top, fill=int(fill is not None), stroke=int(stroke is not None)
        )

    def grid(self, xs: Sequence[float], ys: Sequence[float], without: Sequence[tuple[str, int, int]] = ()) -> None:
        """Draw the lines of a table, cell by cell.

        ``without`` lists edges to omit: ("h", index of the line, column) or ("v", row, index of the line).
        """
        for i, y in enumerate(ys):
            for j, (x0, x1) in enumerate(pairwise(xs)):
                if ("h", i, j) not in without:
                    self.line(x0, y, x1, y)
        for j, x in enumerate(xs):
            for i, (y0, y1) in enumerate(pairwise(ys)):
                if ("v", i, j) not in without:
                    self.line(x, y0, x, y1)

    def cells(
        self, xs: Sequence[float], ys: Sequence[float], rows: Sequence[Sequence[str]], font: str = "Helvetica"
    ) -> None:
        """Draw texts in the cells of a grid; "\\n" starts a new line."""
        for y, row in zip(ys, rows, strict=False):
            for x, text in zip(xs, row, strict=False):
                if text:
                    self.lines(x + 4, y + 12, text.split("\n"), font)

    def next_page(self) -> None:
        self.canvas.showPage()

    def save(self) -> Path:
        self.canvas.save()
        return self.path


def draw(path: Path, *pages: Callable[[Drawing], object], size: tuple[float, float] = (WIDTH, HEIGHT)) -> Path:
    """Write a PDF with one page per function."""
    drawing = Drawing(path, size)
    for page in pages:
        page(drawing)
        drawing.next_page()
    return drawing.save()


def raw(path: Path, objects: dict[int, bytes], root: int = 1, extra: bytes = b"") -> Path:
    """Write a PDF from the source of its objects, for files that no library would write."""
    out, offsets = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += b"trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, root, extra, start)
    path.write_bytes(out)
    return path


def stream(data: bytes, entries: bytes = b"", packed: bool = False) -> bytes:
    if packed:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def cid_font(
    encoding: str = "UniJIS-UCS2-H",
    name: str = "Ryumin-Light",
    ordering: str = "Japan1",
    metrics: str = "/DW 1000",
    to_unicode: bytes = b"",
) -> dict[int, bytes]:
    """Return the objects of a font F for ``one_page`` that the file does not contain, as object 5 and some more.

    ``metrics`` are further entries of the CIDFont, as the widths W and DW, or a descriptor.
    """
    font = f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts[6 0 R]"
    descendant = (
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{name}{metrics}"
        f"/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>>>"
    )
    objects = {5: f"{font}{'/ToUnicode 7 0 R' * bool(to_unicode)}>>".encode(), 6: descendant.encode()}
    return {**objects, 7: stream(to_unicode)} if to_unicode else objects


def shown(text: bytes, matrix: str = "1 0 0 1 50 700", size: float = 20) -> bytes:
    """Return a content stream that shows encoded text in the font F."""
    return f"BT /F {size} Tf {matrix} Tm <{text.hex()}> Tj ET\n".encode()


def layers(path: Path) -> Path:
    """Write four lines: without a layer, on a layer that is on, on one that is off, in a form on the latter."""
    content = (
        b"BT /F 12 Tf 50 700 Td (plain) Tj ET\n"
        b"/OC /On BDC BT /F 12 Tf 50 650 Td (shown) Tj ET EMC\n"
        b"/OC /Off BDC BT /F 12 Tf 50 600 Td (secret) Tj ET EMC\n"
        b"/X Do\n"
    )
    form = b"BT /F 12 Tf 50 550 Td (covert) Tj ET"
    return raw(
        path,
        {
            1: b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R 7 0 R]/D<</ON[6 0 R]/OFF[7 0 R]>>>>>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>"
            b"/XObject<</X 8 0 R>>/Properties<</On 6 0 R/Off 7 0 R>>>>>>",
            4: stream(content),
            5: FONT,
            6: b"<</Type/OCG/Name(on)>>",
            7: b"<</Type/OCG/Name(off)>>",
            8: stream(
                form,
                b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/OC 7 0 R/Resources<</Font<</F 5 0 R>>>>",
            ),
        },
    )


def broken_page(path: Path) -> Path:
    """Write three pages, of which the second is not a page object."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F 7 0 R>>>>>>"
    return raw(
        path,
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>",
            3: page,
            4: b"(no page)",
            5: page,
            6: stream(b"BT /F 12 Tf 50 700 Td (still here) Tj ET"),
            7: FONT,
        },
    )


def one_page(path: Path, catalog: bytes = b"", content: bytes = b"", more: dict[int, bytes] | None = None) -> Path:
    """Write a page with the content stream ``content``; ``catalog`` is added to the document's catalog.

    ``more`` adds objects from number 6 on, or replaces others: 5 is the font F.
    """
    return raw(
        path,
        {
            1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            4: stream(content),
            5: FONT,
            **(more or {}),
        },
    )


def scan(path: Path, recognised: str, at: tuple[float, float] = (60, 100), also: str = "") -> Path:
    """Write a scanned page: a picture over the whole page, and text in render mode 3 at ``at``.

    The picture shows a line at (60, 100) and nothing else. ``also`` is visible text on the page.
    """
    from PIL import Image, ImageDraw
    from reportlab.lib.utils import ImageReader

    image = Image.new("L", (int(WIDTH), int(HEIGHT)), 250)
    pen = ImageDraw.Draw(image)
    for i in range(60):
        pen.rectangle((60 + i * 5, 92 + i % 3, 62 + i * 5, 100), fill=20)
    drawing = Drawing(path)
    drawing.canvas.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)
    drawing.text(*at, recognised, mode=3)
    if also:
        drawing.text(60, 300, also)
    return drawing.save()


__all__ = ["GOTHIC", "HEIGHT", "MINCHO", "WIDTH", "Drawing", "black", "broken_page", "cid_font", "draw", "layers"]
__all__ += ["one_page", "raw", "scan", "shown", "stream", "white"]

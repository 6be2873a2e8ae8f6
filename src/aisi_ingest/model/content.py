"""What a file contains: blocks, sections and tables; and how a stage reports its result."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

Lang = Literal["ja", "en"]
BlockKind = Literal[
    "title",
    "heading",
    "paragraph",
    "list_item",
    "table",
    "caption",
    "footnote",
    "code",
    "figure_text",
    "note",
    "furniture",
    "contents",
]
DocumentKind = Literal["report", "deck"]
Form = Literal["pdf", "pptx"]
IssueLevel = Literal["info", "warning", "error"]
# Why a reader cannot see a text: see docs/dataset.md.
HiddenReason = Literal[
    "struck",
    "outside",
    "tiny",
    "unpainted",
    "layer",
    "transparent",
    "clipped",
    "covered",
    "same_colour",
    "actual_text",
    "other_glyphs",
    "hidden_shape",
    "hidden_slide",
]

T = TypeVar("T")


class Issue(Struct, frozen=True, omit_defaults=True):
    """Something that a stage reports about a value. Issues are returned with the value and end up in the report."""

    stage: str  # fetch, extract, tag, pair, align, compare, publish
    level: IssueLevel  # error: the document failed; warning: something is missing; info: for information
    code: str  # a short fixed word, e.g. "password_needed", "page_unreadable"
    message: str  # one sentence: what happened, why, and how to solve it if there is a way
    page: int | None = None  # from 1


class Result(Struct, Generic[T], frozen=True):
    """The value of a stage and its issues. ``value`` is None if and only if an issue has level "error"."""

    value: T | None
    issues: tuple[Issue, ...] = ()


class Box(Struct, frozen=True, array_like=True):
    """A rectangle on one page, in points from the top left of the page."""

    x0: float
    top: float
    x1: float
    bottom: float


ReadingDirection = Literal["right", "down", "left", "up"]
"""Where the next character of a line is."""


class TextRun(Struct, frozen=True, omit_defaults=True, array_like=True):
    """Characters of a block that follow each other in one line: ``text[start:end]``, and where they are.

    Attributes:
        page: The page, from 1.
        box: The box of the run. Across the direction of reading it is as wide as the line.
        start: Offset of its first character in the text of the block.
        end: Offset after its last character.
        direction: Direction of reading.
        unit: Points that 1 in ``advances`` stands for.
        advances: For each character the distance to the next one. Empty if only the box is known.
    """

    page: int
    box: Box
    start: int
    end: int
    direction: ReadingDirection = "right"
    unit: float = 1.0
    advances: bytes = b""


class NoteLink(Struct, frozen=True):
    """A footnote anchor. Its position was in front of ``text[offset]``; ``block`` is the id of the footnote."""

    offset: int
    block: str


class Block(Struct, frozen=True, omit_defaults=True):
    """A paragraph, a list item, a table or another part of the text.

    ``text`` is normalised (``aisi_ingest.text.normalise``) and never changed afterwards. The text of a table has one
    line per row; the cells are separated by `` | ``. A block that continues after a page break has the page and box of
    its first part.
    """

    id: str
    page: int  # from 1
    bbox: Box
    kind: BlockKind
    text: str
    lang: Lang
    section: str | None = None  # None for furniture, speaker's notes and hidden text
    level: int | None = None  # headings: 1 is the highest; list items: 1 is not indented
    origin: Literal["text", "ocr"] = "text"
    hidden: bool = False
    notes: tuple[NoteLink, ...] = ()
    marker: str | None = None  # printed before a list item or numbered paragraph: "13.", "(b)", "第8条"
    hidden_reason: HiddenReason | None = None  # why ``hidden``; None for visible text
    speaker: str | None = None  # who speaks, as printed, in the turns of minutes
    runs: tuple[TextRun, ...] = ()  # where its characters are, as far as known, in the order of the text


class Section(Struct, frozen=True, omit_defaults=True):
    """A heading with the text below it. In a slide deck, a slide."""

    id: str
    title: str  # without the number
    level: int  # from 1
    pages: tuple[int, int]  # first and last
    parent: str | None = None
    number: str | None = None  # as printed: "2.1", "第1部", "(1)"


class Region(Struct, frozen=True):
    """A rectangle on a page, numbered from 1."""

    page: int
    bbox: Box


class TableCell(Struct, frozen=True, omit_defaults=True):
    """One cell of a table, with all rows and columns that it covers.

    Attributes:
        row: Its first row, from 0.
        column: Its first column, from 0.
        text: As in the rows of the table.
        row_span: Number of rows.
        column_span: Number of columns.
        header: Whether it lies in the header rows.
        regions: Where it is; more than one if a page break tears its row.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    regions: tuple[Region, ...] = ()


class Table(Struct, frozen=True, omit_defaults=True):
    """The cells of a block of kind "table". Merged cells are repeated; all rows have the same length."""

    id: str
    block: str
    page: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 0
    caption: str | None = None
    continues: str | None = None  # id of the table on an earlier page that this one continues
    cells: tuple[TableCell, ...] = ()  # by row and column; none if only the rows are known


class Content(Struct, frozen=True, omit_defaults=True):
    """The content of a file. The same bytes always have the same Content."""

    kind: DocumentKind
    form: Form
    lang: Lang  # of most of the text
    title: str
    page_sizes: tuple[tuple[float, float], ...]  # width and height of each page in points
    blocks: tuple[Block, ...] = ()  # in reading order
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    pages_without_text: tuple[int, ...] = ()
    hidden_pages: tuple[int, ...] = ()  # hidden slides
    active_content: tuple[
        str, ...
    ] = ()  # for example "javascript", "launch", "embedded_file": detected, never executed or opened

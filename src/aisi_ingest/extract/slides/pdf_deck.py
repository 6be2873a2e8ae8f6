"""Read slide decks that were saved as PDF: one section per slide, boxes and columns in the order a person reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.geometry import box_width, contains_center, intersects, overlap, union
from aisi_ingest.extract.slides.compose import Slide, as_furniture, compose, table_text
from aisi_ingest.extract.slides.paragraphs import Paragraph, split_paragraphs
from aisi_ingest.extract.slides.pdf_lines import (
    lines_outside_tables,
    match_page_number,
    page_number_lines,
    piece_of_line,
    turned_pieces,
)
from aisi_ingest.extract.slides.pdf_shapes import frames_on, horizontal_lines, shapes_on, vertical_lines
from aisi_ingest.extract.slides.piece import Entry, Piece
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.tables.finder import find_slide_tables, table_piece
from aisi_ingest.extract.slides.tables.model import Unit
from aisi_ingest.extract.slides.tables.ruled import is_prose
from aisi_ingest.extract.slides.tables.time_labels import time_label_of
from aisi_ingest.extract.slides.tables.timeline import with_timeline
from aisi_ingest.extract.slides.text_boxes import Row, cluster_rows, row_of, rows_from_lines
from aisi_ingest.extract.slides.titles import Candidate, choose_title, correct_titles, footers_of, labels_of
from aisi_ingest.model import Block, BlockKind, Box, Section, Table
from aisi_ingest.text.normalise import join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Line
    from aisi_ingest.extract.pdf.document import Bookmark
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.extract.tables.found_table import FoundTable


_LEVEL_STEP = 5.0  # points by which a list level is indented more than the one above; authors use 8 and more
_LEVEL_TOLERANCE = 0.1  # points
_SAME_COLUMN = 0.5  # share of the narrower box that two boxes of one column share
_MAXIMUM_TITLE_ROWS = 3
_SAME_SIZE = 0.97  # share of the largest type size from which on a row belongs to the title
_MINIMUM_BOOKMARK_LENGTH = 4  # characters; shorter bookmarks are no titles
_MINIMUM_TIME_LABELS = 3  # a timeline has at least three columns
_MINIMUM_TABLE_MARKS = 3  # a table that is set out of free texts has at least three lines or boxes


def read_deck(
    pages: Sequence[Page], outline: Sequence[Bookmark] = ()
) -> tuple[tuple[Block, ...], tuple[Section, ...], tuple[Table, ...]]:
    """Read a deck.

    Args:
        pages: All pages of the PDF.
        outline: The bookmarks of the PDF.

    Returns:
        The blocks in reading order, one section per slide, and the tables.
    """
    frames = frames_on(pages)
    contents = [_slide_content(page, drawn) for page, drawn in zip(pages, frames, strict=True)]
    numbers = page_number_lines(pages, [content.lines for content in contents])
    bookmarks = _bookmark_titles(outline)
    drafts = [
        _draft_slide(page, content, drawn, numbers, bookmarks.get(page.number))
        for page, content, drawn in zip(pages, contents, frames, strict=True)
    ]
    drafts = _without_labels(drafts)
    titles = correct_titles([draft.chosen for draft in drafts], [draft.candidates for draft in drafts])
    slides = [
        _finish_slide(draft, draft.chosen if draft.named_by_bookmark else title)
        for draft, title in zip(drafts, titles, strict=True)
    ]
    deck = compose(slides, [(page.width, page.height) for page in pages])
    return deck.blocks, deck.sections, deck.tables


class SlideContent(Struct, frozen=True, eq=False):
    """The tables of a page, and the lines of text outside them."""

    tables: list[Piece]
    lines: list[Line]


def _slide_content(page: Page, frames: Sequence[Box]) -> SlideContent:
    """Find the tables of a page. If two readings of the same lines are tables, the one with more rows counts."""
    from aisi_ingest.extract.tables.finder import find_tables

    found = find_tables(page)
    ruled = [table for table in found if table.how == "rules"]  # grids without drawn columns: may be free texts
    certain = [table for table in found if table.how != "rules"]
    lines = lines_outside_tables(page, certain, frames)
    free = [
        (piece, own)
        for piece, own in _free_text_tables(page, lines)
        if not any(intersects(piece.box, t.bbox) and len(t.rows) > len(piece.rows) for t in ruled)
    ]
    ruled = [t for t in ruled if not any(intersects(piece.box, t.bbox) for piece, _ in free) and not is_prose(t.rows)]
    if ruled:
        lines = lines_outside_tables(page, [*certain, *ruled], frames)
    used = {int(line.chars[0]) for _, own in free for line in own}
    lines = [line for line in lines if int(line.chars[0]) not in used]
    return SlideContent([*map(_table_piece, [*certain, *ruled]), *(piece for piece, _ in free)], lines)


def _table_piece(table: FoundTable) -> Piece:
    return Piece(
        "table",
        table_text(table.rows),
        table.bbox,
        rows=table.rows,
        header_rows=table.header_rows,
        places=table.cells,
    )


def _free_text_tables(page: Page, lines: Sequence[Line]) -> list[tuple[Piece, list[Line]]]:
    """Find the tables that a slide builds from free texts. Each is returned with the lines that are in it."""
    rules, shapes = horizontal_lines(page), shapes_on(page)
    if len(rules) < _MINIMUM_TABLE_MARKS and len(shapes) < _MINIMUM_TABLE_MARKS:
        return []
    horizontal = [line for line in lines if line.direction == "right" and not match_page_number(page, line)]
    units = [Unit(line.text, line.box, line.size, line.bold) for line in horizontal]
    out: list[tuple[Piece, list[Line]]] = []
    for table in find_slide_tables(units, rules, shapes):
        rows = tuple(tuple(_cell_text([horizontal[n] for n in cell]) for cell in row) for row in table.cells)
        piece = table_piece(table, units, rows)
        out.append((piece, [horizontal[n] for n in {n for row in table.cells for cell in row for n in cell}]))
    return out


def _cell_text(lines: Sequence[Line]) -> str:
    """Return the text of a cell. Its paragraphs are separated by spaces."""
    if not lines:
        return ""
    return " ".join(p.text for p in split_paragraphs([row_of(line) for line in lines if line.text.strip()]))


def _bookmark_titles(outline: Sequence[Bookmark]) -> dict[int, str]:
    """Return the bookmark of each page that has exactly one."""
    pages = Counter(mark.page for mark in outline)
    return {mark.page: mark.title for mark in outline if mark.page is not None and pages[mark.page] == 1}


class _Draft(Struct, frozen=True, eq=False):
    """A slide whose title is not final yet.

    Attributes:
        page: The page of the PDF.
        clusters: Rows of horizontal text, grouped into text boxes.
        frames: Drawn boxes outside tables.
        candidates: Texts that may be the title.
        runs: The rows of each candidate.
        chosen: The candidate that looks like the title.
        named_by_bookmark: Whether a bookmark confirms the title.
        others: Tables and turned text.
        furniture: Page numbers.
    """

    page: Page
    clusters: list[list[Row]]
    frames: list[Box]
    candidates: list[Candidate]
    runs: list[list[Row]]
    chosen: Candidate | None
    named_by_bookmark: bool
    others: list[Piece]
    furniture: list[Piece]


def _draft_slide(
    page: Page, content: SlideContent, drawn: Sequence[Box], page_numbers: set[int], bookmark: str | None
) -> _Draft:
    tables = content.tables
    furniture = [piece_of_line(line, "furniture") for line in content.lines if id(line) in page_numbers]
    lines = [line for line in content.lines if id(line) not in page_numbers]
    frames = [frame for frame in drawn if not any(contains_center(table.box, frame) for table in tables)]
    rows = rows_from_lines([line for line in lines if line.direction == "right"], frames)
    clusters = _split_at_time_labels(cluster_rows(rows, frames, horizontal_lines(page)))
    candidates: list[Candidate] = []
    runs: list[list[Row]] = []
    for cluster in clusters:
        for run in _title_runs(cluster):
            text = join_lines(row.text for row in run)
            candidates.append(Candidate(text, run[0].size, union([row.box for row in run]), len(runs)))
            runs.append(run)
    named = _candidate_named(candidates, bookmark)
    chosen = named or choose_title(candidates, page.height, [table.box.top for table in tables])
    others = [*turned_pieces([line for line in lines if line.direction != "right"]), *tables]
    return _Draft(page, clusters, frames, candidates, runs, chosen, named is not None, others, furniture)


def _without_labels(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Choose the titles again without the labels and footers that many slides repeat."""
    texts = [draft.candidates for draft in drafts]
    labels, footers = labels_of(texts), footers_of(texts, [draft.page.height for draft in drafts])
    if not labels and not footers:
        return list(drafts)
    out = []
    for draft in drafts:
        candidates = [candidate for candidate in draft.candidates if candidate.text not in labels | footers]
        only_footers = all(candidate.text in footers for candidate in draft.candidates)
        changed = len(candidates) < len(draft.candidates) and (bool(candidates) or only_footers)
        if changed and not draft.named_by_bookmark:
            tops = [piece.box.top for piece in draft.others if piece.kind == "table"]
            chosen = choose_title(candidates, draft.page.height, tops)
            draft = replace(draft, candidates=candidates, chosen=chosen)
        out.append(draft)
    return out


def _split_at_time_labels(clusters: list[list[Row]]) -> list[list[Row]]:
    """Separate years and months from the text right below them: they may be the header of a timeline."""
    time_labels = {id(row) for cluster in clusters for row in cluster if time_label_of(row.text) is not None}
    if len(time_labels) < _MINIMUM_TIME_LABELS:
        return clusters
    out: list[list[Row]] = []
    for cluster in clusters:
        run: list[Row] = []
        for row in cluster:
            if id(row) in time_labels or (run and id(run[-1]) in time_labels):
                out += [run] if run else []
                run = []
            run.append(row)
        out.append(run)
    return out


def _title_runs(cluster: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of a text box that may be titles: its rows in the largest type together, and each other row.

    If there are more than three rows in the largest type, they are body text and only the first may be a title.
    """
    largest = max(row.size for row in cluster)
    run = [row for row in cluster if row.size > _SAME_SIZE * largest]
    if len(run) > _MAXIMUM_TITLE_ROWS:
        run = run[:1]
    return [run, *([row] for row in cluster if not any(row is used for used in run))]


def _candidate_named(candidates: Sequence[Candidate], name: str | None) -> Candidate | None:
    """Return the candidate that a bookmark names."""
    if not name:
        return None
    plain = re.sub(r"\s", "", name)
    if len(plain) < _MINIMUM_BOOKMARK_LENGTH:
        return None
    return next((candidate for candidate in candidates if re.sub(r"\s", "", candidate.text) == plain), None)


def _finish_slide(draft: _Draft, title: Candidate | None) -> Slide:
    """Put the texts of a slide in reading order, with the title first."""
    from aisi_ingest.extract.lines.hidden import hidden_lines

    title_rows = draft.runs[title.index] if title else []
    entries: list[Entry] = []
    starts: dict[int, float] = {}  # id of a piece to the left edge of its first row
    for cluster in draft.clusters:
        rest = [row for row in cluster if not any(row is used for used in title_rows)]
        if rest:
            paragraphs = split_paragraphs(rest)
            pieces = [_paragraph_piece(paragraph) for paragraph in paragraphs]
            starts |= {id(piece): paragraph.rows[0].box.x0 for piece, paragraph in zip(pieces, paragraphs, strict=True)}
            entries.append((union([row.box for row in rest]), pieces))
    entries += [(piece.box, [piece]) for piece in draft.others]
    entries = with_timeline(entries, draft.frames, vertical_lines(draft.page))
    order = visual_order([box for box, _ in entries], draft.frames, horizontal_lines(draft.page))
    body = _assign_levels([[(starts.get(id(p), p.box.x0), p) for p in entries[index][1]] for index in order])
    text = join_lines(row.text for row in title_rows)
    if title_rows:
        body.insert(0, Piece("heading", text, union([row.box for row in title_rows]), 1, size=title_rows[0].size))
    hidden = [
        replace(piece_of_line(line, "paragraph"), hidden=True, hidden_reason=reason)
        for line, reason in hidden_lines(draft.page)
    ]
    return Slide(text, (*body, *map(as_furniture, draft.furniture), *hidden))


def _paragraph_piece(paragraph: Paragraph) -> Piece:
    kind: BlockKind = "list_item" if paragraph.bullet else "paragraph"
    return Piece(kind, paragraph.text, paragraph.box, 1 if paragraph.bullet else None, size=paragraph.size)


_Start = tuple[float, Piece]
"""A piece and the left edge of its first row, in points. Other rows may begin further left."""


def _assign_levels(groups: Sequence[Sequence[_Start]]) -> list[Piece]:
    """Assign levels to list items: the further an item is indented in its column, the higher its level.

    Args:
        groups: The pieces of each entry, in reading order. Lists that follow each other in one column are one list;
            an entry without list items between them ends it.
    """
    columns: list[list[_Start]] = []
    previous_has_items = False
    for group in groups:
        same_column = columns and _in_one_column(columns[-1][-1][1].box, union([piece.box for _, piece in group]))
        if previous_has_items and same_column:
            columns[-1].extend(group)
        else:
            columns.append(list(group))
        previous_has_items = any(piece.kind == "list_item" for _, piece in group)
    out: list[Piece] = []
    for column in columns:
        indents: list[float] = []
        for start in sorted(start for start, piece in column if piece.kind == "list_item"):
            if not indents or start - indents[-1] > _LEVEL_STEP:
                indents.append(start)
        for start, piece in column:
            if piece.kind == "list_item":
                piece = replace(piece, level=sum(indent <= start + _LEVEL_TOLERANCE for indent in indents))
            out.append(piece)
    return out


def _in_one_column(first: Box, second: Box) -> bool:
    shared = overlap(first.x0, first.x1, second.x0, second.x1)
    return shared > _SAME_COLUMN * min(box_width(first), box_width(second))

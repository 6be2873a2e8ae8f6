"""Slide decks that were saved as PDF: one section a slide, boxes and columns read as a person reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.slides.compose import Piece, Slide, around, as_furniture, compose
from aisi_ingest.extract.slides.geometry import holds
from aisi_ingest.extract.slides.pdf_shapes import frames_on, lines_across, lines_down, shapes_on
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.tables.finder import slide_tables
from aisi_ingest.extract.slides.tables.model import Unit
from aisi_ingest.extract.slides.tables.ruled import is_prose
from aisi_ingest.extract.slides.tables.time_labels import time_label_of
from aisi_ingest.extract.slides.tables.timeline import with_timeline
from aisi_ingest.extract.slides.text_boxes import Paragraph, Row, clusters_of, paragraphs_of, rows_of
from aisi_ingest.extract.slides.titles import Candidate, settled, title_of
from aisi_ingest.model import Block, BlockKind, Box, Section, Table
from aisi_ingest.text.normalise import join_lines

if TYPE_CHECKING:
    from aisi_ingest.extract.lines.line import Line
    from aisi_ingest.extract.pdf.document import Bookmark
    from aisi_ingest.extract.pdf.page import Page
    from aisi_ingest.extract.tables.finder import FoundTable


_STEP = 5.0  # points that an item stands in from the level above; authors use 8 and more


def is_deck(page_sizes: Sequence[tuple[float, float]], characters_per_page: Sequence[int] = ()) -> bool:
    """Whether pages are slides: nearly all lie on their side, and do not hold what a printed page holds.

    Slides measured: 0 to 1,500 characters a page, in median under 900 even in dense Japanese governmental
    decks; reports printed across have 1,800 and more.
    """
    if not page_sizes:
        return False
    lying = sum(1.15 * height < width < 2.6 * height for width, height in page_sizes)
    return lying >= 0.8 * len(page_sizes) and (not characters_per_page or median(characters_per_page) < 1800)


def read_deck(
    pages: Sequence[Page], outline: Sequence[Bookmark] = ()
) -> tuple[tuple[Block, ...], tuple[Section, ...], tuple[Table, ...]]:
    """Blocks in reading order, one section a slide, and the tables."""
    frames = frames_on(pages)
    places = [_place(page, drawn) for page, drawn in zip(pages, frames, strict=True)]
    numbers = _page_numbers(pages, [place.lines for place in places])
    named = _named(outline)
    drafts = [
        _draft(page, place, drawn, numbers, named) for page, place, drawn in zip(pages, places, frames, strict=True)
    ]
    titles = settled([draft.chosen for draft in drafts], [draft.candidates for draft in drafts])
    slides = [
        _slide(draft, draft.chosen if draft.named else title) for draft, title in zip(drafts, titles, strict=True)
    ]
    deck = compose(slides, [(page.width, page.height) for page in pages])
    return deck.blocks, deck.sections, deck.tables


_PAGE_NUMBER = re.compile(r"(?:[-–—]|p\.?|page|スライド)?[ ]*(\d{1,3})[ ]*(?:[-–—]|[/／][ ]*\d{1,3})?", re.IGNORECASE)


class SlideContent(Struct, frozen=True, eq=False):
    """What stands on a page: tables, and the lines of text that stand in none."""

    tables: list[Piece]
    lines: list[Line]


def _place(page: Page, frames: Sequence[Box]) -> SlideContent:
    """The tables of a page; of two readings of the same lines that which knows more rows."""
    from aisi_ingest.extract.tables.finder import find_tables

    found = find_tables(page)
    loose = [table for table in found if table.how == "rules"]
    sure = [table for table in found if table.how != "rules"]
    lines = _free_lines(page, sure, frames)
    set_out = [
        (piece, own)
        for piece, own in _set_out(page, lines)
        if not any(_overlap(piece.box, t.bbox) and len(t.rows) > len(piece.rows) for t in loose)
    ]
    loose = [t for t in loose if not any(_overlap(piece.box, t.bbox) for piece, _ in set_out) and not is_prose(t.rows)]
    if loose:
        lines = _free_lines(page, [*sure, *loose], frames)
    used = {int(line.chars[0]) for _, own in set_out for line in own}
    lines = [line for line in lines if int(line.chars[0]) not in used]
    return SlideContent([*map(_table_piece, [*sure, *loose]), *(piece for piece, _ in set_out)], lines)


def _overlap(one: Box, other: Box) -> bool:
    return min(one.x1, other.x1) > max(one.x0, other.x0) and min(one.bottom, other.bottom) > max(one.top, other.top)


def _page_numbers(pages: Sequence[Page], lines: Sequence[Sequence[Line]]) -> set[int]:
    """Ids of the lines that count the pages: figures at an edge that grow with the pages."""
    found = [
        (int(match.group(1)) - page.number, line)
        for page, own in zip(pages, lines, strict=True)
        for line in own
        if (match := _count_at_edge(page, line))
    ]
    offsets = Counter(offset for offset, _ in found)
    usual = {offset for offset, count in offsets.items() if count == max(offsets.values()) and abs(offset) < 100}
    return {id(line) for offset, line in found if offset in usual}


def _count_at_edge(page: Page, line: Line) -> re.Match[str] | None:
    edge = line.box.top > 0.86 * page.height or line.box.bottom < 0.12 * page.height
    return _PAGE_NUMBER.fullmatch(line.text.strip()) if edge else None


def _named(outline: Sequence[Bookmark]) -> dict[int, str]:
    """Page to bookmark, where a page has just one."""
    pages = Counter(mark.page for mark in outline)
    return {mark.page: mark.title for mark in outline if mark.page is not None and pages[mark.page] == 1}


class _Draft(Struct, frozen=True, eq=False):
    """A slide before its title is settled."""

    page: Page
    clusters: list[list[Row]]
    frames: list[Box]
    candidates: list[Candidate]
    runs: list[list[Row]]  # the rows of each candidate
    chosen: Candidate | None
    named: bool  # the outline says so
    others: list[Piece]  # tables and turned text
    furniture: list[Piece]


def _draft(
    page: Page,
    place: SlideContent,
    drawn: Sequence[Box],
    numbers: set[int],
    names: dict[int, str],
) -> _Draft:
    tables = place.tables
    furniture = [_piece_of_line(line) for line in place.lines if id(line) in numbers]
    free = [line for line in place.lines if id(line) not in numbers]
    frames = [frame for frame in drawn if not any(holds(table.box, frame) for table in tables)]
    upright = rows_of([line for line in free if line.direction == "right"], frames)
    clusters = _without_moments(clusters_of(upright, frames, lines_across(page)))
    candidates: list[Candidate] = []
    runs: list[list[Row]] = []
    for cluster in clusters:
        for run in _title_runs(cluster):
            text = join_lines(row.text for row in run)
            candidates.append(Candidate(text, run[0].size, around([row.box for row in run]), len(runs)))
            runs.append(run)
    named = _by_name(candidates, names.get(page.number))
    chosen = named or title_of(candidates, page.height, [table.box.top for table in tables])
    others = [*_upright([line for line in free if line.direction != "right"]), *tables]
    return _Draft(page, clusters, frames, candidates, runs, chosen, named is not None, others, furniture)


def _slide(draft: _Draft, chosen: Candidate | None) -> Slide:
    titled = draft.runs[chosen.index] if chosen else []
    entries: list[tuple[Box, list[Piece]]] = []
    starts: dict[int, float] = {}
    for cluster in draft.clusters:
        rest = [row for row in cluster if not any(row is used for used in titled)]
        if rest:
            paragraphs = paragraphs_of(rest)
            pieces = [_piece(paragraph) for paragraph in paragraphs]
            starts |= {id(piece): paragraph.rows[0].box.x0 for piece, paragraph in zip(pieces, paragraphs, strict=True)}
            entries.append((around([row.box for row in rest]), pieces))
    entries += [(piece.box, [piece]) for piece in draft.others]
    entries = with_timeline(entries, draft.frames, lines_down(draft.page))
    order = visual_order([box for box, _ in entries], draft.frames, lines_across(draft.page))
    body = _levelled([[(starts.get(id(p), p.box.x0), p) for p in entries[index][1]] for index in order])
    title = join_lines(row.text for row in titled)
    if titled:
        body.insert(0, Piece("heading", title, around([row.box for row in titled]), 1, size=titled[0].size))
    unseen = [replace(_piece_of_line(line, "paragraph"), hidden=True) for line in _hidden_lines(draft.page)]
    return Slide(title, (*body, *map(as_furniture, draft.furniture), *unseen))


def _set_out(page: Page, lines: Sequence[Line]) -> list[tuple[Piece, list[Line]]]:
    """Tables that the slide sets out of free texts, each with the lines of text that stand in it."""
    across, shapes = lines_across(page), shapes_on(page)
    if len(across) < 3 and len(shapes) < 3:
        return []
    level = [line for line in lines if line.direction == "right" and not _count_at_edge(page, line)]
    units = [Unit(line.text, line.box, line.size, line.bold) for line in level]
    out: list[tuple[Piece, list[Line]]] = []
    for table in slide_tables(units, across, shapes):
        rows = tuple(tuple(_said([level[number] for number in cell]) for cell in row) for row in table.cells)
        text = "\n".join(" | ".join(row) for row in rows)
        piece = Piece("table", text, table.box, rows=rows, header_rows=table.header_rows)
        out.append((piece, [level[n] for n in {n for row in table.cells for cell in row for n in cell}]))
    return out


def _said(lines: Sequence[Line]) -> str:
    """What the lines of a cell say, its paragraphs set off by blanks."""
    if not lines:
        return ""
    rows = [Row(e.text, e.box, e.baseline, e.size, e.bold, e.color, e.box.x0) for e in lines if e.text.strip()]
    return " ".join(paragraph.text for paragraph in paragraphs_of(rows))


def _without_moments(clusters: list[list[Row]]) -> list[list[Row]]:
    """Years and months that may head the columns of a timeline apart from what stands close under them."""
    moments = {id(row) for cluster in clusters for row in cluster if time_label_of(row.text) is not None}
    if len(moments) < 3:
        return clusters
    out: list[list[Row]] = []
    for cluster in clusters:
        run: list[Row] = []
        for row in cluster:
            if id(row) in moments or (run and id(run[-1]) in moments):
                out += [run] if run else []
                run = []
            run.append(row)
        out.append(run)
    return out


def _hidden_lines(page: Page) -> list[Line]:
    """What a reader of the page cannot see."""
    from aisi_ingest.extract.lines.lines import lines_of

    hidden = page.chars["hidden"].nonzero()[0]
    return [line for line in lines_of(page, hidden) if line.text.strip()] if len(hidden) else []


def _upright(lines: Sequence[Line]) -> list[Piece]:
    """Vertical text, its pieces under each other put together; other turned lines as they are."""
    out: list[Piece] = []
    for line in sorted(lines, key=lambda line: (line.box.top, line.box.x0)):
        piece = _piece_of_line(line, "paragraph")
        if line.direction == "vertical":
            above = next((k for k, other in enumerate(out) if _under(other.box, line.box, line.size)), None)
            if above is not None:
                other = out[above]
                out[above] = replace(other, text=other.text + piece.text, box=around([other.box, piece.box]))
                continue
        out.append(piece)
    return out


def _under(upper: Box, lower: Box, size: float) -> bool:
    """Whether ``lower`` goes on straight below ``upper``, which may lean a little."""
    near = lower.x0 < upper.x1 + 0.5 * size and upper.x0 < lower.x1 + 0.5 * size
    return near and -0.5 * size < lower.top - upper.bottom < 0.6 * size


def _title_runs(cluster: Sequence[Row]) -> list[list[Row]]:
    """A cluster's rows in the largest type, at most three together, and each of the others."""
    largest = max(row.size for row in cluster)
    run = [row for row in cluster if row.size > 0.97 * largest]
    if len(run) > 3:
        run = run[:1]
    return [run, *([row] for row in cluster if not any(row is used for used in run))]


def _by_name(candidates: Sequence[Candidate], name: str | None) -> Candidate | None:
    """The candidate that the outline names."""
    if not name:
        return None
    plain = re.sub(r"\s", "", name)
    return next((c for c in candidates if len(plain) > 3 and re.sub(r"\s", "", c.text) == plain), None)


def _piece(paragraph: Paragraph) -> Piece:
    kind: BlockKind = "list_item" if paragraph.bullet else "paragraph"
    return Piece(kind, paragraph.text, paragraph.box, 1 if paragraph.bullet else None, size=paragraph.size)


def _piece_of_line(line: Line, kind: BlockKind = "furniture") -> Piece:
    return Piece(kind, line.text.strip(), line.box, size=line.size)


_Set = tuple[float, Piece]  # where its first line begins, which is not its box: lines may hang out to the left


def _levelled(groups: Sequence[Sequence[_Set]]) -> list[Piece]:
    """Levels of list items from how far they stand in from the others of their column."""
    columns: list[list[_Set]] = []
    listed = False  # whether the group before had items: a box of words between begins anew
    for group in groups:
        same = columns and _same_column(columns[-1][-1][1].box, around([piece.box for _, piece in group]))
        if listed and same:
            columns[-1].extend(group)
        else:
            columns.append(list(group))
        listed = any(piece.kind == "list_item" for _, piece in group)
    out: list[Piece] = []
    for column in columns:
        steps: list[float] = []
        for start in sorted(start for start, piece in column if piece.kind == "list_item"):
            if not steps or start - steps[-1] > _STEP:
                steps.append(start)
        for start, piece in column:
            if piece.kind == "list_item":
                piece = replace(piece, level=sum(step <= start + 0.1 for step in steps))
            out.append(piece)
    return out


def _same_column(first: Box, second: Box) -> bool:
    shared = min(first.x1, second.x1) - max(first.x0, second.x0)
    return shared > 0.5 * min(first.x1 - first.x0, second.x1 - second.x0)


def _free_lines(page: Page, tables: Sequence[FoundTable], frames: Sequence[Box]) -> list[Line]:
    """The page's visible lines but for what stands in tables, cut where one box ends and another begins."""
    import numpy as np

    from aisi_ingest.extract.lines.lines import lines_of

    visible = ~page.chars["hidden"]
    for table in tables:
        visible[table.chars] = False
    lines = lines_of(page, np.flatnonzero(visible))
    first = [int(line.chars[0]) for line in lines if line.direction == "right" and line.text[:1] in _HYPHENS]
    dashes = page.chars["x0"][first].tolist()
    return [part for line in lines for part in _parted(page, line, frames, dashes)]


_INNER_SIGNS = frozenset(map(ord, "•‣⁃●■◆▪➢✓✔‒–・○◦"))
_HYPHENS = ("-", "－", "−")  # a sign of items where lines begin with it, one under the other
_INNER_GAP = 0.6  # em before a sign inside a line, from which on it begins a neighbour's text


def _parted(page: Page, line: Line, frames: Sequence[Box], dashes: Sequence[float]) -> list[Line]:
    """A line whose second half is a neighbouring box's, in two: boxes may stand close together.

    ``dashes`` is where lines begin with a hyphen: what stands under two of them is an item of their column.
    """
    from aisi_ingest.extract.lines.lines import lines_of

    if line.direction != "right":
        return [line]
    chars = page.chars[line.chars]
    gaps = chars["x0"][1:] - chars["x1"][:-1]
    middle = (line.box.top + line.box.bottom) / 2
    level = [frame for frame in frames if frame.top <= middle <= frame.bottom]
    cuts = [
        position + 1
        for position in (gaps > 0.25 * line.size).nonzero()[0].tolist()
        if chr(chars["code"][position + 1]) in _HYPHENS
        and sum(abs(x - float(chars["x0"][position + 1])) < 2 for x in dashes) >= 2
    ]
    cuts += [
        position + 1
        for position in (gaps > _INNER_GAP * line.size).nonzero()[0].tolist()
        if int(chars["code"][position + 1]) in _INNER_SIGNS
        or _divided(level, float(chars["x1"][position]), float(chars["x0"][position + 1]))
    ]
    if not cuts:
        return [line]
    edges = [0, *sorted(set(cuts)), len(line.chars)]
    parts = [line.chars[start:end] for start, end in pairwise(edges)]
    return [piece for part in parts for piece in lines_of(page, part)]


def _divided(frames: Sequence[Box], left: float, right: float) -> bool:
    """Whether a box ends or begins between two characters."""
    return any((frame.x0 < left < frame.x1 + 1) != (frame.x0 - 1 < right < frame.x1) for frame in frames)


def _table_piece(table: FoundTable) -> Piece:
    text = "\n".join(" | ".join(row) for row in table.rows)
    return Piece("table", text, table.bbox, rows=table.rows, header_rows=table.header_rows)

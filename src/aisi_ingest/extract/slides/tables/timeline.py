"""Find timelines that a slide draws with free shapes: a line of years or months, with bars and texts below it.

They become tables: a column for each year or month, a row for each lane. A bar is in every column that it reaches
into, like a merged cell. Precision comes first. Texts that name other years than their column, axes with texts on both
sides, and anything else that does not keep to its columns stay paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.geometry import box_height, box_width, center_x, center_y, overlap, union
from aisi_ingest.extract.slides.compose import table_text
from aisi_ingest.extract.slides.piece import Entry, Piece
from aisi_ingest.extract.slides.tables.items import Item, items_of
from aisi_ingest.extract.slides.tables.time_labels import is_ellipsis, time_label_of
from aisi_ingest.extract.slides.tables.timeline_columns import (
    MINIMUM_COLUMNS,
    MINIMUM_REACH,
    ColumnSpan,
    TimelineItems,
    column_borders,
    column_span,
    find_headers,
    years_above,
    years_agree,
)
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width

# Tuned on drawn slides and on the decks at hand, so that their 218 slides have no false table.
_RIGHT_OVERHANG = 0.6  # of the last column's width by which a bar may end beyond it: the tip of an arrow
_LEFT_OVERHANG = 0.1  # of the timeline's width by which a bar may begin before it
_LABEL_OVERHANG = 0.1  # of a label's own width by which its middle must be left of the timeline
_LABEL_REACH = 0.6  # of the timeline's width: labels further left belong to something else
_MAXIMUM_TEXT_LENGTH = 90  # half-width characters of a bar's text; longer texts are prose
_MAXIMUM_ITEMS = 500  # texts or shapes on a slide; more are a map or a plot
_MAXIMUM_GAP = 0.3  # of the timeline's width: below a larger gap something else begins
_LABEL_STEP = 1.5  # of the largest step between labels: labels further down belong to something else
_BOXED_SHARE = 2  # without drawn borders, at least one text in so many must be in a bar
_MINIMUM_LANES = 2
_SHARED_HEIGHT = 0.5  # share of the smaller height over which two items side by side overlap
_LABEL_OVERLAP = 2  # points by which two labels below each other may overlap


class Timeline(Struct, frozen=True):
    """A timeline as a table, and the indices of the entries that are in it."""

    table: Piece
    used: frozenset[int]


def with_timeline(entries: list[Entry], frames: Sequence[Box], vertical_lines: Sequence[Box]) -> list[Entry]:
    """Replace the entries of a slide that form a timeline by one table.

    Args:
        entries: The texts and tables of the slide.
        frames: The drawn shapes.
        vertical_lines: The drawn vertical lines.
    """
    if len(entries) > _MAXIMUM_ITEMS or len(frames) > _MAXIMUM_ITEMS:
        return entries
    found = find_timeline(items_of(entries, frames), vertical_lines)
    if found is None:
        return entries
    rest = [entry for number, entry in enumerate(entries) if number not in found.used]
    return [*rest, (found.table.box, [found.table])]


def find_timeline(items: Sequence[Item], vertical_lines: Sequence[Box] = ()) -> Timeline | None:
    """Find the timeline among the items of a slide.

    Args:
        items: The texts of the slide.
        vertical_lines: The drawn vertical lines, which may divide the columns.

    Returns:
        The timeline; None if there is none.
    """
    time_labels = [time_label_of(item.text) for item in items]
    if sum(label is not None for label in time_labels) < MINIMUM_COLUMNS:
        return None
    slide = TimelineItems(items, time_labels, vertical_lines)
    for header in find_headers(slide):
        found = _timeline_under(header, slide)
        if found is not None:
            return found
    return None


def _timeline_under(header: list[int], slide: TimelineItems) -> Timeline | None:
    """Build the timeline below a line of time labels; None if there is none."""
    borders, are_drawn = column_borders([slide.items[i] for i in header], slide.vertical_lines)
    years = years_above(header, slide, borders)
    body, labels = _body_and_labels(header, years, borders, slide)
    if not body:
        return None
    bottom = max(slide.extent(i).bottom for i in body)
    labels = _without_distant_labels(sorted((slide.extent(i).top, i) for i in labels), bottom)
    spans = {i: column_span(slide.items[i], borders) for i in body}
    boxed = sum(slide.items[i].frame is not None for i in body)
    if not (are_drawn or _BOXED_SHARE * boxed >= len(body)) or not years_agree(header, years, spans, slide):
        return None
    lanes = _lanes(body, labels, slide.items, spans)
    if len(lanes) < _MINIMUM_LANES or len({spans[i] for i in body}) <= 1:
        return None
    return _to_table(header, years, bool(labels), lanes, slide.items, spans)


def _body_and_labels(
    header: Sequence[int], years: dict[int, tuple[int, ...]], borders: Sequence[float], slide: TimelineItems
) -> tuple[list[int], list[int]]:
    """Return the items below the header that are in the timeline, and those left of it that may label its rows."""
    left, right = borders[0], borders[-1]
    first_column, last_column = borders[1] - left, right - borders[-2]
    lowest = max(slide.box(i).bottom for i in header)
    below = [
        i for i in range(len(slide.items)) if i not in header and i not in years and center_y(slide.extent(i)) > lowest
    ]
    body: list[int] = []
    labels: list[int] = []
    for i in sorted(below, key=lambda i: slide.extent(i).top):
        box = slide.extent(i)
        if box.top - lowest > _MAXIMUM_GAP * (right - left):
            break
        is_left = center_x(box) < left - _LABEL_OVERHANG * box_width(box)
        is_left = is_left and box.x1 < left + MINIMUM_REACH * first_column
        if is_left and box.x1 > left - _LABEL_REACH * (right - left):
            labels.append(i)
        elif box.x0 >= right or box.x1 <= left:
            continue  # beside the timeline
        elif box.x0 < left - _LEFT_OVERHANG * (right - left) or box.x1 > right + _RIGHT_OVERHANG * last_column:
            break  # wider than the timeline: a text below it
        elif width(slide.items[i].text) > _MAXIMUM_TEXT_LENGTH:
            break
        else:
            body.append(i)
        lowest = max(lowest, box.bottom)
    return body, labels


def _without_distant_labels(labels: Sequence[tuple[float, int]], bottom: float) -> list[int]:
    """Return the labels above ``bottom``, and those below it that follow in steps like the ones before.

    Args:
        labels: Top, in points, and index of each label, from top to bottom.
        bottom: Lower edge of the bars, in points.
    """
    kept = [label for label in labels if label[0] < bottom]
    for label in labels[len(kept) :]:
        steps = [b[0] - a[0] for a, b in pairwise(kept)]
        if not steps or label[0] - kept[-1][0] > _LABEL_STEP * max(steps):
            break
        kept.append(label)
    return [i for _, i in kept]


_Lane = tuple[int | None, list[int]]
"""A row: the item that labels it, and the items in it."""


def _lanes(
    body: Sequence[int], labels: Sequence[int], items: Sequence[Item], spans: dict[int, ColumnSpan]
) -> list[_Lane]:
    """Distribute the items to rows.

    Each label in front begins a row. Without labels, items side by side are a row, and items of one column that are
    below each other are in different rows. ``spans`` is changed: continued bars and single labels get their columns.
    """
    if len(labels) <= 1 or not _are_stacked([items[i].extent for i in labels]):
        spans.update(dict.fromkeys(labels, (-1, -1)))
        return _lanes_without_labels([*body, *labels], items, spans)
    ordered = sorted(labels, key=lambda i: items[i].extent.top)
    starts = [items[i].extent.top for i in ordered]
    lanes: list[_Lane] = [(i, []) for i in ordered]
    above: list[int] = []  # items above the first label
    for group in _side_by_side(body, items):
        rows = [sum(start <= center_y(items[i].extent) for start in starts) - 1 for i in group]
        row = max(sorted(set(rows)), key=rows.count)
        (lanes[row][1] if row >= 0 else above).extend(group)
    return [*_lanes_without_labels(above, items, spans), *lanes]


def _side_by_side(body: Sequence[int], items: Sequence[Item]) -> list[list[int]]:
    """Group the items that are side by side."""
    groups: list[list[int]] = []
    for i in sorted(body, key=lambda i: (items[i].extent.top, items[i].extent.x0)):
        for group in groups:
            if _share_height(items[i].extent, items[group[0]].extent):
                group.append(i)
                break
        else:
            groups.append([i])
    return groups


def _share_height(one: Box, other: Box) -> bool:
    shared = overlap(one.top, one.bottom, other.top, other.bottom)
    return shared > _SHARED_HEIGHT * min(box_height(one), box_height(other))


def _are_stacked(boxes: Sequence[Box]) -> bool:
    """Return whether boxes are below each other without overlap."""
    ordered = sorted(boxes, key=lambda box: box.top)
    return all(a.bottom <= b.top + _LABEL_OVERLAP for a, b in pairwise(ordered))


def _lanes_without_labels(body: Sequence[int], items: Sequence[Item], spans: dict[int, ColumnSpan]) -> list[_Lane]:
    """Distribute items to rows by their height. Each column of a row has one item.

    Dots behind a bar mean that it continues: they are moved to the column after it, which changes ``spans``.
    """
    lanes: list[list[int]] = []
    column_count = max((last for _, last in spans.values()), default=0) + 1
    for i in sorted(body, key=lambda i: (center_y(items[i].extent), items[i].extent.x0)):
        box = items[i].extent
        for lane in reversed(lanes):
            if not _share_height(box, items[lane[0]].extent):
                continue
            taken = any(spans[i][0] <= spans[k][1] and spans[k][0] <= spans[i][1] for k in lane)
            if taken and is_ellipsis(items[i].text):
                end = max(spans[k][1] for k in lane) + 1
                if end < column_count:
                    spans[i], taken = (end, end), False
            if not taken:
                lane.append(i)
                break
        else:
            lanes.append([i])
    return [(None, lane) for lane in lanes]


def _to_table(
    header: Sequence[int],
    years: dict[int, tuple[int, ...]],
    labelled: bool,
    lanes: Sequence[_Lane],
    items: Sequence[Item],
    spans: dict[int, ColumnSpan],
) -> Timeline:
    """Build the table.

    Args:
        header: The time labels of the columns.
        years: Items of years above the header, and the columns below each.
        labelled: Whether the first column consists of labels of the rows.
        lanes: The rows.
        items: The items of the slide.
        spans: The columns of each item; -1 is the column of labels.
    """
    column_count = len(header)
    header_rows = [[items[i].text for i in header]]
    if years:
        year_of = {k: items[i].text for i, columns in years.items() for k in columns}
        header_rows.insert(0, [year_of.get(k, "") for k in range(column_count)])
    rows = [tuple([""] * labelled + row) for row in header_rows]
    places: list[tuple[Box | None, ...]] = [(None,) * labelled + tuple(items[i].extent for i in header)]
    if years:
        year_places = {k: items[i].extent for i, columns in years.items() for k in columns}
        places.insert(0, (None,) * labelled + tuple(map(year_places.get, range(column_count))))
    used = {*header, *years}
    for label, lane in lanes:
        cells: list[list[int]] = [[] for _ in range(column_count + labelled)]
        if label is not None:
            cells[0].append(label)
            used.add(label)
        for i in sorted(lane, key=lambda i: (items[i].extent.x0, items[i].extent.top)):
            first, last = spans.get(i, (-1, -1))
            for k in range(first, last + 1):
                cells[k + labelled].append(i)
            used.add(i)
        rows.append(tuple(" ".join(items[i].text for i in cell) for cell in cells))
        places.append(tuple(union([items[i].extent for i in cell]) if cell else None for cell in cells))
    box = union([items[i].extent for i in used])
    members = frozenset(member for i in used for member in items[i].members)
    piece = Piece("table", table_text(rows), box, rows=tuple(rows), header_rows=len(header_rows), places=tuple(places))
    return Timeline(piece, members)

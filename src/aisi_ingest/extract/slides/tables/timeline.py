"""Timelines that a slide draws with free shapes: a line of years or months, and under it bars and words.

They become tables: a column for each year or month, a row for each lane, and a bar in every column that it
reaches over, as a merged cell. Precision first: words under years that say other years, axes with words on both
sides, and whatever else does not keep to its columns stay paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from aisi_ingest.extract.slides.compose import Piece, around
from aisi_ingest.extract.slides.geometry import center, height, middle
from aisi_ingest.extract.slides.tables.items import Entry, Item, items_of
from aisi_ingest.extract.slides.tables.time_labels import TimeLabel, grow, is_more, one_day, time_label_of, years_in
from aisi_ingest.model import Box
from aisi_ingest.text.measure import width


class Timeline(Struct, frozen=True):
    """``used`` are the entries that stand in the table."""

    table: Piece
    used: frozenset[int]


# Chosen on drawn slides and on the decks at hand, for no false table among their 218 slides.
_LEAST = 3  # columns
_REACH = 0.3  # share of a column from which on a bar reaches into it
_BEYOND = 0.6  # of the last column that a bar may run beyond it: an arrow points on
_LONGEST = 90  # half-width characters that a bar says; longer is prose
_MOST = 500  # texts or shapes on a slide: more is a map or a plot
_MOST_GAP = 0.3  # of a timeline's width: more white than that below, and something else begins


def with_timeline(entries: list[Entry], frames: Sequence[Box], uprights: Sequence[Box]) -> list[Entry]:
    """What stands on a slide, each with its place; what makes up a timeline as one table.

    ``frames`` are drawn shapes, ``uprights`` vertical lines.
    """
    if len(entries) > _MOST or len(frames) > _MOST:
        return entries
    found = timeline_of(items_of(entries, frames), uprights)
    if found is None:
        return entries
    rest = [entry for number, entry in enumerate(entries) if number not in found.used]
    return [*rest, (found.table.box, [found.table])]


def timeline_of(items: Sequence[Item], uprights: Sequence[Box] = ()) -> Timeline | None:
    """The timeline among the items of a slide, as a table; None where there is none.

    ``uprights`` are vertical lines, which may part its columns.
    """
    moments = [time_label_of(item.text) for item in items]
    if sum(moment is not None for moment in moments) < _LEAST:
        return None
    for head in _heads(items, moments):
        found = _under(head, items, moments, uprights)
        if found is not None:
            return found
    return None


def _heads(items: Sequence[Item], moments: Sequence[TimeLabel | None]) -> list[list[int]]:
    """Lines of moments side by side that grow with time, the finest unit first."""
    lines: list[list[int]] = []
    for i in sorted((i for i, moment in enumerate(moments) if moment), key=lambda i: middle(items[i].box)):
        for line in lines:
            high = min(height(items[i].box), height(items[line[0]].box))
            if abs(middle(items[i].box) - middle(items[line[0]].box)) < 0.5 * high:
                line.append(i)
                break
        else:
            lines.append([i])
    out = []
    for line in lines:
        line.sort(key=lambda i: items[i].extent.x0)
        apart = all(items[a].box.x1 <= items[b].box.x0 + 1 for a, b in pairwise(line))
        named = [moment for i in line if (moment := moments[i]) is not None and moment.unit != "more"]
        if len(named) >= _LEAST and apart and grow(named):
            out.append(line)
    return sorted(out, key=lambda line: (-len(line), items[line[0]].box.top))


def _under(
    head: list[int], items: Sequence[Item], moments: Sequence[TimeLabel | None], uprights: Sequence[Box]
) -> Timeline | None:
    borders, parted = _borders([items[i] for i in head], uprights)
    left, right = borders[0], borders[-1]
    top = min(items[i].extent.top for i in head)
    floor = max(items[i].box.bottom for i in head)
    years = _years_above(head, items, moments, borders, top)
    below = [i for i in range(len(items)) if i not in head and i not in years and middle(items[i].extent) > floor]
    step, last = borders[1] - left, right - borders[-2]
    body: list[int] = []
    labels: list[int] = []
    lowest = floor
    for i in sorted(below, key=lambda i: items[i].extent.top):
        box = items[i].extent
        if box.top - lowest > _MOST_GAP * (right - left):
            break
        outside = center(box) < left - 0.1 * (box.x1 - box.x0) and box.x1 < left + _REACH * step
        if outside and box.x1 > left - 0.6 * (right - left):
            labels.append(i)
        elif box.x0 >= right or box.x1 <= left:
            continue  # beside it
        elif box.x0 < left - 0.1 * (right - left) or box.x1 > right + _BEYOND * last:
            break  # something as wide as the whole, and more: words under the timeline
        elif width(items[i].text) > _LONGEST:
            break
        else:
            body.append(i)
        lowest = max(lowest, box.bottom)
    if not body:
        return None
    bottom = max(items[i].extent.bottom for i in body)
    labels = _going_on(sorted((items[i].extent.top, i) for i in labels), bottom)
    spans = {i: _span(items[i], borders) for i in body}  # columns in which each stands
    drawn = sum(items[i].frame is not None for i in body)
    if not (parted or 2 * drawn >= len(body)) or not _fits(body, items, head, moments, years, spans):
        return None
    lanes = _lanes(body, labels, items, spans)
    if len(lanes) < 2 or len({spans[i] for i in body}) < 2:
        return None
    return _table(head, years, labels, lanes, items, spans)


def _going_on(labels: Sequence[tuple[float, int]], bottom: float) -> list[int]:
    """Labels in front of what stands in the timeline, and those below them that go on in the same steps."""
    kept = [label for label in labels if label[0] < bottom]
    for label in labels[len(kept) :]:
        steps = [b[0] - a[0] for a, b in pairwise(kept)]
        if not steps or label[0] - kept[-1][0] > 1.5 * max(steps):
            break
        kept.append(label)
    return [i for _, i in kept]


def _borders(head: Sequence[Item], uprights: Sequence[Box]) -> tuple[list[float], bool]:
    """Borders of the columns, and whether they are drawn: as boxes around the moments, or as lines between them."""
    inner: list[float] = []
    drawn = 0
    floor = max(item.box.bottom for item in head)
    for before, after in pairwise(head):
        middle = (center(before.box) + center(after.box)) / 2
        between = [
            (line.x0 + line.x1) / 2
            for line in uprights
            if before.box.x1 - 1 < (line.x0 + line.x1) / 2 < after.box.x0 + 1 and line.bottom > floor
        ]
        if before.frame is not None and after.frame is not None and abs(after.frame.x0 - before.frame.x1) < 12:
            inner.append((before.frame.x1 + after.frame.x0) / 2)
            drawn += 1
        elif between:
            inner.append(min(between, key=lambda x: abs(x - middle)))
            drawn += 1
        else:
            inner.append(middle)
    first, last = head[0], head[-1]
    left = first.frame.x0 if first.frame else min(first.box.x0, 2 * center(first.box) - inner[0])
    right = last.frame.x1 if last.frame else max(last.box.x1, 2 * center(last.box) - inner[-1])
    return [left, *inner, right], drawn >= 2 and 2 * drawn >= len(inner)


def _years_above(
    head: Sequence[int],
    items: Sequence[Item],
    moments: Sequence[TimeLabel | None],
    borders: Sequence[float],
    top: float,
) -> dict[int, tuple[int, ...]]:
    """Years over a line of months or quarters without any: index to the columns of each."""
    first = moments[head[0]]
    if first is None or first.year is not None:
        return {}
    high = max(height(items[i].extent) for i in head)
    over = [
        i
        for i, moment in enumerate(moments)
        if moment is not None
        and moment.unit == "year"
        and -2 < top - items[i].extent.bottom + 2 < 1.5 * high
        and borders[0] - 5 < center(items[i].box) < borders[-1] + 5
    ]
    over.sort(key=lambda i: items[i].box.x0)
    columns = range(len(head))
    if len(over) == 1:
        return {over[0]: tuple(columns)}
    if over and all(items[i].frame for i in over):
        out = {i: tuple(k for k in columns if _holds(items[i].extent, center(items[head[k]].box))) for i in over}
        return out if sorted(k for held in out.values() for k in held) == list(columns) else {}
    # Without boxes around them: a year begins where the months begin anew.
    groups: list[list[int]] = [[0]]
    for k in columns[1:]:
        before, after = moments[head[k - 1]], moments[head[k]]
        if before and after and before.unit != "more" != after.unit and after.order < before.order:
            groups.append([])
        groups[-1].append(k)
    return {i: tuple(group) for i, group in zip(over, groups, strict=True)} if len(over) == len(groups) else {}


def _holds(box: Box, x: float) -> bool:
    return box.x0 <= x <= box.x1


def _span(item: Item, borders: Sequence[float]) -> tuple[int, int]:
    """First and last column that a bar reaches into; words without a bar stand in one."""
    columns = list(pairwise(borders))
    if item.frame is not None:
        reached = [
            k
            for k, (x0, x1) in enumerate(columns)
            if min(item.frame.x1, x1) - max(item.frame.x0, x0) >= _REACH * (x1 - x0)
        ]
        if reached:
            # The one day that a bar names is that on which it ends, or begins: it is of one year.
            day = one_day(item.text)
            return reached[-1] if day == "ends" else reached[0], reached[0] if day == "begins" else reached[-1]
    x = center(item.extent)
    own = next((k for k, (_, x1) in enumerate(columns) if x < x1), len(columns) - 1)
    return own, own


def _fits(
    body: Sequence[int],
    items: Sequence[Item],
    head: Sequence[int],
    moments: Sequence[TimeLabel | None],
    years: dict[int, tuple[int, ...]],
    spans: dict[int, tuple[int, int]],
) -> bool:
    """Whether the words keep to the years that they stand under, where they name any."""
    of: dict[int, set[int]] = {}
    for k, i in enumerate(head):
        moment = moments[i]
        if moment is not None and moment.year is not None:
            of[k] = {moment.year, moment.year + 1}  # a fiscal year ends in the next
    for i, columns in years.items():
        moment = moments[i]
        if moment is not None:
            for k in columns:
                of[k] = {moment.order, moment.order + 1}
    for i in body:
        first, last = spans[i]
        own = [of[k] for k in range(first, last + 1) if k in of]
        said = years_in(items[i].text)
        if own and said and not said & set().union(*own):
            return False
    return True


_Lane = tuple[int | None, list[int]]  # the label in front of it, and what stands in it


def _lanes(
    body: Sequence[int], labels: Sequence[int], items: Sequence[Item], spans: dict[int, tuple[int, int]]
) -> list[_Lane]:
    """Rows: a label in front begins one; without labels what stands level, a column's things under each other."""
    if len(labels) >= 2 and _in_one_column([items[i].extent for i in labels]):
        order = sorted(labels, key=lambda i: items[i].extent.top)
        starts = [items[i].extent.top for i in order]
        lanes: list[_Lane] = [(i, []) for i in order]
        over: list[int] = []
        for group in _level(body, items):
            rows = [sum(start <= middle(items[i].extent) for start in starts) - 1 for i in group]
            row = max(sorted(set(rows)), key=rows.count)
            (lanes[row][1] if row >= 0 else over).extend(group)
        return [*_free_lanes(over, items, spans), *lanes]
    spans.update(dict.fromkeys(labels, (-1, -1)))
    return _free_lanes([*body, *labels], items, spans)


def _level(body: Sequence[int], items: Sequence[Item]) -> list[list[int]]:
    """What stands side by side."""
    groups: list[list[int]] = []
    for i in sorted(body, key=lambda i: (items[i].extent.top, items[i].extent.x0)):
        for group in groups:
            if _sharesheight(items[i].extent, items[group[0]].extent):
                group.append(i)
                break
        else:
            groups.append([i])
    return groups


def _sharesheight(one: Box, other: Box) -> bool:
    return min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5 * min(height(one), height(other))


def _in_one_column(boxes: Sequence[Box]) -> bool:
    order = sorted(boxes, key=lambda box: box.top)
    return all(a.bottom <= b.top + 2 for a, b in pairwise(order))


def _free_lanes(body: Sequence[int], items: Sequence[Item], spans: dict[int, tuple[int, int]]) -> list[_Lane]:
    lanes: list[list[int]] = []
    most = max((last for _, last in spans.values()), default=0) + 1
    for i in sorted(body, key=lambda i: (middle(items[i].extent), items[i].extent.x0)):
        box = items[i].extent
        for lane in reversed(lanes):
            if not _sharesheight(box, items[lane[0]].extent):
                continue
            taken = any(spans[i][0] <= spans[k][1] and spans[k][0] <= spans[i][1] for k in lane)
            if taken and is_more(items[i].text):  # dots behind a bar: it goes on
                end = max(spans[k][1] for k in lane) + 1
                if end < most:
                    spans[i], taken = (end, end), False
            if not taken:
                lane.append(i)
                break
        else:
            lanes.append([i])
    return [(None, lane) for lane in lanes]


def _table(
    head: Sequence[int],
    years: dict[int, tuple[int, ...]],
    labels: Sequence[int],
    lanes: Sequence[_Lane],
    items: Sequence[Item],
    spans: dict[int, tuple[int, int]],
) -> Timeline:
    labelled = bool(labels)
    width = len(head)
    heading = [[items[i].text for i in head]]
    if years:
        of = {k: items[i].text for i, columns in years.items() for k in columns}
        heading.insert(0, [of.get(k, "") for k in range(width)])
    rows = [tuple([""] * labelled + row) for row in heading]
    used = {*head, *years}
    for label, lane in lanes:
        cells: list[list[str]] = [[] for _ in range(width + labelled)]
        if label is not None:
            cells[0].append(items[label].text)
            used.add(label)
        for i in sorted(lane, key=lambda i: (items[i].extent.x0, items[i].extent.top)):
            first, last = spans.get(i, (-1, -1))
            for k in range(first, last + 1):
                cells[k + labelled].append(items[i].text)
            used.add(i)
        rows.append(tuple(" ".join(cell) for cell in cells))
    box = around([items[i].extent for i in used])
    text = "\n".join(" | ".join(row) for row in rows)
    members = frozenset(member for i in used for member in items[i].members)
    return Timeline(Piece("table", text, box, rows=tuple(rows), header_rows=len(heading)), members)

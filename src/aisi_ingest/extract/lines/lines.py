"""Characters to lines: what stands on one baseline without a wide gap, with its text normalised.

Works on arrays over a page's characters and makes one object for a line. Blanks are decided here, from
positions: PDFs carry them, leave them out, or use them to draw. The order of the lines is not yet the
reading order (``layout``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aisi_ingest.extract.lines.gutters import SEGMENT_GAP, at_gutter, parted
from aisi_ingest.extract.lines.line import Direction, Frame, Line
from aisi_ingest.extract.lines.ruby import with_ruby
from aisi_ingest.extract.lines.spaces import blanks_between, closed_up
from aisi_ingest.extract.pdf.code_points import CORNER, FOLDED, WIDE, WRITTEN, is_blank, table_of
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import normalise

if TYPE_CHECKING:
    from aisi_ingest.extract.pdf.page import Page

Array = np.ndarray[Any, Any]
Spans = tuple[tuple[int, int], ...]

# Gaps in units of the type size (em). Set by looking at Japanese and English reports, Word, LibreOffice,
# Distiller, WeasyPrint and Chromium among their makers.
RAISED_GAP = 0.45  # before an anchor or an exponent, which belongs to the word before it
RAISED = 0.87  # an anchor's type size against that of its line, at the most: browsers set 0.83


def lines_of(page: Page, indices: Array | None = None) -> list[Line]:
    """Lines of a page's visible characters, or of ``indices`` (into ``page.chars``, hidden ones too).

    Text turned by a quarter and vertical text come as lines of their own direction. From the top of the page
    to its foot, then from left to right, by direction.
    """
    chars = page.chars
    picked = np.flatnonzero(~chars["hidden"]) if indices is None else np.sort(np.asarray(indices, dtype=np.intp))
    if not len(picked):
        return []
    code = chars["code"]
    blank = is_blank(code)
    picked = picked[~blank[picked]]
    if not len(picked):
        return []
    blanks = np.cumsum(blank)  # blanks up to each character: two neighbours differ if blanks stand between
    out: list[Line] = []
    for direction, members in _by_direction(chars, picked):
        frame = Frame(direction, float(page.width), float(page.height))
        out.extend(_lines_in(page, members, frame, blanks))
    return out


def _by_direction(chars: Array, picked: Array) -> list[tuple[Direction, Array]]:
    turns = [(0, picked)]
    angle = chars["angle"][picked]
    if angle.any():
        quarter = np.round(angle / 90.0).astype(int) % 4
        turns = [(turn, picked[quarter == turn]) for turn in np.unique(quarter).tolist()]
    groups: list[tuple[Direction, Array]] = []
    names: tuple[Direction, ...] = ("right", "up", "left", "down")
    for turn, members in turns:
        if turn == 0:
            down = _runs_down(chars, members)
            if down.any():
                groups.append(("vertical", members[down]))
                members = members[~down]
        if len(members):
            groups.append((names[turn], members))
    return groups


def _runs_down(chars: Array, members: Array) -> Array:
    """Which characters belong to vertical text: each stands straight under the one before, three and more."""
    down = np.zeros(len(members), dtype=bool)
    if len(members) < 3:
        return down
    size = chars["size"][members]
    middle = (chars["top"][members] + chars["bottom"][members]) / 2
    em = np.minimum(size[1:], size[:-1])
    step = np.diff(middle)
    stepped = step > 0.5 * em
    if not (stepped[1:] & stepped[:-1]).any():  # lines of two characters and more
        return down
    code = chars["code"][members]
    wide = table_of(WRITTEN)[np.minimum(code, 0xFFFF)]
    letter = wide | ((code > 0x40) & (code < 0x7F))  # figures and bullets one under the other are a column
    centre = (chars["x0"][members] + chars["x1"][members]) / 2
    # Vertical punctuation stands in a corner of its square, and its box may be that of the ink.
    corner = table_of(CORNER)[np.minimum(code, 0xFFFF)]
    reach = np.where(corner[1:] | corner[:-1], 0.8, 0.35)
    under = (np.abs(np.diff(centre)) < reach * em) & stepped & (step < np.where(wide[1:], 1.6, 1.25) * em)
    under &= letter[1:] & letter[:-1]
    if not under.any():
        return down
    edges = np.flatnonzero(np.diff(np.concatenate(([0], under.astype(np.int8), [0]))))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if last - first >= 2:  # three characters and more
            down[first : last + 1] = True
    return down


def _lines_in(page: Page, members: Array, frame: Frame, blanks: Array) -> list[Line]:
    chars = page.chars
    x0, top, x1, bottom = frame.turn(*(chars[name][members].astype(float) for name in ("x0", "top", "x1", "bottom")))
    size = np.maximum(chars["size"][members].astype(float), 0.5)
    if frame.direction == "right":
        base = chars["origin_y"][members].astype(float)
    elif frame.direction == "left":
        base = frame.height - chars["origin_y"][members].astype(float)
    elif frame.direction == "up":
        base = chars["origin_x"][members].astype(float)
    elif frame.direction == "down":
        base = frame.width - chars["origin_x"][members].astype(float)
    else:
        base = (top + bottom) / 2 + 0.38 * size  # where the baseline of a square of that size would be
        follows = ~table_of(CORNER)[np.minimum(chars["code"][members], 0xFFFF)]
        base = base[np.maximum.accumulate(np.where(follows, np.arange(len(base)), 0))]
    row, raised = _rows(x0, x1, base, size)
    order = np.argsort(row * 1e6 + x0, kind="stable")  # nearly in order as it comes, which this sort makes use of
    members, row, raised, size = members[order], row[order], raised[order], size[order]
    x0, x1, top, bottom, base = x0[order], x1[order], top[order], bottom[order], base[order]

    em = np.maximum(size[1:], size[:-1])
    gap = (x0[1:] - x1[:-1]) / em
    new_row = row[1:] != row[:-1]
    over = gap > SEGMENT_GAP
    typed = np.array([font.monospace for font in page.fonts])[chars["font"][members]]
    if typed.mean() < 0.5:  # programs are set in columns by blanks
        over |= at_gutter(x0, x1, gap, new_row, size)
    if frame.direction == "right" and len(page.rules):
        over |= parted(page.rules, x0, x1, base - 0.35 * size, gap)
    cut = np.concatenate(([True], new_row | over))
    starts = np.flatnonzero(cut)
    ends = np.append(starts[1:], len(members))
    codes = chars["code"][members]
    sign = blanks_between(codes, gap, members, blanks, chars["code"], cut, starts)
    sign[1:][raised[1:] & ~raised[:-1] & (gap < RAISED_GAP) & (sign[1:] == 0x20)] = 0
    restyled = (np.diff(chars["font"][members].astype(int)) != 0) | (np.abs(np.diff(size)) > 0.1)
    restyled |= cut[1:] | (raised[1:] != raised[:-1])
    style_starts = np.flatnonzero(np.concatenate(([True], restyled)))

    texts, spans = _texts(codes, sign, starts, raised)
    lows = [np.minimum.reduceat(a, starts).tolist() for a in (x0, top)]
    highs = [np.maximum.reduceat(a, starts).tolist() for a in (x1, bottom)]
    font, color = chars["font"][members], chars["color"][members]
    fonts = page.fonts
    run_ends = np.append(style_starts[1:], len(members)).tolist()
    run_fonts, run_sizes = font[style_starts].tolist(), np.round(size[style_starts], 1).tolist()
    run_raised, run_bases = raised[style_starts].tolist(), base[style_starts].tolist()
    run_wide = table_of(WIDE)[np.minimum(codes[style_starts], 0xFFFF)].tolist()
    run_starts, colors = style_starts.tolist(), color[style_starts].tolist()
    straight = frame.direction == "right"
    out, at = [], 0
    for k, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        first = best_at = at
        text = texts[k]
        if run_ends[at] >= end:  # one style from end to end, as most lines have
            at += 1
            face = fonts[run_fonts[first]]
            bold, italic, mono = face.bold, face.italic, face.monospace
            lead = len(text) if bold else 0
        else:
            styles: dict[tuple[int, float], int] = {}
            bolds = italics = monos = leading = best = 0
            while at < len(run_starts) and run_starts[at] < end:
                length = run_ends[at] - run_starts[at]
                face = fonts[run_fonts[at]]
                if face.bold:
                    leading += length if bolds == run_starts[at] - start else 0
                    bolds += length
                italics += length * face.italic
                monos += length * face.monospace
                if not run_raised[at]:
                    key = (run_fonts[at], run_sizes[at])
                    # Twice for what is set in full squares: Latin type beside it is often cut larger or smaller.
                    styles[key] = count = styles.get(key, 0) + (2 * length if run_wide[at] else length)
                    if count > best:
                        best, best_at = count, at
                at += 1
            most = 0.8 * (end - start)
            bold, italic, mono = bolds > most, italics > most, monos > most
            lead = len(text) if leading == end - start else 0
            if 0 < leading < end - start:
                lead = _offset(codes[start:end], sign[start:end], leading)
        if not text:
            continue
        edges = (lows[0][k], lows[1][k], highs[0][k], highs[1][k])
        out.append(
            Line(
                text,
                Box(*edges) if straight else frame.back(*edges),
                run_bases[best_at],
                run_sizes[best_at],
                bold,
                italic,
                mono,
                run_fonts[best_at],
                colors[best_at],
                members[start:end],
                frame.direction,
                spans[k],
                lead,
            )
        )
    return with_ruby(out, page, frame)


def _rows(x0: Array, x1: Array, base: Array, size: Array) -> tuple[Array, Array]:
    """A row for each character (rows are numbered from the top), and whether it is raised from its row.

    Runs of the content stream are put together, not characters: their order is nearly always that of reading,
    and there are twenty to a hundred times fewer.
    """
    n = len(x0)
    em = np.minimum(size[1:], size[:-1])
    step = x0[1:] - x1[:-1]
    broken = (
        (np.abs(np.diff(base)) > 0.12 * em)
        | (step > SEGMENT_GAP * em)
        | (step < -0.8 * em)
        | (np.maximum(size[1:], size[:-1]) > 1.2 * em)
    )
    starts = np.flatnonzero(np.concatenate(([True], broken)))
    lengths = np.diff(np.append(starts, n))
    left, right = np.minimum.reduceat(x0, starts).tolist(), np.maximum.reduceat(x1, starts).tolist()
    bases, sizes = base[starts].tolist(), np.maximum.reduceat(size, starts).tolist()
    counts = lengths.tolist()

    rows: list[list[int]] = []  # runs of each
    row_base: list[float] = []
    row_size: list[float] = []
    for run in sorted(range(len(starts)), key=bases.__getitem__):
        if rows and bases[run] - row_base[-1] <= 0.25 * min(sizes[run], row_size[-1]):
            rows[-1].append(run)
            if sizes[run] > row_size[-1]:
                row_size[-1] = sizes[run]
        else:
            rows.append([run])
            row_base.append(bases[run])
            row_size.append(sizes[run])

    # Anchors, exponents and indices: small runs beside a larger one, a little above or below its baseline.
    moved: dict[int, int] = {}
    for number, runs in enumerate(rows):
        for run in runs:
            if counts[run] > 12:
                continue
            for other in range(max(0, number - 3), min(len(rows), number + 4)):
                if other == number or row_size[other] * RAISED < sizes[run]:
                    continue
                lift = (row_base[other] - bases[run]) / row_size[other]
                if not -0.35 < lift < 0.7:
                    continue
                reach = 0.6 * row_size[other]
                hosts = [host for host in rows[other] if host not in moved and sizes[host] * RAISED >= sizes[run]]
                if any(left[run] < right[host] + reach and right[run] > left[host] - reach for host in hosts):
                    moved[run] = other
                    break
    row_of = np.empty(len(starts), dtype=np.intp)
    up = np.zeros(len(starts), dtype=bool)
    for number, runs in enumerate(rows):
        for run in runs:
            row_of[run] = moved.get(run, number)
            if run in moved:
                up[run] = row_base[moved[run]] - bases[run] > 0.1 * row_size[moved[run]]
            elif len(runs) > 1 and sizes[run] < RAISED * row_size[number] and counts[run] <= 12:
                up[run] = row_base[number] + 0.08 * row_size[number] > bases[run] and _lifted(run, runs, bases, sizes)
    return np.repeat(row_of, lengths), np.repeat(up, lengths)


def _lifted(run: int, runs: list[int], bases: list[float], sizes: list[float]) -> bool:
    """Whether a small run stands above the baseline of the largest run of its row."""
    host = max(runs, key=sizes.__getitem__)
    return bases[host] - bases[run] > 0.1 * sizes[host]


def _texts(codes: Array, sign: Array, starts: Array, raised: Array) -> tuple[list[str], list[Spans]]:
    """The lines' normalised texts and their raised spans. One pass over the page, not one a line."""
    n = len(codes)
    before = sign != 0
    newline = np.zeros(n, dtype=bool)
    newline[starts[1:]] = True
    places = np.arange(n) + np.cumsum(before | newline)
    page = np.full(int(places[-1]) + 1, 0x20, dtype=np.uint32)
    page[places] = np.where((codes < 0xD800) | ((codes > 0xDFFF) & (codes < 0x110000)), codes, 0xFFFD)
    page[places[before] - 1] = sign[before]
    page[places[newline] - 1] = 0x0A
    raw = page.astype("<u4").tobytes().decode("utf-32-le")
    # Most pages hold nothing that normalising changes, and a look into an array is cheaper than the work.
    folded = normalise(raw) if table_of(FOLDED)[np.minimum(codes, 0xFFFF)].any() else raw
    texts = folded.split("\n")
    spans: list[Spans] = [()] * len(texts)
    if raised.any():
        edges = np.flatnonzero(np.diff(np.concatenate(([0], raised.astype(np.int8), [0])))).tolist()
        segment = (np.cumsum(newline)).tolist()
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            k = segment[first]
            while first < last:  # a raised run may go on into the next line's first characters
                stop = first
                while stop < last and segment[stop] == k:
                    stop += 1
                begin = int(places[starts[k]])
                piece = raw[begin : int(places[first])]
                start = len(normalise(piece))
                spans[k] += ((start, start + len(normalise(raw[int(places[first]) : int(places[stop - 1]) + 1]))),)
                first = stop
                k = segment[first] if first < last else k
    for k, text in enumerate(texts):
        if not spans[k] and not text.isascii() and (" " in text or "\u3000" in text):
            texts[k] = closed_up(text)
    return texts, spans


def _offset(codes: Array, sign: Array, count: int) -> int:
    """Offset in the normalised text after the first ``count`` characters of a line."""
    pairs = zip(codes[:count].tolist(), sign[:count].tolist(), strict=True)
    return len(
        normalise("".join((chr(before) if before and i else "") + chr(code) for i, (code, before) in enumerate(pairs)))
    )

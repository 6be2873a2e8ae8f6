"""Which text on a slide is its title, and which slides go on from another."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.extract.numbering import numbering
from aisi_ingest.model import Box


class Candidate(Struct, frozen=True):
    """A text that may be a slide's title."""

    text: str
    size: float  # points of its type
    box: Box
    index: int  # the caller's


# A slide's title stands apart by its size: 1.15 times what most of the slide is set in. The smallest step that
# authors use between title and text, 20 to 18 points, is 1.11; the largest inside a text, 16 to 14, is 1.14.
_STEP = 1.1
_UPPER = 0.36  # share of the height in which titles of content slides stand
_LONGEST = 120  # characters; longer is a sentence set large


def title_of(candidates: Sequence[Candidate], height: float, tops_of_tables: Sequence[float] = ()) -> Candidate | None:
    """The title among the texts of a slide: the largest type, in the upper part where texts stand there."""
    fit = [candidate for candidate in candidates if 0 < len(candidate.text) <= _LONGEST]
    if not fit:
        return None
    if len(candidates) == 1:
        return fit[0]
    largest = max(candidate.size for candidate in fit)
    upper = [candidate for candidate in fit if candidate.box.top < _UPPER * height]
    best = max(upper, key=lambda candidate: (candidate.size, -candidate.box.top), default=None)
    if best is None or best.size < 0.75 * largest:  # a divider: a few words set large in the middle
        best = max(fit, key=lambda candidate: (candidate.size, -candidate.box.top))
    # What stands lower and is larger yet, a slogan, is no measure of the text.
    letters = [c.size for c in candidates if c.size <= best.size for _ in range(max(1, len(c.text)))]
    usual = statistics.median(letters)
    rivals = sum(candidate.size >= 0.98 * best.size for candidate in candidates)
    uppermost = best.box.top <= min(candidate.box.top for candidate in candidates)
    if (rivals > 2 and not uppermost) or any(top + 2 < best.box.top for top in tops_of_tables):
        return None  # labels of one size all over the slide, or words under a table
    alone = len(candidates) <= 3 and best.size >= max(candidate.size for candidate in candidates)
    return best if best.size >= _STEP * usual or (alone and best.size > min(c.size for c in candidates)) else None


def settled(chosen: Sequence[Candidate | None], candidates: Sequence[Sequence[Candidate]]) -> list[Candidate | None]:
    """Titles of all slides, those that stand elsewhere checked against the place where most stand.

    Authors leave titles where their template has them: a slide whose largest type is a slogan or a figure
    has its title there, too. The place counts from three slides and two fifths of a deck on.
    """
    places = Counter(_place(c) for c in chosen if c is not None)
    if not places:
        return list(chosen)
    place = max(places, key=lambda key: (places[key], key))
    size, count = place[1], places[place]
    if count < 3 or count < 0.4 * len(chosen):
        return list(chosen)
    top = statistics.median(c.box.top for c in chosen if c is not None and _place(c) == place)
    out: list[Candidate | None] = []
    for own, texts in zip(chosen, candidates, strict=True):
        there = [
            c
            for c in texts
            if abs(c.box.top - top) < 0.75 * size and abs(c.size - size) < 0.06 * size and 0 < len(c.text) <= _LONGEST
        ]
        out.append(min(there, key=lambda c: c.box.x0) if there and own not in there else own)
    return out


def _place(candidate: Candidate) -> tuple[int, int]:
    return round(candidate.box.top / 6), round(candidate.size)


_SERIES = re.compile(r"[ \u3000]*[(（［\[]?[ ]*(\d{1,2})[ ]*[/／][ ]*(\d{1,2})[ ]*[)）］\]]?$")
_NUMBERED = re.compile(r"[ \u3000]*(?:[(（][ ]*(\d{1,2})[ ]*[)）]|([①-⑳]))$")


def series_of(titles: Sequence[str]) -> list[int | None]:
    """For each slide the first slide of the series that it goes on from, None where it begins or has none.

    A series is a run of slides whose titles are equal but for "(1/2)", "(2/2)", "(1)", "(2)" or "①", "②" at the end.
    """
    out: list[int | None] = [None] * len(titles)
    first: int | None = None
    stem, last = "", 0
    for position, title in enumerate(titles):
        found = _SERIES.search(title) or _NUMBERED.search(title)
        own = re.sub(r"\s", "", title[: found.start()]) if found else ""
        number = _count(found.group(1) or found.group(2)) if found else 0
        if found and own and own == stem and number == last + 1 and first is not None:
            out[position] = first
            last = number
        elif found and own and number == 1:
            first, stem, last = position, own, 1
        else:
            first, stem, last = None, "", 0
    return out


def _count(sign: str) -> int:
    return int(sign) if sign.isdecimal() else ord(sign) - ord("①") + 1


def split_number(title: str) -> tuple[str | None, str]:
    """Number as printed and the rest of a title, as in a report: ``("2.1", "Purpose")``."""
    found = numbering(title)
    if found is None or found.end >= len(title):
        return None, title
    return found.text, title[found.end :]

"""Find the title of a slide, and the slides that continue a series."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.numbering import numbering
from aisi_ingest.model import Box


class Candidate(Struct, frozen=True):
    """A text that may be a slide's title.

    Attributes:
        text: The text.
        size: Type size in points.
        box: Position on the slide, in points.
        index: Index of the text in the caller's list.
    """

    text: str
    size: float
    box: Box
    index: int


# A title is larger than most text of its slide by this factor. The smallest step that authors use between title and
# text, 20 to 18 points, is 1.11. The largest step inside a text, 16 to 14 points, is 1.14.
_MINIMUM_SIZE_STEP = 1.1
_UPPER_PART = 0.36  # share of the slide's height in which the titles of content slides are
_MAXIMUM_TITLE_LENGTH = 120  # characters; longer texts are sentences in large type
_MINIMUM_SHARE_OF_LARGEST = 0.75  # a smaller text in the upper part is not the title of a divider slide
_SAME_SIZE_SHARE = 0.98  # texts of at least this share of the title's size compete with it
_MAXIMUM_RIVALS = 2  # more texts in the title's size are labels
_FEW_TEXTS = 3  # on slides with so few texts the largest is the title, even if the step in size is small
_TABLE_TOLERANCE = 2  # points
# A label, such as "Question", is on this many slides and this share of them, in most cases below another text.
_LABEL_SLIDES, _LABEL_SHARE, _BELOW_SHARE = 4, 0.1, 0.8


def choose_title(candidates: Sequence[Candidate], height: float, table_tops: Sequence[float] = ()) -> Candidate | None:
    """Choose the title among the texts of a slide: the largest type, in the upper part if there is text.

    Args:
        candidates: All texts of the slide.
        height: Height of the slide, in points.
        table_tops: Upper edges of the tables, in points. A title is not below a table.

    Returns:
        The title; None if no text stands out.
    """
    # A sign alone, such as a large question mark, is a picture.
    fitting = [c for c in candidates if len(c.text) <= _MAXIMUM_TITLE_LENGTH and any(map(str.isalnum, c.text))]
    if not fitting:
        return None
    if len(candidates) == 1:
        return fitting[0]
    largest = max(candidate.size for candidate in fitting)
    upper = [candidate for candidate in fitting if candidate.box.top < _UPPER_PART * height]
    best = max(upper, key=lambda candidate: (candidate.size, -candidate.box.top), default=None)
    if best is None or best.size < _MINIMUM_SHARE_OF_LARGEST * largest:  # a divider: a few large words in the middle
        best = max(fitting, key=lambda candidate: (candidate.size, -candidate.box.top))
    # Texts larger than the title, such as slogans further down, do not count as body text.
    body_sizes = [c.size for c in candidates if c.size <= best.size for _ in range(max(1, len(c.text)))]
    usual = statistics.median(body_sizes)
    rivals = sum(candidate.size >= _SAME_SIZE_SHARE * best.size for candidate in candidates)
    uppermost = best.box.top <= min(candidate.box.top for candidate in candidates)
    below_table = any(top + _TABLE_TOLERANCE < best.box.top for top in table_tops)
    if (rivals > _MAXIMUM_RIVALS and not uppermost) or below_table:
        return None  # labels of one size all over the slide, or a text below a table
    if best.size >= _MINIMUM_SIZE_STEP * usual:
        return best
    others = [candidate.size for candidate in candidates if candidate is not best]
    is_item = bool(split_bullet(best.text)[0])
    if (
        uppermost
        and not is_item
        and len(others) >= _FEW_TEXTS
        and best.size >= _MINIMUM_SIZE_STEP * statistics.median(others)
    ):
        return best  # a long question above short labels: most of the text is the title
    sizes = [candidate.size for candidate in candidates]
    few = len(candidates) <= _FEW_TEXTS and best.size >= max(sizes)
    return best if few and best.size > min(sizes) else None


def labels_of(slides: Sequence[Sequence[Candidate]]) -> set[str]:
    """Return the texts in large type that label a part of many slides, and so are no titles.

    A text that many slides repeat is a label if other text, which changes from slide to slide, is above it.

    Args:
        slides: All texts of each slide.
    """
    counts = Counter(text for slide in slides for text in {candidate.text for candidate in slide})
    fewest = max(_LABEL_SLIDES, _LABEL_SHARE * len(slides))
    repeated = {text for text, count in counts.items() if count >= fewest}
    below: Counter[str] = Counter()
    for slide in slides:
        tops = [candidate.box.top for candidate in slide if candidate.text not in repeated]
        first = min(tops, default=None)
        below.update({c.text for c in slide if c.text in repeated and first is not None and first < c.box.top})
    return {text for text in repeated if below[text] >= _BELOW_SHARE * counts[text]}


# A text at the lower edge of so many slides, and of more than this share of them, is a footer, as in ``compose``.
_FOOTER_SLIDES, _FOOTER_SHARE, _FOOTER_TOP = 3, 0.5, 0.88


def footers_of(slides: Sequence[Sequence[Candidate]], heights: Sequence[float]) -> set[str]:
    """Return the texts that most slides repeat at their lower edge, apart from numbers in them.

    They are no titles, even of a slide without other text.

    Args:
        slides: All texts of each slide.
        heights: Height of each slide, in points.
    """
    low = [
        {candidate.text for candidate in slide if candidate.box.top > _FOOTER_TOP * height}
        for slide, height in zip(slides, heights, strict=True)
    ]
    counts = Counter(key for texts in low for key in set(map(_without_numbers, texts)))
    fewest = max(_FOOTER_SLIDES, _FOOTER_SHARE * len(slides))
    return {text for texts in low for text in texts if counts[_without_numbers(text)] >= fewest}


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "0", text)


# The usual place of titles counts if it holds on this many slides and on this share of the deck.
_PLACE_SLIDES, _PLACE_SHARE = 3, 0.4
_PLACE_GRID = 6  # points: tops closer than this count as one place
_TOP_TOLERANCE = 0.75  # of the title's type size
_SIZE_TOLERANCE = 0.06  # of the title's type size


def correct_titles(
    chosen: Sequence[Candidate | None], candidates: Sequence[Sequence[Candidate]]
) -> list[Candidate | None]:
    """Correct titles that are not where most slides of the deck have theirs.

    Authors leave titles at the place of their template. If the largest type on a slide is a slogan or a number, the
    title is still at that place.

    Args:
        chosen: The chosen title of each slide.
        candidates: All texts of each slide.

    Returns:
        The title of each slide.
    """
    places = Counter(_title_place(candidate) for candidate in chosen if candidate is not None)
    if not places:
        return list(chosen)
    place = max(places, key=lambda key: (places[key], key))
    size, count = place[1], places[place]
    if count < _PLACE_SLIDES or count < _PLACE_SHARE * len(chosen):
        return list(chosen)
    top = statistics.median(c.box.top for c in chosen if c is not None and _title_place(c) == place)
    out: list[Candidate | None] = []
    for own, texts in zip(chosen, candidates, strict=True):
        at_place = [
            c
            for c in texts
            if abs(c.box.top - top) < _TOP_TOLERANCE * size
            and abs(c.size - size) < _SIZE_TOLERANCE * size
            and 0 < len(c.text) <= _MAXIMUM_TITLE_LENGTH
        ]
        out.append(min(at_place, key=lambda c: c.box.x0) if at_place and own not in at_place else own)
    return out


def _title_place(candidate: Candidate) -> tuple[int, int]:
    """Return the top of a title in steps of ``_PLACE_GRID`` and its type size in whole points."""
    return round(candidate.box.top / _PLACE_GRID), round(candidate.size)


_PART_OF_TOTAL = re.compile(r"[ \u3000]*[(（［\[]?[ ]*(\d{1,2})[ ]*[/／][ ]*(\d{1,2})[ ]*[)）］\]]?$")
_PART = re.compile(r"[ \u3000]*(?:[(（][ ]*(\d{1,2})[ ]*[)）]|([①-⑳]))$")


def series_parents(titles: Sequence[str]) -> list[int | None]:
    """Find series of slides: titles that are equal except for a part number at the end.

    Part numbers are "(1/2)", "(2/2)" or "(1)", "(2)" or "①", "②".

    Returns:
        For each slide the index of the first slide of its series; None if it is the first or in no series.
    """
    out: list[int | None] = [None] * len(titles)
    first: int | None = None
    stem, last = "", 0
    for position, title in enumerate(titles):
        found = _PART_OF_TOTAL.search(title) or _PART.search(title)
        own = re.sub(r"\s", "", title[: found.start()]) if found else ""
        number = _part_number(found.group(1) or found.group(2)) if found else 0
        if found and own and own == stem and number == last + 1 and first is not None:
            out[position] = first
            last = number
        elif found and own and number == 1:
            first, stem, last = position, own, 1
        else:
            first, stem, last = None, "", 0
    return out


def _part_number(sign: str) -> int:
    return int(sign) if sign.isdecimal() else ord(sign) - ord("①") + 1


def split_number(title: str) -> tuple[str | None, str]:
    """Split a title into its printed number and the rest, as in a report: ``("2.1", "Purpose")``."""
    found = numbering(title)
    if found is None or found.end >= len(title):
        return None, title
    return found.text, title[found.end :]

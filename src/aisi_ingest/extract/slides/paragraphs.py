"""Split the text boxes of a slide into paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.extract.bullets import split_bullet
from aisi_ingest.extract.geometry import box_width, union
from aisi_ingest.extract.slides.text_boxes import Row
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import is_wide, join_lines

# In units of the type size (em), unless stated otherwise. Measured on decks of governments and vendors that were made
# with PowerPoint, LibreOffice and Chromium.
PAIR_LEADING = 1.7  # two lines further apart are two boxes; three lines as far apart are one box with wide leading

_SIZE_STEP = 0.08  # share by which type sizes inside a paragraph differ
_GAP_RATIO, _GAP = 1.3, 1.5  # a step of this many usual steps, and of this many em, begins a paragraph
_INDENT = (0.4, 2.6)  # a first line is indented by more than the first and less than the second
_ROOM_AFTER_SENTENCE = 0.5  # room at the end of a line that ends a sentence
_WIDE_WORD = 2  # width of the shortest Japanese text that cannot be broken: a character with a comma
_LATIN_ADVANCE = 0.55  # mean width of a Latin character

_HYPHEN_AT_END = re.compile(r"[a-z]-$")
_SENTENCE_END = re.compile(r"[.!?:;][)”’\"']*$")
_FEWEST_SPACES = 3  # in a line of running text
_FEWEST_RAGGED = 2  # lines that end early inside of a sentence

_ENUMERATOR = re.compile(
    r"(?:[①-⑳❶-❿⑴-⒇ⅰ-ⅹⅠ-Ⅻ]|[(（](?:\d{1,2}|[a-zA-Zア-ン]|[ivx]{1,4})[)）]|\d{1,2}[.．)）](?!\d)"
    r"|[a-zA-Z][.．)）][ \u3000]|[ivx]{1,4}[.．)）][ \u3000]?|※|→|⇒|[<＜【《〈])[ \u3000]*"
)


class Paragraph(Struct, frozen=True, eq=False):
    """The rows of a paragraph, and the bullet sign that is not part of its text."""

    rows: tuple[Row, ...]
    bullet: str = ""

    @property
    def text(self) -> str:
        """The text without bullet and line breaks."""
        text = split_bullet(self.rows[0].text)[1]
        for row in self.rows[1:]:
            # Programs for slides do not hyphenate: a hyphen at the end of a line is the author's.
            is_compound = bool(_HYPHEN_AT_END.search(text)) and row.text[0].islower()
            text = text + row.text if is_compound else join_lines([text, row.text])
        return text

    @property
    def box(self) -> Box:
        """The box around all rows, in points."""
        return union([row.box for row in self.rows])

    @property
    def size(self) -> float:
        """Type size of the longest row, in points."""
        return max(self.rows, key=lambda row: len(row.text)).size


def split_paragraphs(cluster: Sequence[Row], margin: float = 0.0) -> list[Paragraph]:
    """Split a text box into paragraphs.

    A paragraph begins at a bullet, a number, an indent, a change of size, a gap, or after a line that its author
    ended early.

    Args:
        cluster: The rows of one text box, from top to bottom.
        margin: Right edge, in points, up to which lines can run. The longest row counts if it is longer.
    """
    right = max([margin, *(row.box.x1 for row in cluster)])
    widest = max(box_width(row.box) for row in cluster)
    steps = sorted(b.baseline - a.baseline for a, b in pairwise(cluster))
    usual = steps[len(steps) // 2] if steps else 0.0
    setting = _BoxSetting(right, widest, usual, len(steps) == 1)
    early = sum(_continues_sentence(a, b) and _has_room(a, b, setting) for a, b in pairwise(cluster))
    setting = replace(setting, is_ragged=early >= _FEWEST_RAGGED)
    groups: list[list[Row]] = []
    for row in cluster:
        if groups and not _starts_paragraph(groups[-1], row, setting):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [Paragraph(tuple(group), split_bullet(group[0].text)[0]) for group in groups]


_CONTINUING_ENDINGS = tuple("のをはが、，・（「『")  # no sentence and no list item ends with these


class _BoxSetting(Struct, frozen=True):
    """How a text box is set, in points: its right edge, its widest row, the usual step between baselines.

    In a ragged box lines end early inside of sentences, so that an early end shows nothing.
    """

    right: float
    widest: float
    usual_step: float
    two_rows: bool
    is_ragged: bool = False


def _starts_paragraph(group: Sequence[Row], row: Row, setting: _BoxSetting) -> bool:
    """Return whether a row begins a paragraph after the rows of ``group``."""
    return (
        _has_own_label(row, row.em)
        or _has_other_size(group[-1], row)
        or _is_apart(group[-1], row, setting)
        or _is_indented(group, row)
        or (_ended_early(group[-1], row, setting) and not _adds_in_brackets(group, row))
    )


def _has_own_label(row: Row, em: float) -> bool:
    """Return whether a row begins with a bullet, a number or a label that is wider than ``em`` points."""
    has_label = row.text_start > row.box.x0 + em
    return bool(split_bullet(row.text)[0] or _ENUMERATOR.match(row.text)) or has_label


def _has_other_size(last: Row, row: Row) -> bool:
    return abs(row.size - last.size) > _SIZE_STEP * max(row.size, last.size)


def _is_apart(last: Row, row: Row, setting: _BoxSetting) -> bool:
    """Return whether the gap above a row is larger than usual."""
    step = row.baseline - last.baseline
    if step > _GAP_RATIO * setting.usual_step and step > _GAP * row.em:
        return True
    return step > PAIR_LEADING * row.em and setting.two_rows


def _are_centred(last: Row, row: Row) -> bool:
    return abs((row.box.x0 + row.box.x1) - (last.box.x0 + last.box.x1)) < row.em


def _is_indented(group: Sequence[Row], row: Row) -> bool:
    """Return whether a row is a first line that is indented against the lines before it."""
    if len(group) <= 1 or _are_centred(group[-1], row) or _has_own_label(group[0], row.em):
        return False
    smallest, largest = _INDENT
    return smallest < (row.box.x0 - group[-1].box.x0) / row.em < largest


def _ended_early(last: Row, row: Row, setting: _BoxSetting) -> bool:
    """Return whether the author ended the line before a row: the row's first word had room on it."""
    if last.text.endswith(_CONTINUING_ENDINGS) or _continues_sentence(last, row):
        return False
    if setting.is_ragged and last.text.count(" ") >= _FEWEST_SPACES and _SENTENCE_END.search(last.text):
        return False
    if _has_room(last, row, setting):
        return True
    centred = _are_centred(last, row)
    room = (setting.widest - box_width(last.box)) if centred else setting.right - last.box.x1
    return last.text.endswith(("。", "．")) and room > _ROOM_AFTER_SENTENCE * row.em and not centred


def _adds_in_brackets(group: Sequence[Row], row: Row) -> bool:
    """Return whether a row adds words in brackets to the bulleted item above: it begins where the item's text does."""
    is_in_item = bool(split_bullet(group[0].text)[0]) and row.box.x0 > group[0].text_start - row.em / 2
    return is_in_item and row.text[0] in "(（" and not _SENTENCE_END.search(group[-1].text)


def _has_room(last: Row, row: Row, setting: _BoxSetting) -> bool:
    """Return whether the first word of a row had room on the line before it."""
    room = (setting.widest - box_width(last.box)) if _are_centred(last, row) else setting.right - last.box.x1
    return room > _first_word_width(row) + row.em


def _continues_sentence(last: Row, row: Row) -> bool:
    """Return whether a row begins in small letters after a line of running Latin text that ends no sentence."""
    is_text = last.text.isascii() and last.text.count(" ") >= _FEWEST_SPACES and not _SENTENCE_END.search(last.text)
    is_text = is_text or bool(_HYPHEN_AT_END.search(last.text))
    return is_text and row.text[0].islower() and row.text[0].isascii()


def _first_word_width(row: Row) -> float:
    """Return the width, in points, of the text at a row's beginning that cannot be broken."""
    text = row.text
    if is_wide(text[0]):
        return _WIDE_WORD * row.em
    word = re.split(r"[ \u3000]|(?<=[^\x00-\xff])", text, maxsplit=1)[0]
    return min(len(word) * _LATIN_ADVANCE * row.em, box_width(row.box))

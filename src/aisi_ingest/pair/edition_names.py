"""Find the edition that a file name or title states: a version, an ordinal, a year, a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aisi_ingest.text.eras import ERA_OF, era_names
from aisi_ingest.text.kanji_numerals import kanji_value

_VERSION = re.compile(
    r"(?<![a-z0-9])(?:v|ver|version|rev|revision|edition)[ ._]{0,2}(\d+(?:\.\d+)*)(?![0-9])"
    r"|第?(\d+(?:\.\d+)+)版|(?:改訂)?第(\d+)版"
    r"|(?<=[^a-z0-9\s])(?:v|ver|version)[ ._]{0,2}(\d+(?:\.\d+)*)(?![0-9])"
    r"|(?<![a-z0-9])(\d+)(?:st|nd|rd|th) edition"
)
_UNDERSCORED = re.compile(r"(?<![a-z0-9])(?:v|ver|version)[ ._-]?(\d{1,2})[_-](\d{1,2})(?![_-]?\d)")  # v1_1
_IN_FILE_NAME = re.compile(
    # spec-1.2: a number that follows a word, unless the word counts parts
    r"(?<=[^\W\d_][-_ ])(?<!\bno[-_ ])(?<!part[-_ ])(?<!annex[-_ ])(?<!section[-_ ])(?<!shiryo[-_ ])(?<!資料[-_ ])"
    r"(\d{1,2})\.(\d{1,2}(?:\.\d{1,2})?)(?![\d.]*\d)"
)
_AT_END_OF_TITLE = re.compile(r"(?<=[^\W\d_] )(\d{1,2}\.\d{1,2})(?=\)?$)")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_ORDINAL = re.compile(
    rf"(?<![a-z0-9])(?P<word>{'|'.join(_ORDINALS)}) edition"
    r"|(?:改訂)?第(?P<kanji>[一二三四五六七八九十]{1,3})版|(?P<first>初版)"
)
_YEAR = re.compile(
    rf"(?:(?P<era>{era_names()})(?P<number>元|\d{{1,2}})|(?P<year>(?:19|20)\d\d)) ?年度? ?(?:改訂|改定|更新)?版"
    r"|(?<!\d)(?P<western>(?:19|20)\d\d) edition"
)
_DRAFT = re.compile(
    rf"(?<![a-z0-9])(?P<ordinal>{'|'.join(_ORDINALS)})[ _-]draft(?: version)?(?![a-z])"
    r"|^draft(?= )|(?<=[_([-])draft(?=[])_. -]|$)|(?<= )draft$|[(\[【] ?(?:素|原|草)?案 ?[)\]】]"
    # of a document, not of a law or a budget
    r"|(?<=ガイドライン)(?:素|原)?案|(?<=指針|基準|計画|戦略|方針|原則|要綱)(?:素|原)?案|(?<=報告書|仕様書|手引き)(?:素|原)?案"
)
_REVISED = re.compile(r"[(\[【] ?(?:改訂|改定)版 ?[)\]】]|(?<![a-z])revised edition")


def find_edition(text: str, is_file_name: bool) -> tuple[str | None, str]:
    """Find the edition in a name.

    Args:
        text: The name, folded and in lower case.
        is_file_name: It is the name of a file, in which more forms occur, such as ``spec-1.2``.

    Returns:
        The edition (``1.10``; ``2`` for a second edition; ``2024`` for 令和6年度版; ``draft``, ``draft-1`` or
        ``revised`` if there is no number), and the name without it. A draft of a version has that version.
    """
    edition: str | None = None
    for pattern in (_UNDERSCORED, _VERSION, _IN_FILE_NAME) if is_file_name else (_VERSION, _AT_END_OF_TITLE):
        if edition is None and (match := pattern.search(text)):
            edition = ".".join(group for group in match.groups() if group)
            text = _without(text, match)
    for pattern in (_ORDINAL, _YEAR, _DRAFT, _REVISED):
        if match := pattern.search(text):
            edition = edition or _edition_in_words(match)
            text = _without(text, match)
    return edition, text


def is_numbered(edition: str | None) -> bool:
    """Return whether an edition has a number of its own; ``draft`` and ``revised`` have none."""
    return edition is not None and edition[:1].isdigit()


def first_edition(editions: Iterable[str | None]) -> str | None:
    """Return the first edition with a number, else the first one: of "Guide (draft)" and "version 1.0", ``1.0``."""
    known = [edition for edition in editions if edition]
    return next(filter(is_numbered, known), next(iter(known), None))


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _edition_in_words(match: re.Match[str]) -> str:
    if match.re is _REVISED:
        return "revised"
    found = match.groupdict()
    if match.re is _DRAFT:
        return f"draft-{_ORDINALS[found['ordinal']]}" if found["ordinal"] else "draft"
    if match.re is _ORDINAL:
        if found["word"]:
            return str(_ORDINALS[found["word"]])
        return str(kanji_value(found["kanji"])) if found["kanji"] else "1"
    if found["era"]:
        number = 1 if found["number"] == "元" else int(found["number"])
        return str(ERA_OF[found["era"]].offset + number)
    return found["year"] or found["western"]

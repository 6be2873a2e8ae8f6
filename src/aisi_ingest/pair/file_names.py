"""Parse the name of a file and the title of a link: work, edition, date, language, position in a series.

``J1_ai_safety_RT_v1.10_ja.pdf`` is number 1 of its series, edition 1.10, Japanese, with the words ``ai safety rt``.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import Lang
from aisi_ingest.text.normalise import fold

_HASH = re.compile(r"^[0-9a-f]{16,}$")
_EDITION = re.compile(
    r"(?<![a-z0-9])(?:v|ver|version|rev|revision|edition)[ ._]{0,2}(\d+(?:\.\d+)*)(?![0-9])"
    r"|第?(\d+(?:\.\d+)+)版|第(\d+)版"
    r"|(?<=[^a-z0-9\s])(?:v|ver|version)[ ._]{0,2}(\d+(?:\.\d+)*)(?![0-9])"
    r"|(?<![a-z0-9])(\d+)(?:st|nd|rd|th) edition"
)
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.年/]?(0[1-9]|1[0-2])[-_.月/]?(0[1-9]|[12]\d|3[01])日?(?!\d)|(?<!\d)((?:19|20)\d\d)[-_年](0?[1-9]|1[0-2])月?(?![\d])"
)
_LANGUAGE = {
    "ja": {"ja", "jp", "jpn", "j", "japanese", "日本語", "日本語版", "和文", "邦文"},
    "en": {"en", "eng", "e", "english", "英語", "英語版", "英文", "英訳"},
}
_SERIES = re.compile(r"^([a-z])(\d{1,2})$")
# Words that name a form or a state of a file, not its work.
_FORMS = {"pdf", "pptx", "ppt", "slides", "スライド", "資料", "file", "final", "確定版"}
_SUMMARIES = {
    "summary",
    "概要",
    "概要版",
    "要約",
    "要約版",
    "要旨",
    "サマリー",
    "digest",
    "abstract",
    "outline",
    "overview",
}
_SUMMARY_INSIDE = re.compile("(?:概要|要約)版?|要旨|サマリー")
_MEANINGFUL = re.compile("[a-z]{2}|[^\\x00-\\x7f]")  # the name 000123456.pdf does not describe its work
_CIRCLED = re.compile("[\u2460-\u24ff]")  # Overview ①: the first of several slides, not a part of the name
_SPLIT = re.compile(r"[\s_\-+.,:;/()\[\]（）「」『』【】、。：・〜~|]+")


class ParsedName(Struct, frozen=True):
    """The parts of a name.

    Attributes:
        words: The words that describe the work. All words for a summary become ``summary``.
        edition: The edition, such as "1.10".
        date: The date as EDTF.
        lang: The language that the name states.
        series: Letter and number at the start of the name: ("j", "1") for ``J1_...``.
    """

    words: tuple[str, ...] = ()
    edition: str | None = None
    date: str | None = None
    lang: Lang | None = None
    series: tuple[str, str] | None = None

    @property
    def is_summary(self) -> bool:
        """Whether the name says that the document is a summary."""
        return any(word in _SUMMARIES for word in self.words)


def parse_file_name(file: str) -> ParsedName:
    """Parse the name of a file.

    Returns:
        The parts of the name. A name that is a hash has no parts, and a name that is only a number has no words.
    """
    stem = file.rsplit(".", 1)[0] if "." in file else file
    if _HASH.match(stem.lower()):
        return ParsedName()
    name = _parse(stem)
    return name if any(_MEANINGFUL.search(word) for word in name.words) else replace(name, words=())


def parse_title(title: str | None) -> ParsedName:
    """Parse a title or the text of a link."""
    return _parse(title or "")


def _parse(text: str) -> ParsedName:
    rest = _CIRCLED.sub(" ", fold(text).lower())
    edition = None
    if match := _EDITION.search(rest):
        edition = next(group for group in match.groups() if group)
        rest = rest[: match.start()] + " " + rest[match.end() :]
    date = None
    if match := _DATE.search(rest):
        date = _edtf(match)
        rest = rest[: match.start()] + " " + rest[match.end() :]
    words = [word for word in _SPLIT.split(_SUMMARY_INSIDE.sub(r" \g<0> ", rest)) if word]
    series = None
    if words and (match := _SERIES.match(words[0])) and len(words) > 1:
        series = (match[1], match[2])
        words = words[1:]
    lang: Lang | None = "ja" if series and series[0] == "j" else "en" if series and series[0] == "e" else None
    kept = []
    for index, word in enumerate(words):
        stated: Lang | None = next((code for code in ("ja", "en") if word in _LANGUAGE[code]), None)
        # A single letter is a language only as the first or last word, as in "report_j" but not in "plan e j draft".
        if stated and (len(word) > 1 or index in (0, len(words) - 1)) and len(words) > 1:
            lang = stated
        elif word not in _FORMS:
            kept.append("summary" if word in _SUMMARIES and word not in ("overview", "outline") else word)
    return ParsedName(tuple(kept), edition, date, lang, series)


def _edtf(match: re.Match[str]) -> str:
    """Return a match of ``_DATE`` as a day or a month."""
    year, month, day, year_only, month_only = match.groups()
    return f"{year}-{month}-{day}" if year else f"{year_only}-{int(month_only):02d}"

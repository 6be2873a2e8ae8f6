"""Parse the name of a file and the title of a link: work, edition, date, language, position in a series.

``J1_ai_safety_RT_v1.10_ja.pdf`` is number 1 of its series, edition 1.10, Japanese, with the words ``ai safety rt``.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import Lang
from aisi_ingest.pair.edition_names import find_edition
from aisi_ingest.text.normalise import fold

_HASH = re.compile(r"^[0-9a-f]{16,}$")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.年/]?(0[1-9]|1[0-2])[-_.月/]?(0[1-9]|[12]\d|3[01])日?(?!\d)|(?<!\d)((?:19|20)\d\d)[-_年](0?[1-9]|1[0-2])月?(?![\d])"
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(?!\d)")  # 202403, in names of files
_YEAR = re.compile(r"(?:19|20)\d\d")
_LANGUAGE = {
    "ja": {"ja", "jp", "jpn", "j", "japanese", "日本語", "日本語版", "和文", "和文版", "和訳", "邦文"},
    "en": {"en", "eng", "e", "english", "英語", "英語版", "英文", "英文版", "英訳", "英訳版"},
}
_REGION = re.compile(r"(?<![a-z])(?:(en)[-_](?:gb|us|uk|au|ca)|(ja)[-_]jp)(?![a-z])")  # en-GB
_ATTACHED = re.compile(r"(?<=[a-z0-9\u3040-\u9fff])(EN|ENG|JP|JPN|JA)(?=$|[-_. ])")  # ReportEN
_LANGUAGE_INSIDE = re.compile(
    "(?:英語|日本語|英訳|英文|和文)版|(?<=[\u3040-\u9fff])(?:英訳|和訳|英語|日本語)$"
)  # 指針英語版
_TRANSLATION = re.compile(
    "(?:provisional|tentative|unofficial|reference) translation|(?:english|japanese) (?=version|edition)"
    "|(?:仮|参考|暫定)訳"
)
_SERIES = re.compile(r"^([a-z])(\d{1,2})$")
# Words that name a form or a state of a file, not its work.
_FORMS = {"pdf", "pptx", "ppt", "slides", "スライド", "資料", "file", "final", "確定版", "version", "改訂"}
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
        edition: The edition (`edition_names.find_edition`).
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
    def stem(self) -> tuple[str, ...]:
        """The words without years: survey 2022 and survey 2023 have one stem."""
        return tuple(word for word in self.words if not _YEAR.fullmatch(word)) or self.words

    @property
    def year(self) -> str | None:
        """The last year among the words."""
        return next((word for word in reversed(self.words) if _YEAR.fullmatch(word)), None)

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
    name = _parse(_ATTACHED.sub(r" \1", stem), is_file_name=True)
    return name if any(_MEANINGFUL.search(word) for word in name.words) else replace(name, words=())


def parse_title(title: str | None) -> ParsedName:
    """Parse a title or the text of a link."""
    return _parse(title or "", is_file_name=False)


def _parse(text: str, is_file_name: bool) -> ParsedName:
    rest = _REGION.sub(r"\1\2", _CIRCLED.sub(" ", fold(text).lower()))
    edition, rest = find_edition(_TRANSLATION.sub(_keep_language, rest), is_file_name)
    date = None
    if match := _DATE.search(rest):
        date = _edtf(match)
        rest = rest[: match.start()] + " " + rest[match.end() :]
    elif is_file_name and (match := _MONTH.search(rest)):
        date = f"{match[1]}-{match[2]}"
        rest = rest[: match.start()] + " " + rest[match.end() :]
    rest = _LANGUAGE_INSIDE.sub(r" \g<0> ", rest)
    words = [word for word in _SPLIT.split(_SUMMARY_INSIDE.sub(r" \g<0> ", rest)) if word]
    series = None
    if words and (match := _SERIES.match(words[0])) and len(words) > 1:
        series = (match[1], match[2])
        words = words[1:]
    lang: Lang | None = "ja" if series and series[0] == "j" else "en" if series and series[0] == "e" else None
    kept = []
    named = [index for index, word in enumerate(words) if not word.isdecimal()]
    ends = (*named[:1], *named[-1:])
    for index, word in enumerate(words):
        stated: Lang | None = next((code for code in ("ja", "en") if word in _LANGUAGE[code]), None)
        # A single letter is a language only as the first or last word, as in "report_j" but not in "plan e j draft".
        if stated and (len(word) > 1 or index in ends) and len(words) > 1:
            lang = stated
        elif word not in _FORMS:
            kept.append("summary" if word in _SUMMARIES and word not in ("overview", "outline") else word)
    return ParsedName(tuple(kept), edition, date, lang, series)


def _keep_language(match: re.Match[str]) -> str:
    """Return the language that a phrase such as "English version" names, without the rest."""
    return next((f" {lang} " for lang in ("english", "japanese") if match[0].startswith(lang)), " ")


def _edtf(match: re.Match[str]) -> str:
    """Return a match of ``_DATE`` as a day or a month."""
    year, month, day, year_only, month_only = match.groups()
    return f"{year}-{month}-{day}" if year else f"{year_only}-{int(month_only):02d}"

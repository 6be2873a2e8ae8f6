"""What the name of a file and the title of a link say: work, edition, date, language, place in a row.

``J1_ai_safety_RT_v1.10_ja.pdf`` is number 1 of its row, edition 1.10, Japanese, and names ``ai safety rt``.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import Lang
from aisi_ingest.text.normalise import fold

_LONGEST_SLUG = 60
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
_ROW = re.compile(r"^([a-z])(\d{1,2})$")
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
_TELLING = re.compile("[a-z]{2}|[^\\x00-\\x7f]")  # 000123456.pdf says nothing of its work
_CIRCLED = re.compile("[\u2460-\u24ff]")  # Overview ①: the first of several slides, no part of the name
_SPLIT = re.compile(r"[\s_\-+.,:;/()\[\]（）「」『』【】、。：・〜~|]+")


class Name(Struct, frozen=True):
    """A name taken apart. ``words`` is what is left for the work itself, summaries told by the word ``summary``."""

    words: tuple[str, ...] = ()
    edition: str | None = None
    date: str | None = None  # EDTF
    lang: Lang | None = None
    row: tuple[str, str] | None = None  # ("j", "1") of J1_...

    @property
    def summary(self) -> bool:
        return any(word in _SUMMARIES for word in self.words)


def of_file(file: str) -> Name:
    """The parts of a file's name; all empty where the name is only a hash, no words where it is only a number."""
    stem = file.rsplit(".", 1)[0] if "." in file else file
    if _HASH.match(stem.lower()):
        return Name()
    name = _parse(stem)
    return name if any(_TELLING.search(word) for word in name.words) else replace(name, words=())


def of_title(title: str | None) -> Name:
    """The parts of a title or of a link's text."""
    return _parse(title or "")


def _parse(text: str) -> Name:
    rest = _CIRCLED.sub(" ", fold(text).lower())
    edition = None
    if match := _EDITION.search(rest):
        edition = next(group for group in match.groups() if group)
        rest = rest[: match.start()] + " " + rest[match.end() :]
    date = None
    if match := _DATE.search(rest):
        year, month, day, year_only, month_only = match.groups()
        date = f"{year}-{month}-{day}" if year else f"{year_only}-{int(month_only):02d}"
        rest = rest[: match.start()] + " " + rest[match.end() :]
    words = [word for word in _SPLIT.split(_SUMMARY_INSIDE.sub(r" \g<0> ", rest)) if word]
    row = None
    if words and (match := _ROW.match(words[0])) and len(words) > 1:
        row = (match[1], match[2])
        words = words[1:]
    lang: Lang | None = "ja" if row and row[0] == "j" else "en" if row and row[0] == "e" else None
    kept = []
    for place, word in enumerate(words):
        marked: Lang | None = next((code for code in ("ja", "en") if word in _LANGUAGE[code]), None)
        # A single letter is a language only at an end: "plan e j" is not.
        if marked and (len(word) > 1 or place in (0, len(words) - 1)) and len(words) > 1:
            lang = marked
        elif word not in _FORMS:
            kept.append("summary" if word in _SUMMARIES and word not in ("overview", "outline") else word)
    return Name(tuple(kept), edition, date, lang, row)


def slug(words: tuple[str, ...] | list[str]) -> str:
    """Words as they stand in an id: lower-case ASCII letters and digits with hyphens; Japanese words are romanised."""
    parts = []
    for word in words:
        ascii_word = word if word.isascii() else _romanised(word)
        parts += re.findall(r"[a-z0-9]+", ascii_word.lower())
    out = ""
    for part in parts:
        if len(out) + len(part) > _LONGEST_SLUG:
            break
        out += ("-" if out else "") + part
    return out or "-".join(parts)[:_LONGEST_SLUG]


_KANA = (
    "アイウエオ カキクケコ サシスセソ タチツテト ナニヌネノ ハヒフヘホ マミムメモ ヤユヨ ラリルレロ ワヲン "
    "ガギグゲゴ ザジズゼゾ ダヂヅデド バビブベボ パピプペポ ヴ"
)
_HEPBURN = (
    "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo "
    "ra ri ru re ro wa o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu"
)
_SYLLABLES = dict(zip(_KANA.replace(" ", ""), _HEPBURN.split(), strict=True))
_GLIDES = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}


def _romanised(word: str) -> str:
    """Hepburn from UniDic's reading, long vowels unmarked; words divided by hyphens."""
    from aisi_ingest.text.tokens import tokens

    parts = []
    for start, end, feature in tokens(word):
        reading = getattr(feature, "kana", None) or word[start:end]
        parts.append(_hepburn(reading))
    return "-".join(part for part in parts if part)


def _hepburn(reading: str) -> str:
    out = ""
    double = False
    for char in reading:
        if "ぁ" <= char <= "ゖ":
            char = chr(ord(char) + 0x60)
        if char == "ッ":
            double = True
            continue
        if char in _GLIDES and out and out[-1] in "iue" and len(out) > 1:
            stem = out[:-1]
            glide = "" if stem.endswith(("sh", "ch", "j")) or char in "ァィゥェォ" else "y"
            out = stem + glide + _GLIDES[char]
            continue
        sound = _SYLLABLES.get(char) or _GLIDES.get(char) or (char if char.isascii() else "")
        if double and sound:
            sound, double = ("t" if sound.startswith("ch") else sound[0]) + sound, False
        out += sound
    return out

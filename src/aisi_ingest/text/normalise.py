"""Normalise text once, before any offset into it is recorded, and join the lines of a paragraph.

Normalising is light. Code points that only stand for another character are replaced. What the author chose stays:
full-width punctuation, circled numbers, variant characters of names.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from aisi_ingest.model import Lang

# Source: Unicode's EquivalentUnifiedIdeograph.txt for the CJK Radicals Supplement, which NFKC does not change.
_RADICALS = "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"  # noqa: E501
_IDEOGRAPHS = "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑𫜹忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"  # noqa: E501
# Their equivalents are simplified Chinese forms. Chromium writes these radicals into PDFs for Japanese characters,
# so they become the Japanese form. The last four are Kangxi radicals whose equivalents are not in JIS X 0208: fonts for
# Japanese draw the Japanese form with the glyph that they share. Compared with the character maps of Noto Sans JP and
# Noto Serif JP.
_JAPANESE_FORM = dict(zip("⻄⻑⻘⻝⻤⻩⻫⻭⻯⻲⼾⾭⿈⿊", "西長青食鬼黄斉歯竜亀戸青黄黒", strict=True))


# Format characters that no reader sees. Tag characters (U+E0000) repeat ASCII and can carry a whole text.
_INVISIBLE = (
    (0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    range(0x180B, 0x1810),
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2060, 0x2070),
    range(0xFFF9, 0xFFFC),
    range(0x1D173, 0x1D17B),
    range(0xE0000, 0xE0080),
)
_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # of a variant of the character before
_SELECTORS = re.compile(f"(?<=[{_SELECTOR}])[{_SELECTOR}]+")  # a second one selects nothing, but can carry a byte
_CARRIER = re.compile(f"[\U000e0000-\U000e007f]|{_SELECTORS.pattern}|[\u200b-\u200f\u2060-\u2064\ufeff]{{8,}}")


def carries_unseen_text(text: str) -> bool:
    """Return whether invisible characters in ``text`` carry a text of their own, which ``normalise`` removes.

    These are tag characters, several variation selectors after one character, and eight or more zero-width characters
    in a row, which can stand for the bits of a letter.
    """
    return not text.isascii() and bool(_CARRIER.search(text))


@functools.cache
def _normal_forms() -> dict[int, str]:
    table = dict(zip(map(ord, _RADICALS), _IDEOGRAPHS, strict=True))
    folded = [
        range(0x2F00, 0x2FE0),  # Kangxi radicals
        range(0xFE30, 0xFE50),  # vertical presentation forms
        range(0xFE10, 0xFE1A),
        range(0xFF66, 0xFFA0),  # half-width kana (marks are composed below)
        range(0xFF61, 0xFF66),
        range(0xFF10, 0xFF1A),  # full-width digits and Latin letters
        range(0xFF21, 0xFF3B),
        range(0xFF41, 0xFF5B),
        range(0xFB00, 0xFB07),  # Latin ligatures
    ]
    for code in (c for block in folded for c in block):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    table.update((ord(radical), form) for radical, form in _JAPANESE_FORM.items())
    # NFKC turns the signs of vertical text into ASCII signs. Japanese text uses the full-width ones.
    table.update(zip(map(ord, "︵︶︷︸︰︙︓︔︐︕︖﹇﹈︳︱︲"), "（）｛｝‥…：；，！？［］｜—–", strict=True))
    table.update((code, "") for block in _INVISIBLE for code in block)
    table.update((code, " ") for code in (0x00A0, *range(0x2002, 0x200B), 0x202F))
    table.update((code, "") for code in (*range(0x00, 0x09), *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0)))
    table.update((code, "\ufffd") for code in range(0xD800, 0xE000))  # lone surrogates cannot be written as UTF-8
    return table


def normalise(text: str) -> str:
    """Replace code points that only stand for another character.

    Replaced are radicals (by Unicode's Equivalent_Unified_Ideograph), vertical presentation forms, half-width kana,
    full-width Latin letters and digits, and ligatures. Voicing marks are composed with their kana. Zero-width
    characters, tag characters, soft hyphens and control characters are removed. Spaces of other widths become a plain
    space, except the ideographic space. A voicing mark that composes with nothing becomes its spacing form, so that
    text stays normalised when it is cut or joined later.

    Returns:
        The normalised text; its length may differ. Normalising it again changes nothing.
    """
    text = text.translate(_normal_forms())
    if not text.isascii():
        text = _SELECTORS.sub("", text)
    if "\u3099" in text or "\u309a" in text:  # half-width voicing marks come after their kana
        text = re.sub("[\u3040-\u30ff][\u3099\u309a]", lambda m: unicodedata.normalize("NFC", m.group()), text)
        text = text.replace("\u3099", "\u309b").replace("\u309a", "\u309c")
    return text


@functools.lru_cache(maxsize=16)  # several modules search the same text one after another, and each folds it
def fold(text: str) -> str:
    """Fold full-width characters to ASCII and letters to lower case, for matching.

    Returns:
        Text of the same length: each code point is replaced by exactly one, so offsets stay valid.
    """
    return text.translate(_fold_table())


@functools.cache
def _fold_table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    signs = "\u3000\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\u301c\uff5e\u2018\u2019\u201c\u201d\u2215\u2044"
    table.update(zip(map(ord, signs), "  ------~~''\"\"//", strict=True))
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x180), *range(0xFF21, 0xFF3B)):
        lower = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(lower) == 1:
            table[code] = lower
    return table


_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
JAPANESE_CLASS = f"[{_CJK}]"  # a regular expression for one character of `is_japanese`
_JAPANESE = re.compile(JAPANESE_CLASS)
_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
# Full-width punctuation includes its own space, so joined lines get no blank beside it.
_WIDE = re.compile(f"[{_CJK}\u3000-\u3004\u3008-\u301f\u2460-\u24ff\u25a0-\u25ff\u203b\uff01-\uff65\u30fb\u2026\u2025]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


def is_japanese(char: str) -> bool:
    """Return whether ``char`` is a kana, an ideograph or a sign written among them (々, ー)."""
    return bool(_JAPANESE.match(char))


def is_wide(char: str) -> bool:
    """Return whether ``char`` is Japanese or full-width: a line break beside it does not stand for a space."""
    return bool(_WIDE.match(char))


# Latin characters that weigh as much as one Japanese character when the language of a text is decided. It is not
# ``measure.LATIN_PER_JAPANESE``, which predicts the length of a translation: with that value, 25 of 14,260 blocks of
# the development documents, such as "① Identifier管理機能", become English.
JAPANESE_WEIGHT = 2.5
# Kana occur in Japanese only, so half as many Japanese characters are enough beside kana.
_KANA_SHARE = 0.5


def language_of(text: str, default: Lang = "en") -> Lang:
    """Return the language that most of ``text`` is written in.

    An English sentence that quotes a Japanese name is English, since a Japanese character counts as
    `JAPANESE_WEIGHT` Latin letters only.

    Args:
        text: Any text.
        default: The result for text without letters.
    """
    if text.isascii():
        return "en" if _LATIN.search(text) else default
    if not _LATIN.search(text):
        return "ja" if _JAPANESE.search(text) else default
    japanese, latin = len(_JAPANESE.findall(text)), len(_LATIN.findall(text))
    if _KANA.search(text) and japanese * JAPANESE_WEIGHT >= latin * _KANA_SHARE:
        return "ja"
    return "ja" if japanese * JAPANESE_WEIGHT >= latin else "en"


_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")


def join_lines(lines: Iterable[str]) -> str:
    """Join the lines of one paragraph: no space between Japanese characters, one between Latin words.

    A hyphen at the end of a line is removed if the letters on both sides are lower case.
    """
    out = ""
    for line in lines:
        line = line.strip(" \t\r\n\u3000")
        if not line:
            continue
        if not out:
            out = line
        elif out[-1] == "-" and out[-2:-1] in _LOWER and line[0].islower():
            out = out[:-1] + line
        else:
            compound = out[-1] in "-/\u2013" and out[-2:-1].strip()  # or a URL that was broken after a slash
            out += line if compound or is_wide(out[-1]) or is_wide(line[0]) else " " + line
    return out

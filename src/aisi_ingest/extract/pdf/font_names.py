"""Tell properties of a font from its name."""

from __future__ import annotations

import re

_BOLD = re.compile(r"bold|black|heavy|demi|[-_ ,]w[6-9]\b|-[bh]$|-eb$", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|slanted", re.IGNORECASE)
_SERIF = re.compile(
    r"mincho|min-|明朝|(?<!sans)(?<!sans[- ])serif|times|roman|song|ryumin|century|cambria|georgia|garamond",
    re.IGNORECASE,
)
_MONOSPACE = re.compile(r"mono|courier|consol|menlo|typewriter|code", re.IGNORECASE)
_CJK = re.compile(
    r"[^\x00-\x7f]|ms-?(ui)?-?p?(gothic|mincho)|meiryo|yu-?(gothic|mincho)|hiragino|heisei|ryumin|gothicbbb"
    r"|koz(uka|go|min)|ipaex|ipa[gm]|biz-?ud|cjk|source-?han|noto-?(sans|serif)-?(jp|kr|sc|tc)|arial-?unicode"
    r"|sim(sun|hei)|mingliu|batang|gulim|dotum|malgun",
    re.IGNORECASE,
)


def decode_name(raw: bytes) -> str:
    """Decode the name of a font. Japanese names are in Shift JIS or UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace")


def is_bold(name: str) -> bool:
    """Tell whether the name is that of a bold face."""
    return _BOLD.search(name) is not None


def is_italic(name: str) -> bool:
    """Tell whether the name is that of an italic or oblique face."""
    return _ITALIC.search(name) is not None


def is_serif(name: str) -> bool:
    """Tell whether the name is that of a font with serifs, or of a Mincho font."""
    return _SERIF.search(name) is not None


def is_monospace(name: str) -> bool:
    """Tell whether the name is that of a font whose letters all have the same width."""
    return _MONOSPACE.search(name) is not None


def is_cjk(name: str) -> bool:
    """Tell whether the name is that of a font for Japanese, Chinese or Korean text."""
    return _CJK.search(name) is not None

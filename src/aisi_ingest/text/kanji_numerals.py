"""Values of numbers written in kanji."""

from __future__ import annotations

KANJI_DIGITS = "〇一二三四五六七八九"
KANJI_POWERS = {"十": 10, "百": 100, "千": 1000}
# Powers of ten thousand, which multiply everything before them.
KANJI_MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}

_DIGIT_VALUE = {digit: value for value, digit in enumerate(KANJI_DIGITS)}


def is_kanji_numeral(text: str) -> bool:
    """Return whether ``text`` consists of kanji digits and of powers up to a thousand."""
    return all(char in _DIGIT_VALUE or char in KANJI_POWERS for char in text)


def kanji_value(text: str) -> int:
    """Return the value of kanji digits set by place (``二〇二四``) or with powers (``二千二十四``).

    Args:
        text: A kanji numeral below ten thousand, see `is_kanji_numeral`. Not empty.
    """
    if not any(char in KANJI_POWERS for char in text):
        return int("".join(str(_DIGIT_VALUE[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in KANJI_POWERS:
            total += (digit or 1) * KANJI_POWERS[char]
            digit = 0
        else:
            digit = _DIGIT_VALUE[char]
    return total + digit


def kanji_numeral(value: int) -> str:
    """Return a number in kanji with powers: 24 is ``二十四``.

    Args:
        value: From 1 to 9999.
    """
    out = ""
    for sign, power in reversed(KANJI_POWERS.items()):
        count, value = divmod(value, power)
        if count:
            out += (KANJI_DIGITS[count] if count > 1 else "") + sign
    return out + (KANJI_DIGITS[value] if value else "")

"""Write raised and lowered text in plain characters, so that no exponent and no note mark becomes part of a number."""

from __future__ import annotations

import re

_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789+-−–=()（）n", f"{_DIGITS}⁺⁻⁻⁻⁼⁽⁾⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_PLAIN = str.maketrans(f"{_DIGITS}⁽⁾", "0123456789()")

SUPERSCRIPT_DIGITS = f"[{_DIGITS}]"
"""Regular expression for one superscript digit."""

# What has superscript characters: exponents, note marks and lists of them ("3, 4"), after 注 or a symbol or alone.
_WRITABLE = re.compile(r"[0-9+\-−–=()（）n]+|[(（]?(?:注|註|[*＊※†‡])?[0-9]{1,3}(?:[,，、・]\s?[0-9]{1,3})*[)）]?")
_LOWERED_WRITABLE = re.compile(r"[0-9+\-−=()]+")
# A power of ten; a unit of length or a statistic such as R²: the digit after it is an exponent.
_POWER_OF_TEN = re.compile(r"(?:^|[^0-9.,])10$")
_SQUARED = re.compile(r"(?:^|[^A-Za-z])(?:[kcdmμµn]?m|ft|yd|mi|[RrXxχσηω])$|[0-9][\s\u3000]?in$")


def raise_text(raised: str, before: str) -> str:
    """Return raised text in superscript characters.

    Letters stay as they are: ``1st``. What has no superscript characters but would change the number before it is
    written after ``^``.

    Args:
        raised: The raised text.
        before: The text before it.
    """
    if _WRITABLE.fullmatch(raised):
        return raised.translate(_RAISED)
    after_digit = before[-1:].isdigit()
    if after_digit and any(char.isdigit() for char in raised) and raised[0] not in "^注註":
        return f"^{raised}" if re.fullmatch(r"[−-]?[0-9.]+", raised) else f"^({raised})"
    return raised


def lower_text(lowered: str, before: str) -> str:
    """Return lowered text: in subscript characters after a digit, which it would change; else as it is (``CO2``)."""
    if before[-1:].isdigit() and _LOWERED_WRITABLE.fullmatch(lowered):
        return lowered.translate(_LOWERED)
    return lowered


def subscript(text: str) -> str:
    """Return an index of a formula: in subscript characters if there are such, else after ``_``."""
    return text.translate(_LOWERED) if _LOWERED_WRITABLE.fullmatch(text) else f"_{text}"


def plain_digits(text: str) -> str:
    """Return the text with plain digits and brackets instead of superscript ones."""
    return text.translate(_PLAIN)


def write_raised(text: str, spans: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> str:
    """Return a text whose raised spans, as (start, end) in code points, are written by `raise_text`."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + raise_text(text[start:end], text[:start]) + text[end:]
    return text


def is_exponent(mark: str, before: str) -> bool:
    """Return whether a raised number is an exponent and no note mark: ``10²⁶``, ``480 m²``.

    Args:
        mark: The raised text, in plain or superscript digits.
        before: The text before it.
    """
    if _POWER_OF_TEN.search(before):
        return True
    return plain_digits(mark) in ("2", "3") and bool(_SQUARED.search(before))

"""Write Office equations (OMML) on one line: ``10²⁶``, ``n/365``, ``√(x + 1)``.

Source of the elements: ECMA-376 part 1, section 22.1.2. Runs and operators are written one after another, so an
equation without structure keeps its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aisi_ingest.text.raised import raise_text, subscript

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
"""Namespace of OMML, in Clark notation."""

_ONE_TERM = re.compile(r"[^\W_]+(?:[.,][0-9]+)?[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀-₉]*")
_SCRIPT_TERM = re.compile(r"[^\W_]")
_DEEPEST = 50  # levels; deeper equations are hostile
_PROPERTIES = "Pr"  # the names of elements that only describe their parent end in this


def equation_text(element: Any, depth: int = 0) -> str:
    """Return the text of an OMML element and of everything in it."""
    if not isinstance(element.tag, str) or depth > _DEEPEST:
        return ""
    if element.tag == MATH + "t":
        return element.text or ""
    name = element.tag.removeprefix(MATH)
    if name.endswith(_PROPERTIES) and element.tag.startswith(MATH):
        return ""
    write = _WRITERS.get(name) if element.tag.startswith(MATH) else None
    if write is not None:
        return write(lambda part: _part(element, part, depth), element, depth)
    return "".join(equation_text(child, depth + 1) for child in element)


_Part = Callable[[str], str]
"""Returns the text of the child element of this name; empty if there is none."""


def _part(element: Any, name: str, depth: int) -> str:
    child = element.find(MATH + name)
    return "" if child is None else "".join(equation_text(inner, depth + 1) for inner in child).strip()


def _property(element: Any, properties: str, name: str, default: str) -> str:
    """Return the value of a property, such as the sign of a bracket."""
    found = element.find(f"{MATH}{properties}/{MATH}{name}")
    return default if found is None else str(found.get(MATH + "val", default))


def _term(text: str) -> str:
    """Return the text in brackets if it is more than one term."""
    return text if not text or _ONE_TERM.fullmatch(text) or _in_brackets(text) else f"({text})"


def _in_brackets(text: str) -> bool:
    """Return whether one pair of brackets encloses the whole text."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for position, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return position == len(text) - 1
    return False


def _power(base: str, exponent: str) -> str:
    """Return a power; exponents without superscript characters are written after ``^``."""
    if not exponent:
        return base
    raised = raise_text(exponent, base)
    if raised != exponent or not re.search(r"[^\W]", exponent):
        return _term(base) + raised
    return f"{_term(base)}^{exponent if _SCRIPT_TERM.fullmatch(exponent) else f'({exponent})'}"


def _index(base: str, index: str) -> str:
    """Return a base with an index."""
    return base + (subscript(index) if index else "")


def _fraction(part: _Part, element: Any, depth: int) -> str:
    return f"{_term(part('num'))}/{_term(part('den'))}"


def _superscript(part: _Part, element: Any, depth: int) -> str:
    return _power(part("e"), part("sup"))


def _subscript(part: _Part, element: Any, depth: int) -> str:
    return _index(part("e"), part("sub"))


def _both_scripts(part: _Part, element: Any, depth: int) -> str:
    return _power(_index(part("e"), part("sub")), part("sup"))


def _scripts_before(part: _Part, element: Any, depth: int) -> str:
    return _power("", part("sup")) + _index("", part("sub")) + part("e")


def _root(part: _Part, element: Any, depth: int) -> str:
    degree = part("deg")
    return (raise_text(degree, "") if degree and degree != "2" else "") + f"√{_term(part('e'))}"


def _large_operator(part: _Part, element: Any, depth: int) -> str:
    sign = _property(element, "naryPr", "chr", "∫")
    return f"{_power(_index(sign, part('sub')), part('sup'))} {part('e')}"


def _brackets(part: _Part, element: Any, depth: int) -> str:
    inner = [equation_text(child, depth + 1) for child in element.findall(MATH + "e")]
    separator = _property(element, "dPr", "sepChr", "|")
    return _property(element, "dPr", "begChr", "(") + separator.join(inner) + _property(element, "dPr", "endChr", ")")


def _function(part: _Part, element: Any, depth: int) -> str:
    return f"{part('fName')} {part('e')}"


def _limit(part: _Part, element: Any, depth: int) -> str:
    return _index(part("e"), part("lim"))


def _matrix(part: _Part, element: Any, depth: int) -> str:
    rows = [
        ", ".join(equation_text(cell, depth + 1) for cell in row.findall(MATH + "e"))
        for row in element.findall(MATH + "mr")
    ]
    return "; ".join(rows)


_WRITERS: dict[str, Callable[[_Part, Any, int], str]] = {
    "f": _fraction,
    "sSup": _superscript,
    "sSub": _subscript,
    "sSubSup": _both_scripts,
    "sPre": _scripts_before,
    "rad": _root,
    "nary": _large_operator,
    "d": _brackets,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "m": _matrix,
}

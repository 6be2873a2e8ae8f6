"""Read the runs of a paragraph on a slide: raised, lowered and struck text, line breaks, fields and equations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from aisi_ingest.extract.pptx.equations import MATH, equation_text
from aisi_ingest.extract.pptx.xml_names import clark, number_attribute
from aisi_ingest.text.raised import lower_text, raise_text

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_STRUCK = ("sngStrike", "dblStrike")
_RUNS = (clark("a:r"), clark("a:fld"))
_EQUATION = MATH + "oMath"


class _Run(NamedTuple):
    """A piece of text. ``shift`` is above 0 for raised and below 0 for lowered text."""

    text: str
    shift: float = 0
    struck: bool = False


def run_texts(paragraph: Any) -> tuple[str, str]:
    """Return the text of an ``a:p`` element as it is valid, and the text that is struck out.

    Raised text is written in superscript characters where there are such (`aisi_ingest.text.raised`).
    """
    valid, struck = "", ""
    for run in _merged(_runs(paragraph)):
        if run.struck:
            struck += run.text
        elif run.shift > 0:
            valid += raise_text(run.text, valid)
        elif run.shift < 0:
            valid += lower_text(run.text, valid)
        else:
            valid += run.text
    return valid, struck


def _merged(runs: Iterator[_Run]) -> Iterator[_Run]:
    """Join neighbours of one style: PowerPoint divides an exponent into runs where its language changes."""
    last: _Run | None = None
    for run in runs:
        if last is not None and (last.shift, last.struck) == (run.shift, run.struck):
            last = last._replace(text=last.text + run.text)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _runs(element: Any) -> Iterator[_Run]:
    for child in element.iterchildren():
        if not isinstance(child.tag, str) or child.tag == _FALLBACK:
            continue
        if child.tag == clark("a:br"):
            yield _Run("\n")
        elif child.tag == _EQUATION:
            yield _Run(equation_text(child))
        elif child.tag in _RUNS:
            properties, text = child.find(clark("a:rPr")), child.findtext(clark("a:t")) or ""
            if properties is None:
                yield _Run(text)
            else:
                shift = number_attribute(properties, "baseline")
                yield _Run(text, (shift > 0) - (shift < 0), properties.get("strike") in _STRUCK)
        else:
            yield from _runs(child)

"""Read the runs of a paragraph on a slide: raised, lowered and struck text, line breaks, fields and equations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from aisi_ingest.extract.pptx.equations import MATH, equation_text
from aisi_ingest.extract.pptx.xml_names import clark, number_attribute
from aisi_ingest.model import HiddenReason
from aisi_ingest.text.raised import lower_text, raise_text

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_STRUCK = ("sngStrike", "dblStrike")
_RUNS = (clark("a:r"), clark("a:fld"))
_EQUATION = MATH + "oMath"


class _Run(NamedTuple):
    """A piece of text. ``shift`` is above 0 for raised and below 0 for lowered text."""

    text: str
    shift: float = 0
    reason: HiddenReason | None = None  # why a viewer cannot see it


Judge = Callable[[Any | None], HiddenReason | None]
"""Returns why a run with the given ``a:rPr`` element cannot be seen; None if it can."""


def run_texts(paragraph: Any, judge: Judge | None = None) -> tuple[str, dict[HiddenReason, str]]:
    """Return the text of an ``a:p`` element as it is valid, and the text that is hidden, by the reason.

    Raised text is written in superscript characters where there are such (`aisi_ingest.text.raised`).

    Args:
        paragraph: The element.
        judge: Decides which runs are hidden; struck-out runs always are.
    """
    valid = ""
    hidden: dict[HiddenReason, str] = {}
    for run in _merged(_runs(paragraph, judge)):
        if run.reason is not None:
            hidden[run.reason] = hidden.get(run.reason, "") + run.text
        elif run.shift > 0:
            valid += raise_text(run.text, valid)
        elif run.shift < 0:
            valid += lower_text(run.text, valid)
        else:
            valid += run.text
    return valid, hidden


def _merged(runs: Iterator[_Run]) -> Iterator[_Run]:
    """Join neighbours of one style: PowerPoint divides an exponent into runs where its language changes."""
    last: _Run | None = None
    for run in runs:
        if last is not None and (last.shift, last.reason) == (run.shift, run.reason):
            last = last._replace(text=last.text + run.text)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _runs(element: Any, judge: Judge | None) -> Iterator[_Run]:
    for child in element.iterchildren():
        if not isinstance(child.tag, str) or child.tag == _FALLBACK:
            continue
        if child.tag == clark("a:br"):
            yield _Run("\n")
        elif child.tag == _EQUATION:
            yield _Run(equation_text(child))
        elif child.tag in _RUNS:
            properties, text = child.find(clark("a:rPr")), child.findtext(clark("a:t")) or ""
            reason = judge(properties) if judge is not None and text.strip() else None
            if properties is None:
                yield _Run(text, 0, reason)
            else:
                shift = number_attribute(properties, "baseline")
                reason = "struck" if properties.get("strike") in _STRUCK else reason
                yield _Run(text, (shift > 0) - (shift < 0), reason)
        else:
            yield from _runs(child, judge)

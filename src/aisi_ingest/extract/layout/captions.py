"""Captions of figures and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import Draft

_CAPTION = re.compile(
    "[【\\[（(<＜〈]?(?P<what>図表|図|表|写真|別図|グラフ|Figure|FIGURE|Fig\\.|Table|TABLE|Chart|Box)[\\s\u3000]*"
    "(?:[Ⅰ-ⅫIVX]{1,3}[-－‐–.．])?(?:[0-9０-９]{1,3}|[A-Z](?=[-.0-9])|[①-⑳])(?:[-－‐–.．][0-9０-９]{1,3})*[】\\]）)>＞〉]?"
    "(?:[\\s\u3000]*[:：.．、][\\s\u3000]*|[\\s\u3000]+(?![a-z(（])|$|(?=[「『【〈])|(?=[^\x00-\u303f、。])(?![はがをにのでともやへよかか]))"
)
_FIGURE_CAPTION = re.compile("\\W?(?:図(?!表)|Fig|FIG|写真)")
_LONGEST_CAPTION = 250  # code points
_LONGEST_SENTENCE = 60  # code points: a longer text of several sentences only begins like a caption
_LONGEST_BETWEEN = 60  # code points of a block between a table and its caption


def is_caption(text: str) -> bool:
    """Return whether a text is a caption: ``図1 全体像``, ``Table 2: Costs``, but not ``Table 2 shows ...``."""
    if not _CAPTION.match(text) or len(text) > _LONGEST_CAPTION:
        return False
    is_prose = re.search("[。.]$", text) and text.count("。") + text.count(". ") > 0
    return not (len(text) > _LONGEST_SENTENCE and is_prose)


def captions_of_tables(drafts: Sequence[Draft]) -> dict[int, str]:
    """Find the caption of each table: one of the two blocks above or, if these are none, below it.

    Returns:
        Index of the table among the drafts to the text of its caption.
    """
    captions: dict[int, str] = {}
    taken: set[int] = set()
    for k, draft in enumerate(drafts):
        if draft.kind != "table":
            continue
        for j in (k - 1, k - 2, k + 1, k + 2):
            if 0 <= j < len(drafts) and j not in taken and _is_caption_of(drafts, j, k):
                captions[k] = drafts[j].text
                taken.add(j)
                break
    return captions


def _is_caption_of(drafts: Sequence[Draft], caption: int, table: int) -> bool:
    """Return whether the draft with index ``caption`` can be the caption of the table."""
    draft = drafts[caption]
    if draft.kind != "caption" or _FIGURE_CAPTION.match(draft.text):
        return False
    if abs(draft.page - drafts[table].page) > (1 if caption < table else 0):
        return False
    between = drafts[min(caption, table) + 1 : max(caption, table)]
    return not any(other.kind in ("table", "heading") or len(other.text) > _LONGEST_BETWEEN for other in between)

"""Captions of figures and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aisi_ingest.extract.layout.drafts import Draft

_CAPTION = re.compile(
    "[【\\[（(<＜〈]?(?P<what>図表|図|表|写真|別図|グラフ|Figure|Fig\\.|Table|Chart|Box)[\\s\u3000]*"
    "(?:[Ⅰ-ⅫIVX]{1,3}[-－‐–.．])?(?:[0-9０-９]{1,3}|[A-Z](?=[-.0-9])|[①-⑳])(?:[-－‐–.．][0-9０-９]{1,3})*[】\\]）)>＞〉]?"
    "(?:[\\s\u3000]*[:：.．、][\\s\u3000]*|[\\s\u3000]+(?![a-z(（])|$|(?=[「『【〈]))"
)


def is_caption(text: str) -> bool:
    """``図1 全体像``, ``Table 2: Costs``; not ``Table 2 shows ...``."""
    found = _CAPTION.match(text)
    if not found or len(text) > 250:
        return False
    return not (len(text) > 60 and re.search("[。.]$", text) and text.count("。") + text.count(". ") > 0)


def captions_of_tables(drafts: Sequence[Draft]) -> dict[int, str]:
    """Index of a table among the blocks to the text of its caption: the nearest one, above before below."""
    out: dict[int, str] = {}
    taken: set[int] = set()
    for k, draft in enumerate(drafts):
        if draft.kind != "table":
            continue
        for j in (k - 1, k - 2, k + 1, k + 2):
            if not 0 <= j < len(drafts) or j in taken or drafts[j].kind != "caption":
                continue
            if abs(drafts[j].page - draft.page) > (1 if j < k else 0):
                continue
            if re.match("\\W?(?:図(?!表)|Fig|写真)", drafts[j].text):
                continue
            between = drafts[min(j, k) + 1 : max(j, k)]
            if any(other.kind in ("table", "heading") or len(other.text) > 60 for other in between):
                continue
            out[k] = drafts[j].text
            taken.add(j)
            break
    return out

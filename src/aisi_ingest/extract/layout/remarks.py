"""Remarks and sources: blocks of their own beside the text, such as ``※``, ``(注1)``, ``出典：``, ``Source:``."""

from __future__ import annotations

import re

_REMARK = re.compile(
    "[（(]?(?:注|註)[0-9０-９]{0,3}[)）:：]|[※＊](?![※＊])|[*]{1,2}(?=[^*\\s])|[（(](?:出典|出所)|(?:出典|出所|資料)[:：]|\\((?:Source|Note)s?:|(?:Source|Note)s?:"
)


def is_remark(text: str) -> bool:
    """Return whether a text begins like a remark or the source of a figure."""
    return bool(_REMARK.match(text))

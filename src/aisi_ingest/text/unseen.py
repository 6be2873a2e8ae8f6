"""Report invisible characters that carry a text."""

from __future__ import annotations

from aisi_ingest.model import Issue


def unseen_characters(part: str, page: int) -> Issue:
    """Return the issue of a page on which invisible characters carry a text, which is removed and not repeated here.

    Args:
        part: "page" or "slide".
        page: Its number, from 1.
    """
    message = f"invisible characters on {part} {page} carry a text; they were removed"
    return Issue("extract", "warning", "unseen_characters", message, page)

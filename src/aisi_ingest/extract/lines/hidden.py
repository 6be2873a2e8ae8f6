"""Build the lines of the text on a page that a reader cannot see, apart from the visible lines."""

from __future__ import annotations

import numpy as np

from aisi_ingest.extract.lines.line import Line
from aisi_ingest.extract.lines.lines import lines_of
from aisi_ingest.extract.pdf.page import HIDDEN_REASONS, STRUCK, Page
from aisi_ingest.model import HiddenReason

_STRUCK_LAST = 0xFF  # sorts behind all other reasons


def hidden_lines(page: Page) -> list[tuple[Line, HiddenReason]]:
    """Return the hidden lines of a page, each with the reason; struck-out lines last.

    Text that is hidden for different reasons never shares a line.
    """
    reason = page.chars["reason"]
    if not reason.any():
        return []
    found: list[tuple[Line, HiddenReason]] = []
    for code in sorted(np.unique(reason).tolist(), key=lambda code: _STRUCK_LAST if code == STRUCK else code):
        name = HIDDEN_REASONS[code]
        if name is not None:
            found += [(line, name) for line in lines_of(page, np.flatnonzero(reason == code)) if line.text.strip()]
    return found

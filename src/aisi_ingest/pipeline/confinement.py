"""Report what this system lacks to confine workers."""

from __future__ import annotations

from aisi_ingest.model import Issue
from aisi_ingest.sandbox import confinement, pool


def confinement_issues() -> list[Issue]:
    """Return a warning for each mechanism that this system lacks to confine workers."""
    sandbox = pool.running()
    return [
        Issue("extract", "warning", "not_confined", f"{confinement.consequence(each)} (aisi-ingest health)")
        for each in (sandbox.missing() if sandbox else ())
    ]

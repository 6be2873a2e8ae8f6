"""Versioned releases of what was read: tables, formats, a viewer."""

from aisi_ingest.publish.changes import Change, Changes, changelog, diff
from aisi_ingest.publish.folders import latest_release, prune, releases
from aisi_ingest.publish.release import publish

__all__ = ["Change", "Changes", "changelog", "diff", "latest_release", "prune", "publish", "releases"]

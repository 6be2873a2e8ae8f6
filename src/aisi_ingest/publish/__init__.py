"""Versioned releases of what was read: tables, formats, a viewer."""

from aisi_ingest.publish.release import publish

__all__ = ["publish"]

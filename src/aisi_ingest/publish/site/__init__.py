"""The viewer: static pages that open from disk without a network."""

from aisi_ingest.publish.site.pages import Site

__all__ = ["Site"]

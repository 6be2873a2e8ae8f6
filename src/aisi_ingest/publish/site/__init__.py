"""The viewer: static pages that open from disk without a network."""

from aisi_ingest.publish.site.pages import Site
from aisi_ingest.publish.site.pictures import draw

__all__ = ["Site", "draw"]

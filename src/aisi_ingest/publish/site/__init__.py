"""The viewer: static pages that open from disk without a network."""

from aisi_ingest.publish.site.page_images import draw
from aisi_ingest.publish.site.site import Site

__all__ = ["Site", "draw"]

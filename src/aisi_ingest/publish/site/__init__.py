"""The viewer: static pages that open from disk without a network."""

from aisi_ingest.publish.site.page_images import draw_pages
from aisi_ingest.publish.site.site import SiteWriter

__all__ = ["SiteWriter", "draw_pages"]

"""Parse pages and sitemaps in a worker: their bytes are as hostile as those of a document."""

from __future__ import annotations

from msgspec.structs import replace

from aisi_ingest import media_types
from aisi_ingest.fetch import pages, sitemaps
from aisi_ingest.fetch.links import Page
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.tasks import task

_WORKERS = 2  # of a process that has no sandbox yet
# Of one page. A page with 5,000 links takes 1 s; the largest sitemap that the protocol allows takes 3 s.
_WALL_SECONDS, _CPU_SECONDS = 60, 30


class UnreadablePage(Exception):
    """The parser of a page was stopped at a limit, or failed. The message says why."""


def read(content: bytes, url: str, content_type: str) -> Page | None:
    """Parse a page, a sitemap or an index of sitemaps, which may be packed with gzip.

    Args:
        content: The body of the response.
        url: The address of the page, after redirects.
        content_type: The value of the Content-Type header.

    Returns:
        Its links; None if it is a document.

    Raises:
        UnreadablePage: The parser was stopped or failed.
    """
    sandbox = pool.running() or pool.shared(_WORKERS)
    limits = replace(sandbox.limits, wall_seconds=_WALL_SECONDS, cpu_seconds=_CPU_SECONDS)
    try:
        with sandbox.session(limits=limits) as session:
            return session.call(_read, content, url, content_type)
    except pool.LimitExceeded as stopped:
        raise UnreadablePage(str(stopped)) from None
    except (pool.WorkerError, OSError) as error:
        raise UnreadablePage(f"its parser failed: {error}") from None


@task
def _read(content: bytes, url: str, content_type: str) -> Page | None:
    content = sitemaps.unpacked(content)
    if sitemaps.is_sitemap(content):
        return sitemaps.read_sitemap(content, url)
    if media_types.media_type(content) in (media_types.PDF, media_types.PPTX):
        return None
    return pages.read_page(content, url, content_type)

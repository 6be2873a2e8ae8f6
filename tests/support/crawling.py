"""A site on loopback, and a run over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from msgspec.structs import replace
from servers import Site

from aisi_ingest import sources
from aisi_ingest.fetch import source as fetching
from aisi_ingest.fetch.client import Client
from aisi_ingest.storage.store import Store

RunOver = Callable[..., fetching.CrawlResult]


@pytest.fixture
def web() -> Iterator[Site]:
    with servers.serving() as site:
        yield site


@pytest.fixture
def run_over(web: Site, tmp_path: Path) -> RunOver:
    """Return a function that fetches the site from the index page at a path. Called twice, it is the next night."""

    def fetch_source(index: str = "/pub/", **fields: Any) -> fetching.CrawlResult:
        source = sources.from_index([f"{web.url}{index}"], contact="mailto:a@example.org")
        with Client(backoff=0.001) as client:
            return fetching.fetch(replace(source, **fields), Store(tmp_path), client=client)

    return fetch_source

"""Render templates to pages: small ones in this process, large ones in worker processes where there are some."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aisi_ingest.publish.rows import WorkRows
from aisi_ingest.publish.site.views import LABELS, SIDES, EntityNames, WorkPage, work_pages
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.pool import Session
from aisi_ingest.sandbox.tasks import task

PACKAGE = "aisi_ingest.publish.site"
# Blocks from which on a page is rendered by a worker. Below, sending it takes as long as rendering (1 ms for 6 blocks).
_LARGE_PAGE = 60
_PENDING_PER_WORKER = 2  # pages in progress, so that not all pages of a release are in memory
_WORK_TEMPLATE = "work.html"

KINDS = {"report": "Report", "deck": "Slides"}
FINDINGS = {
    "missing_in_en": "Not in English",
    "missing_in_ja": "Not in Japanese",
    "untranslated": "Not translated",
    "date_differs": "Dates differ",
    "number_differs": "Numbers differ",
    "entity_differs": "Names differ",
}
# Label of names to the noun for one of them and for several.
NOUNS = {
    "DATE": ("Date", "Dates"),
    "ORG": ("Organisation", "Organisations"),
    "PERSON": ("Person", "People"),
    "GUIDE": ("Guide or law", "Guides and laws"),
    "EVENT": ("Event", "Events"),
    "PLACE": ("Place", "Places"),
}


class PageRenderer:
    """Renders pages and writes them. Pages rendered by workers exist when ``finish`` has returned."""

    def __init__(self) -> None:
        self._workers = pool.running()
        self._threads = ThreadPoolExecutor(self._workers.workers) if self._workers else None
        self._sessions: dict[int, Session] = {}  # by thread: rendering runs no code on the bytes of a document
        self._pending: list[Future[None]] = []

    def write(self, target: Path, template: str, values: Mapping[str, Any]) -> None:
        """Render a template with values, and write the page to ``target``."""
        _write_text(target, render(template, values))

    def write_work(
        self, target: Path, work: WorkRows, page: WorkPage, names: EntityNames, values: Mapping[str, Any]
    ) -> None:
        """Render the page of a work, and write it to ``target``.

        Args:
            target: Path of the page.
            work: The rows of the work, from which a worker makes the page again.
            page: The page.
            names: The names of the entities on the page.
            values: Further values of the template.
        """
        if self._workers is None or self._threads is None or _block_count(page) < _LARGE_PAGE:
            self.write(target, _WORK_TEMPLATE, {"page": page, "names": names, **values})
            return
        self._pending.append(
            self._threads.submit(self._render_in_worker, self._workers, target, work, page.file, names, values)
        )
        if len(self._pending) > _PENDING_PER_WORKER * self._workers.workers:
            self._pending.pop(0).result()

    def finish(self) -> None:
        """Wait for all pages, and raise the first exception among them."""
        if self._threads is not None:
            self._threads.shutdown()
        for session in self._sessions.values():
            session.close()
        for each in self._pending:
            each.result()

    def _render_in_worker(self, workers: pool.Sandbox, target: Path, *arguments: Any) -> None:
        session = self._sessions.get(threading.get_ident())
        if session is None:
            session = self._sessions[threading.get_ident()] = workers.session()
        try:
            text = session.call(render_work, *arguments)
        except pool.LimitExceeded:  # usually because the worker was killed: the page can be rendered here
            text = render_work(*arguments)
        _write_text(target, text)


def _block_count(page: WorkPage) -> int:
    return sum(len(rows.blocks) for rows in page.documents.values())


def _write_text(target: Path, text: str) -> None:
    target.write_text(text, encoding="utf-8", newline="\n")


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a page as text."""
    return environment().get_template(template).render(**values)


@task
def render_work(work: WorkRows, file: str, names: EntityNames, values: dict[str, Any]) -> str:
    """Return the page of a work with this file name, made from its rows. Runs in a worker or in this process."""
    page = next(each for each in work_pages(work, names) if each.file == file)
    return render(_WORK_TEMPLATE, {"page": page, "names": names, **values})


@cache
def environment() -> Environment:
    """Return the templates, with autoescaping and their filters. They are compiled once in a process."""
    environment = Environment(
        loader=PackageLoader(PACKAGE, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(host=_host, safe_link=_safe_link, box=_box, month=_month, year=_year)
    environment.globals.update(SIDES=SIDES, LABELS=LABELS, KINDS=KINDS, FINDINGS=FINDINGS, NOUNS=NOUNS, t=_translatable)
    return environment


def _translatable(text: str, *values: object) -> Markup:
    """Return a text of the interface that ``assets/language.js`` translates; ``{}`` stands for each value."""
    if not values:
        return Markup("<span data-t>%s</span>") % text
    shown = "|".join(str(value).replace("|", "/") for value in values)
    return Markup('<span data-t data-key="%s" data-values="%s">%s</span>') % (text, shown, text.format(*values))


def _safe_link(url: str | None) -> str | None:
    """Return an address that is safe in ``href``: only http and https, never ``javascript:``."""
    return url if url and re.match("https?://", url, re.IGNORECASE) else None


def _host(url: str) -> str:
    return re.sub("^https?://([^/]*).*", r"\1", url, flags=re.IGNORECASE | re.DOTALL)


def _box(block: Any) -> str:
    """Return page number and box of each region of a block, rounded to points, for ``data-box``."""
    regions = getattr(block, "regions", ()) or (block,)
    return ";".join(" ".join(str(round(each)) for each in (one.page, *one.bbox)) for one in regions)


def _year(date: str | None) -> str | None:
    match = re.match(r"\d{4}", date or "")
    return match.group() if match else None


def _month(date: str | None) -> int:
    """Return the month of an EDTF date, 1 to 12, or 0 where it has none."""
    match = re.match(r"\d{4}-(0[1-9]|1[0-2])", date or "")
    return int(match.group(1)) if match else 0

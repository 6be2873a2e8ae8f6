"""Templates to pages: small ones here and now, large ones in the workers that this process has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aisi_ingest.publish.rows import WorkRows
from aisi_ingest.publish.site.views import LABELS, SIDES, Names, WorkPage, work_pages
from aisi_ingest.sandbox import pool

PACKAGE = "aisi_ingest.publish.site"
# Blocks of a page from which on it goes to a worker: below, handing it over takes as long as making it (1 ms for 6).
_LARGE = 60
_WORK = "work.html"

KINDS = {"report": "Report", "deck": "Slides"}
FINDINGS = {
    "missing_in_en": "Not in English",
    "missing_in_ja": "Not in Japanese",
    "date_differs": "Dates differ",
    "number_differs": "Numbers differ",
    "entity_differs": "Names differ",
}


class PageRenderer:
    """Makes pages and writes them. What a worker makes is there when ``finish`` has returned."""

    def __init__(self) -> None:
        self._workers = pool.running()
        self._threads = ThreadPoolExecutor(self._workers.workers) if self._workers else None
        self._pending: list[Future[None]] = []

    def write(self, target: Path, template: str, values: Mapping[str, Any]) -> None:
        _keep(target, render(template, values))

    def write_work(self, target: Path, work: WorkRows, page: WorkPage, names: Names, values: Mapping[str, Any]) -> None:
        """The page of a work, with the names that stand on it."""
        if self._workers is None or self._threads is None or _blocks(page) < _LARGE:
            self.write(target, _WORK, {"page": page, "names": names, **values})
            return
        self._pending.append(
            self._threads.submit(self._elsewhere, self._workers, target, work, page.file, names, values)
        )
        if len(self._pending) > 2 * self._workers.workers:  # not all pages of a release are held at once
            self._pending.pop(0).result()

    @staticmethod
    def _elsewhere(workers: pool.Sandbox, target: Path, *asked: Any) -> None:
        try:
            text = workers.call(render_work, *asked)
        except pool.LimitExceeded:  # a worker that was killed, mostly: the page can be made here as well
            text = render_work(*asked)
        _keep(target, text)

    def finish(self) -> None:
        """Wait for all pages. Raises what went wrong with one."""
        if self._threads is not None:
            self._threads.shutdown()
        for each in self._pending:
            each.result()


def _blocks(page: WorkPage) -> int:
    return sum(len(rows.blocks) for rows in page.documents.values())


def _keep(target: Path, text: str) -> None:
    target.write_text(text, encoding="utf-8", newline="\n")


def render(template: str, values: Mapping[str, Any]) -> str:
    """A page as text."""
    return environment().get_template(template).render(**values)


def render_work(work: WorkRows, file: str, names: Names, values: Mapping[str, Any]) -> str:
    """The page of a work that has this name, from its rows; in a worker, or here."""
    page = next(each for each in work_pages(work, names) if each.file == file)
    return render(_WORK, {"page": page, "names": names, **values})


@cache
def environment() -> Environment:
    """Templates with autoescaping, and the few filters that they use; compiled once a process."""
    out = Environment(
        loader=PackageLoader(PACKAGE, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    out.filters.update(host=_host, safe_link=_safe_link, box=_box, month=_month, year=_year)
    out.globals.update(SIDES=SIDES, LABELS=LABELS, KINDS=KINDS, FINDINGS=FINDINGS)
    return out


def _safe_link(url: str | None) -> str | None:
    """An address that may stand in ``href``: http and https only, never ``javascript:``."""
    return url if url and re.match("https?://", url, re.IGNORECASE) else None


def _host(url: str) -> str:
    return re.sub("^https?://([^/]*).*", r"\1", url, flags=re.IGNORECASE | re.DOTALL)


def _box(block: Any) -> str:
    return " ".join(str(round(each)) for each in (block.page, *block.bbox))


def _year(date: str | None) -> str | None:
    match = re.match(r"\d{4}", date or "")
    return match.group() if match else None


def _month(date: str | None) -> int:
    """Month of an EDTF date, 1 to 12; 0 where it names none."""
    match = re.match(r"\d{4}-(0[1-9]|1[0-2])", date or "")
    return int(match.group(1)) if match else 0

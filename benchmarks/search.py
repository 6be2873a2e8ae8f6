"""Measure the viewer's search on a large release: ``python -m benchmarks.search RELEASE DOCUMENTS FOLDER [WORDS]...``.

The pages of a real release are indexed again and again under other names until the index has so many documents. Then
Chromium opens a page from disk and searches. Printed are the time to write the index, its size, the largest file loaded
at first, and for each query the time from the last key to the first hit and to the end, the median of five new pages.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from itertools import groupby
from pathlib import Path

from msgspec.structs import replace

import aisi_ingest
from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import AlignmentRow
from aisi_ingest.publish.site.search_index import SearchIndexWriter
from aisi_ingest.publish.site.site import write_assets
from aisi_ingest.publish.site.views import EntityNames, WorkPage, work_pages

QUERIES = ("prompt injection", "経産省", "NIST AI RMF", "red-teaming", "脅威", "AI safety", "評価の観点", "injectoin")
PAGES = 5  # opened for each query
PAGE = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Search</title><body><div class="bar"><a class="home" href="index.html">Home</a><nav></nav></div><main><div id="search"></div></main><script src="assets/viewer.js" defer></script>'  # noqa: E501
# Waits inside the page: a call from outside takes some milliseconds itself.
MEASURE = """query => new Promise(resolve => {
  const input = document.querySelector("#query"), form = input.form, results = document.querySelector("#results");
  const began = performance.now();
  let first = null;
  new MutationObserver(() => {
    if (first === null && results.children.length) first = performance.now() - began;
    const text = document.querySelector("#found").textContent;
    if (form.dataset.done === query) resolve([first, performance.now() - began, text]);
  }).observe(form, { attributes: true, childList: true, subtree: true });
  input.value = query;
  input.dispatchEvent(new Event("input"));
})"""


def pages_of(release: Path) -> tuple[list[WorkPage], EntityNames]:
    """Return all pages of a release."""
    with aisi_ingest.load(release) as dataset:
        names = EntityNames(dict(dataset.entities))
        alignments: dict[str, list[AlignmentRow]] = {}
        for row in dataset.rows("alignments", AlignmentRow):
            alignments.setdefault(row.work, []).append(row)
        rows = [DocumentRows(d.row, d.sections, d.blocks, d.tables, d.mentions) for d in dataset.documents]
    pages: list[WorkPage] = []
    for work, documents in groupby(rows, key=lambda each: each.document.work):
        pages += work_pages(WorkRows(work, tuple(documents), tuple(alignments.get(work, ())), ()), names)
    return pages, names


def write(release: Path, documents: int, folder: Path) -> None:
    """Write an index of so many documents."""
    pages, names = pages_of(release)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "assets").mkdir(parents=True)
    (folder / "search").mkdir()
    write_assets(folder / "assets")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    began, written, copy = time.perf_counter(), 0, 0
    index = SearchIndexWriter(folder / "search")
    while written < documents:
        for page in pages:
            index.add(replace(page, file=f"{copy}-{page.file}", work=f"{page.work}-{copy}"))
            written += len(page.documents)
        copy += 1
    index.finish(list(names.entities.values()), names)
    sizes = [path.stat().st_size for path in folder.rglob("*.js")]
    at_first = sum((folder / name).stat().st_size for name in ("assets/viewer.js", "assets/style.css", "index.html"))
    print(
        f"{written} documents: {time.perf_counter() - began:.0f} s, {sum(sizes) / 2**20:.0f} MiB in {len(sizes)} files,"
    )
    print(f"the largest {max(sizes) / 1000:.0f} kB; a page loads {at_first / 1000:.0f} kB at first")


def search(folder: Path, queries: tuple[str, ...]) -> None:
    """Search with Chromium, and print the times."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for query in queries:
            firsts, ends, found = [], [], ""
            for _ in range(PAGES):
                page = browser.new_page()
                page.goto((folder / "index.html").resolve().as_uri())
                first, end, found = page.evaluate(MEASURE, query)
                page.close()
                firsts.append(first or end)
                ends.append(end)
            print(f"{query}: first {statistics.median(firsts):.0f} ms, end {statistics.median(ends):.0f} ms, {found}")
        browser.close()


if __name__ == "__main__":
    source, count, target = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    write(source, count, target)
    search(target, tuple(sys.argv[4:]) or QUERIES)

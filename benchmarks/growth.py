"""Measure how time and memory grow with documents in a store, pages of a report or pair, and names in the registry."""

from __future__ import annotations

import shutil
import statistics
import sys

from benchmarks import measure
from benchmarks.figures import WORK, Bench, documents, job
from benchmarks.measure import Failed
from benchmarks.results import Section, seconds
from benchmarks.whole import add, fresh


def _synthetic(*arguments: object) -> None:
    measure.run([sys.executable, "-m", "benchmarks.synthetic", *map(str, arguments)])


def growth_documents(bench: Bench) -> Section:
    """Add one-page documents, Japanese and English in turn, to an empty store; then run again with nothing to do."""
    folder, root = WORK / "records", WORK / "growth"
    counts = (2, 10, 100) if bench.quick else (2, 10, 100, 1000, 10_000)
    if len(list(folder.glob("*.pdf"))) < counts[-1]:
        _synthetic("site", folder, counts[-1])
    files = sorted(folder.glob("*.pdf"))
    rows = []
    for count in counts:
        chosen = tuple(files[:count])
        fresh(root)
        try:
            full = measure.run(add(root, 2, chosen))
            again, once_more = (measure.run(add(root, 2, chosen)) for _ in range(2))
        except Failed as error:
            rows.append((str(count), f"not measured: {error}", *[""] * 7))
            continue
        cells = (seconds(full.wall), f"{1000 * full.wall / count:.0f}", f"{1000 * full.cpu / count:.0f}")
        shares = [f"{100 * each.wall / full.wall:.1f} %" for each in (again, once_more)]
        times = [seconds(each.wall) for each in (again, once_more)]
        rows.append((str(count), *cells, f"{full.peak:.0f}", times[0], shares[0], times[1], shares[1]))
    shutil.rmtree(root, ignore_errors=True)
    columns = (
        *("documents", "s", "ms each", "CPU ms each", "peak, MiB", "nothing to do, s", "share of the full run"),
        *("once more, s", "share"),
    )
    note = (
        "One page each, 2 workers, start-up included. The first run with nothing to do reads the outputs from disk if "
        "the system's cache does not have them; the second reads them from the cache."
    )
    return Section("Growth with documents", columns, tuple(rows), note)


def growth_pages(bench: Bench) -> Section:
    """Read long reports of one shape and align the two languages down to sentences."""
    folder = WORK / "long"
    rows = []
    for pages in (10, 100, 400) if bench.quick else (10, 100, 500, 2000):
        files = [folder / f"long_{pages}_{lang}.pdf" for lang in ("ja", "en")]
        if not all(file.exists() for file in files):
            _synthetic("long", folder, pages)
        cells = [str(pages)]
        for name in ("read_reports", "pdfium_text"):
            try:
                done = measure.run(job(name, *files))
                per_page = 1000 * done.work / done.output["pages"]
                cells += [f"{per_page:.2f}", f"{done.peak:.0f}"]
            except Failed as error:
                cells += [f"not measured: {error}", ""]
        made, problem = documents(bench, files)
        try:
            if problem:
                raise Failed(problem)
            done = measure.run(job("align_pairs", *(made[file] for file in files)))
            cells += [seconds(done.work), f"{1000 * done.work / pages:.1f}", f"{done.peak:.0f}"]
        except Failed as error:
            cells += [f"not measured: {error}", "", ""]
        rows.append(tuple(cells))
    columns = (
        *("pages of each", "read, ms a page", "peak, MiB", "pypdfium2, ms a page", "peak, MiB"),
        *("align, s", "align, ms a page", "peak, MiB"),
    )
    note = "Reading: both languages in one process. Aligning: after start-up; the goal is 10 s, 500 MiB at 100 pages."
    return Section("Growth with pages", columns, tuple(rows), note)


def rates(bench: Bench) -> Section:
    """Measure the characters a second of tagging in one process, with the project's registry and with large ones."""
    made, problem = documents(bench, bench.corpus.reports)
    rows = []
    for names in ("the project's own", "5,000 names", "50,000 names"):
        try:
            if problem:
                raise Failed(problem)
            arguments = [*made.values()]
            if names[0].isdigit():
                path = WORK / "registry.toml"
                _synthetic("registry", path, names.split()[0].replace(",", ""))
                arguments.insert(0, path)
            runs = measure.in_turn({"tag": job("tag_documents", *arguments)}, min(3, bench.rounds))["tag"]
            if isinstance(runs, Failed):
                raise runs
            rate = runs.runs[0].output["characters"] / runs.median("work")
            start = statistics.median(run.output["prepare"] for run in runs.runs)
            bold = "" if rate >= 200_000 else "**"
            rows.append((names, f"{bold}{rate:,.0f}{bold}", seconds(start), f"{runs.median('peak'):.0f}"))
        except Failed as error:
            rows.append((names, f"not measured: {error}", "", ""))
    note = "Tagging the reports; the goal is 200,000 characters a second and 400 MiB at 5,000 names."
    return Section(
        "Tagging, by size of the registry", ("registry", "characters/s", "start-up, s", "peak, MiB"), tuple(rows), note
    )

"""Measure and write RESULTS.md: ``python benchmarks/run.py [--quick] [--only SECTION]...``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.chdir(Path(__file__).parents[1])

from benchmarks import confinement, corpus, figures, growth, load, results, scale_out, whole  # noqa: E402
from benchmarks.figures import Bench  # noqa: E402
from benchmarks.results import Section  # noqa: E402

RESULTS = Path(__file__).with_name("RESULTS.md")
SECTIONS: dict[str, tuple[str, Callable[[Bench], Section]]] = {
    "stages": ("Stages", figures.stages),
    "start-up": ("Start-up", figures.start_up),
    "confinement": ("Confinement", confinement.confinement),
    "tagging": ("Tagging, by size of the registry", growth.rates),
    "peers": ("Reading reports, beside peers", figures.peers),
    "pipeline": ("Whole pipeline", whole.pipeline),
    "quality": ("Quality of the same releases", whole.quality),  # of the releases that pipeline made
    "dask": ("Dask workers", scale_out.dask),
    "unchanged": ("A site where nothing has changed", scale_out.unchanged),
    "growth-pages": ("Growth with pages", growth.growth_pages),
    "growth-documents": ("Growth with documents", growth.growth_documents),
    "load": ("Load", load.load),
    "soak": ("Soak", load.soak),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description="Compare with other programs, as ratios measured in one run.")
    arguments.add_argument("--quick", action="store_true", help="two rounds instead of five, and smaller inputs")
    arguments.add_argument(
        "--only", action="append", choices=SECTIONS, help="measure only this section; may be repeated"
    )
    chosen = arguments.parse_args()
    figures.WORK.mkdir(parents=True, exist_ok=True)
    bench = Bench(corpus.find(), 2 if chosen.quick else 5, chosen.quick)
    for name in chosen.only or SECTIONS:
        title, measure = SECTIONS[name]
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        busy = os.getloadavg()[0]
        section = measure(bench)
        assert section.title == title
        print(section.markdown(), flush=True)
        old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        new = {title: results.measured(section, bench.corpus.name, bench.rounds, busy)}
        order = [each for each, _ in SECTIONS.values()]
        RESULTS.write_text(results.page(old, new, order), encoding="utf-8")
    print(f"written to {RESULTS.name}", file=sys.stderr)


if __name__ == "__main__":
    main()

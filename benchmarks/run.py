"""Measure everything and write RESULTS.md: ``python benchmarks/run.py [--quick] [--only SECTION]...``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.chdir(Path(__file__).parents[1])

from benchmarks import corpus, figures, growth, whole  # noqa: E402
from benchmarks.figures import Bench  # noqa: E402
from benchmarks.results import Section, page  # noqa: E402

SECTIONS: dict[str, Callable[[Bench], Section]] = {
    "stages": figures.stages,
    "start-up": figures.start_up,
    "rates": growth.rates,
    "peers": figures.peers,
    "pipeline": whole.pipeline,
    "quality": whole.quality,  # of what pipeline made
    "growth-pages": growth.growth_pages,
    "growth-documents": growth.growth_documents,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description="Figures beside other programs, as ratios measured in one run.")
    arguments.add_argument("--quick", action="store_true", help="two rounds instead of five, less growth")
    arguments.add_argument("--only", action="append", choices=SECTIONS, help="this section; RESULTS.md is left alone")
    chosen = arguments.parse_args()
    figures.WORK.mkdir(parents=True, exist_ok=True)
    bench = Bench(corpus.find(), 2 if chosen.quick else 5, chosen.quick)
    sections = []
    for name in chosen.only or SECTIONS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        sections.append(SECTIONS[name](bench))
        print(sections[-1].markdown(), flush=True)
    if not chosen.only:
        target = Path(__file__).with_name("RESULTS.md")
        target.write_text(page(sections, bench.corpus.name, bench.rounds), encoding="utf-8")
        print(f"written to {target.name}", file=sys.stderr)


if __name__ == "__main__":
    main()

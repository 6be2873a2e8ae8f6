"""Show what a document of a release states happened when, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aisi_ingest.console.outline import find, read_rows


def timeline(release: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of the events that a document states, in order of date.

    Args:
        release: The folder of the release.
        name: The id of a document, or the end of its file name or address.

    Raises:
        LookupError: There is no release, no such document, several, or no table of events. The message is one sentence.
    """
    document = find(release, name)["id"]
    if not (release / "events.jsonl").exists():
        raise LookupError(
            f"{release}: this release is older than the table of events; aisi-ingest run publishes a new one"
        )
    return [row for row in read_rows(release, "events") if any(e["document"] == document for e in row["evidence"])]


def as_text(events: list[dict[str, Any]]) -> str:
    """Return events for a terminal: date, kind, status and a label in each language, each on a line of its own."""
    return "\n".join(line for event in events for line in _lines(event)) or "no events"


def _lines(event: dict[str, Any]) -> Iterator[str]:
    status = "" if event["status"] == "past" else f", {event['status']}"
    yield f"{event['date']}  {event['kind']}{status}"
    for lang in ("ja", "en"):
        if event["label"][lang]:
            yield f"    {event['label'][lang]}"

"""Write the events as a calendar (``timeline.ics``, RFC 5545) and as JSON with addresses (``timeline.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from aisi_ingest.dates.intervals import date_range
from aisi_ingest.publish.formats import pretty
from aisi_ingest.publish.places import page_url
from aisi_ingest.publish.rows import SharedRows, WorkRows
from aisi_ingest.publish.schema import DocumentRow, EventRow

_LINE_BYTES = 75  # RFC 5545, 3.1: longer lines are folded
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


class TimelineWriter:
    """Writes the two files.

    Args:
        folder: The folder of the release.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[str, DocumentRow] = {}

    def add(self, work: WorkRows) -> None:
        """Take the documents of one work: the addresses of evidence need them."""
        self._documents |= {each.document.id: each.document for each in work.documents}

    def finish(self, shared: SharedRows) -> None:
        """Write both files."""
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//aisi-ingest//timeline//EN"]
        for event in shared.events:
            lines += self._calendar_lines(event)
        text = "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))
        (self._folder / "timeline.ics").write_bytes(text.encode())
        entries = [
            {
                "id": event.id,
                "date": event.date,
                "kind": event.kind,
                "status": event.status,
                "label": event.label,
                "urls": list(dict.fromkeys(self._urls(event))),
            }
            for event in shared.events
        ]
        (self._folder / "timeline.json").write_bytes(pretty(entries))

    def _calendar_lines(self, event: EventRow) -> Iterator[str]:
        """Yield the lines of one event. A month or a year is an event of all its days."""
        days = date_range(event.date)
        if days is None:
            return
        first, after = days[0].strftime("%Y%m%d"), (days[1] + timedelta(days=1)).strftime("%Y%m%d")
        labels = [each for each in (event.label.ja, event.label.en) if each]
        yield "BEGIN:VEVENT"
        yield f"UID:{event.id}@aisi-ingest"
        yield f"DTSTAMP:{first}T000000Z"  # no clock: the same rows give the same bytes
        yield f"DTSTART;VALUE=DATE:{first}"
        yield f"DTEND;VALUE=DATE:{after}"
        yield f"SUMMARY:{' / '.join(labels).translate(_ESCAPED)}"
        yield f"CATEGORIES:{event.kind.upper()}"
        yield f"STATUS:{'TENTATIVE' if event.status == 'planned' else 'CONFIRMED'}"
        yield f"DESCRIPTION:{chr(10).join((event.date, *self._urls(event))).translate(_ESCAPED)}"
        if url := next(self._urls(event), None):
            yield f"URL:{url}"
        yield "END:VEVENT"

    def _urls(self, event: EventRow) -> Iterator[str]:
        for place in event.evidence:
            page = place.regions[0].page if place.regions else 1
            if url := page_url(self._documents[place.document], page):
                yield url


def _folded(line: str) -> str:
    """Return a line cut after at most 75 bytes, never inside a character; each further part begins with a space."""
    parts, size = [""], 0
    for char in line:
        length = len(char.encode())
        if size + length > _LINE_BYTES:
            parts.append(" ")
            size = 1
        parts[-1] += char
        size += length
    return "\r\n".join(parts)

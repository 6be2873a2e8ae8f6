"""``feed.xml`` (Atom) and ``feed.json`` (JSON Feed 1.1): new documents and findings, newest first.

The JSON feed is also the memory: the next release reads what this one told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import msgspec

from aisi_ingest.publish.formats import pretty
from aisi_ingest.publish.release_diff import Change, Changes
from aisi_ingest.publish.tmx import xml_text

_KEPT = 100
_TITLE = "Publications on AI safety: new documents and findings"
_ID = "urn:aisi-ingest:feed"
_SAID = {"added": "New", "changed": "Changed", "removed": "Gone"}

Targets = Mapping[str, tuple[str, str, str]]


def write_feeds(folder: Path, before: Path | None, changes: Changes, targets: Targets, now: datetime) -> None:
    """Write both feeds: what is new in this release, then what the release before it told."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    items = [*_new_items(changes, targets, stamp), *_old_items(before)][:_KEPT]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": _TITLE, "items": items}
    (folder / "feed.json").write_bytes(pretty(feed))
    (folder / "feed.xml").write_text(_atom(items, stamp), encoding="utf-8", newline="\n")


def _new_items(changes: Changes, targets: Targets, stamp: str) -> list[dict[str, Any]]:
    told = changes.changes
    if changes.before is None:
        told = tuple(Change("documents", "added", document, document) for document in sorted(targets))
    return [
        _item(change, targets, stamp)
        for change in told
        if change.table in ("documents", "findings") and change.document in targets
    ]


def _item(change: Change, targets: Targets, stamp: str) -> dict[str, Any]:
    page, title, lang = targets[change.document]
    name = hashlib.sha256(msgspec.json.encode((change, stamp))).hexdigest()[:32]
    what = title if change.table == "documents" else f"{title}: {change.what}"
    kind = "document" if change.table == "documents" else "finding"
    return {
        "id": f"urn:aisi-ingest:{name}",
        "url": quote(page),
        "title": f"{_SAID[change.kind]} {kind}: {what}",
        "content_text": change.after or what,
        "date_published": stamp,
        "language": lang,
    }


class _Feed(msgspec.Struct):
    items: list[dict[str, str]] = []


def _old_items(before: Path | None) -> list[dict[str, Any]]:
    try:
        feed = msgspec.json.decode((before / "site" / "feed.json").read_bytes(), type=_Feed) if before else _Feed()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []
    keys = {"id", "url", "title", "content_text", "date_published", "language"}
    # What a disk has spoilt is left out: the feed may be short, it may not end the run.
    return [item for item in feed.items if keys <= item.keys()]


def _atom(items: list[dict[str, Any]], stamp: str) -> str:
    entries = "".join(
        f"<entry><id>{xml_text(item['id'])}</id><title>{xml_text(item['title'])}</title>"
        f"<link href={quoteattr(item['url'])}/><updated>{xml_text(item['date_published'])}</updated>"
        f"<summary xml:lang={quoteattr(item['language'])}>{xml_text(item['content_text'])}</summary></entry>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{_ID}</id><title>{xml_text(_TITLE)}</title><updated>{stamp}</updated>"
        f'<author><name>aisi-ingest</name></author><link href="index.html"/>\n{entries}</feed>\n'
    )

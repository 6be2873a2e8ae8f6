"""Write ``feed.xml`` (Atom) and ``feed.json`` (JSON Feed 1.1): new documents and findings, the newest first.

Findings that are suppressed are left out, as in the viewer.
The items of earlier releases are read from the JSON feed of the previous release.
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

_MAX_ITEMS = 100
_ID_DIGITS = 32  # hex digits
_TITLE = "Publications on AI safety: new documents and findings"
_ID = "urn:aisi-ingest:feed"
_KINDS = {"added": "New", "changed": "Changed", "removed": "Removed"}
_ITEM_KEYS = {"id", "url", "title", "content_text", "date_published", "language"}

Targets = Mapping[str, tuple[str, str, str]]


def write_feeds(folder: Path, previous: Path | None, changes: Changes, targets: Targets, now: datetime) -> None:
    """Write both feeds: first what is new in this release, then the items of the previous release.

    Args:
        folder: The folder of the viewer.
        previous: The folder of the previous release, or None.
        changes: What changed since the previous release.
        targets: Document id to its page, title and language.
        now: The time of the new items.
    """
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    items = [*_new_items(changes, targets, stamp), *_old_items(previous)][:_MAX_ITEMS]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": _TITLE, "items": items}
    (folder / "feed.json").write_bytes(pretty(feed))
    (folder / "feed.xml").write_text(_atom(items, stamp), encoding="utf-8", newline="\n")


def _new_items(changes: Changes, targets: Targets, stamp: str) -> list[dict[str, Any]]:
    new = changes.changes
    if changes.before is None:
        new = tuple(Change("documents", "added", document, document) for document in sorted(targets))
    return [
        _item(change, targets, stamp)
        for change in new
        if change.table in ("documents", "findings") and change.document in targets and not change.suppressed
    ]


def _item(change: Change, targets: Targets, stamp: str) -> dict[str, Any]:
    page, title, lang = targets[change.document]
    digest = hashlib.sha256(msgspec.json.encode((change, stamp))).hexdigest()
    what = title if change.table == "documents" else f"{title}: {change.what}"
    noun = "document" if change.table == "documents" else "finding"
    return {
        "id": f"urn:aisi-ingest:{digest[:_ID_DIGITS]}",
        "url": quote(page),
        "title": f"{_KINDS[change.kind]} {noun}: {what}",
        "content_text": change.after or what,
        "date_published": stamp,
        "language": lang,
    }


class _Feed(msgspec.Struct):
    items: list[dict[str, str]] = []


def _old_items(previous: Path | None) -> list[dict[str, Any]]:
    """Return the items of the previous release. Damaged ones are left out: a short feed must not end the run."""
    try:
        path = previous / "site" / "feed.json" if previous else None
        feed = msgspec.json.decode(path.read_bytes(), type=_Feed) if path else _Feed()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []
    return [item for item in feed.items if item.keys() >= _ITEM_KEYS]


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

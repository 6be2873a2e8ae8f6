"""A document of a release in outline, for people at a terminal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from aisi_ingest.model import Document


def outline(release: Path, wanted: str) -> str:
    """Metadata, sections with their blocks, mentions by kind, beads and findings of one document.

    ``wanted`` is an id, or the end of a file name or address. Raises LookupError with a sentence where
    the release or the document is not there, or several fit.
    """
    document = _find(release, wanted)
    mine = {name: [r for r in _rows(release, name) if r["document"] == document["id"]] for name in _TABLES}
    return "\n".join([*_head(document, mine), "", *_sections(mine), "", *_counts(release, document, mine)])


def document(root: Path, wanted: str) -> Document:
    """A document of the latest release as the stages know it, by its id. Raises LookupError with a sentence."""
    from aisi_ingest.fetch import source as fetching
    from aisi_ingest.storage.documents import load_document
    from aisi_ingest.storage.store import Store

    row = _find(root / "processed" / "latest", wanted)
    for each in fetching.known_documents(Store(root)):
        if each.listing and each.listing.source.sha256 == row["source"]["sha256"]:
            found = load_document(str(root), each.listing)
            return replace(found, id=row["id"], work=row["work"], edition=row["edition"])
    raise LookupError(f"{wanted}: its bytes are not in {root / 'raw'}")


def published(release: Path) -> dict[str, str]:
    """Document ids of a release by sha256 of their bytes; empty where there is no release, or a damaged one."""
    try:
        return {str(row["source"]["sha256"]): str(row["id"]) for row in _rows(release, "documents")}
    except (OSError, KeyError, TypeError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _find(release: Path, wanted: str) -> dict[str, Any]:
    if not release.exists():
        raise LookupError(f"{release}: there is no release yet; begin with aisi-ingest run or add")
    documents = _rows(release, "documents")
    found = [d for d in documents if d["id"] == wanted] or [
        d for d in documents if d["source"]["file"].endswith(wanted) or (d["source"]["url"] or "").endswith(wanted)
    ]
    if len(found) != 1:
        known = "\n  ".join(d["id"] for d in found or documents)
        raise LookupError(f"{wanted}: {'several documents end so' if found else 'no such document'}; known:\n  {known}")
    return found[0]


_TABLES = ("sections", "blocks", "tables", "mentions")


def _rows(release: Path, table: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in (release / f"{table}.jsonl").read_bytes().splitlines()]


def _head(document: dict[str, Any], mine: dict[str, list[dict[str, Any]]]) -> list[str]:
    source = document["source"]
    lines = [
        f"{document['id']}  {document['title']}",
        f"{document['kind']}, {document['lang']}, {document['pages']} pages, date {document['date'] or 'not known'}",
        f"from {source['url'] or source['file']}  sha256 {source['sha256'][:12]}  {source['bytes']:,} bytes",
        f"licence {document['licence']['name']}",
    ]
    if document["pages_without_text"]:
        lines.append(f"pages without text of their own: {', '.join(map(str, document['pages_without_text']))}")
    if hidden := sum(block["hidden"] for block in mine["blocks"]):
        lines.append(f"{hidden} blocks that a reader of the page cannot see")
    if document["active_content"]:
        lines.append(f"active content, left alone: {', '.join(document['active_content'])}")
    return lines


def _sections(mine: dict[str, list[dict[str, Any]]]) -> list[str]:
    blocks = Counter(block["section"] for block in mine["blocks"])
    return [
        f"p. {row['pages'][0]:>3}  {'  ' * (row['level'] - 1)}{' '.join(filter(None, (row['number'], row['title'])))}"
        f"  ({blocks[row['id']]} blocks)"
        for row in mine["sections"]
    ]


def _counts(release: Path, document: dict[str, Any], mine: dict[str, list[dict[str, Any]]]) -> list[str]:
    kinds = Counter(block["kind"] for block in mine["blocks"])
    labels = Counter(mention["label"] for mention in mine["mentions"])
    lang, prefix = document["lang"], document["id"] + "#"
    beads = [b for b in _rows(release, "alignments") if any(i.startswith(prefix) for i in b[lang])]
    aligned = Counter(bead["unit"] for bead in beads if bead["ja"] and bead["en"])
    findings = [f for f in _rows(release, "findings") if any(i.startswith(prefix) for i in f[lang])]
    return [
        f"blocks     {_listed(kinds)}",
        f"mentions   {_listed(labels)}",
        f"aligned    {_listed(aligned)}",
        f"findings   {_listed(Counter(finding['kind'] for finding in findings))}",
    ]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"

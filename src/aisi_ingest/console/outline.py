"""Show a document of a release in outline, in a terminal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from aisi_ingest.model import Document


def outline(release: Path, name: str) -> str:
    """Return metadata, sections, and the numbers of blocks, mentions, beads and findings of one document.

    Args:
        release: The folder of the release.
        name: The id of a document, or the end of its file name or address.

    Raises:
        LookupError: There is no release, no such document, or several. The message is one sentence.
    """
    document = _find(release, name)
    tables = {table: [r for r in _rows(release, table) if r["document"] == document["id"]] for table in _TABLES}
    return "\n".join([*_head(document, tables), "", *_sections(tables), "", *_counts(release, document, tables)])


def document(root: Path, name: str) -> Document:
    """Return a document of the latest release as the stages produce it.

    Args:
        root: The root folder.
        name: The id of a document, or the end of its file name or address.

    Raises:
        LookupError: There is no release, no such document, several, or its bytes are missing. One sentence.
    """
    from aisi_ingest.fetch.listings import known_documents
    from aisi_ingest.storage.documents import load_document
    from aisi_ingest.storage.store import Store

    row = _find(root / "processed" / "latest", name)
    for each in known_documents(Store(root)):
        if each.listing and each.listing.source.sha256 == row["source"]["sha256"]:
            found = load_document(str(root), each.listing)
            return replace(found, id=row["id"], work=row["work"], edition=row["edition"])
    raise LookupError(f"{name}: its bytes are not in {root / 'raw'}")


def _find(release: Path, name: str) -> dict[str, Any]:
    if not release.exists():
        raise LookupError(f"{release}: there is no release yet; start with aisi-ingest run or add")
    documents = _rows(release, "documents")
    found = [d for d in documents if d["id"] == name] or [
        d for d in documents if d["source"]["file"].endswith(name) or (d["source"]["url"] or "").endswith(name)
    ]
    if len(found) != 1:
        ids = "\n  ".join(d["id"] for d in found or documents)
        problem = "several documents end with this" if found else "no such document"
        raise LookupError(f"{name}: {problem}; known:\n  {ids}")
    return found[0]


_TABLES = ("sections", "blocks", "tables", "mentions")


def _rows(release: Path, table: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in (release / f"{table}.jsonl").read_bytes().splitlines()]


def _head(document: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> list[str]:
    source = document["source"]
    lines = [
        f"{document['id']}  {document['title']}",
        f"{document['kind']}, {document['lang']}, {document['pages']} pages, date {document['date'] or 'unknown'}",
        f"from {source['url'] or source['file']}  sha256 {source['sha256'][:12]}  {source['bytes']:,} bytes",
        f"licence {document['licence']['name']}",
    ]
    if document["pages_without_text"]:
        lines.append(f"pages without readable text: {', '.join(map(str, document['pages_without_text']))}")
    if hidden := sum(block["hidden"] for block in tables["blocks"]):
        lines.append(f"{hidden} hidden blocks")
    if document["active_content"]:
        lines.append(f"active content, not executed: {', '.join(document['active_content'])}")
    return lines


def _sections(tables: dict[str, list[dict[str, Any]]]) -> list[str]:
    blocks = Counter(block["section"] for block in tables["blocks"])
    return [
        f"p. {row['pages'][0]:>3}  {'  ' * (row['level'] - 1)}{' '.join(filter(None, (row['number'], row['title'])))}"
        f"  ({blocks[row['id']]} blocks)"
        for row in tables["sections"]
    ]


def _counts(release: Path, document: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> list[str]:
    kinds = Counter(block["kind"] for block in tables["blocks"])
    labels = Counter(mention["label"] for mention in tables["mentions"])
    lang, prefix = document["lang"], document["id"] + "#"
    beads = [b for b in _rows(release, "alignments") if any(i.startswith(prefix) for i in b[lang])]
    aligned = Counter(bead["unit"] for bead in beads if bead["ja"] and bead["en"])
    findings = [f for f in _rows(release, "findings") if any(i.startswith(prefix) for i in f[lang])]
    return [
        f"blocks     {_counts_text(kinds)}",
        f"mentions   {_counts_text(labels)}",
        f"aligned    {_counts_text(aligned)}",
        f"findings   {_counts_text(Counter(finding['kind'] for finding in findings))}",
    ]


def _counts_text(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"

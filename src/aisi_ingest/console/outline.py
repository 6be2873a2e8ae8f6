"""Show a document of a release in outline, in a terminal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.model import Document


class Outline(Struct, frozen=True):
    """What ``aisi-ingest show`` tells about a document.

    Attributes:
        document: Its row of documents.jsonl.
        hidden_blocks: Number of blocks that a reader of the page cannot see.
        sections: Its rows of sections.jsonl, with the number of ``blocks``.
        blocks: Number of blocks by kind.
        mentions: Number of mentions by label.
        aligned: Number of beads with both sides by unit.
        findings: Number of published findings by kind.
    """

    document: dict[str, Any]
    hidden_blocks: int
    sections: tuple[dict[str, Any], ...]
    blocks: Counter[str]
    mentions: Counter[str]
    aligned: Counter[str]
    findings: Counter[str]


def outline(release: Path, name: str) -> Outline:
    """Return the outline of one document.

    Args:
        release: The folder of the release.
        name: The id of a document, or the end of its file name or address.

    Raises:
        LookupError: There is no release, no such document, or several. The message is one sentence.
    """
    document = find(release, name)
    sections, blocks, mentions = (
        [row for row in read_rows(release, table) if row["document"] == document["id"]]
        for table in ("sections", "blocks", "mentions")
    )
    lang, prefix = document["lang"], document["id"] + "#"
    beads = [b for b in read_rows(release, "alignments") if any(i.startswith(prefix) for i in b[lang])]
    findings = [f for f in read_rows(release, "findings") if any(i.startswith(prefix) for i in f[lang])]
    in_section = Counter(block["section"] for block in blocks)
    return Outline(
        document,
        sum(block["hidden"] for block in blocks),
        tuple({**row, "blocks": in_section[row["id"]]} for row in sections),
        blocks=Counter(block["kind"] for block in blocks),
        mentions=Counter(mention["label"] for mention in mentions),
        aligned=Counter(bead["unit"] for bead in beads if bead["ja"] and bead["en"]),
        findings=Counter(finding["kind"] for finding in findings if not finding["suppressed"]),
    )


def as_text(found: Outline) -> str:
    """Return an outline for a terminal: metadata, sections and numbers."""
    return "\n".join([*_head(found), "", *_sections(found), "", *_counts(found)])


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

    row = find(root / "processed" / "latest", name)
    for each in known_documents(Store(root)):
        if each.listing and each.listing.source.sha256 == row["source"]["sha256"]:
            found = load_document(str(root), each.listing)
            return replace(found, id=row["id"], work=row["work"], edition=row["edition"])
    raise LookupError(f"{name}: its bytes are not in {root / 'raw'}")


def find(release: Path, name: str) -> dict[str, Any]:
    """Return the row of one document.

    Args:
        release: The folder of the release.
        name: The id of a document, or the end of its file name or address.

    Raises:
        LookupError: There is no release, no such document, or several. The message is one sentence.
    """
    if not release.exists():
        raise LookupError(f"{release}: there is no release yet; start with aisi-ingest run or add")
    documents = read_rows(release, "documents")
    found = [d for d in documents if d["id"] == name] or [
        d for d in documents if d["source"]["file"].endswith(name) or (d["source"]["url"] or "").endswith(name)
    ]
    if len(found) != 1:
        ids = "\n  ".join(d["id"] for d in found or documents)
        problem = "several documents end with this" if found else "no such document"
        raise LookupError(f"{name}: {problem}; known:\n  {ids}")
    return found[0]


def read_rows(release: Path, table: str) -> list[dict[str, Any]]:
    """Return all rows of a table of a release."""
    return [msgspec.json.decode(line) for line in (release / f"{table}.jsonl").read_bytes().splitlines()]


def _head(found: Outline) -> list[str]:
    document, source = found.document, found.document["source"]
    lines = [
        f"{document['id']}  {document['title']}",
        f"{document['kind']}, {document['lang']}, {document['pages']} pages, date {document['date'] or 'unknown'}",
        f"from {source['url'] or source['file']}  sha256 {source['sha256'][:12]}  {source['bytes']:,} bytes",
        f"licence {document['licence']['name']}",
    ]
    if document["pages_without_text"]:
        lines.append(f"pages without readable text: {', '.join(map(str, document['pages_without_text']))}")
    if found.hidden_blocks:
        lines.append(f"{found.hidden_blocks} hidden blocks")
    if document["active_content"]:
        lines.append(f"active content, not executed: {', '.join(document['active_content'])}")
    return lines


def _sections(found: Outline) -> list[str]:
    return [
        f"p. {row['pages'][0]:>3}  {'  ' * (row['level'] - 1)}{' '.join(filter(None, (row['number'], row['title'])))}"
        f"  ({row['blocks']} blocks)"
        for row in found.sections
    ]


def _counts(found: Outline) -> list[str]:
    return [
        f"blocks     {_counts_text(found.blocks)}",
        f"mentions   {_counts_text(found.mentions)}",
        f"aligned    {_counts_text(found.aligned)}",
        f"findings   {_counts_text(found.findings)}",
    ]


def _counts_text(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"

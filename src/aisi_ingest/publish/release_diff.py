"""What one release says that another does not: for consumers who hold a copy.

Ids of blocks and mentions count through a document, so a new paragraph shifts all that follow. Rows
are therefore compared by what they say: a section by its title, a mention by the text of
its block and its place there, a bead by its texts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

SECTIONS = ("documents", "sections", "blocks", "mentions", "beads", "findings")


class Change(Struct, frozen=True):
    """One thing added, removed or changed."""

    table: str  # documents, sections, blocks, mentions, beads, findings
    kind: str  # added, removed, changed
    document: str  # id of the document; of the Japanese one for beads and findings
    what: str  # the title or text, shortened
    before: str | None = None
    after: str | None = None


class Changes(Struct, frozen=True):
    """All changes between two releases."""

    before: str | None  # id of a release; None: there was none
    after: str
    changes: tuple[Change, ...] = ()

    def count(self, table: str, kind: str) -> int:
        """How many of a table were added, removed or changed."""
        return sum(each.table == table and each.kind == kind for each in self.changes)


def diff(before: Path, after: Path) -> Changes:
    """Compare two release folders. Only documents whose rows differ are read in full."""
    old, new = _Index(before), _Index(after)
    try:
        changes: list[Change] = []
        for document in sorted(old.documents | new.documents):
            if old.digest(document) != new.digest(document):
                changes += _document_changes(document, old, new)
        return Changes(before=before.name, after=after.name, changes=tuple(changes))
    finally:
        old.close()
        new.close()


_OWNER = {
    "documents": "id",
    "sections": "document",
    "blocks": "document",
    "mentions": "document",
    "alignments": "ja_document",
    "findings": "ja_document",
}


class _Index:
    """Where each document's lines lie in the files of a release, and their digest."""

    def __init__(self, release: Path) -> None:
        self._files: dict[str, BinaryIO] = {}
        self._places: dict[str, dict[str, list[tuple[int, int]]]] = {table: {} for table in _OWNER}
        self._digests: dict[str, Any] = {}
        for table, owner in _OWNER.items():
            file = self._files[table] = (release / f"{table}.jsonl").open("rb")
            decoder = msgspec.json.Decoder(msgspec.defstruct("Owner", [(owner, str)]))
            at = 0
            for line in file:
                document = getattr(decoder.decode(line), owner)
                self._places[table].setdefault(document, []).append((at, len(line)))
                self._digests.setdefault(document, hashlib.sha256()).update(line)
                at += len(line)

    @property
    def documents(self) -> set[str]:
        return set(self._digests)

    def digest(self, document: str) -> bytes | None:
        return self._digests[document].digest() if document in self._digests else None

    def rows(self, table: str, document: str) -> list[dict[str, Any]]:
        rows = []
        for at, length in self._places[table].get(document, ()):
            self._files[table].seek(at)
            rows.append(msgspec.json.decode(self._files[table].read(length)))
        return rows

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def _document_changes(document: str, old: _Index, new: _Index) -> Iterator[Change]:
    for table, keyed in _KEYED.items():
        before, after = keyed(old, document), keyed(new, document)
        for key in (*before, *(key for key in after if key not in before)):
            what = _short(next((part for part in reversed(key) if isinstance(part, str) and part), document))
            if key not in after:
                yield Change(table, "removed", document, what)
            elif key not in before:
                yield Change(table, "added", document, what)
            elif before[key] != after[key]:
                one, other = _told(before[key], after[key])
                yield Change(table, "changed", document, what, before=one, after=other)


Key = tuple[Any, ...]
Keyed = dict[Key, dict[str, Any]]


def _counted(pairs: Iterator[tuple[Key, dict[str, Any]]]) -> Keyed:
    """The same thing said twice is two things: the second has 2 in front."""
    seen: Counter[Key] = Counter()
    out = {}
    for key, value in pairs:
        seen[key] += 1
        out[(seen[key], *key)] = value
    return out


def _documents(index: _Index, document: str) -> Keyed:
    rows = index.rows("documents", document)
    return {(row["id"],): {field: row[field] for field in row if field != "made_with"} for row in rows}


def _sections(index: _Index, document: str) -> Keyed:
    rows = index.rows("sections", document)
    kept = ("number", "level", "pages")
    return _counted(((row["title"],), {field: row[field] for field in kept}) for row in rows)


def _blocks(index: _Index, document: str) -> Keyed:
    kept = ("kind", "level", "page", "lang", "origin", "hidden")
    return _counted(((row["text"],), {field: row[field] for field in kept}) for row in index.rows("blocks", document))


def _texts(index: _Index, *documents: str) -> dict[str, str]:
    texts = {row["id"]: row["text"] for each in documents for row in index.rows("blocks", each)}
    return texts | {row["id"]: row["title"] for each in documents for row in index.rows("sections", each)}


def _mentions(index: _Index, document: str) -> Keyed:
    texts = _texts(index, document)
    return _counted(
        ((texts[row["block"]], row["start"], row["end"], row["text"]), {"label": row["label"], "value": row["value"]})
        for row in index.rows("mentions", document)
    )


def _says(targets: list[str], texts: dict[str, str]) -> str:
    said = []
    for target in targets:
        block, _, span = target.rpartition(":")
        if target in texts:
            said.append(texts[target])
        else:
            start, _, end = span.partition("-")
            said.append(texts[block][int(start) : int(end)])
    return "\n".join(said)


def _sided(table: str, value: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[_Index, str], Keyed]:
    def keyed(index: _Index, document: str) -> Keyed:
        rows = index.rows(table, document)
        texts = _texts(index, *sorted({row[side] for row in rows for side in ("ja_document", "en_document")}))
        pairs = []
        for row in rows:
            ja, en = _says(row["ja"], texts), _says(row["en"], texts)
            name = row.get("unit") or row["kind"]
            # A bead is known by its Japanese side; what it is aligned with is its value.
            pairs.append(((name, ja) if ja else (name, "", en), {"en": en} | value(row)))
        return _counted(iter(pairs))

    return keyed


_KEYED: dict[str, Callable[[_Index, str], Keyed]] = {
    "documents": _documents,
    "sections": _sections,
    "blocks": _blocks,
    "mentions": _mentions,
    "beads": _sided("alignments", lambda row: {}),
    "findings": _sided("findings", lambda row: {"detail": row["detail"], "severity": row["severity"]}),
}


def _told(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, str]:
    """The fields that differ, as text."""
    differ = [field for field in sorted(before.keys() | after.keys()) if before.get(field) != after.get(field)]
    one, other = ({field: side.get(field) for field in differ} for side in (before, after))
    return _short(msgspec.json.encode(one).decode(), 400), _short(msgspec.json.encode(other).decode(), 400)


def _short(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def changelog(changes: Changes, shown: int = 20) -> str:
    """The changes as Markdown for consumers: counts, then the first of each kind."""
    if changes.before is None:
        return f"# {changes.after}\n\nThe first release.\n"
    lines = [
        f"# {changes.after}",
        "",
        f"Since {changes.before}:",
        "",
        "| | added | removed | changed |",
        "| --- | ---: | ---: | ---: |",
    ]
    for table in SECTIONS:
        counts = [str(changes.count(table, kind)) for kind in ("added", "removed", "changed")]
        lines.append(f"| {table} | {' | '.join(counts)} |")
    for table in SECTIONS:
        of_table = [each for each in changes.changes if each.table == table]
        if of_table:
            lines += ["", f"## {table.capitalize()}", ""]
            lines += [
                f"- {each.kind}: `{each.document}` {_escape(each.what)}{_arrow(each)}" for each in of_table[:shown]
            ]
            if len(of_table) > shown:
                lines.append(f"- and {len(of_table) - shown} more in changes.json")
    return "\n".join(lines) + "\n"


def _arrow(change: Change) -> str:
    return f" ({_escape(change.before or '')} → {_escape(change.after or '')})" if change.kind == "changed" else ""


def _escape(text: str) -> str:
    line = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in "\\`*_[]|" else char for char in line)

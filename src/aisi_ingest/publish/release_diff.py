"""List the changes between two releases, for consumers who have a copy.

Ids of blocks and mentions are numbers in a document, so that a new paragraph shifts all that follow. Rows are therefore
matched by their text: a section by its title, a mention by the text of its block and its place there, a bead by its
texts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from aisi_ingest.text.sentence_ids import unit_text

TABLES_OF_CHANGES = ("documents", "sections", "blocks", "mentions", "beads", "findings")
_TEXT_LENGTH = 120  # code points of a text in a change
_VALUE_LENGTH = 400  # code points of the values before and after


class Change(Struct, frozen=True):
    """One row that was added, removed or changed."""

    table: str  # documents, sections, blocks, mentions, beads, findings
    kind: str  # added, removed, changed
    document: str  # id of the document; of the Japanese one for beads and findings
    what: str  # the title or text, shortened
    before: str | None = None
    after: str | None = None
    suppressed: bool = False  # a finding that is shown by default in neither release


class Changes(Struct, frozen=True):
    """All changes between two releases."""

    before: str | None  # id of the older release; None where there was none
    after: str
    changes: tuple[Change, ...] = ()

    def count(self, table: str, kind: str) -> int:
        """Return how many rows of a table were added, removed or changed."""
        return sum(each.table == table and each.kind == kind for each in self.changes)


def diff(before: Path, after: Path) -> Changes:
    """Compare two release folders. Only documents whose rows differ are read completely."""
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


# Table to the field with the id of the document that a row belongs to.
_OWNER = {
    "documents": "id",
    "sections": "document",
    "blocks": "document",
    "mentions": "document",
    "alignments": "ja_document",
    "findings": "ja_document",
}


class _Index:
    """The positions of each document's lines in the files of a release, and their digest."""

    def __init__(self, release: Path) -> None:
        self._files: dict[str, BinaryIO] = {}
        self._positions: dict[str, dict[str, list[tuple[int, int]]]] = {table: {} for table in _OWNER}
        self._digests: dict[str, Any] = {}
        for table, owner in _OWNER.items():
            file = self._files[table] = (release / f"{table}.jsonl").open("rb")
            decoder = msgspec.json.Decoder(msgspec.defstruct("Owner", [(owner, str)]))
            offset = 0
            for line in file:
                document = getattr(decoder.decode(line), owner)
                self._positions[table].setdefault(document, []).append((offset, len(line)))
                self._digests.setdefault(document, hashlib.sha256()).update(line)
                offset += len(line)

    @property
    def documents(self) -> set[str]:
        return set(self._digests)

    def digest(self, document: str) -> bytes | None:
        return self._digests[document].digest() if document in self._digests else None

    def rows(self, table: str, document: str) -> list[dict[str, Any]]:
        rows = []
        for offset, length in self._positions[table].get(document, ()):
            self._files[table].seek(offset)
            rows.append(msgspec.json.decode(self._files[table].read(length)))
        return rows

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def _document_changes(document: str, old: _Index, new: _Index) -> Iterator[Change]:
    for table, read_rows in _READERS.items():
        before, after = read_rows(old, document), read_rows(new, document)
        for key in (*before, *(key for key in after if key not in before)):
            what = _short(next((part for part in reversed(key) if isinstance(part, str) and part), document))
            suppressed = all(side[key].get("suppressed", False) for side in (before, after) if key in side)
            if key not in after:
                yield Change(table, "removed", document, what, suppressed=suppressed)
            elif key not in before:
                yield Change(table, "added", document, what, suppressed=suppressed)
            elif before[key] != after[key]:
                old_values, new_values = _changed_fields(before[key], after[key])
                yield Change(table, "changed", document, what, old_values, new_values, suppressed)


Key = tuple[Any, ...]  # by which rows of two releases are matched
Keyed = dict[Key, dict[str, Any]]  # key to the values that are compared


def _numbered(pairs: Iterator[tuple[Key, dict[str, Any]]]) -> Keyed:
    """Return rows by key. Each key begins with a number, so that a second row with the same text has another key."""
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
    compared = ("number", "level", "pages")
    return _numbered(((row["title"],), {field: row[field] for field in compared}) for row in rows)


def _blocks(index: _Index, document: str) -> Keyed:
    rows = index.rows("blocks", document)
    compared = ("kind", "level", "page", "lang", "origin", "hidden")
    return _numbered(((row["text"],), {field: row[field] for field in compared}) for row in rows)


def _texts(index: _Index, *documents: str) -> dict[str, str]:
    """Return the text of each block and the title of each section, by id."""
    texts = {row["id"]: row["text"] for each in documents for row in index.rows("blocks", each)}
    return texts | {row["id"]: row["title"] for each in documents for row in index.rows("sections", each)}


def _mentions(index: _Index, document: str) -> Keyed:
    texts = _texts(index, document)
    return _numbered(
        ((texts[row["block"]], row["start"], row["end"], row["text"]), {"label": row["label"], "value": row["value"]})
        for row in index.rows("mentions", document)
    )


def _text_of(targets: list[str], texts: dict[str, str]) -> str:
    """Return the texts of sections, blocks or sentences, one on each line."""
    return "\n".join(unit_text(target, texts) for target in targets)


def _pair_reader(table: str, values: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[_Index, str], Keyed]:
    """Return a reader for a table whose rows refer to both languages."""

    def read_rows(index: _Index, document: str) -> Keyed:
        rows = index.rows(table, document)
        texts = _texts(index, *sorted({row[side] for row in rows for side in ("ja_document", "en_document")}))
        pairs = []
        for row in rows:
            ja, en = _text_of(row["ja"], texts), _text_of(row["en"], texts)
            name = row.get("unit") or row["kind"]
            # The key is the Japanese side; the English side is a value that may change.
            pairs.append(((name, ja) if ja else (name, "", en), {"en": en} | values(row)))
        return _numbered(iter(pairs))

    return read_rows


def _of_finding(row: dict[str, Any]) -> dict[str, Any]:
    """Return the compared fields of a finding. In older releases none is suppressed."""
    return {"detail": row["detail"], "severity": row["severity"], "suppressed": row.get("suppressed", False)}


_READERS: dict[str, Callable[[_Index, str], Keyed]] = {
    "documents": _documents,
    "sections": _sections,
    "blocks": _blocks,
    "mentions": _mentions,
    "beads": _pair_reader("alignments", lambda row: {}),
    "findings": _pair_reader("findings", _of_finding),
}


def _changed_fields(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, str]:
    """Return the fields that differ as JSON, before and after."""
    differing = [field for field in sorted(before.keys() | after.keys()) if before.get(field) != after.get(field)]
    old, new = ({field: side.get(field) for field in differing} for side in (before, after))
    encode = msgspec.json.encode
    return _short(encode(old).decode(), _VALUE_LENGTH), _short(encode(new).decode(), _VALUE_LENGTH)


def _short(text: str, length: int = _TEXT_LENGTH) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def changelog(changes: Changes, shown: int = 20) -> str:
    """Return the changes as Markdown for consumers.

    Args:
        changes: The changes between two releases.
        shown: Number of changes listed for each table; the others are counted.
    """
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
    for table in TABLES_OF_CHANGES:
        counts = [str(changes.count(table, kind)) for kind in ("added", "removed", "changed")]
        lines.append(f"| {table} | {' | '.join(counts)} |")
    for table in TABLES_OF_CHANGES:
        of_table = [each for each in changes.changes if each.table == table]
        if of_table:
            lines += ["", f"## {table.capitalize()}", ""]
            lines += [
                f"- {each.kind}: `{each.document}` {_escape(each.what)}{_values(each)}" for each in of_table[:shown]
            ]
            if len(of_table) > shown:
                lines.append(f"- and {len(of_table) - shown} more in changes.json")
    return "\n".join(lines) + "\n"


def _values(change: Change) -> str:
    return f" ({_escape(change.before or '')} → {_escape(change.after or '')})" if change.kind == "changed" else ""


def _escape(text: str) -> str:
    line = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in "\\`*_[]|" else char for char in line)

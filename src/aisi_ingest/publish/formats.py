"""Write the plain formats: JSON lines, nested JSON, JSON Schemas, the Frictionless data package, checksums.

A writer takes one work after the other, so that a release of any size is written with bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from aisi_ingest.publish.rows import DocumentRows, SharedRows, WorkRows
from aisi_ingest.publish.schema import REFERENCES, SHARED_TABLES, TABLES, DocumentRow, json_schema
from aisi_ingest.storage.files import sha256_of

_encoder = msgspec.json.Encoder(order="sorted")
VERSION_DIGITS = 12  # hex digits of the digest in the version


class Writer(Protocol):
    """One format of a release. ``add`` is called for each work in order, then ``finish`` once."""

    def add(self, work: WorkRows) -> None:
        """Write the rows of one work."""

    def finish(self, shared: SharedRows) -> None:
        """Write the rows that belong to no single work, and complete the files."""


def pretty(value: Any) -> bytes:
    """Encode as JSON for people to read: sorted keys, indented by two spaces, with a line break at the end."""
    return msgspec.json.format(_encoder.encode(value), indent=2) + b"\n"


def yaml_text(text: str) -> str:
    """Return a text as a YAML string: every JSON string is one."""
    return _encoder.encode(text).decode()


class JsonLinesWriter:
    """Writes ``<table>.jsonl``, one row on each line. Each line is decoded again to check it against its schema.

    Args:
        folder: The folder of the release.

    Attributes:
        rows: Table to the number of rows written.
    """

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {
            table: self._open.enter_context((folder / f"{table}.jsonl").open("wb")) for table in TABLES
        }
        self._decoders = {table: msgspec.json.Decoder(row) for table, row in TABLES.items()}
        self.rows = dict.fromkeys(TABLES, 0)

    def add(self, work: WorkRows) -> None:
        """Write the rows of one work. Raises msgspec.ValidationError where a row does not fit its schema."""
        for table in TABLES:
            self._write(table, work.rows(table))

    def finish(self, shared: SharedRows) -> None:
        """Write the rows that belong to no single work, and close the files."""
        for table in SHARED_TABLES:
            self._write(table, shared.rows(table))
        self._open.close()

    def close(self) -> None:
        """Close the files, also those of a release that will not be published."""
        self._open.close()

    def _write(self, table: str, rows: Iterable[msgspec.Struct]) -> None:
        file, decoder = self._files[table], self._decoders[table]
        for row in rows:
            line = _encoder.encode(row)
            decoder.decode(line)  # raises msgspec.ValidationError: Python does not check types at run time
            file.write(line + b"\n")
            self.rows[table] += 1


class NestedJsonWriter:
    """Writes ``documents/<work>/<edition>.<lang>.json``: metadata of a document, and sections > blocks > mentions.

    Args:
        folder: The folder of the release.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, work: WorkRows) -> None:
        """Write one file for each document of a work."""
        for rows in work.documents:
            path = self._folder / nested_path(rows.document.id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pretty(nested(rows)))

    def finish(self, shared: SharedRows) -> None:
        """Do nothing: all files are complete."""


def nested_path(document: str) -> str:
    """Return the path of a document's nested JSON in a release: ``a/1.0/ja`` is ``documents/a/1.0.ja.json``."""
    work, edition, lang = document.split("/")
    return f"documents/{work}/{edition}.{lang}.json"


def nested(rows: DocumentRows) -> dict[str, Any]:
    """Return one document as a tree.

    Blocks without a section (furniture, speaker's notes, hidden text) are in the list ``outside``.
    """
    mentions: dict[str, list[dict[str, Any]]] = {}
    for mention in rows.mentions:
        mentions.setdefault(mention.block, []).append(_without(mention, "document", "block", "section", "lang"))
    tables = {table.block: _without(table, "document", "block") for table in rows.tables}
    under: dict[str | None, list[dict[str, Any]]] = {}
    for block in rows.blocks:
        value = _without(block, "document", "section") | {"mentions": mentions.get(block.id, [])}
        if block.id in tables:
            value["table"] = tables[block.id]
        under.setdefault(block.section, []).append(value)
    sections = [_without(each, "document") | {"blocks": under.get(each.id, [])} for each in rows.sections]
    head = {field: getattr(rows.document, field) for field in rows.document.__struct_fields__}
    return head | {"sections": sections, "outside": under.get(None, [])}


def _without(row: msgspec.Struct, *omitted: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in row.__struct_fields__ if field not in omitted}


def write_schemas(folder: Path) -> None:
    """Write ``schema/<table>.schema.json`` for every table."""
    (folder / "schema").mkdir()
    for table in TABLES:
        (folder / "schema" / f"{table}.schema.json").write_bytes(pretty(json_schema(table)))


_JSON_TO_FRICTIONLESS = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "array",
}


def _field(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    choices = schema.get("anyOf", [schema])
    # Enums hold strings; msgspec does not write their type.
    types = {choice.get("type", "string" if "enum" in choice else "object") for choice in choices} - {"null"}
    field: dict[str, Any] = {
        "name": name,
        "type": _JSON_TO_FRICTIONLESS.get(types.pop(), "object") if len(types) == 1 else "any",
    }
    if "description" in schema:
        field["description"] = schema["description"]
    nullable = len(choices) > 1 and any(choice.get("type") == "null" for choice in choices)
    constraints: dict[str, Any] = (
        {"enum": [each for each in schema["enum"] if each is not None]} if "enum" in schema else {}
    )
    if not nullable:
        constraints["required"] = True
    return field | ({"constraints": constraints} if constraints else {})


def fields(table: str) -> Iterator[dict[str, Any]]:
    """Yield the fields of a table as Frictionless describes them, sorted as in the rows."""
    schema = json_schema(table)
    properties = schema["$defs"][TABLES[table].__name__]["properties"]
    for name in sorted(properties):
        yield _field(name, properties[name])


def data_package(folder: Path, rows: dict[str, int], documents: Sequence[DocumentRow], digest: str) -> dict[str, Any]:
    """Return the manifest of a release: Frictionless Data Package v2, without any time.

    Args:
        folder: The folder of the release; its JSON lines must have been written.
        rows: Table to its number of rows.
        documents: The rows of all documents.
        digest: The digest of the release.
    """
    resources = []
    for table in TABLES:
        path = folder / f"{table}.jsonl"
        foreign = [
            {"fields": [field], "reference": {"resource": target if target != table else "", "fields": ["id"]}}
            for (source, field), target in REFERENCES.items()
            if source == table
        ]
        # An empty text is a value; a missing value is null.
        schema = {"fields": list(fields(table)), "primaryKey": ["id"], "missingValues": []}
        schema |= {"foreignKeys": foreign} if foreign else {}
        resources.append(
            {
                "name": table,
                "description": " ".join((TABLES[table].__doc__ or "").split()),
                "path": path.name,
                "format": "jsonl",
                "mediatype": "application/jsonl",
                "encoding": "utf-8",
                "bytes": path.stat().st_size,
                "hash": f"sha256:{sha256_of(path)}",
                "rows": rows[table],
                "schema": schema,
            }
        )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "aisi-ingest",
        "title": "Japanese and English publications on AI safety, aligned and tagged",
        "description": "The text was extracted from the publishers' files automatically and edited: "
        "joined, normalised, tagged and aligned.",
        "version": digest[:VERSION_DIGITS],
        "licenses": licences(documents),
        "sources": [
            {"title": f"{each.title} ({each.id})", "path": each.source.url}
            if each.source.url
            else {"title": f"{each.title} ({each.id})"}
            for each in documents
        ],
        "resources": resources,
    }


def licences(documents: Iterable[DocumentRow]) -> list[dict[str, str]]:
    """Return each licence once, in the form of Frictionless."""
    found = {}
    for each in documents:
        name = "".join(
            char if char.isascii() and (char.isalnum() or char in "-._") else "-" for char in each.licence.name
        ).strip("-")
        entry = {"name": name or "other", "title": each.licence.name}
        found[each.licence.name, each.licence.url] = entry | ({"path": each.licence.url} if each.licence.url else {})
    return [found[key] for key in sorted(found)]


def write_sums(folder: Path) -> None:
    """Write ``SHA256SUMS`` for every other file, in the format of ``sha256sum -c``."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(folder / path)}  {path}\n" for path in paths if path != "SHA256SUMS"]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")

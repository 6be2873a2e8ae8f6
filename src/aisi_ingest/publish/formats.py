"""Writers of the plain formats: JSON lines, nested JSON, JSON Schemas, the Frictionless data package, sums.

A writer takes one work after the other, so that a release of any size is written in bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import REFERENCES, TABLES, DocumentRow, EntityRow, json_schema
from aisi_ingest.storage.files import sha256_of

_encoder = msgspec.json.Encoder(order="sorted")


class Writer(Protocol):
    """One format of a release. ``add`` is called once a work, in order, then ``finish`` once."""

    def add(self, work: WorkRows) -> None: ...

    def finish(self, entities: Sequence[EntityRow]) -> None: ...


def pretty(value: Any) -> bytes:
    """JSON for people: sorted keys, two spaces, a line break at the end."""
    return msgspec.json.format(_encoder.encode(value), indent=2) + b"\n"


class JsonLines:
    """``<table>.jsonl``: a row a line. Each line is read back against its schema before it counts as written."""

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {
            table: self._open.enter_context((folder / f"{table}.jsonl").open("wb")) for table in TABLES
        }
        self._decoders = {table: msgspec.json.Decoder(row) for table, row in TABLES.items()}
        self.rows = dict.fromkeys(TABLES, 0)

    def add(self, work: WorkRows) -> None:
        for table in TABLES:
            self._write(table, work.rows(table))

    def finish(self, entities: Sequence[EntityRow]) -> None:
        self._write("entities", entities)
        self._open.close()

    def close(self) -> None:
        """Close the files of a release that is given up."""
        self._open.close()

    def _write(self, table: str, rows: Iterable[msgspec.Struct]) -> None:
        file, decoder = self._files[table], self._decoders[table]
        for row in rows:
            line = _encoder.encode(row)
            decoder.decode(line)  # raises msgspec.ValidationError: the types of Python do not hold at run time
            file.write(line + b"\n")
            self.rows[table] += 1


class Nested:
    """``documents/<work>/<edition>.<lang>.json``: a document's metadata, and sections > blocks > mentions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, work: WorkRows) -> None:
        for rows in work.documents:
            path = self._folder / nested_path(rows.document.id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pretty(nested(rows)))

    def finish(self, entities: Sequence[EntityRow]) -> None:
        """Nothing is left to write."""


def nested_path(document: str) -> str:
    """Where a document's nested JSON lies in a release: ``a/1.0/ja`` is ``documents/a/1.0.ja.json``."""
    work, edition, lang = document.split("/")
    return f"documents/{work}/{edition}.{lang}.json"


def nested(rows: DocumentRows) -> dict[str, Any]:
    """One document as a tree. Blocks in no section (furniture, speaker's notes, hidden text) stand in ``outside``."""
    mentions: dict[str, list[dict[str, Any]]] = {}
    for mention in rows.mentions:
        mentions.setdefault(mention.block, []).append(_without(mention, "document", "block"))
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


def _without(row: msgspec.Struct, *left: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in row.__struct_fields__ if field not in left}


def write_schemas(folder: Path) -> None:
    """``schema/<table>.schema.json`` for every table."""
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
    # Enums are of strings, and msgspec leaves their type out.
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
    """The fields of a table as Frictionless describes them, in the order of the rows (sorted)."""
    schema = json_schema(table)
    properties = schema["$defs"][TABLES[table].__name__]["properties"]
    for name in sorted(properties):
        yield _field(name, properties[name])


def data_package(folder: Path, rows: dict[str, int], documents: Sequence[DocumentRow], digest: str) -> dict[str, Any]:
    """The manifest: Frictionless Data Package v2, without a clock."""
    resources = []
    for table in TABLES:
        path = folder / f"{table}.jsonl"
        foreign = [
            {"fields": [field], "reference": {"resource": target if target != table else "", "fields": ["id"]}}
            for (source, field), target in REFERENCES.items()
            if source == table
        ]
        # An empty text is a value; what is missing is null.
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
        "description": "The text was extracted from the publishers' files by program and edited: "
        "joined, normalised, tagged and aligned.",
        "version": digest[:12],
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
    """Each licence once, as Frictionless wants it."""
    found = {}
    for each in documents:
        name = "".join(
            char if char.isascii() and (char.isalnum() or char in "-._") else "-" for char in each.licence.name
        ).strip("-")
        entry = {"name": name or "other", "title": each.licence.name}
        found[each.licence.name, each.licence.url] = entry | ({"path": each.licence.url} if each.licence.url else {})
    return [found[key] for key in sorted(found)]


def write_sums(folder: Path) -> None:
    """``SHA256SUMS`` over every other file, as ``sha256sum -c`` reads it."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(folder / path)}  {path}\n" for path in paths if path != "SHA256SUMS"]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")

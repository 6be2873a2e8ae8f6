"""Write ``dataset.sqlite``: the same tables with foreign keys, and a full-text index for both languages.

Fields of objects are columns (``source_url``), and lists are JSON text. The index is FTS5 over the terms of
``aisi_ingest.text.search_terms``: pairs of Japanese characters, and English words by their stems. The bytes of this
file may differ for the same input: SQLite stores its own version in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from aisi_ingest.publish.rows import SharedRows, WorkRows
from aisi_ingest.publish.schema import REFERENCES, SHARED_TABLES, TABLES, BlockRow, EntityRow, SectionRow
from aisi_ingest.text.search_terms import search_terms

_PAIR_TABLES = ("alignments", "findings")  # tables whose lists ja and en are also stored as one row for each id
_PASSAGE = ("text", "kind", "lang", "document", "id")  # columns of passages and search
_PAGE_SIZE = 4096  # bytes

# Mentions as people want to see them: with the title of the document and the first name of the entity.
_NAMED_MENTIONS = """
CREATE VIEW named_mentions AS
SELECT m.id, d.work, d.edition, d.lang, d.date, d.title, b.page, m.label, m.text, m.value,
  coalesce(json_extract(e.names_en, '$[0]'), json_extract(e.names_ja, '$[0]')) AS name_en,
  coalesce(json_extract(e.names_ja, '$[0]'), json_extract(e.names_en, '$[0]')) AS name_ja,
  b.text AS context,
  d.source_url || CASE WHEN d.source_media_type LIKE '%/pdf' THEN '#page=' || b.page ELSE '' END AS url
FROM mentions m JOIN documents d ON d.id = m.document JOIN blocks b ON b.id = m.block
LEFT JOIN entities e ON e.id = m.value
"""
_Entry = tuple[str, str, str, str | None, str]  # in the order of _PASSAGE


class SqliteWriter:
    """Writes the database.

    Args:
        path: The file; it must not exist.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        # Without a journal: when anything fails, the file is deleted.
        self._database.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = {_PAGE_SIZE};"
        )
        self._columns = {table: list(_columns(TABLES[table])) for table in TABLES}
        for table, columns in self._columns.items():
            self._database.execute(_create(table, columns))
        for table in _PAIR_TABLES:
            self._database.execute(
                f"CREATE TABLE {table}_sides ({table[:-1]} TEXT NOT NULL REFERENCES {table}(id), "
                "lang TEXT NOT NULL, position INTEGER NOT NULL, target TEXT NOT NULL)"
            )
        # The index holds the terms of a text, and a query returns the text itself: it is read from ``passages``.
        self._database.execute(f"CREATE TABLE passages ({', '.join(_PASSAGE)})")
        self._database.execute(
            "CREATE VIRTUAL TABLE search USING fts5"
            "(text, kind UNINDEXED, lang UNINDEXED, document UNINDEXED, id UNINDEXED, "
            "content = 'passages', tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._passages = 0
        self._database.execute(_NAMED_MENTIONS)

    def add(self, work: WorkRows) -> None:
        """Insert the rows of one work."""
        for table in TABLES:
            self._insert(table, work.rows(table))
        for table in _PAIR_TABLES:
            self._database.executemany(f"INSERT INTO {table}_sides VALUES (?, ?, ?, ?)", _sides(work.rows(table)))
        for rows in work.documents:
            head = rows.document
            self._index(
                (head.title, "document", head.lang, head.id, head.id),
            )
            self._index(*(_section_entry(each, head.lang) for each in rows.sections))
            self._index(
                *(
                    _block_entry(each)
                    for each in rows.blocks
                    if not each.hidden and each.kind not in ("furniture", "contents")
                )
            )

    def finish(self, shared: SharedRows) -> None:
        """Insert the rows that belong to no single work, create the indices, check the foreign keys and close the file.

        Raises:
            ValueError: A foreign key points to no row.
        """
        for table in SHARED_TABLES:
            self._insert(table, shared.rows(table))
        for entity in shared.entities:
            self._index(*_name_entries(entity))
        for table, field in (*REFERENCES, ("mentions", "value")):
            self._database.execute(f'CREATE INDEX "{table}_{field}" ON {table}("{field}")')
        for table in _PAIR_TABLES:
            self._database.execute(f'CREATE INDEX "{table}_sides_target" ON {table}_sides(target)')
        self._database.execute("INSERT INTO search(search) VALUES ('optimize')")
        self._database.commit()
        broken = self._database.execute("PRAGMA foreign_key_check").fetchall()
        self._database.close()
        if broken:
            raise ValueError(f"dataset.sqlite: {len(broken)} foreign keys point to no row, the first is {broken[0]}")

    def _insert(self, table: str, rows: Iterable[msgspec.Struct]) -> None:
        placeholders = ", ".join("?" for _ in self._columns[table])
        self._database.executemany(f"INSERT INTO {table} VALUES ({placeholders})", (_values(row) for row in rows))

    def _index(self, *entries: _Entry) -> None:
        for entry in entries:
            self._passages += 1
            self._database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", entry)
            values = (self._passages, search_terms(entry[0]), *entry[1:])
            self._database.execute(
                f"INSERT INTO search(rowid, {', '.join(_PASSAGE)}) VALUES (?, ?, ?, ?, ?, ?)", values
            )


def _section_entry(row: SectionRow, lang: str) -> _Entry:
    return (row.title, "section", lang, row.document, row.id)


def _block_entry(row: BlockRow) -> _Entry:
    return (row.text, "block", row.lang, row.document, row.id)


def _name_entries(row: EntityRow) -> Iterator[_Entry]:
    for lang, names in (("ja", row.names.ja), ("en", row.names.en)):
        yield from ((name, "entity", lang, None, row.id) for name in names)


def _columns(row: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    info = inspect.type_info(row)
    assert isinstance(info, inspect.StructType)
    for field in sorted(info.fields, key=lambda each: each.name):
        kind = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
        if isinstance(kind, inspect.StructType):
            yield from ((f"{field.encode_name}_{name}", affinity) for name, affinity in _columns(kind.cls))
        else:
            yield field.encode_name, _affinity(kind)


def _affinity(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner):
            return _affinity(inner)
        case inspect.UnionType(types=types):
            return _affinity(next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.IntType() | inspect.BoolType():
            return "INTEGER"
        case inspect.FloatType():
            return "REAL"
        case _:
            return "TEXT"


def _create(table: str, columns: list[tuple[str, str]]) -> str:
    lines = []
    for name, affinity in columns:
        target = REFERENCES.get((table, name))
        key = " PRIMARY KEY" if name == "id" else f" REFERENCES {target}(id)" if target else ""
        lines.append(f'"{name}" {affinity}{key}')
    return f"CREATE TABLE {table} ({', '.join(lines)})"


def _values(row: msgspec.Struct) -> list[Any]:
    values: list[Any] = []
    for name in sorted(row.__struct_fields__):
        value = getattr(row, name)
        if isinstance(value, msgspec.Struct):
            values += _values(value)
        elif isinstance(value, tuple | dict):
            values.append(msgspec.json.encode(value, order="sorted").decode())
        else:
            values.append(value)
    return values


def _sides(rows: Iterable[Any]) -> Iterator[tuple[str, str, int, str]]:
    for row in rows:
        for lang in ("ja", "en"):
            yield from ((row.id, lang, position, target) for position, target in enumerate(getattr(row, lang)))


def datasette_metadata(licence: str) -> dict[str, Any]:
    """Return the metadata for ``datasette dataset.sqlite --metadata datasette.json --static viewer:site``.

    Args:
        licence: The names of all licences in the release.
    """
    return {
        "title": "Japanese and English publications on AI safety, aligned and tagged",
        "license": licence,
        "description_html": '<p>Read the documents in the <a href="/viewer/index.html">viewer</a>.</p>',
        "databases": {
            "dataset": {
                "tables": {
                    "documents": {"label_column": "title", "facets": ["lang", "kind", "publisher", "licence_name"]},
                    "sections": {"label_column": "title", "facets": ["document"]},
                    "blocks": {"label_column": "text", "facets": ["kind", "lang", "document"]},
                    "tables": {"label_column": "caption", "facets": ["document"]},
                    "mentions": {"label_column": "text", "facets": ["label", "rule", "document"]},
                    "entities": {"label_column": "id", "facets": ["label"], "sort_desc": "mentions"},
                    "alignments": {"facets": ["unit", "work"]},
                    "findings": {"facets": ["kind", "severity", "suppressed", "work"]},
                    "bitext": {"label_column": "ja", "facets": ["unit", "work"], "sort_desc": "score"},
                    "chunks": {"label_column": "text", "facets": ["lang", "document"]},
                    "edition_changes": {"label_column": "after", "facets": ["kind", "lang", "work", "from", "to"]},
                    "relations": {"label_column": "subject", "facets": ["predicate", "object"]},
                    "events": {"label_column": "label_en", "facets": ["kind", "status"], "sort": "date"},
                },
                "queries": {
                    "find": {
                        "title": "Find text in both languages",
                        "sql": FIND,
                    },
                    "aligned_blocks": {
                        "title": "Aligned blocks side by side",
                        "sql": ALIGNED_BLOCKS,
                    },
                },
            }
        },
    }


FIND = "select kind, lang, document, id, text from passages where text like '%' || :words || '%' limit 200"
ALIGNED_BLOCKS = (
    "select a.id, a.score, group_concat(distinct j.text) as ja, group_concat(distinct e.text) as en from alignments a "
    "left join alignments_sides aj on aj.alignment = a.id and aj.lang = 'ja' left join blocks j on j.id = aj.target "
    "left join alignments_sides ae on ae.alignment = a.id and ae.lang = 'en' left join blocks e on e.id = ae.target "
    "where a.unit = 'block' and a.work = :work group by a.id order by a.rowid"
)

"""``parquet/<table>.parquet``: the same rows with types, compressed with zstd."""

from __future__ import annotations

import filecmp
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from aisi_ingest.publish.reuse import Before
from aisi_ingest.publish.rows import WorkRows
from aisi_ingest.publish.schema import TABLES, EntityRow

_encoder = msgspec.json.Encoder(order="sorted")

_MOST = 20_000  # rows of a row group: what is held in memory
_LEAST = 2_000  # rows: below, a group of its own costs readers more than it spares us
_ROWS = b"aisi-ingest:rows"  # in the footer: digests of each row group's rows, so that the next release knows them


class Parquet:
    """Writer of the typed tables.

    What the release ``before`` has is taken over: a table whose rows are all the same as a link, of the
    others the row groups whose rows are the same, as Arrow has them. The bytes are those that a
    release without one before it would have.
    """

    def __init__(self, folder: Path, stages: Sequence[str], before: Before) -> None:
        folder.mkdir()
        self._tables = {
            table: _Table(folder / f"{table}.parquet", arrow_schema(table, stages), before)
            for table in TABLES
            if not _taken_over(folder, table, before)
        }

    def add(self, work: WorkRows) -> None:
        for table, writer in self._tables.items():
            writer.take(work.rows(table))
            writer.end(work.work)

    def finish(self, entities: Sequence[EntityRow]) -> None:
        if "entities" in self._tables:
            self._tables["entities"].take(entities)
        for writer in self._tables.values():
            writer.close()


class _Table:
    """One table's file, written a row group at a time."""

    def __init__(self, path: Path, schema: Any, before: Before) -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self._file = pq.ParquetWriter(path, schema, compression="zstd")
        old = before.intact(f"parquet/{path.name}")
        self._before = _Groups(old, schema) if old else None
        self._rows: list[Any] = []
        self._digests: list[str] = []

    def take(self, rows: Iterable[msgspec.Struct]) -> None:
        self._rows += rows

    def end(self, work: str) -> None:
        """After each work. Groups end with works that their names choose: a work more or less moves no other's end."""
        held = len(self._rows)
        if held >= _MOST or (held >= _LEAST and hashlib.sha256(work.encode()).digest()[0] < 64):
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.add_key_value_metadata({_ROWS: " ".join(self._digests)})
        self._file.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        digest = hashlib.sha256(_encoder.encode(self._rows)).hexdigest()
        group = self._before.read(digest) if self._before else None
        if group is None:
            group = _made(self._rows, self._schema)
        self._file.write_table(group)
        self._digests.append(digest)
        self._rows = []


def _made(rows: list[Any], schema: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist(msgspec.to_builtins(rows), schema=schema)


class _Groups:
    """The row groups of an older release's file, by the digest of their rows."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._known: dict[str, int] = {}
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowInvalid):  # of an older format, or damaged: then all is made anew
            return
        if self._file.schema_arrow.equals(schema):
            digests = (self._file.metadata.metadata or {}).get(_ROWS, b"").decode("ascii", "replace").split()
            self._known = {digest: place for place, digest in enumerate(digests)}

    def read(self, digest: str) -> Any:
        """The group as a ``pyarrow.Table`` in one piece, as rows would make it; None if it is not there."""
        import pyarrow as pa

        if digest not in self._known:
            return None
        try:
            return self._file.read_row_group(self._known[digest]).combine_chunks().replace_schema_metadata()
        except (OSError, pa.ArrowInvalid):
            return None


def _taken_over(folder: Path, table: str, before: Before) -> bool:
    """Take over the file of the release before where its rows are the same and the same library wrote it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if before.path is None:
        return False
    file, lines = f"parquet/{table}.parquet", f"{table}.jsonl"
    try:
        if not filecmp.cmp(folder.parent / lines, before.path / lines, shallow=False):
            return False
        written_by = pq.read_metadata(before.path / file).created_by
    except (OSError, pa.ArrowInvalid):
        return False
    return written_by == f"parquet-cpp-arrow version {pa.__version__}" and before.take(file, folder.parent / file)


def arrow_schema(table: str, stages: Sequence[str]) -> Any:
    """The ``pyarrow.Schema`` of a table, from the types of its rows.

    ``stages`` names the fields of ``made_with``: a map is a type that few readers of Parquet know.
    """
    import pyarrow as pa

    info = inspect.type_info(TABLES[table])
    assert isinstance(info, inspect.StructType)
    arrow = {field.name: _arrow(field.type, stages) for field in info.fields}
    return pa.schema([pa.field(name, arrow[name]) for name in sorted(arrow)])


def _arrow(kind: inspect.Type, stages: Sequence[str]) -> Any:
    import pyarrow as pa

    match kind:
        case inspect.Metadata(type=inner):
            return _arrow(inner, stages)
        case inspect.UnionType(types=types):
            return _arrow(next(each for each in types if not isinstance(each, inspect.NoneType)), stages)
        case inspect.StrType() | inspect.LiteralType():
            return pa.string()
        case inspect.IntType():
            return pa.int64()
        case inspect.FloatType():
            return pa.float64()
        case inspect.BoolType():
            return pa.bool_()
        case inspect.VarTupleType(item_type=item):
            return pa.list_(_arrow(item, stages))
        case inspect.TupleType(item_types=items):
            return pa.list_(_arrow(items[0], stages))
        case inspect.DictType():
            return pa.struct([pa.field(stage, pa.string()) for stage in sorted(stages)])
        case inspect.StructType(fields=fields):
            arrow = {field.name: _arrow(field.type, stages) for field in fields}
            return pa.struct([pa.field(name, arrow[name]) for name in sorted(arrow)])
        case _:
            raise TypeError(f"no Arrow type is known for {kind}")

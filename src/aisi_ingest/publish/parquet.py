"""Write ``parquet/<table>.parquet``: the same rows with types, compressed with zstd."""

from __future__ import annotations

import filecmp
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from aisi_ingest.publish.reuse import PreviousRelease
from aisi_ingest.publish.rows import SharedRows, WorkRows
from aisi_ingest.publish.schema import SHARED_TABLES, TABLES

_encoder = msgspec.json.Encoder(order="sorted")

_MAX_GROUP_ROWS = 20_000  # rows of a row group, because they are held in memory
_MIN_GROUP_ROWS = 2_000  # smaller groups cost readers more time than they save when a release is written
_GROUP_ENDS = 64  # of 256 values of a digest byte: one work in four may end a row group
_DIGESTS_KEY = b"aisi-ingest:rows"  # in the footer: the digest of each row group, for reuse by the next release


class ParquetWriter:
    """Writes the typed tables.

    The previous release is reused: a table with the same rows as a link, and of the other tables the row groups with
    the same rows as Arrow tables. The bytes are the same as without a previous release.

    Args:
        folder: The folder ``parquet`` of the release; it must not exist.
        stages: The names of the stages in ``made_with``.
        previous: The previous release.
    """

    def __init__(self, folder: Path, stages: Sequence[str], previous: PreviousRelease) -> None:
        folder.mkdir()
        self._tables = {
            table: _TableWriter(folder / f"{table}.parquet", arrow_schema(table, stages), previous)
            for table in TABLES
            if not _reuse_file(folder, table, previous)
        }

    def add(self, work: WorkRows) -> None:
        """Write the rows of one work."""
        for table, writer in self._tables.items():
            writer.add(work.rows(table))
            writer.end_work(work.work)

    def finish(self, shared: SharedRows) -> None:
        """Write the rows that belong to no single work, and close the files."""
        for table in SHARED_TABLES:
            if table in self._tables:
                self._tables[table].add(shared.rows(table))
        for writer in self._tables.values():
            writer.close()


class _TableWriter:
    """Writes the file of one table, one row group at a time."""

    def __init__(self, path: Path, schema: Any, previous: PreviousRelease) -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self._file = pq.ParquetWriter(path, schema, compression="zstd")
        old = previous.intact_file(f"parquet/{path.name}")
        self._old_groups = _RowGroups(old, schema) if old else None
        self._rows: list[Any] = []
        self._digests: list[str] = []

    def add(self, rows: Iterable[msgspec.Struct]) -> None:
        self._rows += rows

    def end_work(self, work: str) -> None:
        """Write a row group after a work, if it is large enough.

        Where a group ends depends on the names of works. Adding or removing a work does not move the ends of the other
        groups, so that they can be reused.
        """
        count = len(self._rows)
        may_end = hashlib.sha256(work.encode()).digest()[0] < _GROUP_ENDS
        if count >= _MAX_GROUP_ROWS or (count >= _MIN_GROUP_ROWS and may_end):
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.add_key_value_metadata({_DIGESTS_KEY: " ".join(self._digests)})
        self._file.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        digest = hashlib.sha256(_encoder.encode(self._rows)).hexdigest()
        group = self._old_groups.read(digest) if self._old_groups else None
        if group is None:
            group = _to_arrow(self._rows, self._schema)
        self._file.write_table(group)
        self._digests.append(digest)
        self._rows = []


def _to_arrow(rows: list[Any], schema: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist(msgspec.to_builtins(rows), schema=schema)


class _RowGroups:
    """The row groups of a file of the previous release, by the digest of their rows."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._numbers: dict[str, int] = {}
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowInvalid):  # older format, or damaged: then no group is reused
            return
        if self._file.schema_arrow.equals(schema):
            digests = (self._file.metadata.metadata or {}).get(_DIGESTS_KEY, b"").decode("ascii", "replace").split()
            self._numbers = {digest: number for number, digest in enumerate(digests)}

    def read(self, digest: str) -> Any:
        """Return the group as a ``pyarrow.Table``, equal to one made from its rows, or None where it is missing."""
        import pyarrow as pa

        if digest not in self._numbers:
            return None
        try:
            return self._file.read_row_group(self._numbers[digest]).combine_chunks().replace_schema_metadata()
        except (OSError, pa.ArrowInvalid):
            return None


def _reuse_file(folder: Path, table: str, previous: PreviousRelease) -> bool:
    """Link the file of the previous release where it has the same rows and the same library version wrote it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if previous.path is None:
        return False
    file, lines = f"parquet/{table}.parquet", f"{table}.jsonl"
    try:
        if not filecmp.cmp(folder.parent / lines, previous.path / lines, shallow=False):
            return False
        written_by = pq.read_metadata(previous.path / file).created_by
    except (OSError, pa.ArrowInvalid):
        return False
    return written_by == f"parquet-cpp-arrow version {pa.__version__}" and previous.reuse(file, folder.parent / file)


def arrow_schema(table: str, stages: Sequence[str]) -> Any:
    """Return the ``pyarrow.Schema`` of a table, from the types of its rows.

    Args:
        table: The name of the table.
        stages: The fields of ``made_with``. It becomes a struct, because few readers of Parquet support maps.
    """
    import pyarrow as pa

    info = inspect.type_info(TABLES[table])
    assert isinstance(info, inspect.StructType)
    arrow = {field.encode_name: _arrow(field.type, stages) for field in info.fields}
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
        case inspect.IntType(ge=-128, le=127):
            return pa.int8()
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
            arrow = {field.encode_name: _arrow(field.type, stages) for field in fields}
            return pa.struct([pa.field(name, arrow[name]) for name in sorted(arrow)])
        case _:
            raise TypeError(f"no Arrow type is known for {kind}")

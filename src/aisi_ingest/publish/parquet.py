"""``parquet/<table>.parquet``: the same rows with types, compressed with zstd."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from aisi_ingest.publish.schema import TABLES, EntityRow
from aisi_ingest.publish.tables import WorkRows

_GROUP = 20_000  # rows held in memory before they are written as one row group


class Parquet:
    """Writer of the typed tables."""

    def __init__(self, folder: Path, stages: Sequence[str]) -> None:
        import pyarrow.parquet as pq

        folder.mkdir()
        self._schemas = {table: arrow_schema(table, stages) for table in TABLES}
        self._writers = {
            table: pq.ParquetWriter(folder / f"{table}.parquet", schema, compression="zstd")
            for table, schema in self._schemas.items()
        }
        self._waiting: dict[str, list[Any]] = {table: [] for table in TABLES}

    def add(self, work: WorkRows) -> None:
        for table in TABLES:
            self._take(table, work.rows(table))

    def finish(self, entities: Sequence[EntityRow]) -> None:
        self._take("entities", entities)
        for table, writer in self._writers.items():
            self._flush(table)
            writer.close()

    def _take(self, table: str, rows: Iterable[msgspec.Struct]) -> None:
        self._waiting[table] += [msgspec.to_builtins(row) for row in rows]
        if len(self._waiting[table]) >= _GROUP:
            self._flush(table)

    def _flush(self, table: str) -> None:
        import pyarrow as pa

        if self._waiting[table]:
            self._writers[table].write_table(pa.Table.from_pylist(self._waiting[table], schema=self._schemas[table]))
            self._waiting[table] = []


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

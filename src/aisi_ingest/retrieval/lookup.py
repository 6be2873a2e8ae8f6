"""Read single rows of a published release by their ids, from ``dataset.sqlite``, without reading whole tables."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct, inspect

from aisi_ingest.publish.schema import TABLES

R = TypeVar("R", bound=Struct)
_TABLE_OF: dict[type[Struct], str] = {kind: name for name, kind in TABLES.items()}


class Lookup:
    """A read-only connection to the database of a release. Use it in a ``with`` block and in one thread.

    Args:
        release: The folder of the release.
    """

    def __init__(self, release: Path) -> None:
        self.release = release
        # Read-only, also where the folder may not be written; the file never changes.
        self._database = sqlite3.connect(f"file:{quote(str(release / 'dataset.sqlite'))}?mode=ro&immutable=1", uri=True)

    def __enter__(self) -> Lookup:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def get(self, kind: type[R], wanted: str) -> R | None:
        """Return the row with this id, or None.

        Args:
            kind: Type of the row, from ``aisi_ingest.publish.schema``.
            wanted: The id.
        """
        return next(self.rows(kind, "id = ?", [wanted]), None)

    def rows(self, kind: type[R], condition: str, values: Sequence[object] = ()) -> Iterator[R]:
        """Iterate over the rows of a table that meet a condition.

        Args:
            kind: Type of the rows, from ``aisi_ingest.publish.schema``.
            condition: What follows WHERE in SQL, with ``?`` for each value.
            values: The values.
        """
        columns = _columns(kind)
        names = ", ".join(f'"{column}"' for column, _, _ in columns)
        for record in self.query(f"SELECT {names} FROM {_TABLE_OF[kind]} WHERE {condition}", values):
            row: dict[str, Any] = {}
            for (_, path, decode), value in zip(columns, record, strict=True):
                target = row.setdefault(path[0], {}) if path[1:] else row
                target[path[-1]] = decode(value) if value is not None else None
            yield msgspec.convert(row, kind)

    def query(self, statement: str, values: Sequence[object] | dict[str, object] = ()) -> Iterator[Any]:
        """Iterate over the records that an SQL statement returns."""
        return self._database.execute(statement, values)


@functools.cache
def _columns(kind: type[Struct]) -> list[tuple[str, tuple[str, ...], Any]]:
    """Return the name of each column of a table, the field that it holds, and what restores its value.

    ``aisi_ingest.publish.sqlite`` writes the fields of an object as columns, lists as JSON text, booleans as 0 and 1.
    """
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    columns: list[tuple[str, tuple[str, ...], Any]] = []
    for field in info.fields:
        plain = _plain(field.type)
        if isinstance(plain, inspect.StructType):
            columns += [
                (f"{field.encode_name}_{name}", (field.encode_name, *path), read)
                for name, path, read in _columns(plain.cls)
            ]
        else:
            columns.append((field.encode_name, (field.encode_name,), _decoder(plain)))
    return columns


def _plain(kind: inspect.Type) -> inspect.Type:
    match kind:
        case inspect.Metadata(type=inner):
            return _plain(inner)
        case inspect.UnionType(types=types):
            return _plain(next(each for each in types if not isinstance(each, inspect.NoneType)))
        case _:
            return kind


def _decoder(kind: inspect.Type) -> Any:
    match kind:
        case inspect.VarTupleType() | inspect.TupleType() | inspect.ListType() | inspect.DictType():
            return msgspec.json.decode
        case inspect.BoolType():
            return bool
        case inspect.FloatType():
            return float
        case _:
            return _unchanged


def _unchanged(value: Any) -> Any:
    return value

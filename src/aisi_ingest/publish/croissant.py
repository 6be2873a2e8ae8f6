"""``croissant.json``: a description of the data set in Croissant 1.1.

Specification: https://docs.mlcommons.org/croissant/docs/croissant-spec.html. The record sets read the Parquet files.
Lists are arrays, and objects have subfields. Lists inside the objects of a list (the rectangles of a table cell) are in
the data but not in the description: no extraction of Croissant reaches them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import inspect

from aisi_ingest.publish.catalogue import latest_date
from aisi_ingest.publish.formats import VERSION_DIGITS
from aisi_ingest.publish.schema import TABLES, DocumentRow
from aisi_ingest.storage.files import sha256_of

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_ANY_LENGTH = -1  # of a dimension of an array


def croissant(folder: Path, documents: Sequence[DocumentRow], digest: str) -> dict[str, Any]:
    """Describe the release in ``folder``.

    Args:
        folder: The release; its Parquet files must have been written.
        documents: The rows of all documents.
        digest: The digest of the release.
    """
    urls = sorted({each.licence.url for each in documents if each.licence.url})
    names = sorted({each.licence.name for each in documents})
    date = latest_date(documents)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "aisi-ingest",
        "description": "Japanese and English publications on AI safety: text, sections, mentions, aligned pairs.",
        "license": urls or names,
        **({"url": address} if (address := _address(documents)) else {}),
        "version": f"1.0.0+{digest[:VERSION_DIGITS]}",
        "citeAs": "; ".join(sorted({each.licence.attribution for each in documents})),
        **({"datePublished": date} if date else {}),
        "inLanguage": ["ja", "en"],
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": f"{table}.parquet",
                "name": f"{table}.parquet",
                "contentUrl": f"parquet/{table}.parquet",
                "encodingFormat": "application/x-parquet",
                "sha256": sha256_of(folder / "parquet" / f"{table}.parquet"),
            }
            for table in TABLES
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": table,
                "name": table,
                "description": " ".join((TABLES[table].__doc__ or "").split()),
                "key": {"@id": f"{table}/id"},
                "field": list(_fields(table, sorted(documents[0].made_with) if documents else [])),
            }
            for table in TABLES
        ],
    }


def _address(documents: Sequence[DocumentRow]) -> str | None:
    """Return the site that the data come from: that of the first document with an address."""
    for each in documents:
        if each.source.url:
            parts = urlsplit(each.source.url)
            return f"{parts.scheme}://{parts.netloc}/"
    return None


def _fields(table: str, stages: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the fields of a table.

    Args:
        table: Its name.
        stages: The fields of ``made_with``.
    """
    info = inspect.type_info(TABLES[table])
    assert isinstance(info, inspect.StructType)
    for field in sorted(info.fields, key=lambda each: each.name):
        yield from _field(f"{table}/{field.encode_name}", table, field.encode_name, "", field.type, stages)


def _field(
    uuid: str, table: str, column: str, path: str, kind: inspect.Type, stages: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the description of a field, or nothing where Croissant cannot describe it.

    Args:
        uuid: Its id.
        table: The table.
        column: The column of the Parquet file.
        path: Where the value is inside the column, as a JSON path; empty for all of it.
        kind: The type of the values.
        stages: The fields of ``made_with``.
    """
    inner, shape = _element(kind)
    name = uuid.rpartition("/")[2]
    about: dict[str, Any] = {"@type": "cr:Field", "@id": uuid, "name": name, "description": _description(kind, name)}
    if shape:
        about |= {"isArray": True, "arrayShape": ",".join(map(str, shape))}
    parts = _parts(inner, stages)
    if parts is None:
        extract: dict[str, Any] = {"extract": {"column": column}}
        extract |= {"transform": {"jsonPath": path}} if path else {}
        yield about | {"dataType": _data_type(inner), "source": {"fileObject": {"@id": f"{table}.parquet"}} | extract}
    elif path:
        return  # an object inside an object
    else:
        of_list = bool(shape)
        subfields = [
            each
            for part, part_kind in parts
            if not (of_list and _element(part_kind)[1])
            for each in _field(f"{uuid}/{part}", table, column, f"$.{part}", part_kind, stages)
        ]
        yield about | {"subField": subfields}


def _element(kind: inspect.Type) -> tuple[inspect.Type, tuple[int, ...]]:
    """Return the type of the values in a list and the lengths of its dimensions; no lengths for a single value."""
    match kind:
        case inspect.Metadata(type=inner):
            return _element(inner)
        case inspect.UnionType(types=types):
            return _element(next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.VarTupleType(item_type=item):
            inner, shape = _element(item)
            return inner, (_ANY_LENGTH, *shape)
        case inspect.TupleType(item_types=items):
            inner, shape = _element(items[0])
            return inner, (len(items), *shape)
        case _:
            return kind, ()


def _parts(kind: inspect.Type, stages: Sequence[str]) -> list[tuple[str, inspect.Type]] | None:
    """Return the fields of an object with their types, or None for any other value."""
    match kind:
        case inspect.StructType(fields=fields):
            return sorted((each.encode_name, each.type) for each in fields)
        case inspect.DictType():
            return [(stage, inspect.StrType()) for stage in stages]
        case _:
            return None


def _data_type(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "sc:Boolean"
        case inspect.IntType():
            return "sc:Integer"
        case inspect.FloatType():
            return "sc:Float"
        case _:
            return "sc:Text"


def _description(kind: inspect.Type, default: str) -> str:
    found = (kind.extra_json_schema or {}).get("description") if isinstance(kind, inspect.Metadata) else None
    return str(found or default)

"""``croissant.json``: a description of the data set in Croissant 1.0.

Specification: https://docs.mlcommons.org/croissant/docs/croissant-spec.html. The record sets read the Parquet files.
Fields with objects or lists are in the data but not in the description: Croissant 1.0 has no type for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aisi_ingest.publish.formats import VERSION_DIGITS, fields
from aisi_ingest.publish.schema import TABLES, DocumentRow
from aisi_ingest.storage.files import sha256_of

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
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
_FULL_DATE_LENGTH = len("2024-09-25")  # an EDTF date to the day; schema.org dates know no others
_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}


def croissant(folder: Path, documents: Sequence[DocumentRow], digest: str) -> dict[str, Any]:
    """Describe the release in ``folder``.

    Args:
        folder: The release; its Parquet files must have been written.
        documents: The rows of all documents.
        digest: The digest of the release.
    """
    urls = sorted({each.licence.url for each in documents if each.licence.url})
    names = sorted({each.licence.name for each in documents})
    dates = sorted(each.date for each in documents if each.date and len(each.date) == _FULL_DATE_LENGTH)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "aisi-ingest",
        "description": "Japanese and English publications on AI safety: text, sections, mentions, aligned pairs.",
        "license": urls or names,
        **({"url": address} if (address := _address(documents)) else {}),
        "version": f"1.0.0+{digest[:VERSION_DIGITS]}",
        "citeAs": "; ".join(sorted({each.licence.attribution for each in documents})),
        **({"datePublished": dates[-1]} if dates else {}),
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
                "field": [_field(table, each) for each in fields(table) if each["type"] in _TYPES],
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


def _field(table: str, field: dict[str, Any]) -> dict[str, Any]:
    name = field["name"]
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": field.get("description", name),
        "dataType": _TYPES[field["type"]],
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": name}},
    }

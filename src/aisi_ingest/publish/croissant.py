"""``croissant.json``: the data set described in Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html).

Record sets read the Parquet files. Fields that hold objects or lists of lists stand in the data but not
here: Croissant 1.0 has no name for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aisi_ingest.publish.formats import fields
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
_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}


def croissant(folder: Path, documents: Sequence[DocumentRow], digest: str) -> dict[str, Any]:
    """The description of the release in ``folder``, whose Parquet files are written already."""
    urls = sorted({each.licence.url for each in documents if each.licence.url})
    names = sorted({each.licence.name for each in documents})
    dates = sorted(each.date for each in documents if each.date and len(each.date) == 10)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "aisi-ingest",
        "description": "Japanese and English publications on AI safety: text, sections, mentions, aligned pairs.",
        "license": urls or names,
        **({"url": address} if (address := _address(documents)) else {}),
        "version": f"1.0.0+{digest[:12]}",
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
    """Where the data come from: the site of the first document that has an address."""
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

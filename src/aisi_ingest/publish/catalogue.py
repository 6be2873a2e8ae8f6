"""Describe a release for catalogues, search engines and reference managers: DCAT 3, schema.org and CITATION.cff.

Sources: https://www.w3.org/TR/vocab-dcat-3/, https://schema.org/Dataset, https://citation-file-format.github.io/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aisi_ingest.publish.formats import VERSION_DIGITS, yaml_text
from aisi_ingest.publish.schema import TABLES, DocumentRow, EntityRow
from aisi_ingest.storage.files import sha256_of

NAME = "Japanese and English publications on AI safety"
DESCRIPTION = (
    "Guides, reports and slides on AI safety in Japanese and English, as text with structure, tagged dates and names, "
    "aligned across the two languages. The text was extracted automatically and edited; the originals are "
    "authoritative."
)
KEYWORDS = ("AI safety", "AI policy", "Japan", "parallel corpus", "Japanese", "English")
_LANGUAGES = {"ja": "jpn", "en": "eng"}
_FULL_DATE_LENGTH = len("2024-09-25")  # an EDTF date to the day; schema.org and CFF know no others
_MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".jsonl": "application/jsonl",
    ".sqlite": "application/vnd.sqlite3",
    ".tmx": "application/x-tmx+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILES = ("dataset.sqlite", "bitext.tmx", "bitext.xlsx")


def is_full_date(date: str | None) -> bool:
    """Return whether an EDTF date names a day."""
    return date is not None and len(date) == _FULL_DATE_LENGTH and date.replace("-", "").isdigit()


def latest_date(documents: Sequence[DocumentRow]) -> str | None:
    """Return the date of the newest document with a date to the day."""
    return max((each.date for each in documents if each.date and is_full_date(each.date)), default=None)


def _licences(documents: Sequence[DocumentRow]) -> list[str]:
    """Return the address of each licence, or its name where it has none."""
    return sorted({each.licence.url or each.licence.name for each in documents})


def _paths() -> list[str]:
    return [*(f"{table}.jsonl" for table in TABLES), *(f"parquet/{table}.parquet" for table in TABLES), *_FILES]


def schema_org(documents: Sequence[DocumentRow], digest: str, base: str = "../") -> dict[str, Any]:
    """Return the description of the release as schema.org Dataset, for the front page of the viewer.

    Args:
        documents: The rows of all documents.
        digest: The digest of the release.
        base: The way from the page to the folder of the release.
    """
    date = latest_date(documents)
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": NAME,
        "description": DESCRIPTION,
        "keywords": list(KEYWORDS),
        "inLanguage": ["ja", "en"],
        "isAccessibleForFree": True,
        "license": _licences(documents),
        "version": digest[:VERSION_DIGITS],
        "creditText": "; ".join(sorted({each.licence.attribution for each in documents})),
        **({"dateModified": date} if date else {}),
        "distribution": [
            {"@type": "DataDownload", "contentUrl": base + path, "encodingFormat": _media_type(path)}
            for path in _paths()
        ],
    }


def script_text(value: Any) -> str:
    """Return JSON that can stand inside a ``script`` element: no character of it can end the element."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")


def dcat(folder: Path, documents: Sequence[DocumentRow], digest: str) -> dict[str, Any]:
    """Return the description of the release as a DCAT 3 dataset in JSON-LD.

    Args:
        folder: The release; its other files must have been written.
        documents: The rows of all documents.
        digest: The digest of the release.
    """
    date = latest_date(documents)
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Dataset",
        "dct:title": {"@language": "en", "@value": NAME},
        "dct:description": {"@language": "en", "@value": DESCRIPTION},
        "dcat:keyword": [{"@language": "en", "@value": each} for each in KEYWORDS],
        "dcat:version": digest[:VERSION_DIGITS],
        "dct:language": [
            {"@id": f"http://publications.europa.eu/resource/authority/language/{code.upper()}"}
            for code in _LANGUAGES.values()
        ],
        **({"dct:modified": {"@type": "xsd:date", "@value": date}} if date else {}),
        "dct:source": [{"@id": url} for url in sorted({each.source.url for each in documents if each.source.url})],
        "dct:license": [_reference(each) for each in _licences(documents)],
        "dcat:distribution": [_distribution(folder, path) for path in _paths()],
    }


def _reference(text: str) -> dict[str, str]:
    return {"@id": text} if text.startswith(("http://", "https://")) else {"@value": text}


def _distribution(folder: Path, path: str) -> dict[str, Any]:
    file = folder / path
    # The bytes of the database depend on the version of SQLite: a description with its sum would differ with them.
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": sha256_of(file),
    }
    return {
        "@type": "dcat:Distribution",
        "dct:title": path,
        "dcat:downloadURL": {"@id": path},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{_media_type(path)}"},
    } | ({} if path.endswith(".sqlite") else {"spdx:checksum": checksum, "dcat:byteSize": file.stat().st_size})


def _media_type(path: str) -> str:
    return _MEDIA_TYPES[Path(path).suffix]


def citation(documents: Sequence[DocumentRow], entities: Sequence[EntityRow], digest: str) -> str:
    """Return ``CITATION.cff``: how to cite the release and each document in it. JSON strings are YAML strings.

    Args:
        documents: The rows of all documents.
        entities: The rows of all entities, for the names of publishers.
        digest: The digest of the release.
    """
    names = {each.id: (*each.names.en, *each.names.ja) for each in entities}
    date = latest_date(documents)
    lines = [
        "cff-version: 1.2.0",
        "message: Cite the documents that you use by their own references, and this data set for their text.",
        "type: dataset",
        f"title: {yaml_text(NAME)}",
        f"abstract: {yaml_text(DESCRIPTION)}",
        "authors:",
        f"  - name: {yaml_text('aisi-ingest')}",
        f"version: {yaml_text(digest[:VERSION_DIGITS])}",
        *([f"date-released: {yaml_text(date)}"] if date else []),
        "references:",
    ]
    for each in documents:
        lines += _citation_entry(each, names)
    return "\n".join(lines) + "\n"


def _citation_entry(document: DocumentRow, names: Mapping[str, tuple[str, ...]]) -> list[str]:
    publisher = next(iter(names.get(document.publisher or "", ())), None)
    fields = {
        "title": document.title,
        "version": document.edition,
        "url": document.source.url,
        "date-released": document.date if is_full_date(document.date) else None,
        "license-url": document.licence.url or None,
        "notes": document.licence.attribution or None,
    }
    kind = "slides" if document.kind == "deck" else "report"
    return [
        f"  - type: {kind}",
        "    authors:",
        f"      - name: {yaml_text(publisher or document.licence.attribution or document.work)}",
        "    languages:",
        f"      - {_LANGUAGES[document.lang]}",
        *(f"    {name}: {yaml_text(value)}" for name, value in fields.items() if value),
    ]

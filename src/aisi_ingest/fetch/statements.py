"""What a person states about a document that was added by hand: on the command line, or in a file beside it.

A statement counts more than anything that is read from the document. It is stored below the root and applied on every
run, see `aisi_ingest.storage.stated`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aisi_ingest.dates.edtf import is_edtf_date
from aisi_ingest.storage.stated import Statement

SUFFIX = ".toml"  # added to the name of a document: guide.pdf.toml


class StatementError(ValueError):
    """A statement is invalid. The message names the option, or the file and the line."""


def checked(values: Mapping[str, Any]) -> Statement:
    """Return a statement from its values, without those that are None.

    Raises:
        StatementError: A value is invalid. The message begins with its key.
    """
    given = {key: value for key, value in values.items() if value is not None}
    for key, value in given.items():
        if reason := _fault(key, value):
            raise StatementError(f"{key}: {reason}")
    return Statement(**given)


def sidecar(document: Path) -> Statement:
    """Read the statement in the file beside a document, ``<file>.toml``; an empty one if there is none.

    Raises:
        StatementError: The file cannot be read or is invalid.
    """
    path = document.with_name(document.name + SUFFIX)
    if not path.is_file():
        return Statement()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        raise StatementError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StatementError(f"{path}: is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r" \(at line (\d+), column \d+\)", str(error))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise StatementError(f"{path}:{line[1] if line else text.count(chr(10)) + 1}: {reason}") from error
    for key, value in table.items():
        if fault := _fault(key, value):
            raise StatementError(f"{path}:{_line(text, key)}: {key}: {fault}")
    return Statement(**table)


def _fault(key: str, value: object) -> str | None:
    """Return why a value is invalid, or None."""
    if key not in Statement.__struct_fields__:
        return f"unknown key; known are {', '.join(Statement.__struct_fields__)}"
    if not isinstance(value, str) or not value.strip():
        return "must be a text in quotation marks" if not isinstance(value, str) else "is empty"
    if key == "date" and not is_edtf_date(value):
        return f"{value!r} is no existing year, month or day, such as 2024, 2024-09 or 2024-09-25"
    if key == "lang" and value not in ("ja", "en"):
        return f"{value!r} is not one of ja, en"
    if key == "url" and not _is_address(value):
        return f"{value!r} is no address that begins with http:// or https://"
    return None


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*(?:=|\.|$)")
    return next((k for k, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)

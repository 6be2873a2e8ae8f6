"""Write corrections into a file in ``corrections/``, as a person would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.corrections.reading import FOLDER, load, parse
from aisi_ingest.model import Correction

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LAST = ("author", "date", "reason")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def as_toml(correction: Correction) -> str:
    """Return the entry of a correction, with its header."""
    values = msgspec.to_builtins(correction)
    documents = values.pop("documents", [])
    if len(documents) == 1:
        values = {"of": values.pop("of"), "document": documents[0], **values}
    elif documents:
        values = {"of": values.pop("of"), "documents": documents, **values}
    return entry_text(values)


def entry_text(values: Mapping[str, Any]) -> str:
    """Return the entry with these keys, the author, the date and the reason last."""
    keys = [*(key for key in values if key not in _LAST), *_LAST]
    return "\n".join(("[[correction]]", *(f"{key} = {_value(values[key])}" for key in keys), ""))


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (f"{key if _BARE_KEY.fullmatch(key) else _text(key)} = {_value(each)}" for key, each in value.items())
        return "{ " + ", ".join(parts) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    # A basic string of TOML has the escapes of JSON. DEL must be escaped in TOML only.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def append(root: Path, work: str, corrections: Sequence[Correction]) -> Path:
    """Add corrections to the file of a work. Those that are in some file of the root already are left out.

    Args:
        root: The root folder.
        work: Id of the work, by which the file is named.
        corrections: The corrections.

    Returns:
        The file. It is unchanged if nothing was new.

    Raises:
        CorrectionsError: The file would be invalid, or its entries would contradict each other. It is not changed.
        OSError: The file cannot be written.
    """
    folder = root / FOLDER
    path = folder / f"{_UNFIT.sub('-', work).strip('-.') or 'corrections'}.toml"
    known = {_identity(entry.correction) for entry in load(root)}
    new = [each for each in corrections if _identity(each) not in known]
    if not new:
        return path
    before = path.read_text("utf-8") if path.exists() else ""
    text = "\n".join(part for part in (before.rstrip("\n") + "\n" if before else "", *map(as_toml, new)) if part)
    parse(text, f"{FOLDER}/{path.name}")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        load(root)
    except Exception:
        if before:
            path.write_text(before, encoding="utf-8")
        else:
            path.unlink()
        raise
    return path


def _identity(correction: Correction) -> bytes:
    """Return what a correction says, without who said it and when."""
    return msgspec.json.encode(msgspec.structs.replace(correction, author="", date="", reason=""), order="sorted")

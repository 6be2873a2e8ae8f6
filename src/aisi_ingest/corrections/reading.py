"""Read the files in ``corrections/``, and name the line of each entry that is wrong."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct

from aisi_ingest.model import BlockKind, Correction, DocumentKind, FindingStatus, Label, Lang

FOLDER = "corrections"  # in the root
_MAX_BYTES = 1 << 20  # of one file
_MAX_ENTRIES = 5_000  # of one file
_MAX_LENGTH = 5_000  # code points of one text
_HEADER = re.compile(r"^\s*\[\[\s*correction\s*\]\]")

_QUOTE = {"documents", "text", "before", "after", "page"}
# For each kind of entry: the keys that it must have, and the groups of keys of which it needs exactly one.
_KEYS: dict[str, tuple[set[str], tuple[str, ...]]] = {
    "document": ({"documents"}, ("set",)),
    "block": ({"documents", "text"}, ("set", "merge", "split", "move_after")),
    "table": ({"documents"}, ("set", "cells", "bounds")),
    "mention": ({"documents", "text"}, ("set", "remove")),
    "entity": (set(), ("same", "different")),
    "pair": ({"documents"}, ("join",)),
    "bead": ({"documents", "ja", "en"}, ("join",)),
    "finding": ({"documents"}, ("set",)),
}
_MORE_KEYS = {"block": _QUOTE, "table": _QUOTE | {"settings"}, "mention": _QUOTE | {"add"}, "finding": {"ja", "en"}}
_COMMON = {"of", "author", "date", "reason"}

# For each kind of entry: the fields that it can set, each with its type, or with the values that it can have.
_FIELDS: dict[str, dict[str, type | list[str]]] = {
    "document": {
        "title": str,
        "date": str,
        "edition": str,
        "publisher": str,
        "lang": list(get_args(Lang)),
        "kind": list(get_args(DocumentKind)),
        "licence_name": str,
        "licence_url": str,
        "attribution": str,
    },
    "block": {"kind": list(get_args(BlockKind)), "level": int, "marker": str, "text": str, "hidden": bool},
    "table": {"header_rows": int, "caption": str},
    "mention": {"label": list(get_args(Label)), "value": str},
    "finding": {"status": list(get_args(FindingStatus)), "kind": str},
}


class CorrectionsError(Exception):
    """A file in ``corrections/`` is invalid. The message is one line: ``FILE:LINE: reason``."""


class Entry(Struct, frozen=True):
    """A correction and where it is written.

    Attributes:
        correction: The correction.
        place: ``FILE:LINE``, for messages; the file is relative to the root.
    """

    correction: Correction
    place: str


def load(root: Path) -> tuple[Entry, ...]:
    """Read all corrections of a root, in the order of the files' names.

    Raises:
        CorrectionsError: A file cannot be read, an entry is invalid, or two entries contradict each other.
    """
    folder = root / FOLDER
    paths = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    entries = tuple(entry for path in paths for entry in _read(path))
    _refuse_contradictions(entries)
    return entries


def parse(text: str, name: str) -> tuple[Entry, ...]:
    """Read the text of one file.

    Args:
        text: TOML.
        name: Name of the file, for messages.

    Raises:
        CorrectionsError: An entry is invalid.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of TOML, or a number of thousands of digits
        found = re.search(r"at line (\d+)", str(error))
        number = found[1] if found else text.count("\n") + 1
        reason = str(error).split(" (at")[0] or "nested too deeply"
        raise CorrectionsError(f"{name}:{number}: {reason}") from error
    if unknown := sorted(set(content) - {"correction"}):
        raise CorrectionsError(f'{name}:1: unknown key "{unknown[0]}"; each entry begins with [[correction]]')
    raw = content.get("correction", [])
    if not isinstance(raw, list) or len(raw) > _MAX_ENTRIES:
        raise CorrectionsError(f"{name}:1: correction must be a list of at most {_MAX_ENTRIES} entries")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    lines += [1] * (len(raw) - len(lines))  # written in another form of TOML
    entries = []
    for line, each in zip(lines, raw, strict=False):
        place = f"{name}:{line}"
        problem = next(_problems(each), None) if isinstance(each, dict) else "not a table"
        if problem:
            raise CorrectionsError(f"{place}: {problem}")
        try:
            correction = msgspec.convert(_with_documents(each), type=Correction, dec_hook=None)
        except msgspec.ValidationError as error:
            raise CorrectionsError(f"{place}: {str(error).replace('`', '')}") from error
        entries.append(Entry(correction, place))
    return tuple(entries)


def _read(path: Path) -> tuple[Entry, ...]:
    name = f"{FOLDER}/{path.name}"
    try:
        if not path.is_file():
            raise CorrectionsError(f"{name}: not a regular file")
        if path.stat().st_size > _MAX_BYTES:
            raise CorrectionsError(f"{name}: larger than {_MAX_BYTES >> 20} MiB; divide it into several files")
        return parse(path.read_text("utf-8"), name)
    except UnicodeDecodeError as error:
        raise CorrectionsError(f"{name}: not UTF-8") from error
    except OSError as error:
        raise CorrectionsError(f"{name}: {error.strerror or error}") from error


def _with_documents(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as the type has it: ``document`` is the only one of ``documents``, dates are texts."""
    out = {key: value for key, value in raw.items() if key != "document"}
    if "document" in raw:
        out["documents"] = [raw["document"]]
    if isinstance(out.get("date"), datetime.date):
        out["date"] = out["date"].isoformat()
    return out


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an entry, beside the types of its keys."""
    kind = raw.get("of")
    if not isinstance(kind, str) or kind not in _KEYS:
        yield f"of must be one of {', '.join(_KEYS)}"
        return
    for key in sorted(_COMMON):
        if not raw.get(key):
            yield f'key "{key}" is missing'
    needed, actions = _KEYS[kind]
    given = {"documents" if key == "document" else key for key in raw}
    for key in sorted(needed - given):
        yield f'key "{"document" if key == "documents" and kind not in _OF_TWO else key}" is missing'
    allowed = _COMMON | needed | set(actions) | _MORE_KEYS.get(kind, set())
    for key in sorted(given - allowed):
        yield f'unknown key "{key}" for a {kind}'
    if len([key for key in actions if key in given]) != 1:
        yield f"give one of {', '.join(actions)}"
    yield from _problems_of_documents(kind, raw)
    yield from _problems_of_fields(kind, raw.get("set", {}))
    yield from _problems_of_texts(raw)


_OF_TWO = ("pair", "bead", "finding")  # kinds of entries about a Japanese and an English document


def _problems_of_documents(kind: str, raw: Mapping[str, Any]) -> Iterator[str]:
    names = [raw["document"]] if "document" in raw else raw.get("documents", [])
    if "document" in raw and "documents" in raw:
        yield "give document or documents"
    if kind in _OF_TWO and (not isinstance(names, list) or len(names) != len(("ja", "en"))):
        yield "documents must name two documents"


def _problems_of_fields(kind: str, given: Any) -> Iterator[str]:
    if not isinstance(given, dict):
        yield "set must be a table"
        return
    fields = _FIELDS.get(kind, {})
    for key, value in given.items():
        expected = fields.get(key)
        if expected is None:
            yield f'a {kind} has no field "{key}" that can be set; it has {", ".join(fields)}'
        elif isinstance(expected, list):
            if value not in expected:
                yield f"{key} must be one of {', '.join(expected)}"
        elif type(value) is not expected:
            yield f"{key} must be of type {expected.__name__}"
        elif isinstance(value, int) and value < 0:
            yield f"{key} must not be negative"


def _problems_of_texts(raw: Mapping[str, Any]) -> Iterator[str]:
    texts = [*raw.items(), *(raw["set"].items() if isinstance(raw.get("set"), dict) else ())]
    for key, value in texts:
        if isinstance(value, str) and len(value) > _MAX_LENGTH:
            yield f"{key} is longer than {_MAX_LENGTH:,} characters"


def _refuse_contradictions(entries: tuple[Entry, ...]) -> None:
    """Refuse two entries that set one field of the same quoted text to two values.

    Raises:
        CorrectionsError: There are such entries.
    """
    first: dict[tuple[object, ...], tuple[object, str]] = {}
    for entry in entries:
        each = entry.correction
        quote = (each.of, each.documents, each.text, each.before, each.after, each.ja, each.en, each.page)
        values: dict[str, object] = {**each.set}
        values |= {"join": each.join} if each.join is not None else {}
        values |= {"remove": each.remove} if each.of == "mention" else {}
        for key, value in values.items():
            known, place = first.setdefault((*quote, key), (value, entry.place))
            if known != value:
                raise CorrectionsError(f"{entry.place}: sets {key} to {value!r}, but {place} sets it to {known!r}")

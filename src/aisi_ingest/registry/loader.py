"""Read ``registry.toml``, check it, and name the line of each error."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.model import Entity, Label
from aisi_ingest.registry.countries import country_names
from aisi_ingest.registry.entities import Entry, Registry, RegistryError
from aisi_ingest.registry.matcher import Alias, AliasMatcher, compact, is_compared_exactly
from aisi_ingest.text.normalise import fold, normalise

# Version of the way in which names are matched. It is a part of the digest: raise it to have all documents re-tagged.
VERSION = "1"
_LABELS: dict[str, Label] = {"org": "ORG", "guide": "GUIDE", "event": "EVENT", "person": "PERSON", "place": "PLACE"}
_UNTAGGED = "untagged"
_RELATIONS = ("part_of", "successor_of", "edition_of")
_SHORTEST_NAME = 2  # characters of the compact form
_ARTICLE = "The "


def default_path() -> Path:
    """Return the path of the shipped registry: at the top of a checkout, otherwise inside the package."""
    checkout = Path(__file__).parents[3] / "registry.toml"
    if checkout.is_file():
        return checkout
    return Path(str(resources.files("aisi_ingest").joinpath("registry.toml")))


def load(path: Path | None = None, *, extends: bool = False) -> Registry:
    """Read and check a registry file.

    Args:
        path: The file; None for the registry that ships with the project.
        extends: The file adds entries to the registry that ships with the project, and names to its entries.

    Raises:
        RegistryError: The file cannot be read, is not TOML, has an unknown key, an entry without a name, a name of
            two entities or a reference to an unknown id. The message has the form ``registry.toml:LINE: reason``.
    """
    if path is not None and extends:
        return parse(_read(path), path.name, base=_read(default_path()))
    path = path or default_path()
    return parse(_read(path), path.name)


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8")
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RegistryError(f"{path.name}:{line}: not UTF-8") from error


def parse(source: str, name: str = "registry.toml", *, base: str = "") -> Registry:
    """Read and check the text of a registry, see `load`.

    Args:
        source: TOML.
        name: Name of the file for error messages.
        base: TOML of the registry that this one extends; empty if it stands alone.
    """
    below = _File(base, f"{name}, extending the shipped registry.toml") if base else None
    file = _File(source, name, below)
    data = _extended(below.toml(), file.toml()) if below else file.toml()
    untagged = _read_untagged(data.pop(_UNTAGGED, {}), file)
    entries, groups = _read_entries(data, file)
    countries = country_names()
    for key, entry in entries.items():
        if not (groups[key] == "place" and key in countries):
            _check(key, entry, groups[key], entries, file)
    for code, (ja, en) in countries.items():
        entry = entries.get(code, Entry())
        entries[code] = Entry(ja=_merged(entry.ja, ja), en=_merged(entry.en, en), both=entry.both)
    labels = {key: "PLACE" if key in countries else _LABELS[groups[key]] for key in entries}
    aliases = _aliases(entries, labels, groups, file)
    _add_untagged(aliases, untagged, file)
    return Registry(
        digest=hashlib.sha256(f"{VERSION}\n{source}\n{base}{sorted(countries.items())}".encode()).hexdigest(),
        entities={key: _entity(key, labels[key], entry) for key, entry in entries.items()},
        entries=entries,
        matcher=AliasMatcher(aliases),
    )


def _extended(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return a registry with the entries of another one. Names are added to an entry, other keys replaced."""
    out = dict(base)
    for group, members in more.items():
        if not isinstance(members, dict):
            out[group] = members  # reported later, with its line
            continue
        merged = dict(out.get(group, {}))
        for key, value in members.items():
            known = merged.get(key)
            merged[key] = (
                _extended_entry(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
            )
        out[group] = merged
    return out


def _extended_entry(known: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    out = known | more
    for key in known.keys() & more.keys():
        if isinstance(known[key], list) and isinstance(more[key], list):
            out[key] = list(dict.fromkeys((*more[key], *known[key])))  # the names that were added come first
    return out


class _File:
    """The text of a registry, and errors that name a line of it."""

    def __init__(self, source: str, name: str, below: _File | None = None) -> None:
        """Take the text of a file, and the one that it extends."""
        self._source, self._name, self._below = source, name, below
        self._lines = _line_numbers(source)

    def toml(self) -> dict[str, Any]:
        """Return the content of the file."""
        try:
            return tomllib.loads(self._source)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            line = found[1] if found else self._source.count("\n") + 1
            raise RegistryError(f"{self._name}:{line}: {str(error).split(' (at')[0]}") from error

    def error(self, reason: str, group: str = "", key: str = "") -> RegistryError:
        """Return an error for the line of an entry, or of a group if ``key`` is empty."""
        if self._below is not None and (group, key) not in self._lines:
            return self._below.error(reason, group, key)
        line = self._lines.get((group, key), self._lines.get((group, ""), 1))
        return RegistryError(f"{self._name}:{line}: {reason}")


def _line_numbers(source: str) -> dict[tuple[str, str], int]:
    """Return the line of each group, under an empty key, and of each entry, from 1."""
    out: dict[tuple[str, str], int] = {}
    group = ""
    for number, line in enumerate(source.splitlines(), 1):
        if m := re.match(r"\s*\[\s*([\w-]+)", line):
            group = m[1]
            out.setdefault((group, ""), number)
        elif m := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]", line):
            out[(group, m[1]) if group else (m[1], "")] = number
    return out


def _read_untagged(untagged: Any, file: _File) -> dict[str, list[str]]:
    try:
        return msgspec.convert(untagged, dict[str, list[str]])
    except msgspec.ValidationError as error:
        raise file.error(f"[{_UNTAGGED}] must contain lists of names", _UNTAGGED) from error


def _read_entries(data: dict[str, Any], file: _File) -> tuple[dict[str, Entry], dict[str, str]]:
    """Return the entries and the name of each one's group, both by id."""
    entries: dict[str, Entry] = {}
    groups: dict[str, str] = {}
    for group, members in data.items():
        if group not in _LABELS or not isinstance(members, dict):
            raise file.error(f"unknown key {group!r}, expected one of {', '.join(_LABELS)}", group)
        for key, value in members.items():
            if key in entries:
                raise file.error(f"id {key!r} is defined twice", group, key)
            try:
                entries[key] = msgspec.convert(value, Entry)
            except msgspec.ValidationError as error:
                raise file.error(f"{key}: {error}", group, key) from error
            groups[key] = group
    return entries, groups


def _check(key: str, entry: Entry, group: str, entries: dict[str, Entry], file: _File) -> None:
    """Check that an entry has a name, in one language at least, and that its references and its country exist."""
    if not (entry.ja or entry.en or entry.both):
        raise file.error(f"{key}: no name", group, key)
    for relation in _RELATIONS:
        other = getattr(entry, relation)
        if other is not None and other not in entries:
            raise file.error(f"{key}: {relation} refers to {other!r}, which is not defined", group, key)
    if entry.country is not None and entry.country not in country_names():
        raise file.error(f"{key}: {entry.country!r} is not a country code", group, key)


def _merged(*parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of all parts in order, each once."""
    return tuple(dict.fromkeys(name for part in parts for name in part))


def _entity(key: str, label: Label, entry: Entry) -> Entity:
    names = {"ja": _merged(entry.ja, entry.both), "en": _merged(entry.en, entry.both)}
    return Entity(key, label, names, entry.country, entry.part_of, entry.successor_of)


def _aliases(
    entries: dict[str, Entry], labels: dict[str, Label], groups: dict[str, str], file: _File
) -> dict[str, Alias]:
    """Return the names of all entries by their compact form."""
    holders: dict[str, list[tuple[str, str, bool]]] = {}  # compact form: spelling, id, shared
    for key, entry in entries.items():
        for text, shared in _names(entry, labels[key]):
            form = compact(fold(normalise(text)))
            group = groups.get(key, "place")
            if len(form) < _SHORTEST_NAME:
                raise file.error(f"{key}: {text!r} is too short for a name", group, key)
            known = holders.setdefault(form, [])
            other = next((i for _, i, s in known if i != key and not (s and shared)), None)
            if other is not None:
                raise file.error(f"{key}: {text!r} is also a name of {other!r}", group, key)
            if not any(i == key for _, i, _ in known):
                known.append((text, key, shared))
    out = {}
    for form, known in holders.items():
        text, key, shared = known[0]
        out[form] = Alias(text, labels[key], tuple(i for _, i, _ in known), is_compared_exactly(text), shared)
    return out


def _names(entry: Entry, label: Label) -> Iterator[tuple[str, bool]]:
    """Yield the names of an entry and whether other entities may have them too."""
    for names, shared in ((entry.ja, False), (entry.en, False), (entry.both, False), (entry.shared, True)):
        for name in names:
            # Mentions leave the article out, except in The Hague.
            yield name.removeprefix(_ARTICLE) if label != "PLACE" else name, shared


def _add_untagged(aliases: dict[str, Alias], untagged: dict[str, list[str]], file: _File) -> None:
    """Add the names in which nothing is tagged."""
    for group, texts in untagged.items():
        for text in texts:
            form = compact(fold(normalise(text)))
            if form in aliases:
                other = aliases[form].ids[0] if aliases[form].ids else _UNTAGGED
                raise file.error(f"{group}: {text!r} is also a name of {other!r}", _UNTAGGED, group)
            aliases[form] = Alias(text, None, (), is_compared_exactly(text))

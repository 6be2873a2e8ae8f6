"""What is followed: ``sources.toml`` to nouns, refused with the line where it is wrong."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from aisi_ingest.model import Lang, Licence

MEBIBYTE = 1 << 20
_BY_HAND = "index-"
MANUAL = "manual"  # id of what is added by hand


class SourcesError(Exception):
    """``sources.toml`` is wrong: one line, ``FILE:LINE: reason``."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source must yield at the least; less means that its pages changed, and nothing is withdrawn."""

    documents: int = 0


class SourceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place that is followed. The names of the fields are the keys in ``sources.toml``."""

    id: str  # small letters, digits and hyphens
    publisher: str | None = None  # id of an organisation in registry.toml
    name: str = ""
    index: tuple[str, ...] = ()  # pages that list documents, or sitemaps
    files: tuple[str, ...] = ()  # addresses of single documents
    hosts: tuple[str, ...] = ()  # "example.org" or "example.org:8080"; by default those of index and files
    depth: int = 2  # how many links below an index page further pages are read
    languages: tuple[Lang, ...] = ("ja", "en")
    licence: Licence | None = None  # None: not known, and its documents are not published
    pairs: tuple[tuple[str, str], ...] = ()  # file names or addresses that are one work: Japanese, English
    not_pairs: tuple[tuple[str, str], ...] = ()  # that look like one work and are not
    expect: Expect = Expect()
    delay: float = 1.0  # seconds between two requests to a host; robots.txt may ask for more
    budget: int = 20_000  # requests a run
    max_megabytes: int = 200  # of one document, in MiB
    max_seconds: float = 600.0  # for one document
    allow_private: bool = False  # hosts may have loopback and private addresses
    contact: str = ""  # page or mail address in the user agent; by default that at the top of the file


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    contact: str = ""
    source: tuple[SourceSpec, ...] = ()


def by_hand(source: str) -> bool:
    """True for the id of what was named on the command line: files and addresses added, index pages."""
    return source == "manual" or source.startswith(_BY_HAND)


def load(path: Path | str) -> tuple[SourceSpec, ...]:
    """Read and check ``sources.toml``. Raises SourcesError."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourcesError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourcesError(f"{path}: is not UTF-8 text") from error
    return parse(text, str(path))


def parse(text: str, name: str = "sources.toml") -> tuple[SourceSpec, ...]:
    """Sources in the text of a ``sources.toml``; ``name`` stands in the errors. Raises SourcesError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r" \(at line (\d+), column \d+\)", str(error))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise SourcesError(f"{name}:{line[1] if line else text.count(chr(10)) + 1}: {reason}") from error
    try:
        file = msgspec.convert(table, _File)
    except msgspec.ValidationError as error:
        number, key, reason = _located(str(error))
        raise SourcesError(f"{name}:{_line(text, number, key)}: {reason}") from error
    for number, row in enumerate(table.get("source", [])):
        for key in row.get("licence", {}):
            if key not in Licence.__struct_fields__:
                raise SourcesError(f'{name}:{_line(text, number, key)}: unknown key "{key}" in licence')
    if not file.source:
        raise SourcesError(f"{name}:1: names no source; each begins with [[source]]")
    if not _is_printable_ascii(file.contact):
        raise SourcesError(f"{name}:{_line(text, None, 'contact')}: {_NOT_ASCII}")
    done: list[SourceSpec] = []
    for number, spec in enumerate(file.source):
        key, reason = _fault(spec, [other.id for other in done])
        if reason:
            raise SourcesError(f"{name}:{_line(text, number, key)}: {reason}")
        done.append(_completed(spec, file.contact))
    return tuple(done)


def from_index(urls: Sequence[str], contact: str = "") -> SourceSpec:
    """A source for index pages named by hand. Their hosts may be private: whoever names them means them.

    Its id comes from the addresses, so that documents of other pages are not taken for withdrawn.
    Raises SourcesError for what is not an address.
    """
    for url in urls:
        if reason := _address_fault(url):
            raise SourcesError(reason)
    slug = "-".join(re.sub(r"[^a-z0-9]+", "-", url.lower().partition("://")[2]).strip("-") for url in urls)
    if len(slug) > 60:
        slug = f"{slug[:50].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"
    spec = SourceSpec(id=f"{_BY_HAND}{slug}", name="named by hand", index=tuple(urls), allow_private=True)
    return _unhurried(_completed(spec, contact))


def from_file(url: str, contact: str = "") -> SourceSpec:
    """A source for one document's address, named by hand. Raises SourcesError for what is not an address."""
    if reason := _address_fault(url):
        raise SourcesError(reason)
    return _unhurried(_completed(SourceSpec(id=MANUAL, files=(url,), allow_private=True), contact))


def _unhurried(spec: SourceSpec) -> SourceSpec:
    # Nobody is disturbed by requests that do not leave the machine.
    return msgspec.structs.replace(spec, delay=0.0) if all(map(_is_loopback, spec.hosts)) else spec


def authority(url: str) -> str:
    """Host of an address as ``hosts`` has it: with the port only where it is not the scheme's own.

    Raises ValueError for an address without a host.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError(f"{url} has no host")
    host = f"[{host}]" if ":" in host else host.encode("idna").decode() if not host.isascii() else host
    port = parts.port
    return host if port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f"{host}:{port}"


def _completed(spec: SourceSpec, contact: str) -> SourceSpec:
    hosts = spec.hosts or tuple(dict.fromkeys(authority(url) for url in (*spec.index, *spec.files)))
    return msgspec.structs.replace(
        spec, name=spec.name or spec.id, hosts=tuple(host.lower() for host in hosts), contact=spec.contact or contact
    )


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _fault(spec: SourceSpec, taken: list[str]) -> tuple[str, str]:
    """The key that is wrong and why; an empty reason where nothing is."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", spec.id):
        return "id", f'id "{spec.id}": only small letters, digits and hyphens between them'
    if spec.id == MANUAL:
        return "id", 'id "manual" is kept for files added by hand'
    if spec.id.startswith(_BY_HAND):
        return "id", f'id "{spec.id}": ids with "{_BY_HAND}" are kept for index pages named by hand'
    if spec.id in taken:
        return "id", f'id "{spec.id}" is there twice'
    if not spec.index and not spec.files:
        return "id", f'source "{spec.id}" has neither index nor files'
    for key in ("index", "files"):
        for url in getattr(spec, key):
            if reason := _address_fault(url):
                return key, f"{key}: {reason}"
    for host in spec.hosts:
        if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^\s/:@?#]+)(:\d+)?", host):
            return "hosts", f'hosts: "{host}" is not a host such as "example.org" or "example.org:8080"'
    for url in (*spec.index, *spec.files):
        if spec.hosts and authority(url) not in [host.lower() for host in spec.hosts]:
            return "hosts", f"hosts: {authority(url)} of {url} is not among them"
    for key, least in (("delay", 0), ("depth", 0), ("budget", 1), ("max_megabytes", 1), ("max_seconds", 1)):
        value = getattr(spec, key)
        if not least <= value < float("inf"):
            return key, f"{key} = {value}: must be {least} or more"
    if spec.expect.documents < 0:
        return "expect", f"expect.documents = {spec.expect.documents}: must be 0 or more"
    return ("contact", _NOT_ASCII) if not _is_printable_ascii(spec.contact) else ("", "")


_NOT_ASCII = "contact: goes into a header, so only ASCII"


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _address_fault(url: str) -> str:
    try:
        parts = urlsplit(url)
        authority(url)
    except ValueError as error:
        return f'"{url}" is not an address: {error}'
    if parts.scheme not in ("http", "https"):
        return f'"{url}" does not begin with https:// or http://'
    if parts.username or parts.password:
        return f'"{parts.hostname}": no user name or password in an address: it would be published'
    return ""


def _located(message: str) -> tuple[int | None, str, str]:
    """Number of the source, key and reason in a message of msgspec."""
    reason, _, path = message.partition(" - at `")
    number = re.search(r"\$\.source\[(\d+)\]", path)
    keys = re.findall(r"\.([a-z_]+)", path)
    unknown = re.search(r"unknown field `([^`]*)`", reason)
    if unknown:
        return int(number[1]) if number else None, unknown[1], f'unknown key "{unknown[1]}"'
    missing = re.search(r"missing required field `([^`]*)`", reason)
    if missing:
        return int(number[1]) if number else None, keys[-1] if keys[1:] else "", f'key "{missing[1]}" is missing'
    key = keys[-1] if keys else ""
    reason = reason.replace("`", "")
    return int(number[1]) if number else None, key, f"{key}: {reason}" if key else reason


def _line(text: str, number: int | None, key: str) -> int:
    """Line, from 1, of a key in the source of that number (None: the top of the file); else of its header."""
    name = re.escape(key)
    # key = ..., key.part = ..., [source.key], { key = ... }
    written = re.compile(rf"\s*[\"']?{name}[\"']?\s*[=.]|\s*\[+[\w.\s]*\b{name}\s*\]|.*[{{,]\s*[\"']?{name}[\"']?\s*=")
    current, first = -1, 1
    for at, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*source\s*\]\]", line):
            current += 1
            if current == number:
                first = at
        if key and current == (-1 if number is None else number) and written.match(line):
            return at
    return first

"""The sources to follow: ``sources.toml``. An invalid file is rejected with the number of the line."""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from aisi_ingest.model import Lang, Licence

MEBIBYTE = 1 << 20  # bytes
MANUAL = "manual"  # source id of files and URLs that were added with ``aisi-ingest add``
_INDEX_PREFIX = "index-"  # of the source ids of index pages given with ``run --index``
_LONGEST_ID = 60  # characters of an id that is made from URLs; it also names folders and log fields
_ID_STEM = 50  # characters that remain of a longer id, in front of a digest


class SourcesError(Exception):
    """``sources.toml`` is invalid. The message is one line: ``FILE:LINE: reason``."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source must list at least. If it lists less, its pages have changed, and nothing is withdrawn."""

    documents: int = 0


class SourceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source to follow. The names of the fields are the keys in ``sources.toml``."""

    id: str  # lower-case letters, digits and hyphens
    publisher: str | None = None  # id of an organisation in registry.toml
    name: str = ""
    index: tuple[str, ...] = ()  # URLs of pages that list documents, or of sitemaps
    files: tuple[str, ...] = ()  # URLs of single documents
    hosts: tuple[str, ...] = ()  # "example.org" or "example.org:8080"; default: the hosts of index and files
    depth: int = 2  # how many links below an index page further pages are read
    languages: tuple[Lang, ...] = ("ja", "en")
    licence: Licence | None = None  # None: unknown; the documents are not published
    pairs: tuple[tuple[str, str], ...] = ()  # file names or URLs of one work: Japanese, English
    not_pairs: tuple[tuple[str, str], ...] = ()  # file names or URLs that look like one work and are not
    expect: Expect = Expect()
    delay: float = 1.0  # seconds between two requests to a host; robots.txt may require more
    budget: int = 20_000  # requests per run
    max_megabytes: int = 200  # of one document, in MiB
    max_seconds: float = 600.0  # for one document
    allow_private: bool = False  # hosts may have loopback and private addresses
    contact: str = ""  # page or mail address in the user agent; default: that at the top of the file
    exclude: tuple[str, ...] = ()  # file names or URLs of documents that are neither downloaded nor published
    max_minutes: float = 180.0  # for all requests of a run; what is left then is for the next run

    def excludes(self, url: str, file: str | None = None) -> bool:
        """Return True if a document is in ``exclude``.

        Args:
            url: URL of the document, as the ledger has it.
            file: Its file name; None: the last part of the URL.
        """
        return bool({url, unquote(url), file or unquote(url.partition("?")[0].rsplit("/", 1)[-1])} & set(self.exclude))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    contact: str = ""
    source: tuple[SourceSpec, ...] = ()


def is_manual(source: str) -> bool:
    """Return True for the id of a source that was given on the command line instead of in ``sources.toml``."""
    return source == MANUAL or source.startswith(_INDEX_PREFIX)


def load(path: Path | str) -> tuple[SourceSpec, ...]:
    """Read and check ``sources.toml``.

    Raises:
        SourcesError: The file cannot be read or is invalid.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourcesError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourcesError(f"{path}: is not UTF-8 text") from error
    return parse(text, str(path))


def parse(text: str, name: str = "sources.toml") -> tuple[SourceSpec, ...]:
    """Parse and check the text of a ``sources.toml``.

    Args:
        text: The text.
        name: File name to use in error messages.

    Raises:
        SourcesError: The text is invalid.
    """
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
        raise SourcesError(f"{name}:1: there is no source; each source begins with [[source]]")
    if not _is_printable_ascii(file.contact):
        raise SourcesError(f"{name}:{_line(text, None, 'contact')}: {_NOT_ASCII}")
    checked: list[SourceSpec] = []
    for number, spec in enumerate(file.source):
        fault = _first_fault(spec, [other.id for other in checked])
        if fault:
            raise SourcesError(f"{name}:{_line(text, number, fault.key)}: {fault.reason}")
        checked.append(_completed(spec, file.contact))
    return tuple(checked)


def from_index(urls: Sequence[str], contact: str = "") -> SourceSpec:
    """Create a source for index pages that were given on the command line.

    Its hosts may be private, because the user named them. Its id is derived from the URLs, so that documents of
    other index pages are not taken for withdrawn.

    Args:
        urls: URLs of the index pages.
        contact: Contact for the user agent.

    Raises:
        SourcesError: A URL is invalid.
    """
    for url in urls:
        if reason := _url_fault(url):
            raise SourcesError(reason)
    slug = "-".join(re.sub(r"[^a-z0-9]+", "-", url.lower().partition("://")[2]).strip("-") for url in urls)
    if len(slug) > _LONGEST_ID:
        slug = f"{slug[:_ID_STEM].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"
    spec = SourceSpec(id=f"{_INDEX_PREFIX}{slug}", name="named by hand", index=tuple(urls), allow_private=True)
    return _without_delay_on_loopback(_completed(spec, contact))


def from_file(url: str, contact: str = "") -> SourceSpec:
    """Create a source for the URL of one document that was given on the command line.

    Args:
        url: URL of the document.
        contact: Contact for the user agent.

    Raises:
        SourcesError: The URL is invalid.
    """
    if reason := _url_fault(url):
        raise SourcesError(reason)
    spec = SourceSpec(id=MANUAL, files=(url,), allow_private=True)
    return _without_delay_on_loopback(_completed(spec, contact))


def _without_delay_on_loopback(spec: SourceSpec) -> SourceSpec:
    """Remove the delay if no request leaves this machine."""
    return msgspec.structs.replace(spec, delay=0.0) if all(map(_is_loopback, spec.hosts)) else spec


def authority(url: str) -> str:
    """Return the host of a URL as ``hosts`` lists it: with the port only if it is not the default of the scheme.

    Raises:
        ValueError: The URL has no host, or an invalid port.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError(f"{url} has no host")
    host = f"[{host}]" if ":" in host else host.encode("idna").decode() if not host.isascii() else host
    port = parts.port
    return host if port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f"{host}:{port}"


def _completed(spec: SourceSpec, contact: str) -> SourceSpec:
    """Fill in the defaults that depend on other fields."""
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


# Checks of a source. Each yields the faults of some fields. They are evaluated lazily: a later check may rely on an
# earlier one, for example on valid URLs.


class _Fault(NamedTuple):
    key: str  # in whose line the fault is
    reason: str


def _first_fault(spec: SourceSpec, used_ids: Sequence[str]) -> _Fault | None:
    faults = itertools.chain(
        _id_faults(spec, used_ids), _url_faults(spec), _host_faults(spec), _number_faults(spec), _contact_faults(spec)
    )
    return next(faults, None)


def _id_faults(spec: SourceSpec, used_ids: Sequence[str]) -> Iterator[_Fault]:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", spec.id):
        yield _Fault("id", f'id "{spec.id}": may only have lower-case letters, digits, and single hyphens between them')
    if spec.id == MANUAL:
        yield _Fault("id", 'id "manual" is reserved for files and URLs added by hand')
    if spec.id.startswith(_INDEX_PREFIX):
        yield _Fault("id", f'id "{spec.id}": ids that begin with "{_INDEX_PREFIX}" are reserved for run --index')
    if spec.id in used_ids:
        yield _Fault("id", f'id "{spec.id}" is used twice')


def _url_faults(spec: SourceSpec) -> Iterator[_Fault]:
    if not spec.index and not spec.files:
        yield _Fault("id", f'source "{spec.id}" has neither index nor files')
    for key in ("index", "files"):
        for url in getattr(spec, key):
            if reason := _url_fault(url):
                yield _Fault(key, f"{key}: {reason}")


def _host_faults(spec: SourceSpec) -> Iterator[_Fault]:
    for host in spec.hosts:
        if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^\s/:@?#]+)(:\d+)?", host):
            yield _Fault("hosts", f'hosts: "{host}" is not a host such as "example.org" or "example.org:8080"')
    for url in (*spec.index, *spec.files):
        if spec.hosts and authority(url) not in [host.lower() for host in spec.hosts]:
            yield _Fault("hosts", f"hosts: {authority(url)}, the host of {url}, is missing")


def _number_faults(spec: SourceSpec) -> Iterator[_Fault]:
    for key, least in _LEAST.items():
        value = getattr(spec, key)
        if not least <= value < float("inf"):  # false for NaN as well
            yield _Fault(key, f"{key} = {value}: must be {least} or more")
    if spec.expect.documents < 0:
        yield _Fault("expect", f"expect.documents = {spec.expect.documents}: must be 0 or more")


def _contact_faults(spec: SourceSpec) -> Iterator[_Fault]:
    if not _is_printable_ascii(spec.contact):
        yield _Fault("contact", _NOT_ASCII)


_LEAST = {"delay": 0, "depth": 0, "budget": 1, "max_megabytes": 1, "max_seconds": 1, "max_minutes": 0}
_NOT_ASCII = "contact: may only have printable ASCII characters, because it is sent in a header"


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _url_fault(url: str) -> str:
    """Return what is wrong with a URL, or an empty text."""
    try:
        parts = urlsplit(url)
        authority(url)
    except ValueError as error:
        return f'"{url}" is not a URL: {error}'
    if parts.scheme not in ("http", "https"):
        return f'"{url}" does not begin with https:// or http://'
    if parts.username or parts.password:
        return f'"{parts.hostname}": a URL must not contain a user name or password, because it is published'
    return ""


# Where an error is in the file


def _located(message: str) -> tuple[int | None, str, str]:
    """Take apart an error message of msgspec.

    Returns:
        The number of the source, from 0 (None: the top of the file), the key, and the reason.
    """
    reason, _, path = message.partition(" - at `")
    match = re.search(r"\$\.source\[(\d+)\]", path)
    number = int(match[1]) if match else None
    keys = re.findall(r"\.([a-z_]+)", path)
    if unknown := re.search(r"unknown field `([^`]*)`", reason):
        return number, unknown[1], f'unknown key "{unknown[1]}"'
    if missing := re.search(r"missing required field `([^`]*)`", reason):
        return number, keys[-1] if keys[1:] else "", f'key "{missing[1]}" is missing'
    key = keys[-1] if keys else ""
    reason = reason.replace("`", "")
    return number, key, f"{key}: {reason}" if key else reason


def _line(text: str, number: int | None, key: str) -> int:
    """Find the line of a key.

    Args:
        text: Text of the file.
        number: Number of the source, from 0; None: the top of the file.
        key: The key; if it is empty or not found, the line of the source's header counts.

    Returns:
        The number of the line, from 1.
    """
    name = re.escape(key)
    # key = ..., key.part = ..., [source.key], { key = ... }
    definition = re.compile(
        rf"\s*[\"']?{name}[\"']?\s*[=.]|\s*\[+[\w.\s]*\b{name}\s*\]|.*[{{,]\s*[\"']?{name}[\"']?\s*="
    )
    current, header = -1, 1
    for at, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*source\s*\]\]", line):
            current += 1
            if current == number:
                header = at
        if key and current == (-1 if number is None else number) and definition.match(line):
            return at
    return header

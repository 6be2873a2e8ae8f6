"""Addresses of the web: one spelling for each, and the file names in them."""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from aisi_ingest.fetch.charsets import decode_text
from aisi_ingest.fetch.sessions import without_session

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_HOST_LENGTH = 253  # RFC 1035
_MAX_NAME_LENGTH = 200  # code points; file systems allow 255 bytes, and names are shown to people
_MAX_SUFFIX_LENGTH = 8  # code points; a longer last part is not a file type, and may be shortened


def canonical(url: str) -> str:
    """Return the one spelling of an address that the ledger uses.

    Scheme and host are in lower case, the host is in IDNA form, all else is percent-encoded, and the default port and
    the fragment are removed. The order of the query stays as it is, because servers may depend on it: this is why
    ``w3lib.url.canonicalize_url`` is not used. Applying the function twice gives the same result.

    Raises:
        ValueError: The address has no host, an invalid one, or a user name, which would be published with the data.
    """
    parts = urlsplit(safe_url_string(url.strip().partition("#")[0]))
    host = (parts.hostname or "").lower()
    if not host or parts.username or parts.password:
        raise ValueError(f"{host or 'an address'} has no host, or a user name, which would be published")
    # safe_url_string leaves a host without IDNA form as it is.
    if not host.isascii() or len(host) > _MAX_HOST_LENGTH:
        raise ValueError(f"{host[:_MAX_HOST_LENGTH]} is not a host name")
    host = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(parts.scheme):
        host += f":{parts.port}"
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", parts.query, ""))


def absolute(url: str) -> str | None:
    """Return the canonical spelling of a complete http or https address, or None for anything else."""
    return joined("", url)


def joined(base: str, href: str) -> str | None:
    """Resolve a link against the address of its page.

    Returns:
        The canonical http or https address without a session, or None where the link leads to anything else.
    """
    href = with_slashes(re.sub(r"[\t\r\n]", "", href).strip())
    try:
        target = urljoin(base, href)
        if urlsplit(target).scheme not in _DEFAULT_PORTS:
            return None
        return without_session(canonical(target))
    except (ValueError, UnicodeError):
        return None


def with_slashes(href: str) -> str:
    """Return a link with slashes for the backslashes in front of its query and fragment, as browsers read it."""
    path = re.match(r"[^?#]*", href)
    end = path.end() if path else 0
    return href[:end].replace("\\", "/") + href[end:]


def origin(url: str) -> str:
    """Return scheme, host and port of a canonical address: ``https://example.org``."""
    return "/".join(url.split("/", 3)[:3])


def decoded_path(url: str) -> str:
    """Return the path of an address without percent-encoding."""
    return unquote(urlsplit(url).path)


def file_name(url: str) -> str:
    """Return the last part of an address's path, decoded from UTF-8, Shift_JIS or EUC-JP.

    Empty where the path ends with a slash.
    """
    raw = urlsplit(url).path.rsplit("/", 1)[-1].partition(";")[0]
    return safe_name(decode_text(unquote_to_bytes(raw)))


def safe_name(name: str) -> str:
    """Return a file name without folders, control characters, or blanks and dots at its ends.

    It has at most 200 code points; where it must be shortened, the file type at its end stays.
    """
    name = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if len(name) > _MAX_NAME_LENGTH:
        stem, dot, suffix = name.rpartition(".")
        has_type = dot and len(suffix) < _MAX_SUFFIX_LENGTH
        name = stem[: _MAX_NAME_LENGTH - 1 - len(suffix)] + dot + suffix if has_type else name[:_MAX_NAME_LENGTH]
    return name

"""The file name in a Content-Disposition header (RFC 6266), also in the spellings that the RFC does not allow."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from urllib.parse import unquote_to_bytes

from aisi_ingest.fetch.charsets import decode_as, decode_text
from aisi_ingest.fetch.urls import safe_name

_MAX_LENGTH = 4096  # characters of a header that are read
_PARAMETER = re.compile(r';\s*(filename(?:\*\d{1,2})?\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.IGNORECASE)
_EXTENDED_VALUE = re.compile(r"([\w.:-]*)'[\w-]*'(.*)", re.DOTALL)
_PERCENT = re.compile("%[0-9A-Fa-f]{2}")
_ENCODED_WORD = re.compile(r"=\?[\w.*-]+\?[bq]\?[^?]*\?=", re.IGNORECASE)


def file_name_in(header: str) -> str:
    """Return the file name in the value of a Content-Disposition header, or an empty text.

    ``filename*`` comes before ``filename``. Bytes of UTF-8, Shift_JIS and EUC-JP, encoded words (RFC 2047) and
    percent-encoding are decoded.

    Args:
        header: The value, with each byte as one character (Latin-1).
    """
    text = decode_text(header[:_MAX_LENGTH].encode("latin-1", "replace"))
    found = {name.lower(): _unquoted(value) for name, value in _PARAMETER.findall(";" + text)}
    extended = found.get("filename*") or _joined(found)
    return safe_name((_extended(extended) if extended else "") or _plain(found.get("filename", "")))


def _joined(found: dict[str, str]) -> str:
    """Join the parts of a name that was split (RFC 2231): ``filename*0*=...; filename*1*=...``."""
    parts: list[str] = []
    while (part := found.get(f"filename*{len(parts)}*", found.get(f"filename*{len(parts)}"))) is not None:
        parts.append(part)
    joined = "".join(parts)
    return joined if "'" in joined else joined and f"''{joined}"


def _unquoted(value: str) -> str:
    value = value.strip()
    if value.startswith('"') and value.endswith('"') and value != '"':
        # Only these two are escaped: in "C:\folder\a.pdf", which old servers send, the backslash is none.
        return re.sub(r'\\(["\\])', r"\1", value[1:-1])
    return value


def _extended(value: str) -> str:
    """Decode ``charset'language'percent-encoded bytes`` (RFC 8187)."""
    match = _EXTENDED_VALUE.fullmatch(value)
    if match is None:
        return _plain(value)
    raw = unquote_to_bytes(match[2])
    decoded = decode_as(raw, match[1]) if match[1] else None
    return decoded if decoded and "\ufffd" not in decoded else decode_text(raw)


def _plain(value: str) -> str:
    if _ENCODED_WORD.search(value):
        return _encoded_words(value)
    return decode_text(unquote_to_bytes(value)) if _PERCENT.search(value) else value


def _encoded_words(value: str) -> str:
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(raw if isinstance(raw, str) else _decoded_word(raw, label) for raw, label in parts)


def _decoded_word(raw: bytes, label: str | None) -> str:
    return (decode_as(raw, label) if label else None) or decode_text(raw)

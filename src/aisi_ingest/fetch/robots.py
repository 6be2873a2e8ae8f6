"""Parse robots.txt (RFC 9309): bytes to rules, without a network."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_from_bytes

from protego import Protego

from aisi_ingest.fetch.charsets import decode_text

_BYTE_ORDER_MARKS = re.compile(rb"(?:\A|(?<=[\r\n]))(?:\xef\xbb\xbf)+")  # also where two files were joined
_PATH_SAFE = "%/?:@!$&'()*+,;=~-._[]"
_RULE = re.compile(rb"(?:\A|(?<=[\r\n]))([ \t]*(?:dis)?allow\s*:\s*)([^#\r\n]*)", re.IGNORECASE)


def parse_robots(content: bytes) -> Protego:
    """Parse robots.txt. Accepts any bytes and never raises on them.

    A byte order mark is removed: with it, the first line would be unknown, and the rules below it would belong to
    no robot. A path in Shift_JIS or EUC-JP applies to addresses in this charset and in UTF-8.
    """
    content = _BYTE_ORDER_MARKS.sub(b"", content)
    if b"\x00" not in content and not content.isascii():
        content = _RULE.sub(_in_both_charsets, content)
    return Protego.parse(decode_text(content))


def _in_both_charsets(match: re.Match[bytes]) -> bytes:
    """Percent-encode the path of a rule: as UTF-8, and in a second rule the bytes as they are, if they are others."""
    directive, path = match.groups()
    path = path.strip()
    if path.isascii():
        return match[0]
    spellings = dict.fromkeys((quote(decode_text(path), _PATH_SAFE), quote_from_bytes(path, _PATH_SAFE)))
    return b"\n".join(directive + spelling.encode("ascii") for spelling in spellings)

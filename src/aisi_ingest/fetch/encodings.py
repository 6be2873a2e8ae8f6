"""Unpack the body of a response piece by piece, so that a few bytes cannot become gigabytes of memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

_PIECE = 1 << 16  # bytes that one step of unpacking gives at most
_GZIP = ("gzip", "x-gzip")
_GZIP_FIRST_BYTE = 0x1F
_HEADER_LENGTH, _HEADER_CHECK = 2, 31  # bytes of a zlib header, and the number that divides it
_GZIP_WBITS = 31  # tells zlib to expect a gzip header
_RAW_DEFLATE_WBITS = -15  # servers send "deflate" with and without the header that RFC 9110 asks for
_NAME_LENGTH = 60  # characters of an unknown encoding that a message shows


class FetchRefused(Exception):
    """An address that may not, or need not, be read. Another attempt would have the same result."""


class IncompleteBody(Exception):
    """A body that ended early. The bytes received so far stay in the file, and the rest may be requested."""


def unpacked(chunks: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """Yield a body without its content encoding. Requests ask for none, but some servers pack with gzip anyway.

    Args:
        chunks: The body as it was received.
        content_encoding: The value of the Content-Encoding header.

    Raises:
        FetchRefused: The body is packed more than once, or in a way that was not asked for.
        IncompleteBody: The packed body is damaged or ends early.
    """
    names = [name for name in re.split(r"[\s,]+", content_encoding.lower()) if name not in ("", "identity")]
    if not names:
        yield from chunks
    elif len(names) == 1 and names[0] in (*_GZIP, "deflate"):
        yield from _inflated(chunks, names[0])
    else:
        shown = ascii(content_encoding[:_NAME_LENGTH])[1:-1]
        raise FetchRefused(f"the body has the content encoding {shown}, which was not asked for")


def _inflated(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Unpack with zlib. At most ``_PIECE`` bytes are in memory at a time."""
    wbits = _GZIP_WBITS if name in _GZIP else zlib.MAX_WBITS
    unpacker: zlib._Decompress | None = None
    try:
        for chunk in _with_whole_header(chunks):
            if unpacker is None:
                raw = name == "deflate" and not _has_zlib_header(chunk)
                unpacker = zlib.decompressobj(_RAW_DEFLATE_WBITS if raw else wbits)
            data = chunk
            while data:
                if unpacker.eof:
                    if name not in _GZIP or data[0] != _GZIP_FIRST_BYTE:
                        break  # bytes after the end mean nothing
                    unpacker = zlib.decompressobj(wbits)  # a gzip file may have several members
                yield unpacker.decompress(data, _PIECE)
                data = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise IncompleteBody(f"the {name} encoding of the body is damaged") from error
    while unpacker and not unpacker.eof and (rest := unpacker.decompress(b"", _PIECE)):
        yield rest
    if unpacker and not unpacker.eof:
        raise IncompleteBody(f"the {name} encoding of the body ends early")


def _with_whole_header(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join the first chunks until they have the two bytes by which the format is known."""
    head, begun = b"", False
    for chunk in chunks:
        head += chunk
        if begun or len(head) >= _HEADER_LENGTH:
            yield head
            head, begun = b"", True
    if head:
        yield head


def _has_zlib_header(data: bytes) -> bool:
    """Return True for the two bytes that RFC 1950 defines: the method, and a check of both."""
    return data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:_HEADER_LENGTH], "big") % _HEADER_CHECK == 0

"""Unpack the body of a response piece by piece, so that a few bytes cannot become gigabytes of memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

_PIECE = 1 << 16  # bytes that one step of unpacking gives at most
_GZIP = ("gzip", "x-gzip")
_GZIP_MAGIC = b"\x1f\x8b"
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
    unpacker, begun = zlib.decompressobj(wbits), False
    try:
        for chunk in chunks:
            if not begun and chunk and name == "deflate" and not _has_zlib_header(chunk):
                unpacker = zlib.decompressobj(_RAW_DEFLATE_WBITS)
            begun = begun or bool(chunk)
            data = chunk
            while data:
                if unpacker.eof:
                    if name not in _GZIP or not data.startswith(_GZIP_MAGIC):
                        break  # bytes after the end mean nothing
                    unpacker = zlib.decompressobj(wbits)  # a gzip file may have several members
                yield unpacker.decompress(data, _PIECE)
                data = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise IncompleteBody(f"the {name} encoding of the body is damaged") from error
    while not unpacker.eof and (rest := unpacker.decompress(unpacker.unconsumed_tail, _PIECE)):
        yield rest
    if begun and not unpacker.eof:
        raise IncompleteBody(f"the {name} encoding of the body ends early")


def _has_zlib_header(data: bytes) -> bool:
    """Return True for the two bytes that RFC 1950 defines; the second may be in the next chunk."""
    return data[0] & 0x0F == zlib.DEFLATED and (len(data) == 1 or (data[0] * 256 + data[1]) % 31 == 0)

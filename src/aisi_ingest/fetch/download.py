"""Write the body of a response into a file: size limit, interruptions, and whether the rest can be requested."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

import httpx

from aisi_ingest.fetch.encodings import FetchRefused, IncompleteBody, unpacked
from aisi_ingest.sources import MEBIBYTE
from aisi_ingest.storage.files import write_errors

_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")
_LENGTH = re.compile(r"[0-9]{1,18}")

__all__ = ["Body", "FetchRefused", "IncompleteBody", "sendable"]


class Body:
    """The file that a body is written to. Its beginning stays when the connection breaks.

    Args:
        part: Path of the file.
        limit: Most bytes of the body.
    """

    def __init__(self, part: Path, limit: int) -> None:
        self.part = part
        self.size = 0  # bytes received so far
        self.validator = ""  # strong ETag or date, by which a server can tell that the file is still the same
        self._limit = limit
        self._file = part.open("wb")

    @property
    def resumable(self) -> bool:
        """Whether the rest of the body can be requested."""
        return self.size > 0 and bool(self.validator)

    def restart(self) -> None:
        """Remove all bytes received so far."""
        self._file.seek(0)
        self._file.truncate()
        self.size, self.validator = 0, ""

    def close(self) -> Path:
        """Close the file, and return its path."""
        self._file.close()
        return self.part

    def discard(self) -> None:
        """Delete the file."""
        self._file.close()
        self.part.unlink(missing_ok=True)

    def receive(self, response: httpx.Response) -> None:
        """Write the body of a response with status 200, or append that of a response with status 206.

        Raises:
            FetchRefused: The body is larger than the limit.
            IncompleteBody: The connection broke before the end of the body.
            RootError: The file cannot be written.
        """
        total = self._expected_size(response)
        if total is not None and total > self._limit:
            raise FetchRefused(f"larger than {_size_text(self._limit)}: {_size_text(total)}")
        try:
            # Raw bytes, without a chunk size, which would lose the bytes before a break.
            for chunk in unpacked(response.iter_raw(), response.headers.get("content-encoding", "")):
                self.size += len(chunk)
                if self.size > self._limit:
                    raise FetchRefused(f"larger than {_size_text(self._limit)}: download stopped")
                with write_errors(self.part):
                    self._file.write(chunk)
        except httpx.RemoteProtocolError as error:
            self._file.flush()
            of_total = f" of {total}" if total is not None else ""
            raise IncompleteBody(f"the body broke off after {self.size}{of_total} bytes") from error
        if total is not None and self.size != total:
            raise IncompleteBody(f"the body has {self.size} of {total} bytes")

    def _expected_size(self, response: httpx.Response) -> int | None:
        """Return the size of the complete body by the headers, and restart the file unless this is its rest."""
        headers = response.headers
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            found = _RANGE.fullmatch(headers.get("content-range", "").strip())
            same_file = self.resumable and validator_of(headers) in ("", self.validator)
            if not found or int(found[1]) != self.size or not same_file:
                self.restart()
                raise IncompleteBody("the server sent another range than was requested")
            return int(found[2]) if found[2] != "*" else None
        self.restart()
        self.validator = validator_of(headers)
        length = _LENGTH.fullmatch(headers.get("content-length", ""))
        return int(length[0]) if length and "content-encoding" not in headers else None


def validator_of(headers: httpx.Headers) -> str:
    """Return the value for If-Range: a strong ETag, else the date of the last change.

    Empty for a compressed body: a range of it could not be joined with the rest.
    """
    if "content-encoding" in headers:
        return ""
    etag = sendable(headers.get("etag")) or ""
    return etag if etag.startswith('"') else sendable(headers.get("last-modified")) or ""


def sendable(value: str | None) -> str | None:
    """Return a header value if it may be sent back in a request: servers may send bytes that clients may not."""
    return value if value and value.isascii() and value.isprintable() else None


def _size_text(count: int) -> str:
    return f"{count / MEBIBYTE:.1f} MiB" if count >= MEBIBYTE else f"{count} bytes"

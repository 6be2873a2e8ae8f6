"""A body on its way from a server into a file: how far it is, whether the rest may be asked for, its limit."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from aisi_ingest.sources import MEBIBYTE
from aisi_ingest.storage.files import write_errors

_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")


class Refused(Exception):
    """An address that may not, or need not, be read: trying again changes nothing."""


class CutShort(Exception):
    """A body that broke off: what came of it may stay, and the rest be asked for."""


class Body:
    """A body on its way into a file, whose beginning may stay when the connection breaks."""

    def __init__(self, part: Path, limit: int) -> None:
        self.part = part
        self.size = 0
        self.validator = ""  # strong ETag or date that says the file is still the same
        self._limit = limit
        self._file = part.open("wb")

    @property
    def resumable(self) -> bool:
        return self.size > 0 and bool(self.validator)

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.size, self.validator = 0, ""

    def close(self) -> Path:
        self._file.close()
        return self.part

    def discard(self) -> None:
        self._file.close()
        self.part.unlink(missing_ok=True)

    def receive(self, response: httpx.Response) -> None:
        """Take the body, or what comes of it. Raises Refused over the limit, CutShort where it breaks off."""
        headers = response.headers
        total: int | None = None
        if response.status_code == 206:
            found = _RANGE.fullmatch(headers.get("content-range", "").strip())
            same_file = self.resumable and validator_of(headers) in ("", self.validator)
            if not found or int(found[1]) != self.size or not same_file:
                self.restart()
                raise CutShort("the server sent another part than was asked for")
            total = int(found[2]) if found[2] != "*" else None
        else:
            self.restart()
            self.validator = validator_of(headers)
            length = re.fullmatch(r"[0-9]{1,18}", headers.get("content-length", ""))
            total = int(length[0]) if length and "content-encoding" not in headers else None
        if total is not None and total > self._limit:
            raise Refused(f"larger than {_size(self._limit)}: {_size(total)}")
        try:
            for chunk in response.iter_bytes():  # a chunk size would hold back, and lose, what came before a break
                self.size += len(chunk)
                if self.size > self._limit:
                    raise Refused(f"larger than {_size(self._limit)}: broken off")
                with write_errors(self.part):
                    self._file.write(chunk)
        except httpx.RemoteProtocolError as error:
            self._file.flush()
            of = f" of {total}" if total is not None else ""
            raise CutShort(f"the body broke off after {self.size}{of} bytes") from error
        if total is not None and self.size != total:
            raise CutShort(f"the body has {self.size} of {total} bytes")


def validator_of(headers: httpx.Headers) -> str:
    """What If-Range may name: a strong ETag, else the date of the last change. Compressed bodies have none."""
    if "content-encoding" in headers:
        return ""
    etag = sendable(headers.get("etag")) or ""
    return etag if etag.startswith('"') else sendable(headers.get("last-modified")) or ""


def sendable(value: str | None) -> str | None:
    """A header's value, if it may go into a request as it came: servers may send bytes that clients may not."""
    return value if value and value.isascii() and value.isprintable() else None


def _size(count: int) -> str:
    return f"{count / MEBIBYTE:.1f} MiB" if count >= MEBIBYTE else f"{count} bytes"

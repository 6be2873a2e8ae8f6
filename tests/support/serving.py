"""A server of ``aisi-ingest serve`` in a process of its own, and raw requests to it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

COMMAND = [sys.executable, "-m", "aisi_ingest.cli", "serve"]


class Response(Struct):
    status: int
    headers: dict[str, str]
    body: bytes


class Served(Struct):
    """A running server."""

    port: int
    process: subprocess.Popen[str]
    token: str = ""  # with --edit

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, target: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Response:
        """Send one request as it is: nothing is normalised or escaped.

        Args:
            target: Path and query.
            method: The method.
            body: The body.
            headers: Further headers; ``Host`` is that of the server unless it is given.
        """
        sent = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"} | headers
        if body:
            sent["Content-Length"] = str(len(body))
        lines = [f"{method} {target} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in sent.items())]
        return raw_request(self.port, "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body)


def raw_request(port: int, request: bytes) -> Response:
    """Send bytes and read the response until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    if headers.get("transfer-encoding") == "chunked":
        body = _joined(body)
    return Response(int(status.split()[1]), headers, body)


def _joined(chunked: bytes) -> bytes:
    whole = b""
    while chunked:
        size, _, rest = chunked.partition(b"\r\n")
        length = int(size, 16)
        whole += rest[:length]
        chunked = rest[length + 2 :] if length else b""
    return whole


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Served]:
    """Run a server on a free port until the block ends."""
    command = [*COMMAND, "--root", str(root), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("viewer"), line
            port = re.search(r"http://[^/]*:(\d+)/", line)
            assert port is not None, line
            yield Served(int(port[1]), process, line.rstrip().partition("#edit=")[2])
        finally:
            process.terminate()
            process.wait(30)

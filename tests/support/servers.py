"""A web server on loopback for the tests: real sockets, scripted responses, and a log of the requests."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"


def pdf(mark: str, size: int = 0) -> bytes:
    """Return at least ``size`` bytes that count as a PDF; another mark gives other bytes."""
    filling = b"% " + mark.encode() + b"\n" + b"%" * max(0, size - len(PDF) - len(mark) - 4) + b"\n"
    return PDF.replace(b"trailer", filling + b"trailer")


class Request(tuple[str, dict[str, str]]):
    """Path and headers (with lower-case names) of one request."""

    @property
    def path(self) -> str:
        return self[0]

    @property
    def headers(self) -> dict[str, str]:
        return self[1]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise the two writes of headers and body wait 40 ms for each other
    server: Site

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path
        with self.server.guard:
            self.server.requests.append(Request((path, headers)))
            self.server.times.append(time.monotonic())
            script = self.server.script.get(path)
            answer = script.pop(0) if script and len(script) > 1 else script[0] if script else status(404)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            answer(self)

    def log_message(self, *args: Any) -> None:
        pass

    def send(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if "content-length" not in given and "transfer-encoding" not in given and code != 304:
            given["content-length"] = str(len(body))
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True


class Site(ThreadingHTTPServer):
    """``site[path] = answer, answer, ...``: one after the other, the last one repeatedly. Bytes stand for a page."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: dict[str, list[Answer]] = {}
        self.requests: list[Request] = []
        self.times: list[float] = []  # of the requests, monotonic
        self.guard = threading.Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def __setitem__(self, path: str, answers: bytes | Answer | tuple[bytes | Answer, ...]) -> None:
        many = answers if isinstance(answers, tuple) else (answers,)
        self.script[path] = [resource(a) if isinstance(a, bytes) else a for a in many]

    def __delitem__(self, path: str) -> None:
        del self.script[path]

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def index(self, *names: str, path: str = "/") -> None:
        """Serve an index page that links these files."""
        links = "".join(f'<li><a href="{name}">{name} as linked</a></li>' for name in names)
        self[path] = f'<html lang="en"><body><ul>{links}</ul></body></html>'.encode()


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


def resource(body: bytes, etag: str | None = None, **headers: str) -> Answer:
    """Answer like a correct server: with an ETag, 304 if the client has it, and ranges."""
    tag = f'"{etag or abs(hash(body)):x}"' if etag is None else f'"{etag}"'

    def answer(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == tag:
            return handler.send(304, ETag=tag)
        asked = handler.headers.get("Range", "")
        if asked and handler.headers.get("If-Range") in (None, tag):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return handler.send(206, body[start:], ETag=tag, Content_Range=span, **headers)
        return handler.send(200, body, ETag=tag, **headers)

    return answer


def status(code: int, **headers: str) -> Answer:
    return lambda handler: handler.send(code, b"no such thing", **headers)


def redirect(to: str, code: int = 302) -> Answer:
    return lambda handler: handler.send(code, Location=to)


def cut(body: bytes, after: int, etag: str | None = '"same"') -> Answer:
    """Send the correct length and the first bytes of a body, then close the connection."""

    def answer(handler: Handler) -> None:
        headers = {"ETag": etag} if etag else {}
        handler.send(200, body[:after], Content_Length=str(len(body)), **headers)
        handler.hang_up()

    return answer


def cut_tail(body: bytes, after: int, etag: str = '"same"') -> Answer:
    """Answer a range request, but close the connection early again."""

    def answer(handler: Handler) -> None:
        start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
        span = f"bytes {start}-{len(body) - 1}/{len(body)}"
        length = str(len(body) - start)
        handler.send(206, body[start : start + after], ETag=etag, Content_Range=span, Content_Length=length)
        handler.hang_up()

    return answer


def wrong_length(body: bytes, length: int) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send(200, body, Content_Length=str(length))
        handler.hang_up()

    return answer


def drip(body: bytes, seconds: float) -> Answer:
    """Send one byte at a time."""

    def answer(handler: Handler) -> None:
        handler.send(200, Content_Length=str(len(body)))
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(seconds)

    return answer


def drip_headers(seconds: float) -> Answer:
    """Send a header line that never ends."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            handler.wfile.write(b"x")
            time.sleep(seconds)

    return answer


def endless(chunk: bytes = b"%PDF-1.7 " + b"x" * 65536) -> Answer:
    """Send a chunked body that never ends."""

    def answer(handler: Handler) -> None:
        handler.send(200, Transfer_Encoding="chunked")
        while True:
            handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    return answer


def claims(size: int) -> Answer:
    """State a body of that many bytes in the header."""

    def answer(handler: Handler) -> None:
        handler.send(200, b"%PDF-1.7 ", Content_Length=str(size))
        handler.hang_up()

    return answer


def raw(data: bytes) -> Answer:
    """Send any bytes, then close the connection."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(data)
        handler.hang_up()

    return answer

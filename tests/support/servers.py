"""A web server on loopback for the tests: real sockets, scripted responses, and a record of all requests."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Responder = Callable[["Handler"], None]

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"


def pdf(mark: str, size: int = 0) -> bytes:
    """Return a minimal PDF of at least ``size`` bytes. Another mark gives other bytes."""
    filling = b"% " + mark.encode() + b"\n" + b"%" * max(0, size - len(PDF) - len(mark) - 4) + b"\n"
    return PDF.replace(b"trailer", filling + b"trailer")


class Request(tuple[str, dict[str, str]]):
    """Path and headers of one request. Header names are in lower case."""

    @property
    def path(self) -> str:
        return self[0]

    @property
    def headers(self) -> dict[str, str]:
        return self[1]


class Handler(BaseHTTPRequestHandler):
    """Sends the next scripted response for a path, and records the request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; with Nagle the second waits 40 ms
    server: Site

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path
        with self.server.guard:
            self.server.requests.append(Request((path, headers)))
            self.server.times.append(time.monotonic())
            script = self.server.script.get(path)
            respond = script.pop(0) if script and len(script) > 1 else script[0] if script else status(404)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            respond(self)

    def log_message(self, *args: Any) -> None:
        pass

    def send(self, code: int, body: bytes = b"", **headers: str) -> None:
        """Send a response. In the names of headers, underscores stand for hyphens."""
        self.send_response(code)
        given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if "content-length" not in given and "transfer-encoding" not in given and code != 304:
            given["content-length"] = str(len(body))
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        """Close the connection after what was written."""
        self.wfile.flush()
        self.close_connection = True


class Site(ThreadingHTTPServer):
    """A site on a free port.

    ``site[path] = responder, responder, ...`` sends one response after the other, and then the last one each time.
    Bytes instead of a responder are a page.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: dict[str, list[Responder]] = {}
        self.requests: list[Request] = []
        self.times: list[float] = []  # of the requests, by the monotonic clock
        self.guard = threading.Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def __setitem__(self, path: str, responders: bytes | Responder | tuple[bytes | Responder, ...]) -> None:
        each = responders if isinstance(responders, tuple) else (responders,)
        self.script[path] = [resource(one) if isinstance(one, bytes) else one for one in each]

    def __delitem__(self, path: str) -> None:
        del self.script[path]

    def requests_for(self, path: str) -> list[Request]:
        """Return the requests for a path, in order."""
        return [request for request in self.requests if request.path == path]

    def index(self, *names: str, path: str = "/") -> None:
        """Set an index page that links to these files."""
        links = "".join(f'<li><a href="{name}">{name} as linked</a></li>' for name in names)
        self[path] = f'<html lang="en"><body><ul>{links}</ul></body></html>'.encode()


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """Run a site in a thread."""
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


def resource(body: bytes, etag: str | None = None, **headers: str) -> Responder:
    """Respond as a good server: with an ETag, with status 304 where the client has it, and with ranges."""
    tag = f'"{etag or abs(hash(body)):x}"' if etag is None else f'"{etag}"'

    def respond(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == tag:
            return handler.send(304, ETag=tag)
        requested = handler.headers.get("Range", "")
        if requested and handler.headers.get("If-Range") in (None, tag):
            start = int(requested.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return handler.send(206, body[start:], ETag=tag, Content_Range=span, **headers)
        return handler.send(200, body, ETag=tag, **headers)

    return respond


def status(code: int, **headers: str) -> Responder:
    """Respond with a status and a short text."""
    return lambda handler: handler.send(code, b"no such thing", **headers)


def redirect(to: str, code: int = 302) -> Responder:
    """Redirect to another address."""
    return lambda handler: handler.send(code, Location=to)


def cut(body: bytes, after: int, etag: str | None = '"same"') -> Responder:
    """Send the first bytes of a body with the right Content-Length, and then close the connection."""

    def respond(handler: Handler) -> None:
        headers = {"ETag": etag} if etag else {}
        handler.send(200, body[:after], Content_Length=str(len(body)), **headers)
        handler.hang_up()

    return respond


def cut_tail(body: bytes, after: int, etag: str = '"same"') -> Responder:
    """Send the first bytes of the requested range, and then close the connection."""

    def respond(handler: Handler) -> None:
        start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
        span = f"bytes {start}-{len(body) - 1}/{len(body)}"
        length = str(len(body) - start)
        handler.send(206, body[start : start + after], ETag=etag, Content_Range=span, Content_Length=length)
        handler.hang_up()

    return respond


def wrong_length(body: bytes, length: int) -> Responder:
    """Send a body with a wrong Content-Length."""

    def respond(handler: Handler) -> None:
        handler.send(200, body, Content_Length=str(length))
        handler.hang_up()

    return respond


def drip(body: bytes, seconds: float) -> Responder:
    """Send a body one byte at a time."""

    def respond(handler: Handler) -> None:
        handler.send(200, Content_Length=str(len(body)))
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(seconds)

    return respond


def drip_headers(seconds: float) -> Responder:
    """Send a header line that never ends."""

    def respond(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            handler.wfile.write(b"x")
            time.sleep(seconds)

    return respond


def endless(chunk: bytes = b"%PDF-1.7 " + b"x" * 65536) -> Responder:
    """Send a body in chunks that never ends."""

    def respond(handler: Handler) -> None:
        handler.send(200, Transfer_Encoding="chunked")
        while True:
            handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    return respond


def claims(size: int) -> Responder:
    """Declare a body of this many bytes, and send only its beginning."""

    def respond(handler: Handler) -> None:
        handler.send(200, b"%PDF-1.7 ", Content_Length=str(size))
        handler.hang_up()

    return respond


def raw(data: bytes) -> Responder:
    """Send any bytes, and then close the connection."""

    def respond(handler: Handler) -> None:
        handler.wfile.write(data)
        handler.hang_up()

    return respond

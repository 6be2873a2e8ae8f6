"""Refuse requests that do not belong to a local, read-only server: foreign hosts, foreign pages, other methods."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MCP_PATH = "/mcp"
_LONGEST_TARGET = 4_096  # bytes of path and query
_READING = ("GET", "HEAD")
_ASKING = (
    "POST",
)  # "streamable HTTP" without sessions: GET would open a stream without an end, on which nothing comes
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class Guard:
    """Checks each request before the application sees it.

    A page of another site could reach a server on this machine through a host name that it controls (DNS rebinding).
    Such a request has that name in its header Host. A request that a page of another site sends has its Origin.

    Args:
        app: The application.
        hosts: Host names, without port, under which the server may be asked.
        writing: Paths to which a page of the viewer may send something.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], writing: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._asking = frozenset((MCP_PATH, *writing))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope) if scope["type"] == "http" else (400, "only HTTP is served here")
        if refusal is not None:
            status, reason = refusal
            await PlainTextResponse(reason + "\n", status)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason, or None if the request may be answered."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = _host_name(f"//{hosts[0]}") if len(hosts) == 1 else None
        if host not in self._hosts:
            return 421, f"this server does not answer for the host {host!r}"
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{hosts[0]}":
            return 403, "this server does not answer pages of other sites"
        if len(scope["raw_path"]) + len(scope["query_string"]) > _LONGEST_TARGET:
            return 414, f"the address is longer than {_LONGEST_TARGET} bytes"
        allowed = _ASKING if scope["path"] in self._asking else _READING
        if scope["method"] not in allowed:
            return 405, f"only {', '.join(allowed)}: this server is read-only"
        return None


def _host_name(url: str) -> str | None:
    """Return the host name of a URL in lower case, or None if it has none or more than a host and a port."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is no number
    except ValueError:
        return None
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname

"""The command ``serve``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import Root, fail
from aisi_ingest.console.terminal import say_line

_LOCAL_NAMES = ("127.0.0.1", "::1", "localhost")
_MOST_CONNECTIONS = 64
_LAST_PORT = 65_535


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(serve)


def serve(
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Speak MCP over standard input and output instead of HTTP.")
    ] = False,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=_LAST_PORT, metavar="N", help="Port to listen on; 0: any free one.")
    ] = 8765,
    allow_remote: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-remote",
            metavar="NAME",
            help="Answer other machines that ask for this host name. There is no password. May be repeated.",
        ),
    ] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Let the viewer write corrections into the root. On this machine only.")
    ] = False,
    root: Root = Path("."),
) -> None:
    """Serve the latest release: the viewer, a JSON API, and tools for assistants (MCP).

    Needs the extra serve: pip install 'aisi-ingest[serve]'. Only this machine can connect, nothing can be changed
    (except corrections, with --edit), and only files of the latest release can be read. A new release is served as
    soon as it is published.

    \b
    http://127.0.0.1:8765/                      the viewer; also the other files of the release
    http://127.0.0.1:8765/api/search?query=…    JSON: search, fetch, list_works, compare_languages,
                                                timeline, cite; all are described in /api/openapi.json
    http://127.0.0.1:8765/mcp                   the same questions as MCP tools (streamable HTTP)

    \b
    To connect an assistant that starts servers itself, add to its configuration:
      {"mcpServers": {"aisi": {"command": "aisi-ingest",
                               "args": ["serve", "--stdio", "--root", "/path/of/the/root"]}}}
    To connect one that uses a running server:
      {"mcpServers": {"aisi": {"type": "http", "url": "http://127.0.0.1:8765/mcp"}}}
    """
    try:
        import mcp  # noqa: F401  # in the extra only
    except ImportError:
        fail("serve needs the extra serve: pip install 'aisi-ingest[serve]'")
    import aisi_ingest

    if edit and (stdio or allow_remote or not _is_local(host)):
        fail(
            "--edit writes files: it is for a browser on this machine, without --stdio, --allow-remote and other hosts"
        )
    if not _is_local(host) and not allow_remote:
        fail(
            f"other machines can reach {host}, and there is no password; to let them read the release, give the host "
            "name that they use with --allow-remote NAME"
        )
    try:
        aisi_ingest.load(root).close()
    except FileNotFoundError as error:
        fail(str(error), code=1)
    if stdio:
        _serve_stdio(root)
    else:
        _serve_http(root, host, port, allow_remote or [], edit)


def _is_local(host: str) -> bool:
    """Return whether only this machine can reach an address."""
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serve_stdio(root: Path) -> None:
    from aisi_ingest.serve.answers import Answers
    from aisi_ingest.serve.mcp_server import mcp_server

    mcp_server(Answers(root)).run("stdio")


def _serve_http(root: Path, host: str, port: int, remote_names: list[str], edit: bool) -> None:
    import secrets
    import socket

    import uvicorn

    from aisi_ingest.serve.app import web_application

    if not _is_local(host):
        say_line(f"aisi-ingest: {host} can be reached by other machines, without a password", file=sys.stderr)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        fail(f"cannot listen on {host} port {port}: {error.strerror or error}; choose another one with --port", code=1)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    token = secrets.token_urlsafe() if edit else None
    # A browser does not send what stands behind the number sign.
    say_line(f"viewer     {address}/site/index.html#edit={token}" if token else f"viewer     {address}/")
    say_line(f"JSON API   {address}/api/openapi.json")
    say_line(f"assistants {address}/mcp")
    sys.stdout.flush()
    settings = uvicorn.Config(
        web_application(root, {host, *_LOCAL_NAMES, *remote_names}, token),
        log_level="warning",
        limit_concurrency=_MOST_CONNECTIONS,
        server_header=False,
        proxy_headers=False,
        ws="none",
    )
    uvicorn.Server(settings).run(sockets=[listener])

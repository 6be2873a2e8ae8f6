"""The web application: the files of the latest release with its viewer, a JSON API, and MCP over streamable HTTP."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from aisi_ingest import __version__
from aisi_ingest.dataset import load
from aisi_ingest.serve.answers import Answers, NotFound
from aisi_ingest.serve.editing import CORRECTIONS_PATH, Editing
from aisi_ingest.serve.guard import MCP_PATH, Guard
from aisi_ingest.serve.mcp_server import mcp_server, tools

_LARGEST_BODY = 64 * 1024  # bytes of a question over MCP; the longest arguments have some 2 KB


def web_application(root: Path, hosts: Collection[str], token: str | None = None) -> ASGIApp:
    """Return the application.

    Args:
        root: A folder that contains a release.
        hosts: Host names under which the server may be asked.
        token: With it, pages of the viewer may write corrections; None: nothing can be written.
    """
    answers = Answers(root)
    assistant = mcp_server(answers)
    # Without sessions: each request is complete in itself, so that nothing is kept for a client that went away.
    mcp_app = assistant.streamable_http_app(
        streamable_http_path=MCP_PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=_LARGEST_BODY,
        # ``Guard`` has checked Host and Origin.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with assistant.session_manager.run():
            yield

    app = FastAPI(
        title="aisi-ingest",
        version=__version__,
        summary="Japanese and English publications on AI safety",
        lifespan=running,
        openapi_url="/api/openapi.json",
        docs_url=None,  # both pages load scripts of another site
        redoc_url=None,
    )
    for answer in tools(answers):
        app.get(f"/api/{answer.__name__}", operation_id=answer.__name__)(answer)
    app.router.routes.extend(mcp_app.routes)
    if token is not None:
        app.router.routes.append(Route(CORRECTIONS_PATH, Editing(root, token).write, methods=["POST"]))
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(FileNotFoundError, _no_release)

    @app.get("/", include_in_schema=False)
    def viewer() -> Response:
        return RedirectResponse("/site/index.html")

    app.mount("/", _ReleaseFiles(root))
    return Guard(app, hosts, (CORRECTIONS_PATH,) if token is not None else ())


class _ReleaseFiles(StaticFiles):
    """The files of the latest release, whichever it is at the time of the request."""

    def __init__(self, root: Path) -> None:
        super().__init__(directory=root, check_dir=False)
        self._root = root

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return the file that a path below the release names, or none: links out of the release are not followed."""
        with load(self._root) as dataset:
            return StaticFiles(directory=dataset.path, check_dir=False).lookup_path(path)


async def _not_found(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 404)


async def _no_release(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 503)

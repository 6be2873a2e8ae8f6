"""The demo: serve the sample site on this machine and run the Prefect flow on it."""

from __future__ import annotations

import functools
import http.server
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_CHECKOUT = _PACKAGE.parents[1]


class DemoFailed(Exception):
    """The demo failed. The message is one sentence."""


def run(root: Path, workers: int) -> Path:
    """Serve the sample site and run ``flows/ingest.py`` on it.

    Args:
        root: The root folder for the results.
        workers: Number of documents to process at the same time.

    Returns:
        The path of the viewer's front page.

    Raises:
        DemoFailed: The flow failed, or this is not a checkout of the project.
    """
    flow = _CHECKOUT / "flows" / "ingest.py"
    site = _CHECKOUT / "samples" / "site"
    if not flow.exists() or not site.exists():
        raise DemoFailed("the demo needs a checkout of the project: flows/ and samples/ are missing beside src/")
    root.mkdir(parents=True, exist_ok=True)
    with serve(site) as address:
        print(f"serving  {os.path.relpath(site)} at {address}")
        sources = root / "sources.toml"
        sources.write_text(_SOURCES.format(address=address), encoding="utf-8")
        command = [sys.executable, str(flow), "--sources", str(sources), "--root", str(root), "--images"]
        print("running  flows/ingest.py; Prefect first starts a server, which takes a few seconds", flush=True)
        done = subprocess.run([*command, "--workers", str(workers)], env=_environment(root), check=False)
    page = root / "processed" / "latest" / "site" / "index.html"
    if done.returncode or not page.exists():
        raise DemoFailed(f"the flow ended with exit code {done.returncode}; its log is above")
    return page


def next_steps(root: Path) -> str:
    """Return how to read and to ask the latest release of a root, with commands to copy."""
    import aisi_ingest

    called = Path(sys.argv[0])
    is_found = called.name != "aisi-ingest" or shutil.which(called.name)
    program = "aisi-ingest" if is_found else os.path.relpath(called)
    with aisi_ingest.load(root) as release:
        block = next(block.id for each in release.documents for block in each.blocks if block.kind == "paragraph")
    return _NEXT_STEPS.format(program=program, root=shlex.quote(os.path.relpath(root)), block=block)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder by HTTP on the loopback interface while the ``with`` block is active; yields the URL."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", _PORT), handler)
    except OSError:  # the port is in use: use any free one
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing, so that only the log of the flow is shown."""


_PORT = 8791  # always the same if it is free, so that a second demo finds the URLs of the first

_NEXT_STEPS = """
To look, open the viewer in a browser: / searches, c cites, ? lists the keys. To ask:
  {program} search --root {root} 評価の観点
  {program} search --root {root} "red teaming" --lang en
  {program} cite --root {root} {block}"""

_SOURCES = """\
contact = "https://example.org/contact"

[[source]]
id = "sample-site"
name = "The project's own sample site"
index = ["{address}"]
allow_private = true
delay = 0.0
expect = {{ documents = 6 }}

[source.licence]
name = "CC0-1.0"
url = "https://creativecommons.org/publicdomain/zero/1.0/"
attribution = "The authors of aisi-ingest"
"""


def _environment(root: Path) -> dict[str, str]:
    """Give Prefect a server and a database of its own, so that the user's Prefect is not touched."""
    home = (root / "prefect").resolve()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    password = f"demo:{secrets.token_urlsafe()}"
    return inherited | {
        # Only this run may use the server: without them, any website in a browser could send it commands meanwhile.
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # the default of 20 s is too short on a busy machine
        "DO_NOT_TRACK": "1",
    }

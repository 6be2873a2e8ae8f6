"""The demo: the sample site on loopback, followed by the Prefect flow, start to end."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_CHECKOUT = _PACKAGE.parents[1]


class DemoFailed(Exception):
    """The demo did not come through: one sentence."""


def run(root: Path, workers: int) -> Path:
    """Serve the sample site, run ``flows/ingest.py`` on it, and give the path of the viewer's front page.

    Raises DemoFailed.
    """
    flow = _CHECKOUT / "flows" / "ingest.py"
    site = _CHECKOUT / "samples" / "site"
    if not flow.exists() or not site.exists():
        raise DemoFailed("the demo runs in a checkout of the project: it needs flows/ and samples/ beside src/")
    root.mkdir(parents=True, exist_ok=True)
    with serve(site) as address:
        print(f"serving  {os.path.relpath(site)} at {address}")
        sources = root / "sources.toml"
        sources.write_text(_SOURCES.format(address=address), encoding="utf-8")
        command = [sys.executable, str(flow), "--sources", str(sources), "--root", str(root), "--images"]
        print("running  flows/ingest.py; Prefect's own server starts first, which takes some seconds", flush=True)
        done = subprocess.run([*command, "--workers", str(workers)], env=_environment(root), check=False)
    page = root / "processed" / "latest" / "site" / "index.html"
    if done.returncode or not page.exists():
        raise DemoFailed(f"the flow ended with exit code {done.returncode}; its log is above")
    return page


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """A folder by HTTP on loopback until the block ends; gives the address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", _PORT), handler)
    except OSError:  # in use: any free port will do
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the flow's log is what a person reads."""


_PORT = 8791  # the same each time where it is free, so that a second demo finds the addresses of the first

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
    """Prefect with a server and a database of its own for this demo: nothing of the user's is touched."""
    home = (root / "prefect").resolve()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return inherited | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # its 20 s are short on a busy machine
        "DO_NOT_TRACK": "1",
    }

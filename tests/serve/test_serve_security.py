"""A server of ``aisi-ingest serve``, attacked from foreign pages and over raw connections."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from publications import publication, released
from serving import COMMAND, Served, raw_request, serving

SECRET = b"a secret outside of the release"
INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
).encode()
JSON = {"Content_Type": "application/json", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with secrets in all places that a path could lead to, and links to them inside the release."""
    root = tmp_path_factory.mktemp("outside") / "root"
    release = released(publication(), root)
    for folder in (root.parent, root, root / "raw", root / "processed", release.parent, release.parent / "other"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "secret.txt").write_bytes(SECRET)
    (release / "secret.txt").symlink_to(root / "secret.txt")
    (release / "site" / "raw").symlink_to(root / "raw")
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Served]:
    with serving(root) as server:
        yield server


@pytest.fixture(scope="module")
def contents(root: Path) -> set[bytes]:
    """The bytes of every file of the release."""
    release = (root / "processed" / "latest").resolve()
    return {
        Path(folder, name).read_bytes()
        for folder, _, names in os.walk(release)
        for name in names
        if not Path(folder, name).is_symlink()
    }


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "[::1", "a b"]
)
@pytest.mark.parametrize("target", ["/", "/api/list_works", "/mcp"])
def test_a_request_for_a_foreign_host_is_refused(server: Served, host: str, target: str) -> None:
    assert server.get(target, Host=host).status in (400, 421)


def test_a_request_with_two_hosts_or_none_is_refused(server: Served) -> None:
    good = f"127.0.0.1:{server.port}"
    two = f"GET /api/list_works HTTP/1.1\r\nHost: {good}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert raw_request(server.port, two.encode()).status in (400, 421)
    assert raw_request(server.port, b"GET /api/list_works HTTP/1.0\r\nConnection: close\r\n\r\n").status in (400, 421)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_a_request_for_this_machine_is_answered(server: Served, name: str) -> None:
    assert server.get("/api/list_works", Host=f"{name}:{server.port}").status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"])
def test_a_page_of_another_site_is_refused(server: Served, origin: str) -> None:
    assert server.get("/api/list_works", Origin=origin).status == 403
    assert server.get("/mcp", method="POST", body=INITIALIZE, Origin=origin, **JSON).status == 403


def test_no_response_lets_a_page_of_another_site_read_it(server: Served) -> None:
    for target in ("/site/index.html", "/api/list_works", "/api/openapi.json"):
        headers = server.get(target).headers
        assert not [name for name in headers if name.startswith("access-control-")]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "MKCOL"])
@pytest.mark.parametrize("target", ["/", "/blocks.jsonl", "/api/search?query=AI"])
def test_nothing_but_reading_is_allowed(server: Served, method: str, target: str) -> None:
    assert server.get(target, method=method).status in (400, 405)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_no_connection_is_held_open_for_an_assistant(server: Served, method: str) -> None:
    assert server.get("/mcp", method=method, Accept="text/event-stream").status == 405


def test_more_connections_than_the_limit_are_refused_until_others_end(server: Served) -> None:
    with contextlib.ExitStack() as connections:
        for _ in range(64):
            connections.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        assert server.get("/api/list_works").status == 503
    while server.get("/api/list_works").status == 503:  # the server has not yet seen that they ended
        time.sleep(0.05)


def test_requests_change_no_file(server: Served, root: Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in root.rglob("*"))

    before = state()
    for target in ("/api/search?query=AI", "/api/timeline", "/site/index.html", "/blocks.jsonl"):
        assert server.get(target).status == 200
    assert server.get("/mcp", method="POST", body=INITIALIZE, **JSON).status == 200
    assert state() == before


def test_long_addresses_and_bodies_are_refused(server: Served) -> None:
    assert server.get("/" + "a" * 5000).status == 414
    assert server.get("/mcp", method="POST", body=b" " * 100_000 + INITIALIZE, **JSON).status == 413
    assert server.get(f"/api/search?query={'a' * 501}").status == 422


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/site/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/secret.txt",
        "/site/raw/secret.txt",
        "/%2fetc%2fpasswd",
        "/site/%00",
        "/" + "a" * 300,
    ],
)
def test_no_path_leads_out_of_the_release(server: Served, target: str) -> None:
    response = server.get(target)
    assert response.status in (400, 404) and SECRET not in response.body


_SIGNS = ["..", ".", "", "%2e%2e", ".%2e", "%252e%252e", "..%00", "..;", "%c0%ae%c0%ae", "~"]
_NAMES = [
    "site",
    "raw",
    "secret.txt",
    "releases",
    "other",
    "processed",
    "latest",
    "blocks.jsonl",
    "etc",
    "passwd",
    "mcp",
]
_PIECES = st.one_of(
    st.sampled_from([*_SIGNS, *_NAMES]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda text: quote(text, safe="")),
)
_TARGETS = st.lists(st.tuples(st.sampled_from(["/", "%2f", "\\", "%5c", "//", "/%2e/"]), _PIECES), max_size=8).map(
    lambda parts: "/" + "".join(separator + piece for separator, piece in parts)
)
_FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_FUZZ
@given(target=_TARGETS)
def test_whatever_the_path_only_files_of_the_release_are_returned(
    server: Served, contents: set[bytes], target: str
) -> None:
    response = server.get(target)
    assert response.status < 500 and SECRET not in response.body
    if response.status == 200:
        assert response.body in contents


@_FUZZ
@given(
    operation=st.sampled_from(["search", "fetch", "list_works", "compare_languages", "timeline", "cite"]),
    values=st.dictionaries(
        st.sampled_from(["query", "id", "work", "since", "until", "lang", "limit", "start", "kind", "doubtful"]),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.sampled_from(
                ["../../secret.txt", "guide/1.0/ja", "guide/1.0/ja#b3:0-9", "' OR 1=1 --", '" OR NEAR(', "en"]
            ),
            st.integers().map(str),
        ),
    ),
)
def test_whatever_the_values_a_question_is_answered_or_refused(
    server: Served, operation: str, values: dict[str, str]
) -> None:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    response = server.get(f"/api/{operation}?{query}")
    assert response.status in (200, 404, 422) and SECRET not in response.body


@_FUZZ
@given(request=st.binary(max_size=200))
def test_whatever_the_bytes_the_server_goes_on(server: Served, request: bytes) -> None:
    with contextlib.suppress(ConnectionError, IndexError, ValueError):  # refused, or something else than a response
        raw_request(server.port, request + b"\r\n\r\nGET / HTTP/1.0\r\nConnection: close\r\n\r\n")
    assert server.get("/api/list_works").status == 200


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_addresses_are_refused_without_the_option(root: Path, address: str) -> None:
    done = subprocess.run(
        [*COMMAND, "--root", str(root), "--host", address], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and "--allow-remote NAME" in done.stderr


def test_with_the_option_a_warning_is_shown_and_only_the_named_host_is_served(root: Path) -> None:
    with serving(root, "--host", "0.0.0.0", "--allow-remote", "data.example") as server:
        assert server.get("/api/list_works", Host="data.example").status == 200
        assert server.get("/api/list_works", Host="evil.example").status == 421

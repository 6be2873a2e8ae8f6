"""A real Prefect server with the settings of deploy/prefect_settings.py, attacked as a website in a browser would."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
EVIL = "https://evil.example"
PULL_STEP = {"prefect.deployments.steps.run_shell_script": {"script": "touch /srv/aisi/taken-over"}}


def written_settings(path: Path, url: str) -> dict[str, str]:
    script = ROOT / "deploy" / "prefect_settings.py"
    subprocess.run([sys.executable, script, path, url], check=True, capture_output=True)
    return dict(line.split("=", 1) for line in path.read_text("ascii").splitlines())


class Server:
    def __init__(self, port: int, home: Path, settings: dict[str, str]) -> None:
        self.api = f"http://127.0.0.1:{port}/api"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self.environment = inherited | {"PREFECT_HOME": str(home), "PREFECT_API_URL": self.api} | settings

    def request(self, path: str, body: object = None, method: str = "POST", **headers: str) -> tuple[int, object, str]:
        """Return status, content and Access-Control-Allow-Origin of a response to a request from a foreign page."""
        sent = {"content-type": "application/json", "Origin": EVIL} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data, sent, method=method)
        # While its services start, the server answers 503 when another of them has locked the database.
        for _ in range(60):
            answer = self.response(request)
            if answer[0] != 503:
                break
            time.sleep(1)
        return answer

    def response(self, request: urllib.request.Request) -> tuple[int, object, str]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                content = answer.read()
                return (
                    answer.status,
                    json.loads(content or "null"),
                    answer.headers.get("Access-Control-Allow-Origin", ""),
                )
        except urllib.error.HTTPError as error:
            return error.code, None, error.headers.get("Access-Control-Allow-Origin", "")


def attack(server: Server, **headers: str) -> list[int]:
    """Create a deployment whose pull step runs a shell command. Returns the status of each request."""
    status, flow, _ = server.request("/flows/", {"name": "ingest"}, **headers)
    flow_id = flow["id"] if isinstance(flow, dict) else "00000000-0000-0000-0000-000000000000"
    deployment = {"name": "evil", "flow_id": flow_id, "pull_steps": [PULL_STEP]}
    return [status, server.request("/deployments/", deployment, **headers)[0]]


@contextmanager
def running(home: Path, protected: bool) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home.mkdir()
    settings = written_settings(home / "prefect.env", f"http://127.0.0.1:{port}") if protected else {}
    server = Server(port, home, settings)
    command = [PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=server.environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 240
        while True:
            try:
                server.request("/health", method="GET")
                break
            except OSError:
                assert time.monotonic() < end and process.poll() is None, (home / "server.log").read_text()
                time.sleep(0.5)
        yield server
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("prefect") / "home", protected=True) as server:
        yield server


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_website_cannot_create_a_deployment_that_runs_a_command(server: Server) -> None:
    assert set(attack(server)) <= {401, 403}
    assert server.request("/csrf-token?client=evil", method="GET")[0] == 401  # so it gets no token either


@pytest.mark.slow
def test_a_request_with_the_password_but_without_a_csrf_token_changes_nothing(server: Server) -> None:
    token = base64.b64encode(server.environment["PREFECT_API_AUTH_STRING"].encode()).decode()
    assert attack(server, Authorization=f"Basic {token}") == [403, 403]


@pytest.mark.slow
def test_a_browser_is_told_that_foreign_pages_may_neither_send_nor_read(server: Server) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type"}
    status, _, allowed = server.request("/deployments/", method="OPTIONS", **asked)
    assert status == 400 and allowed not in ("*", EVIL)
    assert server.request("/admin/version", method="GET")[2] not in ("*", EVIL)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_command_line_with_the_same_settings_may_create_what_it_needs(server: Server) -> None:
    command = [PREFECT, "--no-prompt", "work-pool", "create", "aisi", "--type", "process"]
    done = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_same_attack_succeeds_on_a_server_without_these_settings(tmp_path: Path) -> None:
    with running(tmp_path / "home", protected=False) as server:
        assert attack(server) == [201, 201]


def test_the_file_of_settings_has_a_new_password_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    one, other = (written_settings(tmp_path / name, "http://127.0.0.1:4200") for name in ("a.env", "b.env"))
    assert stat.S_IMODE((tmp_path / "a.env").stat().st_mode) == 0o600
    assert one["PREFECT_SERVER_API_AUTH_STRING"] == one["PREFECT_API_AUTH_STRING"]
    assert one["PREFECT_API_AUTH_STRING"] != other["PREFECT_API_AUTH_STRING"]
    assert len(one["PREFECT_API_AUTH_STRING"]) > 40


def test_an_existing_file_of_settings_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    before = written_settings(path, "http://127.0.0.1:4200")
    done = subprocess.run(
        [sys.executable, ROOT / "deploy" / "prefect_settings.py", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "never replaced" in done.stderr and "Traceback" not in done.stderr
    assert before == dict(line.split("=", 1) for line in path.read_text("ascii").splitlines())


def test_the_demo_protects_its_server(tmp_path: Path) -> None:
    from aisi_ingest.cli import demo

    environment = demo._environment(tmp_path)
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == environment["PREFECT_API_AUTH_STRING"]
    assert environment["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    assert "*" not in environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"]


def test_all_names_in_the_file_are_settings_of_prefect(tmp_path: Path) -> None:
    assert importlib.util.find_spec("prefect") is not None
    from prefect.settings.legacy import _get_settings_fields
    from prefect.settings.models.root import Settings

    known = set(_get_settings_fields(Settings))
    names = set(written_settings(tmp_path / "a.env", "http://127.0.0.1:4200")) - {"DO_NOT_TRACK"}
    assert names <= known | {"PREFECT_SERVER_CSRF_PROTECTION_ENABLED", "PREFECT_SERVER_CORS_ALLOWED_ORIGINS"}

"""A real Prefect server on loopback: deploy, run by schedule and by hand, and check what the server shows."""

from __future__ import annotations

import base64
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PREFECT = Path(sys.executable).with_name("prefect")


Json = dict[str, Any]
T = TypeVar("T")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Server:
    """A Prefect server and a worker, each in a process, with a Prefect home of their own."""

    def __init__(self, base: Path) -> None:
        self.port, self.base = free_port(), base
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {
            "PREFECT_HOME": str(base / "home"),
            "PREFECT_API_URL": self.api,
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }
        # The documented settings: a password, and tokens against requests from other websites.
        script = ROOT / "deploy" / "prefect_settings.py"
        command = [sys.executable, str(script), str(base / "prefect.env"), f"http://127.0.0.1:{self.port}"]
        subprocess.run(command, check=True, capture_output=True)
        self.environment |= dict(line.split("=", 1) for line in (base / "prefect.env").read_text().splitlines())
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> None:
        with (self.base / f"{words[0]}.log").open("w") as out:
            self.processes.append(
                subprocess.Popen(
                    [PREFECT, *words], stdout=out, stderr=out, env=self.environment, cwd=self.base / "project"
                )
            )

    def run(self, *words: str) -> str:
        command = [str(PREFECT), "--no-prompt", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.base / "project", capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, body: Json) -> list[Json]:
        password = base64.b64encode(self.environment["PREFECT_API_AUTH_STRING"].encode()).decode()
        headers = {"content-type": "application/json", "Authorization": f"Basic {password}"}
        with urllib.request.urlopen(
            urllib.request.Request(self.api + "/csrf-token?client=test", headers=headers), timeout=30
        ) as answer:
            headers |= {"Prefect-Csrf-Client": "test", "Prefect-Csrf-Token": json.load(answer)["token"]}
        request = urllib.request.Request(self.api + path, json.dumps(body).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return list(json.load(answer))

    def wait(self, condition: Callable[[], T], what: str, seconds: float = 240) -> T:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
            except OSError:
                pass
            time.sleep(1)
        logs = "\n".join(log.read_text()[-3000:] for log in self.base.glob("*.log"))
        pytest.fail(f"waited {seconds} s for {what}\n{logs}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    base = tmp_path_factory.mktemp("prefect")
    (base / "project").mkdir()
    shutil.copytree(ROOT / "flows", base / "project" / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "prefect.yaml", base / "project")
    server = Server(base)
    server.start("server", "start", "--host", "127.0.0.1", "--port", str(server.port))
    server.wait(lambda: server.ask("/flows/filter", {}) == [], "the server")
    yield server
    for process in reversed(server.processes):
        process.terminate()
    for process in server.processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


class Channel(http.server.BaseHTTPRequestHandler):
    """A webhook on loopback. ``messages`` lists what it received."""

    messages: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.messages.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def channel() -> Iterator[str]:
    """URL of the webhook in the form of Apprise."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Channel) as webhook:
        threading.Thread(target=webhook.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{webhook.server_address[1]}/hook"
        webhook.shutdown()


@pytest.fixture(scope="module")
def runs(server: Server, channel: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Json, Json]:
    """Two finished flow runs: one by schedule, and one by hand with a bad document on the site."""
    site_folder = tmp_path_factory.mktemp("site") / "site"
    shutil.copytree(ROOT / "samples" / "site", site_folder)
    from aisi_ingest.cli.demo import serve

    with serve(site_folder) as address:
        project = server.base / "project"
        (project / "sources.toml").write_text(
            f'[[source]]\nid = "sample"\nindex = ["{address}"]\nallow_private = true\ndelay = 0.0\n'
            'licence = { name = "CC0-1.0", url = "https://example.org/", attribution = "the project" }\n',
            encoding="utf-8",
        )
        server.run("work-pool", "create", "aisi", "--type", "process")
        server.run("deploy", "--all")
        server.run("global-concurrency-limit", "create", "aisi-ingest", "--limit", "1")
        for _ in range(2):  # the second call replaces the automation of the first
            command = [sys.executable, str(ROOT / "deploy" / "automation.py"), channel]
            subprocess.run(command, env=server.environment, check=True, capture_output=True)
        server.start("worker", "start", "--pool", "aisi", "--type", "process")
        # The schedule of the deployment is nightly. This one uses the same mechanism every minute.
        server.run("deployment", "schedule", "create", "ingest/nightly", "--interval", "60")
        scheduled = server.wait(lambda: finished(server, scheduled=True), "the scheduled run", 400)
        (site_folder / "pdf" / "bad.pdf").write_text("<html>moved</html>")
        index = site_folder / "index.html"
        text = index.read_text(encoding="utf-8").replace("</body>", '<a href="pdf/bad.pdf">bad</a></body>')
        index.write_text(text, encoding="utf-8")
        server.run("deployment", "run", "ingest/nightly", "--param", "force=false")
        return scheduled[0], server.wait(lambda: finished(server, scheduled=False), "the run by hand", 400)[0]


def finished(server: Server, scheduled: bool) -> list[Json]:
    states = {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}
    runs = server.ask("/flow_runs/filter", {"flow_runs": {"state": states}, "sort": "START_TIME_ASC"})
    return [run for run in runs if run["auto_scheduled"] == scheduled]


@pytest.mark.timeout(1000)
def test_a_scheduled_run_completes_and_a_manual_run_with_a_bad_document_fails(
    server: Server, runs: tuple[Json, Json]
) -> None:
    logs = "\n".join(log.read_text()[-4000:] for log in server.base.glob("worker.log"))
    assert [run["state_type"] for run in runs] == ["COMPLETED", "FAILED"], logs
    documents = server.base / "project" / "processed" / "latest" / "documents.jsonl"
    assert len(documents.read_text(encoding="utf-8").splitlines()) == 6


def test_the_artifacts_list_each_document_and_each_problem(server: Server, runs: tuple[Json, Json]) -> None:
    artifacts = server.ask("/artifacts/filter", {"sort": "CREATED_DESC"})
    table = next(each for each in artifacts if each["key"] == "documents")
    rows = json.loads(table["data"])
    assert len(rows) == 7
    assert [row["state"] for row in rows if "bad" in row["document"]] == ["refused"]
    assert "bad.pdf" in next(each for each in artifacts if each["key"] == "run")["data"]


def test_the_channel_receives_a_message_about_the_failed_run_only(server: Server, runs: tuple[Json, Json]) -> None:
    server.wait(lambda: Channel.messages, "the message", 60)
    assert ["1 refused" in message and "Failed" in message for message in Channel.messages] == [True]


ONE_RUN = """
import sys, time; sys.path.insert(0, sys.argv[1])
from prefect import flow
from flows.ingest import one_at_a_time
@flow
def one():
    with one_at_a_time():
        began = time.time(); time.sleep(2); print("held", began, time.time(), flush=True)
one()
"""


def test_a_run_waits_for_the_global_concurrency_limit(server: Server, runs: tuple[Json, Json]) -> None:
    command = [sys.executable, "-c", ONE_RUN, str(ROOT)]
    runs_ = [subprocess.Popen(command, env=server.environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in runs_]
    held = sorted(
        tuple(map(float, line.split()[1:])) for text in outputs for line in text.splitlines() if line.startswith("held")
    )
    assert len(held) == 2 and held[0][1] <= held[1][0]


def test_the_deployments_are_those_of_prefect_yaml(server: Server, runs: tuple[Json, Json]) -> None:
    names = {each["name"] for each in server.ask("/deployments/filter", {})}
    wanted = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert names == {each["name"] for each in wanted}

"""The flows on a real Prefect with an ephemeral server and SQLite, in processes of their own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from aisi_ingest.cli.demo import serve

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "site"


def prefect(home: Path, script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=280)


INGEST = "import sys; from flows.ingest import ingest; print(ingest(sources=sys.argv[1], root=sys.argv[2]))"
REPROCESS = (
    "import sys; from flows.reprocess import reprocess;"
    "print(reprocess(root=sys.argv[1], stage='tag', sources=sys.argv[2]))"
)


def query(home: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home / "prefect.db") as database:
        return database.execute(statement).fetchall()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Prefect home and a root, after four runs.

    They are on the sample site, with a bad document added, on the same site again, and without the server.
    """
    base = tmp_path_factory.mktemp("flow")
    site = base / "site"
    shutil.copytree(SAMPLES, site)
    with serve(site) as address:
        (base / "sources.toml").write_text(
            f'[[source]]\nid = "sample"\nindex = ["{address}"]\nallow_private = true\ndelay = 0.0\n'
            'licence = { name = "CC0-1.0", url = "https://example.org/", attribution = "the project" }\n',
            encoding="utf-8",
        )
        base.joinpath("good.txt").write_text(prefect_run(base).stdout, encoding="utf-8")
        (site / "pdf" / "bad.pdf").write_bytes(b"%PDF-1.7\n" + b"junk " * 300 + b"\nstartxref\n0\n%%EOF\n")
        index = site / "index.html"
        link = '<p><a href="pdf/bad.pdf">bad</a></p></body>'
        index.write_text(index.read_text(encoding="utf-8").replace("</body>", link), encoding="utf-8")
        done = prefect_run(base)
        base.joinpath("bad.txt").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")
        prefect_run(base)
    prefect_run(base)
    return base


def prefect_run(base: Path) -> subprocess.CompletedProcess[str]:
    return prefect(base / "home", INGEST, base / "sources.toml", base / "root")


def test_the_flow_publishes_a_release(base: Path) -> None:
    assert "published release" in (base / "good.txt").read_text(encoding="utf-8")


def test_each_document_is_a_task_run_named_after_it(base: Path) -> None:
    names = {name for (name,) in query(base / "home", "select name from task_run")}
    assert {path.name for path in (SAMPLES / "pdf").iterdir()} <= names


def test_the_table_artifact_has_one_row_per_document(base: Path) -> None:
    (data,) = query(base / "home", "select data from artifact where key = 'documents' order by created limit 1")[0]
    assert all(path.name.split(".")[0].replace("_", "-")[:6] in data for path in (SAMPLES / "pdf").iterdir())


def test_a_run_with_a_bad_document_fails_after_publishing_the_good_ones(base: Path) -> None:
    states = [state for (state,) in query(base / "home", "select state_type from flow_run order by start_time")]
    assert states[:2] == ["COMPLETED", "FAILED"]
    assert "bad.pdf" in (base / "bad.txt").read_text(encoding="utf-8")
    documents = (base / "root" / "processed" / "latest" / "documents.jsonl").read_text(encoding="utf-8")
    assert len(documents.splitlines()) == 6


def flow_runs(base: Path) -> list[tuple[str, str]]:
    """State and message of each run of the flow, as an alarm gets them."""
    return query(
        base / "home",
        "select flow_run.state_type, flow_run_state.message from flow_run "
        "join flow_run_state on flow_run_state.id = flow_run.state_id order by flow_run.start_time",
    )


def test_the_message_of_a_failed_run_names_file_stage_and_reason(base: Path) -> None:
    message = flow_runs(base)[1][1]
    assert "bad.pdf: extract failed: " in message and "1 failed" in message


def test_a_known_failure_does_not_make_the_next_run_fail(base: Path) -> None:
    assert flow_runs(base)[2][0] == "COMPLETED"


def test_a_source_that_cannot_be_reached_is_a_failed_task_with_the_cause(base: Path) -> None:
    state, message = flow_runs(base)[3]
    assert state == "FAILED" and "could not read sample" in message
    tasks = query(
        base / "home",
        "select task_run.state_type, task_run_state.message from task_run join task_run_state "
        "on task_run_state.id = task_run.state_id where task_run.name = 'sample' order by task_run.start_time",
    )
    assert [state for state, _ in tasks] == ["COMPLETED"] * 3 + ["FAILED"]
    assert "refused" in tasks[3][1].lower() and "127.0.0.1" in tasks[3][1]


def test_the_flow_and_the_command_line_produce_the_same_bytes(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base / "root" / "raw", tmp_path / "raw")
    command = [sys.executable, "-m", "aisi_ingest.cli", "reprocess", "--all", "--sources", base / "sources.toml"]
    subprocess.run([*map(str, command), "--root", str(tmp_path)], check=False, capture_output=True)
    for table in ("documents", "blocks", "mentions", "alignments", "findings"):
        by_flow = base / "root" / "processed" / "latest" / f"{table}.jsonl"
        assert (tmp_path / "processed" / "latest" / f"{table}.jsonl").read_bytes() == by_flow.read_bytes()


def test_the_reprocess_flow_works_without_a_network(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base / "root" / "raw", tmp_path / "raw")
    done = prefect(base / "home", REPROCESS, tmp_path, base / "sources.toml")
    assert "6 processed" in done.stdout + done.stderr and "published release" in done.stdout + done.stderr


def test_the_nightly_deployment_runs_at_3_17_in_tokyo_and_never_twice_at_the_same_time() -> None:
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    nightly = next(each for each in deployments if each["name"] == "nightly")
    assert nightly["schedules"] == [{"cron": "17 3 * * *", "timezone": "Asia/Tokyo"}]
    assert nightly["concurrency_limit"]["limit"] == 1
    for each in deployments:
        file, function = each["entrypoint"].split(":")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8")

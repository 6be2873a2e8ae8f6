"""Corrections that a page of the viewer writes through ``aisi-ingest serve --edit``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import publication, released
from serving import COMMAND, Response, Served, serving

from aisi_ingest.corrections.reading import load

PATH = "/api/corrections"
ENTRY = """
[[correction]]
of = "block"
document = "guide.pdf"
text = "1.2 Purpose"
set = { level = 2 }
author = "A. Reader"
date = 2026-12-01
reason = "see page 3"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    released(publication(), tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture
def server(root: Path) -> Iterator[Served]:
    with serving(root, "--edit") as server:
        yield server


def proposed(server: Served, body: bytes | None = None, /, **headers: str) -> Response:
    content = json.dumps({"work": "guide", "entries": ENTRY}).encode() if body is None else body
    sent = {"Authorization": f"Bearer {server.token}", "Content_Type": "application/json"} | headers
    return server.get(PATH, method="POST", body=content, **sent)


def test_a_proposal_with_the_token_is_written(server: Served, root: Path) -> None:
    answer = proposed(server)
    assert (answer.status, json.loads(answer.body)) == (200, {"entries": 1, "file": "guide.toml"})
    (entry,) = load(root)
    assert (entry.place, entry.correction.text) == ("corrections/guide.toml:1", "1.2 Purpose")


def test_a_proposal_that_contradicts_is_refused_with_its_reason(server: Served, root: Path) -> None:
    proposed(server)
    other = json.dumps({"work": "guide", "entries": ENTRY.replace("level = 2", "level = 3")}).encode()
    answer = proposed(server, other)
    assert answer.status == 422 and "sets level to 3" in json.loads(answer.body)["detail"]
    assert len(load(root)) == 1


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "Bearer é"])
def test_without_the_token_nothing_is_written(server: Served, root: Path, token: str) -> None:
    assert proposed(server, Authorization=token).status == 403
    assert not (root / "corrections").exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://attacker.example"}, 403), ({"Host": "attacker.example"}, 421)],
)
def test_a_foreign_page_is_refused_even_with_the_token(
    server: Served, root: Path, headers: dict[str, str], status: int
) -> None:
    assert proposed(server, **headers).status == status
    assert not (root / "corrections").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b'{"work": "x", "entries": "", "path": "/etc"}', 400),
        (json.dumps({"work": "x", "entries": "[[correction]]"}).encode(), 422),
        (b" " * 100_000, 413),
    ],
)
def test_a_hostile_proposal_is_refused(server: Served, root: Path, body: bytes, status: int) -> None:
    assert proposed(server, body).status == status
    assert not (root / "corrections").exists()


def test_a_work_is_no_path(server: Served, root: Path) -> None:
    body = json.dumps({"work": "../../../else/where", "entries": ENTRY}).encode()
    assert proposed(server, body).status == 200
    assert [path.name for path in (root / "corrections").iterdir()] == ["else-where.toml"]


def test_without_edit_nothing_can_be_written(root: Path) -> None:
    with serving(root) as server:
        assert proposed(server).status == 405


def test_edit_is_for_this_machine_only(root: Path) -> None:
    for options in (("--host", "0.0.0.0"), ("--allow-remote", "x.example"), ("--stdio",)):
        command = [*COMMAND, "--root", str(root), "--edit", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 2 and "--edit writes files" in done.stderr

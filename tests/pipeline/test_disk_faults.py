"""Full disks, read-only disks, lost permissions and a clock that is set back do no damage and are reported clearly."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest
from faults import without_override
from publications import documents, publication

from aisi_ingest.pipeline import orchestrator, stages
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.publish import folders, publish
from aisi_ingest.storage import store
from aisi_ingest.verify.release import verify

pytestmark = pytest.mark.slow

# A mount namespace, so that all mounts disappear with the process. Without root, a user namespace is needed as well.
NAMESPACE = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--mount"]


@functools.cache
def can_run(*command: str) -> bool:
    """Return True if a command succeeds on this machine."""
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def run_faults(
    prefix: list[str], *arguments: object, preexec: Callable[[], None] | None = None
) -> list[dict[str, Any]]:
    """Run tests/support/faults.py behind a command prefix and return its lines."""
    command = [*prefix, sys.executable, str(Path(__file__).parents[1] / "support" / "faults.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=preexec)
    assert done.returncode == 0, done.stderr
    assert "Logging error" not in done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def assert_undamaged(line: dict[str, Any]) -> None:
    """The run after the fault gives the same result as a run without a fault, and no incomplete file is left."""
    first = line["first"]
    assert first["ended"] in ("rejected", "failed", "succeeded"), first["message"]
    assert line["again"]["ended"] == "succeeded", line
    assert line["verify"] == [] and line["incomplete"] == [] and line["equal"], line


def test_a_disk_that_fills_up_during_a_run_does_no_damage_and_is_reported(tmp_path: Path) -> None:
    if not can_run(*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)):
        pytest.skip("no file system can be mounted here")
    # Sizes in KiB: the disk is full while files are added, at the first document, at the second, and while publishing.
    lines = run_faults(NAMESPACE, "full", tmp_path, 16, 64, 150, 300, 500)
    assert len(lines) == 5
    for line in lines:
        assert_undamaged(line)
        message = line["first"]["message"].lower()
        assert line["first"]["ended"] != "succeeded"
        assert "no space left" in message or "disk is full" in message, message


def test_a_read_only_root_is_rejected_with_one_sentence_and_not_changed(tmp_path: Path) -> None:
    script = f"mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path}"
    if not can_run(*NAMESPACE, "sh", "-c", script):
        pytest.skip("no folder can be made read-only here")
    for line in run_faults(NAMESPACE, "read-only", tmp_path):
        assert_undamaged(line)
        assert line["first"]["message"].endswith("raw: cannot be written: the file system is read-only")
        assert line["untouched"]


def test_a_permission_that_is_lost_during_a_run_does_no_damage_and_is_reported(tmp_path: Path) -> None:
    ended = {"read": "rejected", "align": "rejected", "publish": "failed"}
    for line in run_faults([], "permission", tmp_path, "processed", *ended, preexec=without_override):
        assert_undamaged(line)
        assert line["closed"] and line["first"]["ended"] == ended[line["stage"]]
        message = line["first"]["message"]
        assert "no permission to write" in message or "Permission denied" in message


# The clock

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)


def test_releases_keep_their_order_when_the_clock_is_set_back(tmp_path: Path) -> None:
    first = publish(publication(), tmp_path, now=NOW).value
    back = publish(publication(comparisons=()), tmp_path, now=NOW - timedelta(days=400))
    third = publish(publication(), tmp_path, now=NOW - timedelta(days=399)).value
    assert first and back.value and third
    assert [first.id, back.value.id, third.id] == ["20261122T031700Z", "20261122T031700Z-2", "20261122T031700Z-3"]
    assert "the clock is behind the latest release" in " ".join(issue.message for issue in back.issues)
    processed = tmp_path / "processed"
    assert [entry["id"] for entry in folders.releases(processed)] == [first.id, back.value.id, third.id]
    index = json.loads((processed / "index.json").read_bytes())
    assert index["latest"] == index["last_successful"] == third.id
    assert folders.prune(processed, 1) == [first.id, back.value.id]
    assert verify(tmp_path, "latest") == []
    right_again = publish(publication(comparisons=()), tmp_path, now=NOW + timedelta(days=1))
    assert right_again.value and right_again.value.id == "20261123T031700Z" and not right_again.issues


def test_a_run_with_the_clock_set_back_continues_from_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decks = sorted((Path(__file__).parents[2] / "samples" / "site" / "pdf").glob("*.pptx"))
    settings = Settings(str(tmp_path), workers=1, ocr=False)
    orchestrator.add(settings, (), decks[:1], ())

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) - timedelta(days=3000)

    monkeypatch.setattr("aisi_ingest.pipeline.run.datetime", Earlier)
    monkeypatch.setattr("aisi_ingest.fetch.local_files.now", lambda: "2018-01-01T00:00:00Z")
    report = orchestrator.add(settings, (), decks, ())
    assert report.succeeded and report.release and len(folders.releases(tmp_path / "processed")) == 2
    states = {state.file: state for state in store.Store(tmp_path).states()}
    assert states[decks[0].name].state == "unchanged" and states[decks[1].name].state == "fetched"
    assert folders.releases(tmp_path / "processed")[-1]["id"] == report.release.id
    again = orchestrator.add(settings, (), decks, ())
    assert again.succeeded and again.nothing_changed and verify(tmp_path) == []


# Damaged files


def test_damaged_raw_bytes_are_reported_and_fetched_again(sample_site: str, tmp_path: Path) -> None:
    from aisi_ingest.sources import from_index

    settings = Settings(str(tmp_path), workers=1, ocr=False)
    source = (from_index([sample_site]),)
    orchestrator.run(settings, source)
    name = "sample_overview_ja.pptx"
    (damaged,) = [path for path in (tmp_path / "raw").glob("*/*") if path.name in str(state_of(tmp_path, name).sha256)]
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    report = orchestrator.reprocess(Settings(str(tmp_path), workers=1, ocr=False, redo_from="extract"), source, [name])
    row = next(row for row in report.documents if row.file == name)
    assert row.state == "failed" and "aisi-ingest run fetches them again if a source offers them" in str(row.reason)
    repaired = orchestrator.run(settings, source, only=[name])
    assert repaired.succeeded and verify(tmp_path) == []


def state_of(root: Path, file: str) -> store.State:
    return next(state for state in store.Store(root).states() if state.file == file)


def test_a_damaged_or_removed_release_is_published_again(tmp_path: Path) -> None:
    decks = sorted((Path(__file__).parents[2] / "samples" / "site" / "pdf").glob("*.pptx"))
    settings = Settings(str(tmp_path), workers=1, ocr=False)
    orchestrator.add(settings, (), decks, ())
    latest = (tmp_path / "processed" / "latest").resolve()
    whole = {path.name: path.read_bytes() for path in latest.glob("*.jsonl")}
    (latest / "blocks.jsonl").write_bytes(whole["blocks.jsonl"][:-10])
    repaired = orchestrator.add(settings, (), [decks[0].with_name("sample_overview_en.pdf")], ())
    assert repaired.succeeded and repaired.release and not latest.exists()
    assert verify(tmp_path) == []
    shutil.rmtree((tmp_path / "processed" / "latest").resolve())
    assert orchestrator.add(settings, (), decks, ()).release
    assert verify(tmp_path) == []


def test_a_document_with_inconsistent_content_fails_alone_and_does_not_block_the_release() -> None:
    good = documents()[0]
    listing = good.listing
    assert stages.tag_content(good.content, listing, None).value is not None
    first, *rest = good.content.blocks
    bad = msgspec.structs.replace(good.content, blocks=(msgspec.structs.replace(first, page=9), *rest))
    result = stages.tag_content(bad, listing, None)
    assert result.value is None
    assert [(issue.code, issue.message.rpartition(": ")[2]) for issue in result.issues if issue.level == "error"] == [
        ("internal", "page 9 of 2")
    ]

"""Disks that are full or read-only, permissions that are lost, a clock that is set back: no damage, clear words."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from faults import without_override
from publications import publication

from aisi_ingest.pipeline import orchestrator, steps
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.publish import folders, publish
from aisi_ingest.storage import store
from aisi_ingest.verify.release import verify

pytestmark = pytest.mark.slow

# As root in a mount namespace of its own, otherwise as root of a user namespace: mounts vanish with the process.
NAMESPACE = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--mount"]


@functools.cache
def may(*command: str) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def said(before: list[str], *arguments: object, preexec: Callable[[], None] | None = None) -> list[dict[str, Any]]:
    command = [*before, sys.executable, str(Path(__file__).parents[1] / "support" / "faults.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=preexec)
    assert done.returncode == 0, done.stderr
    assert "Logging error" not in done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def unharmed(line: dict[str, Any]) -> None:
    """The run after the fault gives what a run without one gives, and nothing is left of the fault."""
    first = line["first"]
    assert first["ended"] in ("refused", "failed", "succeeded"), first["words"]
    assert line["again"]["ended"] == "succeeded", line
    assert line["verify"] == [] and line["left"] == [] and line["equal"], line


def test_a_disk_that_is_full_in_mid_run_does_no_damage_and_is_named(tmp_path):
    if not may(*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)):
        pytest.skip("no file system can be mounted here")
    # KiB: while the bytes come in, at the first and the second document, in the midst of publishing.
    lines = said(NAMESPACE, "full", tmp_path, 16, 64, 150, 300, 500)
    assert len(lines) == 5
    for line in lines:
        unharmed(line)
        words = line["first"]["words"].lower()
        assert line["first"]["ended"] != "succeeded"
        assert "no space left" in words or "disk is full" in words, words


def test_a_read_only_root_is_refused_in_a_sentence_and_left_alone(tmp_path):
    script = f"mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path}"
    if not may(*NAMESPACE, "sh", "-c", script):
        pytest.skip("no folder can be made read-only here")
    for line in said(NAMESPACE, "read-only", tmp_path):
        unharmed(line)
        assert line["first"]["words"].endswith("raw: cannot be written: the file system is read-only")
        assert line["untouched"]


def test_permission_that_is_lost_half_way_does_no_damage_and_is_named(tmp_path):
    ended = {"read": "refused", "align": "failed"}
    for line in said([], "permission", tmp_path, "processed", *ended, preexec=without_override):
        unharmed(line)
        assert line["closed"] and line["first"]["ended"] == ended[line["moment"]]
        assert "no permission to write" in line["first"]["words"] or "Permission denied" in line["first"]["words"]


# The clock

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)


def test_releases_stay_in_their_order_when_the_clock_is_set_back(tmp_path):
    first = publish(publication(), tmp_path, now=NOW).value
    back = publish(publication(comparisons=()), tmp_path, now=NOW - timedelta(days=400))
    third = publish(publication(), tmp_path, now=NOW - timedelta(days=399)).value
    assert first and back.value and third
    assert [first.id, back.value.id, third.id] == ["20261122T031700Z", "20261122T031700Z-2", "20261122T031700Z-3"]
    assert "the clock stands before the latest release" in " ".join(issue.message for issue in back.issues)
    processed = tmp_path / "processed"
    assert [entry["id"] for entry in folders.releases(processed)] == [first.id, back.value.id, third.id]
    index = json.loads((processed / "index.json").read_bytes())
    assert index["latest"] == index["last_successful"] == third.id
    assert folders.prune(processed, 1) == [first.id, back.value.id]
    assert verify(tmp_path) == []
    right_again = publish(publication(comparisons=()), tmp_path, now=NOW + timedelta(days=1))
    assert right_again.value and right_again.value.id == "20261123T031700Z" and not right_again.issues


def test_a_run_with_the_clock_set_back_goes_on_from_the_ledger(tmp_path, monkeypatch):
    decks = sorted((Path(__file__).parents[2] / "samples" / "site" / "pdf").glob("*.pptx"))
    settings = Settings(str(tmp_path), workers=1, ocr=False)
    orchestrator.add(settings, (), decks[:1], ())

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(days=3000)

    monkeypatch.setattr(orchestrator, "datetime", Earlier)
    monkeypatch.setattr("aisi_ingest.fetch.source.now", lambda: "2018-01-01T00:00:00Z")
    report = orchestrator.add(settings, (), decks, ())
    assert report.succeeded and report.release and len(folders.releases(tmp_path / "processed")) == 2
    states = {state.file: state for state in store.Store(tmp_path).states()}
    assert states[decks[0].name].state == "unchanged" and states[decks[1].name].state == "fetched"
    assert folders.releases(tmp_path / "processed")[-1]["id"] == report.release.id
    again = orchestrator.add(settings, (), decks, ())
    assert again.succeeded and again.nothing_changed and verify(tmp_path) == []


# What a disk has spoilt


def test_raw_bytes_that_a_disk_has_spoilt_are_named_and_fetched_again(sample_site, tmp_path):
    from aisi_ingest.sources import from_index

    settings = Settings(str(tmp_path), workers=1, ocr=False)
    source = (from_index([sample_site]),)
    orchestrator.run(settings, source)
    name = "sample_overview_ja.pptx"
    (damaged,) = [
        path for path in (tmp_path / "raw").glob("*/*") if path.name in str(store_state(tmp_path, name).sha256)
    ]
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    report = orchestrator.reprocess(Settings(str(tmp_path), workers=1, ocr=False, redo_from="extract"), source, [name])
    row = next(row for row in report.documents if row.file == name)
    assert row.state == "failed" and "the bytes are damaged; aisi-ingest run --force fetches again" in str(row.reason)
    forced = Settings(str(tmp_path), workers=1, ocr=False, redo_from="extract")
    healed = orchestrator.run(forced, source, only=[name])
    assert healed.succeeded and verify(tmp_path) == []


def store_state(root: Path, file: str) -> store.State:
    return next(state for state in store.Store(root).states() if state.file == file)


def test_a_damaged_release_is_made_anew_once_it_is_removed(tmp_path):
    decks = sorted((Path(__file__).parents[2] / "samples" / "site" / "pdf").glob("*.pptx"))
    settings = Settings(str(tmp_path), workers=1, ocr=False)
    orchestrator.add(settings, (), decks, ())
    latest = (tmp_path / "processed" / "latest").resolve()
    whole = {path.name: path.read_bytes() for path in latest.glob("*.jsonl")}
    (latest / "blocks.jsonl").write_bytes(whole["blocks.jsonl"][:-10])
    damaged = orchestrator.add(settings, (), [decks[0].with_name("sample_overview_en.pdf")], ())
    assert not damaged.succeeded and "verify says where; remove" in damaged.issues[-1].message
    shutil.rmtree(latest)
    assert orchestrator.add(settings, (), decks, ()).release
    assert verify(tmp_path) == []


def test_a_document_that_contradicts_itself_fails_alone_before_it_can_keep_a_release_from_being_published():
    good = publication().documents[0]
    listing = good.listing
    assert steps._tag(good.content, listing, None).value is not None
    first, *rest = good.content.blocks
    bad = msgspec.structs.replace(good.content, blocks=(msgspec.structs.replace(first, page=9), *rest))
    result = steps._tag(bad, listing, None)
    assert result.value is None
    assert [(issue.code, issue.message.rpartition(": ")[2]) for issue in result.issues if issue.level == "error"] == [
        ("internal", "page 9 of 2")
    ]

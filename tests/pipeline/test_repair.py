"""Runs mend what a disk has damaged, with real worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from decks import DECKS, settings

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.report import Report
from aisi_ingest.sources import from_index
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.release_files import damaged_files
from aisi_ingest.verify.release import verify


@pytest.fixture
def root(copied_decks: Path) -> Path:
    return copied_decks


def release(root: Path) -> Path:
    return (root / "processed" / "latest").resolve()


def flip(path: Path, at: int = 100) -> None:
    """Change one byte, as a disk might."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


REPAIRS: dict[str, Callable[[Path], Report]] = {
    "run": lambda root: orchestrator.run(settings(root), ()),
    "run --force": lambda root: orchestrator.run(settings(root, redo_from="extract"), ()),
    "reprocess --all": lambda root: orchestrator.reprocess(settings(root, redo_from="extract"), ()),
    "reprocess --from publish": lambda root: orchestrator.reprocess(settings(root, redo_from="publish"), ()),
    "add": lambda root: orchestrator.add(settings(root), (), DECKS[:1], ()),
    "verify --repair": lambda root: orchestrator.mend(settings(root), ()),
}


@pytest.mark.parametrize("command", REPAIRS)
def test_a_damaged_file_of_the_latest_release_gets_its_bytes_back(command: str, root: Path) -> None:
    path = release(root) / "blocks.jsonl"
    good = path.read_bytes()
    flip(path)
    report: Report = REPAIRS[command](root)
    assert path.read_bytes() == good and verify(root) == []
    assert report.succeeded and report.repaired == path.parent.name and report.release is None
    assert any("blocks.jsonl" in issue.message for issue in report.issues if issue.code == "repaired")


@pytest.mark.parametrize("name", ["documents.jsonl", "dataset.sqlite", "SHA256SUMS", "site/index.html"])
def test_any_file_that_can_be_built_again_is_put_back(name: str, root: Path) -> None:
    path = release(root) / name
    good = path.read_bytes()
    flip(path, at=30)
    assert orchestrator.run(settings(root), ()).succeeded
    assert path.read_bytes() == good and verify(root) == []


def test_a_missing_file_is_put_back_and_a_foreign_file_is_moved_aside(root: Path) -> None:
    (release(root) / "bitext.tmx").unlink()
    (release(root) / "notes.txt").write_text("by hand")
    assert orchestrator.run(settings(root), ()).succeeded
    assert verify(root) == []
    aside = root / "processed" / "damaged" / release(root).name
    assert (aside / "notes.txt").read_text() == "by hand"


def test_a_release_whose_report_is_damaged_is_replaced_and_moved_aside(root: Path) -> None:
    old = release(root)
    blocks = (old / "blocks.jsonl").read_bytes()
    flip(old / "report.json")
    report = orchestrator.run(settings(root), ())
    assert report.release is not None and report.succeeded
    assert release(root) != old and (release(root) / "blocks.jsonl").read_bytes() == blocks
    assert not old.exists() and (root / "processed" / "damaged" / old.name / "report.json").exists()
    assert verify(root) == []


def test_files_that_were_not_touched_are_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aisi_ingest.storage import checked

    read: list[Path] = []

    def recording(path: Path) -> str:
        read.append(path)
        return sha256_of(path)

    monkeypatch.setattr(checked, "sha256_of", recording)
    orchestrator.run(settings(root), ())
    first = len(read)
    read.clear()
    os.utime(release(root) / "blocks.jsonl")
    assert orchestrator.run(settings(root), ()).nothing_changed
    assert first > 20 and [path.name for path in read] == ["blocks.jsonl"]


def test_damage_that_keeps_size_and_time_is_found_when_everything_is_read(root: Path) -> None:
    orchestrator.run(settings(root), ())
    path = release(root) / "blocks.jsonl"
    good, status = path.read_bytes(), path.stat()
    flip(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert orchestrator.run(settings(root), ()).nothing_changed  # the price of a cheap check
    assert orchestrator.mend(settings(root), ()).repaired
    assert path.read_bytes() == good


def test_an_older_release_is_repaired_from_a_newer_one(root: Path) -> None:
    old = release(root)
    pdf = DECKS[0].with_name("sample_overview_en.pdf")
    assert orchestrator.add(settings(root), (), [pdf], ()).release
    assert old != release(root)
    same = next(
        path.relative_to(old)
        for path in sorted(old.rglob("*"))
        if path.is_file()
        and path.name != "SHA256SUMS"
        and (release(root) / path.relative_to(old)).is_file()
        and (release(root) / path.relative_to(old)).read_bytes() == path.read_bytes()
    )
    content = (old / same).read_bytes()
    (old / same).unlink()
    (old / same).write_bytes(b"?" + content[1:])
    assert orchestrator.mend(settings(root), ()).succeeded
    assert (old / same).read_bytes() == content and damaged_files(old) == []


def test_damaged_raw_bytes_are_fetched_again_by_an_ordinary_run(sample_site: str, tmp_path: Path) -> None:
    source = [from_index([sample_site])]
    orchestrator.run(settings(tmp_path), source)
    path = next(path for path in (tmp_path / "raw").glob("[0-9a-f][0-9a-f]/*") if path.read_bytes()[:2] == b"PK")
    good = path.read_bytes()
    flip(path)
    report = orchestrator.run(settings(tmp_path), source)
    assert path.read_bytes() == good and report.succeeded and verify(tmp_path) == []
    assert [issue.code for issue in report.issues if issue.level == "warning"] == ["fetched_again"]


def test_damaged_bytes_that_nobody_offers_are_an_error_with_a_remedy_and_their_rows_stay(root: Path) -> None:
    path = next((root / "raw").glob("[0-9a-f][0-9a-f]/*"))
    rows = (release(root) / "documents.jsonl").read_bytes()
    flip(path)
    report = orchestrator.run(settings(root), ())
    assert not report.succeeded
    (message,) = [issue.message for issue in report.issues if issue.level == "error"]
    assert "aisi-ingest add" in message and str(path) in message
    assert (release(root) / "documents.jsonl").read_bytes() == rows
    assert orchestrator.add(settings(root), (), DECKS, ()).succeeded and path.exists() and verify(root) == []

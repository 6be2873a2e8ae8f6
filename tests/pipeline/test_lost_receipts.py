"""A lost or unusable ledger is noticed, and nothing is lost silently."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from decks import DECKS, settings

from aisi_ingest.fetch import local_files
from aisi_ingest.pipeline import forgetting, orchestrator
from aisi_ingest.sources import from_index
from aisi_ingest.storage.files import RootError
from aisi_ingest.storage.store import Store
from aisi_ingest.verify.release import verify


@pytest.fixture
def root(copied_decks: Path) -> Path:
    return copied_decks


def ledger(root: Path) -> Path:
    return root / "raw" / "receipts.jsonl"


def documents(root: Path) -> int:
    return len((root / "processed" / "latest" / "documents.jsonl").read_bytes().splitlines())


def test_verify_names_bytes_and_published_documents_without_a_receipt(root: Path) -> None:
    ledger(root).unlink()
    messages = [issue.message for issue in verify(root)]
    assert sum("has no receipt in receipts.jsonl" in message for message in messages) == 2
    assert sum("has no receipt of the published " in message for message in messages) == 2
    assert all("verify --repair" in message for message in messages)


def test_a_run_with_a_lost_ledger_publishes_no_smaller_release(root: Path) -> None:
    ledger(root).unlink()
    other = DECKS[0].with_name("sample_overview_en.pdf")
    report = orchestrator.add(settings(root), (), [other], ())
    assert not report.succeeded and report.release is None and documents(root) == 2
    (message,) = [issue.message for issue in report.issues if issue.level == "error"]
    assert "no receipts of 2 documents" in message and DECKS[0].name in message and "--allow-fewer" in message
    assert orchestrator.add(settings(root, allow_fewer=True), (), [other], ()).release and documents(root) == 1


def test_lost_receipts_are_written_again_from_the_releases(root: Path) -> None:
    before = {state.url: (state.file, state.sha256) for state in Store(root).states()}
    ledger(root).unlink()
    assert orchestrator.mend(settings(root), ()).succeeded
    assert {state.url: (state.file, state.sha256) for state in Store(root).states()} == before
    assert verify(root) == [] and documents(root) == 2
    assert orchestrator.add(settings(root), (), DECKS, ()).nothing_changed


def test_a_site_whose_receipts_were_lost_is_the_same_dataset_after_repair_and_run(
    sample_site: str, tmp_path: Path
) -> None:
    source = [from_index([sample_site])]
    orchestrator.run(settings(tmp_path), source)
    before = (tmp_path / "processed" / "latest" / "documents.jsonl").read_bytes()
    ledger(tmp_path).unlink()
    repaired = orchestrator.mend(settings(tmp_path), source)
    assert any("unknown" in issue.message for issue in repaired.issues)  # the index page, which no release knows
    assert verify(tmp_path) == []
    assert orchestrator.run(settings(tmp_path), source).succeeded
    assert (tmp_path / "processed" / "latest" / "documents.jsonl").read_bytes() == before


def test_a_forgotten_document_is_a_reason_for_a_smaller_release(root: Path) -> None:
    forgetting.forget(root, [DECKS[0].name])
    assert orchestrator.run(settings(root), ()).release and documents(root) == 1


@pytest.mark.parametrize(
    "line",
    [b"[" * 200_000, b"\0" * 1000, b'{"sha256":"../../../../etc/passwd"}', b'{"sha256":' + b"1" * 5000 + b"}"],
    ids=["nested", "zeros", "path", "digits"],
)
def test_a_hostile_line_of_the_ledger_is_reported_and_the_others_are_read(root: Path, line: bytes) -> None:
    with ledger(root).open("ab") as file:
        file.write(line + b"\n")
    messages = [issue.message for issue in verify(root) if issue.level == "error"]
    assert len(messages) == 1 and "receipts.jsonl" in messages[0]


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_a_ledger_that_is_no_regular_file_is_one_sentence_with_the_remedy(root: Path, kind: str) -> None:
    ledger(root).unlink()
    if kind == "device":
        ledger(root).symlink_to("/dev/full")
    elif kind == "pipe":
        os.mkfifo(ledger(root))
    else:
        ledger(root).mkdir()
    with pytest.raises(RootError, match=r"receipts\.jsonl: is not a regular file; remove it"):
        orchestrator.run(settings(root), ())
    assert any("is not a regular file" in issue.message for issue in verify(root))


@pytest.mark.parametrize("kind", ["link to elsewhere", "folder"])
def test_a_latest_that_is_no_link_to_a_release_is_one_sentence_with_the_remedy(
    root: Path, tmp_path: Path, kind: str
) -> None:
    outside = tmp_path / "outside"
    latest = root / "processed" / "latest"
    shutil.copytree(latest.resolve(), outside)
    (outside / "blocks.jsonl").write_bytes(b"damaged")
    latest.unlink()
    if kind == "folder":
        latest.mkdir()
    else:
        latest.symlink_to(outside)
    with pytest.raises(RootError, match="ln -sfn releases/ID"):
        orchestrator.run(settings(root), ())
    assert any("ln -sfn releases/ID" in issue.message for issue in verify(root))
    assert (outside / "blocks.jsonl").read_bytes() == b"damaged"


def test_a_file_whose_name_is_not_utf8_is_not_added_and_the_reason_is_given(root: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.pptx"))
    shutil.copyfile(DECKS[0], path)
    added = local_files.add_file(path, Store(root))
    assert added.receipt.state == "refused" and added.receipt.reason == "its name is not UTF-8; rename it"
    report = orchestrator.add(settings(root), (), [path], ())
    assert not report.succeeded and documents(root) == 2 and verify(root) == []

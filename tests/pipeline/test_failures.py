"""A failure is an error in the first run that sees it, and known in later runs with the same bytes and code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from servers import Responder, Site, pdf, resource, serving, status

from aisi_ingest.console.status import document_statuses
from aisi_ingest.pipeline import failures, orchestrator, summary
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.pipeline.report import DocumentReport, Report
from aisi_ingest.pipeline.stages import EXTRACT
from aisi_ingest.sources import SourceSpec, from_index


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without pauses."""
    monkeypatch.setattr("aisi_ingest.fetch.network.GuardedNetwork.sleep", lambda self, seconds: None)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def drawn(folder: Path, text: str, **options: Any) -> bytes:
    path = folder / "drawn.pdf"
    canvas = Canvas(str(path), invariant=1, **options)
    canvas.drawString(72, 700, text)
    canvas.save()
    return path.read_bytes()


def locked(folder: Path, text: str = "secret") -> bytes:
    return drawn(folder, text, encrypt=StandardEncryption("open sesame", strength=128))


@pytest.fixture
def two(site: Site, tmp_path: Path) -> Site:
    """A site with a good document and one that needs a password."""
    site["/good_en.pdf"] = resource(drawn(tmp_path, "A paper about audits that everyone can read."), '"good"')
    site["/secret.pdf"] = resource(locked(tmp_path), '"one"')
    site.index("good_en.pdf", "secret.pdf")
    return site


def source_of(site: Site) -> SourceSpec:
    return from_index([site.url + "/"])


def run(site: Site, root: Path, **more: Any) -> Report:
    return orchestrator.run(Settings(str(root), workers=1, ocr=False, **more), [source_of(site)])


def row_of(report: Report, file: str) -> DocumentReport:
    return next(row for row in report.documents if row.file == file)


def test_a_failure_is_an_error_once_and_known_afterwards(two: Site, tmp_path: Path) -> None:
    root = tmp_path / "root"
    first, second, third = (run(two, root) for _ in range(3))
    assert not first.succeeded and second.succeeded and third.succeeded
    assert row_of(second, "secret.pdf").state == "failed"  # still reported
    assert row_of(third, "secret.pdf").known_since == first.began
    assert "1 failed (1 known)" in summary.sentence(second)
    assert any(line.startswith("known: secret.pdf: extract failed: ") for line in summary.problems(second))


def test_other_bytes_that_fail_are_an_error_again(two: Site, tmp_path: Path) -> None:
    root = tmp_path / "root"
    run(two, root)
    two["/secret.pdf"] = resource(locked(tmp_path, "another secret"), '"two"')
    assert not run(two, root).succeeded
    assert run(two, root).succeeded


def test_other_code_that_fails_is_an_error_again(two: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    run(two, root)
    monkeypatch.setattr("aisi_ingest.pipeline.failures.EXTRACT", replace(EXTRACT, libraries=("msgspec",)))
    assert not run(two, root).succeeded


def test_a_failure_that_was_mended_and_returns_is_an_error_again(two: Site, tmp_path: Path) -> None:
    root = tmp_path / "root"
    run(two, root)
    two["/secret.pdf"] = resource(drawn(tmp_path, "No longer a secret, for all to read."), '"two"')
    assert run(two, root).succeeded
    two["/secret.pdf"] = resource(locked(tmp_path), '"three"')
    assert not run(two, root).succeeded


@pytest.mark.parametrize("answer", [b"<html><body>moved</body></html>", status(404)], ids=["refused", "missing"])
def test_a_document_that_is_refused_or_missing_becomes_known(
    answer: bytes | Responder, two: Site, tmp_path: Path
) -> None:
    two["/secret.pdf"] = answer
    root = tmp_path / "root"
    assert not run(two, root).succeeded
    assert run(two, root).succeeded


def test_a_server_error_never_becomes_known_by_itself(two: Site, tmp_path: Path) -> None:
    two["/secret.pdf"] = status(500)
    root = tmp_path / "root"
    assert [run(two, root).succeeded for _ in range(2)] == [False, False]
    failures.acknowledge(root / "processed", ["secret.pdf"])
    assert run(two, root).succeeded


def test_a_strict_run_fails_until_the_failure_is_acknowledged(two: Site, tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert [run(two, root, strict=True).succeeded for _ in range(2)] == [False, False]
    (acknowledged,) = failures.acknowledge(root / "processed", ["secret.pdf"])
    assert acknowledged.stage == "extract" and "password" in acknowledged.reason
    assert run(two, root, strict=True).succeeded
    two["/secret.pdf"] = resource(locked(tmp_path, "another secret"), '"two"')
    assert not run(two, root).succeeded


def test_a_name_that_did_not_fail_cannot_be_acknowledged(two: Site, tmp_path: Path) -> None:
    root = tmp_path / "root"
    run(two, root)
    with pytest.raises(failures.NoSuchFailure, match=r"documents that failed: secret\.pdf"):
        failures.acknowledge(root / "processed", ["good_en.pdf"])


def test_adding_a_file_between_two_runs_does_not_make_a_known_failure_an_error(two: Site, tmp_path: Path) -> None:
    two["/secret.pdf"] = status(404)
    root = tmp_path / "root"
    run(two, root)
    other = tmp_path / "other_en.pdf"
    other.write_bytes(drawn(tmp_path, "Another paper about tests for everyone."))
    assert orchestrator.add(Settings(str(root), workers=1, ocr=False), [source_of(two)], [other], ()).succeeded
    assert run(two, root).succeeded


def test_the_alarm_names_file_stage_and_reason(two: Site, tmp_path: Path) -> None:
    message = summary.failure_message(run(two, tmp_path / "root"))
    assert "secret.pdf: extract failed: " in message and "password" in message


def test_the_status_of_a_failed_document_has_its_stage_and_no_last_good_time(two: Site, tmp_path: Path) -> None:
    root = tmp_path / "root"
    run(two, root)
    by_file = {each.file: each for each in document_statuses(root)}
    assert by_file["secret.pdf"].stage == "extract" and "password" in str(by_file["secret.pdf"].reason)
    assert by_file["secret.pdf"].last_good is None
    assert by_file["good_en.pdf"].last_good is not None and by_file["good_en.pdf"].stage is None


def test_the_last_good_time_of_a_document_that_turned_bad_is_that_of_its_good_bytes(
    two: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    run(two, root)
    monkeypatch.setattr("aisi_ingest.fetch.attempts.now", lambda: "2099-01-01T00:00:00Z")
    two["/good_en.pdf"] = resource(locked(tmp_path), '"bad"')
    run(two, root)
    status_now = next(each for each in document_statuses(root) if each.file == "good_en.pdf")
    assert status_now.last_seen.startswith("2099") and not str(status_now.last_good).startswith("2099")
    assert status_now.id and status_now.last_good


# Sources that cannot be reached


def test_an_index_page_that_cannot_be_reached_is_named_in_the_summary(tmp_path: Path) -> None:
    with serving() as site:
        source = source_of(site)
    report = orchestrator.run(Settings(str(tmp_path), workers=1), [replace(source, delay=0.0)])
    assert not report.succeeded
    assert f"could not read {source.id}" in summary.sentence(report)
    assert "no documents" not in summary.sentence(report)
    assert source.id in summary.failure_message(report)


def test_a_source_of_single_files_that_cannot_be_reached_fails_as_a_whole(tmp_path: Path) -> None:
    from aisi_ingest.fetch import source as fetching
    from aisi_ingest.storage.store import Store

    with serving() as site:
        source = SourceSpec(
            id="files",
            files=(f"{site.url}/a.pdf", f"{site.url}/b.pdf"),
            hosts=(site.host,),
            delay=0.0,
            allow_private=True,
        )
        site["/a.pdf"] = pdf("a")
        site["/b.pdf"] = status(404)
        assert not fetching.fetch(source, Store(tmp_path / "reached")).failed
    result = fetching.fetch(source, Store(tmp_path / "unreachable"))
    assert result.failed and "none of its 2 documents could be reached" in result.issues[-1].message

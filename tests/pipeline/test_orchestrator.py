"""Whole runs on the sample site, with a real HTTP server and real worker processes."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from aisi_ingest.cli.demo import serve
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.pipeline.report import Report
from aisi_ingest.sources import from_index

SAMPLES = Path(__file__).parents[2] / "samples" / "site"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A copy of the sample site that a test may change, and its URL."""
    folder = tmp_path / "site"
    shutil.copytree(SAMPLES, folder)
    with serve(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, sample_site: str) -> tuple[Path, Report]:
    """A root after one run, and the report of the run."""
    root = tmp_path_factory.mktemp("root")
    return root, orchestrator.run(Settings(root=str(root)), [from_index([sample_site])])


J = TypeVar("J")
R = TypeVar("R")


def rows(root: Path, table: str) -> list[dict[str, Any]]:
    lines = (root / "processed" / "latest" / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def run(root: Path, address: str, only: Sequence[str] = (), **settings: Any) -> Report:
    return orchestrator.run(Settings(root=str(root), **settings), [from_index([address])], only=only)


def states(report: Report) -> dict[str, str]:
    return {row.file: row.state for row in report.documents}


def test_every_document_of_the_sample_site_is_published(first: tuple[Path, Report]) -> None:
    root, report = first
    assert report.succeeded
    assert {d["id"] for d in rows(root, "documents")} == {row.id for row in report.documents}
    assert len(report.documents) == 6


def test_both_languages_are_one_work_and_pdf_and_pptx_one_edition(first: tuple[Path, Report]) -> None:
    root, _ = first
    assert len({d["work"] for d in rows(root, "documents")}) == 2
    assert {d["id"].rsplit("/", 1)[1] for d in rows(root, "documents")} == {"ja", "en", "ja.pptx", "en.pptx"}


def test_the_text_of_every_mention_is_at_its_offsets(first: tuple[Path, Report]) -> None:
    root, _ = first
    text = {block["id"]: block["text"] for block in rows(root, "blocks")}
    mentions = rows(root, "mentions")
    assert mentions
    assert all(text[m["block"]][m["start"] : m["end"]] == m["text"] for m in mentions)


def test_a_second_run_processes_and_publishes_nothing_and_reports_that(
    first: tuple[Path, Report], sample_site: str
) -> None:
    root, report = first
    again = run(root, sample_site)
    assert set(states(again).values()) == {"unchanged"}
    assert report.release and again.nothing_changed and again.release is None and again.succeeded
    assert len(list((root / "processed" / "releases").iterdir())) == 1
    assert (root / "processed" / "latest").resolve().name == report.release.id


def test_a_document_whose_step_runs_again_after_its_outputs_were_written_counts_as_processed(
    tmp_path: Path, sample_site: str
) -> None:
    def runs_each_step_twice(step: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
        for job in jobs:
            step(job)
            yield step(job)

    report = orchestrator.run(Settings(root=str(tmp_path)), [from_index([sample_site])], runner=runs_each_step_twice)
    assert report.succeeded
    assert set(states(report).values()) == {"processed"}


def test_reprocessing_from_the_raw_files_produces_the_same_bytes(first: tuple[Path, Report], tmp_path: Path) -> None:
    root, _ = first
    shutil.copytree(root / "raw", tmp_path / "raw")
    report = orchestrator.reprocess(Settings(root=str(tmp_path)), [])
    assert report.succeeded

    def data(base: Path) -> dict[str, bytes]:
        release = base / "processed" / "latest"
        return {path.name: path.read_bytes() for path in release.glob("*.jsonl")}

    assert data(tmp_path) == data(root)


def test_a_changed_registry_causes_tagging_but_no_extraction(first: tuple[Path, Report], tmp_path: Path) -> None:
    root, _ = first
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, symlinks=True)
    registry = tmp_path / "registry.toml"
    registry.write_text((SAMPLES.parents[1] / "registry.toml").read_text(encoding="utf-8") + "\n# a comment\n")
    report = orchestrator.reprocess(Settings(root=str(copy), registry=str(registry), redo_from="publish"), [])
    assert all("extract" not in row.seconds or row.seconds["extract"] == 0 for row in report.documents)
    assert any(row.seconds.get("tag") for row in report.documents)


_seconds = itertools.count(int(time.time()) + 1)


def draw_pdf(path: Path, text: str, **options: object) -> None:
    canvas = Canvas(str(path), invariant=1, **options)
    canvas.drawString(72, 700, text)
    canvas.save()
    # The server compares modification times in whole seconds, so each version needs a second of its own.
    drawn = next(_seconds)
    os.utime(path, (drawn, drawn))


BAD = {
    "an_error_page.pdf": lambda path: path.write_text("<!doctype html><html><body>Not found</body></html>"),
    "nothing.pdf": lambda path: path.write_bytes(b""),
    "cut_short.pdf": lambda path: path.write_bytes((SAMPLES / "pdf" / "sample_guide_v1.00_ja.pdf").read_bytes()[:9000]),
    "a_picture.pdf": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 500),
    "secret.pdf": lambda path: draw_pdf(path, "secret", encrypt=StandardEncryption("open sesame", strength=128)),
    "a_zip.pptx": lambda path: path.write_bytes(b"PK\x05\x06" + b"\0" * 18),
}


@pytest.fixture(scope="module")
def bad_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """A run on the sample site with one additional document of each bad kind."""
    base = tmp_path_factory.mktemp("bad")
    site, root = base / "site", base / "root"
    shutil.copytree(SAMPLES, site)
    for name, make in BAD.items():
        make(site / "pdf" / name)
    links = "".join(f'<li><a href="pdf/{name}">{name}</a></li>' for name in BAD)
    index = site / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("</body>", f"<ul>{links}</ul></body>"), encoding="utf-8")
    with serve(site) as address:
        return root, run(root, address)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_is_reported_with_its_reason(name: str, bad_run: tuple[Path, Report]) -> None:
    row = next(row for row in bad_run[1].documents if row.file == name)
    assert row.state in ("failed", "refused")
    assert row.reason and "\n" not in row.reason


def test_bad_documents_do_not_affect_others_and_the_run_fails(bad_run: tuple[Path, Report]) -> None:
    root, report = bad_run
    assert len(rows(root, "documents")) == 6
    assert not report.succeeded


def test_a_document_that_becomes_bad_keeps_its_last_good_rows(site: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = site
    root = tmp_path / "root"
    assert run(root, address).succeeded
    before = rows(root, "documents")
    (folder / "pdf" / "sample_guide_v1.00_ja.pdf").write_text("<html>moved</html>")
    report = run(root, address, redo_from="publish")
    assert states(report)["sample_guide_v1.00_ja.pdf"] == "refused"
    assert rows(root, "documents") == before


def test_only_the_changed_document_is_processed(site: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = site
    root = tmp_path / "root"
    run(root, address)
    draw_pdf(folder / "pdf" / "sample_guide_v1.00_en.pdf", "A new edition of September 25, 2024.")
    report = run(root, address)
    assert [row.file for row in report.documents if row.state == "processed"] == ["sample_guide_v1.00_en.pdf"]
    assert report.release is not None


def test_a_name_that_selects_no_document_is_an_error(first: tuple[Path, Report]) -> None:
    root, _ = first
    report = orchestrator.reprocess(Settings(root=str(root), redo_from="tag"), [], ["no-such-work"])
    assert not report.succeeded
    assert any("no-such-work" in issue.message for issue in report.issues)


def test_a_source_without_a_licence_is_not_published_and_the_message_explains_what_to_add(
    tmp_path: Path, sample_site: str
) -> None:
    source = replace(from_index([sample_site]), id="without-terms")
    report = orchestrator.run(Settings(root=str(tmp_path)), [source])
    assert report.release is None and not report.succeeded
    assert any("licence = {" in issue.message and "without-terms" in issue.message for issue in report.issues)


def test_only_accepts_the_id_of_a_document(first: tuple[Path, Report], sample_site: str) -> None:
    root, report = first
    name = report.documents[0].id
    assert name is not None
    again = run(root, sample_site, only=(name,), redo_from="tag")
    assert [row.id for row in again.documents if row.state == "processed"] == [name]


def test_the_log_has_the_duration_of_each_stage_of_each_document(first: tuple[Path, Report]) -> None:
    root, report = first
    lines = [json.loads(line) for line in (root / "processed" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    took = {(line["document"], line["stage"]) for line in lines if "seconds" in line and "document" in line}
    assert {(row.file, stage) for row in report.documents for stage in ("extract", "tag")} <= took


def test_the_log_has_the_reason_of_each_failed_document(bad_run: tuple[Path, Report]) -> None:
    root, report = bad_run
    lines = [json.loads(line) for line in (root / "processed" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    logged = {line["document"]: line["message"] for line in lines if line["level"] == "error"}
    failed = {row.file: row.reason for row in report.documents if row.state == "failed"}
    assert failed and set(failed) <= set(logged)
    assert all(reason in logged[file] for file, reason in failed.items())


def test_the_report_has_duration_and_memory_by_stage_and_document(first: tuple[Path, Report]) -> None:
    root, _ = first
    report = json.loads((root / "processed" / "latest" / "report.json").read_text(encoding="utf-8"))["run"]
    for row in report["documents"]:
        assert set(row["memory"]) == {"extract", "ocr", "content", "tag"}
        assert all(row["seconds"][stage] > 0 and 20 << 20 < size < 4 << 30 for stage, size in row["memory"].items())
    assert {stage: cost["made"] for stage, cost in report["stages"].items()} == {
        "fetch": 6,
        "extract": 6,
        "ocr": 6,
        "content": 6,
        "tag": 6,
        "align": 3,
    }
    assert report["stages"]["tag"]["memory"] == max(row["memory"]["tag"] for row in report["documents"])
    assert report["seconds"] > 0


def test_a_new_edition_has_a_page_with_its_changes(tmp_path: Path) -> None:
    paths = [tmp_path / f"paper_v{edition}_en.pdf" for edition in ("1.00", "1.10")]
    for path, count in zip(paths, ("eighteen", "thirty"), strict=True):
        draw_pdf(path, f"This paper has been read by {count} people of the institute before it was printed.")
    report = orchestrator.add(Settings(root=str(tmp_path / "root"), ocr=False), [], paths, [])
    assert report.succeeded and report.release is not None
    page = (Path(report.release.path) / "site" / "works" / "paper~~changes.html").read_text(encoding="utf-8")
    assert "<del>eighteen</del>" in page and "<ins>thirty</ins>" in page


def test_keep_deletes_older_releases(site: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = site
    root = tmp_path / "root"
    for number in range(3):
        draw_pdf(folder / "pdf" / "sample_guide_v1.00_en.pdf", f"Edition number {number}.")
        run(root, address, keep=2, ocr=False)
    assert len(list((root / "processed" / "releases").iterdir())) == 2

"""Two passes: the text of documents is published first, and then their text with that of their pictures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fixtures_pdf import Drawing
from fixtures_pictures import picture
from msgspec.structs import replace
from reportlab.lib.utils import ImageReader

from aisi_ingest.extract.ocr import engine
from aisi_ingest.model import Issue, Listing, Source
from aisi_ingest.pipeline import orchestrator, picture_cache, steps
from aisi_ingest.pipeline.jobs import DocumentJob, Settings
from aisi_ingest.pipeline.report import Report
from aisi_ingest.pipeline.runner import Progress, silent
from aisi_ingest.pipeline.stage import StageOutput
from aisi_ingest.storage.store import Store

needs_engine = pytest.mark.skipif(not engine.available(), reason="the extra ocr is not installed")
FIGURE, SCAN = "Guiding principles for safety", "A scanned page of a report"
SENTENCE = "This is a line of the text under the heading, and the text goes on."


def draw(path: Path, *, scan: bool = False, words: str = SENTENCE) -> Path:
    """Draw a report of one page with a figure, and if wanted with a second page that is a scan."""
    drawing = Drawing(path)
    drawing.text(70, 90, "1. Aim of the report", "Helvetica-Bold", 16)
    for line in range(12):
        drawing.text(70, 130 + 18 * line, words, size=10.5)
    drawing.canvas.drawImage(ImageReader(picture(FIGURE, size=(1000, 200))), 70, 250, 400, 80)
    if scan:
        drawing.canvas.showPage()
        drawing.canvas.drawImage(ImageReader(picture(SCAN, size=(1000, 1400))), 0, 0, 595, 842)
    drawing.canvas.save()
    return path


@pytest.fixture(scope="module")
def report_with_figure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("report") / "report_en.pdf", scan=True)


@pytest.fixture(scope="module")
def published_now(report_with_figure: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in which the report was published once, with its pictures."""
    root = tmp_path_factory.mktemp("now")
    assert add(root, report_with_figure, text_first=False).succeeded
    return root


def add(root: Path, *paths: Path, progress: Progress = silent, text_first: bool = True, **more: Any) -> Report:
    settings = Settings(str(root), workers=1, text_first=text_first, **more)
    return orchestrator.add(settings, (), paths, (), progress=progress)


def releases(root: Path) -> list[Path]:
    return sorted((root / "processed" / "releases").glob("[0-9]*"))


def rows(release: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in release.glob("*.jsonl")}


def recognised(release: Path) -> list[str]:
    blocks = [json.loads(line) for line in (release / "blocks.jsonl").read_text("utf-8").splitlines()]
    return [block["text"] for block in blocks if block["origin"] == "ocr"]


@needs_engine
def test_the_text_is_published_before_the_pictures_are_read(report_with_figure: Path, tmp_path: Path) -> None:
    order: list[str] = []

    def note(stage: str, name: str, done: int, total: int) -> None:
        if done == total:
            order.append(stage)

    report = add(tmp_path, report_with_figure, progress=note)
    assert order == ["read", "encode", "publish", "ocr", "encode", "publish"]
    first, second = releases(tmp_path)
    assert recognised(first) == [] and recognised(second) == [FIGURE, SCAN]
    assert report.release is not None and report.release.id == second.name


@needs_engine
def test_both_passes_end_with_the_rows_of_a_run_that_publishes_once(
    report_with_figure: Path, published_now: Path, tmp_path: Path
) -> None:
    add(tmp_path, report_with_figure)
    assert rows(releases(tmp_path)[-1]) == rows(releases(published_now)[-1])
    assert len(releases(published_now)) == 1


@needs_engine
def test_a_run_that_ends_between_the_passes_is_finished_by_the_next(
    report_with_figure: Path, published_now: Path, tmp_path: Path
) -> None:
    def stop(stage: str, name: str, done: int, total: int) -> None:
        if stage == "publish" and done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(tmp_path, report_with_figure, progress=stop)
    assert recognised(releases(tmp_path)[-1]) == []
    orchestrator.reprocess(Settings(str(tmp_path), workers=1, text_first=True), ())
    assert rows(releases(tmp_path)[-1]) == rows(releases(published_now)[-1])


@needs_engine
def test_pictures_that_were_read_are_not_read_again_and_stay_in_the_release(
    report_with_figure: Path, published_now: Path, tmp_path: Path
) -> None:
    shutil.copytree(published_now, tmp_path / "root", symlinks=True)
    stages: set[str] = set()
    other = draw(tmp_path / "other_en.pdf", words="These are other words under the same figure of the report.")
    report = add(tmp_path / "root", other, progress=lambda stage, *_: stages.add(stage))
    made = {row.file: row.seconds.get("ocr") for row in report.documents}
    assert made["report_en.pdf"] == 0 and made["other_en.pdf"]
    assert all(FIGURE in recognised(release) for release in releases(tmp_path / "root"))


@needs_engine
def test_without_pictures_the_text_is_published_once(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "a_en.pdf")
    drawing.text(70, 90, SENTENCE)
    drawing.canvas.save()
    report = add(tmp_path / "root", tmp_path / "a_en.pdf")
    assert len(releases(tmp_path / "root")) == 1
    assert report.release is not None and not report.nothing_changed
    assert add(tmp_path / "root", tmp_path / "a_en.pdf").nothing_changed


@needs_engine
def test_a_picture_that_another_document_shows_is_recognised_once(
    report_with_figure: Path, published_now: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(published_now, tmp_path / "root", symlinks=True))
    store = Store(root)
    changed = 0
    for path in picture_cache.folder(store).rglob("*[0-9a-f].json"):
        lines = picture_cache.load(store, path.stem)
        assert lines is not None
        if lines[0].text == FIGURE:
            text = json.dumps([{"text": "Taken from the store", "score": 1, "x0": 0, "top": 0, "x1": 9, "bottom": 9}])
            store.write_output(path, text, picture_cache._stamp(path.stem))
            changed += 1
    assert changed == 1
    add(root, draw(tmp_path / "other_en.pdf", words="These are other words under the same figure of the report."))
    assert "Taken from the store" in recognised(releases(root)[-1])


def outputs(digests: Sequence[tuple[str, str | None]]) -> list[StageOutput]:
    issue = Issue("ocr", "error", "time_limit", "the reader took too long")
    return [StageOutput(stage, Path(stage), () if digest else (issue,), digest, 1.0) for stage, digest in digests]


def test_a_document_whose_pictures_cannot_be_read_has_its_text_and_a_warning() -> None:
    job = DocumentJob(Settings("."), Listing(Source(None, "a.pdf", "0" * 64, 1, "application/pdf")))
    given = outputs([("extract", "a"), ("ocr", None), ("content", "a"), ("tag", "b")])
    outcome = steps._document_outcome(job, given, processed=True)
    assert not outcome.failed and not outcome.has_pictures
    assert [(issue.level, issue.code) for issue in outcome.issues] == [("warning", "pictures_unread")]
    assert "pictures were not read: the reader took too long" in outcome.issues[0].message
    text_only = steps._document_outcome(replace(job), given[:1] + given[2:], processed=True)
    assert text_only.digest == outcome.digest

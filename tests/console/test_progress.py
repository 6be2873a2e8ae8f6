"""The progress of a run on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from aisi_ingest.console import progress
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.sandbox import activity, bad_pages
from aisi_ingest.sandbox.activity import Activity
from aisi_ingest.sandbox.bad_pages import PageNote

READING = Activity("guide.pdf", "extract", 30, 60)
PICTURES = Activity("guide.pdf", "ocr", 2, 8)


def test_each_bar_shows_the_pages_or_pictures_of_its_own_stage() -> None:
    running = [READING, PICTURES, Activity("other.pdf", "tag", 0, 0)]
    assert progress.activities_of("read", running) == [READING]
    assert progress.activities_of("ocr", running) == [PICTURES]
    assert progress.describe([READING], "last.pdf") == "guide.pdf page 31/60"
    assert progress.describe([PICTURES], "last.pdf") == "guide.pdf picture 3/8"
    assert progress.describe([], "last.pdf") == "last.pdf"


def test_the_pages_of_unfinished_documents_count_for_the_time_left() -> None:
    assert progress.share_done(1, 4, [READING]) == pytest.approx(1.5 / 4)
    assert progress.seconds_left(30, 0.75) == pytest.approx(10)
    assert progress.seconds_left(1, 0.75) is None and progress.seconds_left(30, 0) is None


def test_the_pages_that_a_worker_has_noted_are_visible_while_a_stage_works() -> None:
    with PageNote() as note:
        bad_pages.attach(note.descriptor)
        try:
            with activity.watched("guide.pdf", "extract", note):
                bad_pages.note_progress(30, 60)
                assert activity.current() == [READING]
                bad_pages.note_progress(61, 60)
                assert activity.current() == [Activity("guide.pdf", "extract", 0, 0)], "not a number of our code"
            assert activity.current() == []
        finally:
            bad_pages._note = None


def test_a_bar_begins_before_the_first_document_is_finished(sample_decks: list[Path], tmp_path: Path) -> None:
    reported: list[tuple[str, str, int, int]] = []
    settings = Settings(str(tmp_path), workers=1, ocr=False)
    orchestrator.add(settings, (), sample_decks, (), progress=lambda *report: reported.append(report))
    assert reported[0] == ("read", "", 0, len(sample_decks))


@pytest.fixture
def sample_decks() -> list[Path]:
    return sorted((Path(__file__).parents[2] / "samples" / "site" / "pdf").glob("*.pptx"))

"""Stages: outputs are loaded if they are up to date, and computed otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from aisi_ingest.model import Content, Issue, Listing, Result, Source
from aisi_ingest.pipeline import stages
from aisi_ingest.pipeline.jobs import DocumentJob, Settings
from aisi_ingest.pipeline.stage import StageOutput, StoredStage
from aisi_ingest.sandbox import pool
from aisi_ingest.sandbox.tasks import task
from aisi_ingest.storage.documents import readable_files
from aisi_ingest.storage.store import Store

SAMPLE = Path(__file__).parents[2] / "samples" / "site" / "pdf" / "sample_overview_en.pptx"


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    yield
    pool.close_shared()


@pytest.fixture
def job(tmp_path: Path) -> DocumentJob:
    """A document in the store of a new root."""
    sha256 = Store(tmp_path).put(SAMPLE)
    source = Source(None, SAMPLE.name, sha256, SAMPLE.stat().st_size, "application/octet-stream")
    return DocumentJob(Settings(str(tmp_path), workers=1, ocr=False), Listing(source))


@task
def count_bytes(job: DocumentJob) -> Result[int]:
    return Result(job.listing.source.bytes, (Issue("count", "info", "counted", "counted"),))


@task
def crash(job: DocumentJob) -> Result[int]:
    raise ValueError("broken")


def stage(**fields: Any) -> StoredStage[DocumentJob]:
    defaults: dict[str, Any] = {
        "inputs": lambda job: (job.key,),
        "function": count_bytes,
        "output": lambda: int,
        "redo_with": "tag",
    }
    return StoredStage("count", "text.measure", **(defaults | fields))


def compute(job: DocumentJob, **fields: Any) -> StageOutput:
    with pool.shared(1).session() as session:
        return stage(**fields).compute(job, session)


def test_an_output_is_missing_before_it_is_computed_and_loaded_afterwards(job: DocumentJob) -> None:
    assert stage().load(job) is None
    computed = compute(job)
    loaded = stage().load(job)
    assert loaded is not None
    assert computed.value(int) == loaded.value(int) == SAMPLE.stat().st_size
    assert (computed.digest, computed.issues) == (loaded.digest, loaded.issues) and loaded.issues
    assert computed.memory and loaded.memory is None and loaded.seconds == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"inputs": lambda job: ("another input",)},
        {"options": lambda job: {"options": "others"}},
        {"includes": (stages.COMPARE,)},
    ],
)
def test_an_output_is_out_of_date_if_something_it_depends_on_has_changed(
    job: DocumentJob, changed: dict[str, Any]
) -> None:
    compute(job)
    assert stage(**changed).load(job) is None


@pytest.mark.parametrize(("redo_from", "loaded"), [("extract", False), ("tag", False), ("align", True)])
def test_an_output_is_computed_again_if_its_stage_or_an_earlier_one_is_redone(
    job: DocumentJob, redo_from: str, loaded: bool
) -> None:
    compute(job)
    redo = replace(job, settings=replace(job.settings, redo_from=redo_from))
    assert (stage().load(redo) is not None) == loaded


def test_an_exception_is_an_issue_and_nothing_is_stored(job: DocumentJob) -> None:
    output = compute(job, function=crash)
    assert output.failed and output.value(int) is None
    assert [(issue.code, issue.message) for issue in output.issues] == [
        ("internal", "internal error of aisi-ingest, please report it: ValueError: broken")
    ]
    assert not output.path.exists()


def test_the_input_of_tag_is_the_content_which_is_the_output_of_extract_without_ocr(job: DocumentJob) -> None:
    with pool.shared(1).session(*readable_files(Store(job.settings.root), job.key)) as session:
        extracted = stages.EXTRACT.compute(job, session)
        content = stages.CONTENT.compute(job, session)
    assert content.value(Content).title == "AI Safety Institutes: An Overview"
    assert content.value(Content) == extracted.value(Content)
    assert stages.TAG.inputs(job) == (content.digest,)


def test_a_release_names_the_version_of_every_stage() -> None:
    assert list(stages.made_with()) == [
        "extract",
        "ocr",
        "content",
        "tag",
        "pair",
        "align",
        "compare",
        "editions",
        "vectors",
        "publish",
    ]

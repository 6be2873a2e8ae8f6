"""Digests of the code behind a stage."""

import threading

from aisi_ingest.pipeline import freshness
from aisi_ingest.pipeline.stages import STAGES


def test_the_code_of_a_stage_includes_modules_that_are_imported_inside_functions() -> None:
    files = {path.name for path in freshness._imported_files(freshness._file_of("extract.reader"))}
    assert {
        "pdf_reader.py",
        "report.py",
        "pdfium.py",
        "shapes.py",
        "headings.py",
        "normalise.py",
        "content.py",
    } <= files
    assert "source.py" not in files and "tagger.py" not in files


def test_every_stage_has_a_digest_of_its_own() -> None:
    assert len({stage.code for stage in STAGES}) == len(STAGES)


def test_every_stage_names_a_module_that_exists() -> None:
    assert all(freshness._file_of(stage.module) for stage in STAGES)


def test_the_digest_depends_on_the_versions_of_the_libraries() -> None:
    assert freshness.code_digest("extract.reader") != freshness.code_digest("extract.reader", ("pypdfium2",))


def test_threads_can_compute_a_digest_at_the_same_time() -> None:
    freshness.code_digest.cache_clear()
    freshness._imported_by.cache_clear()
    failures = []

    def compute() -> None:
        try:
            freshness.code_digest("extract.reader")
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=compute) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []

import threading

from aisi_ingest.pipeline import freshness


def test_a_stage_depends_on_what_its_modules_import_in_functions_too():
    files = {path.name for path in freshness._imported_files(freshness._file_of("extract.reader"))}
    assert {"pdf_reader.py", "report.py", "pdfium.py", "shapes.py", "headings.py", "normalise.py", "model.py"} <= files
    assert "source.py" not in files and "tagger.py" not in files


def test_code_of_another_stage_does_not_make_a_stage_stale():
    digests = {stage: freshness.code_digest(stage) for stage in ("extract", "tag", "align", "publish")}
    assert len(set(digests.values())) == 4


def test_threads_may_ask_at_once():
    freshness.code_digest.cache_clear()
    freshness._imported_by.cache_clear()
    failures = []

    def ask():
        try:
            freshness.code_digest("extract")
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []

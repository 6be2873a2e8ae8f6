"""A page that makes the reader crash, hang or use too much memory is skipped. The other pages are read."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fixtures_pdf as fixtures
import pytest

from aisi_ingest.extract.pdf.page import Page
from aisi_ingest.model import Content, Issue, Result
from aisi_ingest.pipeline import stages
from aisi_ingest.pipeline.resources import load_readers
from aisi_ingest.sandbox import bad_pages
from aisi_ingest.sandbox.limits import Limits
from aisi_ingest.sandbox.pool import LimitExceeded, Sandbox
from aisi_ingest.sandbox.tasks import Measured, task


@task
def sleep(seconds: float) -> None:
    time.sleep(seconds)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    time.sleep(60)


def exceed_memory() -> None:
    len(b"x" * (8 << 30))


STOPS = {"crash": crash, "hang": hang, "exceed_memory": exceed_memory}


@task
def read_with_bad_pages(path: str, bad: dict[int, str], skipped: tuple[int, ...]) -> Result[Content]:
    """In the worker: read a document in which some pages call a function that stops the worker.

    Negative numbers are pages whose second reader calls it.
    """
    from aisi_ingest.extract.pdf import document, second_reader

    original = document._read_page

    def read_page(page: int, index: int, *rest: Any) -> Page:
        if index + 1 in bad:
            STOPS[bad[index + 1]]()
        return original(page, index, *rest)

    def read_again(path: str, password: str | None, number: int, page_count: int) -> Page | None:
        if -number in bad:
            STOPS[bad[-number]]()
        return read_second(path, password, number, page_count)

    read_second = second_reader.read_page
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_read_page", read_page)
        patch.setattr(second_reader, "read_page", read_again)
        return stages.extract_file(path, skipped)


@task
def read_then_crash(path: str, skipped: tuple[int, ...]) -> Result[Content]:
    stages.extract_file(path, skipped)
    crash()
    raise AssertionError


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    sandbox = Sandbox(1, Limits(wall_seconds=5))
    sandbox.prepare(load_readers, None, "application/pdf")  # otherwise each worker would import the reader
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    drawing = fixtures.Drawing(tmp_path_factory.mktemp("pages") / "five.pdf")
    for number in range(1, 6):
        if number > 1:
            drawing.next_page()
        drawing.text(72, 100, f"This is what page {number} says.")
    return str(drawing.save())


def read(
    box: Sandbox, function: Callable[..., Result[Content]], path: str, *args: object
) -> tuple[Result[Content], tuple[Issue, ...], list[tuple[int, ...]]]:
    """Read a document, and return the result, the warnings on pages, and the pages skipped in each call."""
    calls: list[tuple[int, ...]] = []

    def call(skipped: tuple[int, ...]) -> Measured[Result[Content]]:
        calls.append(skipped)
        try:
            return session.call_measured(function, path, *args, skipped)
        except LimitExceeded as stopped:
            return Measured(Result(None, (Issue("extract", "error", stopped.code, str(stopped)),)), 0, stopped.seconds)

    with box.session(path) as session:
        result = bad_pages.call_without_bad_pages(session.note, call).value
    return result, tuple(issue for issue in result.issues if issue.code == "page_unreadable"), calls


@pytest.mark.parametrize(
    ("stop", "words"), [("crash", "crashed (SIGSEGV)"), ("hang", "took longer than 5 s"), ("exceed_memory", "GiB")]
)
def test_a_bad_page_is_skipped_and_the_others_are_read(box: Sandbox, path: str, stop: str, words: str) -> None:
    result, (issue,), calls = read(box, read_with_bad_pages, path, {3: stop})
    assert calls == [(), (3,)]
    assert (issue.level, issue.code, issue.page) == ("warning", "page_unreadable", 3)
    assert words in issue.message and issue.message.startswith("page 3 was skipped: while reading it, the reader ")
    assert result.value is not None
    assert len(result.value.page_sizes) == 5
    assert [(block.page, block.text) for block in result.value.blocks] == [
        (number, f"This is what page {number} says.") for number in (1, 2, 3, 4, 5)
    ]
    assert ("page_read_again", 3) in [(issue.code, issue.page) for issue in result.issues]


def test_a_page_that_stops_the_second_reader_as_well_is_empty(box: Sandbox, path: str) -> None:
    result, issues, calls = read(box, read_with_bad_pages, path, {3: "crash", -3: "crash"})
    assert calls == [(), (3,), (3, -3)]
    assert [issue.page for issue in issues] == [3, 3]
    assert result.value is not None and 3 in result.value.pages_without_text
    assert [block.page for block in result.value.blocks] == [1, 2, 4, 5]


def test_a_page_that_hangs_is_found_even_if_its_document_waited_for_a_worker(path: str) -> None:
    sandbox = Sandbox(1, Limits(wall_seconds=4))
    sandbox.prepare(load_readers, None, "application/pdf")
    try:
        with ThreadPoolExecutor() as executor:
            for _ in range(3):
                executor.submit(sandbox.call, sleep, 3)
            time.sleep(0.3)
            result, issues, _ = read(sandbox, read_with_bad_pages, path, {1: "hang"})
    finally:
        sandbox.stop()
    assert result.value is not None
    assert [issue.page for issue in issues] == [1]


def test_up_to_three_bad_pages_are_skipped(box: Sandbox, path: str) -> None:
    result, issues, _ = read(box, read_with_bad_pages, path, {1: "crash", 2: "crash", 5: "crash"})
    assert [issue.page for issue in issues] == [1, 2, 5]
    assert result.value is not None and {block.page for block in result.value.blocks} == {1, 2, 3, 4, 5}


def test_a_document_with_more_bad_pages_fails_with_its_first_error(box: Sandbox, path: str) -> None:
    result, issues, calls = read(box, read_with_bad_pages, path, {number: "crash" for number in range(1, 6)})
    assert result.value is None and issues == () and len(calls) == 4
    assert [issue.code for issue in result.issues] == ["worker_died"]


def test_a_crash_outside_the_pages_is_not_retried(box: Sandbox, path: str) -> None:
    result, issues, calls = read(box, read_then_crash, path)
    assert result.value is None and issues == () and calls == [()]


def test_a_good_document_is_read_once_and_leaves_no_open_file(box: Sandbox, path: str) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        result, issues, calls = read(box, read_with_bad_pages, path, {})
        assert result.value is not None and issues == () and calls == [()]
    assert len(os.listdir("/proc/self/fd")) < before + 5

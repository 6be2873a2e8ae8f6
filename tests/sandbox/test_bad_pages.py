"""A page that makes the reader crash, hang or swell is left out; the rest of its document is read."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import fixtures_pdf as fixtures
import pytest

from aisi_ingest.model import Content, Issue, Result
from aisi_ingest.pipeline import stages
from aisi_ingest.sandbox import bad_pages
from aisi_ingest.sandbox.pool import LimitExceeded, Limits, Measured, Sandbox


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    time.sleep(60)


def swell() -> None:
    len(b"x" * (8 << 30))


def read_badly(path: str, bad: dict[int, Callable[[], None]], note: str, left_out: tuple[int, ...]) -> Result[Content]:
    """In the worker: reading, with pages that PDFium cannot stand."""
    from aisi_ingest.extract.pdf import document

    real = document._read_page

    def read_page(page: int, index: int, *rest: object) -> document.Page:
        if index + 1 in bad:
            bad[index + 1]()
        return real(page, index, *rest)

    document._read_page = read_page
    try:
        return stages.extract_file(path, False, note, left_out)
    finally:
        document._read_page = real


def crash_at_the_end(path: str, note: str, left_out: tuple[int, ...]) -> Result[Content]:
    stages.extract_file(path, False, note, left_out)
    crash()
    raise AssertionError


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    sandbox = Sandbox(1, Limits(wall_seconds=3))
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


def reading(box: Sandbox, function: Callable[..., Result[Content]], *args: object):
    calls: list[tuple[int, ...]] = []

    def once(note: str, left_out: tuple[int, ...]) -> Measured[Result[Content]]:
        calls.append(left_out)
        try:
            return box.measured(function, *args, note, left_out)
        except LimitExceeded as stopped:
            return Measured(Result(None, (Issue("extract", "error", stopped.code, str(stopped)),)), 0, stopped.seconds)

    result = bad_pages.read(once).value
    return result, tuple(issue for issue in result.issues if issue.code == "page_unreadable"), calls


@pytest.mark.parametrize(
    ("what", "words"), [(crash, "crashed (SIGSEGV)"), (hang, "took longer than 3 s"), (swell, "GiB")]
)
def test_a_bad_page_costs_that_page(box, path, what, words):
    result, (issue,), calls = reading(box, read_badly, path, {3: what})
    assert calls == [(), (3,)]
    assert (issue.level, issue.code, issue.page) == ("warning", "page_unreadable", 3)
    assert words in issue.message and issue.message.startswith("page 3 was left out: while it was read, the reader ")
    assert len(result.value.page_sizes) == 5 and 3 in result.value.pages_without_text
    assert [(block.page, block.text) for block in result.value.blocks] == [
        (number, f"This is what page {number} says.") for number in (1, 2, 4, 5)
    ]


def test_a_page_that_hangs_is_found_however_long_its_document_waited_for_a_worker(path):
    sandbox = Sandbox(1, Limits(wall_seconds=2))
    try:
        with ThreadPoolExecutor() as beside:
            for _ in range(3):
                beside.submit(sandbox.call, time.sleep, 1.5)
            time.sleep(0.3)
            result, issues, _ = reading(sandbox, read_badly, path, {1: hang})
    finally:
        sandbox.stop()
    assert result.value is not None
    assert [issue.page for issue in issues] == [1]


def test_up_to_three_bad_pages_are_left_out(box, path):
    result, issues, _ = reading(box, read_badly, path, {1: crash, 2: crash, 5: crash})
    assert [issue.page for issue in issues] == [1, 2, 5]
    assert {block.page for block in result.value.blocks} == {3, 4}


def test_a_document_that_is_bad_throughout_fails_with_its_first_reason(box, path):
    result, issues, calls = reading(box, read_badly, path, {number: crash for number in range(1, 6)})
    assert result.value is None and issues == () and len(calls) == 4
    assert [issue.code for issue in result.issues] == ["worker_died"]


def test_what_no_page_is_to_blame_for_is_not_tried_again(box, path):
    result, issues, calls = reading(box, crash_at_the_end, path)
    assert result.value is None and issues == () and calls == [()]


def test_a_good_document_is_read_once(box, path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        result, issues, calls = reading(box, read_badly, path, {})
        assert result.value is not None and issues == () and calls == [()]
    assert len(os.listdir("/proc/self/fd")) < before + 5

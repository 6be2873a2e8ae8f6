"""Workers keep their limits, and the pool survives crashed, hanging and killed processes."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aisi_ingest.sandbox.limits import Limits, LimitsError, limits_from_environment
from aisi_ingest.sandbox.pool import LimitExceeded, Sandbox, WorkerError
from aisi_ingest.sandbox.tasks import task


@task
def sleep(seconds: float) -> None:
    time.sleep(seconds)


@task
def sleep_long() -> None:
    time.sleep(60)


@task
def spin() -> None:
    while True:
        pass


@task
def hold_the_interpreter() -> int:
    return sum(itertools.repeat(1, 1 << 36))  # in C, and no other thread can run meanwhile, as in PDFium


@task
def exceed_memory() -> int:
    return len(b"x" * (8 << 30))


@task
def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


@task
def allocate(mebibytes: int) -> int:
    return len(bytearray(mebibytes << 20))


@task
def process_id() -> int:
    return os.getpid()


LOADED: list[tuple[str, int]] = []


@task
def load(what: str) -> None:
    LOADED.append((what, os.getpid()))


@task
def loaded() -> tuple[list[tuple[str, int]], int]:
    return LOADED, os.getpid()


@task
def load_slowly() -> None:
    time.sleep(3)


@task
def fail_to_load() -> None:
    raise ValueError("no weights")


class TwoArguments(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


@task
def raise_an_exception_of_two_arguments() -> None:
    raise TwoArguments("one", "two")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(1, Limits(wall_seconds=30, cpu_seconds=1))
    yield box
    box.stop()


@pytest.mark.parametrize(
    ("function", "code"),
    [(spin, "cpu_limit"), (exceed_memory, "memory_limit"), (crash, "worker_died")],
)
def test_a_worker_that_exceeds_a_limit_is_reported_with_the_limit_and_the_next_call_works(
    sandbox: Sandbox, function: Callable[[], object], code: str
) -> None:
    with pytest.raises(LimitExceeded) as stopped:
        sandbox.call(function)
    assert stopped.value.code == code
    assert sandbox.call(process_id) > 0


def test_a_worker_that_hangs_is_stopped_at_the_time_limit() -> None:
    box = Sandbox(1, Limits(wall_seconds=1))
    try:
        with pytest.raises(LimitExceeded) as stopped:
            box.call(sleep_long)
        assert stopped.value.code == "time_limit"
    finally:
        box.stop()


def test_each_document_has_a_worker_of_its_own_for_all_its_calls(sandbox: Sandbox) -> None:
    with sandbox.session() as first, sandbox.session() as second:
        assert first.call(process_id) == first.call(process_id) != second.call(process_id)


def test_a_worker_continues_after_the_thread_that_started_it_has_ended() -> None:
    box = Sandbox(1)
    try:
        first = threading.Thread(target=box.call, args=(process_id,))
        first.start()
        first.join()
        time.sleep(0.5)
        assert box.call(process_id) > 0
    finally:
        box.stop()


ORPHAN = """
import os, sys, threading, time
sys.path.insert(0, {tests!r})
from aisi_ingest.sandbox.pool import Sandbox
from test_pool import hold_the_interpreter, process_id
if __name__ == "__main__":
    box = Sandbox(1)
    print(box.call(process_id), flush=True)
    threading.Thread(target=box.call, args=(hold_the_interpreter,), daemon=True).start()
    time.sleep(2)
    print('busy', flush=True)
    time.sleep(60)
"""


def test_no_worker_remains_after_a_run_is_killed(tmp_path: Path) -> None:
    assert _has_ended(_run_and_kill(tmp_path, ORPHAN.format(tests=str(Path(__file__).parent))))


def _run_and_kill(tmp_path: Path, script: str) -> int:
    """Kill a process that runs ``script`` when it has printed two lines.

    Returns:
        The process id in the first line: a process that must end too.
    """
    path = tmp_path / "parent.py"
    path.write_text(script)
    parent = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    process = int(parent.stdout.readline())
    parent.stdout.readline()
    parent.kill()
    parent.wait()
    return process


KILLED_EARLY = """
import sys, threading, time
sys.path.insert(0, {tests!r})
from aisi_ingest.sandbox.pool import Sandbox
from test_pool import process_id, load_slowly
if __name__ == "__main__":
    box = Sandbox(1)
    print(box._fork_server.pid, flush=True)
    if {while_loading}:
        threading.Thread(target=box.prepare, args=(load_slowly,), daemon=True).start()
        time.sleep(1)
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("while_loading", [False, True])
def test_no_process_remains_after_a_run_is_killed_before_it_has_workers(while_loading: bool, tmp_path: Path) -> None:
    script = KILLED_EARLY.format(tests=str(Path(__file__).parent), while_loading=while_loading)
    assert _has_ended(_run_and_kill(tmp_path, script))


def _has_ended(process: int) -> bool:
    for _ in range(200):
        if not Path(f"/proc/{process}").exists():
            return True
        time.sleep(0.1)
    return False


def test_the_memory_of_a_call_is_measured_without_that_of_earlier_calls() -> None:
    box = Sandbox(1)
    try:
        before = box.call_measured(process_id)
        large = box.call_measured(allocate, 200)
        small = box.call_measured(allocate, 1)
        assert large.value == 200 << 20
        assert 195 << 20 < large.memory - before.memory < 220 << 20
        assert small.memory < before.memory + (20 << 20)
    finally:
        box.stop()


def test_the_time_of_a_call_excludes_waiting_for_a_worker() -> None:
    sandbox = Sandbox(1)
    try:
        with ThreadPoolExecutor(4) as pool:
            seconds = [done.seconds for done in pool.map(lambda _: sandbox.call_measured(sleep, 0.6), range(3))]
    finally:
        sandbox.stop()
    # If the time in the queue counted, the third call would take three times as long as the first.
    assert min(seconds) >= 0.6 and max(seconds) < 2 * min(seconds)


def test_a_script_without_a_main_guard_can_use_a_sandbox(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from aisi_ingest.sandbox.pool import Sandbox\nfrom test_pool import process_id\n"
        "print(Sandbox(1).call(process_id))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert int(done.stdout) > 0, done.stderr


def test_prepared_objects_are_loaded_once_and_all_workers_have_them() -> None:
    box = Sandbox(2)
    try:
        before = box.call(process_id)
        for _ in range(2):
            box.prepare(load, "a model")
        found, worker = box.call(loaded)
        assert [what for what, _ in found] == ["a model"]
        assert len({before, worker, found[0][1]}) == 3  # neither the old worker nor the new worker loaded it
    finally:
        box.stop()


def test_preparing_in_the_background_can_be_waited_for_and_does_not_delay_stopping() -> None:
    box = Sandbox(2)
    box.prepare_in_background(load, "a model")
    box.prepare(load, "a model")
    assert [what for what, _ in box.call(loaded)[0]] == ["a model"]
    box.prepare_in_background(load_slowly)
    box.stop()  # while the model is still loading


MEASURED_SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from aisi_ingest.sandbox import pool as sandbox
from test_pool import allocate
if __name__ == "__main__":
    sandbox.shared(1).call(allocate, 300)
"""


def test_the_memory_of_workers_counts_as_that_of_the_children_of_their_process(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(MEASURED_SCRIPT.format(tests=str(Path(__file__).parent)))
    _, status, usage = os.wait4(subprocess.Popen([sys.executable, script]).pid, 0)
    assert status == 0 and usage.ru_maxrss > 300 << 10


def test_workers_still_run_after_preparing_failed(capfd: pytest.CaptureFixture[str]) -> None:
    box = Sandbox(1)
    try:
        box.prepare(fail_to_load)
        assert box.call(process_id) > 0
    finally:
        box.stop()
    assert "could not be loaded before the workers start: no weights" in capfd.readouterr().err


def test_simultaneous_calls_wait_for_each_other_and_each_has_its_own_worker() -> None:
    box = Sandbox(2)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: box.call(process_id), range(40)))
        assert len(set(found)) == 40
    finally:
        box.close()


def test_a_killed_fork_server_is_replaced() -> None:
    box = Sandbox(1)
    try:
        box.call(process_id)
        os.kill(box._fork_server.pid, signal.SIGKILL)
        time.sleep(0.2)
        with contextlib.suppress(LimitExceeded):  # the worker was killed together with its fork server
            box.call(process_id)
        assert box.call(process_id) > 0
    finally:
        box.stop()


def test_terminating_a_worker_of_an_earlier_fork_server_does_not_affect_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = Sandbox(2)
    try:
        with ThreadPoolExecutor(2) as pool:
            busy = pool.submit(box.call, sleep_long)
            while not box._alive:
                time.sleep(0.01)
            (old,) = box._alive.values()
            end_worker = box.end_worker
            monkeypatch.setattr(box, "end_worker", lambda ended: None if ended is old else end_worker(ended))
            os.kill(box._fork_server.pid, signal.SIGKILL)
            with pytest.raises(LimitExceeded):
                busy.result()
        with box.session() as session:
            first = session.call(process_id)  # of a new fork server, to which the old worker is unknown
            assert end_worker(old) == -signal.SIGKILL
            assert session.call(process_id) == first
            box.prepare(load, "a model")  # the fork server still responds
            session.renew()
            assert session.call(process_id) != first
    finally:
        box.stop()


def test_an_exception_is_reported_with_its_type_and_message(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerError, match="TwoArguments: one"):
        sandbox.call(raise_an_exception_of_two_arguments)


def test_a_function_that_is_no_task_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="is not a task"):
        sandbox.call(os.getpid)


def test_limits_come_from_the_environment_or_are_the_defaults() -> None:
    assert limits_from_environment({}) == Limits()
    environment = {"AISI_INGEST_WALL_SECONDS": "60", "AISI_INGEST_MEMORY_GIB": "3", "OTHER": "x"}
    assert limits_from_environment(environment) == Limits(wall_seconds=60, address_space=3 << 30)


@pytest.mark.parametrize("value", ["", "many", "0", "-1", "1.5"])
def test_an_invalid_limit_is_reported_with_the_name_of_its_variable(value: str) -> None:
    with pytest.raises(LimitsError, match="AISI_INGEST_CPU_SECONDS is"):
        limits_from_environment({"AISI_INGEST_CPU_SECONDS": value})

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from aisi_ingest.extract.sandbox import LimitExceeded, Limits, LimitsError, Sandbox, _confine, configured


def sleep_long():
    time.sleep(60)


def spin():
    while True:
        pass


def hold_the_interpreter():
    return sum(itertools.repeat(1, 1 << 36))  # in C, without a chance for other threads, as PDFium does


def swell():
    return len(b"x" * (8 << 30))


def die():
    os.kill(os.getpid(), signal.SIGSEGV)


def write_a_file(path):
    with open(path, "w") as file:
        file.write("text")


def connect(port):
    socket.create_connection(("127.0.0.1", port), timeout=2)


def hold(mebibytes):
    return len(bytearray(mebibytes << 20))


def process_id():
    return os.getpid()


@pytest.fixture(scope="module")
def sandbox():
    box = Sandbox(1, Limits(wall_seconds=8, cpu_seconds=1, calls_per_worker=4))
    yield box
    box.stop()


@pytest.mark.parametrize(
    ("function", "code"),
    [(spin, "cpu_limit"), (swell, "memory_limit"), (die, "worker_died")],
)
def test_a_worker_that_exceeds_a_limit_says_which_and_the_next_call_works(sandbox, function, code):
    with pytest.raises(LimitExceeded) as stopped:
        sandbox.call(function)
    assert stopped.value.code == code
    assert sandbox.call(process_id) > 0


def test_a_worker_that_hangs_is_stopped():
    box = Sandbox(1, Limits(wall_seconds=1))
    try:
        with pytest.raises(LimitExceeded) as stopped:
            box.call(sleep_long)
        assert stopped.value.code == "time_limit"
    finally:
        box.stop()


def test_a_worker_writes_no_file(sandbox, tmp_path):
    with pytest.raises(OSError, match="File too large"):
        sandbox.call(write_a_file, str(tmp_path / "out.txt"))


def test_a_worker_reaches_no_server(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(OSError):
        sandbox.call(connect, server.getsockname()[1])


def test_workers_are_replaced_after_some_calls(sandbox):
    assert len({sandbox.call(process_id) for _ in range(9)}) > 1


def test_workers_outlive_the_thread_that_first_asked_for_them():
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
from aisi_ingest.extract.sandbox import Sandbox
from test_sandbox import hold_the_interpreter, process_id
if __name__ == "__main__":
    box = Sandbox(1)
    print(box.call(process_id), flush=True)
    threading.Thread(target=box.call, args=(hold_the_interpreter,), daemon=True).start()
    time.sleep(2)
    print('busy', flush=True)
    time.sleep(60)
"""


def test_a_killed_run_leaves_no_worker_behind(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(ORPHAN.format(tests=str(Path(__file__).parent)))
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    parent.stdout.readline()
    parent.kill()
    parent.wait()
    assert _ends(worker)


BORN_LATE = """
import multiprocessing, os, signal, sys
sys.path.insert(0, {tests!r})
from test_sandbox import confine_late
if __name__ == "__main__":
    worker = multiprocessing.get_context("spawn").Process(target=confine_late)
    worker.start()
    print(worker.pid, flush=True)
    sys.stdin.readline()
"""


def confine_late():
    print("born", flush=True)
    time.sleep(1)
    _confine(8 << 30)
    time.sleep(60)


def test_a_run_that_is_killed_while_a_worker_starts_leaves_none_either(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(BORN_LATE.format(tests=str(Path(__file__).parent)))
    parent = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    assert parent.stdout.readline() == "born\n"
    parent.kill()
    parent.wait()
    assert _ends(worker)


def _ends(worker):
    for _ in range(50):
        if not Path(f"/proc/{worker}").exists():
            return True
        time.sleep(0.1)
    return False


def test_what_a_call_held_in_memory_is_measured_and_not_put_on_the_next():
    box = Sandbox(1)
    try:
        before = box.measured(process_id)
        large = box.measured(hold, 200)
        small = box.measured(hold, 1)
        assert large.value == 200 << 20
        assert 195 << 20 < large.memory - before.memory < 220 << 20
        assert small.memory < before.memory + (20 << 20)
    finally:
        box.stop()


def test_a_script_without_a_guard_ends_in_an_error_and_does_not_hang(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from aisi_ingest.extract.sandbox import Sandbox\nfrom test_sandbox import process_id\n"
        "Sandbox(1).call(process_id)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "freeze_support" in done.stderr


def test_limits_are_those_of_the_environment_and_else_the_defaults():
    assert configured({}) == Limits()
    said = {"AISI_INGEST_WALL_SECONDS": "60", "AISI_INGEST_MEMORY_GIB": "3", "OTHER": "x"}
    assert configured(said) == Limits(wall_seconds=60, address_space=3 << 30)


@pytest.mark.parametrize("value", ["", "many", "0", "-1", "1.5"])
def test_a_limit_that_is_none_is_named(value):
    with pytest.raises(LimitsError, match="AISI_INGEST_CPU_SECONDS is"):
        configured({"AISI_INGEST_CPU_SECONDS": value})

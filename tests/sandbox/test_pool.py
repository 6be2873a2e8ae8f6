import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aisi_ingest.sandbox.pool import LimitExceeded, Limits, LimitsError, Sandbox, configured


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


LOADED = []


def load(what):
    LOADED.append((what, os.getpid()))


def loaded():
    return LOADED, os.getpid()


def load_long():
    time.sleep(3)


def fail_to_load():
    raise ValueError("no weights")


class Stubborn(Exception):
    def __init__(self, first, second):
        super().__init__(first)


def raise_what_cannot_cross():
    raise Stubborn("one", "two")


@pytest.fixture(scope="module")
def sandbox():
    box = Sandbox(1, Limits(wall_seconds=30, cpu_seconds=1, calls_per_worker=4))
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


def test_a_killed_run_leaves_no_worker_behind(tmp_path):
    assert _ends(_killed(tmp_path, ORPHAN.format(tests=str(Path(__file__).parent))))


def _killed(tmp_path, script):
    """Kill a process that runs ``script`` after its second line; the first names the process that may outlive it."""
    path = tmp_path / "parent.py"
    path.write_text(script)
    parent = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True)
    process = int(parent.stdout.readline())
    parent.stdout.readline()
    parent.kill()
    parent.wait()
    return process


KILLED_EARLY = """
import sys, threading, time
sys.path.insert(0, {tests!r})
from aisi_ingest.sandbox.pool import Sandbox
from test_pool import process_id, load_long
if __name__ == "__main__":
    box = Sandbox(1)
    print(box._nurse.pid, flush=True)
    if {while_it_loads}:
        threading.Thread(target=box.prepare, args=(load_long,), daemon=True).start()
        time.sleep(1)
    print("here", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("while_it_loads", [False, True])
def test_a_run_that_is_killed_before_it_has_workers_leaves_no_process_behind(while_it_loads, tmp_path):
    assert _ends(
        _killed(tmp_path, KILLED_EARLY.format(tests=str(Path(__file__).parent), while_it_loads=while_it_loads))
    )


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


def test_the_time_of_a_call_is_without_what_it_waited_for_a_worker():
    sandbox = Sandbox(1)
    try:
        with ThreadPoolExecutor(4) as pool:
            took = [done.seconds for done in pool.map(lambda _: sandbox.measured(time.sleep, 0.6), range(3))]
    finally:
        sandbox.stop()
    assert min(took) >= 0.6 and max(took) < 2 * min(took)  # with the waiting, the third call would take three times


def test_a_script_without_a_guard_ends_in_an_error_and_does_not_hang(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from aisi_ingest.sandbox.pool import Sandbox\nfrom test_pool import process_id\n"
        "Sandbox(1).call(process_id)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "freeze_support" in done.stderr


def test_what_is_prepared_is_loaded_once_and_all_workers_have_it():
    box = Sandbox(2)
    try:
        before = box.call(process_id)
        for _ in range(2):
            box.prepare(load, "a model")
        there, worker = box.call(loaded)
        assert [what for what, _ in there] == ["a model"]
        assert len({before, worker, there[0][1]}) == 3  # neither the old worker nor the new one has loaded it
    finally:
        box.stop()


def test_what_is_prepared_soon_is_there_for_whoever_waits_and_a_sandbox_may_stop_meanwhile():
    box = Sandbox(2)
    box.prepare_soon(load, "a model")
    box.prepare(load, "a model")
    assert [what for what, _ in box.call(loaded)[0]] == ["a model"]
    box.prepare_soon(load_long)
    box.stop()  # while the model is still loading


COUNTED = """
import sys
sys.path.insert(0, {tests!r})
from aisi_ingest.sandbox import pool as sandbox
from test_pool import hold
if __name__ == "__main__":
    sandbox.shared(1).call(hold, 300)
"""


def test_what_workers_took_counts_as_that_of_the_process_that_has_them(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(COUNTED.format(tests=str(Path(__file__).parent)))
    _, status, usage = os.wait4(subprocess.Popen([sys.executable, script]).pid, 0)
    assert status == 0 and usage.ru_maxrss > 300 << 10


def test_what_cannot_be_prepared_is_left_to_the_workers(capfd):
    box = Sandbox(1)
    try:
        box.prepare(fail_to_load)
        assert box.call(process_id) > 0
    finally:
        box.stop()
    assert "workers are not prepared: no weights" in capfd.readouterr().err


def test_several_calls_at_once_each_have_a_worker():
    box = Sandbox(2)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: box.call(process_id), range(40)))
        assert 1 <= len(set(found)) <= 2
    finally:
        box.close()


def test_workers_come_back_when_the_process_that_they_are_forked_from_was_killed():
    box = Sandbox(1)
    try:
        box.call(process_id)
        os.kill(box._nurse.pid, signal.SIGKILL)
        time.sleep(0.2)
        with contextlib.suppress(LimitExceeded):  # the worker that died with it
            box.call(process_id)
        assert box.call(process_id) > 0
    finally:
        box.stop()


def test_a_worker_of_a_killed_process_that_is_buried_late_does_no_harm_to_the_next():
    box = Sandbox(2)
    try:
        with ThreadPoolExecutor(2) as pool:
            busy = pool.submit(box.call, sleep_long)
            while not box._alive:
                time.sleep(0.01)
            (old,) = box._alive.values()
            buried, box._buried = box._buried, lambda one: None if one is old else buried(one)
            os.kill(box._nurse.pid, signal.SIGKILL)
            with pytest.raises(LimitExceeded):
                busy.result()
        first = box.call(process_id)  # a new process, which never had that child
        assert buried(old) == -signal.SIGKILL
        assert box.call(process_id) == first
        box.prepare(load, "a model")  # it still answers
        assert box.call(process_id) != first
    finally:
        box.stop()


def test_an_exception_that_cannot_cross_is_told_all_the_same(sandbox):
    with pytest.raises(RuntimeError, match="Stubborn"):
        sandbox.call(raise_what_cannot_cross)


def test_limits_are_those_of_the_environment_and_else_the_defaults():
    assert configured({}) == Limits()
    said = {"AISI_INGEST_WALL_SECONDS": "60", "AISI_INGEST_MEMORY_GIB": "3", "OTHER": "x"}
    assert configured(said) == Limits(wall_seconds=60, address_space=3 << 30)


@pytest.mark.parametrize("value", ["", "many", "0", "-1", "1.5"])
def test_a_limit_that_is_none_is_named(value):
    with pytest.raises(LimitsError, match="AISI_INGEST_CPU_SECONDS is"):
        configured({"AISI_INGEST_CPU_SECONDS": value})

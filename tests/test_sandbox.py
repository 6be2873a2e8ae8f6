import os
import signal
import socket
import time

import pytest

from aisi_ingest.extract.sandbox import LimitExceeded, Limits, Sandbox


def sleep_long():
    time.sleep(60)


def spin():
    while True:
        pass


def swell():
    return len(b"x" * (8 << 30))


def die():
    os.kill(os.getpid(), signal.SIGSEGV)


def write_a_file(path):
    with open(path, "w") as file:
        file.write("text")


def connect(port):
    socket.create_connection(("127.0.0.1", port), timeout=2)


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

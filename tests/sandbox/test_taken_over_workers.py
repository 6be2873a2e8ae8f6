"""A document that has taken over its worker can read, change, start and reach nothing, and cannot deceive the run."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import attacks
import pytest

from aisi_ingest.sandbox import confinement, landlock, seccomp
from aisi_ingest.sandbox.limits import Limits
from aisi_ingest.sandbox.pool import LimitExceeded, Sandbox

SECRET = "SECRET-OF-THE-RUN"
CHANGES = (
    *("truncate", "open and truncate", "overwrite", "overwrite by a mapping", "append", "unlink", "rename"),
    *("replace by a link", "hard link", "create", "create a folder", "change the mode", "change the time"),
    *("set an attribute", "name a pipe"),
)
needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(not seccomp.available(), reason="this kernel has no seccomp filters")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    os.environ["AISI_INGEST_TEST_SECRET"] = SECRET
    sandbox = Sandbox(1, Limits(wall_seconds=5))
    del os.environ["AISI_INGEST_TEST_SECRET"]
    yield sandbox
    sandbox.stop()


@needs_seccomp
@pytest.mark.parametrize("how", CHANGES)
def test_no_file_can_be_changed_even_one_that_may_be_read(box: Sandbox, tmp_path: Path, how: str) -> None:
    victim = tmp_path / "receipts.jsonl"
    victim.write_text("receipts")
    before = (victim.stat().st_mode, victim.stat().st_mtime_ns)
    with box.session(tmp_path) as session:
        outcome = session.call(attacks.change_file, str(victim), how)
    assert outcome != "succeeded" and "Error" in outcome
    assert victim.read_text() == "receipts" and os.listdir(tmp_path) == ["receipts.jsonl"]
    assert (victim.stat().st_mode, victim.stat().st_mtime_ns) == before


@needs_landlock
@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/root", "/home", "/tmp", "/proc", "/proc/self/environ", "/proc/1/cmdline", "/dev"]
)
def test_nothing_of_the_system_can_be_read(box: Sandbox, path: str) -> None:
    assert "Permission denied" in box.call(attacks.read_file, path)


@needs_landlock
def test_only_the_files_of_the_session_can_be_read(box: Sandbox, tmp_path: Path) -> None:
    own, other = tmp_path / "own.pdf", tmp_path / "other.pdf"
    own.write_text("own")
    other.write_text("other")
    with box.session(own) as session:
        assert session.call(attacks.read_file, str(own)) == "succeeded"
        assert "Permission denied" in session.call(attacks.read_file, str(other))
        assert "Permission denied" in session.call(attacks.read_file, str(tmp_path))


@needs_landlock
def test_a_symbolic_link_beside_the_document_leads_nowhere(box: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to("/etc/passwd")
    with box.session(folder) as session:
        assert "Permission denied" in session.call(attacks.read_file, str(folder / "link"))


@needs_seccomp
@pytest.mark.parametrize("how", ["exec", "fork", "a shell", "spawn", "exec of memory"])
def test_no_program_can_be_started(box: Sandbox, how: str) -> None:
    assert "not permitted" in box.call(attacks.start_program, how)


@needs_seccomp
@pytest.mark.parametrize("kind", ["tcp", "udp", "native tcp", "netlink"])
def test_no_address_can_be_reached(box: Sandbox, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert "Error" in box.call(attacks.reach, kind, "127.0.0.1", server.getsockname()[1])


@needs_seccomp
@pytest.mark.parametrize("kind", ["unix", "abstract unix"])
def test_no_unix_socket_can_be_reached(box: Sandbox, tmp_path: Path, kind: str) -> None:
    address = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address if kind == "unix" else f"\0{address}")
        server.listen()
        assert "Error" in box.call(attacks.reach, kind, address, 0)


@needs_seccomp
@pytest.mark.parametrize("target", ["main process", "fork server"])
@pytest.mark.parametrize(
    "how",
    [
        *("signal", "signal a thread", "signal the group", "signal when a file is ready", "queue a signal"),
        *("open its memory", "write its memory", "read its environment", "trace it", "read its memory"),
        *("change its limits", "open its files"),
    ],
)
def test_no_other_process_can_be_reached(box: Sandbox, target: str, how: str) -> None:
    process = os.getpid() if target == "main process" else box._fork_server.pid
    assert "Error" in box.call(attacks.reach_process, process, how)


# Numbers on x86_64. Most are the same as their use by an attacker: to leave the confinement or to reach the kernel.
FORBIDDEN = {
    "io_uring_setup": 425,
    "bpf": 321,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "keyctl": 250,
    "mount": 165,
    "unshare": 272,
    "setns": 308,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
    "process_vm_writev": 311,
    "open_by_handle_at": 304,
    "memfd_create": 319,
    "execveat": 322,
    "vfork": 58,
    "shmget": 29,
    "sendmsg": 46,
    "init_module": 175,
    "kexec_load": 246,
    "ptrace": 101,
    "of a later kernel": 470,
}


@needs_seccomp
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_system_call_that_reading_does_not_need_is_refused(box: Sandbox, name: str) -> None:
    assert box.call(attacks.system_call, FORBIDDEN[name]) == "Operation not permitted"


def test_the_environment_of_the_run_is_not_there(box: Sandbox) -> None:
    assert SECRET not in box.call(attacks.environment).values()
    assert SECRET.encode() not in Path(f"/proc/{box._fork_server.pid}/environ").read_bytes()


def test_no_capability_is_left_that_can_change_anything(box: Sandbox) -> None:
    _, capabilities = box.call(attacks.identity)
    effective = int.from_bytes(capabilities[:4], "little") | int.from_bytes(capabilities[12:16], "little") << 32
    assert effective in (0, 1 << 2)  # root keeps CAP_DAC_READ_SEARCH: it may read what Landlock allows


def test_no_descriptor_is_open_but_the_connection_and_what_measures_memory(box: Sandbox) -> None:
    assert box.call(attacks.open_descriptors) == ["device"] * 3 + ["socket", "file", "file"] or sorted(
        box.call(attacks.open_descriptors)
    ) == ["device", "device", "device", "file", "file", "socket"]


def test_nothing_of_an_earlier_document_is_left(box: Sandbox) -> None:
    assert box.call(attacks.leave_state, "of the first document") == ["of the first document"]
    assert box.call(attacks.leave_state, "of the second document") == ["of the second document"]


@pytest.mark.parametrize(
    "what",
    [
        *("a pickle", "a pickle in MessagePack", "no MessagePack", "nothing", "another type"),
        *("an array of 4 billion", "an answer of 4 billion", "deep nesting"),
    ],
)
def test_a_false_answer_is_refused_and_runs_no_code(box: Sandbox, tmp_path: Path, what: str) -> None:
    created = tmp_path / "created"
    with pytest.raises(LimitExceeded) as stopped:
        box.call(attacks.answer_with, what, str(created))
    assert stopped.value.code == "bad_answer"
    assert not created.exists()
    assert box.call(attacks.use_threads) == 4


def test_a_wish_for_something_that_is_no_preparation_is_ignored(box: Sandbox, tmp_path: Path) -> None:
    prepared = dict(box._prepared)
    assert box.call(attacks.answer_with, "a wish for a command", str(tmp_path)) == "x"
    assert box._prepared == prepared


def test_an_answer_that_is_announced_too_long_is_refused() -> None:
    sandbox = Sandbox(1, Limits(wall_seconds=5, answer_bytes=1 << 20))
    try:
        with pytest.raises(LimitExceeded, match="too long an answer") as stopped:
            sandbox.call(attacks.announce, 1 << 40, 0)
        assert stopped.value.code == "bad_answer"
    finally:
        sandbox.stop()


@pytest.mark.parametrize("sent", [0, 10])
def test_a_half_answer_is_stopped_at_the_time_limit(sent: int) -> None:
    sandbox = Sandbox(1, Limits(wall_seconds=1))
    try:
        with pytest.raises(LimitExceeded) as stopped:
            sandbox.call(attacks.announce, 1000, sent)
        assert stopped.value.code == "time_limit"
    finally:
        sandbox.stop()


def test_json_of_another_type_is_refused_and_not_stored(box: Sandbox) -> None:
    with box.session() as session, pytest.raises(LimitExceeded) as stopped:
        session.call_json(int, attacks.forge_json)
    assert stopped.value.code == "bad_answer"


def test_threads_work_in_a_worker(box: Sandbox) -> None:
    assert box.call(attacks.use_threads) == 4


AS_USER = """
import os, sys
from pathlib import Path
import attacks
from aisi_ingest.sandbox.pool import Sandbox
box = Sandbox(1)
print(os.getuid(), *box.missing(), sep=",")
folder = Path(sys.argv[1])
with box.session(folder) as session:
    print(session.call(attacks.read_file, str(folder / "document")))
    print(session.call(attacks.change_file, str(folder / "document"), "truncate"))
    print(session.call(attacks.read_file, "/etc/passwd"))
    print(session.call(attacks.start_program, "exec"))
    print(session.call(attacks.reach, "tcp", "127.0.0.1", int(sys.argv[2])))
    print(session.call(attacks.reach_process, os.getpid(), "signal"))
    print(session.call(attacks.identity)[1].count(0))
box.stop()
"""


def _run_as_user(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script as an ordinary user, with an interpreter that this user can execute."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for interpreter in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        with contextlib.suppress(PermissionError):
            if interpreter:
                return subprocess.run(
                    [interpreter, "-c", script, *arguments],
                    env={"PYTHONPATH": os.pathsep.join(sys.path), "HOME": "/"},
                    cwd="/",
                    user=65534,
                    group=65534,
                    extra_groups=[],
                    capture_output=True,
                    text=True,
                    check=False,
                )
    pytest.skip(f"an ordinary user has no {version} here")


@needs_landlock
@needs_seccomp
@pytest.mark.skipif(os.getuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_is_confined_as_root_is(tmp_path: Path) -> None:
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o777)
    (folder / "document").write_text("text")
    (folder / "document").chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = _run_as_user(AS_USER, str(folder), str(server.getsockname()[1]))
    user, read, *others, zeros = done.stdout.splitlines()
    assert user.startswith("65534") and read == "succeeded", done.stderr
    assert zeros == "24"  # no capability at all
    assert [outcome for outcome in others if "Error" not in outcome] == []


def test_a_missing_mechanism_is_named_with_what_it_means(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = Sandbox(1)
    try:
        monkeypatch.setattr(sandbox._fork_server, "request", lambda *_: 0b10)
        assert sandbox.missing() == (confinement.FILES,)
    finally:
        monkeypatch.undo()
        sandbox.stop()
    (record,) = caplog.records
    assert "Landlock is not available here: a worker can read every file" in record.getMessage()


def test_workers_are_confined_while_many_are_started_at_once() -> None:
    sandbox, outcomes = Sandbox(2), []
    threads = [
        threading.Thread(target=lambda: outcomes.append(sandbox.call(attacks.start_program, "exec"))) for _ in range(8)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(0)
    finally:
        sandbox.stop()
    assert len(outcomes) == 8 and "succeeded" not in outcomes

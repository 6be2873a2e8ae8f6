"""Systems that lack a part of the confinement: documents are read, the rest confines, and a warning names the part."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aisi_ingest.sandbox import confinement, landlock, seccomp

SAMPLE = Path(__file__).parents[2] / "samples" / "site" / "pdf" / "sample_overview_en.pptx"
pytestmark = [
    pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64"),
    pytest.mark.skipif(not landlock.version() or not seccomp.available(), reason="this system lacks them itself"),
]

# A container forbids these calls in this way: number and error.
LACKS = {
    confinement.NETWORK: (272, errno.EPERM),  # unshare, as Docker does
    confinement.FILES: (444, errno.ENOSYS),  # landlock_create_ruleset, before Linux 5.13
    confinement.CALLS: (157, errno.EINVAL),  # prctl(PR_SET_SECCOMP), without CONFIG_SECCOMP_FILTER
}

# Applies a filter of its own, then runs a command in the same process.
SCRIPT = """
import ctypes, struct, sys
from aisi_ingest.sandbox import libc
allow, error = 0x7FFF0000, 0x00050000
program = [(0x20, 0, 0, 0)]
for number, code in {calls!r}:
    if number == 157:  # of prctl only PR_SET_SECCOMP
        program += [(0x15, 0, 4, 157), (0x20, 0, 0, 16), (0x15, 0, 1, 22)]
        program += [(0x06, 0, 0, error | code), (0x06, 0, 0, allow)]
    else:
        program += [(0x15, 0, 1, number), (0x06, 0, 0, error | code)]
program.append((0x06, 0, 0, allow))
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))
packed = b"".join(struct.pack("=HBBI", *each) for each in program)
libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
libc.prctl(libc.PR_SET_SECCOMP, 2, ctypes.byref(Program(len(program), packed)))
from aisi_ingest.cli import main
sys.argv[0] = "aisi-ingest"
main()
"""


def run_without(lacking: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    script = SCRIPT.format(calls=[LACKS[each] for each in lacking])
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("lacking", [[each] for each in LACKS] + [list(LACKS)], ids=[*LACKS, "all of them"])
def test_health_names_what_this_system_lacks_and_what_it_means(lacking: list[str]) -> None:
    done = run_without(lacking, "health")
    lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
    assert done.returncode == 1, done.stderr
    for mechanism in confinement.MECHANISMS:
        assert ("missing" in lines[mechanism]) == (mechanism in lacking)
        assert ("works" in lines[mechanism]) == (mechanism not in lacking)


@pytest.mark.parametrize("lacking", [[], [confinement.FILES], list(LACKS)], ids=["nothing", "Landlock", "all of them"])
def test_documents_are_read_and_the_report_warns(tmp_path: Path, lacking: list[str]) -> None:
    done = run_without(lacking, "add", "--no-ocr", str(SAMPLE), "--root", str(tmp_path))
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "processed" / "run.json").read_bytes())
    warnings = [issue["message"] for issue in report["issues"] if issue["code"] == "not_confined"]
    assert len(warnings) == len(lacking)
    for mechanism, warning in zip(lacking, warnings, strict=True):
        assert warning.startswith(f"{mechanism} is not available here")


def test_a_worker_has_no_rights_of_root_even_without_the_other_mechanisms() -> None:
    code = (
        "import os, sys; from aisi_ingest.sandbox import confinement; confinement.confine_server();"
        "confinement.confine_worker((), (int(sys.argv[1]),), 8 << 30, os.getppid(), confinement.MECHANISMS);"
        "os.write(int(sys.argv[1]), open('/proc/self/status', 'rb').read())"
    )
    own_end, other_end = os.pipe()
    try:
        subprocess.run([sys.executable, "-c", code, str(other_end)], pass_fds=(other_end,), check=True, timeout=60)
        status = dict(line.split(":\t", 1) for line in os.read(own_end, 65536).decode().splitlines())
    finally:
        os.close(own_end)
        os.close(other_end)
    may_read_files_of_others = 1 << 2  # CAP_DAC_READ_SEARCH
    for name in ("CapEff", "CapPrm", "CapInh"):
        assert int(status[name], 16) & ~may_read_files_of_others == 0, name
    assert status["NoNewPrivs"] == "1"

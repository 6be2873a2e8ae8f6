"""deploy/: the container file copies everything the program needs, and the systemd units start existing commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted((*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")))


def instructions() -> list[tuple[str, str]]:
    """The instructions of the container file, with continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Containerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def copied() -> list[tuple[list[str], str]]:
    """Sources and target of each COPY instruction."""
    found = []
    for word, rest in instructions():
        if word == "COPY":
            *sources, target = [each for each in shlex.split(rest) if not each.startswith("--")]
            found.append((sources, target))
    return found


def test_the_image_is_based_on_an_official_image_by_its_digest() -> None:
    assert re.fullmatch("python:3.11-slim@sha256:[0-9a-f]{64}", dict(instructions())["FROM"])


def test_the_image_runs_as_an_ordinary_user_who_cannot_change_the_code() -> None:
    words = [word for word, _ in instructions()]
    assert dict(instructions())["USER"] == "aisi"
    last_write = max(at for at, word in enumerate(words) if word in ("COPY", "RUN"))
    assert words.index("USER") > last_write  # so all of the code belongs to root
    assert not [rest for word, rest in instructions() if word == "COPY" and "--chown" in rest]


def test_what_the_installation_downloads_is_pinned_by_hashes() -> None:
    for line in re.findall(r"pip install .*", (ROOT / "install.sh").read_text("utf-8")):
        assert "--require-hashes" in line or "--no-deps --no-build-isolation -e ." in line, line
    assert re.search(r"^uv==[\d.]+ \\\n +--hash=sha256:[0-9a-f]{64}", (ROOT / "requirements-uv.lock").read_text(), re.M)


def test_all_copied_files_exist() -> None:
    assert [source for sources, _ in copied() for source in sources if not (ROOT / source).exists()] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_files_of_the_container_can_be_installed_and_run(tmp_path: Path) -> None:
    """Does what the container file does, without a container engine: copies, installs and runs the entry point."""
    for sources, target in copied():
        for source in sources:
            to = tmp_path / (source if target == "./" else target)
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, to)
    (install,) = [rest for word, rest in instructions() if word == "RUN" and "install.sh" in rest]
    environment = {
        "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
        "PYTHON": sys.executable,
        "HOME": str(tmp_path / "home"),
    }
    environment |= {name: value for name, value in os.environ.items() if re.match("UV_|PIP_|SSL_|.*PROXY", name, re.I)}
    done = subprocess.run(install, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    entry = json.loads(dict(instructions())["ENTRYPOINT"])
    for words in (
        [*entry, "registry", "check"],
        [*entry, *json.loads(dict(instructions())["CMD"]), "--help"],
        ["prefect", "version"],
    ):
        command = [str(tmp_path / ".venv" / "bin" / words[0]), *words[1:]]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for each in UNITS:  # a timer refers to its service
        text = each.read_text("utf-8").replace("/opt/aisi-ingest/.venv/bin", str(BIN))
        (tmp_path / each.name).write_text(text, "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", tmp_path / unit.name], capture_output=True, text=True)
    if "Failed to" in done.stderr and "initialize" in done.stderr:
        pytest.skip(f"systemd-analyze does not work here: {done.stderr.strip()}")
    assert [line for line in done.stderr.splitlines() if "aisi-" in line] == []


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_the_unit_starts_a_command_with_options_that_exist(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text("utf-8"), re.MULTILINE)
    program, *words = shlex.split(line)
    command = [word for word in words if re.fullmatch("[a-z]+", word)][: 1 if program.endswith("aisi-ingest") else 2]
    help_ = subprocess.run([BIN / Path(program).name, *command, "--help"], capture_output=True, text=True, check=True)
    assert [word for word in words if word.startswith("--") and word not in help_.stdout] == []


SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_unit_may_write_only_to_the_data_and_not_to_the_code(unit: Path) -> None:
    text = unit.read_text("utf-8")
    assert "User=aisi\n" in text and "WorkingDirectory=/opt/aisi-ingest\n" in text
    assert "ProtectSystem=strict\n" in text
    assert re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE) == ["/srv/aisi"]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_systemd_rates_the_exposure_of_the_unit_below_three(unit: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    command = ["systemd-analyze", "security", "--offline=true", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    rating = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    if rating is None:
        pytest.skip(f"systemd-analyze does not work here: {done.stderr.strip()}")
    assert float(rating[1]) < 3


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_unit_limits_memory_and_the_number_of_tasks(unit: Path) -> None:
    text = unit.read_text("utf-8")
    assert re.search(r"^MemoryMax=\d+G$", text, re.MULTILINE) and re.search(r"^TasksMax=\d+$", text, re.MULTILINE)


def test_a_run_without_prefect_ends_after_its_longest_time() -> None:
    text = (DEPLOY / "aisi-run.service").read_text("utf-8")
    assert re.search(r"^RuntimeMaxSec=\d+h$", text, re.MULTILINE)
    assert "Type=oneshot" not in text  # for which RuntimeMaxSec has no effect


def test_the_units_of_prefect_read_its_password_from_a_file() -> None:
    for name in ("aisi-server", "aisi-worker"):
        text = (DEPLOY / f"{name}.service").read_text("utf-8")
        assert "EnvironmentFile=/etc/aisi-ingest/prefect.env\n" in text
        assert "AUTH_STRING=" not in text

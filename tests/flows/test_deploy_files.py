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


def test_the_image_is_based_on_an_official_image_and_runs_as_an_ordinary_user():
    words = [word for word, _ in instructions()]
    assert dict(instructions())["FROM"] == "python:3.11-slim"
    assert "USER" in words and words.index("USER") < words.index("COPY")


def test_all_copied_files_exist():
    assert [source for sources, _ in copied() for source in sources if not (ROOT / source).exists()] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_files_of_the_container_can_be_installed_and_run(tmp_path):
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
def test_systemd_accepts_the_unit(unit, tmp_path):
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
def test_the_unit_starts_a_command_with_options_that_exist(unit):
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text("utf-8"), re.MULTILINE)
    program, *words = shlex.split(line)
    command = [word for word in words if re.fullmatch("[a-z]+", word)][: 1 if program.endswith("aisi-ingest") else 2]
    help_ = subprocess.run([BIN / Path(program).name, *command, "--help"], capture_output=True, text=True, check=True)
    assert [word for word in words if word.startswith("--") and word not in help_.stdout] == []


def test_all_units_run_in_the_same_folder_and_may_write_only_to_the_data():
    for unit in UNITS:
        text = unit.read_text("utf-8")
        if unit.suffix == ".service":
            assert "User=aisi\n" in text and "WorkingDirectory=/opt/aisi-ingest\n" in text
            assert "ProtectSystem=strict" in text and re.search(r"^ReadWritePaths=/srv/aisi", text, re.MULTILINE)

"""The examples of docs/using.md run in a release, each with the packages that it names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from published_editions import two_editions

from aisi_ingest.publish import publish

PAGE = (Path(__file__).parents[2] / "docs" / "using.md").read_text("utf-8")
QUESTIONS = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^```(python|r)\n# ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [match.groups() for match in _EXAMPLE.finditer(PAGE)]
HEADINGS = [PAGE[: match.start()].rpartition("\n## ")[2].partition("\n")[0] for match in _EXAMPLE.finditer(PAGE)]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    result = publish(two_editions(), tmp_path_factory.mktemp("root"), now=datetime(2026, 12, 1, tzinfo=UTC))
    assert result.value is not None
    return Path(result.value.path)


def output(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=HEADINGS)
def test_the_example_runs_and_shows_text_of_the_release(
    example: tuple[str, str, str], release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    language, install, code = example
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(release.parent / "hub"))
    if language == "r":
        if not shutil.which("Rscript"):
            pytest.skip(f"R is not installed: {install}")
        shown = output(["Rscript", "-e", code], release)
    else:
        packages = install.removeprefix("pip install ").split()
        installed = [] if not {"duckdb", "translate-toolkit"}.isdisjoint(packages) else packages
        shown = output(python(installed, code), release)
    assert "Introduction" in shown or "Institute" in shown or "Evaluating" in shown, shown


def python(packages: list[str], code: str) -> list[str]:
    """Return the command that runs code with packages: in an environment of its own if there are any."""
    if not packages:
        return [sys.executable, "-c", code]
    if not shutil.which("uv"):
        pytest.skip("uv is not installed, which creates the environment of the example")
    options = [option for package in packages for option in ("--with", package)]
    return ["uv", "run", "--quiet", "--isolated", "--no-project", *options, "python", "-c", code]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_in_five_lines(question: str, release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    monkeypatch.chdir(release)
    assert len(question.splitlines()) <= 5
    assert duckdb.execute(question).fetchall()

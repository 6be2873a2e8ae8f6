"""The documentation matches the program: commands, options, fields, links, files and everyday tasks."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

import aisi_ingest
from aisi_ingest.cli.app import app
from aisi_ingest.publish.schema import TABLES

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "samples" / "README.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = "src|flows|tests|docs|samples|benchmarks|fuzz|deploy"
# Places in the documentation that name a module by its room, below src/aisi_ingest.
ROOMS = sorted(path.name for path in (ROOT / "src" / "aisi_ingest").iterdir() if (path / "__init__.py").exists())


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=page_name)


def command_lines() -> list[tuple[str, str]]:
    """Return every line of a shell block that calls aisi-ingest, with the page that shows it."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
            for line in block.splitlines():
                line = line.removeprefix("$ ").split(" #")[0].strip()
                if line.startswith("aisi-ingest "):
                    found.append((page.name, line))
    return found


def subcommands(command: Any) -> dict[str, Any]:
    # Typer contains click or imports it, depending on its version.
    return dict(getattr(command, "commands", {}))


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that the words name, and the remaining words."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in subcommands(command):
        command, words = subcommands(command)[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_every_command_that_is_shown_exists_with_its_options(page: str, line: str) -> None:
    command, rest = resolve(shlex.split(line)[1:])
    assert not subcommands(command), f"{line}: no such command"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.split("=")[0] for word in rest if word.startswith("--")} <= known | {"--help"}


def test_the_readme_names_every_command() -> None:
    assert {name for name in subcommands(typer.main.get_command(app)) if f"`{name}`" not in README} == set()


def test_the_two_commands_are_at_the_top_of_the_readme() -> None:
    head = README.split("\n## ")[0]
    assert "make demo" in head and "make test" in head


@pytest.mark.parametrize("table", TABLES)
def test_the_contract_names_every_field_of_a_table(table: str) -> None:
    contract = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
    missing = [field for field in TABLES[table].__struct_encode_fields__ if f"`{field}`" not in contract]
    assert missing == []


@every_page
def test_every_link_to_a_file_has_a_target(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@every_page
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]*\w)`", text)
    modules = re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w./-]*\.py)`", text)
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [name for name in modules if not (ROOT / "src" / "aisi_ingest" / name).exists()]
    assert missing == []


def tasks() -> list[tuple[str, str, str]]:
    """Return the rows of the table of everyday tasks: the task, the file to change, the file with its tests."""
    section = CONTRIBUTING.split("\n## Ten everyday tasks\n")[1].split("\n## ")[0]
    return re.findall(r"^\| ([^|`]+?) \| `([^`]+)` \| `([^`]+)` \|$", section, flags=re.MULTILINE)


def test_ten_everyday_tasks_are_listed() -> None:
    assert len(tasks()) == 10


@pytest.mark.parametrize(("task", "file", "tests"), tasks())
def test_the_files_of_an_everyday_task_exist(task: str, file: str, tests: str) -> None:
    assert (ROOT / file).is_file(), f"{task}: {file} has moved; change CONTRIBUTING.md"
    assert (ROOT / tests).is_file(), f"{task}: {tests} has moved; change CONTRIBUTING.md"


def test_the_readme_names_every_room() -> None:
    rooms = {f"src/aisi_ingest/{room}" for room in ROOMS}
    named = set(re.findall(r"`(src/aisi_ingest/\w+)`", README))
    assert rooms == named


@pytest.mark.parametrize("room", ROOMS)
def test_the_architecture_names_every_room(room: str) -> None:
    assert f"`{room}`" in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_changelog_keeps_to_its_headings() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", changelog, flags=re.MULTILINE)[0] == "Unreleased"
    kinds = set(re.findall(r"^### (.+)$", changelog, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {aisi_ingest.__version__}\n" in citation


def test_every_list_of_exceptions_names_what_exists() -> None:
    """An exception for a file that is gone hides nothing and misleads whoever reads the list."""
    patterns = PROJECT["tool"]["ruff"]["lint"]["per-file-ignores"]
    assert [each for each in patterns if each.startswith("src/") and not list(ROOT.glob(each))] == []


def test_every_module_is_checked_by_mypy() -> None:
    assert not any(each.get("ignore_errors") for each in PROJECT["tool"]["mypy"]["overrides"])


def python_examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("example", python_examples())
def test_the_examples_of_the_readme_run(example: str, tmp_path: Path, sample_site: str) -> None:
    command = [sys.executable, "-m", "aisi_ingest.cli", "run", "--index", sample_site, "--root", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@every_page
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named <= targets

"""README and docs/ say what the program does: commands, options, fields and links are held against the real ones."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from aisi_ingest.cli.app import app
from aisi_ingest.publish.schema import TABLES

ROOT = Path(__file__).parents[2]
PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command_lines() -> list[tuple[str, str]]:
    """Every line of a shell block that calls aisi-ingest, with the paper that shows it."""
    found = []
    for paper in PAPERS:
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", paper.read_text(encoding="utf-8"), flags=re.DOTALL):
            for line in block.splitlines():
                line = line.removeprefix("$ ").split(" #")[0].strip()
                if line.startswith("aisi-ingest "):
                    found.append((paper.name, line))
    return found


def resolve(words: list[str]):
    """The click command that the words name, and the words left over."""
    command = typer.main.get_command(app)
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize(("paper", "line"), command_lines())
def test_every_command_that_is_shown_exists_with_its_options(paper, line):
    command, rest = resolve(shlex.split(line)[1:])
    assert not hasattr(command, "commands"), f"{line}: no such command"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.split("=")[0] for word in rest if word.startswith("--")} <= known | {"--help"}


def test_the_readme_names_every_command():
    assert {name for name in typer.main.get_command(app).commands if f"`{name}`" not in README} == set()


def test_the_two_commands_stand_at_the_top():
    head = README.split("\n## ")[0]
    assert "make demo" in head and "make test" in head


@pytest.mark.parametrize("table", TABLES)
def test_the_contract_names_every_field_of_a_table(table):
    contract = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
    missing = [field for field in TABLES[table].__struct_fields__ if f"`{field}`" not in contract]
    assert missing == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_link_to_a_file_leads_to_one(paper):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", paper.read_text(encoding="utf-8"))
    assert [target for target in targets if not (paper.parent / target).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_file_that_a_paper_names_exists(paper):
    text = paper.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|flows|tests|docs|samples|benchmarks)/[\w./-]*\w)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def python_examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("example", python_examples())
def test_the_examples_of_the_readme_run(example, tmp_path, sample_site):
    command = [sys.executable, "-m", "aisi_ingest.cli", "run", "--index", sample_site, "--root", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_make_target_that_a_paper_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for paper in PAPERS:
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", paper.read_text(encoding="utf-8"), flags=re.MULTILINE))
        assert named <= targets, paper.name

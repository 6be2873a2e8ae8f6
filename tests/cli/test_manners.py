"""What users expect of every command: inputs of all forms, JSON for programs, quiet and verbose, exit codes."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from command_line import SAMPLES, aisi
from published_editions import released

from aisi_ingest.dates.edtf import is_edtf_date

DECK = SAMPLES / "sample_overview_en.pptx"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with the two decks of the sample site."""
    root = tmp_path_factory.mktemp("root")
    done = aisi("add", *sorted(SAMPLES.glob("*.pptx")), "--root", root, "--no-ocr")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A PDF that needs the password "rosebud"."""
    path = tmp_path / "locked.pdf"
    with pikepdf.open(next(SAMPLES.glob("*_en.pdf"))) as file:
        file.save(path, encryption=pikepdf.Encryption(user="rosebud", owner="owner"))
    return path


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password.txt"
    path.write_text("rosebud\n", encoding="utf-8")
    return path


def published(root: Path) -> list[dict[str, object]]:
    lines = (root / "processed" / "latest" / "documents.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_add_takes_the_documents_of_a_folder_and_of_the_folders_in_it(tmp_path: Path) -> None:
    (tmp_path / "reports" / "2026").mkdir(parents=True)
    shutil.copy(DECK, tmp_path / "reports" / "2026")
    (tmp_path / "reports" / "notes.txt").write_text("not a document", encoding="utf-8")
    done = aisi("add", tmp_path / "reports", "--root", tmp_path / "root", "--no-ocr")
    assert done.returncode == 0, done.stderr
    assert len(published(tmp_path / "root")) == 1


def test_a_pattern_that_the_shell_did_not_expand_names_its_files(tmp_path: Path) -> None:
    done = aisi("extract", SAMPLES / "sample_overview_*.pptx", "--out", tmp_path, "--no-ocr")
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("sample_overview_*.json"))) == 2


def test_extract_reads_standard_input() -> None:
    command = [sys.executable, "-m", "aisi_ingest.cli", "extract", "-", "--no-ocr"]
    done = subprocess.run(command, input=DECK.read_bytes(), capture_output=True, check=True)
    assert json.loads(done.stdout)["pages"] > 1


def test_the_same_bytes_through_standard_input_are_the_same_document(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aisi_ingest.cli", "add", "-", "--no-ocr", "--root", str(tmp_path)]
    for _ in range(2):
        done = subprocess.run(command, input=DECK.read_bytes(), capture_output=True, check=True)
    assert b"nothing changed" in done.stdout
    assert len(published(tmp_path)) == 1


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(DECK, tmp_path / folder / "deck.pptx")
    done = aisi("extract", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "two files are named deck.pptx" in done.stderr


def test_a_file_with_a_password_is_read_with_the_password_from_a_file(locked: Path, password: Path) -> None:
    assert "give it with --password" in aisi("extract", locked).stderr
    done = aisi("extract", locked, "--password", password)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sections"]


def test_add_keeps_a_copy_without_password_and_the_password_nowhere(
    locked: Path, password: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    assert aisi("add", locked, "--password", password, "--root", root).returncode == 0
    assert "nothing changed" in aisi("add", locked, "--password", password, "--root", root).stdout
    assert [row["source"]["file"] for row in published(root)] == ["locked.pdf"]  # type: ignore[index]
    kept = [each for each in root.rglob("*") if each.is_file() and b"rosebud" in each.read_bytes()]
    assert kept == []


def test_a_wrong_password_is_named_with_its_file(locked: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("sled", encoding="utf-8")
    done = aisi("add", locked, "--password", wrong, "--root", tmp_path / "root")
    assert done.returncode == 2
    assert done.stderr == f"aisi-ingest: {locked}: the password is wrong\n"


def test_a_password_file_that_is_missing_is_named(locked: Path) -> None:
    done = aisi("extract", locked, "--password", "nosuch.txt")
    assert done.returncode == 2
    assert "--password nosuch.txt: No such file or directory" in done.stderr


def test_an_address_without_a_scheme_gets_a_hint(tmp_path: Path) -> None:
    done = aisi("add", "example.org/guide.pdf", "--root", tmp_path / "root")
    assert done.returncode == 2
    assert "write https://example.org/guide.pdf" in done.stderr


def test_an_old_presentation_gets_a_command_that_converts_it(tmp_path: Path) -> None:
    old = tmp_path / "old deck.ppt"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document".encode("utf-16-le"))
    for command in (("extract", old), ("add", old, "--root", tmp_path / "root")):
        assert "soffice --headless --convert-to pptx 'old deck.ppt'" in aisi(*command).stderr


def test_every_command_that_prints_rows_prints_them_as_json(root: Path) -> None:
    document = str(published(root)[0]["id"])
    release = (root / "processed" / "latest").resolve().name
    commands = (
        ("status", "--root", root),
        ("show", document, "--root", root),
        ("releases", "--root", root),
        ("search", "sample", "--root", root),
        ("registry", "check"),
        ("registry", "find", "METI"),
        ("health",),
        ("diff-release", release, "latest", "--root", root),
        ("verify", "--root", root),
    )
    for command in commands:
        done = aisi(*command, "--json")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert all(isinstance(row, dict) for row in rows), command
        assert rows or command[0] in ("diff-release", "verify"), (command, done.stderr)


def test_diff_prints_the_changes_as_json(tmp_path: Path) -> None:
    released(tmp_path)
    done = aisi("diff", "guide", "1.0", "1.1", "--root", tmp_path, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["kind"] for row in rows} == {"added", "changed", "removed"}, done.stderr
    assert {(row["from"], row["to"]) for row in rows} == {("1.0", "1.1")}


def test_sources_check_prints_json(tmp_path: Path, sample_site: str) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text(f'[[source]]\nid = "site"\nindex = ["{sample_site}"]\nallow_private = true\n', encoding="utf-8")
    done = aisi("sources", "check", sources, "--root", tmp_path / "root", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len([row for row in rows if row["state"] == "new"]) == 6, done.stderr


def test_a_quiet_run_prints_nothing_and_a_verbose_one_a_line_for_each_document(root: Path) -> None:
    quiet = aisi("reprocess", "--all", "--from", "publish", "--root", root, "--quiet", "--no-ocr")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    verbose = aisi("reprocess", "--all", "--from", "publish", "--root", root, "-v", "--no-ocr")
    assert sum(".pptx" in line for line in verbose.stdout.splitlines()) == 2


def test_prune_deletes_old_releases_and_says_which(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for deck in sorted(SAMPLES.glob("*.pptx")):
        assert aisi("add", deck, "--root", root, "--no-ocr").returncode == 0
    done = aisi("prune", "--keep", 1, "--root", root)
    assert done.returncode == 0, done.stderr
    assert ": deleted\n1 releases are left" in done.stdout
    assert aisi("prune", "--keep", 1, "--root", tmp_path / "nothing").returncode == 2


@pytest.mark.parametrize("date", ["2026-02-30", "2026-13", "April 2026", "26-04-01", ""])
def test_a_date_that_does_not_exist_is_refused(date: str) -> None:
    assert not is_edtf_date(date)
    done = aisi("tag", "--text", "5月29日", "--date", date)
    assert done.returncode == 2
    assert "give a day, a month or a year that exists" in done.stderr


@pytest.mark.parametrize("date", ["2026-04-01", "2026-04", "2026", "2024-02-29"])
def test_a_day_a_month_and_a_year_are_dates(date: str) -> None:
    assert is_edtf_date(date)


def test_the_shell_completes_commands() -> None:
    completion = {"_AISI_INGEST_COMPLETE": "complete_bash", "COMP_WORDS": "aisi-ingest re", "COMP_CWORD": "1"}
    program = Path(sys.executable).with_name("aisi-ingest")
    done = subprocess.run([program], env=os.environ | completion, capture_output=True, text=True, check=True)
    assert {"reprocess", "releases", "registry"} <= set(done.stdout.split())


def on_a_terminal(*arguments: object, **environment: str) -> bytes:
    """Run a command with a pseudo-terminal as its standard output and error, and return what it wrote."""
    command = [sys.executable, "-m", "aisi_ingest.cli", *map(str, arguments)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm"} | environment)
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 1 << 16):
            written += part
    except OSError:  # the program has closed its end
        pass
    finally:
        os.close(ours)
        process.wait()
    return written


def test_no_color_leaves_out_all_colours(tmp_path: Path) -> None:
    coloured = on_a_terminal("add", DECK, "--no-ocr", "--root", tmp_path / "a", NO_COLOR="")
    plain = on_a_terminal("add", DECK, "--no-ocr", "--root", tmp_path / "b", NO_COLOR="1")
    assert b"\x1b[38;" in coloured or b"\x1b[3" in coloured
    assert b"\x1b[38;" not in plain and b"\x1b[3" not in plain.replace(b"\x1b[3J", b"")


def test_the_help_explains_the_exit_codes_that_commands_end_with(tmp_path: Path) -> None:
    help_text = aisi("--help").stdout
    assert all(f"\n    {code} " in help_text for code in (0, 1, 2, 130))
    assert aisi("releases", "--root", tmp_path).returncode == 0
    assert aisi("show", "nosuch", "--root", tmp_path).returncode == 1
    assert aisi("run", "--nosuch").returncode == 2

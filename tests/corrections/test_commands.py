"""The commands for corrections, the files that they read and write, and the registry of a root."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from command_line import SAMPLES, aisi

import aisi_ingest
from aisi_ingest.corrections.reading import CorrectionsError, load, parse
from aisi_ingest.corrections.writing import append, as_toml
from aisi_ingest.model import CellCorrection, Correction
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings

EN = "sample_guide_v1.00_en.pdf"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    settings = Settings(str(root), workers=1, ocr=False)
    assert orchestrator.add(settings, (), sorted(SAMPLES.glob("sample_guide_*.pdf")), ()).release
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path / "root", symlinks=True)
    return tmp_path / "root"


def mentions(root: Path, text: str) -> list[dict[str, Any]]:
    lines = (root / "processed" / "latest" / "mentions.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["text"] == text]


def values(root: Path) -> set[str]:
    lines = (root / "processed" / "latest" / "mentions.jsonl").read_text("utf-8").splitlines()
    return {row["value"] for row in map(json.loads, lines)}


def reprocess(root: Path, *options: object) -> str:
    done = aisi("reprocess", "--all", "--from", "publish", "--root", root, "--no-ocr", *options)
    return done.stdout + done.stderr


def test_correct_shows_the_difference_and_writes_an_entry_that_the_next_run_applies(root: Path) -> None:
    fields = ("--set", "kind=heading", "--set", "level=3")
    sentence = "The guide was written with three kinds of reader in mind."
    arguments = ("--of", "block", "--text", sentence, *fields, "--reason", "bold on page 3", "--yes")
    done = aisi("correct", EN, *arguments, "--root", root)
    assert done.returncode == 0, done.stderr
    assert f"- paragraph {sentence}\n+ heading 3 {sentence}\n" in done.stdout
    assert "sample-guide.toml: written" in done.stdout
    assert "correction of" not in reprocess(root)
    assert sentence in aisi("show", "sample-guide/1.00/en", "--root", root).stdout


def test_correct_of_a_text_that_is_not_there_writes_nothing(root: Path) -> None:
    done = aisi(
        "correct", EN, "--of", "mention", "--text", "Nobody", "--remove", "--reason", "x", "--yes", "--root", root
    )
    assert done.returncode == 1
    assert "does not occur there any more" in done.stderr and not (root / "corrections").exists()


def test_correct_of_an_unknown_document_lists_the_known_ones(root: Path) -> None:
    done = aisi("correct", "nosuch.pdf", "--root", root)
    assert done.returncode == 1 and "sample-guide/1.00/en" in done.stderr


def test_check_counts_entries_and_names_the_line_of_a_wrong_one(root: Path) -> None:
    (root / "corrections").mkdir()
    file = root / "corrections" / "guide.toml"
    file.write_text('[[correction]]\nof = "block"\n', encoding="utf-8")
    done = aisi("corrections", "check", "--root", root)
    assert (done.returncode, done.stderr) == (2, 'aisi-ingest: corrections/guide.toml:1: key "author" is missing\n')
    file.write_text("", encoding="utf-8")
    assert aisi("corrections", "check", "--root", root).stdout == "0 corrections in 0 files, no errors\n"


def test_stale_lists_what_the_last_run_could_not_apply(root: Path) -> None:
    append(root, "guide", [correction(text="A text that nobody wrote in this guide")])
    reprocess(root)
    done = aisi("corrections", "stale", "--root", root)
    assert done.returncode == 1
    assert "“A text that nobody wrote in this guide” is not in the document any more" in done.stdout
    assert json.loads(aisi("corrections", "stale", "--json", "--root", root).stdout)["document"] == EN


def test_list_prints_the_place_of_each_entry(root: Path) -> None:
    append(root, "guide", [correction()])
    assert "corrections/guide.toml:1" in aisi("corrections", "list", "--root", root).stdout
    (row,) = map(json.loads, aisi("corrections", "list", "--json", "--root", root).stdout.splitlines())
    assert (row["place"], row["of"], row["author"]) == ("corrections/guide.toml:1", "block", "A. Reader")


def correction(**more: Any) -> Correction:
    values = {"documents": (EN,), "text": "1.2 Intended readers", "set": {"level": 3}} | more
    return Correction("block", "A. Reader", "2026-12-01", 'he said "no"\\', **values)


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    written = [
        correction(),
        correction(text="二つの\n行と\x7f\u3000空白", before="“", page=3),
        Correction("table", "a", "d", "r", documents=("x",), text="y", cells=(CellCorrection(0, 1, "z | ä"),)),
        Correction("table", "a", "d", "r", documents=("x",), page=1, bounds=(0, 1, 2.5, 3), settings={"snap_x": 1}),
        Correction("pair", "a", "d", "r", documents=("x", "y"), join=False),
        Correction("entity", "a", "d", "r", same=("a", "b")),
    ]
    text = "\n".join(map(as_toml, written))
    assert [entry.correction for entry in parse(text, "c.toml")] == written


def test_an_entry_that_is_there_already_is_not_written_twice(tmp_path: Path) -> None:
    for _ in range(2):
        path = append(tmp_path, "a/../work", [correction()])
    assert path == tmp_path / "corrections" / "a-..-work.toml"
    assert len(load(tmp_path)) == 1


def test_an_entry_that_contradicts_another_is_not_written(tmp_path: Path) -> None:
    path = append(tmp_path, "work", [correction()])
    before = path.read_bytes()
    with pytest.raises(CorrectionsError, match="sets level to 4"):
        append(tmp_path, "work", [correction(set={"level": 4})])
    assert path.read_bytes() == before


def tasks(root: Path) -> list[dict[str, Any]]:
    """Return the tasks for Label Studio, each with its predictions as annotations."""
    with aisi_ingest.load(root) as release:
        made = list(release.to_label_studio("en"))
    for task in made:
        task["annotations"] = [{"result": task["predictions"][0]["result"]}]
    return made


def imported(root: Path, content: object) -> str:
    file = root / "export.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    done = aisi("corrections", "import", file, "--author", "A. Reader", "--root", root)
    return done.stdout + done.stderr


def test_annotations_that_change_nothing_make_no_corrections(root: Path) -> None:
    assert imported(root, tasks(root)) == "nothing was changed in this file\n"


def test_annotations_of_label_studio_add_remove_and_relabel_mentions(root: Path) -> None:
    made = tasks(root)
    texts = {"remove": "Rishi Sunak", "relabel": "Bletchley Park"}
    for task in made:
        (annotation,) = task["annotations"]
        annotation["result"] = [each for each in annotation["result"] if each["value"]["text"] != texts["remove"]]
        for each in annotation["result"]:
            if each["value"]["text"] == texts["relabel"]:
                each["value"]["labels"] = ["ORG"]
        start = task["data"]["text"].find("Foundation Model Taskforce")
        if start >= 0:
            value = {"start": start, "end": start + 26, "text": "Foundation Model Taskforce", "labels": ["ORG"]}
            annotation["result"].append({"type": "labels", "value": value})
    assert "corrections" in imported(root, made)
    assert "correction of" not in reprocess(root)
    assert mentions(root, texts["remove"]) == []
    assert {row["label"] for row in mentions(root, texts["relabel"])} == {"ORG"}
    assert {row["rule"] for row in mentions(root, "Foundation Model Taskforce")} == {"by hand"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": 99_999, "end": 100_000}, "lie outside of"),
        ({"text": "another word"}, "stands"),
        ({"labels": []}, "has no start, end or label"),
    ],
)
def test_offsets_of_an_import_are_checked(root: Path, change: dict[str, Any], message: str) -> None:
    task = next(task for task in tasks(root) if task["annotations"][0]["result"])
    task["annotations"][0]["result"][0]["value"] |= change
    assert message in imported(root, [task])
    assert not (root / "corrections").exists()


def test_an_export_of_another_release_is_refused(root: Path) -> None:
    task = tasks(root)[0]
    task["data"]["text"] += " changed"
    assert "its text has changed since the export" in imported(root, [task])
    assert "not a list of tasks" in imported(root, {"a": 1})


def test_a_reviewed_spreadsheet_corrects_texts_and_takes_blocks_apart(root: Path) -> None:
    file = root / "processed" / "latest" / "bitext.xlsx"
    book = openpyxl.load_workbook(file)
    sheet = book.active
    assert sheet is not None
    names = {str(cell.value): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        unit = sheet.cell(row, names["unit"]).value
        english = str(sheet.cell(row, names["en"]).value)
        if unit == "block" and english.startswith("Legal officers"):
            sheet.cell(row, names["en"]).value = "Legal officers who write internal rules"
            sheet.cell(row, names["comment"]).value = "as printed"
        if unit == "block" and english.startswith("The guide was written"):
            sheet.cell(row, names["verdict"]).value = "wrong"
    book.save(root / "reviewed.xlsx")
    done = aisi("corrections", "import", root / "reviewed.xlsx", "--root", root)
    assert "sample-guide.toml: 2 corrections" in done.stdout, done.stderr
    reasons = {entry.correction.of: entry.correction.reason for entry in load(root)}
    assert reasons == {"block": "as printed", "bead": "reviewed"}
    assert "correction of" not in reprocess(root)
    assert aisi("search", '"write internal rules"', "--root", root).returncode == 0


def test_a_registry_of_the_root_adds_names_to_the_shipped_one(root: Path) -> None:
    entries = 'fmt = {en = ["Foundation Model Taskforce"]}\nipa = {en = ["Promotion Agency"]}\n'
    (root / "registry.toml").write_text(f"[org]\n{entries}", encoding="utf-8")
    reprocess(root)
    assert {row["value"] for row in mentions(root, "Foundation Model Taskforce")} == {"fmt"}
    assert {row["value"] for row in mentions(root, "Information-technology Promotion Agency")} == {"ipa"}
    (root / "registry.toml").write_text("[org]\nx = {}\n", encoding="utf-8")
    assert "registry.toml:2: x: no name" in reprocess(root)


def test_a_registry_that_was_given_once_is_used_again_until_default(root: Path, tmp_path: Path) -> None:
    registry = tmp_path / "mine.toml"
    registry.write_text('[org]\nfmt = {en = ["Foundation Model Taskforce"]}\n', encoding="utf-8")
    reprocess(root, "--registry", registry)
    assert mentions(root, "Foundation Model Taskforce") and "oecd" not in values(root)
    reprocess(root)
    assert mentions(root, "Foundation Model Taskforce") and "oecd" not in values(root)
    reprocess(root, "--registry", "default")
    assert not mentions(root, "Foundation Model Taskforce") and "oecd" in values(root)


def test_correct_asks_for_what_is_not_given(root: Path) -> None:
    answers = ["mention", "Rishi Sunak", "label=ORG", "", "a test", "y"]
    command = [sys.executable, "-m", "aisi_ingest.cli", "correct", EN, "--root", str(root)]
    done = subprocess.run(command, input="\n".join(answers) + "\n", capture_output=True, text=True, check=True)
    assert "- PERSON rishi-sunak Rishi Sunak\n+ ORG Rishi Sunak\n" in done.stdout
    (entry,) = load(root)
    assert (entry.correction.text, entry.correction.reason) == ("Rishi Sunak", "a test")


def test_correct_writes_nothing_without_consent(root: Path) -> None:
    command = [sys.executable, "-m", "aisi_ingest.cli", "correct", EN, "--of", "mention", "--text", "Rishi Sunak"]
    command += ["--remove", "--reason", "x", "--root", str(root)]
    done = subprocess.run(command, input="n\n", capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not (root / "corrections").exists()

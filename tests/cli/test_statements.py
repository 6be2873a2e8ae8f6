"""What is stated with ``add`` counts more than the document, is kept in the root, and is checked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import aisi
from fixtures_pdf import draw

PROSE = ("This text is about the safety of systems.", "It has two lines.")


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return draw(tmp_path / "paper.pdf", lambda d: d.lines(72, 100, PROSE))


def published(root: Path) -> dict[str, Any]:
    (line,) = (root / "processed" / "latest" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


OPTIONS = (
    "--title", "A Stated Title", "--date", "2024-09-25", "--publisher", "j-aisi", "--lang", "en",
    "--licence", "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/", "--attribution", "© Example",
    "--url", "https://example.org/paper.pdf",
)  # fmt: skip


def test_what_the_options_state_is_published_and_stays_when_the_document_is_processed_again(
    pdf: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    first = aisi("add", pdf, "--root", root, "--no-ocr", *OPTIONS)
    assert first.returncode == 0, first.stderr
    again = aisi("reprocess", "--all", "--root", root, "--no-ocr")
    assert again.returncode == 0, again.stderr
    row = published(root)
    assert row["title"] == "A Stated Title" and row["date"] == "2024-09-25" and row["publisher"] == "j-aisi"
    assert row["id"].split("/")[1] == "2024-09-25"
    assert row["licence"] == {
        "name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/", "attribution": "© Example",
    }  # fmt: skip
    assert row["source"]["url"] == "https://example.org/paper.pdf" and row["source"]["file"] == "paper.pdf"
    assert row["identity"] == {"title": "by_hand", "date": "by_hand", "edition": None}
    assert aisi("verify", "--root", root).returncode == 0


def test_a_later_statement_adds_to_the_earlier_one(pdf: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert aisi("add", pdf, "--root", root, "--no-ocr", "--title", "One").returncode == 0
    assert aisi("add", pdf, "--root", root, "--no-ocr", "--date", "2023").returncode == 0
    row = published(root)
    assert (row["title"], row["date"]) == ("One", "2023")


def test_a_file_beside_the_document_states_the_same_and_options_count_more(pdf: Path, tmp_path: Path) -> None:
    pdf.with_name("paper.pdf.toml").write_text('title = "From the file"\ndate = "2022-03"\n', encoding="utf-8")
    root = tmp_path / "root"
    done = aisi("add", pdf, "--root", root, "--no-ocr", "--title", "From the option")
    assert done.returncode == 0, done.stderr
    row = published(root)
    assert (row["title"], row["date"]) == ("From the option", "2022-03")


def test_a_stated_pair_is_paired(tmp_path: Path) -> None:
    names = {"en": "alpha.pdf", "ja": "omega.pdf"}
    draw(tmp_path / names["en"], lambda d: d.lines(72, 100, PROSE))
    draw(tmp_path / names["ja"], lambda d: d.lines(72, 100, ["花の図鑑である。", "季節ごとに並べる。"], "HeiseiMin-W3"))
    root = tmp_path / "root"
    assert aisi("add", tmp_path / names["en"], "--root", root, "--no-ocr").returncode == 0
    done = aisi("add", tmp_path / names["ja"], "--root", root, "--no-ocr", "--pair-with", names["en"])
    assert done.returncode == 0, done.stderr
    lines = (root / "processed" / "latest" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["work"] for line in lines}) == 1 and len(lines) == 2


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--date", "2024-02-30"], "--date: '2024-02-30' is no existing year"),
        (["--date", "yesterday"], "--date: 'yesterday' is no existing year"),
        (["--lang", "fr"], "--lang: 'fr' is not one of ja, en"),
        (["--url", "example.org"], "--url: 'example.org' is no address"),
        (["--title", " "], "--title: is empty"),
    ],
)
def test_an_invalid_option_is_named_and_nothing_is_written(
    pdf: Path, tmp_path: Path, options: list[str], reason: str
) -> None:
    done = aisi("add", pdf, "--root", tmp_path / "root", *options)
    assert done.returncode == 2 and reason in done.stderr
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('title = "A"\ndate = "2024-13"\n', "paper.pdf.toml:2: date: '2024-13' is no existing year"),
        ('title = "A"\ncolour = "red"\n', "paper.pdf.toml:2: colour: unknown key"),
        ("title = 1\n", "paper.pdf.toml:1: title: must be a text"),
        ('title = "A\n', "paper.pdf.toml:1: "),
    ],
)
def test_an_invalid_file_is_named_with_its_line(pdf: Path, tmp_path: Path, text: str, reason: str) -> None:
    pdf.with_name("paper.pdf.toml").write_text(text, encoding="utf-8")
    done = aisi("add", pdf, "--root", tmp_path / "root")
    assert done.returncode == 2 and reason in done.stderr


def test_a_title_cannot_be_stated_for_two_documents(pdf: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(pdf, tmp_path / "other.pdf"))
    done = aisi("add", pdf, other, "--root", tmp_path / "root", "--title", "A")
    assert done.returncode == 2 and "--title is about one document, and there are 2" in done.stderr


def test_a_damaged_file_of_statements_is_reported(pdf: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert aisi("add", pdf, "--root", root, "--no-ocr", "--title", "A").returncode == 0
    path = root / "raw" / "stated.json"
    path.write_bytes(path.read_bytes().replace(b'"A"', b'"B"'))
    assert "stated.json" in (done := aisi("verify", "--root", root)).stdout + done.stderr and done.returncode == 1
    again = aisi("reprocess", "--all", "--root", root, "--no-ocr")
    assert again.returncode != 0 and "stated.json: is damaged" in again.stderr and "Traceback" not in again.stderr

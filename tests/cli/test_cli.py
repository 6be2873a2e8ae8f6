"""The command line in real processes: output and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import SAMPLES, aisi

import aisi_ingest


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, sample_site: str) -> Path:
    """A root after one run of the command line on the sample site."""
    root = tmp_path_factory.mktemp("root")
    done = aisi("run", "--index", sample_site, "--root", root)
    assert done.returncode == 0, done.stderr
    assert "published release" in done.stdout
    return root


def test_help_lists_every_command_and_first_steps() -> None:
    done = aisi("--help")
    assert done.returncode == 0
    for word in ("run", "add", "reprocess", "extract", "status", "show", "verify", "demo", "First steps"):
        assert word in done.stdout


def test_help_loads_no_library_that_takes_long_to_import() -> None:
    code = "import sys; from aisi_ingest.cli import main; sys.argv = ['aisi-ingest', '--help']\n"
    code += "try: main()\nexcept SystemExit: print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "typer" in loaded
    assert loaded & {"httpx", "lxml", "numpy", "prefect", "pyarrow", "pydantic", "pypdfium2", "pptx", "spacy"} == set()


def test_a_second_run_reports_that_nothing_changed(root: Path, sample_site: str) -> None:
    done = aisi("run", "--index", sample_site, "--root", root)
    assert done.returncode == 0
    assert "6 unchanged; nothing changed, nothing published" in done.stdout


def test_status_lists_every_document(root: Path) -> None:
    done = aisi("status", "--root", root)
    assert done.returncode == 0
    assert sum(name.name in done.stdout for name in SAMPLES.iterdir()) == 6


def test_show_prints_the_outline_of_a_document(root: Path) -> None:
    done = aisi("show", "sample_guide_v1.00_en.pdf", "--root", root)
    assert done.returncode == 0
    assert "A Guide to AI Safety Institutes" in done.stdout and "mentions" in done.stdout


def test_show_lists_what_a_document_states_happened_when(root: Path) -> None:
    done = aisi("show", "sample_guide_v1.00_en.pdf", "--timeline", "--json", "--root", root)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events and [event["date"] for event in events] == sorted(event["date"] for event in events)
    text = aisi("show", "sample_guide_v1.00_en.pdf", "--timeline", "--root", root).stdout
    assert f"{events[0]['date']}  {events[0]['kind']}\n    " in text and events[0]["label"]["en"] in text


def test_show_of_an_unknown_document_lists_the_known_ones(root: Path) -> None:
    done = aisi("show", "nothing", "--root", root)
    assert done.returncode == 1
    assert "no such document" in done.stderr and "/ja" in done.stderr


def test_verify_finds_no_problem_and_then_a_flipped_bit(root: Path, tmp_path: Path) -> None:
    assert aisi("verify", "--root", root).returncode == 0
    blocks = (root / "processed" / "latest").resolve() / "blocks.jsonl"
    good = blocks.read_bytes()
    try:
        blocks.write_bytes(bytes([good[0] ^ 1]) + good[1:])
        done = aisi("verify", "--root", root)
    finally:
        blocks.write_bytes(good)
    assert done.returncode == 1
    assert "blocks.jsonl" in done.stdout


def test_extract_prints_one_file_as_json() -> None:
    done = aisi("extract", SAMPLES / "sample_guide_v1.00_ja.pdf")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["lang"] == "ja" and document["sections"]
    assert any(block["mentions"] for section in document["sections"] for block in section["blocks"])


def test_extract_of_several_files_writes_one_json_file_each(tmp_path: Path) -> None:
    done = aisi("extract", SAMPLES / "sample_overview_ja.pptx", SAMPLES / "sample_overview_en.pptx", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_extract_of_a_bad_file_prints_one_line_with_its_name(tmp_path: Path) -> None:
    bad = tmp_path / "page.pdf"
    bad.write_text("<html></html>")
    done = aisi("extract", bad)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and "page.pdf" in done.stderr


def test_add_processes_local_files(tmp_path: Path) -> None:
    done = aisi("add", SAMPLES / "sample_overview_ja.pptx", SAMPLES / "sample_overview_en.pptx", "--root", tmp_path)
    assert done.returncode == 0, done.stderr
    documents = (tmp_path / "processed" / "latest" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(documents) == 2


def test_add_with_a_missing_file_publishes_the_others_and_fails(tmp_path: Path) -> None:
    done = aisi("add", tmp_path / "missing.pdf", SAMPLES / "sample_overview_en.pptx", "--root", tmp_path / "root")
    assert done.returncode == 1
    assert "missing.pdf" in done.stderr
    assert (tmp_path / "root" / "processed" / "latest").exists()


def test_add_of_mistakes_alone_writes_nothing(tmp_path: Path) -> None:
    wrong = tmp_path / "page.pdf"
    wrong.write_text("<html></html>")
    (tmp_path / "empty").mkdir()
    done = aisi("add", tmp_path / "nosuch.pdf", wrong, tmp_path / "empty", "--root", tmp_path / "root")
    assert done.returncode == 2 and not (tmp_path / "root").exists()
    lines = done.stderr.splitlines()
    assert len(lines) == 3 and "there is no such file" in lines[0] and "folder" in lines[2]
    assert all("it was not added" in line for line in lines)


def test_add_of_an_invalid_url_writes_nothing(tmp_path: Path) -> None:
    done = aisi("add", SAMPLES / "sample_overview_en.pptx", "https:///a.pdf", "--root", tmp_path / "root")
    assert done.returncode == 2 and "has no host" in done.stderr and not (tmp_path / "root").exists()


def test_forget_explains_what_disappears_from_the_next_release(tmp_path: Path) -> None:
    assert aisi("add", *sorted(SAMPLES.glob("*.pptx")), "--root", tmp_path).returncode == 0
    done = aisi("forget", "sample_overview_en.pptx", "--root", tmp_path)
    assert done.returncode == 0
    assert "the next release has no sample-overview/" in done.stdout and "documents 1, sections" in done.stdout
    assert "stay in" in done.stdout
    assert "sample_overview_en.pptx" not in aisi("status", "--root", tmp_path).stdout
    again = aisi("forget", "sample_overview_en.pptx", "--root", tmp_path)
    assert again.returncode == 2 and "aisi-ingest status lists all of them" in again.stderr


def test_acknowledge_of_a_document_that_did_not_fail_is_rejected(root: Path) -> None:
    done = aisi("acknowledge", "sample_overview_en.pptx", "--root", root)
    assert done.returncode == 2 and "did not fail in the last run" in done.stderr


def test_verify_with_repair_puts_a_damaged_file_back(tmp_path: Path) -> None:
    assert aisi("add", *sorted(SAMPLES.glob("*.pptx")), "--root", tmp_path).returncode == 0
    blocks = (tmp_path / "processed" / "latest").resolve() / "blocks.jsonl"
    good = blocks.read_bytes()
    blocks.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    done = aisi("verify", "--root", tmp_path)
    assert done.returncode == 1 and "verify --repair" in done.stderr
    done = aisi("verify", "--repair", "--root", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "repaired release" in done.stdout and "no problems found" in done.stdout
    assert blocks.read_bytes() == good


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("sources.toml", '[[source]]\nid = "a"\nindex = ["https://example.org/"]\nlicense = "MIT"\n', ":4:"),
        ("registry.toml", '[org]\na = { ja = ["甲"], en = ["A"], colour = "red" }\n', ":2:"),
    ],
)
def test_an_unknown_key_is_reported_in_one_line_with_its_line_number(
    name: str, text: str, line: str, tmp_path: Path, sample_site: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    where = ["--sources", path] if name == "sources.toml" else ["--index", sample_site, "--registry", path]
    done = aisi("run", *where, "--root", tmp_path / "root")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr and line in done.stderr


def test_a_root_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path, sample_site: str) -> None:
    (tmp_path / "file").write_text("")
    done = aisi("run", "--index", sample_site, "--root", tmp_path / "file" / "root")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "root" in done.stderr


def test_a_run_without_sources_explains_which_option_to_give(tmp_path: Path) -> None:
    done = aisi("run", "--root", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "--sources" in done.stderr and "--index" in done.stderr


def test_reprocess_requires_documents_or_all(root: Path) -> None:
    assert aisi("reprocess", "--root", root).returncode == 2


def test_align_shows_two_files_side_by_side_in_either_order(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = aisi("align", SAMPLES / "sample_overview_en.pptx", SAMPLES / "sample_overview_ja.pptx", COLUMNS="140")
    assert done.returncode == 0, done.stderr
    assert (
        "AI Safety Institutes: An Overview" in done.stdout and "AIセーフティ・インスティテュートの概況" in done.stdout
    )
    done = aisi("align", SAMPLES / "sample_overview_ja.pptx", SAMPLES / "sample_overview_en.pptx", "--html", page)
    assert done.returncode == 0 and "<html" in page.read_text(encoding="utf-8")


def test_align_rejects_two_files_in_one_language() -> None:
    done = aisi("align", SAMPLES / "sample_overview_en.pptx", SAMPLES / "sample_guide_v1.00_en.pdf")
    assert done.returncode == 1
    assert "both are in English" in done.stderr


def test_diff_of_an_unknown_edition_lists_the_known_documents(root: Path) -> None:
    done = aisi("diff", "sample-guide", "1.00", "1.10", "--lang", "en", "--root", root)
    assert done.returncode == 1
    assert "sample-guide/1.10/en: no such document" in done.stderr and "sample-guide/1.00/en" in done.stderr


def test_tag_prints_mentions_with_their_values() -> None:
    done = aisi("tag", "--text", "令和6年9月25日に総務省が公表した。")
    assert done.returncode == 0, done.stderr
    assert "2024-09-25" in done.stdout and "mic" in done.stdout


def test_registry_find_accepts_a_name_in_either_language() -> None:
    assert (
        aisi("registry", "find", "総務省").stdout
        == aisi("registry", "find", "Ministry of Internal Affairs and Communications").stdout
    )
    assert aisi("registry", "find", "nobody at all").returncode == 1


def test_releases_are_listed_and_can_be_compared(root: Path) -> None:
    done = aisi("releases", "--root", root)
    assert done.returncode == 0
    (release,) = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert aisi("diff-release", release, release, "--root", root).returncode == 0
    assert "no such release" in aisi("diff-release", "1999", "--root", root).stderr


def test_sources_check_shows_what_a_run_would_do(tmp_path: Path, sample_site: str) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text(f'[[source]]\nid = "a"\nindex = ["{sample_site}"]\nallow_private = true\n', encoding="utf-8")
    done = aisi("sources", "check", sources, "--root", tmp_path)
    assert "a: 6 new, to be downloaded; 0 known" in done.stdout and "the licence is not known" in done.stdout


def test_search_shows_a_passage_with_its_place_and_its_text_in_the_other_language(root: Path) -> None:
    done = aisi("search", "レッドチーミング", "--lang", "ja", "--root", root)
    assert done.returncode == 0, done.stderr
    assert "sample-guide/" in done.stdout and "page " in done.stdout and "#page=" in done.stdout
    assert "ed teaming" in done.stdout


def test_search_prints_json_for_programs(root: Path) -> None:
    done = aisi("search", "red teaming", "--json", "--limit", "2", "--root", root)
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(hits) == 2 and all("red teaming" in hit["text"].lower() for hit in hits)


def test_a_search_without_result_says_so_and_ends_with_1(root: Path) -> None:
    done = aisi("search", "量子重力", "--root", root)
    assert (done.returncode, done.stdout) == (1, "") and "nothing found for 量子重力" in done.stderr


def test_a_search_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    done = aisi("search", "AI", "--root", tmp_path)
    assert done.returncode == 1 and "aisi-ingest run or add publishes one" in done.stderr


def test_the_version_is_shown() -> None:
    done = aisi("--version")
    assert (done.returncode, done.stdout) == (0, f"aisi-ingest {aisi_ingest.__version__}\n")

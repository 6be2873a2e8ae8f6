"""The public functions: their examples, their errors, and that importing the package is cheap."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

import aisi_ingest
from aisi_ingest import api, dataset
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples" / "site" / "pdf"
VERBS = ("read", "tag", "align", "compare", "load")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with samples/ and a release, in which the examples run."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "samples").symlink_to(ROOT / "samples")
    report = orchestrator.add(Settings(str(folder), workers=1, ocr=False), (), sorted(SAMPLES.glob("*.pptx")), ())
    assert report.succeeded
    return folder


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_in_the_docstring_runs(verb: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = dataset if verb == "load" else api
    (test,) = doctest.DocTestFinder(recurse=False).find(getattr(module, verb), verb, module=module, globs={})
    assert len(test.examples) >= 2
    monkeypatch.chdir(folder)
    output: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=output.append)
    assert result.failed == 0, "".join(output)


def test_importing_the_package_loads_no_library() -> None:
    script = "import sys, aisi_ingest; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    bare = subprocess.run([sys.executable, "-c", script.replace(", aisi_ingest", "")], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in set(done.stdout.split()) - set(bare.stdout.split())}
    assert loaded - sys.stdlib_module_names == {"aisi_ingest"}
    assert not loaded & {"asyncio", "importlib", "email", "json", "multiprocessing"}  # the slow ones of the library


def test_the_package_lists_its_public_names() -> None:
    assert set(VERBS) <= set(dir(aisi_ingest))
    assert all(getattr(aisi_ingest, name) for name in aisi_ingest.__all__)
    with pytest.raises(AttributeError, match="no attribute 'reed'"):
        _ = aisi_ingest.reed


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import aisi_ingest, sys\nprint('runs')\nprint(aisi_ingest.read(sys.argv[1]).title)\nprint(__file__)\n"
    )
    command = [sys.executable, str(script), str(SAMPLES / "sample_overview_en.pptx")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
    assert done.stdout.splitlines() == ["runs", "AI Safety Institutes: An Overview", str(script)], done.stderr


def test_a_document_has_text_sections_and_json() -> None:
    document = aisi_ingest.read(SAMPLES / "sample_guide_v1.00_en.pdf")
    section = next(section for section in document.sections if section.title == "Purpose")
    assert document.under(section) and all(block.section == section.id for block in document.under(section))
    assert document.under(section)[-1].text in document.text
    assert document.tables and '"sections"' in document.to_json()
    texts = {block.id: block.text for block in document.blocks}
    assert document.mentions
    assert all(texts[mention.block][mention.start : mention.end] == mention.text for mention in document.mentions)


def test_tagging_a_document_again_with_another_registry_changes_its_mentions(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    registry.write_text('[guide]\nmine = { ja = ["概況"], en = ["An Overview"] }\n', encoding="utf-8")
    document = aisi_ingest.read(SAMPLES / "sample_overview_en.pptx")
    assert aisi_ingest.tag(document) == document.mentions
    assert "mine" in {mention.value for mention in aisi_ingest.tag(document, registry=registry)}


def test_the_date_of_the_document_resolves_dates_without_a_year() -> None:
    (mention,) = aisi_ingest.tag("9月25日に公表した。", date="2024-09")
    assert mention.value == "2024-09-25"


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.pdf: there is no such file"):
        aisi_ingest.read(tmp_path / "none.pdf")


def test_a_file_that_is_not_a_document_is_reported_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_text("<!doctype html><html></html>")
    with pytest.raises(aisi_ingest.ProcessingError, match=r"page\.pdf: .*HTML") as error:
        aisi_ingest.read(path)
    assert [issue.code for issue in error.value.issues] == ["not_a_document"]


def test_the_order_of_the_languages_does_not_matter() -> None:
    files = [SAMPLES / "sample_overview_ja.pptx", SAMPLES / "sample_overview_en.pptx"]
    aligned, swapped = aisi_ingest.align(*files), aisi_ingest.align(*reversed(files))
    assert aligned.beads == swapped.beads and swapped.ja.lang == "ja" and swapped.en.lang == "en"


def test_two_documents_in_one_language_cannot_be_aligned() -> None:
    document = aisi_ingest.read(SAMPLES / "sample_overview_en.pptx")
    with pytest.raises(ValueError, match="both are in English"):
        aisi_ingest.align(document, document)

"""The status of documents after a run over good and bad ones."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from aisi_ingest.cli.demo import serve
from aisi_ingest.console.status import DocumentStatus, document_statuses, source_summary
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.sources import from_index


def draw(path: Path, text: str, **options: object) -> None:
    canvas = Canvas(str(path), invariant=1, **options)
    canvas.drawString(72, 700, text)
    canvas.save()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    draw(folder / "good_en.pdf", "A paper about audits that everyone can read.")
    draw(folder / "secret.pdf", "secret", encrypt=StandardEncryption("open sesame", strength=128))
    (folder / "page.pdf").write_text("<!doctype html><html><body>Not found</body></html>", encoding="utf-8")
    links = "".join(f'<li><a href="{path.name}">{path.stem}</a></li>' for path in sorted(folder.glob("*.pdf")))
    (folder / "index.html").write_text(f'<html lang="en"><body><ul>{links}</ul></body></html>', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The same address for all tests: at another address they would be other documents."""
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")
def root(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    orchestrator.run(Settings(root=str(root), ocr=False), [from_index([address])])
    return root


def by_file(root: Path) -> dict[str, DocumentStatus]:
    return {each.file: each for each in document_statuses(root)}


def test_an_empty_root_has_no_documents(tmp_path: Path) -> None:
    assert document_statuses(tmp_path) == []


def test_each_document_has_a_state_and_a_reason_if_it_is_not_published(root: Path) -> None:
    found = by_file(root)
    assert {file: each.state for file, each in found.items()} == {
        "good_en.pdf": "published",
        "secret.pdf": "failed",
        "page.pdf": "refused",
    }
    assert found["good_en.pdf"].reason is None and found["good_en.pdf"].id == "good/undated/en"
    assert "password" in (found["secret.pdf"].reason or "") and found["secret.pdf"].id is None
    assert "HTML" in (found["page.pdf"].reason or "")


def test_a_run_that_publishes_nothing_updates_the_status(site: Path, address: str, root: Path) -> None:
    draw(site / "late.pdf", "late", encrypt=StandardEncryption("open sesame", strength=128))
    index = site / "index.html"
    before = index.read_text("utf-8")
    index.write_text(before.replace("</ul>", '<li><a href="late.pdf">late</a></li></ul>'), encoding="utf-8")
    later = time.time() + 10  # servers compare times in whole seconds
    os.utime(index, (later, later))
    report = orchestrator.run(Settings(root=str(root), ocr=False), [from_index([address])])
    assert report.nothing_changed
    late = next(each for each in document_statuses(root) if each.file == "late.pdf")
    assert late.state == "failed" and "password" in (late.reason or "")


def test_without_a_release_fetched_documents_are_waiting(root: Path) -> None:
    latest = root / "processed" / "latest"
    target = latest.readlink()
    latest.unlink()
    try:
        assert by_file(root)["good_en.pdf"].state == "waiting"
    finally:
        latest.symlink_to(target)


def test_the_reason_of_a_document_without_a_licence_says_how_to_add_one(address: str, tmp_path: Path) -> None:
    source = replace(from_index([address]), id="without-terms")
    orchestrator.run(Settings(root=str(tmp_path), ocr=False), [source])
    found = by_file(tmp_path)["good_en.pdf"]
    assert found.state == "waiting" and "licence = {" in (found.reason or "")


def test_a_source_has_a_summary_in_one_line(root: Path) -> None:
    rows = [each for each in document_statuses(root) if each.file in ("good_en.pdf", "secret.pdf")]
    assert "2 documents, 1 published, 1 failed; last seen 20" in source_summary(rows)

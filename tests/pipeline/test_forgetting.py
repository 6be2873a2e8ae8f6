"""Mistakes leave no trace, and documents can be forgotten or excluded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from reportlab.pdfgen.canvas import Canvas
from servers import Site, serving

from aisi_ingest.fetch import source as fetching
from aisi_ingest.pipeline import forgetting, orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.pipeline.report import Report
from aisi_ingest.sources import SourceSpec, from_index, parse
from aisi_ingest.storage.store import Store
from aisi_ingest.verify.release import verify


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def draw(path: Path, text: str) -> Path:
    canvas = Canvas(str(path), invariant=1)
    canvas.drawString(72, 700, text)
    canvas.save()
    return path


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    return [
        draw(tmp_path / "audit_en.pdf", "A paper about audits that everyone can read."),
        draw(tmp_path / "testing_en.pdf", "Another text which is about the testing of models."),
    ]


def add(root: Path, paths: list[Path], urls: tuple[str, ...] = ()) -> Report:
    return orchestrator.add(Settings(str(root), workers=1, ocr=False), (), paths, urls)


def published(root: Path) -> set[str]:
    lines = (root / "processed" / "latest" / "documents.jsonl").read_text("utf-8").splitlines()
    return {json.loads(line)["source"]["file"] for line in lines}


def test_a_mistake_among_good_files_fails_once_and_leaves_no_trace(papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    wrong = tmp_path / "page.pdf"
    wrong.write_text("<html><body>not a PDF</body></html>")
    report = add(root, [papers[0], tmp_path / "nosuch.pdf", wrong])
    assert not report.succeeded and {row.file for row in report.documents if row.has_failed} == {
        "nosuch.pdf",
        "page.pdf",
    }
    assert b"nosuch" not in (root / "raw" / "receipts.jsonl").read_bytes()
    assert [state.file for state in Store(root).states()] == ["audit_en.pdf"]
    assert add(root, papers[1:]).succeeded


def test_the_same_mistake_is_an_error_every_time(papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert [add(root, [*papers, tmp_path / "nosuch.pdf"]).succeeded for _ in range(2)] == [False, False]


def test_a_url_that_cannot_be_read_leaves_no_trace(site: Site, papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert not add(root, papers, (f"{site.url}/nosuch.pdf",)).succeeded
    assert all("nosuch" not in state.url for state in Store(root).states())
    assert orchestrator.run(Settings(str(root), workers=1, ocr=False), ()).succeeded


def test_a_forgotten_document_is_not_in_the_next_release(papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    add(root, papers)
    (forgotten,) = forgetting.forget(root, ["audit_en.pdf"])
    assert forgotten.id == "audit/undated/en" and forgotten.rows["documents"] == 1 and forgotten.rows["blocks"] == 1
    assert forgotten.path is not None and forgotten.path.exists()
    assert published(root) == {"audit_en.pdf", "testing_en.pdf"}  # until the next release
    report = orchestrator.run(Settings(str(root), workers=1, ocr=False), ())
    assert report.succeeded and report.release and published(root) == {"testing_en.pdf"}
    assert [state.file for state in Store(root).states()] == ["testing_en.pdf"] and verify(root) == []


def test_an_entry_that_never_had_bytes_can_be_forgotten(site: Site, papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    store = Store(root)
    site["/a.pdf"] = b"<html></html>"
    site.index("a.pdf")
    fetching.fetch(source_of(site), store)
    (forgotten,) = forgetting.forget(root, ["a.pdf"])
    assert forgotten.id is None and forgotten.rows == {} and forgotten.path is None
    assert Store(root).states() == []


def test_a_forgotten_document_can_be_added_again(papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    add(root, papers)
    forgetting.forget(root, ["audit/undated/en"])
    assert add(root, papers).succeeded
    assert published(root) == {"audit_en.pdf", "testing_en.pdf"}


def test_a_name_of_several_documents_is_rejected_with_their_urls(papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    (tmp_path / "other").mkdir()
    twin = draw(tmp_path / "other" / "audit_en.pdf", "Quite another text about audits, in another folder.")
    add(root, [*papers, twin])
    with pytest.raises(forgetting.NotForgotten, match=r"give one of their URLs: file:audit_en\.pdf#"):
        forgetting.forget(root, ["audit_en.pdf"])
    with pytest.raises(forgetting.NotForgotten, match="no document has this URL"):
        forgetting.forget(root, ["testing_en.pdf", "unknown.pdf"])
    assert len(Store(root).states()) == 3


def test_the_data_of_a_document_with_a_twin_of_the_same_bytes_stay(papers: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / "audit_en.pdf"
    twin.write_bytes(papers[0].read_bytes())
    add(root, [*papers, twin])
    urls = [state.url for state in Store(root).states() if state.file == "audit_en.pdf"]
    (forgotten,) = forgetting.forget(root, urls[:1])
    assert forgotten.same_bytes_at == urls[1] and forgotten.rows == {}


# Exclude


def source_of(site: Site, **fields: Any) -> SourceSpec:
    return replace(from_index([site.url + "/"]), **fields)


@pytest.mark.parametrize("name", ["audit_en.pdf", "{url}/audit_en.pdf"])
def test_an_excluded_document_is_neither_requested_nor_published(
    name: str, site: Site, papers: list[Path], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    for path in papers:
        site[f"/{path.name}"] = path.read_bytes()
    site.index(*(path.name for path in papers))
    settings = Settings(str(root), workers=1, ocr=False)
    orchestrator.run(settings, [source_of(site)])
    assert published(root) == {"audit_en.pdf", "testing_en.pdf"}
    site.requests.clear()
    report = orchestrator.run(settings, [source_of(site, exclude=(name.format(url=site.url),))])
    assert report.succeeded and published(root) == {"testing_en.pdf"}
    assert site.requests_for("/audit_en.pdf") == [] and site.requests_for("/testing_en.pdf")
    assert all(state.state != "withdrawn" for state in Store(root).states())
    orchestrator.run(settings, [source_of(site)])
    assert published(root) == {"audit_en.pdf", "testing_en.pdf"}


def test_exclude_is_a_key_of_a_source() -> None:
    (source,) = parse('[[source]]\nid = "a"\nindex = ["https://example.org/"]\nexclude = ["資料.pdf"]\n')
    assert source.excludes("https://example.org/%E8%B3%87%E6%96%99.pdf")
    assert not source.excludes("https://example.org/other.pdf")

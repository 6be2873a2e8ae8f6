"""Ten faults of ten kinds in real documents, corrected by entries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.pipeline.report import Report

MORE = Path(__file__).parents[3] / "shared" / "corpus" / "more"
FILES = [
    MORE / f"{name}_{lang}.pdf"
    for name in ("onboarding", "rebuilding", "jwg_minutes_20180613", "aisev-manual")
    for lang in ("ja", "en")
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MORE.is_dir(), reason="needs the real documents in ../shared"),
]

ENTRIES = """
[[correction]] # two languages that were not paired
of = "pair"
documents = ["rebuilding_ja.pdf", "rebuilding_en.pdf"]
join = true

[[correction]] # a title that ends at a line end
of = "document"
document = "jwg_minutes_20180613_en.pdf"
set = { title = "OpenChain Japan Working Group" }

[[correction]] # an item that was cut at a line end
of = "block"
document = "onboarding_ja.pdf"
text = "OpenChainは、企業に合わせた最適化とカスタマイ"
merge = true

[[correction]] # two statements in one block
of = "block"
document = "onboarding_ja.pdf"
text = "OpenChainオリエンテーション 第1.0版"
split = "©"

[[correction]] # a numbered item as a paragraph
of = "block"
document = "onboarding_ja.pdf"
text = "1) OpenChain仕様書を読む（日本語訳あり）"
set = { kind = "list_item", level = 1, marker = "1)", text = "OpenChain仕様書を読む（日本語訳あり）" }

[[correction]] # a heading that is none
of = "block"
document = "onboarding_ja.pdf"
text = "Thank You"
set = { kind = "paragraph" }

[[correction]] # a company as a person
of = "mention"
document = "jwg_minutes_20180613_en.pdf"
text = "Toyoda Gosei"
set = { label = "ORG", value = "local:org:toyoda-gosei" }

[[correction]] # a person who was not found
of = "mention"
document = "rebuilding_ja.pdf"
text = "C. Northcote Parkinson"
add = true
set = { label = "PERSON" }

[[correction]] # an id with a misspelt name
of = "entity"
same = ["local:person:shane-coughlan", "local:person:shane-coghlan"]

[[correction]] # a table without its caption
of = "table"
document = "rebuilding_en.pdf"
text = "Step 2: Support Requirements"
set = { caption = "Step 2: Support Requirements" }

[[correction]] # a finding that the publisher intends
of = "finding"
documents = ["aisev-manual_ja.pdf", "aisev-manual_en.pdf"]
en = "For each item, select the most appropriate response"
set = { status = "intended" }
"""
BY = 'author = "A. Reader"\ndate = 2026-12-01\nreason = "read on the page"\n'


def settings(root: Path) -> Settings:
    return Settings(str(root), workers=2, ocr=False)


def rows(root: Path, table: str, document: str = "") -> list[dict[str, Any]]:
    lines = (root / "processed" / "latest" / f"{table}.jsonl").read_text("utf-8").splitlines()
    found = map(json.loads, lines)
    return [row for row in found if str(row.get("document", row["id"])).startswith(document)]


def data(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "processed" / "latest").glob("*.jsonl")}


def not_applied(report: Report) -> list[str]:
    issues = [*report.issues, *(issue for document in report.documents for issue in document.issues)]
    issues += [issue for pair in report.pairs for issue in pair.issues]
    return [issue.message for issue in issues if issue.code == "correction_not_applied"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with eight documents and their corrections."""
    root = tmp_path_factory.mktemp("real")
    assert orchestrator.add(settings(root), (), FILES, ()).release
    before = data(root)
    folder = root / "corrections"
    folder.mkdir()
    signed = "\n".join(f"{entry.strip()}\n{BY}" for entry in ENTRIES.split("\n\n"))
    (folder / "real.toml").write_text(signed, encoding="utf-8")
    assert not_applied(orchestrator.reprocess(settings(root), ())) == []
    (root / "before.json").write_text(json.dumps({name: text.decode() for name, text in before.items()}), "utf-8")
    return root


def test_two_languages_are_paired(root: Path) -> None:
    assert any(row["work"] == "rebuilding" for row in rows(root, "alignments"))


def test_the_title_is_whole(root: Path) -> None:
    titles = {row["source"]["file"]: row["title"] for row in rows(root, "documents")}
    assert titles["jwg_minutes_20180613_en.pdf"] == "OpenChain Japan Working Group"


def test_blocks_are_whole_divided_and_of_their_kind(root: Path) -> None:
    blocks = {row["text"]: row for row in rows(root, "blocks", "onboarding/2017-05/ja")}
    assert "OpenChainは、企業に合わせた最適化とカスタマイズが可能な基本プロセスを提示" in blocks
    assert "© 2016-2017 The Linux Foundation" in blocks
    item = blocks["OpenChain仕様書を読む（日本語訳あり）"]
    assert (item["kind"], item["marker"]) == ("list_item", "1)")
    assert blocks["Thank You"]["kind"] == "paragraph"


def test_names_are_right_and_have_one_id(root: Path) -> None:
    found = {row["text"]: (row["label"], row["value"]) for row in rows(root, "mentions")}
    assert found["C. Northcote Parkinson"][0] == "PERSON"
    assert found["Shane Coughlan"][1] == "local:person:shane-coughlan"
    by_document = {row["text"]: row["label"] for row in rows(root, "mentions", "jwg-minutes/2018-06-13/en")}
    assert by_document["Toyoda Gosei"] == "ORG"


def test_a_table_has_its_caption_and_a_finding_its_status(root: Path) -> None:
    assert "Step 2: Support Requirements" in {row["caption"] for row in rows(root, "tables", "rebuilding")}
    assert "intended" in {row["status"] for row in rows(root, "findings")}


def test_without_the_entries_the_bytes_are_those_of_before(root: Path) -> None:
    (root / "corrections" / "real.toml").unlink()
    orchestrator.reprocess(settings(root), ())
    before = json.loads((root / "before.json").read_text("utf-8"))
    assert {name: text.decode() for name, text in data(root).items()} == before

"""The bitext has each text that exists in both languages once, with its place."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from publications import alignment, document, publication

from aisi_ingest.model import Alignment, Bead, Block
from aisi_ingest.publish import publish
from aisi_ingest.publish.bitext import bitext_rows
from aisi_ingest.publish.pair_rows import alignment_rows
from aisi_ingest.publish.publication import Publication
from aisi_ingest.publish.rows import DocumentRows, document_rows
from aisi_ingest.publish.schema import AlignmentRow, BitextRow

NOW = datetime(2026, 12, 1, 3, 17, tzinfo=UTC)


def rows_of(*beads: Bead, forms: tuple[str, ...] = ("",)) -> tuple[BitextRow, ...]:
    """Return the bitext of a work of two documents in each form, all aligned by the same beads."""
    documents: list[DocumentRows] = []
    alignments: list[AlignmentRow] = []
    for form in forms:
        for lang in ("ja", "en"):
            one = document("ja" if lang == "ja" else "en")
            one = replace(one, id=f"{one.id}{form}")
            documents.append(document_rows(one, {}, form_of=one.id.removesuffix(form) if form else None)[0])
        pair = Alignment(ja=f"guide/1.0/ja{form}", en=f"guide/1.0/en{form}", beads=beads)
        alignments += alignment_rows(pair, {pair.ja: "1.0", pair.en: "1.0"})
    return bitext_rows(documents, alignments)


def bead(unit: Any, ja: str, en: str) -> Bead:
    return Bead(unit=unit, ja=(ja,), en=(en,), score=0.9)


def test_a_block_has_both_texts_with_section_page_and_address() -> None:
    (row,) = rows_of(bead("block", "b4", "b4"))
    assert (row.unit, row.ja, row.en) == ("block", "対象は大規模言語モデルである", "It covers large language models")
    assert (row.ja_section, row.en_section) == (("はじめに",), ("Introduction",))
    assert [region.page for region in row.en_regions] == [1]
    assert row.ja_url == "https://example.org/guide_ja.pdf#page=1"


def test_the_rows_of_aligned_tables_are_rows_of_their_own() -> None:
    pairs = [(row.unit, row.ja, row.en) for row in rows_of(bead("block", "b6", "b6"))]
    assert pairs == [("row", "観点 | 件数", "Perspective | Cases"), ("row", "公平性 | 3", "Fairness | 4")]


def test_a_title_of_a_section_is_not_repeated_by_the_block_of_its_heading() -> None:
    (row,) = rows_of(bead("section", "s1", "s1"), bead("block", "b2", "b2"))
    assert (row.unit, row.ja, row.en, row.ja_section) == ("heading", "はじめに", "Introduction", ())


def test_an_aligned_heading_of_sections_that_are_not_aligned_is_a_heading() -> None:
    (row,) = rows_of(bead("block", "b2", "b2"))
    assert (row.unit, row.ja, row.en) == ("heading", "はじめに", "Introduction")


def test_a_sentence_that_is_all_of_its_block_is_not_repeated() -> None:
    texts = document("ja").content.blocks[3].text, document("en").content.blocks[3].text
    ja, en = (f"b4:0-{len(text)}" for text in texts)
    assert [row.unit for row in rows_of(bead("block", "b4", "b4"), bead("sentence", ja, en))] == ["block"]


def test_the_second_form_of_the_same_content_adds_nothing() -> None:
    beads = (bead("block", "b3", "b3"), bead("block", "b4", "b4"))
    assert rows_of(*beads, forms=("", ".pptx")) == rows_of(*beads)


def test_a_text_without_counterpart_is_left_out() -> None:
    assert rows_of(Bead(unit="block", ja=("b11",), en=(), score=0.0)) == ()


def test_an_id_depends_on_the_texts_only() -> None:
    one = rows_of(bead("block", "b3", "b3"), bead("block", "b4", "b4"))
    other = rows_of(bead("block", "b4", "b4"))
    assert one[1].id == other[0].id and one[0].id != one[1].id


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    result = publish(publication(), tmp_path_factory.mktemp("root"), now=NOW)
    assert result.value is not None
    return Path(result.value.path)


def cells(release: Path) -> list[list[Any]]:
    from openpyxl import load_workbook

    sheet = load_workbook(release / "bitext.xlsx").active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_spreadsheet_reader_opens_the_xlsx_with_every_row(release: Path) -> None:
    head, *body = cells(release)
    rows = [json.loads(line) for line in (release / "bitext.jsonl").read_text("utf-8").splitlines()]
    columns = [str(name) for name in head]
    assert [(row[columns.index("ja")], row[columns.index("en")]) for row in body] == [(r["ja"], r["en"]) for r in rows]
    assert columns[-2:] == ["verdict", "comment"]


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    formula = '=HYPERLINK("https://evil.example")'
    result = publish(with_block("b4", formula), tmp_path, now=NOW)
    assert result.value is not None
    sheet = zipfile.ZipFile(Path(result.value.path) / "bitext.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "HYPERLINK" in sheet


def test_a_text_longer_than_a_cell_is_cut_in_the_spreadsheet_only(tmp_path: Path) -> None:
    result = publish(with_block("b4", "長" * 40_000), tmp_path, now=NOW)
    assert result.value is not None
    longest = max(len(str(cell)) for row in cells(Path(result.value.path)) for cell in row)
    assert longest == 32_767


def with_block(block: str, text: str) -> Publication:
    """Return a publication in which one Japanese block has another text."""

    def changed(one: Block) -> Block:
        return replace(one, text=text) if one.id == block else one

    ja, en = document("ja"), document("en")
    ja = replace(ja, content=replace(ja.content, blocks=tuple(map(changed, ja.content.blocks))))
    return publication(documents=(ja, en), alignments=(alignment(),), comparisons=())

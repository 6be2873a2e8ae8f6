"""What is tagged, hostile text, and the annotated overview deck."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st
from tagged import KNOWN, mentions, spans

from aisi_ingest import tagging
from aisi_ingest.model import Block, BlockKind, Box, Content, Section, Table

SHARED = Path(__file__).parents[2].parent / "shared"


def test_nothing_is_tagged_in_addresses_and_file_names() -> None:
    assert spans("https://www.nist.gov/2024/09/25/ report-NIST-2024.pdf info@oecd.org") == []


def test_code_furniture_and_hidden_text_are_not_tagged() -> None:
    blocks = (
        Block("b1", 1, Box(0, 0, 1, 1), "code", "NIST 2024年5月", "ja"),
        Block("b2", 1, Box(0, 0, 1, 1), "furniture", "NIST 2024年5月", "ja"),
        Block("b3", 1, Box(0, 0, 1, 1), "paragraph", "NIST 2024年5月", "ja", hidden=True),
    )
    assert (
        tagging.tag(Content("report", "pdf", "ja", "", ((1, 1),), blocks), KNOWN, date=None, publisher=None).value == ()
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "AISI",
                "（",
                "）",
                "「",
                "」",
                "2024年",
                "5月",
                "委員会",
                "に関する",
                "ガイド",
                "Institute",
                " of ",
                "the ",
                "日本",
                "U.S.",
                "株式会社",
                "鈴木",
                "一郎",
                "氏",
                "、",
                "\n",
                " | ",
                "J-",
                "ver. 1.1",
                "\u202e",
                "x",
            ]
        ),
        max_size=25,
    )
)
def test_spans_of_any_text_have_exact_offsets_and_do_not_overlap(pieces: list[str]) -> None:
    text = "".join(pieces)
    end = 0
    for m in mentions(text, date="2025-01-06", publisher="j-aisi"):
        assert text[m.start : m.end] == m.text and m.text.strip() == m.text
        assert m.start >= end
        end = m.end


HOSTILE = {
    "digits": "1" * 1000,
    "one name": "AISI " * 200,
    "kanji": "漢字" * 500,
    "capitals": "Abc " * 250,
    "brackets": "(" * 1000,
    "defined": "（AISI）" * 150,
    "katakana": "アイ" * 500,
    "bridges": "に関するガイドライン" * 100,
    "heads": "情報委員会" * 200,
    "quotes": "「" * 1000,
    "companies": "株式会社" * 250,
    "family names": "鈴木一郎" * 250,
    "middle dots": "・" * 1000,
    "right to left": "שלום مرحبا " * 90,
    "lone surrogates": "\ud800東京\udfff" * 250,
    "ministries": "Ministry of A, " * 70,
    "cells": "a | b | 2024\n" * 80,
    "addresses": "a@b." * 250,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(name: str) -> None:
    """Texts of five and of twenty kilobytes. A run of katakana takes up to 7 times as long; squared is 16 times."""
    assert growth(lambda times: mentions(HOSTILE[name] * times), 5) < 11


@pytest.mark.slow
def test_a_block_of_a_million_characters_is_tagged() -> None:
    sentence = "2024年5月にAISIが「湖沼ガイドライン」を公表した。The Lake Institute agreed. "
    found = mentions(sentence * (1_000_000 // len(sentence)), publisher="j-aisi")
    assert len(found) > 50_000


# ---- against the annotated overview deck


def test_the_overview_deck_is_tagged_as_annotated() -> None:
    """Tag the text of the gold itself, so that errors of reading do not count. Offsets and label must be equal."""
    path = SHARED / "gold" / "overview.json"
    if not path.exists():
        pytest.skip("the annotated deck is not here")
    gold = json.loads(path.read_text("utf-8"))
    right = wanted = given_ = dates_right = dates_all = 0
    for lang in ("ja", "en"):
        blocks: list[Block] = []
        sections: list[Section] = []
        tables: list[Table] = []
        truth: dict[str, list[dict[str, object]]] = {}

        def add(
            page: int, kind: BlockKind, text: str, entities: list[dict[str, object]], level: int | None = None
        ) -> str:
            block = Block(f"b{len(blocks)}", page, Box(0, 0, 1, 1), kind, text, lang, f"s{page}", level)  # noqa: B023
            blocks.append(block)  # noqa: B023
            truth[block.id] = entities  # noqa: B023
            return block.id

        for page, slide in enumerate(gold[lang], 1):
            sections.append(Section(f"s{page}", slide["title"], 1, (page, page)))
            add(page, "heading", slide["title"], slide["title_entities"], 1)
            if slide.get("table"):
                rows = [slide["table"]["header"], *slide["table"]["rows"]]
                entities: list[dict[str, object]] = []
                lines: list[str] = []
                at = 0
                for row in rows:
                    for cell in row:
                        for e in cell.get("entities", []):
                            entities.append({**e, "start": e["start"] + at, "end": e["end"] + at})
                        at += len(cell["text"]) + 3
                    at -= 2
                    lines.append(" | ".join(cell["text"] for cell in row))
                cells = tuple(tuple(cell["text"] for cell in row) for row in rows)
                tables.append(Table(f"t{page}", add(page, "table", "\n".join(lines), entities), page, cells, 1))
            for block in slide["blocks"]:
                add(page, "list_item", block["text"], block["entities"], block["level"])
        deck = Content(
            "deck", "pdf", lang, "", ((1, 1),) * len(gold[lang]), tuple(blocks), tuple(sections), tuple(tables)
        )
        for m in tagging.tag(deck, KNOWN, date="2025-01-06", publisher="j-aisi").value or ():
            given_ += 1
            hit = next(
                (e for e in truth[m.block] if (e["start"], e["end"], e["type"]) == (m.start, m.end, m.label)), None
            )
            right += hit is not None
            if hit and m.label == "DATE":
                dates_all += 1
                dates_right += m.value == hit["id"]
        wanted += sum(map(len, truth.values()))
    assert 2 * right / (given_ + wanted) >= 0.95
    assert dates_right / dates_all >= 0.98

"""Mentions: what is tagged, with which span, label and value."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest import registry, tagging
from aisi_ingest.model import Block, BlockKind, Box, Content, Mention, Section, Table

SHARED = Path(__file__).parents[2].parent / "shared"
KNOWN = registry.load()


def content(*texts: str | tuple[BlockKind, str, int], title: str = "") -> Content:
    """One section with the texts as blocks; a tuple is (kind, text, level)."""
    blocks = []
    for i, text in enumerate(texts):
        kind, words, level = text if isinstance(text, tuple) else ("paragraph", text, None)
        blocks.append(Block(f"b{i}", 1, Box(0, 0, 1, 1), kind, words, "ja", "s1", level))
    sections = (Section("s1", title, 1, (1, 1)),)
    return Content("report", "pdf", "ja", title, ((595, 842),), tuple(blocks), sections)


def mentions(
    *texts: str | tuple[BlockKind, str, int], title: str = "", date: str | None = None, publisher: str | None = None
) -> Sequence[Mention]:
    result = tagging.tag(content(*texts, title=title), KNOWN, date=date, publisher=publisher)
    assert result.value is not None
    return result.value


def spans(*texts: str, label: str | None = None) -> list[tuple[str, str]]:
    return [(m.label, m.text) for m in mentions(*texts) if label in (None, m.label)]


def values(*texts: str | tuple[BlockKind, str, int], **around: str | None) -> list[tuple[str, str | None]]:
    return [(m.text, m.value) for m in mentions(*texts, **around)]  # type: ignore[arg-type]


# ---- organisations


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("本件は水資源庁が所管する。", "水資源庁"),
        ("エネルギー省が発表した。", "エネルギー省"),
        ("架空電機株式会社の担当者", "架空電機株式会社"),
        ("株式会社架空データの担当者", "株式会社架空データ"),
        ("一般社団法人架空安全協会が公表", "一般社団法人架空安全協会"),
        ("湖沼環境審議会の答申", "湖沼環境審議会"),
        ("鳥取湖沼研究所に委託した", "鳥取湖沼研究所"),
        ("第3回ロボット安全連絡会議を開いた", "ロボット安全連絡会議"),
        ("The Ministry of River Affairs said so.", "Ministry of River Affairs"),
        ("He joined the Institute for Lake Studies in Kenya.", "Institute for Lake Studies"),
        ("It was built by Windermere Robotics, Inc. last year.", "Windermere Robotics, Inc."),
        ("the Lake Monitoring Working Group decided", "Lake Monitoring Working Group"),
        ("the University of Windermere found", "University of Windermere"),
    ],
)
def test_organisations_are_told_by_their_shape(text: str, name: str) -> None:
    assert ("ORG", name) in spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "運営委員会で審議し、各省庁と関係機関に通知する。",
        "有識者会議の委員と事務局が検討した。",
        "民間企業や研究機関、大学の研究者が参加する。",
        "The committee and the working group met with the government.",
        "Each ministry reports to its committee.",
        "本ガイドラインは各種ガイドラインを参考にした。",
        "この報告書と年次計画を参照。",
        "This guide follows the report and the framework.",
        "自動レッドチーミング機能の設定手順",
    ],
)
def test_generic_words_are_no_names(text: str) -> None:
    assert spans(text) == []


def test_a_unit_is_joined_to_its_parent_over_a_blank() -> None:
    assert ("ORG", "経済産業省 湖沼政策局") in spans("経済産業省 湖沼政策局")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("経済産業省 湖沼政策局 湖沼調整課", "経済産業省 湖沼政策局 湖沼調整課"),
        ("早稲田大学 理工学術院 基幹理工学部の教授", "早稲田大学 理工学術院 基幹理工学部"),
        ("米商務省が", "米商務省"),
        ("楽天モバイルの", "楽天モバイル"),
        ("see ISO/IEC JTC 1/SC 99/WG 3 on it", "ISO/IEC JTC 1/SC 99/WG 3"),
        ("令和5年版情報通信白書", "令和5年版情報通信白書"),
    ],
)
def test_what_belongs_to_a_name_is_in_its_span(text: str, name: str) -> None:
    assert [found for _, found in spans(text)] == [name]


def test_parent_and_unit_with_a_comma_are_two() -> None:
    found = spans("Ministry of Internal Affairs and Communications, Telecommunications Bureau")
    assert [name for _, name in found] == [
        "Ministry of Internal Affairs and Communications",
        "Telecommunications Bureau",
    ]


def test_departments_of_companies_are_left_out() -> None:
    assert spans("架空電機株式会社イノベーション本部", label="ORG") == [("ORG", "架空電機株式会社")]


# ---- guides, events, people, places


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("「湖沼利用に関する手引書」を公表した", "GUIDE", "湖沼利用に関する手引書"),
        ("湖沼の利用に関するガイドラインを定めた", "GUIDE", "湖沼の利用に関するガイドライン"),
        ("湖沼保護法に基づく", "GUIDE", "湖沼保護法"),
        ("see ISO/IEC 99999:2031 for terms", "GUIDE", "ISO/IEC 99999:2031"),
        ("as the “Handbook on Lake Safety ver. 1.2” says", "GUIDE", "Handbook on Lake Safety ver. 1.2"),
        ("The Lake Protection Act requires it.", "GUIDE", "Lake Protection Act"),
        ("signed by the Nairobi Lake Institute on November 2", "ORG", "Nairobi Lake Institute"),
        ("鳥取湖沼サミット2031に参加した", "EVENT", "鳥取湖沼サミット2031"),
        ("She spoke at the Nairobi Lake Summit 2031 on water.", "EVENT", "Nairobi Lake Summit 2031"),
        ("鈴木一郎氏が講演した", "PERSON", "鈴木一郎"),
        ("所長 高橋 花子", "PERSON", "高橋 花子"),
        ("佐藤教授によれば", "PERSON", "佐藤"),
        ("Prof. Lindqvist agreed", "PERSON", "Lindqvist"),
        ("Hanako Takahashi, Director", "PERSON", "Hanako Takahashi"),
        ("鳥取県米子市で開催", "PLACE", "鳥取県米子市"),
        ("held in Kenya and Nairobi", "PLACE", "Kenya"),
    ],
)
def test_names_of_every_kind_are_told_by_their_shape(text: str, label: str, name: str) -> None:
    assert (label, name) in spans(text)


def test_the_longest_name_wins() -> None:
    assert spans("G7広島サミットで") == [("EVENT", "G7広島サミット")]


def test_an_initiative_is_not_tagged_but_the_name_before_it_is() -> None:
    assert spans("G7広島AIプロセスを進める") == [("ORG", "G7")]


def test_two_known_names_are_not_swallowed_by_one_shape() -> None:
    assert spans("総務省・経産省") == [("ORG", "総務省"), ("ORG", "経産省")]


def test_articles_quotes_and_titles_stay_outside() -> None:
    found = [name for _, name in spans("the “AI Guidelines for Business” of the University of Tokyo")]
    assert found == ["AI Guidelines for Business", "University of Tokyo"]


def test_addresses_and_file_names_hold_no_mentions() -> None:
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


# ---- definitions and links


def test_a_bracket_teaches_the_document_a_short_name() -> None:
    found = values("架空湖沼調査機構（以下「湖調機構」という。）は公表した。", "湖調機構によれば")
    assert [name for name, _ in found] == ["架空湖沼調査機構", "湖調機構", "湖調機構"]
    assert len({value for _, value in found}) == 1


def test_hereinafter_and_acronyms_teach_as_well() -> None:
    found = values("The National Lake Observatory Foundation (NLOF) met.", "NLOF said.")
    assert [name for name, _ in found] == ["National Lake Observatory Foundation", "NLOF", "NLOF"]
    assert {value for _, value in found} == {"local:org:nlof"}
    found = values('The Windermere Lake Institute (hereinafter "Lake Institute") met.', "Lake Institute said.")
    assert {value for _, value in found} == {"local:org:windermere-lake-institute"}


def test_a_short_name_of_something_known_means_what_is_known() -> None:
    assert ("産技研", "aist") in values("産業技術総合研究所（以下「産技研」という。）は", "産技研の報告")


def test_the_two_languages_share_the_id_of_a_name_that_brackets_translate() -> None:
    japanese = values("架空湖沼調査財団（National Lake Foundation: NLF）が")
    english = values("the National Lake Foundation (NLF) has")
    assert {v for _, v in japanese} == {v for _, v in english} == {"local:org:nlf"}


def test_spellings_of_a_local_name_share_its_id() -> None:
    assert (
        tagging.local_id("ORG", "株式会社Lake Data")
        == tagging.local_id("ORG", "Lake Data, Inc.")
        == "local:org:lake-data"
    )
    assert tagging.local_id("GUIDE", "湖沼ガイド 第1.1版") == tagging.local_id("GUIDE", "湖沼・ガイド")
    assert tagging.local_id("PERSON", "Ohno Tarō") == tagging.local_id("PERSON", "Ono Taro")


def test_a_person_has_one_id_in_both_languages() -> None:
    assert values("津田 宏 技師") == [("津田 宏", "local:person:hiroshi-tsuda")]
    assert values("Hiroshi Tsuda, Engineer") == [("Hiroshi Tsuda", "local:person:hiroshi-tsuda")]


def test_a_family_name_alone_is_the_person_named_in_full_above() -> None:
    found = values("所長 高橋 花子が述べた。", "高橋氏によれば")
    assert [name for name, _ in found] == ["高橋 花子", "高橋"]
    assert len({value for _, value in found}) == 1


def test_wg_alone_is_the_working_group_named_last_in_its_section() -> None:
    assert {v for _, v in values("湖沼実証ワーキンググループを設ける。", "WGは毎月集まる。")} == {
        "local:org:湖沼実証ワーキンググループ"
    }


# ---- AISI


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("英国AISIの所長", "uk-aisi"),
        ("the U.S. AISI director", "us-aisi"),
        ("NISTにAISIを設立", "us-aisi"),
        ("AISI established within DSIT, AISI", "uk-aisi"),
        ("シンガポールのAISI", "sg-aisi"),
        ("英米のAI Safety Institute等", "uk-aisi"),
        ("AI Safety Institute in the U.K.", "uk-aisi"),
        ("AISIの業務", "j-aisi"),
    ],
)
def test_aisi_is_resolved_by_the_country_beside_it(text: str, value: str) -> None:
    found = [v for name, v in values(text, publisher="j-aisi") if "AISI" in name or "Institute" in name]
    assert found[-1] == value


def test_aisi_is_that_of_the_country_in_the_row_above() -> None:
    rows: list[tuple[BlockKind, str, int]] = [
        ("list_item", "カナダ", 1),
        ("list_item", "AISIを設立", 2),
        ("list_item", "以上", 1),
        ("list_item", "AISI", 2),
    ]
    found = [v for name, v in values(*rows, publisher="j-aisi") if name == "AISI"]
    assert found == ["ca-aisi", "j-aisi"]


def test_aisi_is_that_of_the_publisher() -> None:
    assert values("AISI will publish", publisher="uk-aisi") == [("AISI", "uk-aisi")]


def test_aisi_is_what_the_document_has_defined_it_as() -> None:
    found = values("UK AI Safety Institute (hereinafter “AISI”) met.", "AISI said so.", publisher="j-aisi")
    assert [v for _, v in found] == ["uk-aisi", "uk-aisi", "uk-aisi"]


def test_aisi_without_a_publisher_is_the_one_named_most() -> None:
    assert values("The Korea AI Safety Institute met.", "AISI said so.")[-1] == ("AISI", "kr-aisi")


# ---- dates in their surroundings


def table(text: str, header_rows: int = 1) -> Content:
    block = Block("b1", 1, Box(0, 0, 1, 1), "table", text, "ja", "s1")
    rows = tuple(tuple(line.split(" | ")) for line in text.split("\n"))
    parts = Table("t1", "b1", 1, rows, header_rows)
    return Content("report", "pdf", "ja", "", ((1, 1),), (block,), (Section("s1", "予定表", 1, (1, 1)),), (parts,))


def dated(made: Content, date: str | None = None) -> list[tuple[str, str | None]]:
    found = tagging.tag(made, KNOWN, date=date, publisher=None).value or ()
    return [(m.text, m.value) for m in found if m.label == "DATE"]


def test_a_day_in_a_table_takes_the_year_of_its_header() -> None:
    found = dated(table("2024 | 事項\n4月 | 公表(4/30)\n5月 | 改訂(5/7)"), "2025-01-06")
    assert found == [
        ("2024", "2024"),
        ("4月", "2024-04"),
        ("4/30", "2024-04-30"),
        ("5月", "2024-05"),
        ("5/7", "2024-05-07"),
    ]


def test_columns_have_years_of_their_own() -> None:
    found = dated(table("事項 | 2023年度 | 2024年度\n公表 | 5月 | 2月"))
    assert found[-2:] == [("5月", "2023-05"), ("2月", "2025-02")]


def test_a_column_of_counts_has_no_years() -> None:
    assert dated(table("件数 | 結果\n2000 | 成功\n5000 | 失敗")) == []


def test_a_day_takes_the_year_of_its_section_then_of_the_line_above() -> None:
    assert values("4月16日に開催", title="2023年の活動")[0][1] == "2023-04-16"
    assert values("2022年5月に決定した。", "4月16日に開催")[-1][1] == "2022-04-16"


def test_under_a_heading_about_plans_the_next_such_day_is_meant() -> None:
    assert values("2月10日に開催", title="今後の予定", date="2025-01-06")[0][1] == "2025-02-10"
    assert values("2月10日に開催", title="これまで", date="2025-01-06")[0][1] == "2024-02-10"


def test_years_along_the_axis_of_a_drawing_date_nothing_below() -> None:
    found = values("2022年度", "2023年度", "・・・", "2030年度", "改定（7月25日）", date="2022-08")
    assert found[-1] == ("7月25日", "2022-07-25")


def test_a_target_year_in_a_title_dates_nothing() -> None:
    assert values("7月25日に改定", title="2030年に向けた戦略", date="2022-08")[0][1] == "2022-07-25"


def test_a_date_that_cannot_be_is_said() -> None:
    result = tagging.tag(content("令和99年に"), KNOWN, date=None, publisher=None)
    assert [(m.text, m.value) for m in result.value or ()] == [("令和99年", None)]
    assert [i.code for i in result.issues] == ["date_unresolved"]


# ---- the pipeline


def test_a_component_of_a_user_adds_mentions_below_the_rules() -> None:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

    @Language.component("test_colours")
    def colours(doc: Doc) -> Doc:
        doc.ents = [Span(doc, t.i, t.i + 1, label="PLACE") for t in doc if t.text in ("Verdania", "NIST")]
        return doc

    pipelines = tagging.pipelines(KNOWN)
    pipelines["en"].add_pipe("test_colours", last=True)
    found = (
        tagging.tag(content("Verdania and NIST met."), KNOWN, date=None, publisher=None, pipelines=pipelines).value
        or ()
    )
    assert [(m.label, m.text, m.rule) for m in found] == [("PLACE", "Verdania", "spacy"), ("ORG", "NIST", "registry")]


def test_the_spacy_pipelines_find_what_the_rules_find_alone() -> None:
    lines = (
        "AI\u3000セーフティ・インスティテュート（AISI）の鈴木一郎氏は2024年5月、東京で",
        "NIST met Dr. Ann Reed in Paris.",
        "﨑\x00",
    )
    text = " ".join(lines) + " " + " / ".join(lines[::-1])
    alone = tagging.tag(content(*lines, text), KNOWN, date=None, publisher=None)
    carried = tagging.tag(content(*lines, text), KNOWN, date=None, publisher=None, pipelines=tagging.pipelines(KNOWN))
    assert len(alone.value or ()) > 8
    assert carried == alone


def test_tagging_does_not_load_spacy() -> None:
    code = (
        "import sys; from aisi_ingest import single_file; single_file.tag_text('2024年、AISI');"
        "sys.exit(any(name in sys.modules for name in ('spacy', 'pandas', 'prefect')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    "text",
    ["独立行政法人　情報処理推進機構", " a  b\n日本 AI\t語 ", "㈱髙﨑①", "AI\u3000ＡＩ", "日本\ud800東京\x00米国"],
)
def test_japanese_tokens_have_exact_offsets(text: str) -> None:
    doc = tagging.pipelines(KNOWN)["ja"].make_doc(text)
    assert len(doc.text) == len(text)
    assert all(doc.text[a:b] for a, b, _ in doc.user_data["unidic"])


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
def test_spans_hold_and_do_not_overlap(pieces: list[str]) -> None:
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
def test_the_cost_of_hostile_text_grows_with_its_length_and_no_faster(name: str) -> None:
    """Five and twenty kilobytes; a long run of katakana costs up to 7 times as much, a squared cost is 16 times."""
    assert growth(lambda times: mentions(HOSTILE[name] * times), 5) < 11


@pytest.mark.slow
def test_a_block_of_a_million_characters_comes_through() -> None:
    sentence = "2024年5月にAISIが「湖沼ガイドライン」を公表した。The Lake Institute agreed. "
    found = mentions(sentence * (1_000_000 // len(sentence)), publisher="j-aisi")
    assert len(found) > 50_000


# ---- against the annotated overview deck


def test_the_overview_deck_is_tagged_as_annotated() -> None:
    """The gold's own text as perfect blocks, so that reading plays no part. Strict: place, label and surface."""
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

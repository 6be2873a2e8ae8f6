"""Names with に関する and the like inside, owners before names, and words that make no name."""

from __future__ import annotations

import pytest
from tagged import spans


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("湖沼空間における情報流通の在り方に関する検討会", "ORG", "湖沼空間における情報流通の在り方に関する検討会"),
        ("「湖の進化と実装に関するプロジェクトチーム」が発足", "ORG", "湖の進化と実装に関するプロジェクトチーム"),
        ("総務省の湖沼水質の取扱いに関する研究会", "ORG", "湖沼水質の取扱いに関する研究会"),
        ("湖のための水質に関するステークホルダー会議", "EVENT", "湖のための水質に関するステークホルダー会議"),
        ("the Ministry of Lakes, Rivers and Streams' panel", "ORG", "Ministry of Lakes, Rivers and Streams"),
        ("the Ministry of Economy, Trade and Industry's Study Group", "ORG", "Ministry of Economy, Trade and Industry"),
        ("the Code of Practice on Waterlilies applies", "GUIDE", "Code of Practice on Waterlilies"),
        ("the G7 Code of Conduct applies", "GUIDE", "G7 Code of Conduct"),
        ("2000年より、日本国内において", "PLACE", "日本"),
        ("昨年Lakekeeper Capital社と提携した", "ORG", "Lakekeeper Capital"),
    ],
)  # fmt: skip
def test_the_whole_name_is_tagged(text: str, label: str, name: str) -> None:
    assert (label, name) in spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "本社のリスク管理に関する委員会で話す。",
        "湖の情報保管のための手順書を作る。",
        "国内外ガイドラインを読む。",
        "They issued a Ministerial Declaration.",
        "メーカー社内で話す。",
    ],
)
def test_a_description_without_a_name_is_not_tagged(text: str) -> None:
    assert spans(text) == []


def test_a_month_after_a_fiscal_year_is_a_date_of_its_own() -> None:
    assert spans("FY 2020 Jun: Report", label="DATE")[0] == ("DATE", "FY 2020")


@pytest.mark.parametrize(
    "name",
    [
        "Hamburg Commissioner for Data Protection and Freedom of Information",
        "Department of Industry, Science and Lakes",
    ],
)
def test_authorities_are_named_by_their_fields(name: str) -> None:
    assert ("ORG", name) in spans(f"This was published by the {name} in order to help everybody who likes them.")


def test_a_commissioner_for_one_field_is_a_role() -> None:
    assert spans("Yesterday the Commissioner for Competition opened the meeting with everybody.") == []


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("湖沼雇用研究会中間整理を読む。", "ORG", "湖沼雇用研究会"),
        ("湖沼時代の水産振興検討会 中間とりまとめ案", "ORG", "湖沼時代の水産振興検討会"),
        ("告示「湖沼製品の水質に関する取扱規程」になった。", "GUIDE", "湖沼製品の水質に関する取扱規程"),
        ("プロモーションサブグループで話す。", "ORG", "プロモーションサブグループ"),
    ],
)  # fmt: skip
def test_a_body_is_named_without_its_interim_report(text: str, label: str, name: str) -> None:
    assert spans(text) == [(label, name)]

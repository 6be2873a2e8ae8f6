"""Names that are recognised by their shape, and their spans."""

from __future__ import annotations

import pytest
from tagged import spans

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
def test_organisations_are_recognised_by_their_shape(text: str, name: str) -> None:
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
def test_generic_words_are_not_tagged(text: str) -> None:
    assert spans(text) == []


def test_a_unit_and_its_parent_with_a_blank_between_are_one_mention() -> None:
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
def test_the_span_includes_everything_that_belongs_to_the_name(text: str, name: str) -> None:
    assert [found for _, found in spans(text)] == [name]


def test_parent_and_unit_with_a_comma_between_are_two_mentions() -> None:
    found = spans("Ministry of Internal Affairs and Communications, Telecommunications Bureau")
    assert [name for _, name in found] == [
        "Ministry of Internal Affairs and Communications",
        "Telecommunications Bureau",
    ]


def test_departments_of_companies_are_not_tagged() -> None:
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
def test_names_of_every_kind_are_recognised_by_their_shape(text: str, label: str, name: str) -> None:
    assert (label, name) in spans(text)


def test_the_longest_name_wins_over_names_inside_it() -> None:
    assert spans("G7広島サミットで") == [("EVENT", "G7広島サミット")]


def test_an_initiative_is_not_tagged_but_the_name_before_it_is() -> None:
    assert spans("G7広島AIプロセスを進める") == [("ORG", "G7")]


def test_two_known_names_do_not_become_one() -> None:
    assert spans("総務省・経産省") == [("ORG", "総務省"), ("ORG", "経産省")]


def test_spans_leave_out_articles_and_quotation_marks() -> None:
    found = [name for _, name in spans("the “AI Guidelines for Business” of the University of Tokyo")]
    assert found == ["AI Guidelines for Business", "University of Tokyo"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ministry of Education, Culture and River Affairs", ["Ministry of Education, Culture and River Affairs"]),
        (
            "the Nairobi Lake Institute and Windermere River Council",
            ["Nairobi Lake Institute", "Windermere River Council"],
        ),
        ("Director Hanako Takahashi Lake Data, Inc.", ["Hanako Takahashi", "Lake Data, Inc."]),
        ("everybody should read the Guide to Lake Windermere Assessment", ["Guide to Lake Windermere Assessment"]),
    ],
)
def test_a_run_of_capitalised_words_is_divided_into_names(text: str, names: list[str]) -> None:
    assert [name for _, name in spans(text)] == names


def test_the_number_of_a_law_is_not_a_name() -> None:
    assert spans("湖沼の保全に関する法律第57号") == []


def test_ministries_are_named_by_their_field() -> None:
    assert spans("教育省が発表した") == [("ORG", "教育省")]
    assert spans("関係省が発表した") == []

"""Events are found in sentences, lists and tables, with their date, kind and status."""

from __future__ import annotations

import pytest
from told import Line, heading, item, sentence, table, told

from aisi_ingest.facts.events import document_events
from aisi_ingest.facts.types import Event
from aisi_ingest.model import Lang


def events(*lines: Line, lang: Lang = "ja", date: str | None = "2025-01-06") -> list[Event]:
    return document_events(told(lang, *lines, date=date))


def the_event(*lines: Line, lang: Lang = "ja", date: str | None = "2025-01-06") -> Event:
    (event,) = events(*lines, lang=lang, date=date)
    return event


def test_a_japanese_sentence_dates_the_predicate_after_the_date() -> None:
    event = the_event(
        sentence(
            "2024年9月18日に見本研究所は評価の手引きを公表した。",
            ("2024年9月18日", "DATE", "2024-09-18"),
            ("見本研究所", "ORG", "exi"),
            ("評価の手引き", "GUIDE", "eval-guide"),
        )
    )
    assert (event.date, event.kind, event.status) == ("2024-09-18", "published", "past")
    assert (event.actors, event.guides) == (("exi",), ("eval-guide",))


@pytest.mark.parametrize(
    ("text", "date", "kind"),
    [
        ("In May 2024, the institute signed an agreement.", "May 2024", "agreed"),
        ("The guide was published by the institute on May 3, 2024.", "May 3, 2024", "published"),
        (
            "At the meeting in Takasaki, Gunma on April 29, the ministers agreed to share practices.",
            "April 29",
            "agreed",
        ),
    ],
)
def test_an_english_sentence_dates_the_verb_that_the_date_belongs_to(text: str, date: str, kind: str) -> None:
    assert the_event(sentence(text, (date, "DATE", "2024-05")), lang="en").kind == kind


@pytest.mark.parametrize(
    ("lang", "text", "date"),
    [
        ("en", "The report should be published in May 2024.", "May 2024"),
        ("en", "If it is not finalised, the plan of 2 May 2024 remains.", "2 May 2024"),
        ("en", "Persons protected by the convention as amended by the protocol of 31 January 1967.", "31 January 1967"),
        ("ja", "2024年5月に公表されたガイドラインを参照する。", "2024年5月"),
        ("ja", "2024年5月に公表できるかどうかを検討する。", "2024年5月"),
    ],
)
def test_demands_doubts_and_attributes_are_no_events(lang: Lang, text: str, date: str) -> None:
    assert events(sentence(text, (date, "DATE", "2024-05")), lang=lang) == []


def test_items_below_a_date_happened_on_it_if_they_say_that_something_happened() -> None:
    found = events(
        item("2023年12月", ("2023年12月", "DATE", "2023-12")),
        item("包括的政策枠組みに合意", level=2),
        item("生成AIに関する国際的な枠組み", level=2),
    )
    assert [(each.date, each.kind, each.label["ja"]) for each in found] == [
        ("2023-12", "agreed", "包括的政策枠組みに合意")
    ]


def test_an_item_that_only_names_a_meeting_and_its_date_says_that_it_was_held() -> None:
    event = the_event(
        item(
            "AI Summit (Seoul, May 21-22)",
            ("AI Summit", "EVENT", "summit"),
            ("Seoul", "PLACE", "seoul"),
            ("May 21-22", "DATE", "2024-05-21/2024-05-22"),
        ),
        lang="en",
    )
    assert (event.kind, event.event, event.places) == ("held", "summit", ("seoul",))


def test_a_cell_is_dated_by_its_row_and_done_by_the_head_of_its_column() -> None:
    event = the_event(
        table(
            [["2024", "研究所の成果"], ["4月", "手引きの公表"]],
            ("研究所", "ORG", "exi"),
            ("4月", "DATE", "2024-04"),
            ("手引き", "GUIDE", "guide"),
        )
    )
    assert (event.date, event.kind, event.actors) == ("2024-04", "published", ("exi",))


def test_several_statements_of_one_cell_have_their_own_dates() -> None:
    found = events(
        table(
            [["月", "成果"], ["9月", "甲ガイドの公表(9/18) 乙ガイドの公表(9/25)"]],
            ("9月", "DATE", "2024-09"),
            ("9/18", "DATE", "2024-09-18"),
            ("9/25", "DATE", "2024-09-25"),
        )
    )
    assert [(each.date, each.label["ja"]) for each in found] == [
        ("2024-09-18", "甲ガイドの公表(9/18)"),
        ("2024-09-25", "乙ガイドの公表(9/25)"),
    ]


def test_a_history_without_breaks_has_an_event_for_each_date() -> None:
    found = events(
        sentence(
            "2019年3月 第1版発行2020年3月 第2版発行2021年3月 第3版発行",
            ("2019年3月", "DATE", "2019-03"),
            ("2020年3月", "DATE", "2020-03"),
            ("2021年3月", "DATE", "2021-03"),
        )
    )
    assert [each.label["ja"] for each in found] == ["2019年3月 第1版発行", "2020年3月 第2版発行", "2021年3月 第3版発行"]


@pytest.mark.parametrize(
    ("above", "date", "status"), [("今後の予定", "2025-01-06", "planned"), ("経緯", "2025-01-06", "past")]
)
def test_within_the_month_of_the_document_the_words_decide_whether_an_event_is_planned(
    above: str, date: str, status: str
) -> None:
    assert (
        the_event(item(above), item("1月:報告の公表", ("1月", "DATE", "2025-01"), level=2), date=date).status == status
    )


def test_what_lies_after_the_document_is_planned() -> None:
    assert the_event(item("2030年に制度を開始", ("2030年", "DATE", "2030"))).status == "planned"


def test_the_predicate_of_a_remark_in_brackets_is_not_that_of_the_sentence() -> None:
    text = "2024年5月に総理は会合（49か国が参加）の設立を発表した。"
    assert the_event(sentence(text, ("2024年5月", "DATE", "2024-05"))).kind == "announced"


def test_a_plan_in_another_cell_does_not_make_a_cell_planned() -> None:
    found = events(
        table(
            [["月", "成果"], ["1月", "手引きの公表"], ["2月", "改訂を予定"]],
            ("1月", "DATE", "2025-01"),
            ("2月", "DATE", "2025-02"),
        )
    )
    assert [(each.date, each.status) for each in found] == [("2025-01", "past"), ("2025-02", "planned")]


def test_a_career_has_no_events() -> None:
    assert (
        events(
            heading("所長 山田 花子", ("山田 花子", "PERSON", "hanako-yamada")),
            item("2016年4月 見本研究所を設立", ("2016年4月", "DATE", "2016-04"), ("見本研究所", "ORG", "exi")),
        )
        == []
    )


def test_a_list_of_sources_has_no_events() -> None:
    assert (
        events(
            heading("参考文献"),
            item("手引き（2024年4月公表）", ("手引き", "GUIDE", "guide"), ("2024年4月", "DATE", "2024-04")),
        )
        == []
    )


def test_a_date_without_a_known_year_makes_no_event() -> None:
    assert events(sentence("4月に手引きを公表した。", ("4月", "DATE", "XXXX-04"))) == []

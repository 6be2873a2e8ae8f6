"""Relations are found in careers, headings, lists of members and sentences about organisations."""

from __future__ import annotations

import pytest
from told import Line, Named, heading, item, sentence, told

from aisi_ingest.facts import work_facts
from aisi_ingest.facts.types import Relation
from aisi_ingest.model import Alignment, Bead, Lang

PERSON: Named = ("山田 花子", "PERSON", "hanako-yamada")


def relations(*lines: Line, lang: Lang = "ja") -> list[Relation]:
    return list(work_facts([told(lang, *lines)], []).relations)


def test_a_line_of_a_career_is_a_post_since_its_date() -> None:
    (relation,) = relations(
        heading("山田 花子", PERSON),
        item("2008年7月 経済産業省 CIO補佐官", ("2008年7月", "DATE", "2008-07"), ("経済産業省", "ORG", "meti")),
    )
    assert (relation.subject, relation.predicate, relation.object) == ("hanako-yamada", "role_of", "meti")
    assert (relation.title, relation.start, relation.end) == ({"ja": "CIO補佐官"}, "2008-07", None)


def test_the_same_company_is_that_of_the_line_above() -> None:
    found = relations(
        heading("山田 花子", PERSON),
        item("2021年4月 見本株式会社 入社", ("2021年4月", "DATE", "2021-04"), ("見本株式会社", "ORG", "mihon")),
        item("2022年4月 同社 技術部長", ("2022年4月", "DATE", "2022-04")),
    )
    assert [(each.object, each.title, each.start) for each in found] == [
        ("mihon", {}, "2021-04"),
        ("mihon", {"ja": "技術部長"}, "2022-04"),
    ]


def test_a_second_post_in_brackets_has_its_own_date() -> None:
    found = relations(
        heading("山田 花子", PERSON),
        item(
            "2024年2月 見本研究所事務局長 (4月より副所長兼務)",
            ("2024年2月", "DATE", "2024-02"),
            ("見本研究所", "ORG", "exi"),
            ("4月", "DATE", "2024-04"),
        ),
    )
    assert [(each.title["ja"], each.start) for each in found] == [("事務局長", "2024-02"), ("副所長", "2024-04")]


def test_the_post_in_a_heading_is_one_with_the_dated_one_in_the_career_in_both_languages() -> None:
    ja = told(
        "ja",
        Line("見本研究所について", (("見本研究所", "ORG", "exi"),), "title"),
        heading("副所長 山田 花子", PERSON),
        item("2024年4月 見本研究所副所長", ("2024年4月", "DATE", "2024-04"), ("見本研究所", "ORG", "exi")),
    )
    en = told(
        "en",
        Line("About EXI", (("EXI", "ORG", "exi"),), "title"),
        heading("Deputy Executive Director Hanako Yamada", ("Hanako Yamada", "PERSON", "hanako-yamada")),
        item("2024: Deputy Director of EXI", ("2024", "DATE", "2024"), ("EXI", "ORG", "exi")),
    )
    (relation,) = work_facts([ja, en], [Alignment(ja.id, en.id, (Bead("block", ("b2",), ("b2",), 0.9),))]).relations
    assert (relation.start, relation.title["ja"]) == ("2024-04", "副所長")
    assert len(relation.evidence) == 4


@pytest.mark.parametrize(
    ("lang", "text", "first", "second", "predicate"),
    [
        ("ja", "見本機構（EXO）に見本研究所を設立", ("見本機構", "host"), ("見本研究所", "body"), "hosted_by"),
        ("ja", "見本大学内の見本センターが担う", ("見本大学", "host"), ("見本センター", "body"), "part_of"),
        ("ja", "見本府を事務局とする「見本会議」を設置", ("見本府", "host"), ("見本会議", "body"), "hosted_by"),
        ("en", "The Institute established within the Agency.", ("Institute", "body"), ("Agency", "host"), "hosted_by"),
        ("en", "The Office of the Commission (EC)", ("Office", "body"), ("Commission", "host"), "part_of"),
    ],
)
def test_the_words_between_two_organisations_state_how_they_belong_together(
    lang: Lang, text: str, first: tuple[str, str], second: tuple[str, str], predicate: str
) -> None:
    (relation,) = relations(item(text, (first[0], "ORG", first[1]), (second[0], "ORG", second[1])), lang=lang)
    assert (relation.subject, relation.predicate, relation.object) == ("body", predicate, "host")


def test_two_organisations_in_one_sentence_are_not_related_by_that_alone() -> None:
    assert relations(item("見本府と見本会議が協力", ("見本府", "ORG", "a"), ("見本会議", "ORG", "b"))) == []


def test_a_number_of_people_belongs_to_the_organisation_of_its_group_and_an_aim_is_none() -> None:
    found = relations(
        item("米国", ("米国", "PLACE", "us")),
        item("見本機構に見本研究所を設立", ("見本機構", "ORG", "host"), ("見本研究所", "ORG", "body"), level=2),
        item("人員規模は30人程度。規模は80名を目指す。", level=2),
    )
    assert [(each.subject, each.value) for each in found if each.predicate == "head_count"] == [("body", "30")]


def test_the_items_of_a_list_of_members_are_members_of_the_organisation_that_they_form() -> None:
    found = relations(
        heading("Structure"),
        item("EXI is an organization formed with 2 ministries.", ("EXI", "ORG", "exi")),
        item("Relevant Ministries:"),
        item("Ministry of Justice", ("Ministry of Justice", "ORG", "moj"), level=2),
        item("Strategy of the Ministry of Defense", ("Ministry of Defense", "ORG", "mod"), level=2),
        lang="en",
    )
    assert [(each.subject, each.predicate, each.object) for each in found] == [("moj", "member_of", "exi")]


@pytest.mark.parametrize(
    ("text", "guide", "found"),
    [
        ("見本研究所の「評価の手引き」", "評価の手引き", ["guide"]),
        ("見本研究所の「兵器禁止条約」", "兵器禁止条約", []),
    ],
)
def test_a_guide_of_an_organisation_is_published_by_it_but_a_treaty_is_not(
    text: str, guide: str, found: list[str]
) -> None:
    line = sentence(text, ("見本研究所", "ORG", "exi"), (guide, "GUIDE", "guide"))
    assert [each.subject for each in relations(line) if each.predicate == "published_by"] == found

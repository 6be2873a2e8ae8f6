"""Short names that a document defines, and ids of entities without an entry in the registry."""

from __future__ import annotations

from tagged import values

from aisi_ingest import tagging


def test_a_bracket_defines_a_short_name() -> None:
    found = values("架空湖沼調査機構（以下「湖調機構」という。）は公表した。", "湖調機構によれば")
    assert [name for name, _ in found] == ["架空湖沼調査機構", "湖調機構", "湖調機構"]
    assert len({value for _, value in found}) == 1


def test_hereinafter_and_acronyms_define_short_names() -> None:
    found = values("The National Lake Observatory Foundation (NLOF) met.", "NLOF said.")
    assert [name for name, _ in found] == ["National Lake Observatory Foundation", "NLOF", "NLOF"]
    assert {value for _, value in found} == {"local:org:nlof"}
    found = values('The Windermere Lake Institute (hereinafter "Lake Institute") met.', "Lake Institute said.")
    assert {value for _, value in found} == {"local:org:windermere-lake-institute"}


def test_a_short_name_of_a_known_entity_has_its_id() -> None:
    assert ("産技研", "aist") in values("産業技術総合研究所（以下「産技研」という。）は", "産技研の報告")


def test_a_name_with_its_translation_in_brackets_has_one_id_in_both_languages() -> None:
    japanese = values("架空湖沼調査財団（National Lake Foundation: NLF）が")
    english = values("the National Lake Foundation (NLF) has")
    assert {v for _, v in japanese} == {v for _, v in english} == {"local:org:nlf"}


def test_all_spellings_of_a_local_name_have_one_id() -> None:
    assert (
        tagging.local_id("ORG", "株式会社Lake Data")
        == tagging.local_id("ORG", "Lake Data, Inc.")
        == "local:org:lake-data"
    )
    assert tagging.local_id("GUIDE", "湖沼ガイド 第1.1版") == tagging.local_id("GUIDE", "湖沼・ガイド")
    assert tagging.local_id("PERSON", "Ohno Tarō") == tagging.local_id("PERSON", "Ono Taro")


def test_a_family_name_alone_is_the_person_whose_full_name_came_before() -> None:
    found = values("所長 高橋 花子が述べた。", "高橋氏によれば")
    assert [name for name, _ in found] == ["高橋 花子", "高橋"]
    assert len({value for _, value in found}) == 1


def test_wg_alone_is_the_working_group_that_was_named_last_in_its_section() -> None:
    assert {v for _, v in values("湖沼実証ワーキンググループを設ける。", "WGは毎月集まる。")} == {
        "local:org:湖沼実証ワーキンググループ"
    }

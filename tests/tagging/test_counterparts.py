"""Names of one language that are looked for in the other."""

from __future__ import annotations

import pytest

from aisi_ingest.model import Bead, Block, Box, Content, Document, Lang, Listing, Mention, Source
from aisi_ingest.tagging.counterparts import find, same_persons, with_ids, with_mentions
from aisi_ingest.tagging.readings import compare


def person(name: str) -> Mention:
    return Mention("m1", "b1", 0, len(name), name, "PERSON", "person.list", f"local:person:{name}")


@pytest.mark.parametrize(
    ("japanese", "latin", "agreement"),
    [
        ("白坂　成功", "Seiko Shirasaka", "full"),
        ("白坂成功", "SHIRASAKA Seiko", "full"),
        ("大野 宏", "Hiroshi Ohno", "full"),
        ("浅井大史", "Hirochika Asai", "family"),  # UniDic does not have this reading of the given name
        ("ヨシュア・ベンジオ", "Yoshua Bengio", "full"),
        ("クロサカ", "KUROSAKA", "full"),
        ("白坂成功", "Hiroshi Tsuda", "none"),
    ],
)
def test_readings_decide_whether_two_names_are_one(japanese: str, latin: str, agreement: str) -> None:
    assert compare(japanese, latin) == agreement


def test_a_person_with_an_unusual_reading_has_the_latin_id_in_both_languages() -> None:
    same = same_persons([person("浅井　大史"), person("津田宏")], [person("Hirochika Asai"), person("Hiroshi Tsuda")])
    assert same == {
        "local:person:浅井　大史": "local:person:Hirochika Asai",
        "local:person:津田宏": "local:person:Hiroshi Tsuda",
    }


def test_two_persons_of_one_family_are_not_confused() -> None:
    assert not same_persons([person("浅井大史")], [person("Hirochika Asai"), person("Noboru Asai")])


def test_an_id_of_the_registry_is_kept() -> None:
    known = Mention("m1", "b1", 0, 4, "津田 宏", "PERSON", "registry", "hiroshi-tsuda")
    assert same_persons([known], [person("Hiroshi Tsuda")]) == {"local:person:Hiroshi Tsuda": "hiroshi-tsuda"}


def document(lang: Lang, text: str, *mentions: Mention) -> Document:
    block = Block("b1", 1, Box(0, 0, 1, 1), "paragraph", text, lang)
    content = Content("report", "pdf", lang, "", ((1, 1),), (block,))
    return Document(Listing(Source(None, "x", "", 0, "")), content, mentions)


def test_a_name_of_one_language_is_tagged_in_the_aligned_text_of_the_other() -> None:
    company = Mention("m1", "b1", 0, 10, "Lakekeeper", "ORG", "x", "local:org:l")
    speaker = Mention("m2", "b1", 11, 15, "白坂成功", "PERSON", "x", "local:person:白坂成功")
    ja = document("ja", "Lakekeeperの白坂成功が語った。", company, speaker)
    en = document("en", "Seiko Shirasaka of Lakekeeper spoke.")
    found = find(ja, en, [Bead("block", ("b1",), ("b1",), 1.0)], {})
    assert [(m.text, m.value, m.rule) for m in with_mentions(en, found.en).mentions] == [
        ("Seiko Shirasaka", "local:person:白坂成功", "counterpart"),
        ("Lakekeeper", "local:org:l", "counterpart"),
    ]


def test_a_text_without_a_counterpart_is_not_searched() -> None:
    ja = document("ja", "Lakekeeperが", Mention("m1", "b1", 0, 10, "Lakekeeper", "ORG", "x", "local:org:l"))
    assert find(ja, document("en", "Lakekeeper"), [Bead("block", ("b1",), (), 0.0)], {}).en == ()


def test_all_mentions_of_a_person_get_the_common_id() -> None:
    changed = with_ids(
        document("ja", "津田宏", person("津田宏")), {"local:person:津田宏": "local:person:hiroshi-tsuda"}
    )
    assert changed.mentions[0].value == "local:person:hiroshi-tsuda"

"""Values of two aligned blocks are compared: which are differences, and which are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from aisi_ingest import registry
from aisi_ingest.comparison.values import EntityMatcher, Statements, find_differences
from aisi_ingest.model import Bead, Block, Box, Finding, Lang, Mention
from aisi_ingest.registry import Registry

REGISTRY = """
[org]
north-office = {ja = ["北局"], en = ["North Office"]}
north-survey = {ja = ["北局測量課"], en = ["Survey Section"], part_of = "north-office"}
institute-a = {ja = ["甲国評価院"], en = ["Institute of A"], shared = ["評価院", "Evaluation Institute"]}
institute-b = {ja = ["乙国評価院"], en = ["Institute of B"], shared = ["評価院", "Evaluation Institute"]}
board-a = {ja = ["評価院運営会議"], en = ["Steering Board"]}
harbour = {ja = ["港湾協会"], en = ["Harbour Association"]}
"""


@pytest.fixture
def known(tmp_path: Path) -> Registry:
    path = tmp_path / "registry.toml"
    path.write_text(REGISTRY, encoding="utf-8")
    return registry.load(path)


def side(text: str, lang: Lang, *mentions: tuple[str, str, str]) -> tuple[Block, tuple[Mention, ...]]:
    block = Block(f"b-{lang}", 1, Box(0, 0, 1, 1), "paragraph", text, lang)
    found = tuple(
        Mention(f"m{at}", block.id, text.index(name), text.index(name) + len(name), name, label, "test", value)  # type: ignore[arg-type]
        for at, (name, label, value) in enumerate(mentions)
    )
    return block, found


def findings_of(
    ja: tuple[Block, tuple[Mention, ...]],
    en: tuple[Block, tuple[Mention, ...]],
    known: Registry | None = None,
    score: float = 0.95,
    elsewhere: tuple[tuple[Mention, ...], tuple[Mention, ...]] = ((), ()),
) -> list[Finding]:
    """Compare two blocks; ``elsewhere`` are mentions in other blocks of the two documents."""
    matcher = EntityMatcher(known, (*ja[1], *elsewhere[0]), (*en[1], *elsewhere[1]))
    bead = Bead("block", (ja[0].id,), (en[0].id,), score)
    return find_differences(bead, ((ja[0],), (en[0],)), ({ja[0].id: ja[1]}, {en[0].id: en[1]}), matcher)


def kinds(found: list[Finding]) -> list[tuple[str, str | None, str | None]]:
    return [(f.kind, f.detail["ja"], f.detail["en"]) for f in found]


def test_a_different_name_is_a_difference(known: Registry) -> None:
    ja = side("北局が公表した。", "ja", ("北局", "ORG", "north-office"))
    en = side("The Harbour Association published it.", "en", ("Harbour Association", "ORG", "harbour"))
    assert kinds(findings_of(ja, en, known)) == [("entity_differs", "north-office", "harbour")]


def test_an_entity_agrees_with_what_the_registry_says_it_is_part_of(known: Registry) -> None:
    ja = side("北局測量課が公表した。", "ja", ("北局測量課", "ORG", "north-survey"))
    en = side("The North Office published it.", "en", ("North Office", "ORG", "north-office"))
    assert findings_of(ja, en, known) == []
    assert kinds(findings_of(ja, en)) == [("entity_differs", "north-survey", "north-office")]


def test_a_committee_agrees_with_the_institute_that_its_name_contains(known: Registry) -> None:
    ja = side("評価院運営会議が審議する。", "ja", ("評価院運営会議", "ORG", "board-a"))
    en = side("A board of the Institute of A discusses it.", "en", ("Institute of A", "ORG", "institute-a"))
    assert findings_of(ja, en, known) == []


def test_a_name_that_several_entities_share_is_no_difference(known: Registry) -> None:
    ja = side("評価院が公表した。", "ja", ("評価院", "ORG", "institute-b"))
    for name, entity in (("Institute of A", "institute-a"), ("Harbour Association", "harbour")):
        assert findings_of(ja, side(f"The {name} published it.", "en", (name, "ORG", entity)), known) == []


def test_names_outside_the_registry_are_compared_only_if_both_documents_have_both() -> None:
    ja = side("佐藤一郎が話した。", "ja", ("佐藤一郎", "PERSON", "local:person:ichiro-sato"))
    en = side("Jiro Tanaka spoke.", "en", ("Jiro Tanaka", "PERSON", "local:person:jiro-tanaka"))
    elsewhere = (
        side("田中次郎", "ja", ("田中次郎", "PERSON", "local:person:jiro-tanaka"))[1],
        side("Ichiro Sato", "en", ("Ichiro Sato", "PERSON", "local:person:ichiro-sato"))[1],
    )
    assert findings_of(ja, en) == []
    assert findings_of(ja, en, elsewhere=(elsewhere[0], ())) == []
    assert [f.kind for f in findings_of(ja, en, elsewhere=elsewhere)] == ["entity_differs"]


def test_a_bead_with_a_low_score_has_no_differences(known: Registry) -> None:
    ja = side("北局は30名である。", "ja", ("北局", "ORG", "north-office"))
    en = side("The Harbour Association has 40 members.", "en", ("Harbour Association", "ORG", "harbour"))
    assert findings_of(ja, en, known, score=0.4) == []
    unsure = findings_of(ja, en, known, score=0.6)
    assert [(f.kind, f.severity) for f in unsure] == [("number_differs", "low"), ("entity_differs", "low")]


def test_code_is_not_compared(known: Registry) -> None:
    ja, en = side("max = 30", "ja"), side("max = 40", "en")
    assert findings_of(ja, en)
    assert not findings_of((replace(ja[0], kind="code"), ()), (replace(en[0], kind="code"), ()))


def test_of_several_names_those_in_the_same_position_are_paired(known: Registry) -> None:
    # The first has an English spelling that is not linked. The second was changed.
    ja = side("北局、港湾協会、甲国評価院", "ja", ("北局", "ORG", "north-office"), ("港湾協会", "ORG", "harbour"),
              ("甲国評価院", "ORG", "institute-a"))  # fmt: skip
    en = side("Office in the North, Institute of B, Institute of A", "en",
              ("Office in the North", "ORG", "local:org:office-in-the-north"), ("Institute of B", "ORG", "institute-b"),
              ("Institute of A", "ORG", "institute-a"))  # fmt: skip
    assert kinds(findings_of(ja, en, known)) == [("entity_differs", "harbour", "institute-b")]


def test_a_city_and_a_country_differ_only_in_precision(known: Registry) -> None:
    ja = side("英国で開かれた。", "ja", ("英国", "PLACE", "gb"))
    en = side("It was held in London.", "en", ("London", "PLACE", "london"))
    assert findings_of(ja, en, known) == []


def test_different_times_of_day_are_a_difference() -> None:
    (finding,) = findings_of(side("会議は13時30分に始まる。", "ja"), side("The meeting begins at 14:30.", "en"))
    assert (finding.kind, finding.detail) == ("date_differs", {"ja": "13:30", "en": "14:30"})


def test_equal_times_in_another_notation_are_no_difference() -> None:
    assert findings_of(side("会議は午後1時半に始まる。", "ja"), side("The meeting begins at 1:30 p.m.", "en")) == []


def test_numbers_of_sentences_that_say_different_things_are_not_compared() -> None:
    ja, en = side("船がある。乗員は40名である。", "ja"), side("There are 50 seats. The crew is large.", "en")
    beads = [Bead("sentence", (f"b-ja:{a}",), (f"b-en:{b}",), 0.9) for a, b in (("0-5", "0-19"), ("5-15", "20-38"))]
    whole = Bead("block", ("b-ja",), ("b-en",), 0.95)
    matcher = EntityMatcher(None, (), ())
    assert find_differences(whole, ((ja[0],), (en[0],)), ({}, {}), matcher)
    assert find_differences(whole, ((ja[0],), (en[0],)), ({}, {}), matcher, Statements(beads)) == []


@pytest.mark.parametrize(
    ("ja", "en", "pair"),
    [
        ("応募は50件だった。", "There were 60 applications, of which 52% were late.", ("50", "60")),
        ("応募は60件、うち52%が遅れた。", "There were 50 applications.", ("60", "50")),
    ],
)
def test_a_number_is_compared_with_a_number_rather_than_with_a_nearer_percentage(
    ja: str, en: str, pair: tuple[str, str]
) -> None:
    (found,) = findings_of(side(ja, "ja"), side(en, "en"))
    assert (found.detail["ja"], found.detail["en"]) == pair


def test_a_value_in_a_sentence_kept_apart_by_it_is_compared_with_the_sentence_beside_it(known: Registry) -> None:
    # English says in two sentences what Japanese says in one. The changed year left the second without a counterpart.
    ja_text, en_text = "2020年に発足し、2021年に報告した。", "It was founded in 2020. It reported in 2023."
    ja = side(ja_text, "ja", ("2020年", "DATE", "2020"), ("2021年", "DATE", "2021"))
    en = side(en_text, "en", ("2020", "DATE", "2020"), ("2023", "DATE", "2023"))
    at = en_text.index(" It reported") + 1
    one, other = ja[0].id, en[0].id
    beads = [
        Bead("sentence", (f"{one}:0-{len(ja_text)}",), (f"{other}:0-{at - 1}",), 1.0),
        Bead("sentence", (), (f"{other}:{at}-{len(en_text)}",), 0.0),
    ]
    whole = Bead("block", (one,), (other,), 1.0)
    mentions = ({one: ja[1]}, {other: en[1]})
    matcher = EntityMatcher(known, (), ())
    (found,) = find_differences(whole, ((ja[0],), (en[0],)), mentions, matcher, Statements(beads))
    assert (found.detail["ja"], found.detail["en"]) == ("2021", "2023")

"""Which values of two aligned blocks tell of a difference, and which do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from aisi_ingest import registry
from aisi_ingest.comparison.values import Names, differences
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


def told(
    ja: tuple[Block, tuple[Mention, ...]],
    en: tuple[Block, tuple[Mention, ...]],
    known: Registry | None = None,
    score: float = 0.95,
    also: tuple[tuple[Mention, ...], tuple[Mention, ...]] = ((), ()),
) -> list[Finding]:
    """``also`` are mentions that stand elsewhere in the two documents."""
    names = Names(known, (*ja[1], *also[0]), (*en[1], *also[1]))
    bead = Bead("block", (ja[0].id,), (en[0].id,), score)
    return differences(bead, ((ja[0],), (en[0],)), ({ja[0].id: ja[1]}, {en[0].id: en[1]}), names)


def kinds(found: list[Finding]) -> list[tuple[str, str | None, str | None]]:
    return [(f.kind, f.detail["ja"], f.detail["en"]) for f in found]


def test_another_name_is_a_difference(known: Registry) -> None:
    ja = side("北局が公表した。", "ja", ("北局", "ORG", "north-office"))
    en = side("The Harbour Association published it.", "en", ("Harbour Association", "ORG", "harbour"))
    assert kinds(told(ja, en, known)) == [("entity_differs", "north-office", "harbour")]


def test_what_is_part_of_what_stands_in_the_registry_of_the_run(known: Registry) -> None:
    ja = side("北局測量課が公表した。", "ja", ("北局測量課", "ORG", "north-survey"))
    en = side("The North Office published it.", "en", ("North Office", "ORG", "north-office"))
    assert told(ja, en, known) == []
    assert kinds(told(ja, en)) == [("entity_differs", "north-survey", "north-office")]


def test_a_committee_beside_the_institute_that_its_name_holds_is_no_difference(known: Registry) -> None:
    ja = side("評価院運営会議が審議する。", "ja", ("評価院運営会議", "ORG", "board-a"))
    en = side("A board of the Institute of A discusses it.", "en", ("Institute of A", "ORG", "institute-a"))
    assert told(ja, en, known) == []


def test_a_name_that_several_share_may_mean_any_of_them(known: Registry) -> None:
    ja = side("評価院が公表した。", "ja", ("評価院", "ORG", "institute-b"))
    for name, entity in (("Institute of A", "institute-a"), ("Harbour Association", "harbour")):
        assert told(ja, side(f"The {name} published it.", "en", (name, "ORG", entity)), known) == []


def test_names_that_no_registry_has_are_compared_where_both_languages_speak_of_both() -> None:
    ja = side("佐藤一郎が話した。", "ja", ("佐藤一郎", "PERSON", "local:person:ichiro-sato"))
    en = side("Jiro Tanaka spoke.", "en", ("Jiro Tanaka", "PERSON", "local:person:jiro-tanaka"))
    elsewhere = (
        side("田中次郎", "ja", ("田中次郎", "PERSON", "local:person:jiro-tanaka"))[1],
        side("Ichiro Sato", "en", ("Ichiro Sato", "PERSON", "local:person:ichiro-sato"))[1],
    )
    assert told(ja, en) == []
    assert told(ja, en, also=(elsewhere[0], ())) == []
    assert [f.kind for f in told(ja, en, also=elsewhere)] == ["entity_differs"]


def test_under_a_bead_that_is_likelier_wrong_nothing_is_told(known: Registry) -> None:
    ja = side("北局は30名である。", "ja", ("北局", "ORG", "north-office"))
    en = side("The Harbour Association has 40 members.", "en", ("Harbour Association", "ORG", "harbour"))
    assert told(ja, en, known, score=0.4) == []
    unsure = told(ja, en, known, score=0.6)
    assert [(f.kind, f.severity) for f in unsure] == [("number_differs", "low"), ("entity_differs", "low")]


def test_code_is_not_compared(known: Registry) -> None:
    ja, en = side("max = 30", "ja"), side("max = 40", "en")
    assert told(ja, en)
    assert not told((replace(ja[0], kind="code"), ()), (replace(en[0], kind="code"), ()))


def test_of_several_names_the_one_in_the_same_place_differs(known: Registry) -> None:
    # The first is spelt so that nothing links it in English; the second changed.
    ja = side("北局、港湾協会、甲国評価院", "ja", ("北局", "ORG", "north-office"), ("港湾協会", "ORG", "harbour"),
              ("甲国評価院", "ORG", "institute-a"))  # fmt: skip
    en = side("Office in the North, Institute of B, Institute of A", "en",
              ("Office in the North", "ORG", "local:org:office-in-the-north"), ("Institute of B", "ORG", "institute-b"),
              ("Institute of A", "ORG", "institute-a"))  # fmt: skip
    assert kinds(told(ja, en, known)) == [("entity_differs", "harbour", "institute-b")]

"""Reading the registry, errors with the line they are in, and names found in every spelling."""

from __future__ import annotations

from pathlib import Path

import pytest
from growth import growth
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest import registry
from aisi_ingest.text.normalise import fold

SMALL = """
[org]
water = {ja = ["水質調査機構"], en = ["Water Survey Agency"], both = ["WSA"]}
lake = {ja = ["湖沼研究所"], en = ["Lake Institute"], shared = ["Institute"], country = "jp", part_of = "water"}
river = {ja = ["河川研究所"], en = ["River Institute"], shared = ["Institute"], country = "us"}

[guide]
taste = {ja = ["味の手引き・第一集"], en = ["Guide to Taste"]}

[untagged]
programmes = ["水の環プログラム"]
"""


SMALL_KNOWN = registry.parse(SMALL)


def names(text: str, known: registry.Registry) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[m.start : m.end], m.alias.ids) for m in known.matches(text)]


@pytest.fixture(scope="module")
def shipped() -> registry.Registry:
    return registry.load()


def test_the_shipped_registry_loads(shipped: registry.Registry) -> None:
    assert len(shipped.entities) > 1000
    assert {e.label for e in shipped.entities.values()} == {"ORG", "GUIDE", "EVENT", "PERSON", "PLACE"}


def test_every_entity_has_a_name(shipped: registry.Registry) -> None:
    assert [e.id for e in shipped.entities.values() if not e.names["ja"] and not e.names["en"]] == []


def test_countries_come_with_japanese_and_english_names(shipped: registry.Registry) -> None:
    for name in ("Kenya", "ケニア", "ke"):
        assert [e.id for e in shipped.find(name)] == ["ke"]
    assert [e.id for e in shipped.find("米国")] == ["us"] == [e.id for e in shipped.find("U.S.")]


def test_full_name_acronym_and_translation_refer_to_one_entity(shipped: registry.Registry) -> None:
    for name in ("経済産業省", "経産省", "METI", "Ministry of Economy, Trade and Industry", "meti"):
        assert [e.id for e in shipped.find(name)] == ["meti"]


def test_a_shared_name_refers_to_all_entities_that_have_it(shipped: registry.Registry) -> None:
    found = {e.id for e in shipped.find("AISI")}
    assert {"j-aisi", "us-aisi", "uk-aisi", "sg-aisi"} <= found


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("[org]\na = {ja = ['甲'], en = ['Alpha'], colour = 'red'}", "registry.toml:2: a: .*unknown field `colour`"),
        (
            "[org]\na = {ja = ['甲乙'], en = ['Alpha']}\n\nb = {ja = ['丙丁'], en = ['alpha']}",
            "registry.toml:4: b: 'alpha' is also a name of 'a'",
        ),
        ("[org]\n\na = {shared = ['甲乙']}", "registry.toml:3: a: no name"),
        ("[org]\na = {ja = ['甲乙'], en = ['Alpha'], part_of = 'z'}", "registry.toml:2: a: part_of refers to 'z'"),
        (
            "[org]\na = {ja = ['甲乙'], en = ['Alpha'], country = 'zz'}",
            "registry.toml:2: a: 'zz' is not a country code",
        ),
        ("[org]\na = {ja = ['甲'], en = ['Alpha']}", "registry.toml:2: a: '甲' is too short"),
        ("[organisation]\na = {ja = ['甲乙'], en = ['Alpha']}", "registry.toml:1: unknown key 'organisation'"),
        (
            "[org]\na = {ja = ['甲乙'], en = ['Alpha']}\n[guide]\na = {ja = ['丙丁'], en = ['Beta']}",
            "registry.toml:4: id 'a' is defined twice",
        ),
        ("[org]\na = {ja = '甲乙'}", "registry.toml:2: a: Expected `array`"),
        ("[org\n", "registry.toml:1: "),
        ("[org]\n[untagged]\na = 'b'", r"registry.toml:2: \[untagged\] must contain lists of names"),
        (
            "[org]\na = {ja = ['甲乙'], en = ['Alpha']}\n[untagged]\nx = ['ALPHA']",
            "registry.toml:4: x: 'ALPHA' is also a name of 'a'",
        ),
    ],
)
def test_each_error_names_its_line(source: str, reason: str) -> None:
    with pytest.raises(registry.RegistryError, match=reason):
        registry.parse(source)


def test_a_missing_file_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(registry.RegistryError, match="No such file"):
        registry.load(tmp_path / "registry.toml")


def test_bytes_that_are_not_utf8_are_reported_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "registry.toml").write_bytes(b"[org]\n\xff\n")
    with pytest.raises(registry.RegistryError, match=r"registry\.toml:2: not UTF-8"):
        registry.load(tmp_path / "registry.toml")


def test_the_digest_changes_with_the_content() -> None:
    assert registry.parse(SMALL).digest == registry.parse(SMALL).digest
    assert registry.parse(SMALL).digest != registry.parse(SMALL + "# more\n").digest


def test_blanks_hyphens_dots_width_and_case_do_not_matter() -> None:
    known = registry.parse(SMALL)
    for text in ("味の手引き第一集", "味の手引き 第一集", "味の手引き・第一集", "GUIDE TO TASTE", "Guide-to-Taste"):
        assert names(f"「{text}」", known) == [(text, ("taste",))]


def test_the_longest_name_wins_unless_it_is_a_part_of_a_longer_word() -> None:
    long = "b = {ja = ['湖研セン'], en = ['Lake Research Pole']}"
    known = registry.parse(f"[org]\na = {{ja = ['湖研'], en = ['Lake Research']}}\n{long}")
    assert names("湖研セン", known) == [("湖研セン", ("b",))]
    assert names("湖研センター", known) == [("湖研", ("a",))]
    assert names("Lake Research Pole", known) == [("Lake Research Pole", ("b",))]
    assert names("Lake Research Poles", known) == [("Lake Research", ("a",))]


def test_lower_case_words_are_not_matched() -> None:
    assert names("a guide to taste and a wsa", registry.parse(SMALL)) == []


def test_a_name_inside_a_longer_word_is_not_matched() -> None:
    known = registry.parse(SMALL)
    assert names("WSAX XWSA x@WSA.example WSA2", known) == []
    assert names("(WSA)はWSA、WSA-led", known) == [("WSA", ("water",))] * 3


def test_an_adjective_of_a_country_is_not_a_place(shipped: registry.Registry) -> None:
    assert names("日本語と東日本と日本人と米国製", shipped) == []
    assert names("Japanese Koreans", shipped) == []


def test_nothing_is_matched_inside_an_untagged_name() -> None:
    assert names("水の環プログラム", registry.parse(SMALL)) == [("水の環プログラム", ())]


@given(
    st.lists(
        st.sampled_from(["味", "の", "手引き", "・", "第一集", " ", "-", "\u3000", "WSA", "Lake", "Institute", "."]),
        max_size=12,
    )
)
def test_a_match_is_a_name_apart_from_blanks_hyphens_and_dots(pieces: list[str]) -> None:
    text = "".join(pieces)
    for m in SMALL_KNOWN.matches(text):
        assert registry.compact(fold(text[m.start : m.end])) == registry.compact(fold(m.alias.text))


@given(st.text(max_size=80))
def test_matches_in_any_text_do_not_overlap(text: str) -> None:
    end = 0
    for m in SMALL_KNOWN.matches(text):
        assert end <= m.start < m.end <= len(text)
        end = m.end


def test_ten_times_as_many_names_take_less_than_twice_the_time() -> None:
    """All names are searched at once, not one by one."""
    text = "この文書は Example 調査機関 of the River について述べ、2024年に公表した。" * 400

    def known(count: int) -> registry.Registry:
        lines = [f"e{i} = {{ja = ['架空{i:06d}調査所'], en = ['Example {i:06d} Office']}}" for i in range(count)]
        return registry.parse("[org]\n" + "\n".join(lines))

    few, many = known(1_000), known(10_000)
    both = {1: few, 10: many}
    assert growth(lambda names: list(both[names].matches(text)), 1, times=10) < 2

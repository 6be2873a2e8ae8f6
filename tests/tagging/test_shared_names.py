"""Names that several entities share: which one is meant follows from the text around it, then from the publisher."""

from __future__ import annotations

import pytest
from tagged import values

from aisi_ingest import registry, tagging
from aisi_ingest.model import Block, BlockKind, Box, Content
from aisi_ingest.text.normalise import language_of


def meant(text: str, name: str, publisher: str | None = "j-aisi") -> list[str | None]:
    block = Block("b1", 1, Box(0, 0, 1, 1), "paragraph", text, language_of(text))
    content = Content("report", "pdf", block.lang, "", ((0, 0),), (block,))
    mentions = tagging.tag(content, registry.load(), date=None, publisher=publisher).value or ()
    return [mention.value for mention in mentions if mention.text == name]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("韓国では昨年の秋にAI安全研究所が発足した。", "AI安全研究所", "kr-aisi"),
        ("英国政府は、基金を土台としてAI安全研究所の設立を発表した。", "AI安全研究所", "uk-aisi"),
        ("Korea launched its AI Safety Institute last autumn.", "AI Safety Institute", "kr-aisi"),
        ("The British government announced an AI Safety Institute.", "AI Safety Institute", "uk-aisi"),
        ("In Canada, the AI Safety Institute works with universities.", "AI Safety Institute", "ca-aisi"),
        # The sentence is not about the country, or the country comes after the name or in another sentence.
        ("AI安全研究所は、英国と協力する。", "AI安全研究所", "j-aisi"),
        ("英国政府の主催する会合で、所長がAI安全研究所の設立を述べた。", "AI安全研究所", "j-aisi"),
        ("韓国では会合が開かれた。AI安全研究所も参加した。", "AI安全研究所", "j-aisi"),
        ("The AI Safety Institute works with Korea.", "AI Safety Institute", "j-aisi"),
        # An acronym means the publisher's own institute first of all.
        ("韓国では昨年の秋、AISIの所長が講演した。", "AISI", "j-aisi"),
        # Each of several countries has its own: no entry of the registry is meant.
        ("英国と米国は、それぞれAI安全研究所を設けた。", "AI安全研究所", "local:org:ai安全研究所"),
    ],
)
@pytest.mark.parametrize("publisher", ["j-aisi", None])
def test_a_shared_name_means_the_institute_of_the_country_that_its_sentence_is_about(
    text: str, name: str, value: str, publisher: str | None
) -> None:
    assert meant(text, name, publisher) == [value]


def test_the_renamed_institute_is_recognised_without_its_country() -> None:
    assert meant("名称がAIセキュリティ研究所へ改められた。", "AIセキュリティ研究所") == ["uk-ai-security-institute"]
    assert meant("It became the AI Security Institute.", "AI Security Institute") == ["uk-ai-security-institute"]


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
def test_a_shared_name_is_resolved_by_the_country_beside_it(text: str, value: str) -> None:
    found = [v for name, v in values(text, publisher="j-aisi") if "AISI" in name or "Institute" in name]
    assert found[-1] == value


def test_a_shared_name_is_resolved_by_the_country_in_the_row_above() -> None:
    rows: list[tuple[BlockKind, str, int]] = [
        ("list_item", "カナダ", 1),
        ("list_item", "AISIを設立", 2),
        ("list_item", "以上", 1),
        ("list_item", "AISI", 2),
    ]
    found = [v for name, v in values(*rows, publisher="j-aisi") if name == "AISI"]
    assert found == ["ca-aisi", "j-aisi"]


def test_a_shared_name_is_resolved_by_the_publisher() -> None:
    assert values("AISI will publish", publisher="uk-aisi") == [("AISI", "uk-aisi")]


def test_a_shared_name_means_what_the_document_has_defined() -> None:
    found = values("UK AI Safety Institute (hereinafter “AISI”) met.", "AISI said so.", publisher="j-aisi")
    assert [v for _, v in found] == ["uk-aisi", "uk-aisi", "uk-aisi"]


def test_a_shared_name_without_a_publisher_is_the_entity_mentioned_most() -> None:
    assert values("The Korea AI Safety Institute met.", "AISI said so.")[-1] == ("AISI", "kr-aisi")


def test_a_letter_that_is_also_a_word_names_no_country() -> None:
    """中 before a name means "during"."""
    assert values("会議中のAISIの発言", publisher="uk-aisi") == [("AISI", "uk-aisi")]

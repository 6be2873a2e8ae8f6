"""Which institute a name means that several have: what stands about it in the sentence decides, then the publisher."""

from __future__ import annotations

import pytest

from aisi_ingest import registry, tagging
from aisi_ingest.model import Block, Box, Content
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
        # The country is not what the sentence speaks of, or comes after the name, or stands in another sentence.
        ("AI安全研究所は、英国と協力する。", "AI安全研究所", "j-aisi"),
        ("英国政府の主催する会合で、所長がAI安全研究所の設立を述べた。", "AI安全研究所", "j-aisi"),
        ("韓国では会合が開かれた。AI安全研究所も参加した。", "AI安全研究所", "j-aisi"),
        ("The AI Safety Institute works with Korea.", "AI Safety Institute", "j-aisi"),
        # An acronym is the document's own first of all.
        ("韓国では昨年の秋、AISIの所長が講演した。", "AISI", "j-aisi"),
        # Of several countries each has its own: no entry of the registry is meant.
        ("英国と米国は、それぞれAI安全研究所を設けた。", "AI安全研究所", "local:org:ai安全研究所"),
    ],
)
@pytest.mark.parametrize("publisher", ["j-aisi", None])
def test_a_shared_name_means_the_institute_of_the_country_that_its_sentence_speaks_of(text, name, value, publisher):
    assert meant(text, name, publisher) == [value]


def test_the_renamed_institute_is_known_without_its_country() -> None:
    assert meant("名称がAIセキュリティ研究所へ改められた。", "AIセキュリティ研究所") == ["uk-ai-security-institute"]
    assert meant("It became the AI Security Institute.", "AI Security Institute") == ["uk-ai-security-institute"]

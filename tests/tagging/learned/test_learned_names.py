"""Names that only the models find, and what is kept of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tagged import KNOWN, content, mentions

from aisi_ingest import tagging
from aisi_ingest.tagging.learned.admission import admit, without_persons
from aisi_ingest.tagging.spans import Span


def _learned(text: str) -> list[tuple[str, str]]:
    return [(m.label, m.text) for m in mentions(text) if m.rule.startswith("model")]


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("俳優の高倉健はその映画に出演した。", "PERSON", "高倉健"),
        ("Yesterday Margaret Thornbury moved to Leicester with her family.", "PERSON", "Margaret Thornbury"),
    ],
)
def test_names_without_any_mark_are_found_by_the_models(text: str, label: str, name: str) -> None:
    assert (label, name) in [(m.label, m.text) for m in mentions(text)]


def test_a_mention_of_a_model_has_a_score_and_one_of_a_rule_has_none() -> None:
    found = mentions("Yesterday Margaret Thornbury moved to NIST with her family.")
    scores = {m.text: m.score for m in found}
    assert 0 < (scores["Margaret Thornbury"] or 0) <= 1
    assert scores["NIST"] is None


def test_without_models_only_rules_are_applied() -> None:
    text = "Yesterday Margaret Thornbury moved to Leicester with her family."
    found = tagging.tag(content(text), KNOWN, date=None, publisher=None, with_models=False).value or ()
    assert not [m for m in found if m.rule.startswith("model")]


def test_a_name_around_a_known_place_wins_and_one_that_crosses_it_does_not() -> None:
    text = "鳥取貝類同好会と鳥取市"
    place = Span(0, 2, "PLACE", "registry", "tottori")
    around = Span(0, 7, "ORG", "model.ja", score=0.9)
    across = Span(1, 7, "ORG", "model.ja", score=0.9)
    assert list(admit(text, [around], [place], (), heading=False)) == [around]
    assert list(admit(text, [across], [place], (), heading=False)) == []


def test_articles_titles_and_quotes_are_left_off() -> None:
    text = "the Lake Fund’s Dr. Ada Quist"
    spans = [Span(0, 15, "ORG", "model.en", score=0.9), Span(16, 29, "PERSON", "model.en", score=0.9)]
    assert [text[s.start : s.end] for s in admit(text, spans, (), (), heading=False)] == ["Lake Fund", "Ada Quist"]


def test_general_words_are_no_name_whatever_the_model_says() -> None:
    text = "the Guidelines"
    assert not list(admit(text, [Span(4, 14, "PLACE", "model.en", score=1.0)], (), (), heading=False))


def test_a_person_in_front_of_an_organisation_is_cut_off() -> None:
    text = "Ada Quist Institute of Lakes"
    shape = Span(0, len(text), "ORG", "shape.org")
    person = Span(0, 9, "PERSON", "model.en", score=0.9)
    assert [text[s.start : s.end] for s in without_persons(text, [shape], [person])] == ["Institute of Lakes"]


def test_models_are_loaded_only_when_text_is_tagged() -> None:
    code = (
        "import sys; import aisi_ingest.cli.app;"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'aisi_ingest.tagging.learned.names')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

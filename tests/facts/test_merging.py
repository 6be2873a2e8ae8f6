"""An event that several passages, languages or documents state is one event with several pieces of evidence."""

from __future__ import annotations

from told import Named, item, sentence, told

from aisi_ingest.facts import work_facts
from aisi_ingest.facts.events import document_events
from aisi_ingest.facts.merging import merge
from aisi_ingest.model import Alignment, Bead, Document


def founded(date: str, work: str = "report") -> Document:
    return told(
        "ja",
        item("2024年に見本研究所を設立", ("2024年", "DATE", date), ("見本研究所", "ORG", "exi")),
        work=work,
    )


def test_aligned_blocks_state_one_event_in_both_languages() -> None:
    ja = told("ja", item("2024年11月 研究所設立", ("2024年11月", "DATE", "2024-11"), ("研究所", "ORG", "kr-aisi")))
    en = told("en", item("Established in November 2024.", ("November 2024", "DATE", "2024-11")))
    (event,) = work_facts([ja, en], [Alignment(ja.id, en.id, (Bead("block", ("b0",), ("b0",), 0.9),))]).events
    assert event.label == {"ja": "2024年11月 研究所設立", "en": "Established in November 2024."}
    assert {each.document for each in event.evidence} == {ja.id, en.id}


def test_blocks_that_are_not_aligned_state_two_events() -> None:
    ja = told("ja", item("2024年11月 研究所設立", ("2024年11月", "DATE", "2024-11")))
    en = told("en", item("Established in November 2024.", ("November 2024", "DATE", "2024-11")))
    assert len(work_facts([ja, en], []).events) == 2


def test_the_more_precise_date_of_one_event_is_kept() -> None:
    events = [event for work in ("a", "b") for event in document_events(founded(date="2024-02", work=work))]
    events += document_events(founded(date="2024-02-14", work="c"))
    assert [event.date for event in merge(events)] == ["2024-02-14"]


def test_events_on_different_dates_stay_apart() -> None:
    events = [*document_events(founded(date="2024-02")), *document_events(founded(date="2024-03", work="other"))]
    assert [event.date for event in merge(events)] == ["2024-02", "2024-03"]


def test_different_guides_on_one_date_stay_apart() -> None:
    document = told(
        "en",
        sentence("In May 2024, guide A was published.", ("May 2024", "DATE", "2024-05"), ("guide A", "GUIDE", "a")),
        sentence("In May 2024, guide B was published.", ("May 2024", "DATE", "2024-05"), ("guide B", "GUIDE", "b")),
    )
    assert [event.guides for event in work_facts([document], []).events] == [("a",), ("b",)]


def test_two_organisations_that_one_host_founds_stay_apart() -> None:
    host: Named = ("見本府", "ORG", "host")
    documents = [
        told(
            "ja",
            item(f"2024年2月に見本府が{name}を設立", ("2024年2月", "DATE", "2024-02"), host, (name, "ORG", name)),
            work=name,
        )
        for name in ("甲研究所", "乙研究所")
    ]
    events = [event for document in documents for event in document_events(document)]
    assert len(merge(events)) == 2

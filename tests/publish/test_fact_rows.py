"""The tables of facts: one row for what several works state, with evidence that lies in their texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from publications import publication, released, with_guides

import aisi_ingest
from aisi_ingest.verify.release import verify


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(with_guides(publication()), tmp_path_factory.mktemp("root"))


def rows(release: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (release / f"{table}.jsonl").read_text("utf-8").splitlines()]


def test_what_two_works_state_is_one_event_in_both_languages(release: Path) -> None:
    (event,) = rows(release, "events")
    assert (event["date"], event["kind"], event["guides"]) == ("2024-09-25", "published", ["local:guide:guide"])
    assert {place["document"] for place in event["evidence"]} == {"guide/1.0/en", "guide/1.0/ja", "only-japanese/-/ja"}
    assert None not in event["label"].values()


def test_a_relation_has_its_subject_and_object_among_the_entities(release: Path) -> None:
    (relation,) = rows(release, "relations")
    assert (relation["subject"], relation["predicate"], relation["object"]) == (
        "local:guide:guide",
        "published_by",
        "exi",
    )
    assert {relation["subject"], relation["object"]} <= {row["id"] for row in rows(release, "entities")}


def test_evidence_is_a_part_of_the_text_of_its_block(release: Path) -> None:
    texts = {row["id"]: row["text"] for row in rows(release, "blocks")}
    for event in rows(release, "events"):
        for place in event["evidence"]:
            assert texts[place["block"]][place["start"] : place["end"]] in event["label"].values()


def test_a_loaded_release_has_its_events_and_relations(release: Path) -> None:
    with aisi_ingest.load(release) as dataset:
        assert [event.date for event in dataset.events] == ["2024-09-25"]
        assert [relation.object for relation in dataset.relations] == ["exi"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"end":69', '"end":9999', "its evidence 0-9999 is not in the text of guide/1.0/en#b3"),
        ('"block":"guide/1.0/en#b3"', '"block":"guide/1.0/en#b77"', "no block has the id guide/1.0/en#b77"),
    ],
)
def test_verify_reports_evidence_that_is_not_in_a_text(tmp_path: Path, before: str, after: str, message: str) -> None:
    release = released(publication(), tmp_path)
    path = release / "events.jsonl"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    assert any(message in issue.message for issue in verify(tmp_path))

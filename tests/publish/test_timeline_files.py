"""The events of a release open in a calendar, and lead to the pages that state them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from publications import publication, released


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(publication(), tmp_path_factory.mktemp("root"))


def properties(release: Path) -> list[tuple[str, str]]:
    """Return the unfolded lines of the calendar as RFC 5545 reads them: name (without parameters) and value."""
    text = (release / "timeline.ics").read_bytes().decode()
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    return [(name.partition(";")[0], value) for name, _, value in (line.partition(":") for line in lines)]


def test_the_calendar_has_the_required_properties_in_balanced_components(release: Path) -> None:
    found = properties(release)
    names = [name for name, _ in found]
    assert found[0] == ("BEGIN", "VCALENDAR") and found[-1] == ("END", "VCALENDAR")
    assert {"VERSION", "PRODID"} <= set(names)
    assert names.count("BEGIN") == names.count("END") == 2
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(names)


def test_a_day_ends_before_the_next_one_and_its_summary_has_both_languages(release: Path) -> None:
    found = dict(properties(release))
    assert (found["DTSTART"], found["DTEND"]) == ("20240925", "20240926")
    assert "公表した。" in found["SUMMARY"] and "On September 25\\, 2024\\, the" in found["SUMMARY"]


def test_no_line_of_the_calendar_is_longer_than_the_standard_allows(release: Path) -> None:
    lines = (release / "timeline.ics").read_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 75 and any(line.startswith(b" ") for line in lines)


def test_the_feed_leads_to_the_pages_that_state_an_event(release: Path) -> None:
    (event,) = json.loads((release / "timeline.json").read_bytes())
    assert event["date"] == "2024-09-25"
    assert "https://example.org/guide_ja.pdf#page=1" in event["urls"]

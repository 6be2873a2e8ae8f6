"""Persons and affiliations in lists of members."""

from __future__ import annotations

import pytest
from tagged import spans


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("津田 宏 Lakekeeper 代表取締役", "Lakekeeper"),
        ("津田 宏 株式会社 湖 代表取締役", "株式会社 湖"),
        ("○津田 宏 Lakekeeper 代表取締役", "Lakekeeper"),
        ("Hiroshi Tsuda Partner, Mori Lake & Stream", "Mori Lake & Stream"),
        ("Hiroshi Tsuda | President and CEO, Kawabe Incorporated", "Kawabe Incorporated"),
        ("早稲田大学大学院 湖沼デザイン研究科 教授", "早稲田大学大学院 湖沼デザイン研究科"),
    ],
)
def test_what_stands_between_a_person_and_a_role_is_an_organisation(text: str, name: str) -> None:
    assert ("ORG", name) in spans(text)


@pytest.mark.parametrize("text", ["Hiroshi Tsuda Founder and CEO, Legal Department", "津田 宏 SVP, Fellow"])
def test_roles_and_departments_in_rosters_are_no_organisations(text: str) -> None:
    assert [label for label, _ in spans(text)] == ["PERSON"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("今田、遠藤、上田、大内", ["今田", "遠藤", "上田", "大内"]),
        ("Ada M. Quistberg, NIST Director", ["Ada M. Quistberg"]),
        ("Mr. KAWABATA presented the lake.", ["KAWABATA"]),
        ("Koiti KAWASIMA spoke.", ["Koiti KAWASIMA"]),
        ("カワバタ座長が述べた。", ["カワバタ"]),
        ("津田友敬編「湖の本」", ["津田友敬"]),
        ("Hiroshi Tsuda Co-Founder", ["Hiroshi Tsuda"]),
    ],
)
def test_persons_are_recognised_in_lists_and_by_their_titles(text: str, names: list[str]) -> None:
    assert [name for label, name in spans(text) if label == "PERSON"] == names


def test_three_nouns_in_a_line_are_no_persons() -> None:
    assert not [name for label, name in spans("情報、安全、評価、湖沼") if label == "PERSON"]


def test_a_person_whom_only_a_model_knows_is_found_in_a_document() -> None:
    assert ("PERSON", "Shane Coughlin") in spans("Chair: Shane Coughlin (Lakekeeper)")

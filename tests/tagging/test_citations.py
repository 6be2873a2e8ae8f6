"""Titles that are recognised by the way they are cited."""

from __future__ import annotations

import pytest
from tagged import spans


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("(Source: NIST, “Looking After Your Lake”)", "Looking After Your Lake"),
        ("NIST; “Looking After Your Lake” https://lake.example/", "Looking After Your Lake"),
        ("総務省; 「湖を守る人のために」https://lake.example/", "湖を守る人のために"),
        ('NIST "Looking After Lakes, 4th Edition"', "Looking After Lakes, 4th Edition"),
        ('NIST "Looking After Lakes (Interim report)"', "Looking After Lakes (Interim report)"),
        (
            "湖沼の利用に関する暫定的なガイドラインver.1.0（総務省、2023.7.4）",
            "湖沼の利用に関する暫定的なガイドラインver.1.0",
        ),
        ("湖を育てるための開発ガイドライン（2017年7月、総務省）", "湖を育てるための開発ガイドライン"),
        ("・湖の業務利用に関する申合せ（総務省）", "湖の業務利用に関する申合せ"),
        ("Advancing lakes in Kenya（2023年2月、OECD）", "Advancing lakes in Kenya"),
        ("総務省 湖沼設備の安全対策に係る行動計画https://lake.example/", "湖沼設備の安全対策に係る行動計画"),
        (
            "ISO/IEC 99989:2022 Information technology - Lakes - Lake concepts and terminology.",
            "ISO/IEC 99989:2022 Information technology - Lakes - Lake concepts and terminology",
        ),
    ],
)
def test_a_title_is_recognised_by_its_place_in_a_citation(text: str, title: str) -> None:
    assert ("GUIDE", title) in spans(text)


def test_the_short_form_in_brackets_after_a_quoted_title_stays_outside_of_it() -> None:
    found = spans('NIST "Looking After Lakes at Home (LALH 1.0)"')
    assert ("GUIDE", "Looking After Lakes at Home") in found


@pytest.mark.parametrize(
    "text",
    [
        "NIST said “we look after your lake” and left.",  # a quotation in a sentence
        "総務省「湖沼」と呼ばれる場所",
        "湖沼開発ガイドライン、湖沼利用ガイドライン（総務省）",  # two titles
        "NIST “Section 3 of the Lake”",
    ],
)
def test_other_quotations_and_lines_are_no_titles(text: str) -> None:
    assert not [
        name for label, name in spans(text) if label == "GUIDE" and ("look" in name or "、" in name or "Sec" in name)
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2 Reed et al., ‘Trust in lakes: A study’, Lake Press, accessed 12 May 2023.", "Trust in lakes: A study"),
        ('Also: "Lakes Can Be Hard to Discover.", Reed et al., 2021, https://x.org/', "Lakes Can Be Hard to Discover"),
    ],
)  # fmt: skip
def test_a_quoted_title_in_an_entry_of_references_needs_no_capitals(text: str, title: str) -> None:
    assert ("GUIDE", title) in spans(text)


def test_a_quotation_outside_of_references_is_no_title() -> None:
    assert spans("They call it ‘trust in lakes and rivers’, which is new.") == []

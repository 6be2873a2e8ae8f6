"""Names that go on after what is known, and names with numbers."""

from __future__ import annotations

import pytest
from tagged import spans


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("under Regulation (EU) 2019/1150 of the Parliament", "GUIDE", "Regulation (EU) 2019/1150"),
        ("規則（EU）2019/1150に基づく", "GUIDE", "規則（EU）2019/1150"),
        ("as Public Law 117-58 requires", "GUIDE", "Public Law 117-58"),
        ("Working Group 7 meets on lakes", "ORG", "Working Group 7"),
        ("since White Paper ver. 4.1 was published", "GUIDE", "White Paper ver. 4.1"),
        ("the Convention on the Law of the Sea", "GUIDE", "Convention on the Law of the Sea"),
        ("AI事業者ガイドライン（第1.1版）を公表", "GUIDE", "AI事業者ガイドライン（第1.1版）"),
    ],
)
def test_names_with_numbers_and_editions_are_whole(text: str, label: str, name: str) -> None:
    assert (label, name) in spans(text)


def test_an_identifier_of_a_case_is_no_bloc() -> None:
    assert not [s for s in spans("Judgment ECLI:EU:C:2011:771 of the court") if s[1] == "EU"]


def test_the_maker_in_the_name_of_a_product_is_not_tagged() -> None:
    assert not [s for s in spans("640 units of NVIDIA H300 are planned") if s[1] == "NVIDIA"]

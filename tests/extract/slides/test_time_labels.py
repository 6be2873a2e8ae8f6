"""Texts that say when and nothing else, and whether they follow each other."""

from __future__ import annotations

import pytest

from aisi_ingest.extract.slides.tables.time_labels import grow, one_day, time_label_of, years_in


@pytest.mark.parametrize(
    ("text", "unit", "year"),
    [
        ("2024", "year", 2024),
        ("2024年", "year", 2024),
        ("２０２４年度", "year", 2024),
        ("2024FY", "year", 2024),
        ("FY2024", "year", 2024),
        ("FY24", "year", 2024),
        ("令和6年度", "year", 2024),
        ("R6", "year", 2024),
        ("令和元年", "year", 2019),
        ("2024年度（令和6年度）", "year", 2024),
        ("2030年度以降", "year", 2030),
        ("2024年4月", "date", 2024),
        ("2024/4", "date", 2024),
        ("Apr. 2024", "date", 2024),
        ("令和6年4月", "date", 2024),
        ("4月", "month", None),
        ("April", "month", None),
        ("第1四半期", "quarter", None),
        ("Q3 2024", "quarter", 2024),
        ("上半期", "half", None),
        ("・・・", "more", None),
    ],
)
def test_a_moment_is_a_year_a_month_a_quarter_or_a_half(text: str, unit: str, year: int | None) -> None:
    found = time_label_of(text)
    assert found is not None and (found.unit, found.year) == (unit, year)


@pytest.mark.parametrize(
    "text",
    ["", "2024年の予定", "13月", "0月", "Marking", "Mark", "第5四半期", "24", "4", "2024-22", "2021-22 開始"],
)
def test_what_says_more_or_less_is_no_moment(text: str) -> None:
    assert time_label_of(text) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2023", "2024", "2030"], True),
        (["2024", "2023", "2025"], False),
        (["10月", "11月", "12月", "1月"], True),
        (["4月", "4月", "5月"], False),
        (["Q3", "Q4", "Q1"], True),
        (["2023", "4月", "2024"], False),
    ],
)
def test_moments_grow(texts: list[str], expected: bool) -> None:
    assert grow([moment for text in texts if (moment := time_label_of(text))]) is expected


def test_the_one_day_that_a_text_names_ends_or_begins() -> None:
    assert [one_day(text) for text in ("改定（7月25日）", "公募（5月～）", "from May 3", "4月から9月", "試作")] == [
        "ends",
        "begins",
        "begins",
        "",
        "",
    ]


def test_years_that_a_text_states() -> None:
    assert years_in("公表（2019年3月）、改訂は2021/4、第2024号") == {2019, 2021}

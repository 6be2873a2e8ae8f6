"""Time labels: texts that name a time and nothing else, and whether they follow each other in time."""

from __future__ import annotations

import pytest

from aisi_ingest.extract.slides.tables.time_labels import (
    ELLIPSIS,
    is_increasing,
    role_of_only_day,
    time_label_of,
    years_in,
)


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
        ("・・・", ELLIPSIS, None),
    ],
)
def test_years_months_quarters_half_years_and_dots_are_time_labels(text: str, unit: str, year: int | None) -> None:
    found = time_label_of(text)
    assert found is not None and (found.unit, found.year) == (unit, year)


@pytest.mark.parametrize(
    "text",
    ["", "2024年の予定", "13月", "0月", "Marking", "Mark", "第5四半期", "24", "4", "2024-22", "2021-22 開始"],
)
def test_texts_that_say_more_or_name_no_time_are_not_time_labels(text: str) -> None:
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
def test_time_labels_that_follow_each_other_are_increasing(texts: list[str], expected: bool) -> None:
    assert is_increasing([label for text in texts if (label := time_label_of(text))]) is expected


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("改定（7月25日）", "end"),
        ("公募（5月～）", "start"),
        ("from May 3", "start"),
        ("4月から9月", None),
        ("試作", None),
    ],
)
def test_the_only_day_of_a_text_is_the_start_or_the_end_of_an_event(text: str, role: str | None) -> None:
    assert role_of_only_day(text) == role


def test_only_stated_years_are_found_in_a_text() -> None:
    assert years_in("公表（2019年3月）、改訂は2021/4、第2024号") == {2019, 2021}

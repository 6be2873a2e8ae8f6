"""Dates that people reported of other date libraries: two reckonings, eras that go on, lists, quarters."""

from __future__ import annotations

import pytest

from aisi_ingest import dates


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # both reckonings side by side
        ("2023（令和5）年11月20日に公表した。", "2023-11-20"),
        ("平成28（2016）年度の報告", "2016-04/2017-03"),
        ("1989年（平成元年）2月", "1989-02"),
        ("昭和64（1989）年1月5日", "1989-01-05"),
        # an era that goes on
        ("平成29年11月1日〜30年2月28日", "2017-11-01/2018-02-28"),
        ("令和2年度から4年度", "2020-04/2023-03"),
        ("R3.6〜R4.2", "2021-06/2022-02"),
        # days that are not one stretch
        ("毎年6月2日と11月9日", "XXXX-06-02 XXXX-11-09"),
        ("2021年5月/2022年6月", "2021-05 2022-06"),
        # quarters and fiscal years
        ("2022Q3", "2022-07/2022-09"),
        ("2019Q02 and 2019Q04", "2019-04/2019-06 2019-10/2019-12"),
        ("令和3年度第4四半期", "2022-01/2022-03"),
        ("in FY2019/20", "2019-04/2020-03"),
    ],
)
def test_a_reported_date_has_the_values_that_a_reader_gives_it(text: str, values: str) -> None:
    assert " ".join(str(each.value) for each in dates.find(text, dates.Context())) == values

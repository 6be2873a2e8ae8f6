"""Years that dates take from the text around them."""

from __future__ import annotations

from tagged import KNOWN, content, values

from aisi_ingest import tagging
from aisi_ingest.model import Block, Box, Content, Section, Table


def table(text: str, header_rows: int = 1) -> Content:
    block = Block("b1", 1, Box(0, 0, 1, 1), "table", text, "ja", "s1")
    rows = tuple(tuple(line.split(" | ")) for line in text.split("\n"))
    parts = Table("t1", "b1", 1, rows, header_rows)
    return Content("report", "pdf", "ja", "", ((1, 1),), (block,), (Section("s1", "予定表", 1, (1, 1)),), (parts,))


def dated(document: Content, date: str | None = None) -> list[tuple[str, str | None]]:
    found = tagging.tag(document, KNOWN, date=date, publisher=None).value or ()
    return [(m.text, m.value) for m in found if m.label == "DATE"]


def test_a_day_in_a_table_takes_the_year_of_its_header() -> None:
    found = dated(table("2024 | 事項\n4月 | 公表(4/30)\n5月 | 改訂(5/7)"), "2025-01-06")
    assert found == [
        ("2024", "2024"),
        ("4月", "2024-04"),
        ("4/30", "2024-04-30"),
        ("5月", "2024-05"),
        ("5/7", "2024-05-07"),
    ]


def test_each_column_of_a_table_has_its_own_year() -> None:
    found = dated(table("事項 | 2023年度 | 2024年度\n公表 | 5月 | 2月"))
    assert found[-2:] == [("5月", "2023-05"), ("2月", "2025-02")]


def test_numbers_in_a_column_of_counts_are_not_years() -> None:
    assert dated(table("件数 | 結果\n2000 | 成功\n5000 | 失敗")) == []


def test_a_day_takes_the_year_of_its_section_or_of_the_line_above() -> None:
    assert values("4月16日に開催", title="2023年の活動")[0][1] == "2023-04-16"
    assert values("2022年5月に決定した。", "4月16日に開催")[-1][1] == "2022-04-16"


def test_under_a_heading_about_plans_a_day_comes_after_the_documents_date() -> None:
    assert values("2月10日に開催", title="今後の予定", date="2025-01-06")[0][1] == "2025-02-10"
    assert values("2月10日に開催", title="これまで", date="2025-01-06")[0][1] == "2024-02-10"


def test_years_along_the_axis_of_a_drawing_date_nothing_below_them() -> None:
    found = values("2022年度", "2023年度", "・・・", "2030年度", "改定（7月25日）", date="2022-08")
    assert found[-1] == ("7月25日", "2022-07-25")


def test_a_target_year_in_a_title_dates_nothing() -> None:
    assert values("7月25日に改定", title="2030年に向けた戦略", date="2022-08")[0][1] == "2022-07-25"


def test_a_date_that_does_not_exist_is_reported() -> None:
    result = tagging.tag(content("令和99年に"), KNOWN, date=None, publisher=None)
    assert [(m.text, m.value) for m in result.value or ()] == [("令和99年", None)]
    assert [i.code for i in result.issues] == ["date_unresolved"]

"""Dates in Japanese and English text, and a document's own date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from edtf import parse_edtf
from growth import growth
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from aisi_ingest import dates
from aisi_ingest.dates import Context, Year
from aisi_ingest.dates.candidates import REQUIRED_SIGNS
from aisi_ingest.dates.english import RULES
from aisi_ingest.model import Block, Box, Content, Listing, Source
from aisi_ingest.text.normalise import fold

TABLE = [
    line.split("\t")
    for line in Path(__file__).with_name("dates.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def context(words: str) -> Context:
    """Return the Context that a column of the table describes: ``doc=2025-01-06 section=FY2024 plans``."""
    given = {name: value for name, _, value in (word.partition("=") for word in words.split())}

    def year(name: str) -> Year | None:
        return Year(int(given[name].removeprefix("FY")), given[name].startswith("FY")) if name in given else None

    return Context(
        table=year("table"),
        section=year("section"),
        line=year("line"),
        document=given.get("doc"),
        plans="plans" in given,
        cell="cell" in given,
    )


@pytest.mark.parametrize(("text", "written", "value", "around"), TABLE)
def test_every_expression_of_the_table_has_its_value(text: str, written: str, value: str, around: str) -> None:
    found = [(text[d.start : d.end], d.value) for d in dates.find(text, context(around))]
    if not written:
        assert found == []
    else:
        assert (written, None if value == "-" else value) in found


def test_the_table_has_at_least_two_hundred_expressions() -> None:
    assert len(TABLE) >= 200


@pytest.mark.parametrize("value", sorted({row[2] for row in TABLE if row[2] not in ("", "-")}))
def test_every_value_of_the_table_is_valid_edtf(value: str) -> None:
    parse_edtf(value)


def test_the_rule_names_the_source_of_the_year() -> None:
    around = Context(table=Year(2020), section=Year(2021), line=Year(2022), document="2025-01-06")
    assert [d.rule for d in dates.find("4月16日", around)] == ["date.ja+table"]
    assert [d.rule for d in dates.find("4月16日", Context(document="2025-01-06"))] == ["date.ja+document"]
    assert [d.rule for d in dates.find("2023年5月に決め、6月に出した。", around)] == ["date.ja", "date.ja+line"]


def test_one_certain_day_on_a_line_confirms_the_others() -> None:
    found = dates.find("会議：10/1、10/16、10/24", Context(document="2018-10-31"))
    assert [d.value for d in found] == ["2018-10-01", "2018-10-16", "2018-10-24"]


def test_dates_do_not_overlap_and_have_exact_offsets() -> None:
    text = "令和６年９月２５日（水）及び March 31, 2025, FY2023・2024年夏"
    found = dates.find(text)
    assert [text[d.start : d.end] for d in found] == ["令和６年９月２５日", "March 31, 2025", "FY2023", "2024年夏"]


@given(st.text(alphabet="0123456789年月日令和平成/-.～ 〜第期度元春MarchFYq,()（）同翌\n", max_size=60))
def test_any_mix_of_date_characters_gives_valid_dates_in_order(text: str) -> None:
    end = 0
    for found in dates.find(text, Context(document="2025-01-06")):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        if found.value is not None:
            parse_edtf(found.value)


@given(st.dates(min_value=date(1868, 10, 23), max_value=date(2999, 12, 31)))
def test_every_day_is_recognised_in_four_forms(day: date) -> None:
    y, m, d, month = day.year, day.month, day.day, day.strftime("%B")
    for text in (f"{y}年{m}月{d}日", f"{month} {d}, {y}", f"{d} {month} {y}", f"{y}/{m}/{d}"):
        assert [found.value for found in dates.find(text)] == [day.isoformat()], text


HOSTILE = {
    "digits": "1" * 1000,
    "digits and dots": "1.2/3-" * 170,
    "years": "2024年" * 200,
    "era without year": "令和" * 500,
    "open brackets": "2024年(" * 160,
    "months": "may " * 250,
    "kanji numerals": "二十" * 500,
    "ranges": "2024-" * 200,
    "spaces": "令和" + " " * 998,
    "quarters": "第1四半期" * 200,
    "slashes": "1/" * 500,
    "right to left": "\u200fשלום 2024-05-21 مرحبا " * 40,
    "lone surrogates": "\ud8002024年\udfff" * 125,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(name: str) -> None:
    """Texts of five and of twenty kilobytes."""
    assert growth(lambda times: dates.find(HOSTILE[name] * times), 5) < 8


def _content(*texts: str) -> Content:
    blocks = tuple(Block(f"b{i}", 1, Box(0, 0, 1, 1), "paragraph", t, "ja") for i, t in enumerate(texts))
    return Content("report", "pdf", "ja", "題", ((595, 842),), blocks)


def _listing(file: str, listed: str | None = None) -> Listing:
    return Listing(Source(None, file, "0" * 64, 1, "application/pdf"), date=listed)


def test_the_date_on_the_cover_wins_over_file_name_and_index_page() -> None:
    listing = _listing("20240101_guide.pdf", "2024-02-02")
    assert dates.document_date(_content("ガイド（第1.1版）", "令和6年9月25日"), listing) == "2024-09-25"


def test_the_latest_date_on_a_cover_is_the_date_of_the_edition() -> None:
    assert dates.document_date(_content("令和6年9月25日 第1.00版", "令和7年3月31日 第1.10版")) == "2025-03-31"


def test_the_file_name_dates_a_document_without_a_date_on_its_cover() -> None:
    assert dates.document_date(_content("題"), _listing("20181031_report.pptx", "2019-01-01")) == "2018-10-31"


def test_the_index_page_dates_a_document_without_any_other_date() -> None:
    assert dates.document_date(_content("題"), _listing("guide.pdf", "2019-01-01")) == "2019-01-01"
    assert dates.document_date(_content("題")) is None


def test_a_date_in_a_sentence_on_the_first_page_is_not_the_documents_date() -> None:
    assert dates.document_date(_content("この会議は2023年5月19日に広島で開かれ、首脳が参加した。")) is None


def test_a_rule_that_is_skipped_would_not_have_matched() -> None:
    matched = set()
    for text in (fold(row[0]) for row in TABLE):
        for name, pattern, _ in RULES:
            if name in REQUIRED_SIGNS and (found := pattern.search(text)):
                matched.add(name)
                assert any(sign in text for sign in REQUIRED_SIGNS[name]), (name, found)
    assert matched == set(REQUIRED_SIGNS)


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        (("Issue date – 6th November 2024", "Closing date – 29th January 2025"), "2024-11-06"),
        (("Issue date – 6th November 2024 Closing date – 29th January 2025",), "2024-11-06"),
        (("意見募集期限：令和7年1月29日", "令和6年11月6日"), "2024-11-06"),
        (("初版：2018年7月25日", "更新：2018年7月30日"), "2018-07-30"),
        (("2018年7月25日 初版発行 2017年7月30日 改訂",), "2017-07-30"),
        (("令和6年4月1日現在", "令和6年3月15日公表"), "2024-03-15"),
        (("令和6年4月1日現在",), "2024-04-01"),
        (("Published 3 May 2023", "Last updated 7 June 2024"), "2024-06-07"),
        (("Comments are due by 7 June 2024",), None),
    ],
)
def test_the_words_beside_a_date_on_a_cover_decide_whether_it_counts(lines: tuple[str, ...], date: str | None) -> None:
    assert dates.document_date(_content(*lines)) == date


def test_a_date_in_a_list_on_the_first_page_is_not_the_documents_date() -> None:
    content = _content("題")
    item = structs.replace(content.blocks[0], kind="list_item", text="第13回会合 2020年2月")
    assert dates.document_date(structs.replace(content, blocks=(*content.blocks, item))) is None


def test_a_title_page_behind_a_cover_without_a_date_dates_the_document() -> None:
    content = _content("題")
    behind = structs.replace(content.blocks[0], page=3, text="January 2023")
    assert dates.document_date(structs.replace(content, blocks=(*content.blocks, behind))) == "2023-01"


def test_a_label_on_the_left_of_a_date_names_it() -> None:
    content = _content("締切", "2025年1月29日")
    label, day = (
        structs.replace(b, bbox=Box(x, 100, x + 50, 112)) for b, x in zip(content.blocks, (50, 120), strict=True)
    )
    assert dates.document_date(structs.replace(content, blocks=(label, day))) is None

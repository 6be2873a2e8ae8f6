"""Dates of both languages, their values, and what is no date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from edtf import parse_edtf
from growth import growth
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest import dates
from aisi_ingest.dates.english import RULES
from aisi_ingest.dates.finder import Context, Year
from aisi_ingest.model import Block, Box, Content, Listing, Source
from aisi_ingest.text.normalise import fold

TABLE = [
    line.split("\t")
    for line in Path(__file__).with_name("dates.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def context(words: str) -> Context:
    """``doc=2025-01-06 section=FY2024 plans`` as a Context."""
    given = dict(w.split("=") if "=" in w else (w, "") for w in words.split())

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
def test_the_table_of_expressions_holds(text: str, written: str, value: str, around: str) -> None:
    found = [(text[d.start : d.end], d.value) for d in dates.find(text, context(around))]
    if not written:
        assert found == []
    else:
        assert (written, None if value == "-" else value) in found


def test_the_table_has_two_hundred_expressions() -> None:
    assert len(TABLE) >= 200


@pytest.mark.parametrize("value", sorted({row[2] for row in TABLE if row[2] not in ("", "-")}))
def test_values_are_edtf(value: str) -> None:
    parse_edtf(value)


def test_the_rule_says_where_the_year_came_from() -> None:
    around = Context(table=Year(2020), section=Year(2021), line=Year(2022), document="2025-01-06")
    assert [d.rule for d in dates.find("4月16日", around)] == ["date.ja+table"]
    assert [d.rule for d in dates.find("4月16日", Context(document="2025-01-06"))] == ["date.ja+document"]
    assert [d.rule for d in dates.find("2023年5月に決め、6月に出した。", around)] == ["date.ja", "date.ja+line"]


def test_one_day_of_a_line_makes_its_neighbours_days() -> None:
    found = dates.find("会議：10/1、10/16、10/24", Context(document="2018-10-31"))
    assert [d.value for d in found] == ["2018-10-01", "2018-10-16", "2018-10-24"]


def test_dates_do_not_overlap_and_offsets_hold() -> None:
    text = "令和６年９月２５日（水）及び March 31, 2025, FY2023・2024年夏"
    found = dates.find(text)
    assert [text[d.start : d.end] for d in found] == ["令和６年９月２５日", "March 31, 2025", "FY2023", "2024年夏"]


@given(st.text(alphabet="0123456789年月日令和平成/-.～ 〜第期度元春MarchFYq,()（）同翌\n", max_size=60))
def test_any_mix_of_date_characters_is_read(text: str) -> None:
    end = 0
    for found in dates.find(text, Context(document="2025-01-06")):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        if found.value is not None:
            parse_edtf(found.value)


@given(st.dates(min_value=date(1868, 10, 23), max_value=date(2999, 12, 31)))
def test_every_day_is_read_in_every_form(day: date) -> None:
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
def test_the_cost_of_hostile_text_grows_with_its_length_and_no_faster(name: str) -> None:
    """Five and twenty kilobytes: time may grow with the length, and no faster."""
    assert growth(lambda times: dates.find(HOSTILE[name] * times), 5) < 8


def _content(*texts: str) -> Content:
    blocks = tuple(Block(f"b{i}", 1, Box(0, 0, 1, 1), "paragraph", t, "ja") for i, t in enumerate(texts))
    return Content("report", "pdf", "ja", "題", ((595, 842),), blocks)


def _listing(file: str, listed: str | None = None) -> Listing:
    return Listing(Source(None, file, "0" * 64, 1, "application/pdf"), date=listed)


def test_the_cover_dates_a_document_before_its_name_and_its_listing() -> None:
    listing = _listing("20240101_guide.pdf", "2024-02-02")
    assert dates.document_date(_content("ガイド（第1.1版）", "令和6年9月25日"), listing) == "2024-09-25"


def test_the_last_day_on_a_cover_is_that_of_the_edition() -> None:
    assert dates.document_date(_content("令和6年9月25日 第1.00版", "令和7年3月31日 第1.10版")) == "2025-03-31"


def test_a_file_name_dates_a_document_whose_cover_does_not() -> None:
    assert dates.document_date(_content("題"), _listing("20181031_report.pptx", "2019-01-01")) == "2018-10-31"


def test_a_listing_dates_a_document_that_says_nothing() -> None:
    assert dates.document_date(_content("題"), _listing("guide.pdf", "2019-01-01")) == "2019-01-01"
    assert dates.document_date(_content("題")) is None


def test_prose_on_the_first_page_is_no_cover_date() -> None:
    assert dates.document_date(_content("この会議は2023年5月19日に広島で開かれ、首脳が参加した。")) is None


def test_a_form_that_is_not_tried_would_have_found_nothing() -> None:
    tried = set()
    for text in (fold(row[0]) for row in TABLE):
        for name, pattern, _ in RULES:
            if name in dates._SIGNS and (found := pattern.search(text)):
                tried.add(name)
                assert any(sign in text for sign in dates._SIGNS[name]), (name, found)
    assert tried == set(dates._SIGNS)


@given(
    st.lists(
        st.sampled_from(
            ["https://", "www.", "a", "b-c", "@", ".", ".pdf", ".html", "doi:", "arxiv:", "10", " ", "。", "/"]
        ),
        max_size=8,
    ).map("".join)
)
def test_a_text_that_is_not_searched_for_addresses_has_none(folded: str) -> None:
    assert dates.masked(folded) == [m.span() for m in dates._MASK.finditer(folded)]

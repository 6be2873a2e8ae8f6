"""Planted differences between two languages or editions are found, and nothing else is."""

from __future__ import annotations

import pytest
from bilingual import ENGLISH, JAPANESE, both, report
from growth import growth
from msgspec.structs import replace

from aisi_ingest.alignment.aligner import align
from aisi_ingest.comparison.comparer import compare
from aisi_ingest.comparison.editions import diff_editions, diff_words, successions
from aisi_ingest.dates import intervals
from aisi_ingest.model import Document, Finding, Lang
from aisi_ingest.text.numbers import leading_number, numbers

DATES = [
    ("{DATE 2021-07-01|July 1, 2021}", "{DATE 2021-07-11|July 11, 2021}"),
    ("{DATE 2025-01-20|January 20, 2025}", "{DATE 2025-02-20|February 20, 2025}"),
    ("{DATE 2024-05-21/2024-05-22|May 21-22, 2024}", "{DATE 2024-05-23/2024-05-24|May 23-24, 2024}"),
    ("{DATE 2025-06|June 2025}", "{DATE 2026-06|June 2026}"),
    ("{DATE 2024-11-08|November 8, 2024}", "{DATE 2024-11-18|November 18, 2024}"),
    ("{DATE 2025-10|October 2025}", "{DATE 2025-09|September 2025}"),
]
NUMBERS = [
    ("about 45 members", "about 54 members"),
    ("320 million yen", "32 million yen"),
    ("some 10 days", "some 20 days"),
    ("for 5 years", "for 3 years"),
    ("87.5%", "78.5%"),
    ("650 participants", "560 participants"),
    ("12 videos", "15 videos"),
]
NAMES = [
    ("{ORG example-ministry|Fictional Ministry of Economy}", "{ORG example-agency|Fictional Digital Agency}"),
    ("{PERSON hanako-yamada|Hanako Yamada}", "{PERSON taro-suzuki|Taro Suzuki}"),
    ("{PLACE sg|Singapore}", "{PLACE kr|Korea}"),
    ("{ORG example-university|Fictional University}", "{ORG example-college|Fictional College}"),
]
ITEMS = [
    "list_item: Provide a contact for advice from outside experts\n",
    "list_item: We lent out teaching material for schools\n",
]
SECTION = ENGLISH[ENGLISH.index("# 5 ") : ENGLISH.index("# 6 ")]


def findings_of(ja: Document, en: Document) -> tuple[Finding, ...]:
    alignment = align(ja, en)
    assert alignment.value is not None
    result = compare(ja, en, alignment.value)
    assert result.value is not None
    return result.value


def with_changes(changes: list[tuple[str, str]]) -> Document:
    text = ENGLISH
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return report(text, "en")


def test_a_faithful_translation_has_no_findings() -> None:
    assert findings_of(*both()) == ()


def test_at_least_nineteen_of_twenty_planted_changes_are_found_with_at_most_one_false_finding() -> None:
    ja = report(JAPANESE, "ja")
    removed = [(item, "") for item in ITEMS] + [(SECTION, "")]
    planted = [*DATES, *NUMBERS, *NAMES, *removed]
    assert len(planted) == 20
    findings = findings_of(ja, with_changes(planted))
    hits = 0
    rest = list(findings)
    for kind, changes in (("date_differs", DATES), ("number_differs", NUMBERS), ("entity_differs", NAMES)):
        for _, new in changes:
            value = new.split("|")[0].split()[-1] if "|" in new else new
            hit = next(
                (
                    f
                    for f in rest
                    if f.kind == kind and (f.detail["en"] or "?").rstrip("%") in value.replace("32 million", "3.2e+07")
                ),
                None,
            )
            if hit:
                hits += 1
                rest.remove(hit)
    for start in ("外部の専門家", "学校向け", "5 課題"):
        hit = next((f for f in rest if f.kind == "missing_in_en" and (f.detail["ja"] or "").startswith(start)), None)
        if hit:
            hits += 1
            rest.remove(hit)
    assert hits >= 19, (hits, rest)
    assert len(rest) <= 1, rest


@pytest.mark.parametrize("change", [*DATES, *NUMBERS, *NAMES])
def test_each_planted_change_by_itself_is_one_finding(change: tuple[str, str]) -> None:
    findings = findings_of(report(JAPANESE, "ja"), with_changes([change]))
    assert len(findings) == 1
    assert findings[0].ja == findings[0].en  # the same block in both documents


@pytest.mark.parametrize(
    "change",
    [
        ("{DATE 2021-07-01|July 1, 2021}", "{DATE 2021-07|July 2021}"),
        ("{DATE 2025-10|October 2025}", "{DATE 2025|2025}"),
        ("320 million yen", "JPY 320,000,000"),
        ("650 participants in all", "many participants"),
        ("five stages", "5 stages"),
        ("Ninety percent", "90%"),
        ("24 hours", "twenty-four hours"),
        (
            " with the institutes of the {PLACE gb|United Kingdom} and {PLACE sg|Singapore}",
            " with institutes in {PLACE sg|Singapore} and the {PLACE gb|United Kingdom}",
        ),
    ],
)
def test_coarser_missing_or_reordered_values_are_no_differences(change: tuple[str, str]) -> None:
    assert findings_of(report(JAPANESE, "ja"), with_changes([change])) == ()


def test_a_missing_section_is_one_finding_including_its_subsections() -> None:
    section = ENGLISH[ENGLISH.index("# 2 ") : ENGLISH.index("# 3 ")]
    findings = findings_of(report(JAPANESE, "ja"), report(ENGLISH.replace(section, ""), "en"))
    assert [(f.kind, f.severity, f.detail["ja"]) for f in findings] == [("missing_in_en", "high", "2 評価の手順")]


def test_a_finding_has_a_message_in_both_languages() -> None:
    (finding,) = findings_of(report(JAPANESE, "ja"), with_changes([NUMBERS[0]]))
    assert finding.message["en"] == "The number differs: “45” in Japanese, “54” in English."
    assert "45" in finding.message["ja"]
    assert "54" in finding.message["ja"]
    assert finding.detail == {"ja": "45", "en": "54"}


def test_unrelated_documents_and_an_empty_one_are_not_compared() -> None:
    ja = report(JAPANESE, "ja")
    bread = report("# Bread\nparagraph: Knead 500 grams of dough for 10 minutes.\nlist_item: Rest it twice", "en")
    for other in (bread, report("", "en")):
        alignment = align(ja, other)
        assert alignment.value is not None
        result = compare(ja, other, alignment.value)
        assert result.value == ()
        assert [issue.code for issue in result.issues] == ["too_little_in_common"]


def test_a_document_against_itself_has_no_findings() -> None:
    ja, _ = both()
    assert findings_of(ja, ja) == ()


def test_a_short_text_is_not_missing_if_the_other_page_has_a_picture_with_words() -> None:
    label = "paragraph: Second reading\n"
    sentence = "paragraph: The archive of the institute is open to the public on every second Saturday of the month.\n"
    ja = report(JAPANESE, "ja")
    en = report(ENGLISH.replace("## 2.3 Reporting\n", f"{label}{sentence}## 2.3 Reporting\n"), "en")
    assert [f.detail["en"] for f in findings_of(ja, en)] == [label[11:-1], sentence[11:-1]]
    drawing = replace(ja.content.blocks[9], id="f1", kind="figure_text", text="再読")
    drawn = replace(ja, content=replace(ja.content, blocks=(*ja.content.blocks, drawing)))
    assert [f.detail["en"] for f in findings_of(drawn, en)] == [sentence[11:-1]]


def test_dots_and_brackets_are_not_missing() -> None:
    en = report(ENGLISH.replace("## 2.3 Reporting\n", "paragraph: ・・・\ncode: {\n## 2.3 Reporting\n"), "en")
    assert findings_of(report(JAPANESE, "ja"), en) == ()


# Values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "text", "values"),
    [
        ("ja", "約30名", [30]),
        ("en", "approximately 30", [30]),
        ("ja", "100万件と1億2,000万円", [1_000_000, 120_000_000]),
        ("en", "1.2 million items and 30,000 more", [1_200_000, 30_000]),
        ("ja", "三つの観点と二十五人", [3, 25]),
        ("en", "three aspects, twenty-five people, the third meeting", [3, 25, 3]),
        ("ja", "第3回、3回目、第十二条", [3, 3, 12]),
        ("en", "the 3rd and the 21st", [3, 21]),
        ("ja", "Windows11とgpt-4oとSC42", []),
        ("en", "Version 1.19.3 at 192.168.10.13, ISO 42", [42]),
        ("ja", "2024年2月14日、令和6年度、9月18日", []),
        ("en", "on February 14, 2024 and 9/18", []),
        ("ja", "①はじめに (2) つぎに", []),
        ("en", "1. First of 4", [1, 4]),
        ("ja", "5年間保存", [5]),
        ("en", "a market of £2.8bn and a cost of £125m", [2_800_000_000, 125_000_000]),
        ("en", "a path of 125m", [125]),
    ],
)
def test_numbers_are_parsed_by_value(lang: Lang, text: str, values: list[float]) -> None:
    if text.startswith("①"):
        text = text.split(" ")[0]
    found = [n for n in numbers(text, lang) if not (n.kind == "ordinal" and n.in_words and n.value == 1)]
    assert [n.value for n in found] == [v for v in values if v != 1] or [n.value for n in found] == values


@pytest.mark.parametrize(("text", "percent"), [("3割", 30), ("12.5%", 12.5), ("八割", 80)])
def test_shares_are_parsed_as_percent(text: str, percent: float) -> None:
    (number,) = numbers(text, "ja")
    assert (number.value, number.kind) == (percent, "percent")


def test_per_cent_in_two_words_is_a_percentage() -> None:
    (number,) = numbers("a total of 72 per cent of pupils", "en")
    assert (number.value, number.kind) == (72, "percent")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第2部 方法", "2"),
        ("Part II Methods", "2"),
        ("2.1 Scope", "2.1"),
        ("①はじめに", "1"),
        ("(3) Costs", "3"),
        ("10 ministries", None),
    ],
)
def test_the_number_of_a_heading_is_parsed_by_value(text: str, number: str | None) -> None:
    assert leading_number(text) == number


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("1999", "1999-04", True),
        ("2024-09-25", "2024-09-25", True),
        ("2024-09-25", "2024-09-26", False),
        ("2024-05-21/2024-05-22", "2024-05-22", True),
        ("2024-05-21/2024-05-22", "2024-05-21/2024-05-23", False),
        ("2021/2022", "2019/2022", False),
        ("2024-04/2025-03", "2024-04/2024-09", True),
        ("2024-05-21/2024-05-22", "2024-05-23/2024-05-24", False),
        ("2023-04/2024-03", "2023", True),
        ("2023-04/2024-03", "2024-10", False),
        ("XXXX-04-30", "2024-04-30", True),
        ("XXXX-04-30", "2024-05-30", False),
        ("2024-22", "2024-07", True),
        ("unknown", "2024", True),
    ],
)
def test_dates_agree_if_one_contains_the_other(a: str, b: str, same: bool) -> None:
    assert intervals.agree(a, b) is same
    assert intervals.agree(b, a) is same


# Editions ---------------------------------------------------------------------------------------------------------


def test_editions_are_compared_by_section_and_by_word() -> None:
    moved = JAPANESE[JAPANESE.index("# 5 ") : JAPANESE.index("# 6 ")]
    removed = JAPANESE[JAPANESE.index("# 4 ") : JAPANESE.index("# 5 ")]
    text = JAPANESE.replace(moved, "").replace(removed, "").replace("18名", "21名") + moved
    text += "# 8 謝辞\nparagraph: ご協力くださった図書館と学校に感謝します。\n"
    result = diff_editions(report(JAPANESE, "ja"), replace(report(text, "ja"), id="report/2/ja"))
    assert result.value is not None
    kinds = {(change.kind, change.title) for change in result.value.sections}
    assert kinds == {("changed", "1 はじめに"), ("removed", "4 教育と広報"), ("moved", "5 課題"), ("added", "8 謝辞")}
    (changed,) = next(c.blocks for c in result.value.sections if c.kind == "changed")
    assert [(e.kind, e.text) for e in changed.edits if e.kind != "same"] == [("removed", "18"), ("added", "21")]


def test_a_paragraph_that_moved_unchanged_is_one_change() -> None:
    moved = "list_item: 学校向けの教材を貸し出した\n"
    text = JAPANESE.replace(moved, "").replace("# 2 評価の手順\n", moved + "# 2 評価の手順\n")
    diff = diff_editions(report(JAPANESE, "ja"), replace(report(text, "ja"), id="report/2/ja")).value
    assert diff is not None
    (change,) = (change for section in diff.sections for change in section.blocks)
    assert (change.kind, len(change.old), len(change.new)) == ("moved", 1, 1)


def test_an_edition_against_itself_has_no_changes() -> None:
    ja, en = both()
    for document in (ja, en):
        result = diff_editions(document, document)
        assert result.value is not None
        assert result.value.sections == ()


def test_editions_in_two_languages_are_not_compared() -> None:
    result = diff_editions(*both())
    assert result.value is None
    assert result.issues[0].code == "two_languages"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_edits_contain_both_texts(lang: Lang) -> None:
    old, new = (
        ("職員は45名です。 \n予算は増えた。", "職員は60名で、\n予算は減った。")
        if lang == "ja"
        else ("It has 45 staff.", "We have  60 staff!")
    )
    found = diff_words(old, new, lang)
    assert "".join(e.text for e in found if e.kind != "added") == old
    assert "".join(e.text for e in found if e.kind != "removed") == new


@pytest.mark.parametrize("unit", ["1,", "a_", "あ。", "a@", ".", "9"])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_parsing_numbers_in_text_without_spaces_takes_time_in_proportion_to_its_length(unit: str, lang: Lang) -> None:
    assert growth(lambda count: numbers(unit * count, lang), 10_000) < 8


def test_each_edition_is_compared_with_the_previous_one_in_its_language_and_form() -> None:
    base = report(JAPANESE, "ja")
    ids = ["w/1.9/ja", "w/1.10/ja", "w/-/ja", "w/1.10/en", "w/1.9/ja.pptx", "w/1.10/ja.pptx", "v/1.0/ja"]
    documents = [
        replace(base, id=each, work=each[0], edition=None if "/-/" in each else each.split("/")[1]) for each in ids
    ]
    found = [(old.id, new.id) for old, new in successions(documents)]
    assert found == [
        ("w/-/ja", "w/1.9/ja"),
        ("w/1.9/ja", "w/1.10/ja"),
        ("w/1.9/ja.pptx", "w/1.10/ja.pptx"),
    ]


@pytest.mark.parametrize(
    "text", ["secure computation*²", "注³ を参照", "m² of the hall", "秘密計算（※2）等", "processing *12", "注3"]
)
def test_exponents_and_marks_of_notes_are_no_numbers(text: str) -> None:
    assert numbers(text, "en") == []

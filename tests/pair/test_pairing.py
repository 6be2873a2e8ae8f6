"""Files are paired by their names and contents, and as the user states."""

from __future__ import annotations

import random

import pytest
from bilingual import ENGLISH, JAPANESE, report
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aisi_ingest.alignment import encoder
from aisi_ingest.model import Document, Lang
from aisi_ingest.pair import file_names, pairing, slugs

SUMMARY_JA = """
# 要約
paragraph: 2024年度の活動を1ページにまとめました。職員は約45名です。
list_item: 講習会に650人が参加しました
"""
SUMMARY_EN = """
# Summary
paragraph: The activities of fiscal year 2024 on one page. There are about 45 members of staff.
list_item: 650 people took part in courses
"""
OTHER_EN = """
# Harbour rules
paragraph: Ships over 40 metres call the harbour master on channel 12 before they enter.
list_item: Speed inside the breakwater is 5 knots
"""


def paired(*documents: Document, **rules: object) -> dict[str, Document]:
    """Pair documents, and return them by file name."""
    result = pairing.pair(documents, **rules)  # type: ignore[arg-type]
    assert result.value is not None
    return {document.listing.source.file: document for document in result.value}


def file_pairs(documents: list[tuple[Document, Document]]) -> list[tuple[str, str]]:
    return sorted((ja.listing.source.file, en.listing.source.file) for ja, en in documents)


def without_name(document: Document) -> Document:
    source = replace(document.listing.source, file=f"{document.listing.source.sha256}.pdf")
    return replace(document, listing=replace(document.listing, source=source, title=None, date=None, lang=None))


def as_deck(document: Document, file: str) -> Document:
    source = replace(document.listing.source, file=file, sha256=document.listing.source.sha256[::-1])
    content = replace(document.content, form="pptx", kind="deck")
    return replace(document, listing=replace(document.listing, source=source), content=content)


@pytest.mark.parametrize(
    ("ja", "en"),
    [
        ("report_ja.pdf", "report_en.pdf"),
        ("J1_report_v1.10_ja.pdf", "E1_report_v1.10_en.pdf"),
        ("Report_20250331_J.pdf", "Report_20250331_E.pdf"),
        ("報告書.pdf", "yearly-report.pdf"),
    ],
)
def test_two_languages_are_paired_by_names_and_contents(ja: str, en: str) -> None:
    documents = paired(report(JAPANESE, "ja", ja), report(ENGLISH, "en", en), report(OTHER_EN, "en", "harbour_en.pdf"))
    assert file_pairs(pairing.pairs(list(documents.values()))) == [(ja, en)]
    assert documents[ja].work == documents[en].work != documents["harbour_en.pdf"].work


def test_files_named_by_their_hash_are_paired_by_contents_alone() -> None:
    texts: list[tuple[str, Lang]] = [
        (JAPANESE, "ja"),
        (ENGLISH, "en"),
        (SUMMARY_JA, "ja"),
        (SUMMARY_EN, "en"),
        (OTHER_EN, "en"),
    ]
    documents = [without_name(report(text, lang)) for text, lang in texts]
    result = pairing.pair(documents)
    assert result.value is not None
    found = {(ja.content.title, en.content.title) for ja, en in pairing.pairs(result.value)}
    assert found == {("はじめに", "Introduction"), ("要約", "Summary")}


def test_the_second_document_of_a_series_is_another_work() -> None:
    documents = paired(
        report(JAPANESE, "ja", "J1_report_v1.10_ja.pdf"),
        report(ENGLISH, "en", "E1_report_v1.10_en.pdf"),
        report(SUMMARY_JA, "ja", "J2_report_summary_v1.10_ja.pdf"),
    )
    assert documents["J2_report_summary_v1.10_ja.pdf"].work == "report-summary"
    assert documents["J1_report_v1.10_ja.pdf"].id == "report/1.10/ja"
    assert documents["E1_report_v1.10_en.pdf"].id == "report/1.10/en"


def test_documents_with_different_numbers_in_a_series_are_never_paired() -> None:
    documents = paired(report(JAPANESE, "ja", "J1_report_ja.pdf"), report(ENGLISH, "en", "E2_report_en.pdf"))
    assert not pairing.pairs(list(documents.values()))


def test_two_editions_are_one_work_and_each_is_paired_with_its_translation() -> None:
    later_ja = JAPANESE.replace("約45名", "約52名").replace("650人", "710人").replace("# 5 課題", "# 5 残された課題")
    later_en = ENGLISH.replace("about 45", "about 52").replace("650", "710").replace("# 5 Open", "# 5 Remaining open")
    documents = paired(
        report(JAPANESE, "ja", "report_v1.0_ja.pdf"),
        report(ENGLISH, "en", "report_v1.0_en.pdf"),
        report(later_ja, "ja", "report_v2.0_ja.pdf"),
        report(later_en, "en", "report_v2.0_en.pdf"),
    )
    assert {d.work for d in documents.values()} == {"report"}
    assert {d.id for d in documents.values()} == {f"report/{e}/{lang}" for e in ("1.0", "2.0") for lang in ("ja", "en")}
    found = file_pairs(pairing.pairs(list(documents.values())))
    assert found == [("report_v1.0_ja.pdf", "report_v1.0_en.pdf"), ("report_v2.0_ja.pdf", "report_v2.0_en.pdf")]


def test_pdf_and_pptx_of_one_deck_are_one_edition_and_each_is_paired_with_its_own_form() -> None:
    ja, en = report(JAPANESE, "ja", "deck_ja.pdf"), report(ENGLISH, "en", "deck_en.pdf")
    documents = paired(ja, en, as_deck(ja, "deck_ja.pptx"), as_deck(en, "deck_en.pptx"))
    assert {d.id for d in documents.values()} == {f"deck/undated/{end}" for end in ("ja", "en", "ja.pptx", "en.pptx")}
    found = file_pairs(pairing.pairs(list(documents.values())))
    assert found == [("deck_ja.pdf", "deck_en.pdf"), ("deck_ja.pptx", "deck_en.pptx")]


def test_stated_pairs_take_precedence_and_forbidden_pairs_are_not_made() -> None:
    ja, en = report(JAPANESE, "ja", "report_ja.pdf"), report(ENGLISH, "en", "report_en.pdf")
    other = report(OTHER_EN, "en", "harbour_en.pdf")
    stated = paired(ja, en, other, stated=[("report_ja.pdf", "harbour_en.pdf")])
    assert file_pairs(pairing.pairs(list(stated.values()))) == [("report_ja.pdf", "harbour_en.pdf")]
    forbidden = paired(ja, en, other, forbidden=[("report_ja.pdf", en.listing.source.sha256[:12])])
    assert not pairing.pairs(list(forbidden.values()))
    assert forbidden["report_ja.pdf"].id != forbidden["report_en.pdf"].id


def test_a_stated_name_that_no_document_has_is_reported() -> None:
    result = pairing.pair([report(JAPANESE, "ja", "report_ja.pdf")], stated=[("report_ja.pdf", "nowhere.pdf")])
    assert "nowhere.pdf" in next(i.message for i in result.issues if i.code == "unknown_document")


def test_a_document_without_a_counterpart_is_a_work_of_its_own_and_is_reported() -> None:
    result = pairing.pair([report(JAPANESE, "ja", "report_ja.pdf"), report(OTHER_EN, "en", "harbour_en.pdf")])
    assert [issue.code for issue in result.issues] == ["no_counterpart"] * 2
    assert result.value is not None
    assert {d.id for d in result.value} == {"report/undated/ja", "harbour/undated/en"}


def test_a_scan_without_text_gets_its_id_from_its_file_name() -> None:
    scan = report("", "en", "minutes_20240305_ja.pdf")
    documents = paired(
        replace(scan, listing=replace(scan.listing, lang="ja")), report(OTHER_EN, "en", "harbour_en.pdf")
    )
    assert documents["minutes_20240305_ja.pdf"].id == "minutes/2024-03-05/ja"


def test_ids_are_unique_for_equal_file_names() -> None:
    copies = [
        report(f"# {n}\nparagraph: Text number {n} about ships, {n * 37} of them.", "en", "report.pdf")
        for n in range(5)
    ]
    result = pairing.pair(copies)
    assert result.value is not None
    assert len({d.id for d in result.value}) == 5


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(order: random.Random) -> None:
    texts: list[tuple[str, Lang, str]] = [
        (JAPANESE, "ja", "a_ja.pdf"),
        (ENGLISH, "en", "a_en.pdf"),
        (SUMMARY_JA, "ja", "b_ja.pdf"),
        (SUMMARY_EN, "en", "b_en.pdf"),
        (OTHER_EN, "en", "c.pdf"),
    ]
    documents = [report(*text) for text in texts]
    wanted = {name: d.id for name, d in paired(*documents).items()}
    order.shuffle(documents)
    assert {name: d.id for name, d in paired(*documents).items()} == wanted


def test_without_the_encoder_documents_are_paired_by_values_and_latin_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "load", lambda: None)
    documents = [
        without_name(report(JAPANESE, "ja")),
        without_name(report(ENGLISH, "en")),
        report(OTHER_EN, "en", "c.pdf"),
    ]
    result = pairing.pair(documents)
    assert result.value is not None
    assert [(ja.content.title, en.content.title) for ja, en in pairing.pairs(result.value)] == [
        ("はじめに", "Introduction")
    ]


@pytest.mark.parametrize(
    ("file", "words", "edition", "date", "lang"),
    [
        ("20250106_Overview_ja.pdf", ("overview",), None, "2025-01-06", "ja"),
        ("J2_safety_summary_v1.10_ja.pdf", ("safety", "summary"), "1.10", None, "ja"),
        ("Planning_20181031_E.PPTX", ("planning",), None, "2018-10-31", "en"),
        ("指針_概要_第1.01版.pdf", ("指針", "summary"), "1.01", None, None),
        ("0" * 64 + ".pdf", (), None, None, None),
        ("001_20240918.pdf", (), None, "2024-09-18", None),
        ("white-paper-ver2.0-en.pdf", ("white", "paper"), "2.0", None, "en"),
        ("spec-1.2.pdf", ("spec",), "1.2", None, None),
        ("License-1.1-Questionnaire_en.pdf", ("license", "questionnaire"), "1.1", None, "en"),
        ("checklist-v1_1_JP.pdf", ("checklist",), "1.1", None, "ja"),
        ("shiryo_1.2.pdf", ("shiryo", "1", "2"), None, None, None),
        ("3.1_planning.pdf", ("3", "1", "planning"), None, None, None),
        ("minutes_j_201227.pdf", ("minutes", "201227"), None, None, "ja"),
        ("minutes_201802.pdf", ("minutes",), None, "2018-02", None),
        ("answers_202603 en-GB.pdf", ("answers",), None, "2026-03", "en"),
        ("ReportEN_20240331.pdf", ("report",), None, "2024-03-31", "en"),
        ("指針英語版.pdf", ("指針",), None, None, "en"),
        ("strategy_draft_en.pdf", ("strategy",), "draft", None, "en"),
    ],
)
def test_a_file_name_is_parsed_into_words_edition_date_and_language(
    file: str, words: tuple[str, ...], edition: str | None, date: str | None, lang: str | None
) -> None:
    name = file_names.parse_file_name(file)
    assert (name.words, name.edition, name.date, name.lang) == (words, edition, date, lang)


@pytest.mark.parametrize(
    ("title", "words", "edition"),
    [
        ("測定の手引き（第1.1版）", ("測定の手引き",), "1.1"),
        ("測定ガイドライン案（第1.0版）", ("測定ガイドライン",), "1.0"),
        ("測定ガイドライン（案）", ("測定ガイドライン",), "draft"),
        ("測定指針案", ("測定指針",), "draft"),
        ("測定法改正法律案", ("測定法改正法律案",), None),
        ("測定の手引き(令和7年度改訂版)", ("測定の手引き",), "2025"),
        ("測定の手引き 2013年度版", ("測定の手引き",), "2013"),
        ("測定の手引き【第二版】", ("測定の手引き",), "2"),
        ("測定の手引き（改訂版）", ("測定の手引き",), "revised"),
        ("Measuring, second edition", ("measuring",), "2"),
        ("First Draft Code of Measuring", ("code", "of", "measuring"), "draft-1"),
        ("Measuring (Draft)", ("measuring",), "draft"),
        ("The Draft Measuring Bill", ("the", "draft", "measuring", "bill"), None),
        ("Measuring 1.0", ("measuring",), "1.0"),
        ("Measuring (English version) Ver. 2.0", ("measuring",), "2.0"),
    ],
)
def test_an_edition_in_a_title_is_no_part_of_its_words(title: str, words: tuple[str, ...], edition: str | None) -> None:
    name = file_names.parse_title(title)
    assert (name.words, name.edition) == (words, edition)


@pytest.mark.parametrize(
    ("files", "work"),
    [(("spec-1.2.pdf", "spec-2.1.pdf"), "spec"), (("survey_2022.pdf", "survey_2023.pdf"), "survey")],
)
def test_a_number_or_a_year_in_a_file_name_makes_editions_of_one_work(files: tuple[str, str], work: str) -> None:
    documents = paired(*(report(ENGLISH + f"paragraph: It is number {k}.", "en", f) for k, f in enumerate(files)))
    assert {document.work for document in documents.values()} == {work}
    assert len({document.id for document in documents.values()}) == 2


def test_a_draft_of_a_version_has_the_version_as_its_edition() -> None:
    draft = report(JAPANESE, "ja", "guide_ja.pdf")
    draft = replace(draft, content=replace(draft.content, title="測定ガイドライン（案）"))
    version = report(ENGLISH, "en", "guide_en.pdf")
    version = replace(version, content=replace(version.content, title="Guide Ver. 1.0"))
    documents = paired(draft, version)
    assert {document.edition for document in documents.values()} == {"1.0"}


def test_documents_with_other_contents_are_no_editions_though_only_a_year_differs() -> None:
    documents = paired(report(ENGLISH, "en", "survey_2022.pdf"), report(OTHER_EN, "en", "survey_2023.pdf"))
    assert {document.work for document in documents.values()} == {"survey-2022", "survey-2023"}


@pytest.mark.parametrize(
    ("words", "slug"),
    [(("White", "Paper"), "white-paper"), (("指針",), "shishin"), (("チャットボット",), "chatto-botto"), (("!",), "")],
)
def test_slugs_are_ascii(words: tuple[str, ...], slug: str) -> None:
    assert slugs.slug(words) == slug


@given(st.text(max_size=80))
def test_any_file_name_can_be_parsed_and_made_a_slug(file: str) -> None:
    name = file_names.parse_file_name(file)
    assert all(char.isascii() and (char.isalnum() or char == "-") for char in slugs.slug(name.words))

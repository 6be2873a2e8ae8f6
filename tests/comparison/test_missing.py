"""Text that only one language has is reported once, and not if it is only in another place."""

from __future__ import annotations

import pytest
from bilingual import ENGLISH, JAPANESE, report

from aisi_ingest.alignment import encoder
from aisi_ingest.alignment.aligner import align
from aisi_ingest.comparison.comparer import compare
from aisi_ingest.comparison.confidence import PUBLISHED
from aisi_ingest.model import Finding

needs_encoder = pytest.mark.skipif(encoder.load() is None, reason="the sentence encoder is not installed")


def findings_of(ja: str, en: str) -> tuple[Finding, ...]:
    documents = report(ja, "ja"), report(en, "en")
    alignment = align(*documents).value
    assert alignment is not None
    return compare(*documents, alignment).value or ()


def replaced(text: str, part: str, by: str = "") -> str:
    assert text.count(part) == 1
    return text.replace(part, by)


@needs_encoder
@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", " Ninety percent of them answered that they could use what they learned at work."),
        ("en", " Most of the answers on which they did not agree were about medicine and law."),
        ("en", " It also costs 3 times as much as with text alone."),
        ("ja", "一致しなかった答えの多くは、医療と法律に関する質問でした。"),
    ],
)
def test_a_missing_sentence_is_reported_with_the_text_of_the_other_language(lang: str, sentence: str) -> None:
    texts = (replaced(JAPANESE, sentence), ENGLISH) if lang == "ja" else (JAPANESE, replaced(ENGLISH, sentence))
    findings = findings_of(*texts)
    assert [f.kind for f in findings] == [f"missing_in_{lang}"]
    assert findings[0].message["en"].startswith("The sentence “")
    other = "ja" if lang == "en" else "en"
    assert findings[0].detail[lang] is None
    assert findings[0].detail[other]


@needs_encoder
def test_a_sentence_in_a_paragraph_of_its_own_is_not_missing() -> None:
    apart = " Most of the answers on which they did not agree were about medicine and law."
    assert findings_of(JAPANESE, replaced(ENGLISH, apart, f"\nparagraph:{apart}")) == ()


@needs_encoder
def test_a_remark_after_the_code_in_one_language_and_before_it_in_the_other_is_not_missing() -> None:
    ja = """
# 1 起動
list_item: 次のコマンドを入力して管理サーバを起動してください。
code: serve --all
paragraph: 管理サーバが起動していない場合、評価の画面を開くことはできません。
list_item: 評価の画面で開始ボタンを押してください。
list_item: 終わったら結果を保存してください。
"""
    en = """
# 1 Start
list_item: Start the management server by entering the following command. If the management server is not running, \
the screen of the evaluation cannot be opened.
code: serve --all
list_item: Press the start button on the screen of the evaluation.
list_item: Save the results when it has ended.
"""
    assert findings_of(ja, en) == ()


def test_a_missing_table_row_is_reported() -> None:
    rows = ("Scoring | 1200 | 14\\n", "Writing questions | 400 | 6\\n")
    for row in rows:
        findings = findings_of(JAPANESE, replaced(ENGLISH, row))
        assert [(f.kind, f.message["en"].split(" “")[0]) for f in findings] == [("missing_in_en", "The table row")]


def test_short_texts_of_one_section_are_one_finding() -> None:
    labels = ["Sender", "Receiver", "Trust anchor", "Issue and link"]
    drawing = "".join(f"paragraph: {label}\n" for label in labels)
    (finding,) = findings_of(JAPANESE, replaced(ENGLISH, "## 2.3 Reporting\n", f"{drawing}## 2.3 Reporting\n"))
    assert finding.kind == "missing_in_ja"
    assert finding.severity == "low"
    assert len(finding.en) == 4
    assert finding.detail["en"] == "\n".join(labels)
    assert finding.message["en"].startswith("4 short texts of “2.2 ")
    assert "短い語句4件「Sender」" in finding.message["ja"]


def test_a_label_that_the_other_language_has_as_often_is_not_missing() -> None:
    ja = "# 1 図\n" + "".join(f"paragraph: {t}\n" for t in ("準備", "（以降省略）", "実施", "（以降省略）採点", "公表"))
    en = (
        "# 1 Figure\nparagraph: Preparation\nparagraph: (Omitted hereafter)\nparagraph: Execution\n"
        "paragraph: (Omitted hereafter)\nparagraph: Scoring\nparagraph: Publication\n"
    )
    assert findings_of(ja, en) == ()
    once = ja.replace("（以降省略）採点", "採点")
    assert [f.detail["en"] for f in findings_of(once, en)] in (["(Omitted hereafter)"], [])


def test_the_rest_of_a_line_in_a_block_of_its_own_is_not_missing() -> None:
    line = "Tell the developer about serious weaknesses within 24 hours"
    broken = "Tell the developer about serious weaknesses of the product\nparagraph: within 24 hours"
    assert findings_of(JAPANESE, replaced(ENGLISH, line, broken)) == ()


def test_labels_that_are_only_a_date_differ_and_are_not_missing() -> None:
    ja, en = JAPANESE, ENGLISH
    for number, place in ((2, "## 2.2"), (3, "## 2.3")):
        at = ja.index(place)
        ja = f"{ja[:at]}paragraph: {{DATE 202{number}-04/202{number + 1}-03|202{number}年度}}\n{ja[at:]}"
        at, year = en.index(place), number + 3 * (number == 3)
        en = f"{en[:at]}paragraph: {{DATE 202{year}-04/202{year + 1}-03|FY202{year}}}\n{en[at:]}"
    (finding,) = findings_of(ja, en)
    assert (finding.kind, finding.detail) == ("date_differs", {"ja": "2023-04/2024-03", "en": "2026-04/2027-03"})


def test_a_line_that_the_other_language_has_as_furniture_is_not_missing() -> None:
    line = "© Example Foundation 2024, learn more at www.example.org"
    ja = replaced(JAPANESE, "# 5 課題\n", f"# 5 課題\nparagraph: {line}\n")
    en = replaced(ENGLISH, "# 5 Open problems\n", f"# 5 Open problems\nfurniture: {line}\n")
    assert [f for f in findings_of(ja, en) if not f.suppressed] == []


@needs_encoder
def test_a_missing_paragraph_is_shown_with_its_confidence() -> None:
    text = "paragraph: Training evaluators takes a long time, and experienced people are scarce.\n"
    (finding,) = findings_of(JAPANESE, replaced(ENGLISH, text))
    assert finding.confidence >= PUBLISHED
    assert not finding.suppressed
    assert finding.evidence


def test_a_text_left_in_the_language_of_the_original_is_untranslated() -> None:
    japanese = "評価者の訓練には長い時間が必要で、経験のある人が足りません。"
    english = "Training evaluators takes a long time, and experienced people are scarce."
    (finding,) = findings_of(JAPANESE, replaced(ENGLISH, english, japanese))
    assert (finding.kind, finding.detail["en"], finding.suppressed) == ("untranslated", japanese, False)
    assert finding.message["en"].endswith("is left in Japanese in the English version.")

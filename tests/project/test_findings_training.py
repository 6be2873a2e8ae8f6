"""The confidence of findings is fitted on verdicts of readers, and measured on works that were left out."""

from __future__ import annotations

from bilingual import ENGLISH, JAPANESE, report
from msgspec.structs import replace

from aisi_ingest.comparison.confidence import WEIGHTS, Features
from training import findings
from training.findings import Example

PLAIN = Features(
    nearby=-0.2,
    free=-0.2,
    anchors=0.0,
    same_text=0.0,
    repeats=0.0,
    length=0.5,
    slack=0.0,
    is_sentence=0.0,
    is_fragment=0.0,
    is_label=0.0,
    closeness=0.0,
)


def examples(work: str, count: int = 12) -> list[Example]:
    """Return texts that are missing, and as many whose place in the other language has another text."""
    return [Example(work, True, not number % 2, replace(PLAIN, slack=float(number % 2))) for number in range(count)]


def test_a_feature_that_wrong_findings_have_gets_a_negative_weight() -> None:
    weights = dict(zip([*WEIGHTS, "base"], findings.fit(examples("a")), strict=True))
    assert weights["slack"] < -1 and abs(weights["anchors"]) < 0.01


def test_a_work_is_measured_with_the_weights_of_the_others() -> None:
    opposite = [replace(each, work="b", is_right=not each.is_right) for each in examples("a")]
    scored = findings.leave_one_out([*examples("a"), *opposite])
    assert all((score > 0.5) != each.is_right for score, each in scored)


def test_the_table_counts_read_right_and_removed_texts() -> None:
    right, wrong = examples("a", 2)
    rows = findings.table([(0.95, right), (0.75, wrong), (0.75, replace(right, is_read=False))])
    assert [row for row in rows if any(row[1:])] == [(0.7, 1, 0, 1), (0.9, 1, 1, 0)]


def test_texts_that_a_person_has_read_are_found_by_their_digest() -> None:
    text = "Training evaluators takes a long time, and experienced people are scarce."
    ja, en = report(JAPANESE, "ja"), report(ENGLISH.replace(f"paragraph: {text}\n", ""), "en")
    missing = "評価者の訓練には長い時間が必要で、経験のある人が足りません。"
    (found,) = findings.read_examples(ja, en, {("report", findings.digest("ja", missing)): True})
    assert found.is_right and found.is_read and found.features.slack < 0.5


def test_every_verdict_of_the_file_is_one_digest_of_one_work() -> None:
    lines = findings.READ.read_text("utf-8").splitlines()
    assert len(findings.verdicts()) == len(lines) - 1 > 150

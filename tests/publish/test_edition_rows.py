"""Changes between editions are rows of the dataset."""

from __future__ import annotations

import msgspec
import pytest
from bilingual import ENGLISH, JAPANESE, report
from msgspec.structs import replace

from aisi_ingest.alignment.aligner import align
from aisi_ingest.comparison.editions import diff_editions
from aisi_ingest.model import Document, EditionDiff, Lang, Licence
from aisi_ingest.publish.edition_rows import compared, edition_change_rows
from aisi_ingest.publish.edition_sections import changed_sections
from aisi_ingest.publish.pair_rows import alignment_rows
from aisi_ingest.publish.rows import document_rows
from aisi_ingest.publish.schema import AlignmentRow, EditionChangeRow
from aisi_ingest.publish.schema_fields import ChangedValueField


def edition(text: str, lang: Lang, number: str) -> Document:
    """Return one edition of the report."""
    document = report(text, lang)
    listing = replace(document.listing, licence=Licence("", "", ""))
    return replace(document, listing=listing, id=f"report/{number}/{lang}", edition=number)


def changes(*editions: Document) -> tuple[EditionChangeRow, ...]:
    """Return the changes between two editions, in each language that both have."""
    rows = [document_rows(each, {})[0] for each in editions]
    diffs: list[EditionDiff] = []
    alignments: list[AlignmentRow] = []
    for lang in ("ja", "en"):
        both = [each for each in editions if each.content.lang == lang]
        if len(both) == 2 and (diff := diff_editions(*both).value):
            diffs.append(diff)
    for number in ("1", "2"):
        ja, en = (next((e for e in editions if e.id == f"report/{number}/{lang}"), None) for lang in ("ja", "en"))
        if ja and en and (alignment := align(ja, en).value):
            alignments += alignment_rows(alignment, {})
    return edition_change_rows(diffs, rows, alignments)


NEW_JAPANESE = (
    JAPANESE.replace("18名", "21名")
    .replace("{DATE 2024-11-08|2024年11月8日}", "{DATE 2024-12-10|2024年12月10日}")
    .replace("list_item: 学校向けの教材を貸し出した\n", "")
    .replace(
        "# 7 問い合わせ先", "# 7 用語集\nparagraph: 評価とは、弱点を探して記録することを指します。\n# 8 問い合わせ先"
    )
)
NEW_ENGLISH = ENGLISH.replace("18 of whom", "21 of whom")


@pytest.fixture(scope="module")
def rows() -> tuple[EditionChangeRow, ...]:
    return changes(
        *(edition(text, "ja", number) for text, number in ((JAPANESE, "1"), (NEW_JAPANESE, "2"))),
        *(edition(text, "en", number) for text, number in ((ENGLISH, "1"), (NEW_ENGLISH, "2"))),
    )


def only(rows: tuple[EditionChangeRow, ...], lang: str, word: str) -> EditionChangeRow:
    (found,) = (row for row in rows if row.lang == lang and word in f"{row.before}\n{row.after}")
    return found


def test_a_changed_block_has_both_texts_the_changed_words_and_its_place(rows: tuple[EditionChangeRow, ...]) -> None:
    row = only(rows, "ja", "21名")
    assert row.before is not None and row.after is not None and row.before.replace("18名", "21名") == row.after
    assert (row.kind, row.unit, row.from_, row.to) == ("changed", "block", "1", "2")
    assert ("removed", "18") in row.words and ("added", "21") in row.words
    assert (row.section, row.section_path) == ("report/2/ja#s1", ("1 はじめに",))
    assert row.before_ids[0].startswith("report/1/ja#b") and row.after_ids[0].startswith("report/2/ja#b")


def test_changed_numbers_and_dates_are_values(rows: tuple[EditionChangeRow, ...]) -> None:
    assert only(rows, "ja", "21名").values == (ChangedValueField("number", "18", "21"),)
    assert only(rows, "ja", "2024年12月10日").values == (ChangedValueField("date", "2024-11-08", "2024-12-10"),)


def test_removed_and_added_texts_have_one_side(rows: tuple[EditionChangeRow, ...]) -> None:
    removed, added = only(rows, "ja", "教材"), only(rows, "ja", "弱点を探して")
    assert (removed.kind, removed.after, removed.after_ids, len(removed.before_ids)) == ("removed", None, (), 1)
    assert (added.kind, added.before, added.before_ids, len(added.after_ids)) == ("added", None, (), 1)


def test_the_same_change_in_the_other_language_is_the_counterpart(rows: tuple[EditionChangeRow, ...]) -> None:
    ja, en = only(rows, "ja", "21名"), only(rows, "en", "21 of whom")
    assert (ja.counterpart, en.counterpart) == (en.id, ja.id)


def test_a_change_that_the_other_language_does_not_have_has_no_counterpart(rows: tuple[EditionChangeRow, ...]) -> None:
    assert only(rows, "ja", "弱点を探して").counterpart is None
    assert only(rows, "ja", "2024年12月10日").counterpart is None


def test_the_words_are_the_old_and_the_new_text(rows: tuple[EditionChangeRow, ...]) -> None:
    for row in rows:
        if row.unit == "block":
            assert "".join(text for kind, text in row.words if kind != "added") == (row.before or "")
            assert "".join(text for kind, text in row.words if kind != "removed") == (row.after or "")


def test_numbers_count_the_changes_of_each_pair_of_editions(rows: tuple[EditionChangeRow, ...]) -> None:
    for lang in ("ja", "en"):
        numbers = [row.number for row in rows if row.lang == lang]
        assert numbers == list(range(1, len(numbers) + 1))
    assert len({row.id for row in rows}) == len(rows)


def test_sections_with_another_number_or_place_are_rows_of_their_own(rows: tuple[EditionChangeRow, ...]) -> None:
    sections = {row.kind: (row.before, row.after) for row in rows if row.unit == "section" and row.lang == "ja"}
    assert sections == {"added": (None, "7 用語集"), "changed": ("7 問い合わせ先", "8 問い合わせ先")}


def test_readers_see_the_changes_by_section(rows: tuple[EditionChangeRow, ...]) -> None:
    found = [(each.kind, each.title, each.old_title) for each in changed_sections(r for r in rows if r.lang == "ja")]
    assert ("changed", "1 はじめに", None) in found
    assert ("added", "7 用語集", None) in found and ("changed", "8 問い合わせ先", "7 問い合わせ先") in found


def test_an_older_edition_is_a_field_with_the_name_of_the_contract(rows: tuple[EditionChangeRow, ...]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(rows[0]))["from"] == "1"


def test_only_primary_forms_are_compared() -> None:
    documents = [edition(JAPANESE, "ja", number) for number in ("1", "2")]
    first, second = (document_rows(each, {})[0] for each in documents)
    other = document_rows(documents[1], {}, "report/2/ja")[0]
    other = replace(other, document=replace(other.document, id="report/2/ja.pptx"))
    diffs = [EditionDiff("report/1/ja", "report/2/ja.pptx"), EditionDiff("report/1/ja", "report/2/ja")]
    assert compared(diffs, [first, second, other]) == (diffs[1],)

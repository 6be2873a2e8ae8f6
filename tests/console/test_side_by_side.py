"""Two texts side by side in a terminal and on a page."""

from __future__ import annotations

from bilingual import ENGLISH, JAPANESE, report
from msgspec.structs import replace

from aisi_ingest.alignment.aligner import align
from aisi_ingest.comparison.comparer import compare
from aisi_ingest.comparison.editions import diff_editions
from aisi_ingest.console import side_by_side
from aisi_ingest.console.editions import EditionChanges
from aisi_ingest.model import Alignment, Document, Finding, Licence
from aisi_ingest.publish.edition_rows import edition_change_rows
from aisi_ingest.publish.rows import document_rows


def compared(english: str) -> tuple[Document, Document, Alignment, tuple[Finding, ...]]:
    ja, en = report(JAPANESE, "ja"), report(english, "en")
    alignment = align(ja, en).value
    assert alignment is not None
    return ja, en, alignment, compare(ja, en, alignment).value or ()


def test_lines_fit_their_columns_and_show_the_findings() -> None:
    ja, en, alignment, findings = compared(ENGLISH.replace("about 45", "about 54"))
    text = side_by_side.as_text(side_by_side.rows(ja, en, alignment, findings), width=100)
    assert "! The number differs: “45” in Japanese, “54” in English." in text
    wide = [sum(map(side_by_side._columns, line)) for line in text.splitlines() if not line.startswith("  !")]
    assert max(wide) <= 100


def test_words_are_not_divided_beside_full_width_characters() -> None:
    lines = side_by_side._wrapped("Report of the Subgroup（Sep.–Oct.）\n日本語の文はどこでも切れる", 20)
    assert lines == ["Report of the", "Subgroup（Sep.–Oct.", "）", "日本語の文はどこでも", "切れる"]


def test_the_page_escapes_the_text_of_documents() -> None:
    hostile = ENGLISH.replace("# 7 Contact", "# 7 Contact <script>alert(1)</script>")
    ja, en, alignment, findings = compared(hostile)
    page = side_by_side.as_html(ja, en, alignment, findings)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<tr") == page.count("</tr>")


def test_a_row_without_a_counterpart_is_marked() -> None:
    ja, en, alignment, findings = compared(ENGLISH[: ENGLISH.index("# 7")])
    page = side_by_side.as_html(ja, en, alignment, findings)
    assert page.count('<tr class="alone">') == 2


def listed(document: Document) -> Document:
    return replace(document, listing=replace(document.listing, licence=Licence("", "", "")))


def changes(old: Document, new: Document) -> EditionChanges:
    diff = diff_editions(old, new).value
    assert diff is not None
    rows = edition_change_rows([diff], [document_rows(each, {})[0] for each in (old, new)])
    return EditionChanges(old.id, new.id, new.content.title, "ja", rows)


def test_changed_words_are_marked_in_both_forms() -> None:
    old = listed(report(JAPANESE, "ja"))
    new = replace(listed(report(JAPANESE.replace("18名", "21名"), "ja")), id="report/2/ja", edition="2")
    assert "[-18-]{+21+}" in side_by_side.changes_as_text(changes(old, new))
    assert "<del>18</del><ins>21</ins>" in side_by_side.changes_as_html(changes(old, new))


def test_equal_editions_are_reported_as_equal() -> None:
    old = listed(report(JAPANESE, "ja"))
    assert "no differences" in side_by_side.changes_as_text(changes(old, old))
    assert "No differences" in side_by_side.changes_as_html(changes(old, old))

"""Corrections by hand, from the file in the root to the release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLES

from aisi_ingest.corrections.reading import CorrectionsError, load, parse
from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.pipeline.report import Report

GUIDES = sorted(SAMPLES.glob("sample_guide_*.pdf"))
DECK = SAMPLES / "sample_overview_en.pptx"
EN, JA = "sample_guide_v1.00_en.pdf", "sample_guide_v1.00_ja.pdf"
BY = 'author = "A. Reader"\ndate = 2026-12-01\nreason = "read on the page"\n'

DOCUMENT = f"""
[[correction]]
of = "document"
document = "{EN}"
set = {{ title = "Guide to Institutes", date = "2026-04-02", publisher = "j-aisi", licence_name = "CC BY 4.0" }}
{BY}"""
BLOCK_KIND = f"""
[[correction]]
of = "block"
document = "{EN}"
text = "The guide was written with three kinds of reader in mind."
set = {{ kind = "heading", level = 3 }}
{BY}"""
BLOCK_TEXT = f"""
[[correction]]
of = "block"
document = "{EN}"
text = "Legal officers who draw up internal rules"
after = "Scholars who study policy"
set = {{ text = "Legal officers who write internal rules", marker = "(b)" }}
{BY}"""
MERGE = f"""
[[correction]]
of = "block"
document = "{EN}"
text = "On the cover, check the issuing body, the date and the version number."
merge = true
{BY}"""
SPLIT = f"""
[[correction]]
of = "block"
document = "{EN}"
text = "When citing, always give the version number and the date of publication."
split = "Documents on a website"
{BY}"""
MOVE = f"""
[[correction]]
of = "block"
document = "{EN}"
text = "Note down dates and figures"
move_after = "Where they disagree, treat the version"
{BY}"""
TABLE = f"""
[[correction]]
of = "table"
document = "{EN}"
text = "Main institutes"
before = ""
set = {{ header_rows = 1 }}
{BY}""".replace("Main institutes", "Country or bloc")
CELLS = f"""
[[correction]]
of = "table"
document = "{EN}"
text = "NIST publishes the AI Risk Management Framework"
cells = [{{ row = 1, column = 1, text = "January 27" }}]
{BY}"""
MENTION_REMOVED = f"""
[[correction]]
of = "mention"
document = "{EN}"
text = "Ministry of Internal Affairs and Communications and the Ministry of Economy"
remove = true
{BY}"""
MENTION_ADDED = f"""
[[correction]]
of = "mention"
document = "{EN}"
text = "Foundation Model Taskforce"
add = true
set = {{ label = "ORG", value = "local:org:foundation-model-taskforce" }}
{BY}"""
ENTITY = f"""
[[correction]]
of = "entity"
same = ["hap-friends", "local:org:friends-group"]
{BY}"""
PAIR = f"""
[[correction]]
of = "pair"
documents = ["{JA}", "{EN}"]
join = false
{BY}"""
BEAD = f"""
[[correction]]
of = "bead"
documents = ["{JA}", "{EN}"]
ja = "本手引きは、次の三つの立場の人を念頭に置いて書かれている。"
en = "The guide was written with three kinds of reader in mind."
join = false
{BY}"""
FINDING = f"""
[[correction]]
of = "finding"
documents = ["{JA}", "{EN}"]
en = "The next revision will be made by March 13, 2027"
set = {{ status = "reported" }}
{BY}"""
LINK = BEAD.replace("The guide was written with three kinds of reader in mind.", "Work on the safety of AI").replace(
    "= false", "= true"
)
ALL_OF_BLOCKS = (BLOCK_KIND, BLOCK_TEXT, MERGE, SPLIT, MOVE)
ALL = (DOCUMENT, *ALL_OF_BLOCKS, TABLE, CELLS, MENTION_REMOVED, MENTION_ADDED, ENTITY, FINDING, LINK)
FALSE_FINDING = FINDING.replace("reported", "false")


def settings(root: Path, **more: Any) -> Settings:
    return Settings(str(root), workers=1, ocr=False, **more)


def rows(root: Path, table: str, file: str = EN) -> list[dict[str, Any]]:
    """Return the rows of a table in the latest release that belong to a file."""
    latest = root / "processed" / "latest"
    own = next(row["id"] for row in _all(latest, "documents") if row["source"]["file"] == file)
    key = {"documents": "id", "findings": "en_document", "alignments": "en_document"}.get(table, "document")
    return [row for row in _all(latest, table) if row[key] == own]


def _all(release: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (release / f"{table}.jsonl").read_text("utf-8").splitlines()]


def write(root: Path, *entries: str) -> None:
    (root / "corrections").mkdir(parents=True, exist_ok=True)
    (root / "corrections" / "sample-guide.toml").write_text("".join(entries), encoding="utf-8")


def run(root: Path, *, force: bool = False) -> Report:
    return orchestrator.reprocess(settings(root, redo_from="extract" if force else None), ())


def warnings(report: Report) -> list[str]:
    issues = [
        *report.issues,
        *(i for d in report.documents for i in d.issues),
        *(i for p in report.pairs for i in p.issues),
    ]
    return [issue.message for issue in issues if issue.code == "correction_not_applied"]


def data_digests(root: Path) -> dict[str, bytes]:
    latest = root / "processed" / "latest"
    return {path.name: path.read_bytes() for path in latest.glob("*.jsonl")}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with both guides of the sample site, and a deck beside them."""
    root = tmp_path_factory.mktemp("published")
    assert orchestrator.add(settings(root), (), [*GUIDES, DECK], ()).release
    return root


@pytest.fixture(scope="module")
def corrected(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same root after a run with corrections of all kinds."""
    root = tmp_path_factory.mktemp("corrected") / "root"
    shutil.copytree(published, root, symlinks=True)
    write(root, *ALL)
    assert warnings(run(root)) == []
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path / "root", symlinks=True)
    return tmp_path / "root"


def block(root: Path, text: str) -> dict[str, Any]:
    return next(row for row in rows(root, "blocks") if text in row["text"])


def test_the_fields_of_a_document_are_corrected(corrected: Path) -> None:
    (row,) = rows(corrected, "documents")
    assert (row["title"], row["date"], row["publisher"]) == ("Guide to Institutes", "2026-04-02", "j-aisi")
    assert row["licence"]["name"] == "CC BY 4.0"


def test_a_document_lists_its_corrections_with_author_and_reason(corrected: Path) -> None:
    (row,) = rows(corrected, "documents")
    assert {
        "of": "block",
        "text": "The guide was written with three kinds of reader in mind.",
        "author": "A. Reader",
        "date": "2026-12-01",
        "reason": "read on the page",
    } in row["corrections"]


def test_a_paragraph_that_becomes_a_heading_opens_a_section_with_what_follows(corrected: Path) -> None:
    heading = block(corrected, "three kinds of reader")
    section = next(row for row in rows(corrected, "sections") if row["id"] == heading["section"])
    parent = next(row for row in rows(corrected, "sections") if row["id"] == section["parent"])
    assert (heading["kind"], section["title"], parent["title"]) == ("heading", heading["text"], "Intended readers")
    assert block(corrected, "Scholars who study")["section"] == section["id"]
    assert block(corrected, "1.3 Terms")["section"] != section["id"]


def test_a_heading_that_becomes_a_paragraph_leaves_its_text_to_the_section_before(root: Path) -> None:
    entry = BLOCK_KIND.replace("The guide was written with three kinds of reader in mind.", "1.2 Intended readers")
    write(root, entry.replace('kind = "heading", level = 3', 'kind = "paragraph"'))
    assert warnings(run(root)) == []
    assert "Intended readers" not in {row["title"] for row in rows(root, "sections")}
    assert block(root, "three kinds of reader")["section"] == block(root, "Work on the safety")["section"]


def test_text_and_marker_of_a_block_are_corrected(corrected: Path) -> None:
    assert block(corrected, "Legal officers")["text"] == "Legal officers who write internal rules"
    assert block(corrected, "Legal officers")["marker"] == "(b)"


def test_two_blocks_are_merged(corrected: Path) -> None:
    assert "the version number. Take in the structure" in block(corrected, "On the cover")["text"]


def test_a_block_is_split_before_the_quoted_words(corrected: Path) -> None:
    first, second = block(corrected, "When citing, always"), block(corrected, "Documents on a website")
    assert first["id"] != second["id"] and second["order"] == first["order"] + 1
    assert second["text"].startswith("Documents on a website")


def test_a_block_is_moved_behind_another_one(corrected: Path) -> None:
    assert block(corrected, "Note down dates")["order"] == block(corrected, "Where they disagree")["order"] + 1


def test_the_header_of_a_table_is_corrected(published: Path, corrected: Path) -> None:
    assert rows(published, "tables")[0]["header_rows"] == 2
    table = rows(corrected, "tables")[0]
    assert table["header_rows"] == 1
    assert {cell["row"] for cell in table["cells"] if cell["header"]} == {0}


def test_a_cell_of_a_table_is_corrected_and_so_is_the_date_in_it(corrected: Path) -> None:
    table = rows(corrected, "tables")[1]
    assert table["rows"][1][1] == "January 27"
    assert "January 27 | NIST publishes" in block(corrected, "NIST publishes the AI")["text"]
    assert any(row["text"] == "January 27" and row["value"] == "2023-01-27" for row in rows(corrected, "mentions"))


def test_a_table_is_read_within_given_bounds_and_with_settings_of_pdfplumber(root: Path) -> None:
    table = rows(root, "tables")[1]
    x0, top, x1, bottom = next(row for row in rows(root, "blocks") if row["id"] == table["block"])["bbox"]
    entry = f"""
[[correction]]
of = "table"
document = "{EN}"
page = {table["page"]}
bounds = [{x0 - 2}, {top - 2}, {x1 + 2}, {bottom + 2}]
settings = {{ vertical_strategy = "lines", horizontal_strategy = "lines" }}
{BY}"""
    write(root, entry)
    assert warnings(run(root)) == []
    by_hand = rows(root, "tables")[1]
    assert by_hand["rows"][0] == ["Year", "Date", "Event"] and by_hand["header_rows"] == 1
    assert by_hand["id"] != table["id"] and len(rows(root, "tables")) == 2


def test_a_mention_is_removed(corrected: Path) -> None:
    assert not any("Communications and the Ministry" in row["text"] for row in rows(corrected, "mentions"))


def test_a_mention_is_added_at_every_place_of_its_text(corrected: Path) -> None:
    added = [row for row in rows(corrected, "mentions") if row["rule"] == "by hand"]
    assert [(row["text"], row["label"]) for row in added] == [("Foundation Model Taskforce", "ORG")]


def test_the_value_of_a_mention_is_corrected(root: Path) -> None:
    entry = MENTION_ADDED.replace("Foundation Model Taskforce", "March 13, 2027").replace("add = true\n", "")
    entry = entry.replace('label = "ORG", value = "local:org:foundation-model-taskforce"', 'value = "2027-03-31"')
    write(root, entry)
    run(root)
    (row,) = [row for row in rows(root, "mentions") if row["text"] == "March 13, 2027"]
    assert (row["value"], row["rule"]) == ("2027-03-31", "by hand")
    assert rows(root, "findings") == [] or all(row["kind"] != "date_differs" for row in rows(root, "findings"))


def test_two_ids_become_one_entity(corrected: Path) -> None:
    values = {row["value"] for row in rows(corrected, "mentions")}
    assert "hap-friends" in values and "local:org:friends-group" not in values


def test_two_documents_are_kept_apart(root: Path) -> None:
    write(root, PAIR)
    run(root)
    assert rows(root, "alignments") == []


def test_two_blocks_are_unlinked_and_have_no_counterpart(root: Path) -> None:
    write(root, BEAD)
    assert warnings(run(root)) == []
    own = block(root, "three kinds of reader")["id"]
    (bead,) = [row for row in rows(root, "alignments") if row["unit"] == "block" and own in row["en"]]
    assert bead["ja"] == [] and bead["evidence"] == ["by hand"]


def test_two_blocks_are_linked(corrected: Path) -> None:
    own = block(corrected, "Work on the safety of AI")["id"]
    (bead,) = [row for row in rows(corrected, "alignments") if row["unit"] == "block" and own in row["en"]]
    assert len(bead["ja"]) == 1 and bead["score"] == 1 and bead["evidence"] == ["by hand"]


def test_a_finding_gets_a_status(corrected: Path) -> None:
    (row,) = [row for row in rows(corrected, "findings") if row["kind"] == "date_differs"]
    assert (row["status"], row["suppressed"]) == ("reported", False)


def test_a_false_finding_is_no_longer_shown(root: Path) -> None:
    write(root, FALSE_FINDING)
    run(root)
    (row,) = [row for row in rows(root, "findings") if row["kind"] == "date_differs"]
    assert (row["status"], row["suppressed"]) == ("false", True)


def test_corrections_survive_a_forced_run_and_leave_no_trace_when_they_are_removed(
    published: Path, corrected: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(corrected, root, symlinks=True)
    assert data_digests(root) != data_digests(published)
    run(root, force=True)
    assert data_digests(root) == data_digests(corrected)
    (root / "corrections" / "sample-guide.toml").unlink()
    assert run(root).release
    assert data_digests(root) == data_digests(published)


def test_a_changed_entry_makes_only_the_documents_again_that_it_names(root: Path) -> None:
    write(root, BLOCK_TEXT)
    states = {row.file: row.state for row in run(root).documents}
    assert states == {EN: "processed", JA: "unchanged", DECK.name: "unchanged"}


def test_a_run_without_changes_to_corrections_publishes_nothing(corrected: Path) -> None:
    assert run(corrected).nothing_changed


def test_corrections_survive_a_new_edition_and_a_changed_file_beside_them(root: Path, tmp_path: Path) -> None:
    write(root, BLOCK_TEXT)
    run(root)
    newer = tmp_path / "sample_guide_v1.10_en.pdf"
    newer.write_bytes((SAMPLES / EN).read_bytes() + b"\n% a newer edition\n")
    orchestrator.add(settings(root), (), [newer, SAMPLES / "sample_overview_ja.pptx"], ())
    assert block(root, "Legal officers")["text"] == "Legal officers who write internal rules"
    own = [row for row in rows(root, "blocks", newer.name) if "Legal officers" in row["text"]]
    assert [row["text"] for row in own] == ["Legal officers who draw up internal rules"]


def test_an_entry_for_a_work_concerns_each_of_its_documents(root: Path) -> None:
    write(root, BLOCK_TEXT.replace(EN, "sample-guide/1.00/en"), MENTION_ADDED.replace(EN, "sample-guide"))
    messages = warnings(run(root))
    assert block(root, "Legal officers")["text"] == "Legal officers who write internal rules"
    assert len(messages) == 1 and "Foundation Model Taskforce" in messages[0]  # the Japanese guide does not have it


def test_an_entry_whose_text_is_gone_is_reported_with_the_nearest_text(root: Path) -> None:
    before = data_digests(root)
    write(root, BLOCK_TEXT.replace("Legal officers who draw up internal rules", "Legal officers who drafted the rules"))
    (message,) = warnings(run(root))
    assert "“Legal officers who drafted the rules” is not in the document any more" in message
    assert "nearest, on page 3: “Legal officers who draw up internal rules”" in message
    blocks = [row for row in data_digests(root)["blocks.jsonl"].splitlines()]
    assert blocks == before["blocks.jsonl"].splitlines()


def test_a_quote_that_occurs_twice_is_reported_with_its_pages(root: Path) -> None:
    entry = BLOCK_TEXT.replace("Legal officers who draw up internal rules", "AI Safety")
    write(root, entry.replace('after = "Scholars who study policy"\n', ""))
    (message,) = warnings(run(root))
    assert "add page, before or after" in message


def test_a_name_that_no_document_has_is_reported_with_its_line(root: Path) -> None:
    write(root, BLOCK_TEXT.replace(EN, "nosuch.pdf"))
    assert warnings(run(root)) == ["corrections/sample-guide.toml:2: no known document is named 'nosuch.pdf'"]


def test_two_quotes_of_one_block_with_two_values_are_reported(root: Path) -> None:
    other = BLOCK_TEXT.replace("Legal officers who draw up internal rules", "Legal officers").replace("write", "make")
    write(root, BLOCK_TEXT, other)
    (message,) = warnings(run(root))
    assert "are one block with two values" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[correction]\n", "c.toml:1: "),
        ("x = 1\n", 'c.toml:1: unknown key "x"'),
        (BLOCK_TEXT.replace('"block"', '"paragraph"'), "c.toml:2: of must be one of document, block"),
        (BLOCK_TEXT.replace('reason = "read on the page"\n', ""), 'c.toml:2: key "reason" is missing'),
        (BLOCK_TEXT.replace("marker", "sign"), 'a block has no field "sign"'),
        (BLOCK_KIND.replace('"heading"', '"chapter"'), "kind must be one of title, heading"),
        (BLOCK_KIND.replace("level = 3", "level = true"), "level must be of type int"),
        (BLOCK_KIND.replace("level = 3", "level = -1"), "level must not be negative"),
        (BLOCK_TEXT + "split = 'x'\n", "give one of set, merge, split, move_after"),
        (BLOCK_TEXT + "colour = 'x'\n", 'unknown key "colour" for a block'),
        (BLOCK_TEXT.replace("Scholars", "x" * 6000), "after is longer than 5,000 characters"),
        (BEAD.replace(f'"{JA}", ', ""), "documents must name two documents"),
        (BLOCK_TEXT + BLOCK_TEXT.replace("write", "make"), "sets text to"),
        ("correction = 3\n", "must be a list"),
        ("a = " + "[" * 100_000, "c.toml:"),
        ("a = " + "1" * 5000, "c.toml:1: Exceeds the limit"),
    ],
)
def test_an_invalid_entry_is_refused_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections" / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorrectionsError) as error:
        load(tmp_path)
    assert message in str(error.value)


def test_a_file_that_is_too_large_or_no_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "corrections"
    folder.mkdir()
    (folder / "huge.toml").write_bytes(b"#" * (2 << 20))
    with pytest.raises(CorrectionsError, match="larger than 1 MiB"):
        load(tmp_path)
    (folder / "huge.toml").unlink()
    (folder / "device.toml").symlink_to("/dev/zero")
    with pytest.raises(CorrectionsError, match="not a regular file"):
        load(tmp_path)


def test_a_hostile_entry_names_no_file_and_its_markup_is_text(root: Path) -> None:
    hostile = BLOCK_TEXT.replace("read on the page", "<script>alert(1)</script>").replace("A. Reader", "../../x")
    write(root, hostile, BLOCK_KIND.replace(EN, "../../../etc/passwd"))
    assert warnings(run(root)) == ["corrections/sample-guide.toml:12: no known document is named '../../../etc/passwd'"]
    pages = (root / "processed" / "latest" / "site").rglob("*.html")
    assert not any("<script>alert(1)" in page.read_text("utf-8") for page in pages)


def test_dates_may_be_written_as_text(tmp_path: Path) -> None:
    (entry,) = parse(BLOCK_TEXT.replace("date = 2026-12-01", 'date = "2026-12-01"'), "c.toml")
    assert entry.correction.date == "2026-12-01"


def test_edition_language_and_kind_of_a_document_are_corrected(root: Path) -> None:
    fields = 'edition = "1.05", lang = "ja", kind = "deck"'
    write(root, DOCUMENT.replace('title = "Guide to Institutes"', fields))
    assert warnings(run(root)) == []
    (row,) = rows(root, "documents")
    assert (row["edition"], row["lang"], row["kind"]) == ("1.05", "ja", "deck")
    assert row["id"] == "sample-guide/1.05/ja"

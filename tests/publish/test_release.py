"""A release is complete or does not exist, and the same input gives the same bytes."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from publications import alignment, comparison, document, documents, publication
from publications import released as published

import aisi_ingest
from aisi_ingest.model import Alignment, Bead, BlockChange, Box, Document, EditionDiff, Mention, SectionChange
from aisi_ingest.publish import changelog, diff, folders, formats, latest_release, prune, publish, releases
from aisi_ingest.publish.release import FORMAT
from aisi_ingest.publish.schema import TABLES

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)
replace = msgspec.structs.replace
# Files that contain a time, a history or the version of a library.
MAY_DIFFER = {
    "report.json",
    "CHANGES.md",
    "changes.json",
    "SHA256SUMS",
    "dataset.sqlite",
    "site/feed.xml",
    "site/feed.json",
}


@pytest.fixture(autouse=True)
def no_disk_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(folders, "flush", lambda folder: None)


def contents(release: Path) -> dict[str, bytes]:
    return {p.relative_to(release).as_posix(): p.read_bytes() for p in sorted(release.rglob("*")) if p.is_file()}


def released(root: Path, now: datetime = NOW, **changes: object) -> Path:
    return published(publication(**changes), root, now)


def latest(root: Path) -> Path:
    release = latest_release(root / "processed")
    assert release is not None
    return release


def rows(release: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (release / f"{table}.jsonl").read_text("utf-8").splitlines()]


def with_third_block(changed_document: Document, **changes: object) -> Document:
    """Return the document with a change in its third block."""
    content = changed_document.content
    blocks = list(content.blocks)
    blocks[2] = replace(blocks[2], **changes)
    return replace(changed_document, content=replace(content, blocks=tuple(blocks)))


def test_a_release_is_named_by_its_time_and_latest_points_at_it(tmp_path: Path) -> None:
    release = released(tmp_path)
    assert release.name == "20261122T031700Z"
    assert os.readlink(tmp_path / "processed" / "latest") == "releases/20261122T031700Z"
    assert not list((tmp_path / "processed").glob(".building-*"))


def test_a_run_without_changes_publishes_nothing_and_reports_it(tmp_path: Path) -> None:
    released(tmp_path)
    result = publish(publication(report={"seconds": 99}), tmp_path, now=NOW + timedelta(days=1))
    assert result.value is None
    assert [issue.code for issue in result.issues] == ["nothing_changed"]
    assert len(releases(tmp_path / "processed")) == 1


def test_input_in_another_order_gives_the_same_bytes(tmp_path: Path) -> None:
    one = released(tmp_path / "a")
    shuffled = list(documents())
    for seed in range(5):
        random.Random(seed).shuffle(shuffled)
        other = released(tmp_path / f"b{seed}", documents={each.id: each for each in shuffled})
        assert contents(one) == contents(other)


def test_another_time_root_and_time_zone_give_the_same_data_files(tmp_path: Path) -> None:
    one = contents(released(tmp_path / "a"))
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from datetime import datetime, UTC\n"
        "from publications import publication; from aisi_ingest.publish import publish\n"
        "print(publish(publication(), Path(sys.argv[2]), now=datetime(2031, 1, 2, tzinfo=UTC)).value.path)"
    )
    environment = os.environ | {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    command = [sys.executable, "-c", script, str(Path(__file__).parents[1] / "support"), str(tmp_path / "another root")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    other = contents(Path(done.stdout.strip()))
    assert one.keys() == other.keys()
    assert {name for name in one if one[name] != other[name]} <= MAY_DIFFER


def test_no_data_file_names_the_root(tmp_path: Path) -> None:
    for name, data in contents(released(tmp_path)).items():
        assert str(tmp_path).encode() not in data, name


def test_rows_have_every_field_of_the_contract_and_global_ids(tmp_path: Path) -> None:
    release = released(tmp_path)
    head = rows(release, "documents")[0]
    assert head["id"] == "guide/1.0/en" and head["made_with"] == {"extract": "1", "publish": FORMAT, "tag": "1"}
    assert head["source"].keys() == {"url", "file", "sha256", "bytes", "media_type"}
    assert all(list(row) == sorted(row) for table in TABLES for row in rows(release, table))
    block = next(row for row in rows(release, "blocks") if row["notes"])
    assert block["notes"] == [{"block": "guide/1.0/en#b9", "offset": 6}]
    assert block["section"] == "guide/1.0/en#s1" and block["bbox"] == [72.0, 120.0, 400.0, 135.0]
    beads = rows(release, "alignments")
    assert beads[0]["id"] == "guide/1.0#a1" and beads[0]["ja"] == ["guide/1.0/ja#s1"]
    assert beads[-1]["ja"] == ["guide/1.0/ja#b3:0-30"]
    assert [row["id"] for row in rows(release, "findings")] == ["guide/1.0#f1", "guide/1.0#f2"]


def test_only_mentioned_entities_are_listed_and_local_ones_have_names_from_the_text(tmp_path: Path) -> None:
    entities = rows(released(tmp_path), "entities")
    assert [row["id"] for row in entities] == ["exi", "local:hanako-yamada"]
    assert entities[0]["mentions"] == 6 and entities[0]["documents"] == 3
    assert entities[1]["names"] == {"ja": ["山田花子"], "en": ["Hanako Yamada"]}


def test_a_document_without_a_licence_is_left_out_and_the_message_says_how_to_add_one(tmp_path: Path) -> None:
    bare = document("en", work="bare", digit="4")
    bare = replace(bare, listing=replace(bare.listing, licence=None))
    result = publish(publication(documents=(*documents(), bare)), tmp_path, now=NOW)
    assert result.value is not None and result.value.refused == ("bare/1.0/en",)
    (issue,) = result.issues
    assert "sources.toml" in issue.message and "licence = {name =" in issue.message and "'example'" in issue.message
    assert all(row["work"] != "bare" for row in rows(Path(result.value.path), "documents"))
    assert json.loads((tmp_path / "processed" / "index.json").read_text("utf-8"))["last_successful"] is None


def test_a_pair_with_a_refused_document_loses_only_its_alignment(tmp_path: Path) -> None:
    ja, en, other = documents()
    result = publish(
        publication(documents=(ja, replace(en, listing=replace(en.listing, licence=None)), other)), tmp_path, now=NOW
    )
    assert result.value is not None
    assert result.value.rows["documents"] == 2 and result.value.rows["alignments"] == 0


@pytest.mark.parametrize(
    "document_id", ["", "a/b", "../../x/ja", "a/b/c/ja", "a/./ja", "a b/1/ja", ".a/1/ja", "長い名前" * 20 + "/1/ja"]
)
def test_a_document_with_an_unsafe_id_is_left_out(tmp_path: Path, document_id: str) -> None:
    odd = replace(document("en"), id=document_id, work=document_id.partition("/")[0])
    result = publish(publication(documents=(document("ja"), odd), alignments=(), comparisons=()), tmp_path, now=NOW)
    assert result.value is not None and result.value.rows["documents"] == 1
    assert [issue.code for issue in result.issues] == ["id_unfit"]


def _wrong_offset() -> dict[str, object]:
    ja = document("ja")
    wrong = Mention(id="m9", block="b3", start=0, end=2, text="違う", label="ORG", rule="test", value="exi")
    return {"documents": (replace(ja, mentions=(*ja.mentions, wrong)),)}


INVALID: dict[str, tuple[dict[str, object], str]] = {
    "offset": (_wrong_offset(), "not '違う'"),
    "hidden text in a section": ({"documents": (with_third_block(document("ja"), hidden=True),)}, "hidden text"),
    "no such section": ({"documents": (with_third_block(document("ja"), section="s9"),)}, "no section has the id"),
    "no such page": ({"documents": (with_third_block(document("ja"), page=3),)}, "page 3 of 2"),
    "bead without a block": (
        {
            "documents": documents(),
            "alignments": (Alignment("guide/1.0/ja", "guide/1.0/en", (Bead("block", ("b99",), ("b1",), 0.5),)),),
        },
        "no block has the id guide/1.0/ja#b99",
    ),
    "sentence after the end": (
        {
            "documents": documents(),
            "alignments": (Alignment("guide/1.0/ja", "guide/1.0/en", (Bead("sentence", ("b1:0-99",), (), 0),)),),
        },
        "0-99 is not inside the text",
    ),
    "fewer than expected": (
        {"documents": documents(), "expectations": {"example": 4}},
        "the source example has 3 documents, and sources.toml expects at least 4",
    ),
    "change without a block": (
        {
            "documents": (document("ja"), document("ja", edition="1.1", digit="3")),
            "editions": (
                EditionDiff(
                    "guide/1.0/ja",
                    "guide/1.1/ja",
                    (SectionChange("changed", "", (), (), None, (BlockChange("removed", ("b99",), ()),)),),
                ),
            ),
        },
        "no block has the id guide/1.0/ja#b99",
    ),
    "nothing": ({"documents": ()}, "no document to publish"),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_release_is_not_published_and_the_problem_is_named(tmp_path: Path, name: str) -> None:
    before = released(tmp_path)
    changes, words = INVALID[name]
    result = publish(publication(**({"alignments": (), "comparisons": ()} | changes)), tmp_path, now=NOW)
    assert result.value is None
    assert [issue.level for issue in result.issues] == ["error"] and words in result.issues[0].message
    assert latest(tmp_path) == before
    assert not list((tmp_path / "processed").glob(".building-*"))


def test_a_row_with_a_wrong_type_is_refused(tmp_path: Path) -> None:
    wrong = with_third_block(document("ja"), kind="poem")
    result = publish(publication(documents=(wrong,), alignments=(), comparisons=()), tmp_path, now=NOW)
    assert result.value is None and result.issues[0].code == "row_invalid" and "poem" in result.issues[0].message


@pytest.mark.parametrize(
    ("box", "published", "codes"),
    [
        (Box(-20, 10, 700, 30), [0.0, 10.0, 595.28, 30.0], ["box_clipped"]),
        (Box(72, 10, 595.9, 30), [72.0, 10.0, 595.28, 30.0], []),
        (Box(100, 200, 50, 100), [50.0, 100.0, 100.0, 200.0], []),
        (Box(float("nan"), 10, float("inf"), 30), [0.0, 10.0, 0.0, 30.0], ["box_clipped"]),
    ],
)
def test_a_box_is_clipped_to_its_page_and_that_is_reported(
    tmp_path: Path, box: Box, published: list[float], codes: list[str]
) -> None:
    odd = with_third_block(document("ja"), bbox=box)
    result = publish(publication(documents=(odd,), alignments=(), comparisons=()), tmp_path, now=NOW)
    assert result.value is not None and [issue.code for issue in result.issues] == codes
    assert rows(Path(result.value.path), "blocks")[2]["bbox"] == published


def test_a_full_disk_leaves_the_old_release_intact_and_the_next_run_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(released(tmp_path))
    more = (*documents(), document("en", work="more", digit="5"))

    def full(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder / "parquet"))

    with monkeypatch.context() as patched:
        patched.setattr(formats, "write_sums", full)
        result = publish(publication(documents=more), tmp_path, now=NOW)
    assert result.value is None and "No space left on device" in result.issues[0].message
    assert contents(latest(tmp_path)) == before
    assert publish(publication(documents=more), tmp_path, now=NOW).value is not None


FLUSH = folders.flush  # the original, which the fixture replaces


def test_a_disk_that_fails_when_the_release_is_flushed_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = released(tmp_path)

    class Library:
        @staticmethod
        def syncfs(descriptor: int) -> int:
            ctypes.set_errno(errno.EIO)
            return -1

    monkeypatch.setattr(folders, "flush", FLUSH)
    monkeypatch.setattr(ctypes, "CDLL", lambda *arguments, **options: Library)
    result = publish(publication(made_with={"extract": "2"}), tmp_path, now=NOW + timedelta(hours=1))
    assert result.value is None and "Input/output error" in result.issues[-1].message
    assert latest(tmp_path) == before


@pytest.mark.parametrize("system", ["with syncfs", "without syncfs"])
def test_a_release_is_flushed_to_the_disk_with_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_text("x")
    synced: list[Path] = []
    monkeypatch.setattr(folders, "_sync", synced.append)
    if system == "without syncfs":
        monkeypatch.setattr(ctypes, "CDLL", lambda *arguments, **options: object())
    FLUSH(tmp_path)
    assert set(synced) == (
        set() if system == "with syncfs" else {tmp_path, tmp_path / "sub", tmp_path / "sub" / "file"}
    )


@pytest.mark.parametrize("limit", [5_000, 30_000, 90_000])
def test_the_old_release_stays_intact_whichever_file_does_not_fit(tmp_path: Path, limit: int) -> None:
    before = contents(released(tmp_path))
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from datetime import datetime, UTC\n"
        "import resource; from publications import publication; from aisi_ingest.publish import publish\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))\n"
        "result = publish(publication(made_with={'extract': '2'}), Path(sys.argv[2]), now=datetime.now(UTC))\n"
        "assert result.value is None; print(result.issues[-1].code, result.issues[-1].message)"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parents[1] / "support"), str(tmp_path), str(limit)]
    # The limit would also cut the coverage data of this process, and coverage cannot read a part of its file.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("not_written"), done.stdout + done.stderr
    assert contents(latest(tmp_path)) == before
    assert not list((tmp_path / "processed").glob(".building-*"))


def without_override() -> None:
    """Remove the right of the root user to write where the permissions forbid it, before a child program begins.

    Drops CAP_DAC_OVERRIDE from the bounding set (prctl(2)). For other users that fails, and is not needed.
    """
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.parametrize("closed", ["processed", "processed/releases"])
def test_a_folder_without_write_permission_is_one_message_and_the_old_release_stays_intact(
    tmp_path: Path, closed: str
) -> None:
    before = released(tmp_path)
    files = contents(before)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from datetime import datetime, UTC\n"
        "from publications import publication; from aisi_ingest.publish import publish\n"
        "result = publish(publication(made_with={'extract': '2'}), Path(sys.argv[2]), now=datetime.now(UTC))\n"
        "print(result.value, len(result.issues), result.issues[-1].code, result.issues[-1].message)"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parents[1] / "support"), str(tmp_path)]
    (tmp_path / closed).chmod(0o500)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=without_override)
    finally:
        (tmp_path / closed).chmod(0o700)
    assert done.stdout.startswith("None 1 not_written") and "Permission denied" in done.stdout
    assert contents(latest(tmp_path)) == files
    after = released(tmp_path, made_with={"extract": "2"}, now=NOW + timedelta(hours=1))
    assert latest(tmp_path) == after
    assert not list((tmp_path / "processed").glob(".building-*"))


def test_a_file_in_place_of_the_folder_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "processed").write_text("not a folder")
    result = publish(publication(), tmp_path, now=NOW)
    assert result.value is None and result.issues[0].code == "not_written"


def test_the_next_publish_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    before = released(tmp_path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from datetime import datetime, UTC\n"
        "import os, signal; from publications import publication; from aisi_ingest.publish import publish, formats\n"
        "formats.write_sums = lambda folder: os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish(publication(made_with={'extract': '2'}), Path(sys.argv[2]), now=datetime.now(UTC))"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parents[1] / "support"), str(tmp_path)], check=False
    )
    assert killed.returncode == -9
    assert len(list((tmp_path / "processed").glob(".building-*"))) == 1
    assert latest(tmp_path) == before
    released(tmp_path, made_with={"extract": "2"}, now=NOW + timedelta(hours=1))
    assert not list((tmp_path / "processed").glob(".building-*"))


def test_a_folder_that_another_publish_is_writing_is_not_removed(tmp_path: Path) -> None:
    processed = tmp_path / "processed"
    (processed / "releases").mkdir(parents=True)
    with folders.building(processed) as folder:
        assert folders.clean(processed) == []
        assert folder.is_dir()
    assert folders.clean(processed) == []


def test_publishing_at_the_same_time_gives_complete_releases(tmp_path: Path) -> None:
    paths: list[Path] = []

    def one(version: str) -> None:
        paths.append(released(tmp_path, made_with={"extract": version}))

    threads = [threading.Thread(target=one, args=(str(version),)) for version in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {path.name for path in paths}
    assert names == {"20261122T031700Z", "20261122T031700Z-2", "20261122T031700Z-3"}
    for path in paths:
        aisi_ingest.load(path, verify=True).close()
    assert latest(tmp_path).name in names


def test_a_publish_that_ends_leaves_the_folder_of_the_next_one_alone(tmp_path: Path) -> None:
    with ExitStack() as first, ExitStack() as second:
        moved = first.enter_context(folders.building(tmp_path))
        moved.rename(tmp_path / "release")
        folder = second.enter_context(folders.building(tmp_path))
        assert folder == moved, "the path is free again"
        first.close()
        assert folder.is_dir()


def test_a_reader_never_finds_latest_missing_or_incomplete(tmp_path: Path) -> None:
    released(tmp_path)
    stop, seen = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            seen.append(len((tmp_path / "processed" / "latest" / "SHA256SUMS").read_bytes()))
            time.sleep(0.001)

    reader = threading.Thread(target=read)
    reader.start()
    for version in range(3):
        released(tmp_path, made_with={"extract": f"v{version}"}, now=NOW + timedelta(minutes=version + 1))
    stop.set()
    reader.join()
    assert seen and min(seen) > 1000


def test_the_index_names_the_latest_and_the_last_successful_release(tmp_path: Path) -> None:
    good = released(tmp_path)
    bad = released(tmp_path, made_with={"extract": "2"}, succeeded=False, now=NOW + timedelta(hours=1))
    index = json.loads((tmp_path / "processed" / "index.json").read_text("utf-8"))
    assert index["latest"] == bad.name and index["last_successful"] == good.name and index["result"] == "failure"
    assert [each["id"] for each in index["releases"]] == [good.name, bad.name]


def test_prune_keeps_the_newest_the_last_successful_and_releases_in_use(tmp_path: Path) -> None:
    names = []
    for hour in range(5):
        names.append(
            released(
                tmp_path, made_with={"extract": str(hour)}, succeeded=hour == 0, now=NOW + timedelta(hours=hour)
            ).name
        )
    processed = tmp_path / "processed"
    with aisi_ingest.load(processed / "releases" / names[2]):
        assert prune(processed, keep=1) == [names[1], names[3]]
    assert [each["id"] for each in releases(processed)] == [names[0], names[2], names[4]]
    assert prune(processed, keep=1) == [names[2]]
    with pytest.raises(ValueError, match="at least one"):
        prune(processed, keep=0)


def test_diff_lists_added_removed_and_changed_rows_although_ids_shift(tmp_path: Path) -> None:
    before = released(tmp_path)
    ja, en, _ = documents()
    blocks = ja.content.blocks
    fresh = replace(blocks[3], id="b99", text="加えられた一行")
    changed = replace(ja, content=replace(ja.content, blocks=(*blocks[:3], fresh, *blocks[3:])))
    relinked = tuple(replace(m, value="2024-09") if m.label == "DATE" else m for m in en.mentions)
    after = released(tmp_path, documents=(changed, replace(en, mentions=relinked)), now=NOW + timedelta(hours=1))
    changes = diff(before, after)
    found = {(each.table, each.kind, each.document, each.what) for each in changes.changes}
    assert ("documents", "removed", "only-japanese/-/ja", "only-japanese/-/ja") in found
    assert ("blocks", "added", "guide/1.0/ja", "加えられた一行") in found
    assert ("mentions", "changed", "guide/1.0/en", "September 25, 2024") in found
    assert not [each for each in changes.changes if each.table == "blocks" and each.document == "guide/1.0/en"]
    assert changes.count("blocks", "added") == 1
    assert "| blocks | 1 |" in changelog(changes)
    assert json.loads((after / "changes.json").read_text("utf-8")) == json.loads(msgspec.json.encode(changes))
    assert diff(after, after).changes == ()


def test_findings_between_editions_in_one_language_have_their_own_ids(tmp_path: Path) -> None:
    old, new = document("ja"), document("ja", edition="1.1", digit="6")
    between = replace(comparison(), ja=old.id, en=new.id)
    release = released(tmp_path, documents=(old, new), alignments=(), comparisons=(between,))
    assert rows(release, "findings")[0]["id"] == "guide/1.0+1.1.ja#f1"


def test_the_slides_of_a_work_are_aligned_separately_from_the_pdf(tmp_path: Path) -> None:
    forms = [document(lang) for lang in ("ja", "en")]
    slides = [replace(each, id=f"{each.id}.pptx") for each in forms]
    beads = alignment()
    release = released(
        tmp_path,
        documents=(*forms, *slides),
        alignments=(beads, replace(beads, ja=slides[0].id, en=slides[1].id)),
        comparisons=(),
    )
    assert {row["id"].partition("#")[0] for row in rows(release, "alignments")} == {"guide/1.0", "guide/1.0.pptx"}
    assert (release / "documents/guide/1.0.ja.pptx.json").is_file()

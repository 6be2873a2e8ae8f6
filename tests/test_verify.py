"""Damage on disk is found and named."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from publications import publication

from aisi_ingest.publish import publish
from aisi_ingest.publish.formats import write_sums
from aisi_ingest.verify import verify

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("root")
    assert publish(publication(), root, now=NOW).value is not None
    data = b"%PDF-1.7"
    name = hashlib.sha256(data).hexdigest()
    (root / "raw" / name[:2]).mkdir(parents=True)
    (root / "raw" / name[:2] / name).write_bytes(data)
    return root


@pytest.fixture
def root(whole, tmp_path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "root", symlinks=True))


def said(root: Path, release: str | None = None) -> str:
    return "\n".join(issue.message for issue in verify(root, release))


def edit(root: Path, table: str, change, *, with_sums: bool = True) -> None:
    """Change the rows of a table, and the sums with them, as somebody would who means well."""
    release = (root / "processed" / "latest").resolve()
    path = release / f"{table}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    change(rows)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    if with_sums:
        write_sums(release)


def test_what_was_published_is_well(whole):
    assert verify(whole) == [] and verify(whole, "20261122T031700Z") == []


def test_an_unknown_release_is_named(root):
    assert "there is no such release" in said(root, "20990101T000000Z")


def test_a_flipped_bit_in_raw_is_named(root):
    (path,) = (root / "raw").glob("*/*")
    path.write_bytes(b"%PDF-1.6")
    assert path.name in said(root) and "not what was fetched" in said(root)


def test_a_changed_a_missing_and_an_added_file_are_named(root):
    release = (root / "processed" / "latest").resolve()
    (release / "README.md").write_text("other")
    (release / "croissant.json").unlink()
    (release / "new.txt").write_text("new")
    assert said(root).splitlines() == [
        "README.md: changed since it was published",
        "croissant.json: cannot be read: No such file or directory",
        "new.txt: not named in SHA256SUMS",
    ]


def _shift(rows):
    rows[0]["start"] += 1
    rows[0]["end"] += 1


DAMAGE = {
    "an offset": ("mentions", _shift, "not 'September 25, 2024'"),
    "a page": ("blocks", lambda rows: rows[0].update(page=9), "page 9 of 2"),
    "a box": ("blocks", lambda rows: rows[0].update(bbox=[0, 0, 900, 10]), "is not inside its page"),
    "a bead": ("alignments", lambda rows: rows[2].update(en=["guide/1.0/en#b77"]), "no block has the id"),
    "a section": ("sections", lambda rows: rows.pop(0), "no section has the id guide/1.0/en#s1"),
    "a document": ("documents", lambda rows: rows.pop(2), "rows of only-japanese"),
    "a label": ("mentions", lambda rows: rows[0].update(label="POEM"), "mentions.jsonl:1: Invalid enum value 'POEM'"),
    "a field": ("findings", lambda rows: rows[0].pop("severity"), "missing required field `severity`"),
    "an entity": ("entities", lambda rows: rows.pop(0), "exi: mentions point to it"),
    "a twin": ("blocks", lambda rows: rows.insert(0, rows[0]), "1 ids stand twice"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_rows_that_break_a_promise_are_named_even_if_the_sums_are_right(root, name):
    table, change, words = DAMAGE[name]
    edit(root, table, change)
    assert words in said(root)

"""Damage on disk is found and named."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from publications import publication

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.publish import publish
from aisi_ingest.publish.formats import write_sums
from aisi_ingest.verify.release import verify

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
    name = "20261122T031700Z"
    assert [line for line in said(root).splitlines() if "latest" not in line] == [
        f"{name}/README.md: changed since it was published: its sum is not that in {name}/SHA256SUMS",
        f"{name}/croissant.json, which {name}/SHA256SUMS names, cannot be read: No such file or directory",
        f"{name}/new.txt: not named in {name}/SHA256SUMS",
    ]


def test_damage_in_a_release_that_is_not_the_latest_is_found(whole, tmp_path):
    root = Path(shutil.copytree(whole, tmp_path / "root", symlinks=True))
    publish(publication(comparisons=()), root, now=datetime(2026, 11, 23, 3, 17, tzinfo=UTC))
    old = root / "processed" / "releases" / "20261122T031700Z" / "blocks.jsonl"
    old.write_bytes(old.read_bytes()[:-1])
    assert "20261122T031700Z/blocks.jsonl: changed" in said(root)
    assert said(root, "latest") == ""


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


# Flipped bits

FLIPS = 100
SEED = 20250106
SAMPLES = Path(__file__).parents[2] / "samples" / "site" / "pdf"


@pytest.fixture(scope="module")
def processed(tmp_path_factory) -> Path:
    """What a run over two decks left: raw bytes, ledger, log, outputs of all stages, a release."""
    root = tmp_path_factory.mktemp("processed")
    report = orchestrator.add(Settings(str(root), workers=1, ocr=False), (), sorted(SAMPLES.glob("*.pptx")), ())
    assert report.release is not None
    return root


def kinds(root: Path) -> dict[str, list[Path]]:
    """The files below a root that have any bytes, by what they are."""
    there = [path for top in ("raw", "processed") for path in sorted((root / top).rglob("*"))]
    files = [path for path in there if path.is_file() and path.stat().st_size]
    stages = [path for path in files if "stages" in path.parts]
    return {
        "raw": [path for path in files if len(path.name) == 64],
        "ledger": [root / "raw" / "receipts.jsonl"],
        "log": [root / "processed" / "log.jsonl", root / "processed" / "run.json"],
        "outputs": [path for path in stages if not path.name.endswith(".stamp.json")],
        "stamps": [path for path in files if path.name.endswith(".stamp.json")],
        "index": [root / "processed" / "index.json"],
        "sums": [path for path in files if path.name == "SHA256SUMS"],
        "release": [path for path in files if "releases" in path.parts and path.name != "SHA256SUMS"],
    }


def test_every_file_of_a_root_is_of_a_kind_that_is_flipped(processed):
    there = [path for top in ("raw", "processed") for path in (processed / top).rglob("*") if path.is_file()]
    assert {path for path in there if path.stat().st_size} == {
        path for kind in kinds(processed).values() for path in kind
    }


@pytest.mark.parametrize("kind", ["raw", "ledger", "log", "outputs", "stamps", "index", "sums", "release"])
def test_a_bit_that_is_flipped_anywhere_is_found_and_its_file_named(processed, kind):
    assert verify(processed) == []
    chance = random.Random(f"{SEED} {kind}")
    for _ in range(FLIPS if kind == "release" else FLIPS // 4):
        path = chance.choice(kinds(processed)[kind])
        whole = path.read_bytes()
        bit = chance.randrange(8 * len(whole))
        path.chmod(0o644)
        path.write_bytes(flipped(whole, bit))
        messages = [issue.message for issue in verify(processed)]
        path.write_bytes(whole)
        assert any(path.name in message for message in messages), f"bit {bit} of {path}: {messages}"
    assert verify(processed) == []


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_run_makes_damaged_outputs_anew_instead_of_publishing_them(processed, tmp_path):
    root = Path(shutil.copytree(processed, tmp_path / "root", symlinks=True))
    before = {path: path.read_bytes() for path in kinds(root)["outputs"] + kinds(root)["stamps"]}
    chance = random.Random(SEED)
    for path, whole in before.items():
        if "stages" in path.parts:
            path.write_bytes(flipped(whole, chance.randrange(8 * len(whole))))
    report = orchestrator.reprocess(Settings(str(root), workers=1, ocr=False, redo_from="publish"), (), ())
    assert report.nothing_changed and verify(root) == []
    assert {path: path.read_bytes() for path in before if "stages" in path.parts} == {
        path: whole for path, whole in before.items() if "stages" in path.parts
    }

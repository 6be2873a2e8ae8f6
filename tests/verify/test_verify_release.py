"""Damage on disk is found, and the file is named."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from publications import documents, publication

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from aisi_ingest.publish import publish
from aisi_ingest.publish.formats import write_sums
from aisi_ingest.storage.receipt import Receipt
from aisi_ingest.storage.store import Store
from aisi_ingest.verify.release import verify

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    store = Store(root)
    store.prepare()
    stored = []
    for number, each in enumerate(documents()):
        source = each.listing.source
        sha256 = store.put(b"%PDF-1.7" + b"\n" * number)
        store.ledger.append(
            Receipt(source.url or source.file, "2026-11-22T03:17:00Z", "manual", "fetched", sha256=sha256)
        )
        listing = replace(each.listing, source=replace(source, sha256=sha256))
        stored.append(replace(each, listing=listing))
    store.ledger.close()
    shutil.rmtree(root / "raw" / "incoming")
    assert publish(publication(documents=tuple(stored)), root, now=NOW).value is not None
    return root


@pytest.fixture
def root(undamaged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(undamaged, tmp_path / "root", symlinks=True))


def messages(root: Path, release: str | None = None) -> str:
    return "\n".join(issue.message for issue in verify(root, release))


def edit(root: Path, table: str, change: Callable[[list[dict[str, Any]]], None], *, with_sums: bool = True) -> None:
    """Change the rows of a table and update the checksums, as a person might do in good faith."""
    release = (root / "processed" / "latest").resolve()
    path = release / f"{table}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    change(rows)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    if with_sums:
        write_sums(release)


def test_an_undamaged_root_has_no_problems(undamaged: Path) -> None:
    assert verify(undamaged) == [] and verify(undamaged, "20261122T031700Z") == []


def test_an_unknown_release_is_named(root: Path) -> None:
    assert "there is no such release" in messages(root, "20990101T000000Z")


def test_a_flipped_bit_in_raw_is_named(root: Path) -> None:
    path = next((root / "raw").glob("*/*"))
    path.chmod(0o644)
    path.write_bytes(b"%PDF-1.6")
    assert path.name in messages(root) and "not what was fetched" in messages(root)


def test_changed_missing_and_added_files_are_named(root: Path) -> None:
    release = (root / "processed" / "latest").resolve()
    (release / "README.md").write_text("other")
    (release / "croissant.json").unlink()
    (release / "new.txt").write_text("new")
    name = "20261122T031700Z"
    assert [line for line in messages(root).splitlines() if "latest" not in line] == [
        f"{name}/README.md: changed since it was published: its sum is not that in {name}/SHA256SUMS",
        f"{name}/croissant.json, which {name}/SHA256SUMS names, cannot be read: No such file or directory",
        f"{name}/new.txt: not named in {name}/SHA256SUMS",
    ]


def test_damage_in_an_older_release_is_found(undamaged: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(undamaged, tmp_path / "root", symlinks=True))
    publish(publication(comparisons=()), root, now=datetime(2026, 11, 23, 3, 17, tzinfo=UTC))
    old = root / "processed" / "releases" / "20261122T031700Z" / "blocks.jsonl"
    old.write_bytes(old.read_bytes()[:-1])
    assert "20261122T031700Z/blocks.jsonl: changed" in messages(root)
    assert messages(root, "latest") == ""


def _shift(rows: list[dict[str, Any]]) -> None:
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
    "a repeated row": ("blocks", lambda rows: rows.insert(0, rows[0]), "1 ids are used twice"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_invalid_rows_are_named_even_if_the_checksums_are_right(root: Path, name: str) -> None:
    table, change, words = DAMAGE[name]
    edit(root, table, change)
    assert words in messages(root)


# Flipped bits

FLIPS = 100
SEED = 20250106
SAMPLES = Path(__file__).parents[2] / "samples" / "site" / "pdf"


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root after a run over two decks: raw bytes, ledger, log, outputs of all stages, a release."""
    root = tmp_path_factory.mktemp("processed")
    report = orchestrator.add(Settings(str(root), workers=1, ocr=False), (), sorted(SAMPLES.glob("*.pptx")), ())
    assert report.release is not None
    return root


def kinds(root: Path) -> dict[str, list[Path]]:
    """Return the files below a root that are not empty, by kind."""
    paths = [path for top in ("raw", "processed") for path in sorted((root / top).rglob("*"))]
    files = [path for path in paths if path.is_file() and path.stat().st_size]
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


def test_every_file_of_a_root_has_a_kind(processed: Path) -> None:
    files = [path for top in ("raw", "processed") for path in (processed / top).rglob("*") if path.is_file()]
    assert {path for path in files if path.stat().st_size} == {
        path for kind in kinds(processed).values() for path in kind
    }


@pytest.mark.parametrize("kind", ["raw", "ledger", "log", "outputs", "stamps", "index", "sums", "release"])
def test_a_flipped_bit_is_found_in_any_file_and_the_file_is_named(processed: Path, kind: str) -> None:
    assert verify(processed) == []
    chance = random.Random(f"{SEED} {kind}")
    for _ in range(FLIPS if kind == "release" else FLIPS // 4):
        path = chance.choice(kinds(processed)[kind])
        original = path.read_bytes()
        bit = chance.randrange(8 * len(original))
        path.chmod(0o644)
        path.write_bytes(flipped(original, bit))
        found = [issue.message for issue in verify(processed)]
        path.write_bytes(original)
        assert any(path.name in message for message in found), f"bit {bit} of {path}: {found}"
    assert verify(processed) == []


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_run_replaces_damaged_outputs_instead_of_publishing_them(processed: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(processed, tmp_path / "root", symlinks=True))
    before = {path: path.read_bytes() for path in kinds(root)["outputs"] + kinds(root)["stamps"]}
    chance = random.Random(SEED)
    for path, content in before.items():
        if "stages" in path.parts:
            path.write_bytes(flipped(content, chance.randrange(8 * len(content))))
    report = orchestrator.reprocess(Settings(str(root), workers=1, ocr=False, redo_from="publish"), (), ())
    assert report.nothing_changed and verify(root) == []
    assert {path: path.read_bytes() for path in before if "stages" in path.parts} == {
        path: content for path, content in before.items() if "stages" in path.parts
    }

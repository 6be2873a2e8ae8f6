"""Parquet: row groups of the previous release are reused, and the bytes are the same as without it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from publications import NOW, alignment, document, publication
from publications import released as published

from aisi_ingest.publish import folders, parquet
from aisi_ingest.publish.publication import Publication
from aisi_ingest.publish.schema import TABLES

replace = msgspec.structs.replace
WORKS = tuple(f"work-{number:02}" for number in range(16))


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_MIN_GROUP_ROWS", 8)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(folders, "flush", lambda folder: None)


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the works of each row group that is converted to Arrow, one text for each group."""
    groups: list[str] = []
    convert = parquet._to_arrow

    def recorded(rows: list[Any], schema: pa.Schema) -> pa.Table:
        groups.append(" ".join(sorted({row.id.partition("/")[0] for row in rows})))
        return convert(rows, schema)

    monkeypatch.setattr(parquet, "_to_arrow", recorded)
    return groups


def works(changed: dict[str, str], left_out: tuple[str, ...] = ()) -> Publication:
    """Return works in both languages. In the works in ``changed``, one block has another text."""
    documents = []
    for work in WORKS:
        if work not in left_out:
            for lang in ("ja", "en"):
                one = document(lang, work=work)
                if work in changed:
                    blocks = list(one.content.blocks)
                    blocks[7] = replace(blocks[7], text=changed[work])
                    one = replace(one, content=replace(one.content, blocks=tuple(blocks)))
                documents.append(one)
    pairs = tuple(alignment(work) for work in WORKS if work not in left_out)
    return publication(documents=tuple(documents), alignments=pairs, comparisons=())


def released(root: Path, hours: int, changed: dict[str, str], left_out: tuple[str, ...] = ()) -> Path:
    return published(works(changed, left_out), root, NOW + timedelta(hours=hours)) / "parquet"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_only_the_row_group_of_a_changed_work_is_converted_again(tmp_path: Path, converted: list[str]) -> None:
    first = released(tmp_path, 0, changed={})
    blocks = pq.ParquetFile(first / "blocks.parquet").metadata
    assert blocks.num_row_groups >= 3
    converted.clear()
    released(tmp_path, 1, changed={"work-07": "something else"})
    assert converted and all("work-07" in works for works in converted)
    assert all(len(works.split()) < len(WORKS) / 2 for works in converted)


def test_a_table_with_the_same_rows_is_the_same_file(tmp_path: Path) -> None:
    first = released(tmp_path, 0, changed={})
    second = released(tmp_path, 1, changed={"work-07": "something else"})
    same = {name for name in files(first) if (first / name).stat().st_ino == (second / name).stat().st_ino}
    assert same == {f"{table}.parquet" for table in TABLES if table != "blocks"}


def test_a_damaged_file_is_not_reused(tmp_path: Path) -> None:
    first = released(tmp_path, 0, changed={})
    good = (first / "sections.parquet").read_bytes()
    damaged = bytearray(good)
    damaged[200] ^= 1
    (first / "sections.parquet").write_bytes(damaged)
    second = released(tmp_path, 1, changed={"work-07": "something else"})
    assert (second / "sections.parquet").read_bytes() == good


def test_a_file_that_is_not_parquet_is_written_again(tmp_path: Path) -> None:
    first = released(tmp_path, 0, changed={})
    for path in first.glob("*.parquet"):
        path.write_bytes(b"PAR1 and nothing more")
    changed = {"work-07": "something else"}
    assert files(released(tmp_path, 1, changed=changed)) == files(released(tmp_path / "alone", 0, changed=changed))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(st.sampled_from(WORKS), st.sampled_from(["one", "二つ", ""]), max_size=3),
    left_out=st.lists(st.sampled_from(WORKS), max_size=2, unique=True),
)
def test_the_bytes_are_those_of_a_release_without_a_previous_one(
    tmp_path_factory: pytest.TempPathFactory, changed: dict[str, str], left_out: tuple[str, ...]
) -> None:
    root = tmp_path_factory.mktemp("root")
    released(root, 0, changed={"work-03": "as it was"}, left_out=("work-11",))
    after = released(root, 1, changed=changed, left_out=tuple(left_out))
    alone = released(root / "alone", 0, changed=changed, left_out=tuple(left_out))
    assert files(after) == files(alone)

"""A file of the previous release is reused only if it has the bytes that were published."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aisi_ingest.publish import formats
from aisi_ingest.publish.reuse import PreviousRelease


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "site" / "works").mkdir(parents=True)
    (folder / "site" / "works" / "guide.html").write_text("a page", encoding="utf-8")
    (folder / "data.jsonl").write_text("{}\n", encoding="utf-8")
    formats.write_sums(folder)
    return folder


def test_a_reused_file_is_a_hard_link(release: Path, tmp_path: Path) -> None:
    assert PreviousRelease(release).reuse("site/works/guide.html", tmp_path / "new.html")
    assert (tmp_path / "new.html").samefile(release / "site/works/guide.html")


def test_a_file_is_copied_where_links_are_not_possible(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*names: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert PreviousRelease(release).reuse("data.jsonl", tmp_path / "new.jsonl")
    assert (tmp_path / "new.jsonl").read_text("utf-8") == "{}\n"


@pytest.mark.parametrize("damage", ["other bytes", "missing", "not listed", "no sums", "sums that are not text"])
def test_a_file_that_is_not_as_published_is_not_reused(release: Path, tmp_path: Path, damage: str) -> None:
    name = "data.jsonl"
    if damage == "other bytes":
        (release / name).write_text("[]\n", encoding="utf-8")
    elif damage == "missing":
        (release / name).unlink()
    elif damage == "not listed":
        (release / "more.txt").write_text("later", encoding="utf-8")
        name = "more.txt"
    elif damage == "no sums":
        (release / "SHA256SUMS").unlink()
    else:
        (release / "SHA256SUMS").write_bytes(b"\xff\xfe")
    assert not PreviousRelease(release).reuse(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_files_in_a_folder_are_only_those_directly_in_it(release: Path) -> None:
    assert PreviousRelease(release).files_in("site/works") == ["site/works/guide.html"]
    assert PreviousRelease(release).files_in("site") == []
    assert PreviousRelease(None).files_in("site") == []

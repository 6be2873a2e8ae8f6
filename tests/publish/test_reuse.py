"""What is taken over from the release before is as it was written, or it is not taken over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aisi_ingest.publish import formats
from aisi_ingest.publish.reuse import Before


@pytest.fixture
def release(tmp_path) -> Path:
    folder = tmp_path / "release"
    (folder / "site" / "works").mkdir(parents=True)
    (folder / "site" / "works" / "guide.html").write_text("a page", encoding="utf-8")
    (folder / "data.jsonl").write_text("{}\n", encoding="utf-8")
    formats.write_sums(folder)
    return folder


def test_a_file_taken_over_is_the_same_file_under_a_second_name(release, tmp_path):
    assert Before(release).take("site/works/guide.html", tmp_path / "new.html")
    assert (tmp_path / "new.html").samefile(release / "site/works/guide.html")


def test_where_the_disk_knows_no_links_it_is_copied(release, tmp_path, monkeypatch):
    def refuse(*names):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert Before(release).take("data.jsonl", tmp_path / "new.jsonl")
    assert (tmp_path / "new.jsonl").read_text("utf-8") == "{}\n"


@pytest.mark.parametrize("harm", ["other bytes", "gone", "never listed", "no sums", "sums that are no text"])
def test_what_is_not_as_it_was_written_is_left(release, tmp_path, harm):
    name = "data.jsonl"
    if harm == "other bytes":
        (release / name).write_text("[]\n", encoding="utf-8")
    elif harm == "gone":
        (release / name).unlink()
    elif harm == "never listed":
        (release / "more.txt").write_text("later", encoding="utf-8")
        name = "more.txt"
    elif harm == "no sums":
        (release / "SHA256SUMS").unlink()
    else:
        (release / "SHA256SUMS").write_bytes(b"\xff\xfe")
    assert not Before(release).take(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_names_of_a_folder_are_those_directly_in_it(release):
    assert Before(release).names("site/works") == ["site/works/guide.html"]
    assert Before(release).names("site") == []
    assert Before(None).names("site") == []

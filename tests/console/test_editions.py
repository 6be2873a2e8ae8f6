"""The command ``diff`` reads the changes between editions from the release."""

from __future__ import annotations

from pathlib import Path

import pytest
from published_editions import released

import aisi_ingest
from aisi_ingest.console import editions


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    released(root)
    return root


def test_changes_of_successive_editions_are_those_of_the_release(root: Path) -> None:
    found = editions.changes_between(root, "guide", "1.0", "1.1", "ja")
    with aisi_ingest.load(root) as release:
        published = tuple(row for row in release.edition_changes("guide") if row.lang == "ja")
    assert found.rows == published and len(published) >= 3
    assert (found.before, found.after, found.title) == (
        "guide/1.0/ja",
        "guide/1.1/ja",
        "AIの安全性評価の手引き: 1.0 → 1.1",
    )


def test_an_unknown_edition_is_an_error(root: Path) -> None:
    with pytest.raises(LookupError, match=r"guide/1\.2/ja: no such document"):
        editions.changes_between(root, "guide", "1.0", "1.2", "ja")


def test_changes_of_another_work_are_left_out(root: Path) -> None:
    with aisi_ingest.load(root) as release:
        assert list(release.edition_changes("only-one")) == []
        assert {row.work for row in release.edition_changes()} == {"guide"}

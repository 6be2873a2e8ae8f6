"""A release is signed with the real minisign if a key is named, and never published unsigned against that wish."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from publications import NOW, documents, publication, released

from aisi_ingest.publish import publish
from aisi_ingest.publish.signature import VARIABLE
from aisi_ingest.storage.release_files import SIGNATURE, SUMS
from aisi_ingest.verify.release import release_problems

needs_minisign = pytest.mark.skipif(shutil.which("minisign") is None, reason="the program minisign is not installed")


def key_pair(folder: Path) -> tuple[Path, Path]:
    secret, public = folder / "release.key", folder / "release.pub"
    subprocess.run(["minisign", "-G", "-W", "-s", str(secret), "-p", str(public)], check=True, capture_output=True)
    return secret, public


def verified(release: Path, public: Path) -> bool:
    command = ["minisign", "-V", "-p", str(public), "-m", str(release / SUMS)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@needs_minisign
def test_the_sums_of_a_release_are_signed_with_the_named_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, public = key_pair(tmp_path)
    monkeypatch.setenv(VARIABLE, str(secret))
    release = released(publication(), tmp_path / "root")
    assert verified(release, public)
    assert not list(release_problems(release))
    sums = release / SUMS
    sums.write_bytes(sums.read_bytes().replace(b"0", b"1", 1))
    assert not verified(release, public)


def test_without_a_key_a_release_has_no_signature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert not (released(publication(), tmp_path / "root") / SIGNATURE).exists()


@needs_minisign
def test_a_key_that_cannot_sign_keeps_the_latest_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    before = released(publication(documents=documents()[:1], alignments=(), comparisons=()), root)
    damaged = tmp_path / "damaged.key"
    damaged.write_text("untrusted comment: no key\nAAAA\n")
    monkeypatch.setenv(VARIABLE, str(damaged))
    result = publish(publication(), root, now=NOW + timedelta(days=1))
    assert result.value is None and [issue.code for issue in result.issues if issue.level == "error"] == ["not_signed"]
    assert (root / "processed" / "latest").resolve() == before.resolve()


def test_a_key_that_does_not_exist_is_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.key"))
    result = publish(publication(), tmp_path / "root", now=NOW)
    assert result.value is None
    assert "none.key, which is no file; minisign -G -W -s" in result.issues[-1].message
    assert not (tmp_path / "root" / "processed" / "latest").exists()

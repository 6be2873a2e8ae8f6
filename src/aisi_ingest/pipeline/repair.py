"""Find damage below a root at the start of a run, so that the run mends it.

Damaged raw bytes are moved aside. The run then fetches them again as if they had never been there. Damaged files of
the latest release are built again by ``publish``. Damaged stage outputs are recomputed when they are loaded.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from aisi_ingest.fetch.listings import known_documents
from aisi_ingest.model import Issue
from aisi_ingest.storage.checked import CheckedFiles
from aisi_ingest.storage.release_files import SUMS, damaged_files, move_aside, read_sums, restore, restore_sums
from aisi_ingest.storage.store import STAMP, Store, is_intact, output_digest, read_stamp, stamp_path

DAMAGED = "damaged"  # folder in raw/ and in processed/ for what was moved aside


def set_damaged_bytes_aside(store: Store, read_all: bool = False) -> dict[str, str]:
    """Move the damaged bytes of known documents to ``raw/damaged``.

    Args:
        store: The store; the caller has locked it.
        read_all: Read all bytes, not only those that were touched since the last run.

    Returns:
        Names of the documents by the sha256 that their bytes should have.
    """
    checked, damaged = CheckedFiles(store.raw, read_all), {}
    for each in known_documents(store):
        sha256 = each.listing.source.sha256 if each.listing else ""
        if sha256 and store.path(sha256).is_file() and not checked.has_sum(store.path(sha256), sha256):
            move_aside(store.path(sha256), store.raw / DAMAGED / sha256)
            damaged[sha256] = each.receipt.file or each.receipt.url
    checked.save()
    return damaged


def damage_issues(store: Store, damaged: dict[str, str], fetching: bool) -> list[Issue]:
    """Report on damaged bytes after the sources were fetched.

    Args:
        store: The store.
        damaged: What ``set_damaged_bytes_aside`` returned.
        fetching: The run has fetched sources.
    """
    issues = []
    for sha256, name in damaged.items():
        aside = store.raw / DAMAGED / sha256
        if sha256 in store:
            text = f"{name}: the bytes in {store.path(sha256)} were damaged; they were fetched again"
            issues.append(Issue("fetch", "warning", "fetched_again", text))
            continue
        remedy = (
            "no source offers them any more: restore the file from a backup, or add it again with aisi-ingest add"
            if fetching
            else "aisi-ingest run fetches them again if a source offers them"
        )
        text = f"{name}: the bytes in {store.path(sha256)} were damaged and are now in {aside}; {remedy}"
        issues.append(Issue("fetch", "error", "damaged", text))
    return issues


def damage_of_latest(processed: Path, read_all: bool = False) -> list[str]:
    """List the damaged files of the latest release.

    Args:
        processed: The folder ``processed``.
        read_all: Read all files, not only those that were touched since the last run.
    """
    latest = processed / "latest"
    release = latest.resolve()
    if not latest.is_dir():
        return []
    stamp = read_stamp(latest)
    belongs = stamp is not None and stamp.digests.get("release") == release.name
    sums_digest = output_digest(latest) if belongs else None
    checked = CheckedFiles(processed.resolve(), read_all)
    damaged = damaged_files(release, sums_digest, checked)
    if damaged == [SUMS] and sums_digest and restore_sums(release, sums_digest):
        damaged = damaged_files(release, sums_digest, checked)
    checked.save()
    return damaged


def has_pictures(release: Path) -> bool:
    """Return True if a release has pictures of pages."""
    return any(name.endswith(".webp") for name in read_sums(release))


def remove_damaged_outputs(processed: Path) -> None:
    """Remove damaged stage outputs with their stamps. Those that are still needed are computed again."""
    for path in sorted((processed / "stages").rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        output = path.with_name(path.name.removesuffix(STAMP))
        if not is_intact(output):
            with suppress(FileNotFoundError):
                output.unlink()
            with suppress(FileNotFoundError):
                stamp_path(output).unlink()


def restore_releases(processed: Path) -> list[Issue]:
    """Put back damaged files of the older releases, from other releases that have a file with the same sum."""
    issues = []
    releases = sorted((processed / "releases").glob("[0-9]*"))
    latest = (processed / "latest").resolve()
    for release in releases:
        damaged = damaged_files(release) if release.resolve() != latest else []
        if not damaged:
            continue
        others = [each for each in releases if each != release]
        left = restore(release, damaged, others, processed / DAMAGED / release.name)
        if left:
            text = f"{release}: damaged, and no other release has these files: {', '.join(left)}; remove the folder"
            issues.append(Issue("publish", "error", "damaged", text))
        else:
            text = f"the release {release.name} was damaged and is repaired: {', '.join(damaged)}"
            issues.append(Issue("publish", "warning", "repaired", text))
    return issues

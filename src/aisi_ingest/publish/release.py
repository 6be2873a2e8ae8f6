"""Publish a release: build it in a temporary folder, check it, then set ``latest`` in one step.

A release is complete, or it does not exist.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from aisi_ingest.model import Issue, IssueLevel, Result
from aisi_ingest.publish import folders, formats
from aisi_ingest.publish.card import card
from aisi_ingest.publish.catalogue import citation, dcat, schema_org, script_text
from aisi_ingest.publish.check import work_problems
from aisi_ingest.publish.croissant import croissant
from aisi_ingest.publish.entity_rows import EntityCounter
from aisi_ingest.publish.fact_rows import FactCollector
from aisi_ingest.publish.parquet import ParquetWriter
from aisi_ingest.publish.plan import ReleasePlan
from aisi_ingest.publish.publication import Publication, Release
from aisi_ingest.publish.release_diff import Changes, changelog, diff
from aisi_ingest.publish.reuse import PreviousRelease
from aisi_ingest.publish.rows import SharedRows
from aisi_ingest.publish.schema import DocumentRow
from aisi_ingest.publish.signature import SignatureError, sign, signing_key
from aisi_ingest.publish.sqlite import SqliteWriter, datasette_metadata
from aisi_ingest.publish.timeline import TimelineWriter
from aisi_ingest.publish.tmx import TmxWriter
from aisi_ingest.publish.xlsx import XlsxWriter
from aisi_ingest.storage.files import sha256_of
from aisi_ingest.storage.release_files import restore

FORMAT = "4"  # to be raised when a release with equal rows would have other files
_SHOWN_PROBLEMS = 5  # in the message; the others are counted


def publish(
    publication: Publication, root: Path, *, now: datetime, images: bool = False, damaged: Collection[str] = ()
) -> Result[Release | None]:
    """Write a release below ``root/processed`` and point ``latest`` to it.

    Args:
        publication: The documents, alignments and comparisons to publish. A document without a licence is left out with
            a warning, and is named in ``Release.refused``.
        root: The root folder.
        now: The time, for the id of the release.
        images: Whether the viewer gets pictures of the pages.
        damaged: Names of damaged files of the latest release. It is built again: its files are put back if they have
            the published sums; otherwise a new release takes its place, and it is moved to ``processed/damaged``.

    Returns:
        The release, or None where none was published: with the info "nothing_changed" where the rows are those of the
        latest release, with the warning "repaired" where its damaged files were put back, and with an error where a
        check failed or the disk could not be written. ``latest`` then stays as it was.
    """
    processed = root / "processed"
    try:
        (processed / "releases").mkdir(parents=True, exist_ok=True)
        folders.clean(processed)
        latest = folders.latest_release(processed)
        if latest is not None and damaged:
            return _replace_damaged(publication, processed, now, images, latest, damaged)
        with folders.building(processed) as folder:
            return _Build(publication, processed, folder, now, images, latest).run()
    except SignatureError as error:
        return _failure("not_signed", f"{error}; the latest release is unchanged")
    except OSError as error:
        reason = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        return _failure("not_written", f"the release could not be written: {reason}; the latest release is unchanged")
    except sqlite3.Error as error:  # not an OSError, although the usual cause is a full disk
        message = f"dataset.sqlite could not be written: {error}; the latest release is unchanged"
        return _failure("not_written", message)
    except (msgspec.ValidationError, UnicodeError) as error:
        return _failure("row_invalid", f"a row does not fit its schema: {error}; the latest release is unchanged")


def _replace_damaged(
    publication: Publication, processed: Path, now: datetime, images: bool, latest: Path, damaged: Collection[str]
) -> Result[Release | None]:
    """Repair the latest release, or publish another one in its place."""
    before = folders.intact_release_before(processed, latest)
    published, files = folders.time_of(latest, now), ", ".join(sorted(damaged)[:_SHOWN_PROBLEMS])
    aside = processed / "damaged" / latest.name
    with folders.building(processed) as folder:
        build = _Build(publication, processed, folder, published, images, before)
        if build.write_again(latest.name) and not restore(latest, damaged, [folder], aside):
            folders.write_index(processed, build.succeeded)
            text = f"the release {latest.name} was damaged and is repaired: {files}"
            return Result(None, (*build.issues, _issue("warning", "repaired", text)))
    with folders.building(processed) as folder:
        result = _Build(publication, processed, folder, now, images, before).run()
    if result.value is None:
        return result
    moved = folders.set_aside(processed, latest)
    text = f"the release {latest.name} was damaged ({files}): {result.value.id} takes its place; it is now in {moved}"
    return Result(result.value, (*result.issues, _issue("warning", "replaced", text)))


def _issue(level: IssueLevel, code: str, message: str) -> Issue:
    return Issue(stage="publish", level=level, code=code, message=message)


def _failure(code: str, message: str, issues: Sequence[Issue] = ()) -> Result[Release | None]:
    return Result(None, (*issues, _issue("error", code, message)))


class _Build:
    """One release while it is built.

    Args:
        publication: The input.
        processed: The folder ``processed`` of the root.
        folder: The temporary folder of the release.
        now: The time of the release.
        images: Whether the viewer gets pictures of the pages.
        latest: The release before it, or None.
    """

    def __init__(
        self,
        publication: Publication,
        processed: Path,
        folder: Path,
        now: datetime,
        images: bool,
        latest: Path | None,
    ) -> None:
        self.publication = publication
        self.processed = processed
        self.folder = folder
        self.now = now
        self.images = images
        self.plan = ReleasePlan(publication, stage_format=FORMAT)
        self.succeeded = publication.succeeded and not self.plan.refused
        self.latest = latest
        self.issues: list[Issue] = list(self.plan.issues)
        self.key = signing_key()
        self.heads: list[DocumentRow] = []
        self.shared = SharedRows()
        self.rows: dict[str, int] = {}  # table to number of rows

    def run(self) -> Result[Release | None]:
        problems = self._write_rows()
        if problems:
            more = len(problems) - _SHOWN_PROBLEMS
            text = "; ".join(problems[:_SHOWN_PROBLEMS]) + (f", and {more} more" if more > 0 else "")
            return _failure("check_failed", f"the release was not published: {text}", self.issues)
        formats.write_schemas(self.folder)
        digest = _digest(self.folder, self.images)
        if self.latest is not None and folders.read_report(self.latest).get("release", {}).get("digest") == digest:
            folders.write_index(self.processed, self.succeeded)
            message = f"nothing changed: the data are those of the release {self.latest.name}"
            return Result(None, (*self.issues, _issue("info", "nothing_changed", message)))
        name = self._next_id()
        try:
            changes = diff(self.latest, self.folder) if self.latest is not None else Changes(before=None, after=name)
        except (msgspec.DecodeError, UnicodeDecodeError):
            assert self.latest is not None
            message = (
                f"the latest release {self.latest.name} is damaged: aisi-ingest verify lists the files; "
                f"remove {self.latest} and run again to publish it again"
            )
            return _failure("latest_damaged", message, self.issues)
        self._write_files(name, digest, changes)
        return self._move_into_place(name, digest)

    def write_again(self, name: str) -> bool:
        """Build a release that was published before into the temporary folder, and return whether that is possible."""
        if self._write_rows():
            return False
        formats.write_schemas(self.folder)
        changes = diff(self.latest, self.folder) if self.latest is not None else Changes(before=None, after=name)
        self._write_files(name, _digest(self.folder, self.images), changes)
        return True

    def _write_files(self, name: str, digest: str, changes: Changes) -> None:
        self._write_formats(replace(changes, after=name), digest)
        self._write_descriptions(digest)
        self._write_report(name, digest)

    def _write_rows(self) -> list[str]:
        """Write the JSON lines, and return the problems in their rows."""
        lines = formats.JsonLinesWriter(self.folder)
        counter = EntityCounter(self.publication.entities)
        facts = FactCollector()
        problems: list[str] = []
        try:
            for work, issues in self.plan.works():
                self.issues += issues
                problems += work_problems(work)
                lines.add(work)
                facts.add(work)
                for rows in work.documents:
                    counter.add(rows)
                    self.heads.append(rows.document)
            self.shared = SharedRows(entities=tuple(counter.rows()), events=facts.events(), relations=facts.relations())
            lines.finish(self.shared)
        finally:
            lines.close()
        self.rows = dict(lines.rows)
        problems += [*self.plan.unmatched_pairs(), *self.plan.missing_documents(self.publication.expectations)]
        if not self.heads:
            problems.append("there is no document to publish")
        return problems

    def _next_id(self) -> str:
        name = folders.next_id(self.processed, self.now)
        if name.partition("-")[0] > self.now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"):
            message = f"the clock is behind the latest release: the id of the new release follows it and is {name}"
            self.issues.append(_issue("warning", "clock_back", message))
        return name

    def _write_formats(self, changes: Changes, digest: str) -> None:
        """Write all formats that are made from the rows, and the changes since the latest release."""
        from aisi_ingest.publish.site import SiteWriter, draw_pages

        previous = PreviousRelease(self.latest)
        pictures: dict[str, str] = {}
        if self.images:
            pictures, issues = draw_pages(self.heads, self.publication.raw, self.folder / "site", previous)
            self.issues += issues
        writers: list[formats.Writer] = [
            formats.NestedJsonWriter(self.folder),
            ParquetWriter(self.folder / "parquet", sorted(self.heads[0].made_with), previous),
            SqliteWriter(self.folder / "dataset.sqlite"),
            TmxWriter(self.folder / "bitext.tmx"),
            XlsxWriter(self.folder / "bitext.xlsx"),
            TimelineWriter(self.folder),
            SiteWriter(
                self.folder / "site",
                self.shared.entities,
                changes,
                previous,
                self.now,
                pictures,
                script_text(schema_org(self.heads, digest)),
            ),
        ]
        for work, _ in self.plan.works():
            for writer in writers:
                writer.add(work)
        for writer in writers:
            writer.finish(self.shared)
        (self.folder / "changes.json").write_bytes(formats.pretty(changes))
        (self.folder / "CHANGES.md").write_text(changelog(changes), encoding="utf-8")

    def _write_descriptions(self, digest: str) -> None:
        package = formats.data_package(self.folder, self.rows, self.heads, digest)
        (self.folder / "datapackage.json").write_bytes(formats.pretty(package))
        (self.folder / "croissant.json").write_bytes(formats.pretty(croissant(self.folder, self.heads, digest)))
        (self.folder / "dcat.jsonld").write_bytes(formats.pretty(dcat(self.folder, self.heads, digest)))
        (self.folder / "CITATION.cff").write_text(citation(self.heads, self.shared.entities, digest), encoding="utf-8")
        (self.folder / "README.md").write_text(card(self.rows, self.heads), encoding="utf-8")
        licences = "; ".join(sorted({each.licence.name for each in self.heads}))
        (self.folder / "datasette.json").write_bytes(formats.pretty(datasette_metadata(licences)))

    def _write_report(self, name: str, digest: str) -> None:
        release = {
            "id": name,
            "digest": digest,
            "published": self.now.astimezone(UTC).isoformat(timespec="seconds"),
            "rows": self.rows,
        }
        report: dict[str, Any] = {
            "release": release,
            "run": dict(self.publication.report),
            "issues": [*self.publication.issues, *self.issues],
            "refused": self.plan.refused,
            "succeeded": self.succeeded,
        }
        (self.folder / "report.json").write_bytes(formats.pretty(report))

    def _move_into_place(self, name: str, digest: str) -> Result[Release | None]:
        formats.write_sums(self.folder)
        if self.key is not None:
            sign(self.folder, name, self.key)
        folders.flush(self.folder)
        name = folders.move_into_place(self.folder, self.processed, name)
        folders.set_latest(self.processed, name)
        folders.write_index(self.processed, self.succeeded)
        path = str(self.processed / "releases" / name)
        release = Release(id=name, path=path, digest=digest, rows=self.rows, refused=tuple(self.plan.refused))
        return Result(release, tuple(self.issues))


def _digest(folder: Path, images: bool) -> str:
    """Return the digest of a release: equal digests mean equal rows and schemas."""
    digest = hashlib.sha256(f"format {FORMAT} images {images}\n".encode())
    for path in sorted((*folder.glob("*.jsonl"), *folder.glob("schema/*.json"))):
        digest.update(f"{sha256_of(path)}  {path.name}\n".encode())
    return digest.hexdigest()

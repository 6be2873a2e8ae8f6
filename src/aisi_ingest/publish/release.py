"""A release is complete or it is not there: built aside, checked, then the pointer moves in one step."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.model import EditionDiff, Issue, Publication, Release, Result
from aisi_ingest.publish import folders, formats
from aisi_ingest.publish.card import card
from aisi_ingest.publish.check import work_problems
from aisi_ingest.publish.croissant import croissant
from aisi_ingest.publish.parquet import Parquet
from aisi_ingest.publish.plan import Plan, missing
from aisi_ingest.publish.release_diff import Changes, changelog, diff
from aisi_ingest.publish.reuse import Before
from aisi_ingest.publish.rows import EntityCount
from aisi_ingest.publish.schema import DocumentRow, EntityRow
from aisi_ingest.publish.sqlite import Sqlite, datasette_metadata
from aisi_ingest.publish.tmx import Tmx
from aisi_ingest.storage.files import sha256_of

FORMAT = "2"  # raised when a release of equal rows would hold other files
_SHOWN = 5  # problems named one by one


def publish(publication: Publication, root: Path, *, now: datetime, images: bool = False) -> Result[Release | None]:
    """Write a release below ``root/processed`` and point ``latest`` at it.

    The value is None where nothing was published: with the info "nothing_changed" when the rows equal
    those of the latest release, with an error when a check failed or the disk refused; then the
    pointer stays where it was. A document without a licence is left out with a warning, and named in
    ``Release.refused``. ``images`` adds pictures of the pages to the viewer.
    """
    processed = root / "processed"
    try:
        (processed / "releases").mkdir(parents=True, exist_ok=True)
        folders.clean(processed)
        with folders.building(processed) as folder:
            return _build(publication, processed, folder, now, images)
    except OSError as error:
        reason = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        return _failure("not_written", f"the release could not be written: {reason}; the latest release is as it was")
    except sqlite3.Error as error:  # not an OSError, although a full disk is what it mostly means
        message = f"dataset.sqlite could not be written: {error}; the latest release is as it was"
        return _failure("not_written", message)
    except (msgspec.ValidationError, UnicodeError) as error:
        return _failure("row_invalid", f"a row does not fit its schema: {error}; the latest release is as it was")


def _failure(code: str, message: str, issues: tuple[Issue, ...] = ()) -> Result[Release | None]:
    return Result(None, (*issues, Issue(stage="publish", level="error", code=code, message=message)))


def _build(
    publication: Publication, processed: Path, folder: Path, now: datetime, images: bool
) -> Result[Release | None]:
    plan = Plan(publication, stage_format=FORMAT)
    lines = formats.JsonLines(folder)
    entities = EntityCount(publication.entities)
    heads: list[DocumentRow] = []
    issues = list(plan.issues)
    problems: list[str] = []
    try:
        for work, said in plan.works():
            issues += said
            problems += work_problems(work)
            lines.add(work)
            for rows in work.documents:
                entities.add(rows)
                heads.append(rows.document)
        entity_rows = entities.rows()
        lines.finish(entity_rows)
    finally:
        lines.close()
    problems += [*plan.strays(), *missing(publication.expectations, plan)]
    if not heads:
        problems.append("there is no document to publish")
    if problems:
        more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        text = "; ".join(problems[:_SHOWN])
        return _failure("check_failed", f"the release was not published: {text}{more}", tuple(issues))

    succeeded = publication.succeeded and not plan.refused
    formats.write_schemas(folder)
    digest = _digest(folder, images)
    latest = folders.latest_release(processed)
    if latest is not None and folders.read_report(latest).get("release", {}).get("digest") == digest:
        folders.write_index(processed, succeeded)
        message = f"nothing changed: the data equal those of the release {latest.name}"
        return Result(None, (*issues, Issue(stage="publish", level="info", code="nothing_changed", message=message)))

    name = folders.free_name(processed, now)
    if name.partition("-")[0] > now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"):
        message = f"the clock stands before the latest release: ids count on from there, the new one is {name}"
        issues.append(Issue(stage="publish", level="warning", code="clock_back", message=message))
    try:
        changes = diff(latest, folder) if latest is not None else Changes(before=None, after=name)
    except (msgspec.DecodeError, UnicodeDecodeError):
        assert latest is not None
        message = (
            f"the latest release {latest.name} is damaged, aisi-ingest verify says where; "
            f"remove {latest} and run again, then it is made anew"
        )
        return _failure("latest_damaged", message, tuple(issues))
    changes = msgspec.structs.replace(changes, after=name)
    pictures: dict[str, str] = {}
    if images:
        from aisi_ingest.publish.site import draw

        pictures, undrawn = draw(heads, publication.raw, folder / "site", Before(latest))
        issues += undrawn
    _write_formats(plan, folder, heads, entity_rows, changes, latest, now, pictures, publication.editions)
    _write_descriptions(folder, heads, lines.rows, digest)
    (folder / "changes.json").write_bytes(formats.pretty(changes))
    (folder / "CHANGES.md").write_text(changelog(changes), encoding="utf-8")
    about = {
        "id": name,
        "digest": digest,
        "published": now.astimezone(UTC).isoformat(timespec="seconds"),
        "rows": lines.rows,
    }
    report: dict[str, Any] = {
        "release": about,
        "run": dict(publication.report),
        "issues": [*publication.issues, *issues],
        "refused": plan.refused,
        "succeeded": succeeded,
    }
    (folder / "report.json").write_bytes(formats.pretty(report))
    formats.write_sums(folder)
    folders.flush(folder)
    name = folders.place(folder, processed, name)
    folders.point(processed, name)
    folders.write_index(processed, succeeded)
    return Result(
        Release(
            id=name,
            path=str(processed / "releases" / name),
            digest=digest,
            rows=dict(lines.rows),
            refused=tuple(plan.refused),
        ),
        tuple(issues),
    )


def _write_formats(
    plan: Plan,
    folder: Path,
    heads: list[DocumentRow],
    entities: list[EntityRow],
    changes: Changes,
    latest: Path | None,
    now: datetime,
    pictures: dict[str, str],
    editions: Sequence[EditionDiff],
) -> None:
    from aisi_ingest.publish.site import Site

    before = Before(latest)
    writers: list[formats.Writer] = [
        formats.Nested(folder),
        Parquet(folder / "parquet", sorted(heads[0].made_with), before),
        Sqlite(folder / "dataset.sqlite"),
        Tmx(folder / "bitext.tmx"),
        Site(folder / "site", entities, changes, before, now, pictures, editions),
    ]
    for work, _ in plan.works():
        for writer in writers:
            writer.add(work)
    for writer in writers:
        writer.finish(entities)


def _write_descriptions(folder: Path, heads: list[DocumentRow], rows: dict[str, int], digest: str) -> None:
    package = formats.data_package(folder, rows, heads, digest)
    (folder / "datapackage.json").write_bytes(formats.pretty(package))
    (folder / "croissant.json").write_bytes(formats.pretty(croissant(folder, heads, digest)))
    (folder / "README.md").write_text(card(rows, heads), encoding="utf-8")
    licences = "; ".join(sorted({each.licence.name for each in heads}))
    (folder / "datasette.json").write_bytes(formats.pretty(datasette_metadata(licences)))


def _digest(folder: Path, images: bool) -> str:
    digest = hashlib.sha256(f"format {FORMAT} images {images}\n".encode())
    for path in sorted((*folder.glob("*.jsonl"), *folder.glob("schema/*.json"))):
        digest.update(f"{sha256_of(path)}  {path.name}\n".encode())
    return digest.hexdigest()

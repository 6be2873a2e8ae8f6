"""A release is complete or it is not there: built aside, checked, then the pointer moves in one step.

``processed/.building-<pid>-<n>/`` is locked while it is written; one without a lock was left by a
publish that was killed, and the next one removes it. ``processed/latest`` is a symbolic link that is
replaced, so a reader sees the old release or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count, groupby
from pathlib import Path
from typing import Any

import msgspec

from aisi_ingest.model import Document, Issue, Publication, Release, Result
from aisi_ingest.publish import formats
from aisi_ingest.publish.check import entity_problems, work_problems
from aisi_ingest.publish.schema import TABLES, DocumentRow, EntityRow
from aisi_ingest.publish.tables import EntityCount, WorkRows, alignment_rows, document_rows, finding_rows, refusal

FORMAT = 1  # raised when a release of equal rows would hold other files
_SHOWN = 5  # problems named one by one


def publish(publication: Publication, root: Path, *, now: datetime, images: bool = False) -> Result[Release | None]:
    """Write a release below ``root/processed`` and point ``latest`` at it.

    The value is None where nothing was published: with the info "nothing_changed" when the rows equal
    those of the latest release, with an error when a check failed or the disk refused; then the
    pointer stays where it was. A document that has no licence is left out with a warning, and named in
    ``Release.refused``. ``images`` adds pictures of the pages to the viewer.
    """
    processed = root / "processed"
    try:
        (processed / "releases").mkdir(parents=True, exist_ok=True)
        clean(processed)
        with _building(processed) as folder:
            return _build(publication, processed, folder, now, images)
    except OSError as error:
        reason = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        return _failure("not_written", f"the release could not be written: {reason}; the latest release is as it was")
    except msgspec.ValidationError as error:
        return _failure("row_invalid", f"a row does not fit its schema: {error}; the latest release is as it was")


def _failure(code: str, message: str, issues: tuple[Issue, ...] = ()) -> Result[Release | None]:
    return Result(None, (*issues, Issue(stage="publish", level="error", code=code, message=message)))


def _build(
    publication: Publication, processed: Path, folder: Path, now: datetime, images: bool
) -> Result[Release | None]:
    plan = _Plan(publication)
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
    problems += _missing(publication.expectations, plan)
    if not heads:
        problems.append("there is no document to publish")
    if problems:
        more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        text = "; ".join(problems[:_SHOWN])
        return _failure("check_failed", f"the release was not published: {text}{more}", tuple(issues))

    formats.write_schemas(folder)
    digest = _digest(folder, images)
    latest = latest_release(processed)
    if latest is not None and read_report(latest).get("release", {}).get("digest") == digest:
        write_index(processed, publication.succeeded)
        message = f"nothing changed: the data equal those of the release {latest.name}"
        return Result(None, (*issues, Issue(stage="publish", level="info", code="nothing_changed", message=message)))

    _write_formats(plan, folder, heads, entity_rows)
    (folder / "datapackage.json").write_bytes(formats.pretty(formats.data_package(folder, lines.rows, heads, digest)))
    name = _free_name(processed, now)
    refused = tuple(plan.refused)
    about = {
        "id": name,
        "digest": digest,
        "published": now.astimezone(UTC).isoformat(timespec="seconds"),
        "rows": lines.rows,
    }
    said_by_all = [*publication.issues, *issues]
    report = {"release": about, "run": dict(publication.report), "issues": said_by_all, "refused": refused}
    (folder / "report.json").write_bytes(formats.pretty(report | {"succeeded": publication.succeeded}))
    formats.write_sums(folder)
    _flush(folder)
    name = _place(folder, processed, name)
    point(processed, name)
    write_index(processed, publication.succeeded)
    value = Release(
        id=name, path=str(processed / "releases" / name), digest=digest, rows=dict(lines.rows), refused=refused
    )
    return Result(value, tuple(issues))


def _write_formats(plan: _Plan, folder: Path, heads: list[DocumentRow], entities: list[EntityRow]) -> None:
    from aisi_ingest.publish.site import Site

    writers: list[formats.Writer] = [formats.Nested(folder), Site(folder / "site")]
    for work, _ in plan.works():
        for writer in writers:
            writer.add(work)
    for writer in writers:
        writer.finish(entities)


class _Plan:
    """The works of a publication in their order, one at a time, whatever order they were handed in."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self.refused: list[str] = []
        self.issues: list[Issue] = []
        self._keys: list[tuple[tuple[str, ...], str]] = []
        self.origins: dict[str, int] = {}
        if isinstance(publication.documents, Mapping):
            self._documents: Mapping[str, Document] = publication.documents
        else:
            self._documents = {}
            for document in publication.documents:
                if document.id in self._documents:
                    self._refuse(
                        document,
                        f"{document.id}: two documents have this id; {document.listing.source.file} is left out",
                    )
                else:
                    self._documents[document.id] = document
        for whole in self._documents:
            document = self._documents[whole]
            issue = refusal(document)
            if issue is None:
                self._keys.append((tuple(whole.split("/")), whole))
                self.origins[document.listing.origin] = self.origins.get(document.listing.origin, 0) + 1
            else:
                self.refused.append(whole or document.listing.source.file)
                self.issues.append(issue)
        self._keys.sort()
        self.refused.sort()
        self._kept = {whole for _, whole in self._keys}
        self._alignments = sorted(self._of_kept(publication.alignments), key=lambda each: (each.ja, each.en))
        self._comparisons = sorted(self._of_kept(publication.comparisons), key=lambda each: (each.ja, each.en))

    def _refuse(self, document: Document, message: str) -> None:
        self.refused.append(document.id)
        self.issues.append(Issue(stage="publish", level="warning", code="id_twice", message=message))

    def _of_kept(self, pairs: Any) -> list[Any]:
        return [each for each in pairs if not {each.ja, each.en} & set(self.refused) - self._kept]

    def works(self) -> Iterator[tuple[WorkRows, tuple[Issue, ...]]]:
        """The rows of each work with what was said when they were made."""
        alignments = _by_work(self._alignments)
        comparisons = _by_work(self._comparisons)
        for work, keys in groupby(self._keys, key=lambda each: each[0][0]):
            made = [document_rows(self._documents[whole], self._publication.made_with) for _, whole in keys]
            editions = {rows.document.id: rows.document.edition for rows, _ in made}
            yield (
                WorkRows(
                    work=work,
                    documents=tuple(rows for rows, _ in made),
                    alignments=tuple(
                        row for each in alignments.pop(work, []) for row in alignment_rows(each, editions)
                    ),
                    findings=tuple(row for each in comparisons.pop(work, []) for row in finding_rows(each, editions)),
                ),
                tuple(issue for _, said in made for issue in said),
            )
        for work in (*alignments, *comparisons):
            raise ValueError(f"an alignment or a comparison names the work {work!r}, which has no document")


def _by_work(pairs: list[Any]) -> dict[str, list[Any]]:
    return {work: list(group) for work, group in groupby(pairs, key=lambda each: each.ja.partition("/")[0])}


def _missing(expectations: Mapping[str, int], plan: _Plan) -> Iterator[str]:
    for source, least in sorted(expectations.items()):
        if plan.origins.get(source, 0) < least:
            yield f"the source {source} has {plan.origins.get(source, 0)} documents, and sources.toml expects at least {least}"


def _digest(folder: Path, images: bool) -> str:
    digest = hashlib.sha256(f"format {FORMAT} images {images}\n".encode())
    for path in sorted((*folder.glob("*.jsonl"), *folder.glob("schema/*.json"))):
        digest.update(f"{formats.sha256_of(path)}  {path.name}\n".encode())
    return digest.hexdigest()


@contextmanager
def _building(processed: Path) -> Iterator[Path]:
    """A locked folder of our own to build in. The lock is on the folder itself, so it stays when the folder moves."""
    for number in count():
        folder = processed / f".building-{os.getpid()}-{number}"
        with suppress(FileExistsError):
            folder.mkdir()
            lock = os.open(folder, os.O_RDONLY)
            if _locked(lock) and folder.exists():
                break
            os.close(lock)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # it is there only if it was not moved to its place
        os.close(lock)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clean(processed: Path) -> list[str]:
    """Remove what killed publishes and prunes left: folders that nobody holds a lock on, pointers never moved."""
    removed = []
    for folder in sorted((*processed.glob(".building-*"), *processed.glob(".pruned-*"))):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            if _locked(lock):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
            os.close(lock)
    for pointer in processed.glob(".latest-*"):
        with suppress(OSError):
            pointer.unlink()
    return removed


def _free_name(processed: Path, now: datetime) -> str:
    base = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in names if not (processed / "releases" / name).exists())


def _place(folder: Path, processed: Path, name: str) -> str:
    """Move the folder to its place; where another publish took the name meanwhile, to the next free one."""
    for number in count(2):
        target = processed / "releases" / name
        if not target.exists():
            try:
                os.rename(folder, target)
                return name
            except FileExistsError:
                pass
            except OSError as error:
                if not target.exists():
                    raise
                del error
        name = f"{name.partition('-')[0]}-{number}"
    raise AssertionError("unreachable")


def _flush(folder: Path) -> None:
    """Have the release on the disk before anything points at it."""
    for path in folder.rglob("*"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def point(processed: Path, name: str) -> None:
    """Point ``latest`` at a release, in one step."""
    temporary = processed / f".latest-{os.getpid()}-{name}"
    with suppress(FileNotFoundError):
        temporary.unlink()
    temporary.symlink_to(Path("releases") / name)
    os.replace(temporary, processed / "latest")


def latest_release(processed: Path) -> Path | None:
    """The folder that ``latest`` points at, or None."""
    pointer = processed / "latest"
    return pointer.resolve() if pointer.is_dir() else None


def read_report(release: Path) -> dict[str, Any]:
    """``report.json`` of a release; empty where it cannot be read."""
    try:
        report = msgspec.json.decode((release / "report.json").read_bytes())
    except (OSError, msgspec.DecodeError):
        return {}
    return report if isinstance(report, dict) else {}


def write_index(processed: Path, succeeded: bool) -> None:
    """``processed/index.json``: what is published, how the last run ended, and the last release of a run without failure."""
    entries = []
    for folder in sorted((processed / "releases").iterdir()):
        report = read_report(folder)
        about = report.get("release", {})
        entries.append(
            {
                "id": folder.name,
                "path": f"releases/{folder.name}",
                "digest": about.get("digest"),
                "succeeded": bool(report.get("succeeded")),
                "rows": {table: about.get("rows", {}).get(table, 0) for table in TABLES},
            }
        )
    latest = latest_release(processed)
    good = [each["id"] for each in entries if each["succeeded"]]
    index = {
        "latest": latest.name if latest else None,
        "last_successful": good[-1] if good else None,
        "result": "success" if succeeded else "failure",
        "releases": entries,
    }
    temporary = processed / f".index-{os.getpid()}.json"
    temporary.write_bytes(formats.pretty(index))
    os.replace(temporary, processed / "index.json")

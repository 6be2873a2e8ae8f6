"""Write the viewer: a page for each work and edition, a page for each entity, the front page, search index, feeds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.publish.release_diff import Changes
from aisi_ingest.publish.reuse import PreviousRelease
from aisi_ingest.publish.rows import SharedRows, WorkRows
from aisi_ingest.publish.schema import EntityRow
from aisi_ingest.publish.site.appearances import Appearances
from aisi_ingest.publish.site.edition_changes import ChangesPage, changes_page
from aisi_ingest.publish.site.feed import write_feeds
from aisi_ingest.publish.site.former_texts import FormerTexts
from aisi_ingest.publish.site.render import PACKAGE, PageRenderer
from aisi_ingest.publish.site.search_index import SearchIndexWriter
from aisi_ingest.publish.site.views import SIDES, EntityNames, WorkPage, work_pages

_SHOWN_ENTITIES = 24  # on the front page
# In the order in which they run.
_SCRIPTS = (
    "language",
    "dialogs",
    "search-terms",
    "search-index",
    "search",
    "viewer",
    "lists",
    "citation",
    "correction",
)


class Summary(Struct, frozen=True):
    """One page of a work, as the front page lists it."""

    work: str
    file: str
    label: str
    titles: Mapping[str, str]
    kind: str
    date: str | None
    pages: Mapping[str, int]
    coverage: int | None  # percentage of blocks with a counterpart
    findings: int
    without_text: int  # pages whose text could not be read
    changed: tuple[str, str] | None = None  # file of the page of changes, and label of the edition before


class SiteWriter:
    """Writes ``site/``. Pages with the same content as in the previous release are reused.

    Args:
        folder: The folder ``site`` of the release.
        entities: The rows of all entities.
        changes: What changed since the previous release, for the feeds.
        previous: The previous release.
        now: The time of the release, for the feeds.
        pictures: sha256 of a file to the folder of its page pictures, below ``site``.
        description: The release as JSON-LD, for search engines; without the character ``<``.
    """

    def __init__(
        self,
        folder: Path,
        entities: Sequence[EntityRow],
        changes: Changes,
        previous: PreviousRelease,
        now: datetime,
        pictures: Mapping[str, str] | None = None,
        description: str = "",
    ) -> None:
        self._folder = folder
        self._names = EntityNames({row.id: row for row in entities})
        self._changes = changes
        self._previous = previous
        self._now = now
        self._description = description
        self._pictures = pictures or {}
        self._stamps: dict[str, str] = {}  # page to the digest of its content
        self._old_stamps = self._read_stamps()
        self._works: list[list[Summary]] = []
        self._targets: dict[str, tuple[str, str, str]] = {}  # document to page, title and language, for the feeds
        self._renderer = PageRenderer()
        self._code_digest = _code_digest()
        for name in ("works", "entities", "assets", "search"):
            (folder / name).mkdir(parents=True)
        self._search = SearchIndexWriter(folder / "search")
        self._former = FormerTexts(folder, previous)
        self._appearances = Appearances()
        write_assets(folder / "assets")

    def add(self, work: WorkRows) -> None:
        """Write the pages of one work."""
        pages = work_pages(work, self._names)
        changes = changes_page(work, pages)
        tabs = [(page.label, page.file) for page in pages]
        for page in pages:
            changed = _changed(changes, page)
            mentioned = _mentioned_values(page)
            path = f"works/{page.file}"
            if self._reused(path, self._stamp(work, page, mentioned, changed)):
                self._former.keep(page.file)
            else:
                former = self._former.write(page)
                entities = self._names.entities
                names = EntityNames({each: entities[each] for each in mentioned if each in entities})
                values = {
                    "root": "../",
                    "tabs": tabs,
                    "pictures": self._picture_folders(page),
                    "changed": changed,
                    "former": former,
                }
                self._renderer.write_work(self._folder / path, work, page, names, values)
            self._search.add(page)
            self._appearances.add(page)
            for rows in page.documents.values():
                self._targets[rows.document.id] = (f"works/{page.file}", rows.document.title, rows.document.lang)
        if changes:
            stamp = _digest(self._code_digest, msgspec.json.encode(changes, order="sorted"))
            self._write(f"works/{changes.file}", "changes.html", stamp, page=changes)
        self._works.append([_summary(page, _changed(changes, page)) for page in pages])

    def finish(self, shared: SharedRows) -> None:
        """Write the pages of entities, the front page, the search index and the feeds, and wait for all pages."""
        entities = shared.entities
        relations = self._names.relations()
        for row in entities:
            appearances, together = self._appearances.of(row.id)
            together = [(each, count) for each, count in together if each in self._names.entities]
            related = relations.get(row.id, {})
            named = [*(each for each, _ in together), *(each for ids in related.values() for each in ids)]
            names = [self._names.name(each) for each in named]
            content = msgspec.json.encode((row, appearances, together, related, names), order="sorted")
            self._write(
                f"entities/{self._names.file(row.id)}",
                "entity.html",
                _digest(self._code_digest, content),
                entity=row,
                appearances=appearances,
                together=together,
                relations=related,
            )
        self._appearances.close()
        self._search.finish(entities, self._names)
        by_mentions = sorted(entities, key=lambda row: (-row.mentions, row.id))
        self._write("entities/index.html", "entities.html", None, entities=by_mentions)
        works = sorted(self._works, key=lambda pages: (pages[0].date or "", pages[0].work), reverse=True)
        front = {"works": works, "entities": by_mentions[:_SHOWN_ENTITIES], "totals": self._totals(entities)}
        front |= {"description": self._description}
        self._write("index.html", "index.html", None, **front)
        write_feeds(self._folder, self._previous.path, self._changes, self._targets, self._now)
        self._renderer.finish()
        (self._folder / "pages.json").write_bytes(msgspec.json.encode(self._stamps, order="sorted") + b"\n")

    def _picture_folders(self, page: WorkPage) -> dict[str, str | None]:
        folders = {side: self._pictures.get(rows.document.source.sha256) for side, rows in page.documents.items()}
        return {side: folders.get(side) for side in SIDES}

    def _write(self, path: str, template: str, stamp: str | None, **values: Any) -> None:
        """Render a page, or reuse that of the previous release where it has the same stamp."""
        if stamp is None or not self._reused(path, stamp):
            values |= {"root": "../" * path.count("/"), "names": self._names}
            self._renderer.write(self._folder / path, template, values)

    def _reused(self, path: str, stamp: str) -> bool:
        self._stamps[path] = stamp
        return self._old_stamps.get(path) == stamp and self._previous.reuse(f"site/{path}", self._folder / path)

    def _stamp(self, work: WorkRows, page: WorkPage, mentioned: Sequence[str], changed: tuple[str, str] | None) -> str:
        """Return the digest of everything that the page of a work is made from."""
        names = [self._names.name(each) for each in mentioned]
        shown = replace(work, bitext=(), chunks=(), edition_changes=(), compared=())  # the page does not show them
        content = (shown, page.file, names, self._picture_folders(page), changed)
        return _digest(self._code_digest, msgspec.json.encode(content, order="sorted"))

    def _totals(self, entities: Sequence[EntityRow]) -> dict[str, int]:
        pages = [page for work in self._works for page in work]
        return {
            "works": len(self._works),
            "documents": len(self._targets),
            "pages": sum(sum(page.pages.values()) for page in pages),
            "entities": len(entities),
            "findings": sum(page.findings for page in pages),
        }

    def _read_stamps(self) -> dict[str, str]:
        """Return the stamps of the pages of the previous release; empty where they cannot be read."""
        path = self._previous.path
        try:
            content = (path / "site" / "pages.json").read_bytes() if path else b"{}"
            return msgspec.json.decode(content, type=dict[str, str])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}


def write_assets(folder: Path) -> None:
    """Write the style sheet and the scripts, which are one file so that every page names one."""
    assets = files(PACKAGE).joinpath("assets")
    (folder / "style.css").write_bytes(assets.joinpath("style.css").read_bytes())
    scripts = [assets.joinpath("scripts", f"{name}.js").read_bytes() for name in _SCRIPTS]
    (folder / "viewer.js").write_bytes(b"\n".join(scripts))


def _mentioned_values(page: WorkPage) -> list[str]:
    """Return the values of the mentions on a page, ids of entities and dates, and the ids of its publishers."""
    values = {m.value for rows in page.documents.values() for m in rows.mentions if m.value}
    return sorted(values | {rows.document.publisher for rows in page.documents.values() if rows.document.publisher})


def _changed(changes: ChangesPage | None, page: WorkPage) -> tuple[str, str] | None:
    """Return the file of the page of changes and the label of the edition before, or None."""
    before = changes.edition_before(page) if changes else None
    return (changes.file, before) if changes and before is not None else None


def _summary(page: WorkPage, changed: tuple[str, str] | None) -> Summary:
    return Summary(
        work=page.work,
        file=page.file,
        label=page.label,
        titles={side: page.title(side) or "" for side in page.sides},
        kind=page.head.kind,
        date=page.date,
        pages={side: page.documents[side].document.pages for side in page.sides},
        coverage=page.coverage,
        findings=len(page.marks),
        without_text=sum(len(rows.document.pages_without_text) for rows in page.documents.values()),
        changed=changed,
    )


def _digest(code_digest: str, data: bytes) -> str:
    return hashlib.sha256(code_digest.encode() + data).hexdigest()


def _code_digest() -> str:
    """Return the digest of the code and templates of the viewer. Where it changes, no page is reused."""
    digest = hashlib.sha256()
    root = files(PACKAGE)
    for folder in (root, root.joinpath("templates")):
        for item in sorted(folder.iterdir(), key=lambda each: each.name):
            if item.is_file():
                digest.update(item.read_bytes())
    return digest.hexdigest()

"""Writes the viewer: a page a work and edition, a page an entity, the front page, search index and feed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from aisi_ingest.model import EditionDiff
from aisi_ingest.publish.release_diff import Changes
from aisi_ingest.publish.reuse import Before
from aisi_ingest.publish.rows import DocumentRows, WorkRows
from aisi_ingest.publish.schema import EntityRow, MentionRow
from aisi_ingest.publish.site.edition_changes import ChangesPage, changes_page
from aisi_ingest.publish.site.feed import write_feeds
from aisi_ingest.publish.site.markup import anchor
from aisi_ingest.publish.site.render import PACKAGE, PageRenderer
from aisi_ingest.publish.site.views import SIDES, Names, WorkPage, work_pages

_SHOWN_MENTIONS = 5  # of one entity in one document; the page names how many more there are
_AROUND = 48  # code points of text shown on each side of a mention


class Summary(Struct, frozen=True):
    """What the front page says of one page of a work."""

    work: str
    file: str
    label: str
    titles: Mapping[str, str]
    kind: str
    date: str | None
    pages: Mapping[str, int]
    coverage: int | None
    findings: int
    without_text: int
    changed: tuple[str, str] | None = None  # the page that tells what changed, and the edition since when


class Snippet(Struct, frozen=True):
    """A mention in its text."""

    before: str
    text: str
    after: str
    lang: str
    href: str


class Appearance(Struct, frozen=True):
    """One entity in one document."""

    document: str
    title: str
    lang: str
    date: str | None
    href: str
    count: int
    snippets: tuple[Snippet, ...]


class Site:
    """Writer of ``site/``. Pages of works that are as they were are taken over from the latest release."""

    def __init__(
        self,
        folder: Path,
        entities: Sequence[EntityRow],
        changes: Changes,
        before: Before,
        now: datetime,
        pictures: Mapping[str, str] | None = None,
        editions: Iterable[EditionDiff] = (),
    ) -> None:
        self._folder = folder
        self._names = Names({row.id: row for row in entities})
        self._changes = changes
        self._before = before
        self._now = now
        self._pictures = pictures or {}  # sha256 of a file to the folder of its page pictures, below site/
        self._editions: dict[str, list[EditionDiff]] = {}
        for diff in editions:
            self._editions.setdefault(diff.new.partition("/")[0], []).append(diff)
        self._stamps: dict[str, str] = {}
        self._old_stamps = self._read_stamps()
        self._works: list[list[Summary]] = []
        self._search: list[tuple[str, str, str, str, str]] = []
        self._appearances: dict[str, list[Appearance]] = {}
        self._targets: dict[str, tuple[str, str, str]] = {}  # document to page, title, language: for the feed
        self._press = PageRenderer()
        self._own = _own_digest()
        for sub in ("works", "entities", "assets"):
            (folder / sub).mkdir(parents=True)
        for asset in files(PACKAGE).joinpath("assets").iterdir():
            (folder / "assets" / asset.name).write_bytes(asset.read_bytes())

    def add(self, work: WorkRows) -> None:
        pages = work_pages(work, self._names)
        diffs = self._editions.get(work.work, ())
        changes = changes_page(work.work, pages, diffs) if diffs else None
        tabs = [(page.label, page.file) for page in pages]
        for page in pages:
            changed = _changed(changes, page)
            named = _named(page)
            path = f"works/{page.file}"
            if not self._taken(path, self._stamp(work, page, named, changed)):
                names = Names({each: self._names.entities[each] for each in named if each in self._names.entities})
                values = {"root": "../", "tabs": tabs, "pictures": self._picture_folders(page), "changed": changed}
                self._press.write_work(self._folder / path, work, page, names, values)
            for rows in page.documents.values():
                self._note(page, rows)
        if changes:
            stamp = _digest(self._own, msgspec.json.encode(changes, order="sorted"))
            self._write(f"works/{changes.file}", "changes.html", stamp, page=changes)
        self._works.append([_summary(page, _changed(changes, page)) for page in pages])

    def finish(self, entities: Sequence[EntityRow]) -> None:
        for row in entities:
            seen = sorted(self._appearances.get(row.id, ()), key=lambda each: (each.date or "9999", each.document))
            stamp = _digest(self._own, msgspec.json.encode((row, seen), order="sorted"))
            file = self._names.file(row.id)
            self._write(f"entities/{file}", "entity.html", stamp, entity=row, appearances=seen)
            name = self._names.name(row.id) or row.id
            self._search.append(("entity", "", name, row.label, f"entities/{file}"))
        listed = sorted(entities, key=lambda row: (-row.mentions, row.id))
        self._write("entities/index.html", "entities.html", None, entities=listed)
        works = sorted(self._works, key=lambda pages: (pages[0].date or "", pages[0].work), reverse=True)
        self._write("index.html", "index.html", None, works=works, entities=listed[:24], totals=self._totals(entities))
        index = json.dumps(sorted(self._search), ensure_ascii=False, separators=(",", ":"))
        (self._folder / "assets" / "search-index.js").write_text(f"window.searchIndex={index};\n", encoding="utf-8")
        write_feeds(self._folder, self._before.path, self._changes, self._targets, self._now)
        self._press.finish()
        (self._folder / "pages.json").write_bytes(msgspec.json.encode(self._stamps, order="sorted") + b"\n")

    def _picture_folders(self, page: WorkPage) -> dict[str, str | None]:
        folders = {side: self._pictures.get(rows.document.source.sha256) for side, rows in page.documents.items()}
        return {side: folders.get(side) for side in SIDES}

    def _write(self, path: str, template: str, stamp: str | None, **values: Any) -> None:
        """Render a page, or take it over from the latest release where its stamp is the same."""
        if stamp is None or not self._taken(path, stamp):
            values |= {"root": "../" * path.count("/"), "names": self._names}
            self._press.write(self._folder / path, template, values)

    def _taken(self, path: str, stamp: str) -> bool:
        self._stamps[path] = stamp
        return self._old_stamps.get(path) == stamp and self._before.take(f"site/{path}", self._folder / path)

    def _stamp(self, work: WorkRows, page: WorkPage, named: Sequence[str], changed: tuple[str, str] | None) -> str:
        entities = [self._names.name(each) for each in named]
        pictures = self._picture_folders(page)
        return _digest(self._own, msgspec.json.encode((work, page.file, entities, pictures, changed), order="sorted"))

    def _note(self, page: WorkPage, rows: DocumentRows) -> None:
        """Keep what the front page, the search index and the entity pages need of a document."""
        head, here = rows.document, f"works/{page.file}"
        self._targets[head.id] = (here, head.title, head.lang)
        self._search.append(("document", head.lang, head.title, head.date or "", here))
        first: dict[str | None, str] = {}
        for block in rows.blocks:
            if not block.hidden and block.kind not in ("furniture", "note"):
                first.setdefault(block.section, block.id)
        for section in rows.sections:
            if section.title and section.id in first:
                name = f"{section.number} {section.title}" if section.number else section.title
                href = f"{here}#{anchor(head.lang, first[section.id])}"
                self._search.append(("section", head.lang, name, head.title, href))
        texts = {block.id: block for block in rows.blocks}
        found: dict[str, list[MentionRow]] = {}
        for mention in rows.mentions:
            if mention.value and mention.label != "DATE":
                found.setdefault(mention.value, []).append(mention)
        for entity, mentions in found.items():
            snippets = []
            for mention in mentions[:_SHOWN_MENTIONS]:
                block = texts[mention.block]
                text = block.text
                snippets.append(
                    Snippet(
                        before=("…" if mention.start > _AROUND else "")
                        + text[max(0, mention.start - _AROUND) : mention.start],
                        text=mention.text,
                        after=text[mention.end : mention.end + _AROUND]
                        + ("…" if mention.end + _AROUND < len(text) else ""),
                        lang=block.lang,
                        href=f"{here}#{anchor(head.lang, mention.block)}",
                    )
                )
            self._appearances.setdefault(entity, []).append(
                Appearance(
                    document=head.id,
                    title=head.title,
                    lang=head.lang,
                    date=head.date,
                    href=here,
                    count=len(mentions),
                    snippets=tuple(snippets),
                )
            )

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
        try:
            held = (self._before.path / "site" / "pages.json").read_bytes() if self._before.path else b"{}"
            return msgspec.json.decode(held, type=dict[str, str])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}


def _named(page: WorkPage) -> list[str]:
    """Values of the mentions on a page, entities among them."""
    return sorted({m.value for rows in page.documents.values() for m in rows.mentions if m.value})


def _changed(changes: ChangesPage | None, page: WorkPage) -> tuple[str, str] | None:
    since = changes.since(page) if changes else None
    return (changes.file, since) if changes and since is not None else None


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


def _digest(own: str, data: bytes) -> str:
    return hashlib.sha256(own.encode() + data).hexdigest()


def _own_digest() -> str:
    """Of the code and templates that make pages: another version makes all of them again."""
    digest = hashlib.sha256()
    root = files(PACKAGE)
    for folder in (root, root.joinpath("templates")):
        for item in sorted(folder.iterdir(), key=lambda each: each.name):
            if item.is_file():
                digest.update(item.read_bytes())
    return digest.hexdigest()

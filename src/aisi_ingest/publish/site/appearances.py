"""Collect where entities are mentioned, and with which others, for their pages."""

from __future__ import annotations

import tempfile
from collections import Counter

import msgspec
from msgspec import Struct

from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import BlockRow, MentionRow
from aisi_ingest.publish.site.lines import Line
from aisi_ingest.publish.site.views import WorkPage

_SNIPPET_CONTEXT = 48  # code points of text on each side of a mention
_AFTER_ALL_DATES = "9999"  # sorts documents without a date last
_SHOWN_TOGETHER = 30  # names that are mentioned beside an entity most often


class Snippet(Struct, frozen=True):
    """A mention with the text around it."""

    before: str
    text: str
    after: str
    lang: str
    href: str
    page: int


class Appearance(Struct, frozen=True):
    """One entity in one document."""

    document: str
    title: str
    lang: str
    date: str | None
    href: str
    snippets: tuple[Snippet, ...]
    together: dict[str, int]  # other entities in the same lines: number of lines


class Appearances:
    """The mentions of all entities. They are kept in a temporary file: a large release has millions."""

    def __init__(self) -> None:
        # It must live as long as this object.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._places: dict[str, list[tuple[int, int]]] = {}  # entity to offsets and lengths in the file

    def add(self, page: WorkPage) -> None:
        """Add the mentions of the documents of a page."""
        together = _together(page)
        for rows in page.documents.values():
            for entity, appearance in _of_document(page, rows, together).items():
                data = msgspec.json.encode(appearance)
                self._places.setdefault(entity, []).append((self._file.tell(), len(data)))
                self._file.write(data)

    def of(self, entity: str) -> tuple[list[Appearance], list[tuple[str, int]]]:
        """Return the documents with an entity by date, and the entities in the same lines, the most frequent first."""
        found = []
        for offset, length in self._places.get(entity, ()):
            self._file.seek(offset)
            found.append(msgspec.json.decode(self._file.read(length), type=Appearance))
        found.sort(key=lambda each: (each.date or _AFTER_ALL_DATES, each.document))
        together: Counter[str] = Counter()
        for each in found:
            together.update(each.together)
        order = sorted(together.items(), key=lambda item: (-item[1], item[0]))
        return found, order[:_SHOWN_TOGETHER]

    def close(self) -> None:
        """Delete the temporary file."""
        self._file.close()


def _of_document(page: WorkPage, rows: DocumentRows, together: dict[str, Counter[str]]) -> dict[str, Appearance]:
    head, href = rows.document, f"works/{page.file}"
    blocks = {block.id: block for block in rows.blocks}
    by_entity: dict[str, list[MentionRow]] = {}
    for mention in rows.mentions:
        if mention.value and mention.label != "DATE":
            by_entity.setdefault(mention.value, []).append(mention)
    return {
        entity: Appearance(
            document=head.id,
            title=head.title,
            lang=head.lang,
            date=head.date,
            href=href,
            snippets=tuple(_snippet(each, blocks[each.block], page, href) for each in mentions),
            together=dict(together.pop(entity, ())),  # a line in both languages is counted once
        )
        for entity, mentions in by_entity.items()
    }


def _together(page: WorkPage) -> dict[str, Counter[str]]:
    """Return, for each entity of a page, how many lines also name another one."""
    found: dict[str, Counter[str]] = {}
    for part in page.parts:
        for line in (*part.lines, *part.footnotes):
            entities = sorted(_entities(page, line))
            for entity in entities:
                found.setdefault(entity, Counter()).update(each for each in entities if each != entity)
    return found


def _entities(page: WorkPage, line: Line) -> set[str]:
    return {
        mention.value
        for side in page.sides
        for block in getattr(line, side)
        for mention in page.contexts[side].mentions.get(block.id, ())
        if mention.value and mention.label != "DATE"
    }


def _snippet(mention: MentionRow, block: BlockRow, page: WorkPage, href: str) -> Snippet:
    text, start, end = block.text, mention.start, mention.end
    return Snippet(
        before=("…" if start > _SNIPPET_CONTEXT else "") + text[max(0, start - _SNIPPET_CONTEXT) : start],
        text=mention.text,
        after=text[end : end + _SNIPPET_CONTEXT] + ("…" if end + _SNIPPET_CONTEXT < len(text) else ""),
        lang=block.lang,
        href=f"{href}#{page.anchors[block.id]}" if block.id in page.anchors else href,
        page=block.page,
    )

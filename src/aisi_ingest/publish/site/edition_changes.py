"""The content of the page "changes" of a work: each edition against the one before it, section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from aisi_ingest.publish.edition_sections import ChangedSection, changed_sections
from aisi_ingest.publish.rows import WorkRows
from aisi_ingest.publish.schema import EditionChangeRow
from aisi_ingest.publish.site.views import WorkPage

_CONTEXT = 90  # code points of unchanged text that are shown on each side of a change
_MIN_SAVING = 20  # code points; unchanged text is not shortened for less


class PageAnchor(Struct, frozen=True):
    """A document on its page of the viewer."""

    file: str  # below works/
    label: str  # of the edition, and of the form where there are several
    lang: str
    title: str
    anchors: Mapping[str, str]  # of the blocks that the page shows, by their id

    def href(self, blocks: Sequence[str]) -> str | None:
        """Return a link to the first of these blocks that the page shows, or None."""
        return next((f"{self.file}#{self.anchors[each]}" for each in blocks if each in self.anchors), None)


class ShownEdit(Struct, frozen=True):
    """A part of a text: "same", "removed" or "added"."""

    kind: str
    text: str


class ShownBlock(Struct, frozen=True):
    """One block with the words that changed."""

    kind: str
    edits: tuple[ShownEdit, ...]
    old: str | None  # link to it in the older edition
    new: str | None  # link to it in the newer edition


class ShownSection(Struct, frozen=True):
    """One section that was added, removed, moved or changed."""

    kind: str
    title: str
    old_title: str | None
    href: str | None
    blocks: tuple[ShownBlock, ...]


class EditionPair(Struct, frozen=True):
    """Two editions in one language with what changed, the older first."""

    old: PageAnchor
    new: PageAnchor
    sections: tuple[ShownSection, ...]
    counts: Mapping[str, int]  # kind of change to number of sections


class ChangesPage(Struct, frozen=True):
    """All pairs of successive editions of a work, the newest first, Japanese before English."""

    work: str
    file: str
    titles: Mapping[str, str]  # of the newest edition, by language
    pairs: tuple[EditionPair, ...]

    def edition_before(self, page: WorkPage) -> str | None:
        """Return the label of the edition before that of a page, or None where there is none."""
        return next((each.old.label for each in self.pairs if each.new.file == page.file), None)


def changes_page(work: WorkRows, pages: Sequence[WorkPage]) -> ChangesPage | None:
    """Return the page of changes of a work, or None where no editions were compared.

    Args:
        work: The rows of the work.
        pages: The pages of the work, the newest first.
    """
    anchors = {rows.document.id: _page_anchor(page, side) for page in pages for side, rows in page.documents.items()}
    order = {page.file: number for number, page in enumerate(pages)}
    rows: dict[tuple[str, str], list[EditionChangeRow]] = {both: [] for both in work.compared}
    for row in work.edition_changes:
        rows[row.from_document, row.to_document].append(row)
    pairs = [_edition_pair(anchors[old], anchors[new], found) for (old, new), found in rows.items()]
    if not pairs:
        return None
    pairs.sort(key=lambda each: (order[each.new.file], each.new.lang != "ja"))
    titles = {side: pages[0].title(side) or "" for side in pages[0].sides}
    # No other page has this name: the name of an edition has no two tildes.
    return ChangesPage(work.work, f"{work.work}~~changes.html", titles, tuple(pairs))


def _page_anchor(page: WorkPage, side: str) -> PageAnchor:
    document = page.documents[side].document
    lines = (line for part in page.parts for line in (*part.lines, *part.footnotes))
    anchors = {block.id: page.anchor(block) for line in lines for block in getattr(line, side)}
    return PageAnchor(page.file, page.label, side, document.title, anchors)


def _edition_pair(old: PageAnchor, new: PageAnchor, rows: Sequence[EditionChangeRow]) -> EditionPair:
    sections = tuple(_section(old, new, each) for each in changed_sections(rows))
    return EditionPair(old, new, sections, Counter(each.kind for each in sections))


def _section(old: PageAnchor, new: PageAnchor, change: ChangedSection) -> ShownSection:
    blocks = tuple(_block(old, new, each) for each in change.blocks)
    links = [link for block in blocks for link in (block.new, block.old) if link]
    return ShownSection(change.kind, change.title, change.old_title, links[0] if links else None, blocks)


def _block(old: PageAnchor, new: PageAnchor, row: EditionChangeRow) -> ShownBlock:
    last = len(row.words) - 1
    edits = tuple(
        ShownEdit(kind, _shortened(text, number == 0, number == last) if kind == "same" else text)
        for number, (kind, text) in enumerate(row.words)
    )
    return ShownBlock(row.kind, edits, old.href(row.before_ids), new.href(row.after_ids))


def _shortened(text: str, first: bool, last: bool) -> str:
    """Shorten unchanged text to what is next to a change; only one side of it at the ends of a block."""
    shown = _CONTEXT * (1 if first or last else 2)
    if len(text) <= shown + _MIN_SAVING or (first and last):
        return text
    start = "" if first else text[:_CONTEXT]
    end = "" if last else text[-_CONTEXT:]
    return f"{start}…{end}"

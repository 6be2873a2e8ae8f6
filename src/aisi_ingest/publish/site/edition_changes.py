"""What the page "what changed" of a work shows: each edition against the one before it, section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from aisi_ingest.model import BlockChange, Edit, EditionDiff, SectionChange
from aisi_ingest.publish.site.markup import anchor
from aisi_ingest.publish.site.views import WorkPage

_CONTEXT = 90  # code points of what both editions say, kept on each side of a change


class PageAnchor(Struct, frozen=True):
    """A document on its page."""

    file: str  # below works/
    label: str  # of the edition, and the form where there are several
    lang: str
    title: str
    anchors: frozenset[str]

    def href(self, blocks: Sequence[str]) -> str | None:
        """Where the first of these blocks stands; None where the page does not show it."""
        found = (anchor(self.lang, f"#{block}") for block in blocks)
        return next((f"{self.file}#{each}" for each in found if each in self.anchors), None)


class ChangedBlock(Struct, frozen=True):
    """One block with the words that changed."""

    kind: str
    edits: tuple[Edit, ...]
    old: str | None  # where it stands in the older edition
    new: str | None


class ChangedSection(Struct, frozen=True):
    """One section that was added, removed, moved or changed."""

    kind: str
    title: str
    old_title: str | None
    href: str | None
    blocks: tuple[ChangedBlock, ...]


class Succession(Struct, frozen=True):
    """Two editions in one language, the older first."""

    old: PageAnchor
    new: PageAnchor
    sections: tuple[ChangedSection, ...]
    counts: Mapping[str, int]  # kind to sections


class ChangesPage(Struct, frozen=True):
    """All successions of a work, the newest first, Japanese before English."""

    work: str
    file: str
    titles: Mapping[str, str]  # of the newest edition, by language
    successions: tuple[Succession, ...]

    def since(self, page: WorkPage) -> str | None:
        """The edition before that of a page; None where there is none."""
        return next((each.old.label for each in self.successions if each.new.file == page.file), None)


def changes_page(work: str, pages: Sequence[WorkPage], diffs: Iterable[EditionDiff]) -> ChangesPage | None:
    """The page of a work whose editions were compared; None where there are none."""
    places = {rows.document.id: _place(page, side) for page in pages for side, rows in page.documents.items()}
    order = {page.file: number for number, page in enumerate(pages)}
    found = [
        _succession(places[diff.old], places[diff.new], diff)
        for diff in diffs
        if diff.old in places and diff.new in places
    ]
    if not found:
        return None
    found.sort(key=lambda each: (order[each.new.file], each.new.lang != "ja"))
    titles = {side: pages[0].title(side) or "" for side in pages[0].sides}
    # No edition can be called so: two tildes do not stand in the name of any other page.
    return ChangesPage(work, f"{work}~~changes.html", titles, tuple(found))


def _place(page: WorkPage, side: str) -> PageAnchor:
    document = page.documents[side].document
    shown = (line for part in page.parts for line in (*part.lines, *part.footnotes))
    anchors = frozenset(anchor(side, block.id) for line in shown for block in getattr(line, side))
    return PageAnchor(page.file, page.label, side, document.title, anchors)


def _succession(old: PageAnchor, new: PageAnchor, diff: EditionDiff) -> Succession:
    sections = tuple(_section(old, new, each) for each in diff.sections)
    return Succession(old, new, sections, Counter(each.kind for each in sections))


def _section(old: PageAnchor, new: PageAnchor, change: SectionChange) -> ChangedSection:
    blocks = tuple(_block(old, new, each) for each in change.blocks)
    links = [link for block in blocks for link in (block.new, block.old) if link]
    return ChangedSection(change.kind, change.title, change.old_title, links[0] if links else None, blocks)


def _block(old: PageAnchor, new: PageAnchor, change: BlockChange) -> ChangedBlock:
    last = len(change.edits) - 1
    edits = tuple(_cut(each, number == 0, number == last) for number, each in enumerate(change.edits))
    return ChangedBlock(change.kind, edits, old.href(change.old), new.href(change.new))


def _cut(edit: Edit, first: bool, last: bool) -> Edit:
    """What both editions say is shortened: at the ends of a block to what is next to the change."""
    text, most = edit.text, _CONTEXT * (1 if first or last else 2)
    if edit.kind != "same" or len(text) <= most + 20 or (first and last):
        return edit
    before = "" if first else text[:_CONTEXT]
    after = "" if last else text[-_CONTEXT:]
    return Edit("same", f"{before}…{after}")

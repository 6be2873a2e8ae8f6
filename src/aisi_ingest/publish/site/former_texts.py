"""Write the former texts of a page, for links to texts that a new release changed.

A permalink is a digest of a text, so a changed text has another one. ``former/<page>.js`` maps each permanent name that
the page had in an earlier release to the text, and to the name of the text that took its place. The page shows both.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from rapidfuzz import fuzz

from aisi_ingest.publish.formats import nested_path
from aisi_ingest.publish.permalinks import block_keys, edition_and_form, page_files
from aisi_ingest.publish.reuse import PreviousRelease
from aisi_ingest.publish.site.views import WorkPage

_SIMILAR = 50  # percentage of rapidfuzz from which on a text takes the place of another; below, it is another text
_MOST_TEXTS = 3000  # of one page: those of the latest releases
_CALL = "formerTexts("


class FormerText(Struct, frozen=True, array_like=True):
    """A text that a page had in an earlier release."""

    text: str
    successor: str  # permanent name of the text that took its place; empty if none did
    release: str  # the last release that had the text


class FormerTexts:
    """Writes ``former/<page>.js`` for the pages of works.

    Args:
        folder: The folder of the viewer.
        previous: The previous release.
    """

    def __init__(self, folder: Path, previous: PreviousRelease) -> None:
        self._folder = folder / "former"
        self._previous = previous

    def keep(self, file: str) -> None:
        """Reuse the former texts of a page that did not change."""
        name = _name(file)
        if self._previous.intact_file(f"site/former/{name}"):
            self._folder.mkdir(exist_ok=True)
            self._previous.reuse(f"site/former/{name}", self._folder / name)

    def write(self, page: WorkPage) -> bool:
        """Add the texts that the previous release had on a page, and this one does not have.

        Returns:
            True if the page has former texts.
        """
        if self._previous.path is None:
            return False
        found = self._read(page.file)
        before = _texts_before(self._previous.path, page)
        now = {side: _texts(page, side) for side in page.sides}
        release = self._previous.path.name
        for side, old in before.items():
            found |= dict(_replaced(old, now.get(side, {}), release))
        present = {key for texts in now.values() for key in texts}
        kept = [(key, text) for key, text in found.items() if key not in present]
        kept.sort(key=lambda each: each[1].release, reverse=True)
        if kept:
            self._folder.mkdir(exist_ok=True)
            data = json.dumps(msgspec.to_builtins(dict(kept[:_MOST_TEXTS])), ensure_ascii=False, sort_keys=True)
            (self._folder / _name(page.file)).write_text(f"{_CALL}{data});\n", encoding="utf-8", newline="\n")
        return bool(kept)

    def _read(self, file: str) -> dict[str, FormerText]:
        """Return the former texts of the previous release. A damaged file has none: it must not end the run."""
        path = self._previous.intact_file(f"site/former/{_name(file)}")
        if path is None:
            return {}
        return read_former_texts(path)


def read_former_texts(path: Path) -> dict[str, FormerText]:
    """Return the former texts of a page by their permanent names.

    Args:
        path: ``former/<page>.js`` of a release.
    """
    data = path.read_text("utf-8").removeprefix(_CALL).removesuffix(");\n")
    return msgspec.json.decode(data, type=dict[str, FormerText])


def _name(file: str) -> str:
    return f"{file.removesuffix('.html')}.js"


def _texts(page: WorkPage, side: str) -> dict[str, str]:
    return {page.anchors[block.id]: block.text for block in page.documents[side].blocks if block.id in page.anchors}


class _OldBlock(Struct):
    """What is read of a block in a document's nested JSON."""

    id: str
    order: int
    kind: str
    text: str
    hidden: bool


class _OldSection(Struct):
    blocks: list[_OldBlock]


class _OldDocument(Struct):
    id: str
    work: str
    lang: str
    date: str | None
    sections: list[_OldSection]
    outside: list[_OldBlock]

    def texts(self) -> dict[str, str]:
        """Return the texts by their permanent names, in reading order."""
        blocks = [block for section in self.sections for block in section.blocks] + self.outside
        blocks.sort(key=lambda each: each.order)
        keys = block_keys(self.lang, self.work, blocks)
        return {keys[block.id]: block.text for block in blocks if block.id in keys}


def _texts_before(release: Path, page: WorkPage) -> dict[str, dict[str, str]]:
    """Return the texts that the previous release had on the page with this name, by side and permanent name."""
    documents: list[_OldDocument] = []
    for path in sorted((release / nested_path(page.head.id)).parent.glob("*.json")):
        # The texts of a document that is damaged, or was written by another version, are not known.
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
            documents.append(msgspec.json.decode(path.read_bytes(), type=_OldDocument))
    files = page_files(documents)
    return {each.lang: each.texts() for each in documents if files[edition_and_form(each.id)] == page.file}


def _replaced(old: Mapping[str, str], new: Mapping[str, str], release: str) -> Iterator[tuple[str, FormerText]]:
    """Yield the texts that are gone, each with the text that is now at its place if that is similar."""
    before, after = list(old), list(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _, start, end, first, last in matcher.get_opcodes():
        candidates = [key for key in after[first:last] if key not in old]
        for key in before[start:end]:
            if key in new:
                continue
            best = max(candidates, key=lambda each: fuzz.ratio(old[key], new[each]), default="")
            similar = bool(best) and fuzz.ratio(old[key], new[best]) >= _SIMILAR
            yield key, FormerText(old[key], best if similar else "", release)

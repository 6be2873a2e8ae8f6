"""Names of blocks that depend on their text, and the pages of the viewer that show them.

The id of a block is its number in the document, so that a new paragraph changes all ids after it. A permalink stays the
same as long as the work has the text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

_DIGITS = 12  # hex digits: among 10,000 blocks of a work, two share a name by chance once in 5 million works
_NOT_SHOWN = "furniture"


class Block(Protocol):
    """What the permanent name of a block depends on."""

    @property
    def id(self) -> str:
        """Its id in the release."""

    @property
    def kind(self) -> str:
        """What it is: paragraph, table and so on."""

    @property
    def text(self) -> str:
        """Its text."""

    @property
    def hidden(self) -> bool:
        """Whether a reader cannot see it."""


class Document(Protocol):
    """What the page of a document depends on."""

    @property
    def id(self) -> str:
        """Its id: ``<work>/<edition>/<lang>``."""

    @property
    def date(self) -> str | None:
        """Its date of publication (EDTF)."""


def block_keys(lang: str, work: str, blocks: Iterable[Block]) -> dict[str, str]:
    """Return the permanent name of each block with text that a reader sees, by id.

    It is the language and a digest of work and text; width, case and blanks make no difference. Where the text is
    repeated, the number of the repetition follows.

    Args:
        lang: Language of the document.
        work: Id of the work.
        blocks: All blocks of the document, in reading order.
    """
    seen: dict[str, int] = {}
    keys: dict[str, str] = {}
    for block in blocks:
        if block.hidden or block.kind == _NOT_SHOWN or not block.text.strip():
            continue
        key = f"{lang}-{_digest(work, block.text)}"
        seen[key] = seen.get(key, 0) + 1
        keys[block.id] = key if seen[key] == 1 else f"{key}-{seen[key]}"
    return keys


def _digest(work: str, text: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(f"{work}\n{folded}".encode()).hexdigest()[:_DIGITS]


def page_files(documents: Iterable[Document]) -> dict[tuple[str, str], str]:
    """Return the file below ``site/works/`` of each edition and form of a work, the newest edition first.

    Args:
        documents: All documents of one work.

    Returns:
        Edition and form (``""`` for a PDF) to file name. The newest edition has the name of the work.
    """
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        groups.setdefault(edition_and_form(document.id), []).append(document)
    order = sorted(groups, key=lambda key: key[1])
    order.sort(key=lambda key: _edition_order(groups[key], key[0]), reverse=True)
    files: dict[tuple[str, str], str] = {}
    for number, (edition, form) in enumerate(order):
        work = groups[edition, form][0].id.partition("/")[0]
        name = work if number == 0 else f"{work}~{edition}{'.' + form if form else ''}"
        files[edition, form] = f"{name}.html"
    return files


def edition_and_form(document: str) -> tuple[str, str]:
    """Return edition and form of a document by its id: ``a/1.0/ja.pptx`` gives ``1.0`` and ``pptx``."""
    _, edition, last = document.split("/")
    return edition, last.partition(".")[2]


def _edition_order(documents: Iterable[Document], edition: str) -> tuple[list[int], str]:
    """Return a sort key for editions: the numbers in the name of the edition, then the date."""
    date = max((each.date or "" for each in documents), default="")
    return [int(part) for part in re.findall(r"\d+", edition)], date

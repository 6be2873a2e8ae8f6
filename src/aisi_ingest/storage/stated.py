"""What persons stated about documents that were added by hand: ``raw/stated.json``, by address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from aisi_ingest.model import Lang
from aisi_ingest.storage.files import RootError, atomic_write, checksum_matches, with_checksum

FILE = "stated.json"


class Statement(Struct, frozen=True, omit_defaults=True):
    """What a person states about one document. None: nothing.

    Attributes:
        title: Its title.
        date: Its date, EDTF.
        publisher: Registry id or name of who published it.
        licence: Name of its licence; an address in it is the address of the licence.
        attribution: The line to print where the text is used.
        url: Where it can be read.
        lang: Its language.
        pair_with: File name, URL, id or sha256 of the document in the other language.
    """

    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    licence: str | None = None
    attribution: str | None = None
    url: str | None = None
    lang: Lang | None = None
    pair_with: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is stated."""
        return all(getattr(self, name) is None for name in self.__struct_fields__)

    def over(self, other: Statement) -> Statement:
        """Return this statement, completed by another one."""
        own = {name: getattr(self, name) for name in self.__struct_fields__}
        return Statement(**{name: getattr(other, name) if value is None else value for name, value in own.items()})


class _File(Struct, frozen=True):
    documents: dict[str, Statement]


def load(raw: Path) -> Mapping[str, Statement]:
    """Return the statements by the addresses of the documents.

    Args:
        raw: The folder ``raw`` of the root.

    Raises:
        RootError: The file is damaged.
    """
    path = raw / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RootError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        if checksum_matches(content):
            return msgspec.json.decode(content, type=_File).documents
    except msgspec.DecodeError:
        pass
    raise RootError(f"{path}: is damaged; restore it from a backup, or remove it and add the files again")


def save(raw: Path, statements: Mapping[str, Statement]) -> None:
    """Write the statements in one step.

    Raises:
        RootError: The file cannot be written.
    """
    content = msgspec.json.encode(_File(dict(statements)), order="sorted")
    atomic_write(raw / FILE, with_checksum(content))

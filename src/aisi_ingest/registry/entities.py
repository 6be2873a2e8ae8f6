"""The registry in memory: entities by id, and the names that are searched for."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from aisi_ingest.model import Entity
from aisi_ingest.registry.matcher import Alias, AliasMatcher, Match, compact
from aisi_ingest.text.normalise import fold, normalise

__all__ = ["Alias", "Entry", "Match", "Registry", "RegistryError"]


class RegistryError(ValueError):
    """The registry is not valid; the message has the form ``registry.toml:LINE: reason``."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of ``registry.toml``.

    Attributes:
        ja: Japanese names, the preferred one first.
        en: English names, the preferred one first.
        both: Spellings used in both languages.
        shared: Names that other entities have too.
        country: ISO 3166-1 alpha-2 code in lower case, or ``eu``.
        part_of: Id of the organisation that it belongs to.
        successor_of: Id of the entity that it replaced.
        edition_of: Id of the work of which it is an edition.
    """

    ja: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    both: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    country: str | None = None
    part_of: str | None = None
    successor_of: str | None = None
    edition_of: str | None = None


class Registry(msgspec.Struct, frozen=True):
    """Entities and their names; `load` makes one.

    Attributes:
        digest: sha256 of the file's content and of everything else that decides a match.
        entities: Entities by id.
        entries: The lines of the file by id, and one for each country.
        matcher: Finds the names in text.
    """

    digest: str
    entities: dict[str, Entity]
    entries: dict[str, Entry]
    matcher: AliasMatcher

    @property
    def aliases(self) -> dict[str, Alias]:
        """All names by their compact form."""
        return self.matcher.aliases

    def find(self, name: str) -> tuple[Entity, ...]:
        """Return the entities that a name may refer to.

        Args:
            name: An id, or a name in any spelling that the tagger accepts.
        """
        if name in self.entities:
            return (self.entities[name],)
        alias = self.aliases.get(compact(fold(normalise(name))))
        return tuple(self.entities[i] for i in alias.ids) if alias else ()

    def matches(self, text: str) -> Iterator[Match]:
        """Yield the names in ``text``, see `AliasMatcher.matches`."""
        return self.matcher.matches(text)

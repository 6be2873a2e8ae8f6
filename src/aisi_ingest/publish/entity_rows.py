"""Count the mentions of entities over all documents, and make the rows of the table ``entities``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from aisi_ingest.model import Entity, Label
from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import EntityRow
from aisi_ingest.publish.schema_fields import NamesField


class EntityCounter:
    """Counts the mentions of entities over all documents. Only entities that are mentioned get a row.

    Args:
        registry: The entities with their names.
    """

    def __init__(self, registry: Iterable[Entity] | Mapping[str, Entity]) -> None:
        entities = registry.values() if isinstance(registry, Mapping) else registry
        self._registry = {entity.id: entity for entity in entities}
        self._mentions: Counter[str] = Counter()
        self._documents: Counter[str] = Counter()
        self._labels: dict[str, Counter[Label]] = {}
        self._surfaces: dict[str, dict[str, Counter[str]]] = {}

    def add(self, rows: DocumentRows) -> None:
        """Count the linked mentions of one document."""
        language = {block.id: block.lang for block in rows.blocks}
        seen = set()
        for mention in rows.mentions:
            if mention.label == "DATE" or mention.value is None:
                continue
            self._mentions[mention.value] += 1
            seen.add(mention.value)
            if mention.value not in self._registry:
                self._labels.setdefault(mention.value, Counter())[mention.label] += 1
                lang = language.get(mention.block, rows.document.lang)
                self._surfaces.setdefault(mention.value, {}).setdefault(lang, Counter())[mention.text] += 1
        self._documents.update(seen)

    def rows(self) -> list[EntityRow]:
        """Return the entities, sorted by id.

        The names of an entity that is not in the registry are those in the texts, the most frequent first.
        """
        return [
            EntityRow(
                id=each,
                label=self._registry[each].label if each in self._registry else _most_common(self._labels[each])[0],
                names=NamesField(ja=self._names(each, "ja"), en=self._names(each, "en")),
                mentions=self._mentions[each],
                documents=self._documents[each],
                country=known.country if (known := self._registry.get(each)) else None,
                part_of=known.part_of if known else None,
                successor_of=known.successor_of if known else None,
            )
            for each in sorted(self._mentions)
        ]

    def _names(self, entity: str, lang: str) -> tuple[str, ...]:
        if entity in self._registry:
            return tuple(self._registry[entity].names.get(lang, ()))
        return tuple(_most_common(self._surfaces[entity].get(lang, Counter())))


def _most_common(counter: Counter) -> list:  # type: ignore[type-arg]  # of Label or of str
    return sorted(counter, key=lambda each: (-counter[each], each))

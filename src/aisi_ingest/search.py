"""Search a published release: by words, in the full-text index of ``dataset.sqlite``, and by meaning, with vectors.

Passages that hold all words come first. They are ordered by reciprocal rank fusion of the two lists (Cormack, Clarke,
Büttcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods, SIGIR 2009). Passages that
are only near in meaning follow: of the ten nearest to a query of a few words, less than half are on its subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

from aisi_ingest.chunk_vectors import nearest_chunks
from aisi_ingest.lookup import Lookup
from aisi_ingest.model import Lang
from aisi_ingest.passages import Passage, named_passage, passage
from aisi_ingest.publish.schema import ChunkRow, EntityRow
from aisi_ingest.text.search_terms import match_expression

_RANK_OFFSET = 60  # k of the paper: how little the first ranks of one list count against a text in both
_WORDS = """
SELECT id, lang, text FROM search WHERE search MATCH ? AND (?2 IS NULL OR lang = ?2) ORDER BY rank, rowid LIMIT ?
"""
FoundBy = Literal["words", "meaning"]


@dataclass(frozen=True)
class Hit(Passage):
    """A passage that was found. Its ``text`` is what matched; for an entity, one of its names.

    Attributes:
        found_by: "words" if it holds all words, "meaning" if it, or the chunk that it belongs to, is near in meaning.
    """

    found_by: tuple[FoundBy, ...]


def search(release: Path, words: str, *, lang: Lang | None = None, limit: int = 20) -> list[Hit]:
    """Find passages that hold all words, the best first, then passages that are near in meaning.

    Width, case, the long vowel at the end of katakana words and English endings make no difference. Titles, headings,
    blocks and the names of entities are searched, but no furniture, contents or hidden text. Where the release has
    vectors and the encoder is installed, chunks in both languages are also found by meaning. The first such search of a
    process loads the encoder, which takes about a second.

    Args:
        release: The folder of a release.
        words: Words of either language, or a question. Words in quotation marks must follow each other.
        lang: Only passages of this language.
        limit: Largest number of passages.
    """
    expression = match_expression(words)
    if not expression:
        return []
    with Lookup(release) as lookup:
        names: dict[str, tuple[Lang, str]] = {}
        for key, lang_, text in lookup.query(_WORDS, [expression, lang, limit]):
            names.setdefault(key, (lang_, text))  # an entity has several
        by_words = list(names)
        by_meaning = nearest_chunks(release, words.replace('"', " "), lang, limit)
        found = _fused(by_words, by_meaning, _chunks_of(lookup, by_meaning))
        return [_hit(lookup, key, names.get(key), by) for key, by in found[:limit]]


def _chunks_of(lookup: Lookup, chunks: Sequence[str]) -> dict[str, str]:
    """Return for each block of these chunks the nearest chunk that holds it."""
    chunk_of: dict[str, str] = {}
    for key in chunks:
        row = lookup.get(ChunkRow, key)
        for block in row.blocks if row else ():
            chunk_of.setdefault(block, key)
    return chunk_of


def _fused(
    by_words: Sequence[str], by_meaning: Sequence[str], chunk_of: dict[str, str]
) -> list[tuple[str, tuple[FoundBy, ...]]]:
    """Return all ids, the best first, with the lists that they are in. A chunk stands for itself if no block does."""
    meaning = {key: 1 / (_RANK_OFFSET + rank) for rank, key in enumerate(by_meaning, start=1)}
    scores: dict[str, float] = {}
    lists: dict[str, tuple[FoundBy, ...]] = {}
    for rank, key in enumerate(by_words, start=1):
        nearby = meaning.get(chunk_of.get(key, ""), 0.0)
        scores[key] = 1 / (_RANK_OFFSET + rank) + nearby
        lists[key] = ("words", "meaning") if nearby else ("words",)
    shown = {chunk_of.get(key) for key in by_words}
    for key in by_meaning:
        if key not in shown:
            scores[key], lists[key] = meaning[key], ("meaning",)
    return [(key, lists[key]) for key in sorted(scores, key=lambda key: ("words" not in lists[key], -scores[key]))]


def _hit(lookup: Lookup, key: str, matched: tuple[Lang, str] | None, found_by: tuple[FoundBy, ...]) -> Hit:
    entity = lookup.get(EntityRow, key) if matched and "#" not in key else None
    if entity is not None and matched is not None:
        found = replace(named_passage(entity, matched[0]), text=matched[1])
    else:
        found = passage(lookup, key)
    return Hit(**{field.name: getattr(found, field.name) for field in fields(Passage)}, found_by=found_by)

"""Search a published release: by words (the full-text index of ``dataset.sqlite``), by name, by meaning (vectors).

Passages that hold all words, in their own or in the other language, or a name of the entity that the words name, come
first. They are ordered by reciprocal rank fusion of all lists (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion
outperforms Condorcet and individual Rank Learning Methods, SIGIR 2009). Passages that are only near in meaning follow:
of the ten nearest to a query of a few words, less than half are on its subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

import msgspec

from aisi_ingest.model import Lang
from aisi_ingest.publish.schema import ChunkRow, EntityRow
from aisi_ingest.retrieval.chunk_vectors import nearest_chunks
from aisi_ingest.retrieval.lookup import Lookup
from aisi_ingest.retrieval.passages import OTHER_LANGUAGE, Passage, named_passage, passage
from aisi_ingest.text.search_terms import match_expression, search_terms

_RANK_OFFSET = 60  # k of the paper: how little the first ranks of one list count against a text in both
_WORDS = """
SELECT id, lang, text FROM search WHERE search MATCH ? AND (?2 IS NULL OR lang = ?2) ORDER BY rank, rowid LIMIT ?
"""
_ENTITIES = "SELECT DISTINCT id, text FROM search WHERE search MATCH ? AND kind = 'entity'"
_NAMED = """
SELECT m.block FROM mentions m JOIN blocks b ON b.id = m.block JOIN entities e ON e.id = m.value
WHERE e.id IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR b.lang = ?2)
GROUP BY m.block ORDER BY count(*) DESC, b.document, b."order" LIMIT ?3
"""
_TRANSLATIONS = """
SELECT other.value FROM (SELECT id, rank AS score FROM search WHERE search MATCH ? AND lang = ?) s
JOIN alignments_sides mine ON mine.target = s.id
JOIN alignments a ON a.id = mine.alignment AND a.unit IN ('section', 'block')
JOIN json_each(CASE mine.lang WHEN 'ja' THEN a.en ELSE a.ja END) other
GROUP BY other.value ORDER BY min(s.score), other.value LIMIT ?
"""
FoundBy = Literal["words", "name", "translation", "meaning"]


@dataclass(frozen=True)
class Hit(Passage):
    """A passage that was found. Its ``text`` is what matched; for an entity, one of its names.

    Attributes:
        found_by: "words" if it holds all words; "name" if it names the entity that the words name; "translation" if the
            words are in its counterpart; "meaning" if it, or the chunk that it belongs to, is near in meaning.
    """

    found_by: tuple[FoundBy, ...]


def search(release: Path, words: str, *, lang: Lang | None = None, limit: int = 20) -> list[Hit]:
    """Find passages that hold all words or name what they name, the best first, then passages near in meaning.

    Width, case, the long vowel at the end of katakana words and English endings make no difference. Titles, headings,
    blocks and the names of entities are searched, but no furniture, contents or hidden text. Words that are a name also
    find blocks with other names of the same entity, in both languages: METI finds 経済産業省. Where the release has
    vectors and the encoder is installed, chunks in both languages are also found by meaning. The first such search of a
    process loads the encoder, which takes about a second.

    Args:
        release: The folder of a release.
        words: Words of either language, or a question. Words in quotation marks must follow each other.
        lang: Only passages of this language, also those whose counterpart in the other one holds the words.
        limit: Largest number of passages.
    """
    expression = match_expression(words)
    if not expression:
        return []
    with Lookup(release) as lookup:
        names: dict[str, tuple[Lang, str]] = {}
        for key, lang_, text in lookup.query(_WORDS, [expression, lang, limit]):
            names.setdefault(key, (lang_, text))  # an entity has several
        by_meaning = nearest_chunks(release, words.replace('"', " "), lang, limit)
        lists: dict[FoundBy, Sequence[str]] = {
            "words": list(names),
            "name": _naming(lookup, words, expression, lang, limit),
            "translation": _translations(lookup, expression, lang, limit) if lang else (),
        }
        found = _fused(lists, by_meaning, _chunks_of(lookup, by_meaning))
        return [_hit(lookup, key, names.get(key), by) for key, by in found[:limit]]


def _naming(lookup: Lookup, words: str, expression: str, lang: Lang | None, limit: int) -> list[str]:
    """Return blocks that mention the entity whose name the words are, those with most mentions first."""
    wanted = search_terms(words)
    entities = {key for key, name in lookup.query(_ENTITIES, [expression]) if search_terms(name) == wanted}
    if not entities:
        return []
    ids = msgspec.json.encode(sorted(entities)).decode()
    return [block for (block,) in lookup.query(_NAMED, [ids, lang, limit])]


def _translations(lookup: Lookup, expression: str, lang: Lang, limit: int) -> list[str]:
    """Return sections and blocks of a language whose counterpart in the other one holds all words, the best first."""
    return [key for (key,) in lookup.query(_TRANSLATIONS, [expression, OTHER_LANGUAGE[lang], limit])]


def _chunks_of(lookup: Lookup, chunks: Sequence[str]) -> dict[str, str]:
    """Return for each block of these chunks the nearest chunk that holds it."""
    chunk_of: dict[str, str] = {}
    for key in chunks:
        row = lookup.get(ChunkRow, key)
        for block in row.blocks if row else ():
            chunk_of.setdefault(block, key)
    return chunk_of


def _fused(
    lists: Mapping[FoundBy, Sequence[str]], by_meaning: Sequence[str], chunk_of: Mapping[str, str]
) -> list[tuple[str, tuple[FoundBy, ...]]]:
    """Return all ids, the best first, with the lists that they are in. A chunk stands for itself if no block does.

    Args:
        lists: Ids by words, names and translations, each the best first.
        by_meaning: Ids of chunks, the nearest first.
        chunk_of: For a block, the chunk of ``by_meaning`` that holds it.
    """
    meaning = {key: 1 / (_RANK_OFFSET + rank) for rank, key in enumerate(by_meaning, start=1)}
    scores: dict[str, float] = {}
    found_by: dict[str, tuple[FoundBy, ...]] = {}
    for kind, keys in lists.items():
        for rank, key in enumerate(keys, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (_RANK_OFFSET + rank)
            found_by[key] = (*found_by.get(key, ()), kind)
    shown = {chunk_of[key] for key in scores if key in chunk_of}
    for key in scores:
        if key in chunk_of:
            scores[key] += meaning[chunk_of[key]]
            found_by[key] = (*found_by[key], "meaning")
    best = sorted(scores, key=lambda key: -scores[key])
    nearby = [key for key in by_meaning if key not in shown]
    return [(key, found_by[key]) for key in best] + [(key, ("meaning",)) for key in nearby]


def _hit(lookup: Lookup, key: str, matched: tuple[Lang, str] | None, found_by: tuple[FoundBy, ...]) -> Hit:
    entity = lookup.get(EntityRow, key) if matched and "#" not in key else None
    if entity is not None and matched is not None:
        found = replace(named_passage(entity, matched[0]), text=matched[1])
    else:
        found = passage(lookup, key)
    return Hit(**{field.name: getattr(found, field.name) for field in fields(Passage)}, found_by=found_by)

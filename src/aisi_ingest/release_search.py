"""Full-text search in a release, with the index of ``dataset.sqlite``."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from aisi_ingest.model import Lang
from aisi_ingest.text.search_terms import match_expression


class Hit(Struct, frozen=True):
    """A passage that was found.

    Attributes:
        kind: What the text is: the title of a document or section, a block, or the name of an entity.
        lang: Its language.
        document: Id of the document; None for the name of an entity.
        id: Id of the document, section, block or entity.
        text: The text.
        page: The page of a block, from 1; None for others.
        url: Address of the document, with the page of a block in a PDF; None for local files and entities.
        counterpart: The text aligned with a block in the other language, or None.
    """

    kind: Literal["document", "section", "block", "entity"]
    lang: Lang
    document: str | None
    id: str
    text: str
    page: int | None = None
    url: str | None = None
    counterpart: str | None = None


_HITS = """
SELECT s.kind, s.lang, s.document, s.id, s.text, b.page,
  d.source_url || CASE WHEN b.page AND d.source_media_type LIKE '%/pdf' THEN '#page=' || b.page ELSE '' END
FROM (SELECT rowid AS number, rank AS score, kind, lang, document, id, text FROM search
      WHERE search MATCH :words AND (:lang IS NULL OR lang = :lang) ORDER BY rank, rowid LIMIT :limit) s
LEFT JOIN blocks b ON b.id = s.id LEFT JOIN documents d ON d.id = s.document
ORDER BY s.score, s.number
"""
_COUNTERPART = """
SELECT b.text FROM alignments_sides mine JOIN alignments a ON a.id = mine.alignment AND a.unit = 'block'
JOIN alignments_sides other ON other.alignment = a.id AND other.lang <> mine.lang
JOIN blocks b ON b.id = other.target
WHERE mine.target = ? ORDER BY other.position
"""


def search_index(database: Path, words: str, lang: Lang | None, limit: int) -> list[Hit]:
    """Find passages that hold all words, the best first.

    Args:
        database: The file ``dataset.sqlite`` of a release.
        words: Words of either language. Words in quotation marks must follow each other.
        lang: Only passages of this language.
        limit: Largest number of passages.
    """
    expression = match_expression(words)
    if not expression:
        return []
    # Read-only, also where the folder may not be written; the file never changes.
    address = f"file:{quote(str(database))}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as opened:
        found = opened.execute(_HITS, {"words": expression, "lang": lang, "limit": limit}).fetchall()
        return [
            Hit(kind, lang_, document, key, text, page, url, _counterpart(opened, key))
            for kind, lang_, document, key, text, page, url in found
        ]


def _counterpart(database: sqlite3.Connection, block: str) -> str | None:
    texts = [text for (text,) in database.execute(_COUNTERPART, [block])]
    return "\n".join(texts) or None

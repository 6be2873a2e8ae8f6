"""List dated statements: the table ``events`` of a release if it has one, else sentences that name a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aisi_ingest.publish.schema import BlockRow
from aisi_ingest.retrieval.lookup import Lookup
from aisi_ingest.retrieval.passages import Passage, passage, sentence_around
from aisi_ingest.text.sentence_ids import sentence_id

# What both queries restrict. The values are those of ``timeline``.
_WANTED = """
AND :since <= {date} AND {date} < :until AND {date} GLOB '[0-9]*' AND (:work = '' OR d.work = :work)
AND (:all OR {block} IN (SELECT id FROM search WHERE search MATCH :words))
"""
# One statement for each date and block of a primary form, without texts that are only a date. Where both languages name
# the date, the Japanese one: it has the English one as its counterpart. Ordered as the index ``mentions_value`` is, so
# that reading ends with the last statement that is wanted. ``+``: other mentions are found by their block.
_DATED = f"""
SELECT m.value, NULL, NULL, NULL, NULL, m.block, m.start, m."end" FROM mentions m
CROSS JOIN documents d ON d.id = m.document AND d."primary" CROSS JOIN blocks b ON b.id = m.block AND b.text <> m.text
WHERE m.label = 'DATE' {_WANTED.format(date="m.value", block="m.block")}
AND NOT EXISTS (SELECT 1 FROM mentions o WHERE o.block = m.block AND +o.value = m.value AND o.rowid < m.rowid)
AND CASE WHEN :lang IS NULL THEN d.lang = 'ja' OR NOT EXISTS (
  SELECT 1 FROM alignments_sides mine JOIN alignments a ON a.id = mine.alignment AND a.unit = 'block'
  JOIN json_each(a.ja) other JOIN mentions o ON o.block = other.value AND o.label = 'DATE' AND +o.value = m.value
  WHERE mine.target = m.block) ELSE d.lang = :lang END
ORDER BY m.value, m.rowid LIMIT :limit OFFSET :start
"""
# One statement for each event, with the first place that states it.
_EVENTS = f"""
SELECT e.date, e.kind, e.status, e.label_ja, e.label_en,
  json_extract(p.value, '$.block'), json_extract(p.value, '$.start'), json_extract(p.value, '$.end')
FROM (SELECT e.id, min(p.key) AS place FROM events e JOIN json_each(e.evidence) p
  JOIN documents d ON d.id = json_extract(p.value, '$.document')
  WHERE (:lang IS NULL OR d.lang = :lang) {_WANTED.format(date="e.date", block="json_extract(p.value, '$.block')")}
  GROUP BY e.id) found
JOIN events e ON e.id = found.id JOIN json_each(e.evidence) p ON p.key = found.place
ORDER BY e.date, e.id LIMIT :limit OFFSET :start
"""
_EVENT_COLUMNS = {"id", "date", "kind", "status", "label_ja", "label_en", "evidence"}


@dataclass(frozen=True)
class DatedStatement:
    """A sentence that states when something happened or will happen.

    ``date`` is its EDTF value; the date of ``statement`` is that of the document. Kind, status and labels are those of
    the event, or None in a release without events.
    """

    date: str
    kind: str | None
    status: str | None
    label_ja: str | None
    label_en: str | None
    statement: Passage


def dated_statements(lookup: Lookup, wanted: Mapping[str, object]) -> list[DatedStatement]:
    """Return statements in order of date.

    Args:
        lookup: The release.
        wanted: The values of ``_WANTED``, with ``lang``, ``start`` and ``limit``.
    """
    columns = {name for (name,) in lookup.query("SELECT name FROM pragma_table_info('events')")}
    query = _EVENTS if columns >= _EVENT_COLUMNS else _DATED
    return [
        DatedStatement(date, kind, status, ja, en, passage(lookup, _sentence_id(lookup, *place)))
        for date, kind, status, ja, en, *place in lookup.query(query, dict(wanted))
    ]


def _sentence_id(lookup: Lookup, block: str, start: int, end: int) -> str:
    """Return the id of the sentence around a span of a block."""
    row = lookup.get(BlockRow, block)
    assert row is not None, block  # a foreign key
    first, last = sentence_around(row.text, start, end)
    return sentence_id(block, first, last)

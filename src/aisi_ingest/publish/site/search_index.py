"""Write the index of the full-text search: ``search/``, in small parts that a page loads when it needs them.

Pages opened from disk may not fetch files, so each part is a script that passes its data to ``searchPart``. The index
is made of segments of consecutive works, so that only one segment is in memory, and the first hits appear when the
first segment was read. A segment consists of:

- ``head.js``: number of records, first term of each part of the terms, first record of each part of the texts;
- ``pages.js``: the pages with their first record, work, date and titles;
- ``meta.js``: kind and length of each record; ``labels.js``: the kinds of names in it;
- ``t<n>.js``: terms with the numbers of their records; ``x<n>.js``: the texts of records.

A record is a line of a page: a text in both languages, so that a word of one language also finds the other. The names
of entities are records of segments of their own. Terms that begin with ``@`` are ids of entities that a text mentions;
terms that begin with ``=`` are whole names.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from aisi_ingest.publish.schema import BlockRow, EntityRow
from aisi_ingest.publish.site.lines import Line
from aisi_ingest.publish.site.search_terms import compact_name, index_terms
from aisi_ingest.publish.site.views import LABELS, SIDES, EntityNames, WorkPage

# Kinds of records in the order of their numbers. The page knows their weights.
RECORD_KINDS = ("name", "title", "heading", "text", "table", "note")
_KIND_OF_BLOCK = {"title": "heading", "heading": "heading", "table": "table", "footnote": "note", "note": "note"}
_LENGTHS = 8  # classes of length, each twice as long as the one before
_SHORTEST = 4  # terms; longest text of the first class
_SEGMENT_RECORDS = 100_000  # some 80 MB while it is written; meta.js has one character for each
_PART_CHARACTERS = 48_000  # of a file of terms or texts; a term with more has a file of its own
_QUOTES = 3  # characters that JSON adds to a value
_LONGEST_WORD = 24  # letters; longer words are not offered as corrections
# 92 characters that need no escape in JSON: half of them end a number, the others continue it.
_DIGITS = "".join(chr(code) for code in range(33, 127) if chr(code) not in '"\\')
_BASE = len(_DIGITS) // 2


def numbers_text(numbers: Iterable[int]) -> str:
    """Return increasing numbers as text: differences in base 46, the last digit from the first half of the digits."""
    pieces, last = [], -1
    for number in numbers:
        rest = number - last - 1
        last = number
        digit = _DIGITS[rest % _BASE]
        rest //= _BASE
        while rest:
            digit = _DIGITS[_BASE + rest % _BASE] + digit
            rest //= _BASE
        pieces.append(digit)
    return "".join(pieces)


class SearchIndexWriter:
    """Writes the index.

    Args:
        folder: The folder ``search`` of the viewer; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: list[str] = []
        self._segment = _Segment()
        self._words: set[str] = set()

    def add(self, page: WorkPage) -> None:
        """Add the texts of a page. A form that repeats the content of another one is left out."""
        if not page.head.primary:
            return
        segment = self._segment
        titles = [page.title(side) or "" for side in SIDES]
        segment.open_page(f"works/{page.file}", page.work, page.head.kind, page.date or "", page.label, *titles)
        terms = self._terms(titles)
        segment.add("title", terms, titles, ("", ""), 0)
        for part in page.parts:
            segment.heading = _texts(part.heading) if part.heading else ["", ""]
            for line in (*part.lines, *part.footnotes):
                if line.is_comparable:  # contents repeat the headings
                    self._add_line(page, line)
        if segment.records >= _SEGMENT_RECORDS:
            self._flush("s")

    def _add_line(self, page: WorkPage, line: Line) -> None:
        kind = min((_KIND_OF_BLOCK.get(block.kind, "text") for block in line.blocks), key=RECORD_KINDS.index)
        texts = _texts(line)
        mentions = [
            mention
            for side in page.sides
            for block in getattr(line, side)
            for mention in page.contexts[side].mentions.get(block.id, ())
        ]
        terms = self._terms(texts)
        named = {f"@{mention.value}" for mention in mentions if mention.value and mention.label != "DATE"}
        labels = sum(1 << number for number, label in enumerate(LABELS) if any(m.label == label for m in mentions))
        anchors = [_first_anchor(page, getattr(line, side)) for side in SIDES]
        self._segment.add(kind, terms, texts, anchors, line.blocks[0].page, named, labels)

    def finish(self, entities: Sequence[EntityRow], names: EntityNames) -> None:
        """Add the names of entities, and write the rest of the index."""
        self._flush("s")
        if entities:
            self._open_names()
        for row in entities:
            texts = [" · ".join(row.names.ja), " · ".join(row.names.en)]
            labels = 1 << LABELS.index(row.label)
            whole = {f"={compact_name(each)}" for each in (*row.names.ja, *row.names.en)}
            file = names.file(row.id) or ""
            self._segment.add("name", self._terms(texts), texts, (file, row.id), row.mentions, whole, labels)
            if self._segment.records >= _SEGMENT_RECORDS:
                self._flush("n")
                self._open_names()
        self._flush("n")
        lengths: dict[int, list[str]] = {}
        for word in sorted(self._words):
            lengths.setdefault(len(word), []).append(word)
        for length, words in lengths.items():
            _write(self._folder, f"w{length}", " ".join(words))
        # Names come first: a search begins with the entities that its words may mean.
        head = {"segments": sorted(self._segments, key=lambda name: (name[0] != "n", int(name[1:])))}
        _write(self._folder, "head", head | {"words": sorted(lengths)})

    def _open_names(self) -> None:
        self._segment.open_page("entities/", "", "name", "", "", "", "")

    def _terms(self, texts: Iterable[str]) -> list[str]:
        terms = [term for text in texts for term in index_terms(text)]
        self._words.update(
            each for each in set(terms) if each.isascii() and each.isalpha() and len(each) <= _LONGEST_WORD
        )
        return terms

    def _flush(self, prefix: str) -> None:
        if self._segment.records:
            name = f"{prefix}{sum(each[0] == prefix for each in self._segments)}"
            (self._folder / name).mkdir()
            self._segment.write(self._folder, name)
            self._segments.append(name)
        self._segment = _Segment()


class _Segment:
    """Records of consecutive works, held in memory until they are written."""

    def __init__(self) -> None:
        self.records = 0
        self.heading = ["", ""]
        self._pages: list[list[Any]] = []
        self._postings: dict[str, list[int]] = {}
        self._meta: list[str] = []
        self._labels: list[str] = []
        self._texts: list[list[Any]] = []
        self._headings: list[list[str]] = []

    def open_page(self, *values: str) -> None:
        """Begin a page; the records added next are on it."""
        self._pages.append([self.records, *values])
        self.heading = ["", ""]

    def add(
        self,
        kind: str,
        terms: Sequence[str],
        texts: Sequence[str],
        anchors: Sequence[str],
        page: int,
        more: Iterable[str] = (),
        labels: int = 0,
    ) -> None:
        """Add a record.

        Args:
            kind: One of ``RECORD_KINDS``.
            terms: Its terms, with repetitions.
            texts: The Japanese and the English text.
            anchors: Where they are on the page; of a name: its page and id.
            page: The printed page, from 1; of a name: the number of its mentions.
            more: Terms that are not in the text.
            labels: The kinds of names in it, one bit each.
        """
        for term in dict.fromkeys((*terms, *more)):
            self._postings.setdefault(term, []).append(self.records)
        self._meta.append(_DIGITS[RECORD_KINDS.index(kind) * _LENGTHS + _length_class(len(terms))])
        self._labels.append(_DIGITS[labels])
        self._texts.append([*texts, *anchors, page])
        self._headings.append(self.heading)
        self.records += 1

    def write(self, folder: Path, name: str) -> None:
        """Write the parts of the segment into a folder."""
        terms = [part for part in _parts(self._term_entries())]
        for number, part in enumerate(terms):
            _write(folder, f"{name}/t{number}", dict(part))
        texts = [part for part in _parts(self._text_entries())]
        starts = []
        for number, rows in enumerate(texts):
            starts.append(rows[0][0])
            headings = [self._headings[record] for record, _ in rows]
            distinct = [list(each) for each in dict.fromkeys(map(tuple, headings))]
            at = {tuple(each): index for index, each in enumerate(distinct)}
            values = [[at[tuple(heading)], *text] for heading, (_, text) in zip(headings, rows, strict=True)]
            _write(folder, f"{name}/x{number}", {"headings": distinct, "rows": values})
        head = {"records": self.records, "terms": [part[0][0] for part in terms], "texts": starts}
        _write(folder, f"{name}/head", head)
        _write(folder, f"{name}/pages", self._pages)
        _write(folder, f"{name}/meta", "".join(self._meta))
        _write(folder, f"{name}/labels", "".join(self._labels))

    def _term_entries(self) -> Iterator[tuple[str, str]]:
        # Scripts compare strings by UTF-16 code units.
        for term in sorted(self._postings, key=lambda each: each.encode("utf-16-be")):
            yield term, numbers_text(self._postings[term])

    def _text_entries(self) -> Iterator[tuple[int, list[Any]]]:
        yield from enumerate(self._texts)


def _parts(entries: Iterable[tuple[Any, Any]]) -> Iterator[list[tuple[Any, Any]]]:
    """Divide entries into parts of about the same number of characters."""
    part: list[tuple[Any, Any]] = []
    size = 0
    for entry in entries:
        values = [entry[1]] if isinstance(entry[1], str) else entry[1]
        length = sum(len(str(value)) + _QUOTES for value in (entry[0], *values))
        if part and size + length > _PART_CHARACTERS:
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    if part:
        yield part


def _length_class(terms: int) -> int:
    return min(_LENGTHS - 1, max(0, math.ceil(math.log2(max(terms, 1) / _SHORTEST))))


def _texts(line: Line) -> list[str]:
    return ["\n".join(_text(block) for block in getattr(line, side)) for side in SIDES]


def _text(block: BlockRow) -> str:
    return block.text if block.marker is None or block.text.startswith(block.marker) else f"{block.marker} {block.text}"


def _first_anchor(page: WorkPage, blocks: Sequence[BlockRow]) -> str:
    return page.anchor(blocks[0]) if blocks else ""


def _write(folder: Path, name: str, data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{name}.js").write_text(f"searchPart({json.dumps(name)},{text});\n", encoding="utf-8", newline="\n")

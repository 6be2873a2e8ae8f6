"""Make the table ``chunks``: passages of limited size for retrieval, each with its place and its counterparts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.publish.places import page_url, printed_title, section_paths
from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import AlignmentRow, BlockRow, ChunkRow
from aisi_ingest.publish.schema_fields import RegionField
from aisi_ingest.text.sentence_ids import sentence_span
from aisi_ingest.text.sentences import sentences

CHUNK_SIZE = 1000  # code points: some 200 English words, and a page of a Japanese report
_LEFT_OUT = {"title", "heading", "furniture", "contents"}  # the section path has the titles
_ID_DIGITS = 16  # hex digits of a digest of section path and text


class _Piece(Struct, frozen=True):
    """A part of a block's text: ``block.text[start:end]``, a whole block, a few sentences or a few table rows."""

    block: BlockRow
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


_Chunk = list[_Piece]


def chunk_rows(
    documents: Sequence[DocumentRows], alignments: Sequence[AlignmentRow], size: int = CHUNK_SIZE
) -> tuple[ChunkRow, ...]:
    """Return the passages of a work, by document and in reading order.

    Args:
        documents: The documents of one work. Only primary forms are used.
        alignments: Its alignments, for the counterparts.
        size: Largest length of a text in code points. One sentence or table row that is longer stays whole.

    Raises:
        ValueError: ``size`` is not positive.
    """
    if size < 1:
        raise ValueError(f"the size of a chunk is {size}; it must be at least 1 character")
    rows: list[ChunkRow] = []
    chunks: list[_Chunk] = []
    for document in documents:
        if document.document.primary:
            found = list(_chunks(document, size))
            chunks += found
            rows += _rows(document, found)
    counterparts = _counterparts(rows, chunks, alignments)
    return tuple(replace(row, counterparts=counterparts.get(row.id, ())) for row in rows)


def _chunks(document: DocumentRows, size: int) -> Iterator[_Chunk]:
    shown = (each for each in document.blocks if not each.hidden and each.kind not in _LEFT_OUT and each.text.strip())
    # A slide's notes are a passage of their own: the audience did not see them. A footnote belongs to its section, also
    # where it stands behind the beginning of the next one.
    groups: dict[tuple[str | None, int], list[BlockRow]] = {}
    for block in shown:
        groups.setdefault((block.section, block.page if block.kind == "note" else 0), []).append(block)
    for blocks in groups.values():
        chunk: _Chunk = []
        length = 0
        for piece in (piece for block in blocks for piece in _pieces(block, size)):
            if chunk and length + 1 + piece.length > size:  # 1: the line break between two pieces
                yield chunk
                chunk, length = [], 0
            length += piece.length + (1 if chunk else 0)
            chunk.append(piece)
        if chunk:
            yield chunk


def _pieces(block: BlockRow, size: int) -> Iterator[_Piece]:
    """Yield a block whole, or, if it is too long, as many of its sentences or lines at a time as fit."""
    if len(block.text) <= size:
        yield _Piece(block, 0, len(block.text))
        return
    spans = _lines(block.text) if block.kind in ("table", "code") else sentences(block.text)
    start = end = None
    for first, last in spans:
        if start is not None and end is not None and last - start > size:
            yield _Piece(block, start, end)
            start = None
        start, end = first if start is None else start, last
    if start is not None and end is not None:
        yield _Piece(block, start, end)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _rows(document: DocumentRows, chunks: Iterable[_Chunk]) -> Iterator[ChunkRow]:
    head, paths, used = document.document, section_paths(document), set[str]()
    mentions: dict[str, list[tuple[int, int, str]]] = {}
    for mention in document.mentions:
        if mention.label != "DATE" and mention.value is not None:
            mentions.setdefault(mention.block, []).append((mention.start, mention.end, mention.value))
    for chunk in chunks:
        path = tuple(map(printed_title, paths.get(chunk[0].block.section or "", ())))
        text = "\n".join(piece.block.text[piece.start : piece.end] for piece in chunk)
        blocks = tuple({piece.block.id: piece.block for piece in chunk}.values())
        places = tuple(dict.fromkeys(region for piece in chunk for region in _regions(piece, document)))
        pages = [each.page for each in places]
        vector = document.vectors.get(text_digest(text))
        yield ChunkRow(
            id=_new_id(head.id, path, text, used),
            document=head.id,
            work=head.work,
            edition=head.edition,
            lang=head.lang,
            date=head.date,
            section_path=path,
            markers=tuple(each.marker for each in blocks if each.marker),
            text=text,
            blocks=tuple(each.id for each in blocks),
            pages=(min(pages), max(pages)),
            regions=places,
            url=page_url(head, pages[0]),
            entities=tuple(sorted({each for piece in chunk for each in _values(piece, mentions)})),
            counterparts=(),
            vector=tuple(memoryview(vector.values).cast("b")) if vector else None,
            vector_scale=vector.scale if vector else None,
        )


def _regions(piece: _Piece, document: DocumentRows) -> tuple[RegionField, ...]:
    """Return where a piece is. A published release knows only where the whole block is."""
    block = piece.block
    if block.id not in document.places or piece.length == len(block.text):
        return block.regions
    return document.places[block.id].columns(piece.start, piece.end)


def text_digest(text: str) -> str:
    """Return the key under which the vector of a text is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def _new_id(document: str, path: tuple[str, ...], text: str, used: set[str]) -> str:
    """Return an id that depends on path and text only. The second of two equal passages ends in ``-2``."""
    digest = hashlib.sha256("\0".join((*path, "", text)).encode()).hexdigest()[:_ID_DIGITS]
    new, number = f"{document}#c{digest}", 1
    while new in used:
        number += 1
        new = f"{document}#c{digest}-{number}"
    used.add(new)
    return new


def _values(piece: _Piece, mentions: dict[str, list[tuple[int, int, str]]]) -> Iterator[str]:
    for start, end, value in mentions.get(piece.block.id, ()):
        if piece.start <= start and end <= piece.end:
            yield value


def _counterparts(
    rows: Sequence[ChunkRow], chunks: Sequence[_Chunk], alignments: Iterable[AlignmentRow]
) -> dict[str, tuple[str, ...]]:
    """Return for the id of a chunk the chunks of the other language that hold the text aligned with it."""
    pieces: dict[str, list[tuple[_Piece, str]]] = {}
    for row, chunk in zip(rows, chunks, strict=True):
        for piece in chunk:
            pieces.setdefault(piece.block.id, []).append((piece, row.id))
    order = {row.id: number for number, row in enumerate(rows)}
    found: dict[str, set[str]] = {}
    for bead in alignments:
        if bead.unit == "section":
            continue
        ja, en = (
            {each for unit in side for each in _holders(unit, bead.unit == "sentence", pieces)}
            for side in (bead.ja, bead.en)
        )
        # Where a block is cut into several chunks, its sentences say which of them belong together.
        if bead.unit == "block" and (len(ja) > 1 and len(en) > 1):
            continue
        for one in ja:
            found.setdefault(one, set()).update(en)
        for other in en:
            found.setdefault(other, set()).update(ja)
    return {key: tuple(sorted(ids, key=order.__getitem__)) for key, ids in found.items()}


def _holders(unit: str, is_sentence: bool, pieces: dict[str, list[tuple[_Piece, str]]]) -> Iterator[str]:
    """Yield the ids of the chunks that hold a block, or the beginning of a sentence."""
    if not is_sentence:
        yield from (chunk for _, chunk in pieces.get(unit, ()))
        return
    span = sentence_span(unit)
    if span is not None:
        block, start, _ = span
        yield from (chunk for piece, chunk in pieces.get(block, ()) if piece.start <= start < piece.end)

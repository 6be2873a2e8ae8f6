"""Turn the text of blocks into markup: mentions, sentences, footnote anchors, tables. All text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from aisi_ingest.publish.schema import BlockRow, MentionRow, TableRow

_LEADER = re.compile(r"((?:[.․‥…・·] ?){6,})")  # dots between a heading and its page number
_PRINTED_MARK = re.compile(r"[(（]?(?:注|※|\*)?\s?\d{1,3}(?=\D)|[※*†‡]+")
_CELL_SEPARATOR = " | "  # between the cells of a row in the text of a table block


def printed_mark(text: str) -> str | None:
    """Return the mark at the beginning of a footnote's text (``3``, ``※1``, ``*``), or None."""
    match = _PRINTED_MARK.match(text)
    return match.group().strip("(（ ") if match else None


class Context(Struct, frozen=True):
    """Everything needed to mark up the text of one document."""

    anchors: Mapping[str, str]  # block id to HTML id
    mentions: Mapping[str, Sequence[MentionRow]]  # block id to mentions
    sentences: Mapping[str, Sequence[tuple[int, int, str]]]  # block id to (start, end, bead)
    tables: Mapping[str, TableRow]  # block id to table
    note_marks: Mapping[str, str]  # id of a footnote's block to its mark, as printed, or else to its number
    entity_name: Callable[[str], str | None]  # preferred names by entity id
    entity_link: Callable[[str], str | None]  # link to the page of an entity


def block_text(block: BlockRow, context: Context) -> Markup:
    """Return the text of a block with its marker, mentions, sentences and footnote anchors."""
    text = _range(block, context, 0, len(block.text), with_sentences=True)
    if block.marker is None or block.text.startswith(block.marker):
        return text
    return Markup('<span class="marker">%s</span> %s') % (block.marker, text)


def table_markup(block: BlockRow, table: TableRow, context: Context) -> Markup:
    """Return the rows as an HTML table.

    Mentions are marked in the cells where the text of the block consists of these rows, joined by ``" | "``.
    """
    pieces = [Markup('<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')]
    if table.caption:
        pieces.append(Markup("<caption>%s</caption>") % table.caption)
    rows_are_text = block.text == "\n".join(_CELL_SEPARATOR.join(row) for row in table.rows)
    offset = 0
    for number, row in enumerate(table.rows):
        pieces.append(_row_start(number, table.header_rows))
        spans: list[tuple[int, int]] = []
        for cell in row:
            spans.append((offset, offset + len(cell)))
            offset += len(cell) + len(_CELL_SEPARATOR)
        offset += 1 - len(_CELL_SEPARATOR) if row else 1  # a line break instead of a separator
        pieces += _cells(row, spans if rows_are_text else None, number < table.header_rows, block, context)
        pieces.append(Markup("</tr>"))
        if number + 1 == table.header_rows:
            pieces.append(Markup("</thead>"))
    pieces.append(Markup("</table></div>"))
    return Markup("").join(pieces)


def _row_start(number: int, header_rows: int) -> Markup:
    if number == 0 and header_rows:
        return Markup("<thead><tr>")
    return Markup("<tbody><tr>") if number == header_rows else Markup("<tr>")


def _cells(
    row: Sequence[str], spans: list[tuple[int, int]] | None, header: bool, block: BlockRow, context: Context
) -> list[Markup]:
    """Return the cells of one row. In headers, a merged cell, which is repeated to the right, is shown once."""
    cells, column = [], 0
    while column < len(row):
        width = 1
        while header and row[column] and column + width < len(row) and row[column + width] == row[column]:
            width += 1
        text = _range(block, context, *spans[column], with_sentences=False) if spans else escape(row[column])
        name = "th" if header and row[column] else "td"
        attribute = Markup(' colspan="%d"') % width if width > 1 else Markup("")
        cells.append(Markup("<%s%s>%s</%s>") % (name, attribute, text, name))
        column += width
    return cells


def _range(block: BlockRow, context: Context, start: int, end: int, *, with_sentences: bool) -> Markup:
    """Return a part of a block's text with its mentions and, if they can be drawn, its sentences."""
    mentions = [m for m in context.mentions.get(block.id, ()) if start <= m.start and m.end <= end]
    spans = [(s, e, bead) for s, e, bead in context.sentences.get(block.id, ()) if start <= s and e <= end]
    mention_is_cut = any(m.start < edge < m.end for m in mentions for s, e, _ in spans for edge in (s, e))
    if not with_sentences or mention_is_cut or len(spans) <= 1:
        return _with_mentions(block, context, start, end, mentions)
    pieces, at = [], start
    for first, last, bead in sorted(spans):
        if first < at:  # overlapping sentences cannot be drawn
            return _with_mentions(block, context, start, end, mentions)
        between = [m for m in mentions if at <= m.start and m.end <= first]
        inside = [m for m in mentions if first <= m.start and m.end <= last]
        pieces.append(_with_mentions(block, context, at, first, between))
        text = _with_mentions(block, context, first, last, inside)
        pieces.append(Markup('<span class="s" data-s="%s">%s</span>') % (bead, text))
        at = last
    pieces.append(_with_mentions(block, context, at, end, [m for m in mentions if at <= m.start]))
    return Markup("").join(pieces)


def _with_mentions(block: BlockRow, context: Context, start: int, end: int, mentions: Sequence[MentionRow]) -> Markup:
    return _nested(block, context, start, end, sorted(mentions, key=lambda m: (m.start, -m.end)), inside=False)


def _nested(
    block: BlockRow, context: Context, start: int, end: int, mentions: Sequence[MentionRow], *, inside: bool
) -> Markup:
    pieces, at, rest = [], start, list(mentions)
    while rest:
        mention = rest.pop(0)
        if mention.start < at or mention.end > end:
            continue  # it overlaps another mention: only the first is drawn
        inner = [m for m in rest if m.end <= mention.end]
        rest = [m for m in rest if m.start >= mention.end]
        pieces.append(_with_notes(block, context, at, mention.start))
        text = _nested(block, context, mention.start, mention.end, inner, inside=True)
        has_note = any(mention.start < note.offset < mention.end for note in block.notes)
        linked = not inside and not has_note  # a link cannot contain a link
        pieces.append(_mention(mention, text, context, linked=linked))
        at = mention.end
    pieces.append(_with_notes(block, context, at, end, last=end == len(block.text)))
    return Markup("").join(pieces)


def _mention(mention: MentionRow, text: Markup, context: Context, *, linked: bool) -> Markup:
    kind = mention.label.lower()
    if mention.label == "DATE":
        title = f"DATE · {mention.value or 'not resolved'}"
        return Markup('<span class="m date" title="%s">%s</span>') % (title, text)
    name = context.entity_name(mention.value) if mention.value else None
    title = f"{mention.label} · {name or 'not linked'}"
    link = context.entity_link(mention.value) if linked and mention.value else None
    if link:
        return Markup('<a class="m %s" href="%s" title="%s">%s</a>') % (kind, link, title, text)
    return Markup('<span class="m %s" title="%s">%s</span>') % (kind, title, text)


def _with_notes(block: BlockRow, context: Context, start: int, end: int, *, last: bool = False) -> Markup:
    """Return plain text with its footnote anchors. An anchor at ``end`` is included only in the last piece."""
    pieces, at = [], start
    for note in sorted(block.notes, key=lambda each: each.offset):
        mark, target = context.note_marks.get(note.block), context.anchors.get(note.block)
        if mark is None or target is None or not (start <= note.offset < end or (last and note.offset == end)):
            continue
        pieces.append(_plain(block.text[at : note.offset]))
        pieces.append(
            Markup('<sup><a class="noteref" href="#%s" id="%s">%s</a></sup>') % (target, f"{target}-ref", mark)
        )
        at = note.offset
    pieces.append(_plain(block.text[at:end]))
    return Markup("").join(pieces)


def _plain(text: str) -> Markup:
    """Return escaped text. The dots before a page number in a table of contents get a class, to be shown short."""
    pieces = []
    for number, piece in enumerate(_LEADER.split(text)):
        pieces.append(Markup('<span class="leader">%s</span>') % piece if number % 2 else escape(piece))
    return Markup("").join(pieces)

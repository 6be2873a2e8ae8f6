"""The text of blocks as markup: mentions, sentences, footnote anchors, tables. Everything is escaped here, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from aisi_ingest.publish.schema import BlockRow, MentionRow, TableRow

_LEADER = re.compile(r"((?:[.․‥…・·] ?){6,})")


_PRINTED_MARK = re.compile(r"[(（]?(?:注|※|\*)?\s?\d{1,3}(?=\D)|[※*†‡]+")


def printed_mark(text: str) -> str | None:
    """The mark that a footnote's text begins with (``3``, ``※1``, ``*``), or None."""
    match = _PRINTED_MARK.match(text)
    return match.group().strip("(（ ") if match else None


class Context(Struct, frozen=True):
    """What the text of one document needs to be marked up."""

    side: str  # prefix of anchors: the language of the column
    mentions: Mapping[str, Sequence[MentionRow]]  # block id to mentions
    sentences: Mapping[str, Sequence[tuple[int, int, str]]]  # block id to (start, end, bead)
    tables: Mapping[str, TableRow]  # block id to table
    note_marks: Mapping[str, str]  # id of a footnote's block to its mark: as printed, or its number
    entity_name: Callable[[str], str | None]
    entity_link: Callable[[str], str | None]


def anchor(side: str, block: str) -> str:
    """The id of a block in the page."""
    return f"{side}-{block.partition('#')[2]}"


def block_text(block: BlockRow, context: Context) -> Markup:
    """The block's text with its mentions, sentences and footnote anchors."""
    return _piece(block, context, 0, len(block.text), with_sentences=True)


def table_markup(block: BlockRow, table: TableRow, context: Context) -> Markup:
    """The rows as an HTML table. Mentions stand in their cells as long as the block's text is these rows."""
    out = [Markup('<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')]
    if table.caption:
        out.append(Markup("<caption>%s</caption>") % table.caption)
    same = block.text == "\n".join(" | ".join(row) for row in table.rows)
    at = 0
    for number, row in enumerate(table.rows):
        out.append(_row_open(number, table.header_rows))
        cells: list[tuple[int, int]] = []
        for cell in row:
            cells.append((at, at + len(cell)))
            at += len(cell) + 3
        at += 1 - 3 if row else 1
        out += _cells(row, cells if same else None, number < table.header_rows, block, context)
        out.append(Markup("</tr>"))
        if number + 1 == table.header_rows:
            out.append(Markup("</thead>"))
    out.append(Markup("</table></div>"))
    return Markup("").join(out)


def _row_open(number: int, header_rows: int) -> Markup:
    if number == 0 and header_rows:
        return Markup("<thead><tr>")
    return Markup("<tbody><tr>") if number == header_rows else Markup("<tr>")


def _cells(
    row: Sequence[str], spans: list[tuple[int, int]] | None, header: bool, block: BlockRow, context: Context
) -> list[Markup]:
    """Cells of one row. In headers, where a merged cell repeats itself to the right, it is drawn once."""
    out, column = [], 0
    while column < len(row):
        wide = 1
        while header and row[column] and column + wide < len(row) and row[column + wide] == row[column]:
            wide += 1
        text = _piece(block, context, *spans[column], with_sentences=False) if spans else escape(row[column])
        name = "th" if header and row[column] else "td"
        attribute = Markup(' colspan="%d"') % wide if wide > 1 else Markup("")
        out.append(Markup("<%s%s>%s</%s>") % (name, attribute, text, name))
        column += wide
    return out


def _piece(block: BlockRow, context: Context, start: int, end: int, *, with_sentences: bool) -> Markup:
    mentions = [m for m in context.mentions.get(block.id, ()) if start <= m.start and m.end <= end]
    spans = [(s, e, bead) for s, e, bead in context.sentences.get(block.id, ()) if start <= s and e <= end]
    cut = any(m.start < edge < m.end for m in mentions for s, e, _ in spans for edge in (s, e))
    if not with_sentences or cut or len(spans) < 2:
        return _mentioned(block, context, start, end, mentions)
    out, at = [], start
    for first, last, bead in sorted(spans):
        if first < at:  # sentences overlap: the alignment is of no use for drawing
            return _mentioned(block, context, start, end, mentions)
        between = [m for m in mentions if at <= m.start and m.end <= first]
        inside = [m for m in mentions if first <= m.start and m.end <= last]
        out.append(_mentioned(block, context, at, first, between))
        text = _mentioned(block, context, first, last, inside)
        out.append(Markup('<span class="s" data-s="%s">%s</span>') % (bead, text))
        at = last
    out.append(_mentioned(block, context, at, end, [m for m in mentions if at <= m.start]))
    return Markup("").join(out)


def _mentioned(block: BlockRow, context: Context, start: int, end: int, mentions: Sequence[MentionRow]) -> Markup:
    return _nested(block, context, start, end, sorted(mentions, key=lambda m: (m.start, -m.end)), inside=False)


def _nested(
    block: BlockRow, context: Context, start: int, end: int, mentions: Sequence[MentionRow], *, inside: bool
) -> Markup:
    out, at, rest = [], start, list(mentions)
    while rest:
        mention = rest.pop(0)
        if mention.start < at or mention.end > end:
            continue  # it crosses another one: the first is drawn
        inner = [m for m in rest if m.end <= mention.end]
        rest = [m for m in rest if m.start >= mention.end]
        out.append(_noted(block, context, at, mention.start))
        text = _nested(block, context, mention.start, mention.end, inner, inside=True)
        noted = any(mention.start < note.offset < mention.end for note in block.notes)  # a link holds no link
        out.append(_mention(mention, text, context, linked=not inside and not noted))
        at = mention.end
    out.append(_noted(block, context, at, end, last=end == len(block.text)))
    return Markup("").join(out)


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


def _noted(block: BlockRow, context: Context, start: int, end: int, *, last: bool = False) -> Markup:
    """Plain text with its footnote anchors. One at the very end belongs to the last piece only."""
    out, at = [], start
    for note in sorted(block.notes, key=lambda each: each.offset):
        mark = context.note_marks.get(note.block)
        if mark is None or not (start <= note.offset < end or (last and note.offset == end)):
            continue
        out.append(_plain(block.text[at : note.offset]))
        out.append(
            Markup('<sup><a class="noteref" href="#%s" id="%s">%s</a></sup>')
            % (anchor(context.side, note.block), f"{anchor(context.side, note.block)}-ref", mark)
        )
        at = note.offset
    out.append(_plain(block.text[at:end]))
    return Markup("").join(out)


def _plain(text: str) -> Markup:
    """Escaped text. The dots that lead to a page number in a table of contents are drawn short."""
    out = []
    for number, piece in enumerate(_LEADER.split(text)):
        out.append(Markup('<span class="leader">%s</span>') % piece if number % 2 else escape(piece))
    return Markup("").join(out)

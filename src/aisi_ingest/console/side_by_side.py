"""Show two texts side by side: two languages with their findings, or two editions with the changed words.

As text for a terminal, and as one HTML page without scripts and other files. All text is escaped.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from aisi_ingest.console.editions import EditionChanges
from aisi_ingest.model import Alignment, Block, Document, Finding
from aisi_ingest.publish.edition_sections import changed_sections
from aisi_ingest.publish.schema import EditionChangeRow
from aisi_ingest.text.normalise import is_wide

_MIN_COLUMN_WIDTH = 20  # columns of a terminal
_SCORE_COLUMN_WIDTH = 9  # columns for the score and the lines around it
_WIDE = 2  # columns of a wide character
_CONTEXT = 40  # code points of unchanged text that are shown on each side of a change


class Cell(Struct, frozen=True):
    """One side of a row: ids, text, kind and page of its blocks. Empty where there is no counterpart."""

    ids: tuple[str, ...] = ()
    text: str = ""
    kind: str = ""
    page: int | None = None


class Row(Struct, frozen=True):
    """Aligned blocks with the score of their bead and the findings about them."""

    ja: Cell
    en: Cell
    score: float
    findings: tuple[Finding, ...] = ()


def rows(ja: Document, en: Document, alignment: Alignment, findings: Sequence[Finding] = ()) -> list[Row]:
    """Return a row for each bead of blocks, with the findings about its blocks, in the order of the alignment.

    Suppressed findings are left out.
    """
    sides = [{block.id: block for block in document.content.blocks} for document in (ja, en)]
    by_block: tuple[dict[str, list[Finding]], dict[str, list[Finding]]] = ({}, {})  # for each language
    for finding in (each for each in findings if not each.suppressed):
        for side, ids in zip(by_block, (finding.ja, finding.en), strict=True):
            for i in ids:
                side.setdefault(i, []).append(finding)
    paired = []
    for bead in alignment.beads:
        if bead.unit != "block":
            continue
        pairs = zip(by_block, (bead.ja, bead.en), strict=True)
        found = [finding for side, ids in pairs for i in ids for finding in side.get(i, ())]
        unique = tuple(finding for number, finding in enumerate(found) if finding not in found[:number])
        paired.append(Row(_cell(sides[0], bead.ja), _cell(sides[1], bead.en), bead.score, unique))
    return paired


def _cell(blocks: dict[str, Block], ids: Iterable[str]) -> Cell:
    found = [blocks[i] for i in ids if i in blocks]
    if not found:
        return Cell()
    return Cell(tuple(b.id for b in found), "\n".join(b.text for b in found), found[0].kind, found[0].page)


# Text for a terminal ---------------------------------------------------------------------------------------------


def as_text(rows: Sequence[Row], width: int = 120) -> str:
    """Return rows as two columns, Japanese on the left. Findings follow their row, and begin with ``!``.

    Args:
        rows: The rows.
        width: Columns of the terminal.
    """
    column = max(_MIN_COLUMN_WIDTH, (width - _SCORE_COLUMN_WIDTH) // 2)
    lines = [f"{_padded('日本語', column)} │ score│ English", "─" * (column + 1) + "┼──────┼" + "─" * column]
    for row in rows:
        left, right = _wrapped(row.ja.text, column), _wrapped(row.en.text, column)
        for number in range(max(len(left), len(right), 1)):
            score = "     " if number else f"{row.score:5.2f}" if row.score else "  ·  "
            ja = _padded(left[number] if number < len(left) else "", column)
            en = right[number] if number < len(right) else ""
            lines.append(f"{ja} │{score} │ {en}".rstrip())
        lines += [f"  ! {finding.message['en']}" for finding in row.findings if row.ja.ids and row.en.ids]
    return "\n".join(lines) + "\n"


def _columns(char: str) -> int:
    """Return how many columns of a terminal a character takes: 0 for a combining one, 2 for a wide one."""
    if unicodedata.combining(char):
        return 0
    return _WIDE if is_wide(char) or unicodedata.east_asian_width(char) in "WF" else 1


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - sum(map(_columns, text)))


def _wrapped(text: str, width: int) -> list[str]:
    """Wrap a text to lines of at most ``width`` columns: Japanese anywhere, English between words."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for piece in _pieces(paragraph, width):
            size = sum(map(_columns, piece))
            if used + size > width:
                lines.append(line.rstrip())
                line, used = "", 0
                if piece.isspace():
                    continue
            line, used = line + piece, used + size
        lines.append(line.rstrip())
    return lines if text else []


def _pieces(text: str, width: int) -> list[str]:
    """Divide a text into pieces that stay on one line: a Latin word, a wide character, or a blank."""
    pieces: list[str] = []
    for char in text:
        if pieces and _in_word(char) and _in_word(pieces[-1][-1]) and len(pieces[-1]) < width:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _in_word(char: str) -> bool:
    return not char.isspace() and _columns(char) < _WIDE


def changes_as_text(changes: EditionChanges) -> str:
    """Return the changes between two editions as lines.

    ``+`` marks added, ``-`` removed, ``>`` moved and ``~`` changed sections and blocks. Changed words are marked as
    ``[-removed-]`` and ``{+added+}``.
    """
    signs = {"added": "+", "removed": "-", "moved": ">", "changed": "~"}
    lines = [f"{changes.before} → {changes.after}"]
    for section in changed_sections(changes.rows or ()):
        renamed = f" (was: {section.old_title})" if section.old_title else ""
        lines.append(f"{signs[section.kind]} {section.title or '—'}{renamed}")
        lines += [f"    {signs[block.kind]} {_marked_words(block)}" for block in section.blocks]
    if not changes.rows:
        lines.append("= no differences")
    return "\n".join(lines) + "\n"


def _marked_words(row: EditionChangeRow) -> str:
    return "".join(_marked(kind, " ".join(text.split("\n"))) for kind, text in row.words)


def _marked(kind: str, text: str) -> str:
    if kind == "same":
        return text if len(text) <= 2 * _CONTEXT else f"{text[:_CONTEXT]}…{text[-_CONTEXT:]}"
    return f"[-{text}-]" if kind == "removed" else f"{{+{text}+}}"


# HTML ------------------------------------------------------------------------------------------------------------

_STYLE = """
:root{color-scheme:light dark;--line:#8886;--soft:#8882;--bad:#b3261e;--good:#1b7f3b}
body{font:16px/1.6 system-ui,"Hiragino Sans","Noto Sans JP",sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
h1{font-size:1.4rem}table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border-top:1px solid var(--line);padding:.5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td{white-space:pre-line}th{position:sticky;top:0;background:Canvas}.score{width:4rem;text-align:right}
.heading,.title{font-weight:600}.list_item{padding-left:1.5rem}.code,.table{font-family:ui-monospace,monospace}
.alone{background:var(--soft)}.finding{color:var(--bad);font-size:.9rem}.kind{font-size:.85rem;opacity:.75}
ins{color:var(--good);text-decoration:underline}del{color:var(--bad)}
"""


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}</body></html>\n"
    )


def as_html(ja: Document, en: Document, alignment: Alignment, findings: Sequence[Finding] = ()) -> str:
    """Return one page with both texts in two columns, scores between them, and findings below their row."""
    title = f"{ja.content.title} · {en.content.title}"
    all_rows = rows(ja, en, alignment, findings)
    differing = sum(1 for f in findings if f.kind.endswith("differs") and not f.suppressed)
    paired = sum(1 for row in all_rows if row.ja.ids and row.en.ids)
    body = [
        f"<h1>{html.escape(title)}</h1>\n",
        f"<p>{paired} of {len(all_rows)} rows in both languages · 対応 {paired}/{len(all_rows)}; "
        f"{differing} values differ · 相違 {differing}</p>\n",
        '<table>\n<thead><tr><th scope="col">日本語</th><th scope="col" class="score">score</th>'
        '<th scope="col">English</th></tr></thead>\n<tbody>\n',
    ]
    for row in all_rows:
        unpaired = "" if row.ja.ids and row.en.ids else ' class="alone"'
        score = f"{row.score:.2f}" if row.score else "–"
        cells = f'{_html_cell(row.ja, "ja")}<td class="score">{score}</td>{_html_cell(row.en, "en")}'
        body.append(f"<tr{unpaired}>{cells}</tr>\n")
        body += [
            f'<tr><td colspan="3" class="finding"><span lang="ja">{html.escape(f.message["ja"])}</span>\n'
            f'<span lang="en">{html.escape(f.message["en"])}</span></td></tr>\n'
            for f in row.findings
            if not unpaired
        ]
    return _page(title, "".join(body) + "</tbody></table>\n")


def _html_cell(cell: Cell, lang: str) -> str:
    where = f' title="p. {cell.page}"' if cell.page else ""
    return f'<td lang="{lang}" class="{html.escape(cell.kind)}"{where}>{html.escape(cell.text)}</td>'


_CHANGES = {"added": "added · 追加", "removed": "removed · 削除", "moved": "moved · 移動", "changed": "changed · 変更"}


def changes_as_html(changes: EditionChanges) -> str:
    """Return one page with the changed sections of two editions: removed words struck out, added ones underlined."""
    lang, title = changes.lang, changes.title
    body = [f'<h1 lang="{lang}">{html.escape(title)}</h1>\n']
    if not changes.rows:
        body.append("<p>No differences. · 相違はありません。</p>\n")
    for section in changed_sections(changes.rows or ()):
        old_title = f" <del>{html.escape(section.old_title)}</del>" if section.old_title else ""
        heading = f'<span lang="{lang}">{html.escape(section.title) or "—"}</span>{old_title}'
        body.append(f'<h2>{heading} <span class="kind">{_CHANGES[section.kind]}</span></h2>\n')
        for block in section.blocks:
            body.append(f'<p lang="{lang}" class="{block.kind}">{"".join(map(_html_words, block.words))}</p>\n')
    return _page(title, "".join(body))


def _html_words(words: tuple[str, str]) -> str:
    text = html.escape(words[1]).replace("\n", "<br>")
    tag = {"same": "", "removed": "del", "added": "ins"}[words[0]]
    return f"<{tag}>{text}</{tag}>" if tag else text

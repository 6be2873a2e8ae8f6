"""Two texts side by side for a person: two languages with what differs, two editions with the changed words.

As lines for a terminal and as one HTML page that needs nothing else: no script, no network, all text escaped.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from aisi_ingest.model import Alignment, Block, Document, Edit, EditionDiff, Finding
from aisi_ingest.text.normalise import is_wide


class Cell(Struct, frozen=True):
    """One side of a row: its blocks' ids, text and kind; empty where there is no counterpart."""

    ids: tuple[str, ...] = ()
    text: str = ""
    kind: str = ""
    page: int | None = None


class Row(Struct, frozen=True):
    """Blocks that say the same, with the bead's score and the findings about them."""

    ja: Cell
    en: Cell
    score: float
    findings: tuple[Finding, ...] = ()


def rows(ja: Document, en: Document, alignment: Alignment, findings: Sequence[Finding] = ()) -> list[Row]:
    """The block beads of an alignment, in its order, each with the findings that name one of its blocks."""
    sides = [{block.id: block for block in document.content.blocks} for document in (ja, en)]
    told: tuple[dict[str, list[Finding]], dict[str, list[Finding]]] = ({}, {})
    for finding in findings:
        for side, ids in zip(told, (finding.ja, finding.en), strict=True):
            for i in ids:
                side.setdefault(i, []).append(finding)
    out = []
    for bead in alignment.beads:
        if bead.unit != "block":
            continue
        about = [f for side, ids in zip(told, (bead.ja, bead.en), strict=True) for i in ids for f in side.get(i, ())]
        unique = tuple(f for at, f in enumerate(about) if f not in about[:at])
        out.append(Row(_cell(sides[0], bead.ja), _cell(sides[1], bead.en), bead.score, unique))
    return out


def _cell(blocks: dict[str, Block], ids: Iterable[str]) -> Cell:
    found = [blocks[i] for i in ids if i in blocks]
    if not found:
        return Cell()
    return Cell(tuple(b.id for b in found), "\n".join(b.text for b in found), found[0].kind, found[0].page)


# In a terminal ---------------------------------------------------------------------------------------------------


def as_text(rows: Sequence[Row], width: int = 120) -> str:
    """Rows as two columns, Japanese left; what differs stands below its row, marked with ``!``."""
    column = max(20, (width - 9) // 2)
    lines = [f"{_padded('日本語', column)} │ score│ English", "─" * (column + 1) + "┼──────┼" + "─" * column]
    for row in rows:
        left, right = _wrapped(row.ja.text, column), _wrapped(row.en.text, column)
        for at in range(max(len(left), len(right), 1)):
            score = f"{row.score:5.2f}" if at == 0 and row.score else "  ·  " if at == 0 else "     "
            first = _padded(left[at] if at < len(left) else "", column)
            lines.append(f"{first} │{score} │ {right[at] if at < len(right) else ''}".rstrip())
        lines += [f"  ! {finding.message['en']}" for finding in row.findings if row.ja.ids and row.en.ids]
    return "\n".join(lines) + "\n"


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if is_wide(char) or unicodedata.east_asian_width(char) in "WF" else 1


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - sum(map(_columns, text)))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns; Japanese breaks anywhere, English between words that fit a line."""
    out: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for piece in _pieces(paragraph, width):
            size = sum(map(_columns, piece))
            if used + size > width:
                out.append(line.rstrip())
                line, used = "", 0
                if piece.isspace():
                    continue
            line, used = line + piece, used + size
        out.append(line.rstrip())
    return out if text else []


def _pieces(text: str, width: int) -> list[str]:
    """What stays together on a line: a Latin word, one wide character, or a blank."""
    out: list[str] = []
    for char in text:
        joins = (
            out and not char.isspace() and _columns(char) < 2 and not out[-1].isspace() and _columns(out[-1][-1]) < 2
        )
        if joins and len(out[-1]) < width:
            out[-1] += char
        else:
            out.append(char)
    return out


def diff_as_text(diff: EditionDiff) -> str:
    """A diff of editions as lines: ``+`` added, ``-`` removed, ``>`` moved, ``~`` changed, with ``[-…-]{+…+}``."""
    signs = {"added": "+", "removed": "-", "moved": ">", "changed": "~"}
    lines = [f"{diff.old} → {diff.new}"]
    for section in diff.sections:
        renamed = f" (was: {section.old_title})" if section.old_title else ""
        lines.append(f"{signs[section.kind]} {section.title or '—'}{renamed}")
        lines += [f"    {signs[block.kind]} {''.join(map(_marked, block.edits))}" for block in section.blocks]
    if not diff.sections:
        lines.append("= no differences")
    return "\n".join(lines) + "\n"


_KEPT = 40  # characters of equal text shown on either side of a change


def _marked(edit: Edit) -> str:
    text = " ".join(edit.text.split("\n"))
    if edit.kind == "same":
        return text if len(text) <= 2 * _KEPT else f"{text[:_KEPT]}…{text[-_KEPT:]}"
    return f"[-{text}-]" if edit.kind == "removed" else f"{{+{text}+}}"


# As a page -------------------------------------------------------------------------------------------------------

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
    """One page with both texts in two columns, scores between them, and what differs below each row in red."""
    title = f"{ja.content.title} · {en.content.title}"
    every = rows(ja, en, alignment, findings)
    differing = sum(1 for f in findings if not f.kind.startswith("missing"))
    paired = sum(1 for row in every if row.ja.ids and row.en.ids)
    body = [
        f"<h1>{html.escape(title)}</h1>\n",
        f"<p>{paired} of {len(every)} rows in both languages · 対応 {paired}/{len(every)}; "
        f"{differing} values differ · 相違 {differing}</p>\n",
        '<table>\n<thead><tr><th scope="col">日本語</th><th scope="col" class="score">score</th>'
        '<th scope="col">English</th></tr></thead>\n<tbody>\n',
    ]
    for row in every:
        alone = "" if row.ja.ids and row.en.ids else ' class="alone"'
        score = f"{row.score:.2f}" if row.score else "–"
        cells = f'{_html_cell(row.ja, "ja")}<td class="score">{score}</td>{_html_cell(row.en, "en")}'
        body.append(f"<tr{alone}>{cells}</tr>\n")
        body += [
            f'<tr><td colspan="3" class="finding"><span lang="ja">{html.escape(f.message["ja"])}</span>\n'
            f'<span lang="en">{html.escape(f.message["en"])}</span></td></tr>\n'
            for f in row.findings
            if not alone
        ]
    return _page(title, "".join(body) + "</tbody></table>\n")


def _html_cell(cell: Cell, lang: str) -> str:
    where = f' title="p. {cell.page}"' if cell.page else ""
    return f'<td lang="{lang}" class="{html.escape(cell.kind)}"{where}>{html.escape(cell.text)}</td>'


_CHANGES = {"added": "added · 追加", "removed": "removed · 削除", "moved": "moved · 移動", "changed": "changed · 変更"}


def diff_as_html(old: Document, new: Document, diff: EditionDiff) -> str:
    """One page with the sections that changed between two editions, removed words struck out, added ones underlined."""
    lang = new.content.lang
    title = f"{new.content.title}: {old.edition or old.id} → {new.edition or new.id}"
    body = [f'<h1 lang="{lang}">{html.escape(title)}</h1>\n']
    if not diff.sections:
        body.append("<p>No differences. · 相違はありません。</p>\n")
    for section in diff.sections:
        was = f" <del>{html.escape(section.old_title)}</del>" if section.old_title else ""
        heading = f'<span lang="{lang}">{html.escape(section.title) or "—"}</span>{was}'
        body.append(f'<h2>{heading} <span class="kind">{_CHANGES[section.kind]}</span></h2>\n')
        for block in section.blocks:
            body.append(f'<p lang="{lang}" class="{block.kind}">{"".join(map(_html_edit, block.edits))}</p>\n')
    return _page(title, "".join(body))


def _html_edit(edit: Edit) -> str:
    text = html.escape(edit.text).replace("\n", "<br>")
    tag = {"same": "", "removed": "del", "added": "ins"}[edit.kind]
    return f"<{tag}>{text}</{tag}>" if tag else text

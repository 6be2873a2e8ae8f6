"""Parse the sample texts: a small part of Markdown, one block for each line.

``# 1 Title`` heading · ``- item`` and ``  - item`` bullets · ``1. item`` numbered · ``Caption: ...`` ·
``| a | b |`` table rows, where ``^`` merges with the cell above, ``<`` with the cell to the left, and
``|---|`` ends the header · ``[^1]`` footnote anchor, ``[^1]: ...`` the note · ``> ...`` speaker's note ·
``<<`` and ``>>`` begin the left and the right column of a slide. Lines before ``---`` are ``key: value``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TEXTS = Path(__file__).parent / "text"

_HEADING = re.compile(r"(#+) (?:((?:付録|Annex )[A-Z]|\d+(?:\.\d+)*) )?(.+)")
_NUMBERED = re.compile(r"(\d+\.) (.+)")
_NOTE = re.compile(r"\[\^(\d+)\]: (.+)")


@dataclass(frozen=True)
class Cell:
    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Table:
    cells: tuple[Cell, ...]
    height: int  # rows
    width: int  # columns
    header_rows: int


@dataclass(frozen=True)
class Block:
    """``kind``: heading, paragraph, bullet, numbered, caption, table, note, left, right."""

    kind: str
    text: str = ""
    level: int = 1
    number: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class Text:
    lang: str
    meta: dict[str, str]
    blocks: tuple[Block, ...]
    footnotes: dict[str, str]

    def headings(self) -> list[Block]:
        return [block for block in self.blocks if block.kind == "heading"]


def read(name: str, changes: dict[str, str] | None = None) -> Text:
    """Read ``text/<name>.md``. ``changes`` maps passages that must occur exactly once to their replacements.

    Raises:
        ValueError: A passage is missing or occurs more than once.
    """
    text = (TEXTS / f"{name}.md").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        if text.count(old) != 1:
            raise ValueError(f"{name}.md has {text.count(old)} occurrences of {old!r}, not one")
        text = text.replace(old, new)
    return parse(text, name.rpartition(".")[2])


def parse(text: str, lang: str) -> Text:
    head, body = text.split("\n---\n", 1)
    meta = dict(line.split(": ", 1) for line in head.splitlines())
    blocks: list[Block] = []
    footnotes: dict[str, str] = {}
    rows: list[str] = []
    for line in [*body.splitlines(), ""]:
        if line.startswith("|"):
            rows.append(line)
            continue
        if rows:
            blocks.append(Block("table", table=_table(rows)))
            rows = []
        if note := _NOTE.fullmatch(line):
            footnotes[note[1]] = note[2]
        elif heading := _HEADING.fullmatch(line):
            blocks.append(Block("heading", heading[3], len(heading[1]), heading[2] or ""))
        elif numbered := _NUMBERED.fullmatch(line):
            blocks.append(Block("numbered", numbered[2], number=numbered[1]))
        elif line.lstrip().startswith("- "):
            indent = len(line) - len(line.lstrip())
            blocks.append(Block("bullet", line.lstrip()[2:], 1 + indent // 2))
        elif line.startswith("Caption: "):
            blocks.append(Block("caption", line.removeprefix("Caption: ")))
        elif line.startswith("> "):
            blocks.append(Block("note", line[2:]))
        elif line in ("<<", ">>"):
            blocks.append(Block("left" if line == "<<" else "right"))
        elif line:
            blocks.append(Block("paragraph", line))
    return Text(lang, meta, tuple(blocks), footnotes)


def _table(lines: list[str]) -> Table:
    header_rows = next((i for i, line in enumerate(lines) if line.startswith("|---")), 0)
    grid = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")]
    cells = []
    for row, line in enumerate(grid):
        for column, text in enumerate(line):
            if text in ("^", "<"):
                continue
            rows = columns = 1
            while row + rows < len(grid) and grid[row + rows][column] == "^":
                rows += 1
            while column + columns < len(line) and line[column + columns] == "<":
                columns += 1
            cells.append(Cell(text, row, column, rows, columns))
    return Table(tuple(cells), len(grid), len(grid[0]), header_rows)

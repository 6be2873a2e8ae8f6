"""Apply corrections to the content of a document: its own fields, its blocks, its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.corrections.outline import with_sections
from aisi_ingest.corrections.quotes import Problem, find_block, shortened
from aisi_ingest.model import Block, Content, Correction, Table, TableCell
from aisi_ingest.text.normalise import normalise

_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")  # no space stands between two of them
_CELL_SEPARATOR = " | "


class Corrected(Struct, frozen=True):
    """A content with its corrections.

    Attributes:
        content: The content.
        problems: The corrections that could not be applied.
    """

    content: Content
    problems: tuple[Problem, ...] = ()


def correct_content(content: Content, corrections: Iterable[Correction]) -> Corrected:
    """Apply corrections of documents, blocks and tables.

    All quotes are looked up in the content as it was read, so the order of the corrections makes no difference to
    what they find. Corrections of other kinds are ignored.
    """
    wanted = [each for each in corrections if each.of in ("document", "block", "table")]
    if not wanted:
        return Corrected(content)
    problems: list[Problem] = []
    for each in (each for each in wanted if each.of == "document"):
        own = {key: each.set[key] for key in ("title", "lang", "kind") if key in each.set}
        content = replace(content, **own)
    blocks = _found_blocks(content, [each for each in wanted if each.of == "block"], problems)
    tables = _found_tables(content, [each for each in wanted if each.of == "table"], problems)
    texts = {block.id: block.text for block in content.blocks}
    content = _with_tables(content, tables, problems)
    changed = _with_blocks(content, blocks, problems)
    content = with_sections(content, changed) if blocks else content
    return Corrected(_without_old_places(content, texts), tuple(problems))


def _without_old_places(content: Content, read: Mapping[str, str]) -> Content:
    """Return the content without places of characters in texts that are no longer as they were read.

    Args:
        content: The corrected content.
        read: The texts of the blocks before the corrections, by id.
    """
    blocks = (
        replace(block, runs=()) if block.runs and read.get(block.id) != block.text else block
        for block in content.blocks
    )
    return replace(content, blocks=tuple(blocks))


def _found_blocks(
    content: Content, corrections: Sequence[Correction], problems: list[Problem]
) -> list[tuple[str, Correction]]:
    """Find the block of each correction, and set aside those that contradict each other."""
    found: list[tuple[str, Correction]] = []
    known: dict[tuple[str, str], tuple[object, Correction]] = {}
    for each in corrections:
        block = find_block(content.blocks, each)
        if isinstance(block, Problem):
            problems.append(block)
            continue
        clash = [
            known[block.id, key] for key, value in each.set.items() if known.get((block.id, key), (value,))[0] != value
        ]
        if clash:
            message = f"“{shortened(each.text)}” and “{shortened(clash[0][1].text)}” are one block with two values"
            problems.append(Problem(each, message))
            continue
        known.update({(block.id, key): (value, each) for key, value in each.set.items()})
        found.append((block.id, each))
    return found


def _with_blocks(content: Content, found: Sequence[tuple[str, Correction]], problems: list[Problem]) -> list[Block]:
    blocks = list(content.blocks)
    for identity, each in found:
        at = next((k for k, block in enumerate(blocks) if block.id == identity), None)
        if at is None:
            problems.append(Problem(each, f"“{shortened(each.text)}” was merged into the block before it"))
        elif each.set:
            blocks[at] = _with_fields(blocks[at], each.set)
        elif each.merge:
            _merge(blocks, at, each, problems)
        elif each.split:
            _split(blocks, at, each, problems)
        else:
            target = find_block(content.blocks, each, each.move_after)
            if isinstance(target, Problem):
                problems.append(target)
            else:
                block = blocks.pop(at)
                after = next(k for k, other in enumerate(blocks) if other.id == target.id)
                section = None if block.hidden else target.section
                blocks.insert(after + 1, replace(block, section=section))
    return blocks


def _with_fields(block: Block, fields: dict[str, Any]) -> Block:
    values = dict(fields)
    if "text" in values:
        values["text"] = normalise(values["text"])
        length = len(values["text"])
        values["notes"] = tuple(replace(note, offset=min(note.offset, length)) for note in block.notes)
    if "hidden" in values and not values["hidden"]:
        values["hidden_reason"] = None
    if "marker" in values:
        values["marker"] = values["marker"] or None
    return replace(block, **values)


def _merge(blocks: list[Block], at: int, correction: Correction, problems: list[Problem]) -> None:
    """Join a block with the next one that is read in its section."""
    block = blocks[at]
    following = next((k for k in range(at + 1, len(blocks)) if blocks[k].section == block.section), None)
    if following is None or "table" in (block.kind, blocks[following].kind):
        problems.append(Problem(correction, f"“{shortened(block.text)}” has no next text in its section"))
        return
    other = blocks.pop(following)
    gap = "" if _CJK.match(block.text[-1:]) or _CJK.match(other.text[:1]) or not block.text else " "
    start = len(block.text) + len(gap)
    notes = block.notes + tuple(replace(note, offset=note.offset + start) for note in other.notes)
    blocks[at] = replace(block, text=f"{block.text}{gap}{other.text}", notes=notes)


def _split(blocks: list[Block], at: int, correction: Correction, problems: list[Problem]) -> None:
    """Divide a block before the given words."""
    block = blocks[at]
    start = block.text.find(normalise(correction.split))
    if start <= 0 or block.kind == "table":
        text = f"“{shortened(block.text)}” does not contain “{shortened(correction.split)}” behind its beginning"
        problems.append(Problem(correction, text))
        return
    first, second = block.text[:start].rstrip(), block.text[start:]
    number = max(int(other.id.removeprefix("b")) for other in blocks if other.id[1:].isdigit()) + 1
    before = tuple(note for note in block.notes if note.offset <= len(first))
    behind = tuple(replace(note, offset=note.offset - start) for note in block.notes if note.offset > start)
    blocks[at] = replace(block, text=first, notes=before)
    blocks.insert(at + 1, replace(block, id=f"b{number}", text=second, notes=behind, marker=None))


def _found_tables(
    content: Content, corrections: Sequence[Correction], problems: list[Problem]
) -> list[tuple[str, Correction]]:
    """Find the table of each correction. Those with ``bounds`` were applied when the file was read."""
    block_of = {table.block: table.id for table in content.tables}
    blocks = [block for block in content.blocks if block.id in block_of]
    found = []
    for each in (each for each in corrections if each.bounds is None):
        block = find_block(blocks, each)
        if isinstance(block, Problem):
            problems.append(block)
        else:
            found.append((block_of[block.id], each))
    return found


def _with_tables(content: Content, found: Sequence[tuple[str, Correction]], problems: list[Problem]) -> Content:
    for identity, each in found:
        table = next(table for table in content.tables if table.id == identity)
        new: Table | Problem = _with_cells(table, each) if each.cells else _with_head(table, each)
        if isinstance(new, Problem):
            problems.append(new)
            continue
        tables = tuple(new if other.id == identity else other for other in content.tables)
        text = "\n".join(_CELL_SEPARATOR.join(row) for row in new.rows)
        blocks = tuple(
            replace(block, text=text) if block.id == new.block and new.rows != table.rows else block
            for block in content.blocks
        )
        content = replace(content, tables=tables, blocks=blocks)
    return content


def _with_head(table: Table, correction: Correction) -> Table | Problem:
    rows = int(correction.set.get("header_rows", table.header_rows))
    if rows > len(table.rows):
        return Problem(correction, f"the table has {len(table.rows)} rows, not {rows} header rows")
    cells = tuple(replace(cell, header=cell.row < rows) for cell in table.cells)
    caption = correction.set.get("caption", table.caption)
    return replace(table, header_rows=rows, caption=str(caption) if caption else None, cells=cells)


def _with_cells(table: Table, correction: Correction) -> Table | Problem:
    rows = [list(row) for row in table.rows]
    cells = list(table.cells)
    for each in correction.cells:
        if not (0 <= each.row < len(rows) and 0 <= each.column < len(rows[each.row])):
            return Problem(correction, f"the table has no cell at row {each.row}, column {each.column}")
        text = normalise(each.text)
        covering = next((k for k, cell in enumerate(cells) if _covers(cell, each.row, each.column)), None)
        if covering is None:
            rows[each.row][each.column] = text
            continue
        cell = cells[covering] = replace(cells[covering], text=text)
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                rows[row][column] = text
    return replace(table, rows=tuple(map(tuple, rows)), cells=tuple(cells))


def _covers(cell: TableCell, row: int, column: int) -> bool:
    return cell.row <= row < cell.row + cell.row_span and cell.column <= column < cell.column + cell.column_span

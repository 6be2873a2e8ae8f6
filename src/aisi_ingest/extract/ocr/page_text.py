"""Turn recognised lines of text into paragraphs and blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aisi_ingest.extract.geometry import rounded_box, union
from aisi_ingest.extract.slides.paragraphs import Paragraph, split_paragraphs
from aisi_ingest.extract.slides.reading_order import visual_order
from aisi_ingest.extract.slides.text_boxes import Row, cluster_rows
from aisi_ingest.model import Block, BlockKind, Box, Lang
from aisi_ingest.text.normalise import join_lines, language_of

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import TextLine

# Height of the engine's boxes in type sizes: 1.2 to 1.3 on the scans at hand.
BOX_TO_SIZE = 1.25
_DESCENT = 0.2  # share of a box's height below the baseline
# Ratio up to which the sizes of two lines are the same. The boxes of lines in one type size differ, because they fit
# the highest and lowest character. On slides different sizes are more frequent than on paper.
_SAME_SIZE, _SAME_SIZE_ON_PAPER = 1.25, 1.45
_MAXIMUM_GAP, _MAXIMUM_GAP_ON_PAPER = 0.6, 1.5  # em between two pieces of one line that the engine found separately
_MAXIMUM_OVERLAP = -0.8  # em by which two such pieces may overlap
_BASELINE_SHIFT = 0.35  # em between their baselines
_PIECE_SIZE_RATIO = 1.3  # of their type sizes


def split_into_paragraphs(lines: Sequence[TextLine]) -> list[Paragraph]:
    """Return the text of a picture as paragraphs in reading order."""
    clusters = cluster_rows(build_rows(lines), [])
    order = visual_order([union([row.box for row in cluster]) for cluster in clusters])
    return [paragraph for k in order for paragraph in split_paragraphs(clusters[k])]


def figure_blocks(lines: Sequence[TextLine], page: int, lang: Lang, count: int) -> list[Block]:
    """Return the text of a picture as blocks of kind "figure_text" that are in no section.

    Args:
        lines: The recognised lines, in points of the page.
        page: Number of the page, from 1.
        lang: Language of the document.
        count: Number of blocks that the document already has.
    """
    found = split_into_paragraphs(lines)
    return [ocr_block(paragraph, "figure_text", page, lang, count + k) for k, paragraph in enumerate(found)]


def ocr_block(paragraph: Paragraph, kind: BlockKind, page: int, lang: Lang, count: int) -> Block:
    """Return a paragraph as a block. ``count`` is the number of blocks before it in the document."""
    text = paragraph.text
    level = 1 if kind == "list_item" else None
    language = language_of(text, lang)
    return Block(f"b{count + 1}", page, rounded_box(paragraph.box), kind, text, language, level=level, origin="ocr")


def build_rows(lines: Sequence[TextLine], on_paper: bool = False) -> list[Row]:
    """Build rows from recognised lines, from top to bottom.

    Pieces of one line that the engine found separately are joined. Lines of about the usual type size get exactly that.

    Args:
        lines: The lines.
        on_paper: Whether they are on a page of paper, not on a slide.
    """
    sizes = sorted((line.bottom - line.top) / BOX_TO_SIZE for line in lines)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    same_size = _SAME_SIZE_ON_PAPER if on_paper else _SAME_SIZE
    maximum_gap = _MAXIMUM_GAP_ON_PAPER if on_paper else _MAXIMUM_GAP
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.x0):
        height = line.bottom - line.top
        size = height / BOX_TO_SIZE
        if usual / same_size < size < usual * same_size:
            size = usual
        box = Box(line.x0, line.top, line.x1, line.bottom)
        row = Row(line.text, box, line.bottom - _DESCENT * height, size, False, 0, line.x0)
        before = next((k for k, other in enumerate(rows) if _continues(other, row, maximum_gap)), None)
        if before is None:
            rows.append(row)
        else:
            other = rows[before]
            rows[before] = replace(other, text=join_lines([other.text, row.text]), box=union([other.box, box]))
    return sorted(rows, key=lambda row: (row.baseline, row.box.x0))


def _continues(row: Row, other: Row, maximum_gap: float) -> bool:
    """Return whether ``other`` continues ``row`` on the same line. ``maximum_gap`` is in em."""
    gap = other.box.x0 - row.box.x1
    return (
        abs(row.baseline - other.baseline) < _BASELINE_SHIFT * row.em
        and _MAXIMUM_OVERLAP * row.em < gap < maximum_gap * row.em
        and max(row.size, other.size) < _PIECE_SIZE_RATIO * min(row.size, other.size)
    )

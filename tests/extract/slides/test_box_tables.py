"""Tables built from one box per cell, in PDF and PPTX; cards are not tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fixtures_slides import canvas, table_rows
from growth import growth

from aisi_ingest.extract.slides.tables.finder import find_slide_tables
from aisi_ingest.extract.slides.tables.model import Unit
from aisi_ingest.model import Box

FORMS = pytest.mark.parametrize("form", ["pdf", "pptx"])
TABLE = [
    ["段階", "行うこと", "残すもの"],
    ["準備", "目的を決める", "計画書"],
    ["試験", "弱い所をさがす", "記録"],
    ["改善", "直して確かめる", "報告書"],
]


def grid(
    folder: Path,
    form: str,
    widths: Sequence[float] = (90, 250, 250),
    heights: Sequence[float] = (24, 60, 60, 60),
    without: Sequence[tuple[int, int]] = (),
    gap: float = 6,
) -> list[list[list[str]]]:
    """Draw a grid of boxes and return the tables that are read from it.

    Args:
        folder: Folder of the file.
        form: "pdf" or "pptx".
        widths: Widths of the columns, in points.
        heights: Heights of the rows, in points.
        without: Row and column of each place without a box.
        gap: Gap between the boxes, in points.
    """
    slide = canvas(folder, form)
    slide.title("進め方")
    y = 120.0
    for i, height in enumerate(heights):
        x = 80.0
        for j, width in enumerate(widths):
            if (i, j) not in without:
                slide.bar((x, y, x + width, y + height), TABLE[i][j])
            x += width + gap
        y += height + gap
    return table_rows(slide.read())


@FORMS
def test_boxes_below_a_low_header_row_are_a_table(tmp_path: Path, form: str) -> None:
    assert grid(tmp_path, form) == [TABLE]


@FORMS
def test_boxes_beside_a_narrow_first_column_are_a_table(tmp_path: Path, form: str) -> None:
    assert grid(tmp_path, form, heights=(50,) * 4) == [TABLE]


@FORMS
def test_boxes_without_one_in_the_upper_left_corner_are_a_table(tmp_path: Path, form: str) -> None:
    expected = [["", *TABLE[0][1:]], *TABLE[1:]]
    assert grid(tmp_path, form, (200,) * 3, (50,) * 4, without=[(0, 0)]) == [expected]


@FORMS
@pytest.mark.parametrize(
    ("widths", "heights", "without", "gap"),
    [
        ((200,) * 3, (60,) * 4, (), 10),  # cards of one size
        ((90, 250, 250), (24, 60, 60, 60), [(2, 1)], 6),  # a place without a box
        ((90, 250, 250), (24, 60), (), 6),  # two rows
        ((90, 250), (24, 60, 60, 60), (), 6),  # two columns
        ((90, 200, 200), (24, 30, 30, 30), (), 70),  # far apart
    ],
    ids=["cards", "missing box", "two rows", "two columns", "far apart"],
)
def test_boxes_that_may_be_cards_are_not_a_table(
    tmp_path: Path,
    form: str,
    widths: Sequence[float],
    heights: Sequence[float],
    without: Sequence[tuple[int, int]],
    gap: float,
) -> None:
    found = grid(tmp_path, form, widths, heights, without, gap)
    assert not any(len(table) == len(heights) and len(table[0]) == 3 for table in found)


def test_a_map_of_thousands_of_shapes_is_no_table_and_takes_time_in_proportion() -> None:
    shapes = [Box(x, y, x + 8, y + 8) for x in range(0, 900, 10) for y in range(0, 500, 10)]
    units = [Unit("町", Box(s.x0 + 1, s.top + 1, s.x0 + 7, s.top + 7), 6) for s in shapes]

    def search(count: int) -> None:
        assert find_slide_tables(units[:count], shapes[:250], shapes[:count]) == []

    assert growth(search, 1125) < 8
    assert find_slide_tables(units[:900], shapes[:250], shapes) == []

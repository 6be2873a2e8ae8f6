"""The rectangles of blocks, mentions and sentences hold exactly their text, as PDFium reads the page."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fixtures_pdf import GOTHIC, MINCHO, Drawing, draw
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import replace
from pdf_readings import Pages, squeezed
from publications import document

from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.lines.line import Glyphs, Line
from aisi_ingest.extract.lines.places import text_runs
from aisi_ingest.model import Block, Box, Content, Mention
from aisi_ingest.publish.chunks import chunk_rows
from aisi_ingest.publish.rows import DocumentRows, document_rows
from aisi_ingest.publish.schema_fields import RegionField


def rows_of(content: Content, *mentions: Mention) -> DocumentRows:
    found, _ = document_rows(replace(document("en"), content=content, mentions=mentions), {})
    return found


def read(path: Path) -> Content:
    content = pdf_reader.read(path).value
    assert content is not None
    return content


def texts_inside(path: Path, regions: tuple[RegionField, ...]) -> str:
    return Pages(path).inside(to_builtins(regions))


def mention_of(block: Block, text: str, count: int = 1) -> Mention:
    start = -1
    for _ in range(count):
        start = block.text.index(text, start + 1)
    return Mention("m1", block.id, start, start + len(text), text, "ORG", "test")


def the_block(content: Content, text: str) -> Block:
    return next(block for block in content.blocks if text in block.text and block.kind != "furniture")


PROSE = (
    "The Example Institute was founded in 2019 to study the",
    "safety of large systems, and the Second Institute was",
    "founded two years later by the same ministry of science.",
)


def page_of_prose(d: Drawing) -> None:
    d.lines(72, 100, PROSE)


def test_the_region_of_a_mention_holds_its_characters_and_no_other(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", page_of_prose)
    content = read(path)
    block = the_block(content, "Example")
    for name in ("Example Institute", "2019", "Second Institute", "ministry"):
        (mention,) = rows_of(content, mention_of(block, name)).mentions
        assert len(mention.regions) == 1
        assert texts_inside(path, mention.regions) == squeezed(name)


def test_a_mention_over_a_line_break_has_one_region_for_each_line(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", page_of_prose)
    content = read(path)
    (mention,) = rows_of(content, mention_of(the_block(content, "Example"), "the safety of large")).mentions
    first, second = mention.regions
    assert texts_inside(path, (first,)) == "the" and texts_inside(path, (second,)) == "safetyoflarge"
    assert mention.page == first.page == 1


def test_japanese_text_that_bullets_and_note_marks_were_removed_from_keeps_its_places(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "・安全性評価は、評価機関", MINCHO, 12)
        d.text(72 + 12 * 12, 96, "1", MINCHO, 6)
        d.text(72 + 12 * 12 + 6, 100, "が2024年に行った調査である。", MINCHO, 12)
        d.text(72, 700, "1", MINCHO, 6)
        d.text(80, 702, "評価を行う機関のこと。", MINCHO, 8)

    path = draw(tmp_path / "a.pdf", page)
    content = read(path)
    block = the_block(content, "安全性評価")
    for name in ("安全性評価", "評価機関", "2024年", "調査"):
        (mention,) = rows_of(content, mention_of(block, name)).mentions
        assert texts_inside(path, mention.regions) == name


def test_a_block_has_one_region_for_each_page_that_it_runs_over(tmp_path: Path) -> None:
    def first(d: Drawing) -> None:
        d.lines(72, 100, [f"Line number {k} of the text goes on without any end or stop in" for k in range(50)])

    def second(d: Drawing) -> None:
        d.lines(72, 100, ["the second page, and this is where the paragraph ends at last.", "So it is."])

    path = draw(tmp_path / "a.pdf", first, second)
    rows = rows_of(read(path))
    block = next(each for each in rows.blocks if "second page" in each.text)
    assert [region.page for region in block.regions] == [1, 2]
    assert (block.page, block.bbox) == (block.regions[0].page, block.regions[0].bbox)
    assert texts_inside(path, block.regions) == squeezed(block.text)


def test_a_block_has_one_region_for_each_column_that_it_runs_over(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.lines(60, 100, [f"left column row {k} is filled with words of text" for k in range(40)])
        d.lines(320, 100, [f"right column row {k} is filled with words, too" for k in range(40)])

    path = draw(tmp_path / "a.pdf", page)
    block = next(each for each in rows_of(read(path)).blocks if "row 39 is filled with words of" in each.text)
    assert len(block.regions) == 2, block.regions
    assert block.regions[0].bbox[2] < block.regions[1].bbox[0]


def test_a_mention_in_a_table_has_the_place_of_its_own_words(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        xs, ys = (72, 250, 500), (100, 130, 160, 190)
        d.grid(xs, ys)
        d.cells(xs, ys, [["Name", "Remark"], ["First", "with the Agency"], ["Second", "with the Agency again"]])

    path = draw(tmp_path / "a.pdf", page)
    content = read(path)
    block = next(block for block in content.blocks if block.kind == "table")
    regions: list[RegionField] = []
    for count in (1, 2):
        (mention,) = rows_of(content, mention_of(block, "Agency", count)).mentions
        assert texts_inside(path, mention.regions) == "Agency"
        regions += mention.regions
    assert regions[0].bbox[1] < 160 < regions[1].bbox[1]


def test_turned_text_has_its_places_along_its_own_direction(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.canvas.rotate(90)
        for k in range(6):
            d.canvas.drawString(80, -100 - 14 * k, f"Turned line {k} names the Agency of Tests and others")

    path = draw(tmp_path / "a.pdf", page)
    content = read(path)
    block = the_block(content, "Agency")
    (mention,) = rows_of(content, mention_of(block, "Agency of Tests")).mentions
    assert texts_inside(path, mention.regions) == "AgencyofTests"


@pytest.mark.parametrize(("font", "text"), [("Helvetica", "one two three"), (GOTHIC, "安全 評価 指針")])
def test_a_line_of_a_slide_has_the_places_of_its_characters(tmp_path: Path, font: str, text: str) -> None:
    def slide(d: Drawing) -> None:
        d.text(40, 60, "A title in large type", "Helvetica", 28)
        d.text(40, 200, text, font, 18)

    path = draw(tmp_path / "a.pdf", slide, slide, size=(720, 405))
    content = read(path)
    assert content.kind == "deck"
    block = the_block(content, text[-2:])
    for word in text.split():
        (mention,) = rows_of(content, mention_of(block, word)).mentions
        assert texts_inside(path, mention.regions) == word


def test_without_characters_a_mention_has_the_region_of_its_block() -> None:
    block = Block("b1", 1, Box(10, 20, 200, 40), "paragraph", "The Agency acts.", "en")
    content = Content("deck", "pptx", "en", "T", ((720, 405),), (block,))
    (mention,) = rows_of(content, mention_of(block, "Agency")).mentions
    assert mention.regions == (RegionField(page=1, bbox=(10, 20, 200, 40)),)


def test_a_recognised_line_is_a_region_as_a_whole() -> None:
    def recognised(text: str, top: float) -> Line:
        box = Box(50, top, 300, top + 12)
        return Line(text, box, top + 10, 10, False, False, False, 0, 0, np.zeros(0, dtype=np.intp))

    runs = text_runs("first line second line", [(3, recognised("first line", 10)), (3, recognised("second line", 30))])
    assert [(run.start, run.end, run.box.top) for run in runs] == [(0, 10, 10), (11, 22, 30)]


def test_a_sentence_and_a_cut_chunk_have_the_places_of_their_own_text(tmp_path: Path) -> None:
    path = draw(
        tmp_path / "a.pdf", lambda d: d.lines(72, 100, [f"Sentence number {k} has this end. And it" for k in range(9)])
    )
    rows = rows_of(read(path))
    for chunk in chunk_rows([rows], [], size=80):
        assert squeezed(chunk.text) in texts_inside(path, chunk.regions)
        assert len(chunk.regions) == 1 and chunk.regions[0].bbox[3] - chunk.regions[0].bbox[1] < 60


@given(
    words=st.lists(st.text("abcé漢字・", min_size=1, max_size=6), min_size=1, max_size=8),
    removed=st.sets(st.integers(0, 40)),
)
def test_each_character_is_placed_at_most_once_and_in_order(words: list[str], removed: set[int]) -> None:
    written = "".join(words)
    edges = np.array([[10.0 * k, 10.0 * k + 9] for k in range(len(written))], dtype="f4")
    line = Line(
        written, Box(0, 0, 10.0 * len(written), 12), 10, 10, False, False, False, 0, 0, np.zeros(0, dtype=np.intp),
        glyphs=Glyphs(written, edges),
    )  # fmt: skip
    text = " ".join("".join(c for k, c in enumerate(word) if k not in removed) for word in words)
    runs = text_runs(text, [(1, line)])
    starts = [run.start for run in runs]
    assert starts == sorted(starts)
    assert all(len(run.advances) == run.end - run.start for run in runs)
    assert all(before.end <= after.start for before, after in pairwise(runs))
    assert all(before.box.x0 < after.box.x0 for before, after in pairwise(runs))

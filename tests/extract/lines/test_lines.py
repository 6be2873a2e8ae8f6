"""Group characters into lines: baselines, spaces, directions, raised characters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fixtures_pdf import GOTHIC, MINCHO, Drawing, draw
from hypothesis import given
from hypothesis import strategies as st

from aisi_ingest.extract.lines.line import Direction, Frame, Line
from aisi_ingest.extract.lines.lines import lines_of
from aisi_ingest.extract.lines.spaces import close_spaced_out
from aisi_ingest.extract.pdf.code_points import FOLDED, JAPANESE, WIDE, table_of
from aisi_ingest.extract.pdf.document import open_document
from aisi_ingest.extract.pdf.page import CHAR, Font, Page
from aisi_ingest.text.normalise import is_japanese, is_wide, normalise


def lines(path: Path) -> list[Line]:
    with open_document(path) as document:
        return [line for page in document.pages() for line in lines_of(page)]


def texts(path: Path) -> list[str]:
    return [line.text for line in lines(path)]


def page_of(*pieces: tuple[str, float, float, float]) -> Page:
    """Make a page with pieces of text at (text, x, baseline, size).

    Japanese characters are one em wide, Latin ones half an em, and "|" is a gap of a fifth of an em.
    """
    rows = []
    for text, x, y, size in pieces:
        for char in text:
            if char == "|":
                x += size / 5
                continue
            width = size if is_wide(char) else size / 2
            rows.append(
                (ord(char), x, y - 0.88 * size, x + width, y + 0.12 * size, x, y, size, 0, 255, 0, False, 0, False)
            )
            x += width
    chars = np.array(rows, dtype=CHAR)
    return Page(1, 595, 842, chars, (Font("Test"),), np.zeros(0, dtype=[("kind", "u1")]))


def line_texts(*pieces: tuple[str, float, float, float]) -> list[str]:
    return [line.text for line in lines_of(page_of(*pieces))]


def test_text_on_one_baseline_is_one_line_in_any_order_of_drawing(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(100, 100, "second")
        d.text(72, 100, "first,")

    path = draw(tmp_path / "a.pdf", page)
    assert texts(path) == ["first, second"]


def test_a_wide_gap_ends_a_line() -> None:
    assert line_texts(("left", 50, 100, 10), ("right", 200, 100, 10)) == ["left", "right"]


def test_a_gap_between_latin_words_is_a_space_even_if_the_file_has_none() -> None:
    assert line_texts(("red|teaming", 50, 100, 10)) == ["red teaming"]


def test_letter_spaced_latin_text_gets_no_spaces() -> None:
    assert line_texts(("S|U|M|M|A|R|Y", 50, 100, 10)) == ["SUMMARY"]


def test_justified_japanese_text_gets_no_spaces() -> None:
    assert line_texts(("人|工|知|能|の|安|全|性", 50, 100, 10)) == ["人工知能の安全性"]


def test_a_narrow_gap_between_japanese_and_latin_is_no_space() -> None:
    assert line_texts(("生成|AI|の利用", 50, 100, 10)) == ["生成AIの利用"]


def test_a_space_that_the_author_typed_between_japanese_and_latin_is_kept() -> None:
    assert line_texts(("生成 AI", 50, 100, 10)) == ["生成 AI"]


def test_an_ideographic_space_is_kept() -> None:
    assert line_texts(("第一章\u3000総則について", 50, 100, 10)) == ["第一章\u3000総則について"]


def test_a_half_width_gap_in_japanese_text_without_other_gaps_is_a_space() -> None:
    assert line_texts(("株式会社の|||取締役", 50, 100, 10)) == ["株式会社の 取締役"]


@pytest.mark.parametrize(
    ("spaced", "closed"),
    [
        ("目　次", "目次"),
        ("令 和 ２ 年", "令和２年"),
        ("以　上", "以上"),
        ("内山　幸樹", "内山　幸樹"),
        ("a b c", "a b c"),
    ],
)
def test_spaced_out_characters_lose_their_spaces_and_words_keep_them(spaced: str, closed: str) -> None:
    assert close_spaced_out(spaced) == closed


def test_the_text_of_a_line_is_normalised() -> None:
    assert line_texts(("⼈⼯知能とＡＩ", 50, 100, 10)) == ["人工知能とAI"]


def test_a_raised_digit_belongs_to_the_line_of_its_word() -> None:
    [line] = lines_of(page_of(("大規模モデル", 50, 100, 10), ("3", 110, 96, 6), ("の開発", 113, 100, 10)))
    assert line.text == "大規模モデル3の開発"
    assert line.raised == ((6, 7),)
    assert line.size == 10


def test_a_raised_span_counts_characters_after_normalisation() -> None:
    [line] = lines_of(page_of(("ﬁrst", 50, 100, 10), ("1", 70, 96, 6)))
    assert (line.text, line.raised) == ("first1", ((5, 6),))


def test_line_numbers_in_the_margin_are_not_raised() -> None:
    found = lines_of(page_of(("本文の行です", 80, 100, 12), ("9", 24, 100, 10)))
    assert [(line.text, line.raised) for line in found] == [("9", ()), ("本文の行です", ())]


def test_vertical_text_is_read_downwards(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        for k, char in enumerate("縦書きの本文"):
            d.text(500, 100 + 13 * k, char, MINCHO, 12)

    [line] = lines(draw(tmp_path / "v.pdf", page))
    assert (line.text, line.direction) == ("縦書きの本文", "vertical")
    assert line.box.bottom - line.box.top > 5 * 12


def test_japanese_characters_one_below_the_other_are_one_vertical_line() -> None:
    column = [(char, 500.0, 100.0 + 13 * k, 12.0) for k, char in enumerate("縦書き、の本文")]
    [vertical, horizontal] = lines_of(page_of(("横書きの行", 50.0, 100.0, 12.0), *column))
    assert (vertical.text, vertical.direction) == ("縦書き、の本文", "vertical")
    assert (horizontal.text, horizontal.direction) == ("横書きの行", "right")


def test_a_column_of_digits_or_bullets_is_no_vertical_text() -> None:
    column = [(str(n), 24.0, 100.0 + 11 * n, 10.0) for n in range(1, 9)]
    bullets = [("◦", 60.0, 300.0 + 11 * n, 10.0) for n in range(4)]
    assert {line.direction for line in lines_of(page_of(*column, *bullets))} == {"right"}


def test_turned_text_is_read_along_its_own_direction(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.canvas.saveState()
        d.canvas.translate(100, 300)
        d.canvas.rotate(90)
        d.canvas.setFont("Helvetica", 12)
        d.canvas.drawString(0, 0, "read upwards")
        d.canvas.restoreState()
        d.text(200, 300, "level")

    found = {line.direction: line.text for line in lines(draw(tmp_path / "t.pdf", page))}
    assert found == {"right": "level", "up": "read upwards"}


def test_ruby_follows_its_word_in_brackets() -> None:
    page = page_of(("役人が忖度をする", 50, 100, 12), ("そんたく", 86, 88, 6))
    [line] = lines_of(page)
    assert line.text == "役人が忖度（そんたく）をする"
    assert len(line.chars) == 12


def test_small_kana_over_latin_letters_is_a_line_of_its_own() -> None:
    assert line_texts(("ABCDEF", 50, 100, 12), ("かな", 52, 88, 6)) == ["かな", "ABCDEF"]


def test_hidden_characters_are_read_only_if_their_indices_are_given(tmp_path: Path) -> None:
    def drawn(d: Drawing) -> None:
        d.text(72, 100, "seen")
        d.text(72, 200, "unseen", mode=3)

    with open_document(draw(tmp_path / "h.pdf", drawn)) as document:
        [page] = document.pages()
    assert [line.text for line in lines_of(page)] == ["seen"]
    assert [line.text for line in lines_of(page, np.flatnonzero(page.chars["hidden"]))] == ["unseen"]


def test_a_line_has_the_length_of_its_bold_prefix(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.text(72, 100, "Note:", "Helvetica-Bold")
        d.text(105, 100, "the rest is light")

    [line] = lines(draw(tmp_path / "b.pdf", page))
    assert line.text[: line.bold_prefix] == "Note:"
    assert not line.bold


def test_the_box_of_a_line_covers_its_glyphs(tmp_path: Path) -> None:
    def drawn(d: Drawing) -> None:
        d.text(72, 100, "Covered", size=20)
        d.text(72, 200, "覆われる", GOTHIC, 20)

    with open_document(draw(tmp_path / "c.pdf", drawn)) as document:
        [page] = document.pages()
    for line in lines_of(page):
        chars = page.chars[line.chars]
        assert line.box.x0 <= chars["x0"].min() and line.box.x1 >= chars["x1"].max()
        assert line.box.top <= chars["top"].min() and line.box.bottom >= chars["bottom"].max()


def test_the_tables_of_character_classes_agree_with_the_functions_for_text() -> None:
    wide, japanese = table_of(WIDE), table_of(JAPANESE)
    for code in range(0xFFFF):
        assert bool(wide[code]) == is_wide(chr(code)), hex(code)
        assert bool(japanese[code]) == is_japanese(chr(code)), hex(code)


def test_every_character_that_normalising_changes_is_in_the_table_of_folded_characters() -> None:
    folded = table_of(FOLDED)
    assert [hex(code) for code in range(0xFFFF) if normalise(chr(code)) != chr(code) and not folded[code]] == []


@given(st.lists(st.text("あい漢字ABab12（）。、 \u3000⼈ｱ", min_size=1, max_size=20), min_size=1, max_size=8))
def test_every_character_is_in_exactly_one_line_and_no_text_is_added(rows: list[str]) -> None:
    page = page_of(*((row, 50.0, 100.0 + 20 * k, 10.0) for k, row in enumerate(rows)))
    found = lines_of(page)
    used = np.concatenate([line.chars for line in found]) if found else np.zeros(0, int)
    inked = [k for k, code in enumerate(page.chars["code"]) if not chr(code).isspace()]
    assert sorted(used.tolist()) == inked
    whole = "".join("".join(line.text.split()) for line in found)
    assert sorted(whole) == sorted(normalise("".join("".join(rows).split())))


@given(st.sampled_from(["right", "up", "down", "left", "vertical"]), st.tuples(*[st.floats(0, 400)] * 4))
def test_converting_a_box_into_a_frame_and_back_gives_the_same_box(
    direction: Direction, numbers: tuple[float, float, float, float]
) -> None:
    x0, top, width, height = numbers
    frame = Frame(direction, 595, 842)
    box = frame.to_page(*frame.from_page(x0, top, x0 + width, top + height))
    assert np.allclose([box.x0, box.top, box.x1, box.bottom], [x0, top, x0 + width, top + height], atol=1e-6)

"""Faults that people reported of other readers of PDF: each test draws one of them in a form of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fixtures_pdf as fixtures
import pytest
from fixtures_pdf import GOTHIC, MINCHO, Color, Drawing, draw

from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Block, Content

X = 72.0
FILLER = "The club keeps a book of all boats, and writes down who took which one, and when it came back to the pier."
Draw = Callable[[Drawing], object]


def content(path: Path) -> Content:
    result = read(path)
    assert result.value is not None, result.issues
    return result.value


def blocks(path: Path) -> list[Block]:
    return list(content(path).blocks)


def visible(path: Path) -> str:
    return "\n".join(block.text for block in blocks(path) if not block.hidden)


def hidden(path: Path) -> dict[str, str | None]:
    return {block.text: block.hidden_reason for block in blocks(path) if block.hidden}


# ruby


@pytest.mark.parametrize("readings_first", [True, False])
@pytest.mark.parametrize(("size", "font"), [(10.5, MINCHO), (18.0, GOTHIC)])
def test_the_base_text_is_whole_and_each_reading_follows_its_word_in_brackets(
    tmp_path: Path, readings_first: bool, size: float, font: str
) -> None:
    line = "庭園では噴水を眺め、池の鯉に餌をやることができる。"
    readings = {"庭園": "ていえん", "噴水": "ふんすい", "鯉": "こい"}

    def base(d: Drawing) -> None:
        d.text(X, 200, line, font, size)

    def ruby(d: Drawing) -> None:
        for word, reading in readings.items():
            left = X + line.index(word) * size + (len(word) * size - len(reading) * size / 2) / 2
            d.text(left, 200 - size, reading, font, size / 2)

    def page(d: Drawing) -> None:
        for part in (ruby, base) if readings_first else (base, ruby):
            part(d)
        d.text(X, 200 + 2 * size, "当番の人が鍵を持つ。", font, size)

    text = visible(draw(tmp_path / "a.pdf", page))
    assert "庭園（ていえん）では噴水（ふんすい）を眺め、池の鯉（こい）に餌をやることができる。" in text


# text that nobody sees


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(("box", "outside"), [((40, 300, 595, 842), 100), ((0, 0, 595, 700), 780)])
def test_only_text_outside_of_the_crop_box_of_a_turned_page_is_hidden(
    tmp_path: Path, turn: int, box: tuple[int, int, int, int], outside: int
) -> None:
    shown = b"BT /F 12 Tf 60 600 Td (Boats stand in the shed.) Tj ET\n"
    cut = f"BT /F 12 Tf 60 {outside} Td (Cut off by the box.) Tj ET\n".encode()
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/CropBox[%d %d %d %d]/Rotate %d" % (*box, turn)
    more = {3: page + b"/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"}
    path = fixtures.one_page(tmp_path / "a.pdf", content=shown + cut, more=more)
    assert visible(path) == "Boats stand in the shed."
    assert hidden(path) == {"Cut off by the box.": "outside"}


@pytest.mark.parametrize(
    ("configuration", "group"),
    [
        (b"/BaseState/OFF/ON[]", b"<</Type/OCG/Name(old)>>"),
        (b"/OFF[7 0 R]", b"<</Type/OCMD/OCGs[7 0 R]/P/AllOn>>"),
        (b"/OFF[7 0 R]", b"<</Type/OCMD/OCGs 7 0 R>>"),
    ],
)
def test_text_of_a_layer_that_is_switched_off_in_any_way_is_hidden(
    tmp_path: Path, configuration: bytes, group: bytes
) -> None:
    shown = b"BT /F 12 Tf 60 600 Td (The shed opens at six.) Tj ET\n"
    old = b"/OC /L BDC BT /F 12 Tf 60 500 Td (The shed opens at four.) Tj ET EMC\n"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>"
    member = b"7 0 R" if b"OCG/" in group else b"6 0 R"
    more = {
        3: page + b"/Properties<</L " + member + b">>>>>>",
        6: group,
        7: b"<</Type/OCG/Name(old)>>",
    }
    catalog = b"/OCProperties<</OCGs[7 0 R]/D<<" + configuration + b">>>>"
    path = fixtures.one_page(tmp_path / "a.pdf", catalog=catalog, content=shown + old, more=more)
    assert visible(path) == "The shed opens at six."
    assert hidden(path) == {"The shed opens at four.": "layer"}


# what the file says that glyphs mean


def test_a_ligature_and_a_soft_hyphen_under_actual_text_give_the_plain_words(tmp_path: Path) -> None:
    page = (
        b"BT /F 12 Tf 60 700 Td (The staff keep the regis) Tj\n"
        b"/Span <</ActualText<FEFF00AD>>> BDC (-) Tj EMC\n"
        b"0 -15 Td (ter of boats in the o) Tj\n"
        b"/Span <</ActualText<FEFF006600660069>>> BDC (#) Tj EMC\n"
        b"(ce by the gate of the yard.) Tj ET\n"
    )
    path = fixtures.one_page(tmp_path / "a.pdf", content=page)
    assert visible(path) == "The staff keep the register of boats in the office by the gate of the yard."


# long text


@pytest.mark.parametrize("sentence", ["項目ごとに係の名と場所とを書き、", "項目ごとに係の名と場所とを書く。"])
def test_a_paragraph_of_twenty_thousand_characters_is_read_whole(tmp_path: Path, sentence: str) -> None:
    whole = sentence * 1300
    across, down = 100, 140

    def page(start: int) -> Draw:
        rows = [whole[i : i + across] for i in range(start, min(start + across * down, len(whole)), across)]
        return lambda d: d.lines(50, 50, rows, GOTHIC, 4)

    pages = [page(start) for start in range(0, len(whole), across * down)]
    found = blocks(draw(tmp_path / "a.pdf", *pages))
    assert "".join(block.text for block in found) == whole


# numbers


@pytest.mark.parametrize(
    ("before", "number", "after", "font"),
    [
        ("Boats are kept dry in winter, and each of the", "24", "members paints one of them in spring.", "Helvetica"),
        ("冬のあいだ船は小屋に置き、春になると会員の", "24", "人が一そうずつ塗り直すことにしている。", GOTHIC),
    ],
)
def test_an_underlined_number_alone_on_its_line_stays_in_the_text(
    tmp_path: Path, before: str, number: str, after: str, font: str
) -> None:
    def page(d: Drawing) -> None:
        d.lines(X, 100, [before, number, after], font, 11)
        d.line(X, 116.5, X + 13, 116.5)

    text = visible(draw(tmp_path / "a.pdf", page))
    assert "".join(text.split()) == f"{before}{number}{after}".replace(" ", "")


def test_notes_of_two_lines_are_whole_and_anchors_stand_where_their_marks_stood(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.lines(X, 100, [FILLER[:60], FILLER[60:]] * 4, size=11)
        d.text(X, 300, "Two boats were sold in autumn.", size=11)
        d.text(X + 153, 296, "4", size=6)
        d.text(X + 162, 300, "One was given away to the school.", size=11)
        d.text(X + 333, 296, "5", size=6)
        d.line(X, 730, X + 150, 730)
        d.lines(
            X, 744, ["4 The money went into the new roof of the shed, which", "had let in rain since 2019."], size=8
        )
        d.text(X, 768, "5 It was the oldest boat.", size=8)

    found = blocks(draw(tmp_path / "a.pdf", page))
    notes = [block for block in found if block.kind == "footnote"]
    assert [note.text for note in notes] == [
        "4 The money went into the new roof of the shed, which had let in rain since 2019.",
        "5 It was the oldest boat.",
    ]
    anchors = [(block.text[: link.offset], link.block) for block in found for link in block.notes]
    assert [(text[-7:], target) for text, target in anchors] == [("autumn.", notes[0].id), ("school.", notes[1].id)]


def test_japanese_notes_of_two_lines_are_whole(tmp_path: Path) -> None:
    body = "会は船の帳簿をつけ、だれがいつどの船を出し、いつ岸に戻したかを毎日書き残している。"

    def page(d: Drawing) -> None:
        d.lines(X, 100, [body[:36], body[36:]] * 4, MINCHO, 10.5)
        d.text(X, 300, "秋に二そうの船を売った。", MINCHO, 10.5)
        d.text(X + 126, 296, "1", size=6)
        d.line(X, 730, X + 140, 730)
        d.lines(X, 744, ["1 代金は小屋の新しい屋根に使った。屋根は二〇一九年から", "雨が漏っていた。"], MINCHO, 8)

    found = blocks(draw(tmp_path / "a.pdf", page))
    [note] = [block for block in found if block.kind == "footnote"]
    assert note.text.endswith("屋根は二〇一九年から雨が漏っていた。")
    assert [link.block for block in found for link in block.notes] == [note.id]


def test_a_note_of_three_lines_with_a_star_is_whole(tmp_path: Path) -> None:
    def page(d: Drawing) -> None:
        d.lines(X, 100, [FILLER[:60], FILLER[60:]] * 4, size=12)
        d.text(X, 320, "Two boats were sold in autumn.", size=12)
        d.text(X + 167, 315, "*", size=7)
        d.line(X, 710, X + 150, 710)
        lines = [
            "* The money went into the new roof of the shed, which",
            "had let in rain since 2019, and into",
            "a new pier.",
        ]
        d.lines(X, 724, lines, size=9)

    [note] = [block for block in blocks(draw(tmp_path / "a.pdf", page)) if block.kind == "footnote"]
    assert " ".join(note.text.split()).endswith("which had let in rain since 2019, and into a new pier.")


# tables


@pytest.mark.parametrize(
    ("head", "runs", "font", "cut"),
    [
        (("Day", "Boat"), ("04.05.2024    Red rowing boat", "11.05.2024    Blue canoe"), "Helvetica", 62),
        (("Code", "Boat"), ("A-1         Red rowing boat", "B-22        Blue canoe"), "Courier", 58),
        (("日付", "船"), ("5月4日      赤い手こぎ船", "5月8日      青い小舟"), GOTHIC, 45),
    ],
)
def test_a_text_run_that_crosses_the_rule_between_two_cells_is_divided(
    tmp_path: Path, head: tuple[str, str], runs: tuple[str, str], font: str, cut: float
) -> None:
    xs, ys = [X, X + cut, X + 220, X + 280], [100.0, 120.0, 140.0, 160.0]

    def page(d: Drawing) -> None:
        d.text(X, 80, "出船の記録", GOTHIC, 14)
        d.grid(xs, ys)
        d.cells(xs, ys, [[*head, "N"]], font)
        for y, run in zip(ys[1:], runs, strict=False):
            d.text(X + 4, y + 13, run, font)
            d.text(xs[2] + 4, y + 13, "3", font)

    [table] = content(draw(tmp_path / "a.pdf", page)).tables
    assert table.rows == ((*head, "N"), *((*run.split(maxsplit=1), "3") for run in runs))


@pytest.mark.parametrize("gap", ["  ", "\u3000"])
def test_heads_whose_letters_are_set_apart_lose_their_gaps(tmp_path: Path, gap: str) -> None:
    xs, ys = [X, X + 140, X + 220, X + 300], [100.0, 120.0, 140.0, 160.0]
    heads = ["船\u3000名" if gap == "\u3000" else "船  名", f"重{gap}量", f"値{gap}段"]

    def page(d: Drawing) -> None:
        d.text(X, 80, "船の一覧", GOTHIC, 14)
        d.grid(xs, ys)
        d.cells(xs, ys, [heads, ["赤い手こぎ船", "80", "900"], ["青い小舟", "45", "700"]], GOTHIC)

    [table] = content(draw(tmp_path / "a.pdf", page)).tables
    assert table.rows[0] == ("船名", "重量", "値段")


@pytest.mark.parametrize(
    ("rows", "font"),
    [
        ([["Boat", "Place", ""], ["Red", "Shed", "See the map."], ["Blue", "Pier", "Ask the guard."]], "Helvetica"),
        ([["Boat", "", "Place"], ["Red", "12", "Shed"], ["Blue", "7", "Pier"]], "Courier"),
        ([["", "重量", "値段"], ["赤い船", "80", "900"], ["青い舟", "45", "700"]], GOTHIC),
    ],
)
def test_a_column_without_a_head_is_a_column(tmp_path: Path, rows: list[list[str]], font: str) -> None:
    xs, ys = [X, X + 80, X + 180, X + 320], [100.0, 120.0, 140.0, 160.0]

    def page(d: Drawing) -> None:
        d.grid(xs, ys)
        d.cells(xs, ys, rows, font)

    [table] = content(draw(tmp_path / "a.pdf", page)).tables
    assert [list(row) for row in table.rows] == rows


# stamps across the page


@pytest.mark.parametrize("angle", [25, 45, 52, 65, -40])
@pytest.mark.parametrize(("stamp", "font"), [("COPY", "Helvetica-Bold"), ("複写禁止", GOTHIC)])
def test_a_slanted_stamp_is_whole_and_furniture_and_the_text_below_it_is_untouched(
    tmp_path: Path, angle: int, stamp: str, font: str
) -> None:
    lines = ["船は年に一度塗り直し、その日を帳簿に書く。", "鍵は二人で確かめ、箱に戻す。", "雨の日は船を出さない。"]

    def page(d: Drawing) -> None:
        d.text(180, 90, "船小屋の手引き", GOTHIC, 18)
        for number, line in enumerate(lines):
            d.text(X, 380 + 60 * number, line, GOTHIC, 11)
        d.canvas.saveState()
        d.canvas.translate(297, 400)
        d.canvas.rotate(angle)
        d.canvas.setFillColor(Color(0.85, 0.85, 0.85))
        d.canvas.setFont(font, 90)
        d.canvas.drawCentredString(0, 0, stamp)
        d.canvas.restoreState()

    found = content(draw(tmp_path / "a.pdf", page))
    assert [block.text for block in found.blocks if block.kind == "furniture"] == [stamp]
    assert found.title == "船小屋の手引き"
    assert [block.text for block in found.blocks if block.text in lines] == lines

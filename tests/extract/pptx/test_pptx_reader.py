"""Presentations: what is read, in which order, and which issues damaged files give."""

from __future__ import annotations

import functools
import io
import sys
import tracemalloc
import zipfile
from pathlib import Path
from random import Random

import fixtures_pptx as draw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisi_ingest.extract.pptx import package, reader
from aisi_ingest.model import Content, Result


def read(path: Path) -> Content:
    """Read a presentation without OCR."""
    result = reader.read(path)
    assert result.value is not None, result.issues
    return result.value


def write(tmp_path: Path, content: bytes, name: str = "deck.pptx") -> Path:
    """Write a file and return its path."""
    path = tmp_path / name
    path.write_bytes(content)
    return path


def texts(content: Content, *kinds: str) -> list[str]:
    """Return the texts of all blocks, or of the blocks of some kinds."""
    return [block.text for block in content.blocks if not kinds or block.kind in kinds]


def error_code(result: Result[Content]) -> str:
    """Return the code of the error that kept a file from being read."""
    assert result.value is None
    return result.issues[-1].code


def test_each_slide_is_a_section_under_its_title(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("はじめに")
    deck.slide("2. 経緯")
    content = read(deck.save(tmp_path / "a.pptx"))
    assert [(s.number, s.title, s.pages) for s in content.sections] == [
        (None, "はじめに", (1, 1)),
        ("2.", "経緯", (2, 2)),
    ]
    assert content.kind == "deck" and content.title == "はじめに" and content.lang == "ja"


def test_a_text_box_in_large_type_is_the_title_without_a_title_placeholder(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide()
    draw.add_text(slide.shapes, (60, 120, 800, 200), "本文の一行目です。", "本文の二行目です。", size=16)
    draw.add_text(slide.shapes, (60, 30, 800, 50), "大きな題名", size=28)
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.sections[0].title == "大きな題名"
    assert texts(content) == ["大きな題名", "本文の一行目です。", "本文の二行目です。"]


def test_remarks_move_to_the_end_of_the_cover_but_of_no_other_slide(tmp_path: Path) -> None:
    deck = draw.Deck()
    for name in ("研究所のご案内", "設備"):
        slide = deck.slide()
        draw.add_text(slide.shapes, (60, 60, 800, 50), name, size=32)
        draw.add_text(slide.shapes, (60, 180, 800, 30), "※読み方は裏面をご覧ください", size=18)
        draw.add_text(slide.shapes, (60, 320, 800, 30), "二〇二五年の春", size=18)
    content = read(deck.save(tmp_path / "a.pptx"))
    assert texts(content) == [
        "研究所のご案内",
        "二〇二五年の春",
        "※読み方は裏面をご覧ください",
        "設備",
        "※読み方は裏面をご覧ください",
        "二〇二五年の春",
    ]


def test_labels_of_one_size_all_over_a_slide_are_not_its_title(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide()
    draw.add_table(slide.shapes, [["4月", "5月"], ["", ""]], (160, 40, 640, 400))
    for top, label in ((120, "会合"), (200, "会議"), (300, "資料")):
        draw.add_text(slide.shapes, (30, top, 120, 30), label, size=18)
    draw.add_text(slide.shapes, (200, 130, 100, 30), "第1回", "第2回", "第3回", "第4回", size=12)
    assert read(deck.save(tmp_path / "a.pptx")).sections[0].title == ""


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("比較")
    draw.add_text(slide.shapes, (500, 120, 400, 200), "右の一", "右の二")  # in the file the right box comes first
    draw.add_text(slide.shapes, (40, 120, 400, 200), "左の一", "左の二")
    assert texts(read(deck.save(tmp_path / "a.pptx")))[1:] == ["左の一", "左の二", "右の一", "右の二"]


def test_rows_of_boxes_are_read_from_left_to_right(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("四つの箱")
    for left, top, word in ((500, 320, "四"), (40, 120, "一"), (40, 320, "三"), (500, 120, "二")):
        draw.add_text(slide.shapes, (left, top, 440, 60), word)
    assert texts(read(deck.save(tmp_path / "a.pptx")))[1:] == ["一", "二", "三", "四"]


def test_all_shapes_of_a_group_are_read_before_its_neighbour(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("組")
    for left, words in ((40, ("左の見出し", "左の説明")), (480, ("右の見出し", "右の説明"))):
        group = slide.shapes.add_group_shape()
        draw.add_text(group.shapes, (left, 130, 380, 30), words[0])
        draw.add_text(group.shapes, (left, 300, 380, 30), words[1])
    assert texts(read(deck.save(tmp_path / "a.pptx")))[1:] == ["左の見出し", "左の説明", "右の見出し", "右の説明"]


def test_shapes_in_a_moved_and_scaled_group_have_the_box_that_is_shown(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("組")
    group = slide.shapes.add_group_shape()
    draw.add_text(group.shapes, (0, 0, 100, 40), "動いた")
    group.left, group.top, group.width, group.height = (draw.Pt(value) for value in (400, 300, 200, 80))
    box = next(block.bbox for block in read(deck.save(tmp_path / "a.pptx")).blocks if block.text == "動いた")
    assert 400 <= box.x0 < 440 and 300 <= box.top < 340


def test_typed_bullets_and_indents_become_levels(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("一覧")
    draw.add_text(
        slide.shapes, (40, 120, 800, 300), "◆ 大きな項目", "    - 小さな項目", "        ・ もっと小さな項目", "◆ 次"
    )
    blocks = [b for b in read(deck.save(tmp_path / "a.pptx")).blocks if b.kind == "list_item"]
    assert [(b.text, b.level) for b in blocks] == [
        ("大きな項目", 1),
        ("小さな項目", 2),
        ("もっと小さな項目", 3),
        ("次", 1),
    ]


def test_levels_of_a_body_placeholder_are_kept(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.presentation.slides.add_slide(deck.presentation.slide_layouts[1])
    slide.shapes.title.text = "題"
    frame = slide.placeholders[1].text_frame
    frame.text = "一段目"
    inner = frame.add_paragraph()
    inner.text, inner.level = "二段目", 1
    blocks = read(deck.save(tmp_path / "a.pptx")).blocks
    assert [(b.kind, b.level) for b in blocks[1:]] == [("list_item", 1), ("list_item", 2)]


def test_numbers_that_powerpoint_draws_are_part_of_the_text(tmp_path: Path) -> None:
    deck = draw.Deck()
    box = draw.add_text(deck.slide("手順").shapes, (40, 120, 800, 300), "決める", "細目", "細目二", "試す", "まとめる")
    levels = (
        ("arabicPeriod", 0),
        ("alphaLcParenR", 1),
        ("alphaLcParenR", 1),
        ("arabicPeriod", 0),
        ("circleNumDbPlain", 0),
    )
    for paragraph, (kind, level) in zip(box.text_frame.paragraphs, levels, strict=True):
        draw.set_numbering(paragraph, kind, level)
    blocks = read(deck.save(tmp_path / "a.pptx")).blocks[1:]
    assert [b.text for b in blocks] == ["1. 決める", "a) 細目", "b) 細目二", "2. 試す", "① まとめる"]
    assert [b.level for b in blocks] == [1, 2, 2, 1, 1]


def test_the_text_of_merged_cells_is_repeated(tmp_path: Path) -> None:
    deck = draw.Deck()
    table = draw.add_table(deck.slide("表").shapes, [["年", "", "計"], ["春", "秋", ""], ["1", "2", "3"]])
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(0, 2).merge(table.cell(1, 2))
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.tables[0].rows == (("年", "年", "計"), ("春", "秋", "計"), ("1", "2", "3"))
    assert content.tables[0].header_rows == 2
    block = next(b for b in content.blocks if b.id == content.tables[0].block)
    assert block.text == "年 | 年 | 計\n春 | 秋 | 計\n1 | 2 | 3"


def test_a_merged_cell_is_one_cell_with_its_spans_and_its_rectangle(tmp_path: Path) -> None:
    deck = draw.Deck()
    table = draw.add_table(deck.slide("表").shapes, [["年", "", "計"], ["春", "秋", ""], ["1", "2", "3"]])
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(0, 2).merge(table.cell(1, 2))
    content = read(deck.save(tmp_path / "a.pptx"))
    cells = content.tables[0].cells
    assert [(cell.text, cell.row_span, cell.column_span) for cell in cells] == [
        *(("年", 1, 2), ("計", 2, 1), ("春", 1, 1), ("秋", 1, 1), ("1", 1, 1), ("2", 1, 1), ("3", 1, 1))
    ]
    boxes = {cell.text: cell.regions[0].bbox for cell in cells}
    assert (boxes["年"].x0, boxes["年"].x1) == (boxes["春"].x0, boxes["秋"].x1)
    assert (boxes["計"].top, boxes["計"].bottom) == (boxes["年"].top, boxes["春"].bottom)


def test_a_merged_head_without_sub_heads_is_one_header_row(tmp_path: Path) -> None:
    deck = draw.Deck()
    table = draw.add_table(
        deck.slide("表").shapes, [["池", "来た人", ""], ["北の池", "12", "15"], ["南の池", "9", "7"]]
    )
    table.cell(0, 1).merge(table.cell(0, 2))
    assert read(deck.save(tmp_path / "a.pptx")).tables[0].header_rows == 1


def test_a_chart_is_a_table_with_its_title_as_caption(tmp_path: Path) -> None:
    deck = draw.Deck()
    draw.add_chart(deck.slide("推移").shapes, "件数の推移", ["2023年", "2024年"], {"国内": [3, 5.5], "海外": [7, 9]})
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.tables[0].rows == (("", "国内", "海外"), ("2023年", "3", "7"), ("2024年", "5.5", "9"))
    assert content.tables[0].caption == "件数の推移" and "件数の推移" in texts(content, "caption")


@pytest.mark.parametrize("with_drawing", [True, False])
def test_the_text_of_smartart_is_read(tmp_path: Path, with_drawing: bool) -> None:
    deck = draw.Deck()
    deck.slide("流れ")
    content = read(write(tmp_path, draw.add_smartart(deck.bytes(), ["計画", "実行", "評価"], with_drawing)))
    assert texts(content, "paragraph") == ["計画", "実行", "評価"]


@pytest.mark.parametrize(
    ("words", "tree", "order"),
    [
        (["評価", "計画", "実行"], {"doc": [1, 2, 0]}, ["計画", "実行", "評価"]),
        (["丙", "甲の一", "甲", "甲の二"], {"doc": [2, 0], 2: [1, 3]}, ["甲", "甲の一", "甲の二", "丙"]),
        (["甲", "乙"], {"doc": [1], 1: [0], 0: [1]}, ["乙", "甲"]),
    ],
)
def test_smartart_without_a_drawing_is_read_in_the_order_of_its_connections(
    tmp_path: Path, words: list[str], tree: dict[int | str, list[int]], order: list[str]
) -> None:
    deck = draw.Deck()
    deck.slide("流れ")
    content = read(write(tmp_path, draw.add_smartart(deck.bytes(), words, False, tree)))
    assert texts(content, "paragraph") == order


def test_only_the_first_choice_of_alternate_content_is_read(tmp_path: Path) -> None:
    deck = draw.Deck()
    draw.add_alternate_content(deck.slide("式"), "新しい形", "古い形")
    assert texts(read(deck.save(tmp_path / "a.pptx")))[1:] == ["新しい形"]


def test_speakers_notes_are_note_blocks_without_a_section(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("題").notes_slide.notes_text_frame.text = "ここで間を置く。\n次へ進む。"
    notes = [b for b in read(deck.save(tmp_path / "a.pptx")).blocks if b.kind == "note"]
    assert [(n.text, n.section, n.page) for n in notes] == [("ここで間を置く。", None, 1), ("次へ進む。", None, 1)]


def test_slide_numbers_and_dates_are_furniture(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    draw.add_field(draw.add_text(slide.shapes, (850, 500, 60, 30), ""), "slidenum", "1")
    draw.add_text(slide.shapes, (100, 200, 300, 40), "本文")
    draw.add_text(slide.shapes, (900, 505, 40, 20), "1", size=10)  # a number that was typed
    content = read(deck.save(tmp_path / "a.pptx"))
    assert texts(content, "furniture") == ["1", "1"] and texts(content, "paragraph") == ["本文"]


def test_a_line_at_the_bottom_of_most_slides_is_furniture(tmp_path: Path) -> None:
    deck = draw.Deck()
    for number in range(4):
        slide = deck.slide(f"題{number}")
        draw.add_text(slide.shapes, (60, 505, 300, 20), "広報資料 2026", size=9)
        draw.add_text(slide.shapes, (60, 200, 300, 40), f"本文その{number}")
    content = read(deck.save(tmp_path / "a.pptx"))
    assert texts(content, "furniture") == ["広報資料 2026"] * 4
    assert all(block.section is None for block in content.blocks if block.kind == "furniture")


def test_a_hidden_slide_is_marked_and_its_text_is_hidden(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("見える")
    draw.hide_slide(deck.slide("隠した"))
    content = read(deck.save(tmp_path / "a.pptx"))
    assert content.hidden_pages == (2,)
    assert [(b.text, b.hidden_reason, b.section) for b in content.blocks] == [
        ("見える", None, "s1"),
        ("隠した", "hidden_slide", None),
    ]
    assert content.sections[1].title == ""


def test_hidden_shapes_and_shapes_outside_the_slide_are_hidden(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    draw.hide_shape(draw.add_text(slide.shapes, (60, 200, 300, 40), "見えない指示"))
    draw.add_text(slide.shapes, (1200, 200, 300, 40), "紙の外")
    hidden = [b for b in read(deck.save(tmp_path / "a.pptx")).blocks if b.hidden]
    reasons = {b.text: b.hidden_reason for b in hidden}
    assert reasons == {"紙の外": "outside", "見えない指示": "hidden_shape"}
    assert all(b.section is None for b in hidden)


def test_slides_of_a_series_have_its_first_slide_as_parent(tmp_path: Path) -> None:
    deck = draw.Deck()
    for title in ("歩み (1/2)", "歩み (2/2)", "別の話", "予定（1）", "予定（2）"):
        deck.slide(title)
    sections = read(deck.save(tmp_path / "a.pptx")).sections
    assert [s.parent for s in sections] == [None, "s1", None, None, "s4"]
    assert [s.level for s in sections] == [1, 2, 1, 1, 2]


def test_slides_with_the_same_title_stay_separate_sections(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("活動")
    deck.slide("活動")
    sections = read(deck.save(tmp_path / "a.pptx")).sections
    assert [(s.title, s.parent) for s in sections] == [("活動", None), ("活動", None)]


def test_each_block_has_its_own_language(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("二つの言語")
    draw.add_text(slide.shapes, (40, 120, 800, 60), "これは日本語です。")
    draw.add_text(slide.shapes, (40, 320, 800, 60), "This is English.")
    assert [b.lang for b in read(deck.save(tmp_path / "a.pptx")).blocks] == ["ja", "ja", "en"]


def test_a_deck_in_english_with_a_japanese_quotation_is_english(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("Guidelines of other countries")
    draw.add_text(
        slide.shapes, (40, 120, 800, 60), "What the slides say is English, and there is enough of it to be sure."
    )
    draw.add_text(slide.shapes, (40, 320, 800, 60), "「人間中心のAI社会原則」を参照")
    assert read(deck.save(tmp_path / "a.pptx")).lang == "en"


def test_lines_broken_inside_a_paragraph_are_joined(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    box = draw.add_text(slide.shapes, (40, 120, 800, 60), "x")
    box.text_frame.paragraphs[0].text = "安全性の\v評価と\vTesting tools"
    assert texts(read(deck.save(tmp_path / "a.pptx")))[1:] == ["安全性の評価とTesting tools"]


@pytest.mark.parametrize("name", ["資料 ＡＢＣ .PPTX", "deck.PPTX", "no-ending"])
def test_a_presentation_is_read_whatever_its_file_name(tmp_path: Path, name: str) -> None:
    deck = draw.Deck()
    deck.slide("題")
    assert read(deck.save(tmp_path / name)).title == "題"


@pytest.mark.parametrize(
    "kind",
    [
        b"vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
        b"vnd.openxmlformats-officedocument.presentationml.template.main+xml",
        b"vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
        b"vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
    ],
)
def test_slide_shows_templates_and_files_with_macros_are_read_like_presentations(tmp_path: Path, kind: bytes) -> None:
    deck = draw.Deck()
    deck.slide("題")
    usual = b"vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        return name, part.replace(usual, kind) if name == "[Content_Types].xml" else part

    assert read(write(tmp_path, draw.rewrite_members(deck.bytes(), change))).title == "題"


def test_strict_office_open_xml_is_read_like_transitional(tmp_path: Path) -> None:
    deck = draw.Deck()
    draw.add_text(deck.slide("題").shapes, (40, 120, 800, 60), "本文")

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        for strict, transitional in package._STRICT_NAMESPACES:
            part = part.replace(transitional, strict) if name.endswith((".xml", ".rels")) else part
        return name, part

    assert texts(read(write(tmp_path, draw.rewrite_members(deck.bytes(), change)))) == ["題", "本文"]


def test_a_missing_slide_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    deck = draw.Deck()
    for title in ("一", "二", "三"):
        deck.slide(title)
    content = draw.rewrite_members(deck.bytes(), lambda n, part: None if n == "ppt/slides/slide2.xml" else (n, part))
    result = reader.read(write(tmp_path, content))
    assert result.value is not None
    assert [s.title for s in result.value.sections] == ["一", "", "三"]
    assert [(i.code, i.page, i.level) for i in result.issues] == [("part_missing", 2, "warning")]


def test_the_intact_content_of_a_damaged_slide_is_read(tmp_path: Path) -> None:
    deck = draw.Deck()
    draw.add_text(deck.slide("一").shapes, (40, 120, 800, 60), "ここまで")
    deck.slide("二")

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        return name, part[:-40] if name == "ppt/slides/slide1.xml" else part

    result = reader.read(write(tmp_path, draw.rewrite_members(deck.bytes(), change)))
    assert result.value is not None and "ここまで" in texts(result.value) and "二" in texts(result.value)
    assert [i.code for i in result.issues] == ["part_damaged"]


def test_an_encrypted_presentation_gives_the_error_password_needed(tmp_path: Path) -> None:
    ole = package._OLE_SIGNATURE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
    assert error_code(reader.read(write(tmp_path, ole))) == "password_needed"


def test_an_old_powerpoint_file_gives_the_error_not_a_pptx(tmp_path: Path) -> None:
    assert error_code(reader.read(write(tmp_path, package._OLE_SIGNATURE + b"\0" * 2000))) == "not_a_pptx"


def test_a_zip_file_without_a_presentation_gives_the_error_not_a_pptx(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("photos/list.txt", "nothing here")
    assert error_code(reader.read(write(tmp_path, stream.getvalue()))) == "not_a_pptx"


def test_an_incomplete_file_gives_the_error_damaged_file(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("題")
    content = deck.bytes()
    assert error_code(reader.read(write(tmp_path, content[: len(content) // 2]))) == "damaged_file"


def test_a_part_that_is_too_large_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("題")
    stream = io.BytesIO(deck.bytes())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/slides/slide2.xml", b" " * (package.MAXIMUM_XML_PART + 1))
    path = write(tmp_path, stream.getvalue())
    tracemalloc.start()
    try:
        assert error_code(reader.read(path)) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < package.MAXIMUM_XML_PART
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "before",
    ["", f"<!--{'x' * 100_000}-->", f"<?a {'x' * 5000}?>", "\n" * 5000],
    ids=["nothing", "comment", "PI", "lines"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_declaration_is_refused_wherever_it_is(tmp_path: Path, before: str, encoding: str) -> None:
    deck = draw.Deck()
    deck.slide("A title")
    declaration = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        if name != "ppt/slides/slide1.xml":
            return name, part
        _, rest = part.decode().split("?>", 1)
        head = f"<?xml version='1.0' encoding='{encoding}'?>"
        return name, (head + before + declaration + rest).encode(encoding)

    assert error_code(reader.read(write(tmp_path, draw.rewrite_members(deck.bytes(), change)))) == "xml_entities"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_a_file_with_random_damage_is_read_or_gives_an_error(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    random = Random(seed)
    content = intact_deck()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        hit = set(random.sample(archive.namelist(), 3))

    def change(name: str, part: bytes) -> tuple[str, bytes] | None:
        if name not in hit or not part:
            return name, part
        kind, damaged = random.randrange(4), bytearray(part)
        if kind == 0:
            return None
        if kind == 1:
            for _ in range(random.randint(1, 20)):
                damaged[random.randrange(len(damaged))] = random.randrange(256)
        elif kind == 2:
            del damaged[random.randrange(len(damaged)) :]
        else:
            start = random.randrange(len(damaged))
            del damaged[start : start + random.randint(1, 200)]
        return name, bytes(damaged)

    path = write(tmp_path_factory.mktemp("damaged"), draw.rewrite_members(content, change))
    result = reader.read(path)
    assert (result.value is None) == any(issue.level == "error" for issue in result.issues)


@functools.cache
def intact_deck() -> bytes:
    """Return a presentation with a chart, notes and a table."""
    deck = draw.Deck()
    slide = deck.slide("一")
    draw.add_chart(slide.shapes, "推移", ["a", "b"], {"x": [1, 2]})
    slide.notes_slide.notes_text_frame.text = "覚え書き"
    draw.add_table(deck.slide("二").shapes, [["甲", "乙"], ["丙", "丁"]])
    return deck.bytes()


def test_macros_and_embedded_files_are_listed_as_active_content(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("題")
    stream = io.BytesIO(deck.bytes())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("ppt/media/media1.mp4", b"\0" * (1 << 20))
        archive.writestr("ppt/embeddings/sheet.xlsx", b"\0")
        archive.writestr("ppt/vbaProject.bin", b"\0")
    content = read(write(tmp_path, stream.getvalue()))
    assert content.active_content == ("embedded_file", "macro")


@pytest.mark.slow
def test_two_thousand_slides_are_all_read_with_a_warning(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("題")
    one = deck.bytes()
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        slide, relations = archive.read("ppt/slides/slide1.xml"), archive.read("ppt/slides/_rels/slide1.xml.rels")
    numbers = range(2, 2001)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/slide"
    more = "".join(f'<Relationship Id="x{n}" Type="{kind}" Target="slides/slide{n}.xml"/>' for n in numbers)
    listed = "".join(f'<p:sldId id="{1000 + n}" r:id="x{n}"/>' for n in numbers)
    content_type = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml"
    typed = "".join(f'<Override PartName="/ppt/slides/slide{n}.xml" ContentType="{content_type}"/>' for n in numbers)

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        if name == "ppt/_rels/presentation.xml.rels":
            part = part.replace(b"</Relationships>", more.encode() + b"</Relationships>")
        elif name == "ppt/presentation.xml":
            part = part.replace(b"</p:sldIdLst>", listed.encode() + b"</p:sldIdLst>")
        elif name == "[Content_Types].xml":
            part = part.replace(b"</Types>", typed.encode() + b"</Types>")
        return name, part

    stream = io.BytesIO(draw.rewrite_members(one, change))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for n in numbers:
            archive.writestr(f"ppt/slides/slide{n}.xml", slide)
            archive.writestr(f"ppt/slides/_rels/slide{n}.xml.rels", relations)
    result = reader.read(write(tmp_path, stream.getvalue()))
    assert result.value is not None and len(result.value.sections) == 2000
    assert [issue.code for issue in result.issues] == ["many_slides"]


def test_the_same_bytes_give_the_same_content(tmp_path: Path) -> None:
    deck = draw.Deck()
    slide = deck.slide("題")
    draw.add_text(slide.shapes, (40, 120, 800, 60), "本文")
    path = deck.save(tmp_path / "a.pptx")
    assert read(path) == read(path)


def test_a_deck_without_pictures_loads_no_ocr_engine(tmp_path: Path) -> None:
    deck = draw.Deck()
    deck.slide("題")
    before = set(sys.modules)
    assert reader.read(deck.save(tmp_path / "a.pptx")).value is not None
    assert not {name for name in set(sys.modules) - before if name.startswith(("rapidocr", "onnxruntime", "cv2"))}


words = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=30).filter(lambda t: t.strip())
places = st.tuples(st.integers(0, 800), st.integers(0, 450), st.integers(20, 400), st.integers(20, 200))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(places, words), min_size=1, max_size=8))
def test_no_text_box_is_lost_or_read_twice(
    tmp_path_factory: pytest.TempPathFactory, boxes: list[tuple[tuple[int, int, int, int], str]]
) -> None:
    from aisi_ingest.extract.bullets import split_bullet
    from aisi_ingest.text.normalise import normalise

    deck = draw.Deck()
    slide = deck.slide()
    for number, (place, word) in enumerate(boxes):
        draw.add_text(slide.shapes, place, f"{number}番{word}")
    content = read(deck.save(tmp_path_factory.mktemp("deck") / "a.pptx"))
    together = " ".join(block.text for block in content.blocks)
    for number, _ in enumerate(boxes):
        assert together.count(f"{number}番") >= 1
    count = sum(len(normalise(f"{n}番{split_bullet(w)[1]}").replace(" ", "")) for n, (_, w) in enumerate(boxes))
    assert abs(len(together.replace(" ", "").replace("\u3000", "")) - count) <= 2 * sum(len(w) for _, w in boxes)

"""The viewer: text never becomes markup, aligned blocks share a line, pages need no network."""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from publications import (
    ENTITIES,
    HOSTILE,
    NOW,
    alignment,
    comparison,
    document,
    documents,
    permanent_name,
    publication,
    released,
)

from aisi_ingest.model import Document, Label, Lang, Licence, Mention
from aisi_ingest.publish.schema import AlignmentRow, BlockRow, EntityRow, MentionRow, TableRow
from aisi_ingest.publish.schema_fields import NamesField, NoteField, RegionField
from aisi_ingest.publish.site.lines import line_up, parts
from aisi_ingest.publish.site.markup import Context, block_text, printed_mark, table_markup
from aisi_ingest.publish.site.render import environment
from aisi_ingest.publish.site.views import EntityNames

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(publication(), tmp_path_factory.mktemp("root")) / "site"


def block(number: int, text: str = "text", **more: object) -> BlockRow:
    values: dict[str, Any] = {
        "id": f"w/1/ja#b{number}", "document": "w/1/ja", "section": None, "order": number, "page": 1,
        "bbox": (0, 0, 1, 1), "kind": "paragraph", "level": None, "lang": "ja", "text": text, "origin": "text",
        "hidden": False, "notes": (), "marker": None, "hidden_reason": None, "speaker": None,
        "regions": (),
    }  # fmt: skip
    return BlockRow(**(values | more))


def mention(target: BlockRow, start: int, end: int, label: Label = "ORG", value: str | None = "x") -> MentionRow:
    return MentionRow(
        id=f"m{start}-{end}", document="w/1/ja", block=target.id, start=start, end=end, text=target.text[start:end],
        label=label, value=value, rule="test", score=None, row=None, column=None,
        section=None, page=1, lang="ja", regions=(),
    )  # fmt: skip


def context(**more: object) -> Context:
    values: dict[str, Any] = {
        "anchors": {"w/1/ja#b8": "ja-8", "w/1/ja#b9": "ja-9"},
        "mentions": {}, "sentences": {}, "tables": {}, "note_marks": {},
        "entity_name": lambda entity: f"Name of {entity}", "entity_link": lambda entity: "../entities/x.html",
    }  # fmt: skip
    return Context(**(values | more))


def read(markup: str) -> Any:
    return html.fragment_fromstring(f"<div>{markup}</div>")


# --- text to markup ---


@given(st.data(), st.text(alphabet=st.sampled_from("ab<>&\"'あ漢\n{}%/..."), max_size=40))
def test_the_text_stays_the_same_with_any_marks_and_never_becomes_markup(data: st.DataObject, text: str) -> None:
    one = block(1, text)
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    marked = [mention(one, start, end) for start, end in data.draw(st.lists(spans, max_size=5)) if start < end]
    cuts = sorted(set(data.draw(st.lists(st.integers(0, len(text)), max_size=4))))
    sentences = [(a, b, f"a{a}") for a, b in itertools.pairwise(cuts)]
    tree = read(block_text(one, context(mentions={one.id: marked}, sentences={one.id: sentences})))
    assert tree.text_content() == text
    assert {element.tag for element in tree.iterdescendants()} <= {"a", "span"}
    assert not tree.xpath(".//a//a")


def test_a_mention_inside_another_is_nested() -> None:
    one = block(1, "Guide of the Institute")
    marked = [mention(one, 0, 22, "GUIDE"), mention(one, 13, 22, "ORG")]
    (outer,) = read(block_text(one, context(mentions={one.id: marked})))
    assert outer.tag == "a" and outer.get("class") == "m guide" and outer.get("title") == "GUIDE · Name of x"
    (inner,) = outer
    assert inner.tag == "span" and inner.text == "Institute"


def test_dates_show_their_value_or_that_they_are_not_resolved() -> None:
    one = block(1, "令和6年9月")
    known = read(block_text(one, context(mentions={one.id: [mention(one, 0, 6, "DATE", "2024-09")]})))
    assert known[0].get("title") == "DATE · 2024-09"
    unknown = read(block_text(one, context(mentions={one.id: [mention(one, 0, 6, "DATE", None)]})))
    assert unknown[0].get("title") == "DATE · not resolved"


def test_footnote_anchors_are_at_their_offsets_and_link_to_the_note() -> None:
    one = block(1, "本文です。", notes=(NoteField(2, "w/1/ja#b9"), NoteField(5, "w/1/ja#b8")))
    tree = read(block_text(one, context(note_marks={"w/1/ja#b9": "1", "w/1/ja#b8": "※2"})))
    assert tree.text_content() == "本文1です。※2"
    assert [link.get("href") for link in tree.iter("a")] == ["#ja-9", "#ja-8"]


def test_tables_have_headers_merged_cells_and_mentions() -> None:
    rows = (("A", "A", "B"), ("1", "<b>", "3"))
    one = block(1, "\n".join(" | ".join(row) for row in rows), kind="table")
    table = TableRow(
        id="t",
        document="w/1/ja",
        block=one.id,
        page=1,
        caption="表<1>",
        header_rows=1,
        rows=rows,
        continues=None,
        cells=(),
    )
    at = one.text.index("3")
    tree = read(table_markup(one, table, context(mentions={one.id: [mention(one, at, at + 1)]})))
    assert [(cell.text_content(), cell.get("colspan")) for cell in tree.iter("th")] == [("A", "2"), ("B", None)]
    assert [cell.text_content() for cell in tree.iter("td")] == ["1", "<b>", "3"]
    assert tree.xpath("string(.//caption)") == "表<1>"
    assert tree.xpath(".//td[3]/a/text()") == ["3"]


def test_dots_before_a_page_number_have_a_class_and_stay_text() -> None:
    tree = read(block_text(block(1, "1.1 Purpose ........... 4"), context()))
    assert tree.text_content() == "1.1 Purpose ........... 4"
    assert tree.xpath("string(.//span[@class='leader'])").startswith("....")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1 文章を生成する", "1"), ("※1 注", "※1"), ("注3：", "注3"), ("12) See", "12"), ("* See", "*"),
        ("（2）注", "2"), ("See 3", None), ("2024年の値", None), ("", None),
    ],
)  # fmt: skip
def test_a_footnote_has_its_printed_mark(text: str, mark: str | None) -> None:
    assert printed_mark(text) == mark


@pytest.mark.parametrize(
    ("regions", "box"),
    [((), "1 0 0 1 1"), (((1, (10.4, 20, 30, 40.6)), (2, (1, 2, 3, 4))), "1 10 20 30 41;2 1 2 3 4")],
)
def test_a_block_names_the_page_and_box_of_each_of_its_regions(
    regions: tuple[tuple[int, tuple[float, float, float, float]], ...], box: str
) -> None:
    places = [RegionField(page, bbox) for page, bbox in regions]
    shown = SimpleNamespace(page=1, bbox=(0, 0, 1, 1), regions=places)
    assert environment().filters["box"](shown) == box


# --- lines ---


def bead(ja: list[BlockRow], en: list[BlockRow]) -> AlignmentRow:
    return AlignmentRow(
        id="w/1#a1", work="w", edition=None, unit="block", ja_document="w/1/ja", en_document="w/1/en",
        ja=tuple(b.id for b in ja), en=tuple(b.id for b in en), score=1, evidence=(),
    )  # fmt: skip


JA = [block(n) for n in range(12)]
EN = [replace(block(n), id=f"w/1/en#b{n}", document="w/1/en", lang="en") for n in range(12)]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=12))
def test_every_block_is_shown_once_in_japanese_order_and_pairs_share_a_line(pairs: list[tuple[int, int]]) -> None:
    beads = [bead([JA[a]], [EN[b]]) for a, b in pairs]
    lines = line_up(JA, EN, beads)
    assert [b.order for line in lines for b in line.ja] == list(range(12))
    assert sorted(b.order for line in lines for b in line.en) == list(range(12))
    in_order = [b.order for line in lines if not line.moved for b in line.en]
    assert in_order == sorted(in_order)
    together = {(x.order, y.order) for line in lines for x in line.ja for y in line.en}
    assert together <= set(pairs)
    free_ja, free_en = {a for a, _ in pairs}, {b for _, b in pairs}
    if len(free_ja) == len(free_en) == len(pairs):
        assert together == set(pairs)


def test_blocks_without_a_counterpart_are_between_their_neighbours() -> None:
    lines = line_up(JA[:4], EN[:4], [bead([JA[0]], [EN[0]]), bead([JA[3]], [EN[2]])])
    assert [("".join(str(b.order) for b in x.ja), "".join(str(b.order) for b in x.en)) for x in lines] == [
        ("0", "0"), ("1", ""), ("2", ""), ("", "1"), ("3", "2"), ("", "3"),
    ]  # fmt: skip


def test_several_blocks_of_one_bead_share_a_line() -> None:
    lines = line_up(JA[:3], EN[:1], [bead(JA[:2], EN[:1])])
    assert [len(line.ja) for line in lines] == [2, 1]


def test_parts_begin_at_headings_and_have_the_footnotes_of_their_blocks() -> None:
    blocks = [block(0, kind="heading"), block(1), block(2, kind="footnote"), block(3, kind="heading"), block(4)]
    lines = line_up([b for b in blocks if b.kind != "footnote"], [], [])
    divided = parts(lines, line_up([blocks[2]], [], []))
    assert [[b.order for line in part.lines for b in line.ja] for part in divided] == [[0, 1], [3, 4]]
    assert [len(part.footnotes) for part in divided] == [1, 0]


# --- pages ---


def test_hostile_text_stays_text_on_every_page(tmp_path: Path) -> None:
    def hostile(lang: Lang) -> Document:
        one = document(lang)
        blocks = tuple(replace(each, text=f"{HOSTILE} {each.text}") for each in one.content.blocks)
        shifted = len(HOSTILE) + 1
        mentions = [
            Mention(m.id, m.block, m.start + shifted, m.end + shifted, m.text, m.label, m.rule, m.value)
            for m in one.mentions
        ]
        mentions.append(Mention("m90", "b3", 0, 8, "<script>", "PERSON", "test", "local:<script>"))
        sections = tuple(replace(each, title=HOSTILE) for each in one.content.sections)
        content = replace(one.content, title=HOSTILE, blocks=blocks, sections=sections)
        source = replace(one.listing.source, url="javascript:alert(1)//" + HOSTILE, file=HOSTILE)
        licence = Licence(name=HOSTILE, url="javascript:alert(2)", attribution=HOSTILE)
        listing = replace(one.listing, source=source, licence=licence)
        return replace(one, content=content, mentions=tuple(mentions), listing=listing)

    site = released(publication(documents=(hostile("ja"), hostile("en"))), tmp_path) / "site"
    pages = list(site.rglob("*.html"))
    assert len(pages) >= 5
    for page in pages:
        tree = html.fromstring(page.read_bytes())
        data = [script for script in tree.iter("script") if script.get("type") == "application/ld+json"]
        assert all(json.loads(script.text)["@type"] == "Dataset" for script in data)
        scripts = [script for script in tree.iter("script") if script not in data]
        assert {script.get("src").rpartition("/")[2] for script in scripts} == {"viewer.js"}
        assert not [link for link in tree.xpath("//@href | //@src") if link.lower().startswith("javascript:")]
        assert not tree.xpath("//@*[starts-with(name(), 'on')] | //@style | //style | //iframe")
        assert "49" not in tree.xpath("string(//h1)"), "a template in the text was rendered"
    work = html.fromstring((site / "works" / "guide.html").read_bytes())
    assert HOSTILE in work.xpath("string(//main)")
    etree.parse(str(site / "feed.xml"))


def test_every_page_has_a_security_policy_a_language_and_no_broken_links(site: Path) -> None:
    pages = {page: html.fromstring(page.read_bytes()) for page in site.rglob("*.html")}
    ids = {page: set(tree.xpath("//@id")) for page, tree in pages.items()}
    for page, tree in pages.items():
        assert "default-src 'none'" in tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        assert tree.get("lang") == "en"
        assert len(ids[page]) == len(tree.xpath("//@id")), f"{page}: an id is used twice"
        for link in tree.xpath("//a/@href | //link/@href | //script/@src"):
            if link.startswith("https://example.org/"):
                continue
            path, _, fragment = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page}: {link}"
            assert not fragment or fragment in ids[target], f"{page}: {link}"


def test_no_file_of_the_viewer_comes_from_a_network(site: Path) -> None:
    for path in (*site.rglob("*.css"), *site.rglob("*.js")):
        text = re.sub(r"http://www\.w3\.org/2000/svg", "", path.read_text("utf-8"))
        text = text.replace('fetch("/api/corrections"', "")  # of `aisi-ingest serve --edit`, on this machine
        assert not re.search(r"https?://|@import|url\(|\bfetch\(", text), path


def test_aligned_blocks_share_a_line_and_blocks_in_one_language_are_marked(site: Path) -> None:
    tree = html.fromstring((site / "works" / "guide.html").read_bytes())
    lines = tree.xpath("//section[@class='part']//div[contains(concat(' ', @class, ' '), ' line ')]")
    by_text = {" ".join(line.xpath("string(.//div[contains(@class, 'ja')])").split()): line for line in lines}
    line = by_text["はじめに"]
    assert line.xpath("string(.//div[contains(@class, 'en')]//h3)") == "Introduction"
    assert line.xpath(".//div[contains(@class, 'ja')]/@lang") == ["ja"]
    only = by_text["日本語だけにある段落。"]
    assert "only" in only.get("class").split() and "Not in English" in only.text_content()
    assert only.xpath(".//a[contains(@class, 'mark')]/@href") == ["#f2"]


def test_lines_of_a_table_of_contents_count_as_no_missing_text(tmp_path: Path) -> None:
    def with_contents(lang: Lang) -> Document:
        one = document(lang)
        blocks = [replace(b, kind="contents") if b.id == "b4" else b for b in one.content.blocks if b.id != "b11"]
        return replace(one, content=replace(one.content, blocks=tuple(blocks)))

    pair = alignment()
    beads = tuple(bead for bead in pair.beads if not {"b4", "b11"} & {*bead.ja, *bead.en})
    value = publication(
        documents=(with_contents("ja"), with_contents("en")), alignments=(replace(pair, beads=beads),), comparisons=()
    )
    tree = html.fromstring((released(value, tmp_path) / "site" / "works" / "guide.html").read_bytes())
    assert "100 % of 12 blocks" in tree.xpath("string(//dl[@class='facts'])")
    assert not tree.xpath("//div[contains(@class, 'only')]")


def test_hidden_text_and_furniture_are_separate_from_the_text(site: Path) -> None:
    tree = html.fromstring((site / "works" / "guide.html").read_bytes())
    assert "見えない文字" not in tree.xpath("string(//section[@class='part'])")
    assert "見えない文字" in tree.xpath("string(//details[@class='left-out'])")


def test_a_table_is_a_table_and_a_footnote_links_back(site: Path) -> None:
    tree = html.fromstring((site / "works" / "guide.html").read_bytes())
    assert [cell.text for cell in tree.xpath("(//table)[1]//th")] == ["観点", "件数"]
    note = permanent_name("b9")
    assert tree.xpath(f"string(//p[@id='{note}']/span[@class='number'])") == "1"
    back = tree.xpath(f"//p[@id='{note}']/a")[0]
    assert back.get("href") == f"#{note}-ref" and tree.xpath(f"//*[@id='{note}-ref']")


def test_an_entity_page_lists_its_mentions_by_date(site: Path) -> None:
    tree = html.fromstring((site / "entities" / "exi.html").read_bytes())
    assert tree.xpath("//h1/span/text()") == ["Example Institute", "見本研究所"]
    assert tree.xpath("//ol[@class='appearances']/li//time/text()") == ["2024-09-25"] * 3
    assert f"../works/guide.html#{permanent_name('b3')}" in tree.xpath("//a/@href")


def test_an_entity_page_lists_all_mentions_and_the_names_in_the_same_lines(tmp_path: Path) -> None:
    one = document("ja")
    text = "EXI " * 12 + "山田花子"
    blocks = [replace(each, text=text, notes=()) if each.id == "b3" else each for each in one.content.blocks]
    mentions = [Mention(f"m{n}", "b3", 4 * n, 4 * n + 3, "EXI", "ORG", "test", "exi") for n in range(12)]
    mentions.append(Mention("m90", "b3", 48, 52, "山田花子", "PERSON", "test", "local:yamada"))
    one = replace(one, content=replace(one.content, blocks=tuple(blocks)), mentions=tuple(mentions))
    site = released(publication(documents=(one,), alignments=(), comparisons=()), tmp_path) / "site"
    tree = html.fromstring((site / "entities" / "exi.html").read_bytes())
    assert len(tree.xpath("//ol[@class='appearances']//li/a/b")) == 12
    assert len(tree.xpath("//ol[@class='appearances']//details//li")) == 7, "folded, after the first five"
    together = tree.xpath("//section[contains(@class, 'together')]//a")
    assert [link.text for link in together] == ["山田花子"]
    assert tree.xpath("//section[contains(@class, 'together')]//span/text()") == ["1"]


def test_an_entity_page_links_to_what_it_is_part_of_and_to_its_parts(tmp_path: Path) -> None:
    entities = (replace(ENTITIES[0], part_of="agency", successor_of="local:hanako-yamada"), *ENTITIES[1:])
    site = released(publication(entities=entities), tmp_path) / "site"
    tree = html.fromstring((site / "entities" / "exi.html").read_bytes())
    facts = {row.findtext("dt/span") or row.findtext("dt"): row.find("dd") for row in tree.xpath("//dl/div")}
    assert facts["Part of"].xpath("code/text()") == ["agency"], "it is mentioned nowhere, so it has no page"
    (other,) = facts["Successor of"].xpath("a/@href")
    tree = html.fromstring((site / "entities" / other).read_bytes())
    assert tree.xpath("//dl/div[dt = 'Succeeded by']/dd/a/@href") == ["exi.html"]


def test_every_entity_has_its_own_file_name() -> None:
    ids = ["exi", "EXI", "index", "local:山田", "local:田中", "../x", "a b", "a-b", "x" * 300]
    names = EntityNames({each: EntityRow(each, "ORG", NamesField((), ()), 1, 1, None, None, None) for each in ids})
    files = [names.file(each) or "" for each in ids]
    assert files[0] == "exi.html" and len({file.lower() for file in files} | {"index.html"}) == len(ids) + 1
    assert all(re.fullmatch(r"[a-z0-9~-]+\.html", file) and len(file) < 80 for file in files)


def test_editions_and_forms_have_their_own_pages(tmp_path: Path) -> None:
    editions = [document("ja"), document("ja", edition="1.10", digit="7"), document("ja", edition="1.9", digit="8")]
    slides = replace(editions[0], id="guide/1.0/ja.pptx")
    works = released(publication(documents=(*editions, slides), alignments=(), comparisons=()), tmp_path) / "site/works"
    tree = html.fromstring((works / "guide.html").read_bytes())
    tabs = [(tab.text, tab.get("href")) for tab in tree.xpath("//nav[@class='tabs']/a")]
    assert tabs == [
        ("1.10 · PDF", "guide.html"), ("1.9 · PDF", "guide~1.9.html"),
        ("1.0 · PDF", "guide~1.0.html"), ("1.0 · PPTX", "guide~1.0.pptx.html"),
    ]  # fmt: skip
    assert all((works / file).is_file() for _, file in tabs)


def test_unchanged_pages_of_the_previous_release_are_reused(tmp_path: Path) -> None:
    before = released(publication(), tmp_path)
    one, two, three = documents()
    changed = (one, two, replace(three, date="2024-10-01"))
    after = released(publication(documents=changed), tmp_path, NOW + timedelta(hours=1))
    same = [before / "site/works/guide.html", after / "site/works/guide.html"]
    assert same[0].stat().st_ino == same[1].stat().st_ino
    other = [release / "site/works/only-japanese.html" for release in (before, after)]
    assert other[0].read_bytes() != other[1].read_bytes()


def test_the_feed_has_new_documents_and_findings_and_the_items_of_the_previous_release(tmp_path: Path) -> None:
    first = released(publication(documents=documents()[:2]), tmp_path)
    second = released(publication(), tmp_path, NOW + timedelta(days=1))
    atom = "{http://www.w3.org/2005/Atom}"
    entries = etree.parse(str(second / "site" / "feed.xml")).getroot().findall(f"{atom}entry")
    titles = [entry.findtext(f"{atom}title") for entry in entries]
    assert titles[0] == "New document: AIの安全性評価の手引き" and len(titles) == 3
    assert entries[0].findtext(f"{atom}updated") == "2026-11-23T03:17:00Z"
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == 3
    assert len(etree.parse(str(first / "site" / "feed.xml")).getroot().findall(f"{atom}entry")) == 2


def test_suppressed_findings_are_not_in_the_feed(tmp_path: Path) -> None:
    released(publication(comparisons=()), tmp_path)
    shown, hidden = comparison().findings
    found = replace(comparison(), findings=(shown, replace(hidden, suppressed=True)))
    after = released(publication(comparisons=(found,)), tmp_path, NOW + timedelta(hours=1))
    titles = [item["title"] for item in json.loads((after / "site" / "feed.json").read_text("utf-8"))["items"]]
    assert len([title for title in titles if title.startswith("New finding")]) == 1
    suppressed = [each["suppressed"] for each in json.loads((after / "changes.json").read_text("utf-8"))["changes"]]
    assert sorted(suppressed) == [False, True]

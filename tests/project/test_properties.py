"""Properties that hold for any input, from characters on a page to a loaded release."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from unicodedata import category

import numpy as np
import pytest
from bilingual import ENGLISH, JAPANESE
from bilingual import report as bilingual_report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from publications import LICENCE

import aisi_ingest
from aisi_ingest.alignment.aligner import align
from aisi_ingest.extract import pdf_reader
from aisi_ingest.extract.layout import report
from aisi_ingest.extract.layout.page_content import PageContent, page_content_of
from aisi_ingest.extract.pdf.page import CHAR, RULE, Font, Page
from aisi_ingest.model import (
    Alignment,
    Bead,
    Block,
    Box,
    Content,
    Document,
    Entity,
    Listing,
    Mention,
    Section,
    Source,
    Table,
)
from aisi_ingest.publish import publish
from aisi_ingest.publish.publication import Publication
from aisi_ingest.text import normalise
from aisi_ingest.verify.release import verify

FONTS = (Font("Gothic"), Font("Gothic-Bold", bold=True), Font("Mono", monospace=True))

# Characters to blocks

words = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEあいうえおのはをアイウ安全性評価研究所𠮷𠮟第章節条注図表"),
    min_size=1,
    max_size=12,
)
signs = st.sampled_from(["", "1. ", "第1章 ", "(2) ", "・", "- ", "※", "①", "図1 ", "注 ", "a) "])
placed = st.tuples(
    signs,
    st.lists(words, min_size=1, max_size=12),
    st.sampled_from([10.0, 9.0, 14.0, 20.0]),
    st.integers(0, 2),
    st.integers(0, 90),
)
rules = st.lists(
    st.tuples(st.integers(0, 180), st.integers(0, 200), st.integers(0, 400), st.integers(0, 90), st.integers(0, 4)),
    max_size=6,
)


def set_page(number: int, lines: list[tuple[str, list[str], float, int, int]], drawn: list[tuple[int, ...]]) -> Page:
    """Return a page of lines below or beside each other, as programs set them, with rules and frames among them."""
    chars: list[tuple[object, ...]] = []
    y = 60.0
    for sign, line, size, font, indent in lines:
        x, order = 60.0 + 4 * indent, len(chars)
        for character in sign + " ".join(line):
            advance = size if normalise.is_wide(character) else size / 2
            box = (x, y - 0.85 * size, x + advance, y + 0.15 * size)
            chars.append((ord(character), *box, x, y, size, font, 0x000000FF, 0.0, False, order, False))
            x += advance
        y += 1.6 * size if indent % 5 else 0.0  # now and then beside the previous line
    drawings = [(3.0 * x, 4.0 * y, 3.0 * x + w, 4.0 * y + h, kind, 0x000000FF, 0.5, 0) for x, y, w, h, kind in drawn]
    return Page(number, 595.0, 842.0, np.array(chars, CHAR), FONTS, np.array(drawings, RULE))


def letters(text: str) -> Counter[str]:
    """Count the letters of a text. Signs, spaces and hyphens depend on line breaks and lists, letters do not."""
    return Counter(character for character in normalise.normalise(text) if category(character)[0] == "L")


@given(st.lists(st.tuples(st.lists(placed, max_size=20), rules), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_letter_of_a_page_is_in_exactly_one_block(
    drawn: list[tuple[list[tuple[str, list[str], float, int, int]], list[tuple[int, ...]]]],
) -> None:
    pages = [set_page(number, lines, at) for number, (lines, at) in enumerate(drawn, 1)]
    contents: list[PageContent] = []
    for page in pages:
        contents.append(page_content_of(page, contents[-1] if contents else None))
    for content in (report.report(contents, [], ""), pdf_reader._read_deck(pages, [], "", ())):
        for page in pages:
            expected = letters("".join(map(chr, page.chars["code"])))
            if content.kind == "deck" or len(pages) == 1:  # blocks of a report continue on the next page
                assert letters("".join(b.text for b in content.blocks if b.page == page.number)) == expected
        every = letters("".join(chr(code) for page in pages for code in page.chars["code"]))
        assert letters("".join(block.text for block in content.blocks)) == every
        ids = [block.id for block in content.blocks]
        assert len(set(ids)) == len(ids)


@given(st.lists(words, min_size=1, max_size=6))
def test_the_text_of_every_block_is_normalised(line: list[str]) -> None:
    page = set_page(1, [("", line, 10.0, 0, 1)], [])
    content = report.report([page_content_of(page, None)], [], "")
    assert all(normalise.normalise(block.text) == block.text for block in content.blocks)


@pytest.mark.parametrize("name", ["吉𠮷野家", "𠮟る人", "a𠮟b", "𠮷"])
def test_ideographs_beyond_the_basic_plane_are_read(name: str) -> None:
    page = set_page(1, [("", [name], 10.0, 0, 1)], [])
    assert [block.text for block in report.report([page_content_of(page, None)], [], "").blocks] == [name]


# Publishing and loading

lines = st.text(min_size=1, max_size=40).map(normalise.normalise).filter(str.strip)


@st.composite
def documents(draw: st.DrawFn, lang: str, digit: str) -> Document:
    """Generate a document of any text: blocks in sections, a table, mentions inside the blocks."""
    pages = draw(st.integers(1, 3))
    texts = draw(st.lists(lines, min_size=1, max_size=6))
    sections = tuple(
        Section(f"s{k}", draw(lines), k + 1, (1, pages), parent=f"s{k - 1}" if k else None)
        for k in range(draw(st.integers(1, 3)))
    )
    blocks = []
    for k, line in enumerate(texts):
        hidden = draw(st.booleans())
        section = None if hidden else draw(st.sampled_from(sections)).id
        x, y = draw(st.floats(0, 500)), draw(st.floats(0, 800))
        box = Box(round(x, 2), round(y, 2), round(x + 50, 2), round(y + 20, 2))
        kind = draw(st.sampled_from(["heading", "paragraph", "list_item", "note"]))
        blocks.append(Block(f"b{k}", draw(st.integers(1, pages)), box, kind, line, lang, section, hidden=hidden))  # type: ignore[arg-type]
    cells = tuple(tuple(draw(st.lists(lines, min_size=2, max_size=2))) for _ in range(2))
    mentions = []
    for k, block in enumerate(blocks):
        start = draw(st.integers(0, len(block.text) - 1))
        end = draw(st.integers(start + 1, len(block.text)))
        value = draw(st.sampled_from([None, "one", "two"]))
        mentions.append(Mention(f"m{k}", block.id, start, end, block.text[start:end], "ORG", "test", value))
    content = Content(
        "report", "pdf", lang, draw(lines), ((595.0, 842.0),) * pages,  # type: ignore[arg-type]
        tuple(blocks), sections, (Table("t1", "b0", blocks[0].page, cells, 1),),
    )  # fmt: skip
    source = Source(f"https://example.org/{digit}.pdf", f"{digit}.pdf", digit * 64, 1, "application/pdf")
    listing = Listing(source, licence=LICENCE, lang=lang)  # type: ignore[arg-type]
    return Document(listing, content, tuple(mentions), id=f"work/1.0/{lang}", work="work", edition="1.0")


@given(documents("ja", "1"), documents("en", "2"), st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_is_loaded_is_what_was_published(
    tmp_path_factory: pytest.TempPathFactory, ja: Document, en: Document, data: st.DataObject
) -> None:
    of = st.sampled_from
    beads = tuple(
        Bead("block", (data.draw(of(ja.content.blocks)).id,), (data.draw(of(en.content.blocks)).id,), 0.5)
        for _ in range(2)
    )
    root = tmp_path_factory.mktemp("root")
    entities = [Entity(name, "ORG", {"ja": (name,), "en": (name,)}) for name in ("one", "two")]
    publication = Publication([en, ja], [Alignment(ja.id, en.id, beads)], entities=entities)
    result = publish(publication, root, now=datetime(2026, 11, 22, tzinfo=UTC))
    assert result.value is not None, result.issues
    assert verify(root, "latest") == []
    with aisi_ingest.load(root) as release:
        for document in (ja, en):
            read = release.document(document.id)
            assert [whole(document, block) for block in document.content.blocks] == [
                (b.id, b.page, tuple(b.bbox), b.kind, b.text, b.lang, b.section, b.hidden) for b in read.blocks
            ]
            assert [(f"{document.id}#{s.id}", s.title, s.level, tuple(s.pages)) for s in document.content.sections] == [
                (s.id, s.title, s.level, tuple(s.pages)) for s in read.sections
            ]
            assert [t.rows for t in document.content.tables] == [tuple(map(tuple, t.rows)) for t in read.tables]
            texts = {block.id: block.text for block in read.blocks}
            assert [(m.text, m.value) for m in document.mentions] == [(m.text, m.value) for m in read.mentions]
            assert all(texts[m.block][m.start : m.end] == m.text for m in read.mentions)
            assert read.title == document.content.title
        expected = [(block_of(ja, bead.ja[0]), block_of(en, bead.en[0])) for bead in beads]
        assert [(pair.ja, pair.en) for pair in release.pairs()] == expected
        assert release.arrow("blocks").column("text").to_pylist() == [
            b.text for d in release.documents for b in d.blocks
        ]


def whole(document: Document, block: Block) -> tuple[object, ...]:
    section = f"{document.id}#{block.section}" if block.section else None
    box = (block.bbox.x0, block.bbox.top, block.bbox.x1, block.bbox.bottom)
    return (f"{document.id}#{block.id}", block.page, box, block.kind, block.text, block.lang, section, block.hidden)


def block_of(document: Document, name: str) -> str:
    return next(block.text for block in document.content.blocks if block.id == name)


# Aligning


@given(st.sets(st.integers(0, 45), max_size=14), st.sets(st.integers(0, 45), max_size=14))
@settings(max_examples=15, deadline=None)
def test_exchanging_the_languages_gives_the_same_beads(left: set[int], right: set[int]) -> None:
    ja, en = without(JAPANESE, left, "ja"), without(ENGLISH, right, "en")
    there, back = align(ja, en).value, align(en, ja).value
    assert there is not None and back is not None
    assert sides(there) == {(unit, ja, en) for unit, en, ja in sides(back)}


def without(text: str, gone: set[int], lang: str) -> Document:
    kept = [line for number, line in enumerate(text.strip().splitlines()) if number not in gone]
    return bilingual_report("\n".join(kept), lang)  # type: ignore[arg-type]


def sides(alignment: Alignment) -> set[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return {(bead.unit, tuple(sorted(bead.ja)), tuple(sorted(bead.en))) for bead in alignment.beads}

"""The sample site is drawn from its texts, with the same bytes every time, and as expected.toml describes it."""

from __future__ import annotations

import html.parser
import io
import re
import sys
import tomllib
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pypdfium2
import pytest
from pptx import Presentation

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # samples is not installed

from samples import draw, draw_deck, source  # noqa: E402

SAMPLES = ROOT / "samples"
SITE = SAMPLES / "site"
EXPECTED = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))
TEXTS = [f"{name}.{lang}" for name in ("guide", "deck") for lang in ("ja", "en")]


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return draw.site()


@pytest.fixture(scope="module")
def planted() -> dict[str, bytes]:
    return draw.site(draw.planted())


def pdf_pages(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def solid(text: str) -> str:
    """Return the text without white space, because line breaks of a PDF do not matter here."""
    return re.sub(r"\s+", "", text)


def links(page: str) -> list[str]:
    found: list[str] = []

    class Anchors(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag in ("a", "link"):
                found.append(dict(attrs)["href"] or "")

    Anchors().feed(page)
    return found


def test_drawing_twice_gives_the_same_bytes(drawn: dict[str, bytes]) -> None:
    assert draw.site() == drawn


@pytest.mark.skipif("zlib-ng" in zlib.ZLIB_RUNTIME_VERSION, reason="another zlib packs the same content differently")
def test_the_committed_site_equals_a_new_drawing(drawn: dict[str, bytes]) -> None:
    committed = {path.relative_to(SITE).as_posix(): path.read_bytes() for path in SITE.rglob("*") if path.is_file()}
    assert committed.keys() == drawn.keys()
    changed = [path for path, data in drawn.items() if committed[path] != data]
    assert not changed, "run: python -m samples.draw"


def test_the_committed_files_are_small() -> None:
    site = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    fonts = sum(path.stat().st_size for path in (SAMPLES / "fonts").glob("*.ttf"))
    assert site < 1_500_000
    assert fonts < 600_000


@pytest.mark.parametrize("face", ["Regular", "Bold"])
def test_every_character_has_a_glyph(face: str) -> None:
    from reportlab.pdfbase.ttfonts import TTFontFile

    glyphs = TTFontFile(str(SAMPLES / "fonts" / f"NotoSansJP-{face}.subset.ttf")).charToGlyph
    texts = "".join((source.TEXTS / f"{name}.md").read_text(encoding="utf-8") for name in TEXTS)
    texts += "".join(new for changes in draw.planted().values() for new in changes.values())
    missing = {char for char in texts if char != "\n" and ord(char) not in glyphs}
    assert not missing, "make the font again: samples/README.md"


def test_every_link_of_the_site_leads_to_a_file() -> None:
    for index in ("index.html", "en/index.html"):
        found = links((SITE / index).read_text(encoding="utf-8"))
        assert len([link for link in found if link.endswith((".pdf", ".pptx"))]) == 3
        for link in found:
            target = urljoin(f"http://site/{index}", link).removeprefix("http://site/")
            path = SITE / (target + "index.html" if target.endswith("/") or not target else target)
            assert path.is_file(), link


def test_the_pages_of_both_languages_link_each_other() -> None:
    assert 'hreflang="en" href="en/"' in (SITE / "index.html").read_text(encoding="utf-8")
    assert 'hreflang="ja" href="../"' in (SITE / "en/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_pages_of_the_guide_contain_its_text(lang: str, drawn: dict[str, bytes]) -> None:
    text = source.read(f"guide.{lang}")
    pages = pdf_pages(drawn[f"pdf/{EXPECTED['guide'][lang]['file']}"])
    assert len(pages) == EXPECTED["guide"][lang]["pages"]
    body = solid("".join(pages[EXPECTED["guide"]["first_body_page"] - 1 :]))
    for block in text.blocks:
        words = solid(re.sub(r"\[\^(\d)\]", r"\1", block.text))
        parts = [words[:12], words[-12:]] if block.kind == "paragraph" else [words]  # a page may end inside
        parts += [solid(cell.text) for cell in block.table.cells] if block.table else []
        assert [part for part in parts if part not in body] == []


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_paragraph_but_no_note_continues_on_the_next_page(lang: str, drawn: dict[str, bytes]) -> None:
    text = source.read(f"guide.{lang}")
    pages = [solid(page) for page in pdf_pages(drawn[f"pdf/{EXPECTED['guide'][lang]['file']}"])]
    paragraphs = [solid(re.sub(r"\[\^\d\]", "", b.text)) for b in text.blocks if b.kind == "paragraph"]
    split = [p for p in paragraphs if any(p[:8] in page and p[-8:] not in page for page in pages[2:])]
    assert split
    for note in text.footnotes.values():
        assert sum(solid(note) in page for page in pages) == 1


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_both_formats_of_the_deck_contain_the_same_text(lang: str, drawn: dict[str, bytes]) -> None:
    pages = [solid(page) for page in pdf_pages(drawn[f"pdf/sample_overview_{lang}.pdf"])]
    deck = Presentation(io.BytesIO(drawn[f"pdf/sample_overview_{lang}.pptx"]))
    assert len(pages) == len(deck.slides) == EXPECTED["deck"]["slides"]
    for page, slide in zip(pages, deck.slides, strict=True):
        frames = [shape.text_frame for shape in slide.shapes if shape.has_text_frame]
        cells = [c for s in slide.shapes if s.has_table for c in s.table.iter_cells() if not c.is_spanned]
        paragraphs = [solid(p.text) for f in [*frames, *(c.text_frame for c in cells)] for p in f.paragraphs]
        left = page
        for words in sorted(paragraphs, key=len, reverse=True):
            assert words in left, words
            left = left.replace(words, "", 1)
        assert not left.strip("•–"), left
        assert slide.notes_slide.notes_text_frame.text


@pytest.mark.parametrize("name", TEXTS)
def test_the_expected_counts_are_those_of_the_texts(name: str) -> None:
    text, document, lang = source.read(name), *name.split(".")
    truth = EXPECTED[document] | EXPECTED[document][lang]
    assert text.meta["title"] == truth["title"]
    if document == "guide":
        levels = [heading.level for heading in text.headings()]
        assert len(levels) == truth["sections"]
        assert {str(n): levels.count(n) for n in (1, 2, 3)} == truth["sections_by_level"]
        assert len(text.footnotes) == truth["footnotes"]
        assert sum(block.kind in ("bullet", "numbered") for block in text.blocks) == truth["list_items"]
        for number, words in truth["note_after"].items():
            assert any(f"{words}[^{number}]" in block.text for block in text.blocks)
    else:
        slides = draw_deck.slides(text)
        assert [slide.title for slide in slides] == truth["slide_titles"]
        assert [i for i, slide in enumerate(slides, 1) if slide.table] == truth["table_slides"]
        assert [i for i, slide in enumerate(slides, 1) if len(slide.columns()) == 2] == [truth["two_column_slide"]]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_tables_of_the_guide_are_on_their_pages(lang: str, drawn: dict[str, bytes]) -> None:
    heads = {"ja": ("機関国など", "地域機関"), "en": ("HostorganisationJ", "RegionInstitute")}
    truth = EXPECTED["guide"][lang]
    header = {"ja": "年月日出来事", "en": "YearDateEvent"}[lang]
    pages = [solid(page) for page in pdf_pages(drawn[f"pdf/{truth['file']}"])]
    found = [n for n, page in enumerate(pages, 1) if header in page or heads[lang][1] in page]
    assert found == truth["table_pages"]


def section_text(name: str, section: str) -> str:
    """Return the text below a heading: in the guide by number, in the deck by position (titles differ by language)."""
    text = source.read(name)
    if name.startswith("deck"):
        at = EXPECTED["deck"]["en"]["slide_titles"].index(section)
        blocks: Any = draw_deck.slides(text)[at].blocks
    else:
        numbers = [b.number if b.kind == "heading" else "" for b in text.blocks]
        start = numbers.index({"付録A": "Annex A"}.get(section, section) if name.endswith("en") else section)
        end = next((i for i in range(start + 1, len(numbers)) if numbers[i]), None)
        blocks = text.blocks[start:end]
    return "\n".join(b.text + "\n".join(c.text for c in (b.table.cells if b.table else ())) for b in blocks)


@pytest.mark.parametrize("mention", EXPECTED["mention"], ids=lambda m: f"{m['section']}-{m['en']}")
def test_both_languages_contain_each_mention(mention: dict[str, str]) -> None:
    for lang in ("ja", "en"):
        assert mention[lang] in section_text(f"{mention['document']}.{lang}", mention["section"])


def test_the_languages_disagree_only_where_expected() -> None:
    (disagreement,) = EXPECTED["disagreement"]
    (only,) = EXPECTED["only"]
    for lang in ("ja", "en"):
        assert disagreement[lang]["text"] in section_text(f"guide.{lang}", disagreement["section"])
    assert only["text"] in section_text("guide.ja", only["section"])
    kinds = [[b.kind for b in source.read(f"guide.{lang}").blocks] for lang in ("ja", "en")]
    japanese = source.read("guide.ja").blocks
    at = next(i for i, block in enumerate(japanese) if block.text.startswith(only["text"]))
    assert kinds[0][:at] + kinds[0][at + 1 :] == kinds[1]


def test_each_planted_change_changes_what_is_drawn(drawn: dict[str, bytes], planted: dict[str, bytes]) -> None:
    changes = tomllib.loads((SAMPLES / "planted.toml").read_text(encoding="utf-8"))["change"]
    assert len(changes) == 20
    files = {"guide": ["sample_guide_v1.00_{}.pdf"], "deck": ["sample_overview_{}.pdf", "sample_overview_{}.pptx"]}
    for change in changes:
        document, lang = change["text"].split(".")
        for name in files[document]:
            assert drawn[f"pdf/{name.format(lang)}"] != planted[f"pdf/{name.format(lang)}"]
    deck_ja = "pdf/sample_overview_ja.pdf"
    assert drawn[deck_ja] == planted[deck_ja]  # no change was planted there


def test_a_change_of_a_missing_passage_is_refused() -> None:
    with pytest.raises(ValueError, match="0 occurrences"):
        source.read("guide.en", {"no such words": "others"})

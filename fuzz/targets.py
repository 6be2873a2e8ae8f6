"""The fuzz targets. Each is a function that takes bytes and raises an exception if a property does not hold."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category, normalize

from aisi_ingest import dates, registry, sources
from aisi_ingest import tagging as tag
from aisi_ingest.extract import numbering, pdf_reader
from aisi_ingest.extract.layout import headings as outline
from aisi_ingest.extract.layout import report
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.page_content import PageContent, page_content_of
from aisi_ingest.extract.layout.rows import Row
from aisi_ingest.extract.pdf.document import Bookmark
from aisi_ingest.fetch import pages, sitemaps, urls
from aisi_ingest.model import Alignment, Bead, Block, Box, Content, Document, Licence, Listing, Result, Section, Source
from aisi_ingest.publish import publish
from aisi_ingest.publish.check import document_problems
from aisi_ingest.publish.publication import Publication
from aisi_ingest.publish.rows import document_rows
from aisi_ingest.text import normalise
from fuzz import draw
from fuzz.draw import Bytes

ROOT = Path(__file__).parents[1]
_LICENCE = Licence("None", "https://example.org/licence", "Nobody")
_NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)


def layout(data: bytes) -> None:
    """Pages of random characters become a report and a deck that can be published and lose no letter."""
    source = Bytes(data)
    marks = [Bookmark(1 + source.below(3), source.text(12), source.below(6) or None) for _ in range(source.below(4))]
    drawn = draw.pages(source)
    contents: list[PageContent] = []
    for page in drawn:
        contents.append(page_content_of(page, contents[-1] if contents else None))
    letters = _letters("".join(chr(code) for page in drawn for code in page.chars["code"][~page.chars["hidden"]]))
    for content in (report.report(contents, marks, source.text(10)), pdf_reader._read_deck(drawn, marks, "", ())):
        publishable(content)
        read = _letters("".join(block.text for block in content.blocks if not block.hidden))
        assert read == letters, f"lost {letters - read}, read twice {read - letters}"


def _letters(text: str) -> Counter[str]:
    """Count letters of any script. Signs of lists, leaders and hyphens may be removed, letters may not.

    Voicing marks are not counted: they join a letter or stay alone, depending on their neighbours.
    """
    plain = normalize("NFD", normalise.normalise(text))
    return Counter(character for character in plain if category(character)[0] == "L")


def publishable(content: Content, mentions: bool = True) -> None:
    """Check that publishing would accept the content: one document must not block the release."""
    document = Document(_listing("a.pdf", content.lang), content, id="work/1/" + content.lang, work="work", edition="1")
    rows, _ = document_rows(document, {})
    problems = list(document_problems(rows))
    assert not problems, problems[:3]
    for block in content.blocks:
        assert normalise.normalise(block.text) == block.text, f"not normalised: {block.text!r}"


def _listing(file: str, lang: str) -> Listing:
    source = Source(f"https://example.org/{file}", file, file[0] * 64, 1, "application/pdf")
    return Listing(source, licence=_LICENCE, lang=lang)  # type: ignore[arg-type]


def headings(data: bytes) -> None:
    """Blocks of any text get headings; number and title of a heading are parts of its text."""
    source = Bytes(data)
    drafts: list[Draft] = []
    while source and len(drafts) < 40:
        size = (10.0, 12.0, 16.0)[source.below(3)]
        text, x, base = normalise.normalise(source.text(40)), 60.0 + source.below(100), 60.0 + 20 * len(drafts)
        if not text:
            continue
        box = Box(x, base - size, x + size * len(text), base + 2)
        row = Row(
            text, box.x0, box.top, box.x1, box.bottom, base, size, bool(source.below(2)), False, False, "F", 0, box
        )
        draft = Draft(1 + len(drafts) // 10, [row], 500.0, 60.0)
        draft.append_text(text, ())
        draft.number = numbering.numbering(text)
        drafts.append(draft)
    marks = [Bookmark(1 + source.below(3), source.text(12), source.below(6) or None) for _ in range(source.below(4))]
    outline.mark_headings(drafts, marks, BodyStyle(10.0, 1.6, "F", 500.0, 780.0, False))
    for draft in drafts:
        number, title = outline.number_and_title(draft.text)
        assert number is None or draft.text.startswith(number) or number in draft.text
        assert title in draft.text


def date_grammar(data: bytes) -> None:
    """Dates have valid, increasing offsets and EDTF values."""
    from edtf import parse_edtf

    text = normalise.normalise(_words(data, _DATES))
    end = 0
    for found in dates.find(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        if found.value is not None:
            parse_edtf(found.value)


_DATES = (
    *"0123456789年月日元/-.,()（）〜～ 　",
    *(
        "令和",
        "平成",
        "昭和",
        "大正",
        "明治",
        "度",
        "期",
        "第",
        "四半期",
        "上",
        "下",
        "半期",
        "翌",
        "同",
        "春",
        "頃",
        "現在",
    ),
    *(
        "March",
        "Sept.",
        "May ",
        "FY",
        "Q3",
        " to ",
        "and",
        "early ",
        "the ",
        "of ",
        "since",
        "1st",
        "2024",
        "2月30日",
        "\n",
    ),
)


def _words(data: bytes, words: tuple[str, ...]) -> str:
    """Return words of a grammar and sometimes any character."""
    source, out = Bytes(data), []
    while source:
        at = source.number()
        out.append(words[at % len(words)] if at < 240 else chr(source.number(2) % 0xD800))
    return "".join(out)


def registry_file(data: bytes) -> None:
    """Any registry.toml is read, or refused with a line number."""
    try:
        found = registry.parse(_patched(data, _REGISTRY), "registry.toml")
    except registry.RegistryError as error:
        assert str(error).startswith("registry.toml:") and "\n" not in str(error), error
    else:
        for match in found.matches("経済産業省 and OECD, 試験機関"):
            assert match.end > match.start


def sources_file(data: bytes) -> None:
    """Any sources.toml is read, or refused with a line number."""
    try:
        for spec in sources.parse(_patched(data, _SOURCES), "sources.toml"):
            assert all(url.startswith(("http://", "https://")) for url in (*spec.index, *spec.files))
    except sources.SourcesError as error:
        assert str(error).startswith("sources.toml:") and "\n" not in str(error), error


_REGISTRY = (
    '[org]\ntest = {ja = ["試験機関"], en = ["Test Body", "TB"]}\n[guide]\ng = {ja = ["手引"], en = ["Guide"]}\n'
)
_SOURCES = """contact = "https://example.org/"
[[source]]
id = "one"
name = "One"
index = ["https://example.org/a/"]
delay = 1.0
expect = { documents = 2 }
pairs = [["https://example.org/a.pdf", "https://example.org/b.pdf"]]
[source.licence]
name = "CC0"
url = "https://example.org/cc0"
attribution = "One"
"""
_TOML = (
    *"[]{}\"'=,.#\n 0-",
    "[[",
    "]]",
    "nan",
    "inf",
    "1e99",
    "true",
    "2024-01-01",
    "untagged",
    "org",
    "ja",
    "en",
    "both",
)


def _patched(data: bytes, whole: str) -> str:
    """Return a valid file with some pieces replaced: only nearly valid files reach the deeper checks."""
    source = Bytes(data)
    for _ in range(source.below(4)):
        at, length = source.number(2) % (len(whole) + 1), source.below(20)
        words = "".join(_TOML[source.below(len(_TOML))] for _ in range(source.below(6)))
        whole = whole[:at] + words + source.text(4) + whole[at + length :]
    return whole + source.rest().decode("utf-8", "ignore")


def index_page(data: bytes) -> None:
    """Any page and any sitemap is read and gives only canonical web URLs and file names that are no paths."""
    html = _words(data, _HTML).encode("utf-8", "surrogatepass") if data[:1] < b"\x80" else data[1:]
    for page in (
        pages.read_page(html, "https://example.org/a/"),
        sitemaps.read_sitemap(html, "https://example.org/s.xml"),
    ):
        for url in [link.url for link in page.documents] + [link.url for link in page.pages]:
            assert url.startswith(("http://", "https://")) and url.isascii() and urls.canonical(url) == url, url
            name = urls.file_name(url)
            assert "/" not in name and "\\" not in name and name not in (".", "..")


_HTML = (
    *("<a href='", "a.pdf", "b.pptx", "'>", "</a>", "<li>", "</li>", "<time datetime='", "2024-01-01", "<base href='"),
    *(
        "<table><tr><td>",
        "<dl><dt>",
        "<dd>",
        "http://",
        "https://example.org/",
        "[",
        "]",
        ":99999",
        "%",
        "%zz",
        "%2f..",
    ),
    *("@", "\\", "//", "?page=2", "\x00", "資料", "&amp;", "<!--", "-->", "<script>", "hreflang='en'", " rel='next'"),
    *(
        "<link ",
        "<urlset>",
        "<url><loc>",
        "</loc></url>",
        "<sitemapindex><sitemap>",
        "<lastmod>",
        "令和6年",
        "PDF",
        "\n",
    ),
)


def writers(data: bytes) -> None:
    """Documents of any text are published: TMX is valid XML, and no text becomes markup in the viewer."""
    from lxml import etree

    source = Bytes(data)
    texts = {lang: [normalise.normalise(_markup(source)) for _ in range(3)] for lang in ("ja", "en")}
    documents = [_document(lang, lines) for lang, lines in texts.items()]
    beads = tuple(Bead("block", (f"b{k}",), (f"b{k}",), 0.5) for k in range(3))
    with tempfile.TemporaryDirectory() as folder:
        publication = Publication(documents, [Alignment(documents[0].id, documents[1].id, beads)])
        released = publish(publication, Path(folder), now=_NOW)
        assert released.value is not None, released.issues
        release = Path(released.value.path)
        units = etree.parse(release / "bitext.tmx").findall(".//tu")
        pairs = {(ja, en) for ja, en in zip(texts["ja"], texts["en"], strict=True) if ja.strip() and en.strip()}
        assert len(units) == len(pairs)
        for page in (release / "site").rglob("*.html"):
            reader = _Tags()
            reader.feed(page.read_text(encoding="utf-8"))
            assert "evil" not in reader.tags, f"{page.name}: the text of a document became markup"


def _markup(source: Bytes) -> str:
    pieces = (
        "<evil>",
        "</p>",
        "'",
        '"',
        "&",
        "&lt;",
        "<!--",
        "]]>",
        "{{ 1 }}",
        "javascript:",
        "</script><evil>",
        "\x0b",
    )
    return "あ" + "".join(pieces[source.below(len(pieces))] + source.text(8) for _ in range(source.below(5)))


def _document(lang: str, lines: list[str]) -> Document:
    box = Box(10, 10, 100, 20)
    blocks = tuple(
        Block(f"b{k}", 1, box, "heading" if k == 0 else "paragraph", line, lang, "s1")  # type: ignore[arg-type]
        for k, line in enumerate(lines)
    )
    section = Section("s1", lines[0], 1, (1, 1))
    content = Content("report", "pdf", lang, lines[1], ((595.0, 842.0),), blocks, (section,))  # type: ignore[arg-type]
    listing = _listing({"ja": "a.pdf", "en": "b.pdf"}[lang], lang)
    return Document(listing, content, id=f"work/1/{lang}", work="work", edition="1")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {tag, *(name for name, _ in attrs)}


def tagging(data: bytes) -> None:
    """Mentions have valid offsets in any text."""
    words = (
        "内閣府",
        "AI",
        "セーフティ",
        "研究所",
        "OECD",
        "Ministry of ",
        "氏",
        "Dr. ",
        "Japan",
        "第2回",
        "会議",
        "ガイド",
        "v1.0",
    )
    text = normalise.normalise("あ" + _words(data, words + _DATES))
    content = _document("ja", [text, "題", text]).content
    result: Result[tuple[object, ...]] = tag.tag(content, _registry(), date=None, publisher=None)  # type: ignore[assignment]
    blocks = {block.id: block.text for block in content.blocks}
    for mention in result.value or ():
        assert blocks[mention.block][mention.start : mention.end] == mention.text  # type: ignore[attr-defined]


def _registry() -> registry.Registry:
    global _loaded
    _loaded = _loaded or registry.load()
    return _loaded


_loaded: registry.Registry | None = None

TARGETS: dict[str, Callable[[bytes], None]] = {
    "layout": layout,
    "outline": headings,
    "dates": date_grammar,
    "registry": registry_file,
    "sources": sources_file,
    "pages": index_page,
    "writers": writers,
    "tagging": tagging,
}

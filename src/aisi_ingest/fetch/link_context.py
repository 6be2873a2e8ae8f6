"""Title, date and language of a document link, from the words in and around the link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from aisi_ingest import dates
from aisi_ingest.fetch.links import DOCUMENT_SUFFIX
from aisi_ingest.model import Lang

# Text after a title that names the format of the file: "(PDF)", "[PDF:1.2MB]", "（PDF形式：500KB）", "PDF 300 KB".
_SIZE = r"[\d.,]+\s*(?:[KMG]i?B|bytes?|バイト)"
_FORMAT = (
    rf"(?:PDF|PPTX?|PowerPoint|パワーポイント)(?:\s*(?:形式|ファイル|file|版))?"
    rf"(?:\s*[:：/／,、]?\s*{_SIZE})?(?:\s*[,、/]\s*\d+\s*(?:ページ|頁|pages?))?"
)
_FORMAT_SUFFIX = re.compile(
    rf"\s*(?:[(\[（［【]\s*(?:{_FORMAT}|{_SIZE})\s*[)\]）］】]|(?<=\s){_FORMAT})\s*$", re.IGNORECASE
)
_FORMAT_LABEL = re.compile(rf"[(\[（［【]\s*(?:{_FORMAT})\s*[)\]）］】]|^\s*{_FORMAT}\s*$", re.IGNORECASE)
_GENERIC_TITLE = re.compile(
    rf"(?:{_FORMAT}|download|ダウンロード|こちら|here|本文|全文|資料|日本語版?|英語版?|和文|英文|japanese|english"
    r"|(?:full\s+)?(?:text|report))?[\s:：>»]*",
    re.IGNORECASE,
)
_LANGUAGE_LABEL = re.compile(
    # "English" after a blank, without "in" or "version", belongs to the title: "Teaching English".
    r"(?:(?:^|[(（［\[【<＜/／-]\s*)(?:(?P<en>英語|英文|english)|(?P<ja>日本語|和文|japanese))"
    r"|(?:^|\W)(?:(?P<en2>英語版|in english|english version)|(?P<ja2>日本語版|in japanese|japanese version)))"
    r"\s*[)）］\]】>＞]?\s*$",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"\s*(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?![\d-])")
_EMPTY_BRACKETS = re.compile(r"[(（\[［]\s*[)）\]］]")
_TITLE_EDGES = " \u3000|/／・:：-–—、,"
_CONTAINER_TAGS = {"li", "tr", "dd", "dt", "article", "p", "div", "section"}
_ROW_TAGS = ("li", "tr", "article", "dd")  # containers that hold one entry of a list
_LIST_TAGS = ("body", "html", "ul", "ol", "table", "main", "nav", "dl")  # containers that hold many entries
_MAX_CONTAINERS = 4  # around a link
_MAX_PARENTS = 12  # elements above a link that are searched for containers
_MAX_LINKS_IN_CONTAINER = 20  # with more links, the words around a link say nothing about it
_MAX_CONTAINER_LENGTH = 4000  # code points of text; likewise
_MAX_ELEMENTS_IN_CONTAINER = 500  # likewise
_MAX_NODES_IN_LINK = 500  # that are searched for its text and picture
_MAX_DOCUMENTS_PER_TITLE = 2  # the two languages of a work share a title; more documents share none
_TITLE_LENGTH = 500  # code points
_LABEL_LENGTH = 60  # code points after a link that may name its format


class _Container:
    """The text, links and dates of an element around a link."""

    def __init__(self, node: LexborNode) -> None:
        links = _few_links(node)
        text = "" if links is None else " ".join((node.text() or "").split())
        self.crowded = links is None or len(text) > _MAX_CONTAINER_LENGTH
        self.text = "" if self.crowded else text
        links = [] if self.crowded or links is None else links
        self.links = [text_of(link) for link in links]
        self.documents = [
            text
            for text, link in zip(self.links, links, strict=True)
            if DOCUMENT_SUFFIX.search(unquote(link.attributes.get("href") or ""))
        ]
        self.headings = [] if self.crowded else [text_of(each) for each in node.css("h1, h2, h3, h4, h5, h6, th")]
        times = [] if self.crowded else node.css("time")
        self.times = {day for time in times if (day := _iso_date(time.attributes.get("datetime") or text_of(time)))}

    @cached_property
    def dates(self) -> set[str]:
        """Dates with a year in the text, EDTF."""
        text = self.text
        if len(self.links) == 1:
            text = text.replace(self.links[0], " ", 1)  # a title may name the date of something else
        return {each.value for each in dates.find(text) if each.has_year and each.value and "/" not in each.value}


def _few_links(node: LexborNode) -> list[LexborNode] | None:
    """Return the links in an element; None if it has many, or so many elements that nobody counts them.

    A page may nest 16,000 elements around as many links, so the search ends early.
    """
    links = []
    for count, each in enumerate(node.traverse()):
        if count > _MAX_ELEMENTS_IN_CONTAINER:
            return None
        if each.tag == "a" and "href" in each.attributes and each.mem_id != node.mem_id:
            links.append(each)
            if len(links) > _MAX_LINKS_IN_CONTAINER:
                return None
    return links


class Containers:
    """The containers of one page by node: each is read once, although a thousand links may share it."""

    def __init__(self) -> None:
        self._containers: dict[int, _Container] = {}
        self._terms: dict[int, LexborNode | None] = {}

    def term_of(self, node: LexborNode) -> LexborNode | None:
        """Return the term (``dt``) of a description (``dd``): one term may have 20,000 of them."""
        passed = []
        term: LexborNode | None = node
        while term is not None and term.tag != "dt":
            if term.mem_id in self._terms:
                term = self._terms[term.mem_id]
                break
            passed.append(term.mem_id)
            term = term.prev
        self._terms.update(dict.fromkeys(passed, term))
        return term

    def of(self, node: LexborNode) -> _Container:
        """Return the content of a container."""
        if node.mem_id not in self._containers:
            self._containers[node.mem_id] = _Container(node)
        return self._containers[node.mem_id]


def text_of(node: LexborNode) -> str:
    """Return the text of a link or heading, with each run of white space as one blank; of a long one, the beginning."""
    texts = (each.text(deep=False) or "" for each in _inside(node) if each.tag == "-text")
    return " ".join("".join(texts).split())


def _inside(node: LexborNode) -> Iterator[LexborNode]:
    """Iterate over a link and what it contains, up to a number of nodes: links may contain each other."""
    return islice(node.traverse(include_text=True), _MAX_NODES_IN_LINK)


def _image_in(node: LexborNode) -> LexborNode | None:
    """Return the first picture with an alternative text in a link."""
    return next((each for each in _inside(node) if each.tag == "img" and "alt" in each.attributes), None)


def has_format_label(node: LexborNode) -> bool:
    """Return True where a link, the picture in it or the text after it names a PDF or PPTX: "手引き（PDF：1.2MB）"."""
    if _FORMAT_LABEL.search(text_of(node)):
        return True
    image = _image_in(node)
    if image is not None and _FORMAT_LABEL.search(image.attributes.get("alt") or ""):
        return True
    after = node.next
    words = (after.text() or "")[:_LABEL_LENGTH].lstrip() if after is not None and after.tag == "-text" else ""
    return bool(_FORMAT_LABEL.match(words))


def language_label(node: LexborNode) -> Lang | None:
    """Return the language named at the end of a link's text: "ガイド（英語版）", "Guide (Japanese)", "English PDF"."""
    match = _LANGUAGE_LABEL.search(_without_format(text_of(node)[-_TITLE_LENGTH:]))
    return None if match is None else "en" if match["en"] or match["en2"] else "ja"


def title_of(node: LexborNode, containers: Containers) -> str | None:
    """Return the title of a linked document, without file format and size.

    It is the text of the link. Where that is generic ("PDF", "Download"), it is a heading or the other text of the
    containers around the link.
    """
    image = _image_in(node)
    alternative = image.attributes.get("alt") if image else None
    for text in (text_of(node), node.attributes.get("title"), node.attributes.get("aria-label"), alternative):
        title = _specific_title(text or "")
        if title:
            return title
    for element in _containers_around(node):
        container = containers.of(element)
        if container.crowded or len(container.documents) > _MAX_DOCUMENTS_PER_TITLE:
            break
        for heading in container.headings:
            if title := _specific_title(heading):
                return title
        if title := _specific_title(_text_without_links_and_dates(container)):
            return title
    return None


def _text_without_links_and_dates(container: _Container) -> str:
    text = container.text
    for link in container.documents:
        text = text.replace(link, " ", 1)
    for found in reversed(dates.find(text)):
        text = text[: found.start] + " " + text[found.end :]
    return _EMPTY_BRACKETS.sub(" ", text).strip(_TITLE_EDGES)


def _specific_title(text: str) -> str | None:
    """Return a text as a title, or None where it is generic."""
    text = _without_format(re.sub(r"\s+", " ", text).strip()[: 2 * _TITLE_LENGTH])
    return None if _GENERIC_TITLE.fullmatch(text) else text[:_TITLE_LENGTH]


def _without_format(text: str) -> str:
    while (shorter := _FORMAT_SUFFIX.sub("", text)) != text:
        text = shorter
    return text


def _containers_around(node: LexborNode) -> list[LexborNode]:
    """Return up to four containers around a link, the nearest first, up to a list item or a table row."""
    found: list[LexborNode] = []
    parent = node.parent
    for _ in range(_MAX_PARENTS):
        if parent is None or parent.tag in _LIST_TAGS:
            break
        if parent.tag in _CONTAINER_TAGS:
            found.append(parent)
            if parent.tag in _ROW_TAGS or len(found) == _MAX_CONTAINERS:
                break
        parent = parent.parent
    return found


def date_of(node: LexborNode, containers: Containers) -> str | None:
    """Return the date in the row of a link (EDTF): one ``time`` element, or else one date in the text.

    None where the row has several dates, because nothing says which is that of the document.
    """
    for element in _containers_around(node):
        rows = [containers.of(element)]
        if element.tag == "dd":
            term = containers.term_of(element)
            if term is not None:
                rows.append(containers.of(term))
        for days in (*(row.times for row in rows), *(row.dates for row in rows)):
            if days:
                return days.copy().pop() if len(days) == 1 else None
    return None


def _iso_date(text: str) -> str | None:
    match = _ISO_DATE.match(text)
    return "-".join(part for part in match.groups() if part) if match else None

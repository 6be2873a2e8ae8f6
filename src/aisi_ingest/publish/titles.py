"""The title of a document: its own, or that of the link to it where its own says nothing."""

from __future__ import annotations

import re
import unicodedata

from aisi_ingest.extract.layout.no_titles import is_placeholder, names_no_work
from aisi_ingest.model import Document, Origin

# Words that name a part of any document, as headings do. A title of nothing else does not name the work. They are the
# headings that more than one of 58 reports and decks has, and their synonyms.
_PARTS = frozenset(
    (
        "はじめに", "おわりに", "まえがき", "あとがき", "序", "序文", "序章", "序論", "緒言", "前文", "目次",
        "概要", "要旨", "要約", "背景", "目的", "本編", "本文", "付録", "附録", "附属", "付属", "附属資料",
        "付属資料", "別紙", "別添", "別表", "別冊", "参考", "参考資料", "参考文献", "補足", "補足資料", "資料",
        "会議資料", "説明資料", "配布資料", "表紙", "用語集", "用語", "まとめ", "結論", "議事次第", "appendix",
        "appendices", "annex", "annexes", "attachment", "supplement", "introduction", "preface", "foreword",
        "overview", "contents", "table", "of", "the", "and", "summary", "executive", "abstract", "background",
        "purpose", "glossary", "terms", "references", "bibliography", "conclusion", "conclusions", "agenda",
        "readme", "cover", "document", "material", "materials", "handout", "slides", "presentation", "part",
    )
)  # fmt: skip
# Words of links that say what the file is.
_LINK_WORDS = frozenset(
    (
        "pdf", "pptx", "ppt", "pdf版", "版", "形式", "全文", "ダウンロード", "こちら", "日本語", "日本語版", "英語",
        "英語版", "英文", "和文", "スライド", "download", "here", "english", "japanese", "version", "file", "link",
        "full", "text", "click", "kb", "mb",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_LETTER = 1  # "Annex A"


def document_title(document: Document) -> tuple[str, Origin]:
    """Return the title of a document, and where it came from.

    Args:
        document: The document.

    Returns:
        What a person stated; else the document's own title; else, if that only names a part of any document
        (``はじめに``, ``Appendix``) or a file, the text of the link to it; else the name of the file.
    """
    content, listing = document.content, document.listing
    if listing.title and "title" in listing.by_hand:
        return listing.title, "by_hand"
    if content.title and not is_generic(content.title):
        return content.title, "document"
    if listing.title and not is_generic(listing.title, _LINK_WORDS):
        return listing.title, "listing"
    if content.title and not is_placeholder(content.title):
        return content.title, "document"
    return listing.source.file, "file_name"


def is_generic(title: str, also: frozenset[str] = frozenset()) -> bool:
    """Return whether a title has no word that names a work.

    Args:
        title: The title.
        also: Further words that name no work.
    """
    if is_placeholder(title) or names_no_work(title):
        return True
    words = _WORD.findall(unicodedata.normalize("NFKC", title).casefold())
    return all(len(word) == _LETTER or word in _PARTS or word in also for word in words)

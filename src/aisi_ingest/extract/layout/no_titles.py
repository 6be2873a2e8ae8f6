"""Texts at the top of a document that are not its title: letterheads, dates, marks of distribution, addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

# What programs write if nobody has entered a title, and names of files.
_PLACEHOLDER = re.compile(
    "^(?:untitled|無題|Microsoft (?:Word|PowerPoint|Excel)"
    "|(?:PowerPoint )?(?:プレゼンテーション|Presentation)|スライド|Slide|<[0-9A-F]{8,}>$)"
    "|\\.(?:docx?|pptx?|xlsx?|pdf|indd|jtdc?|ai|tex)$"
    "|^[!-~]*[A-Za-z0-9][_-][!-~]*[_-][!-~]+$|\\?{3,}",  # include_license_info: no blanks
    re.IGNORECASE,
)
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(f"(?:[\\W\\d_]|年|月|日|令和|平成|昭和|元|[mtwfs][a-z]{{2,5}}day|{_MONTH}|(?<=\\d)(?:st|nd|rd|th))+")
_MARK = re.compile(
    "(?:strictly |company )?confidential|(?:working )?draft|for (?:official|internal|public) (?:use|comment|release)"
    "(?: only)?|embargoed.*|provisional translation|未定稿|暫定版|仮訳|案|社外秘|部外秘|取扱注意|機密|公開|非公開"
    "|(?:配[布付]|参考|会議|机上配[布付]|説明)?資料(?:[0-9\\-]*|[0-9]+の[0-9]+)|別[紙添添](?:[0-9\\-]*)|参考(?:[0-9\\-]*)"
)
_ADDRESS = re.compile(
    "https?://|www\\.|@[a-z0-9-]+\\.|〒|\\b(?:tel|fax|電話)\\b|^[a-z0-9.-]+\\.(?:gov|org|com|jp|eu|uk)\\b"
)
# Names of organisations: 〇〇省, 〇〇推進協議会; the Ministry of ..., the ... Commissioner for ....
_SUFFIX = (
    "(?:省|庁|府|委員会|協議会|機構|協会|研究所|研究会|財団|連盟|連合会|推進本部|戦略本部|事務局|大学|大学院|学会|研究室|株式会社"
    "|内閣官房.{0,20}|.{1,10}(?:局|課|室))"
)
_JAPANESE_NAME = re.compile(
    f"(?:(?:(?:(?:独立行政|国立研究開発|国立大学|一般社団|公益社団|一般財団|公益財団|特定非営利活動)法人|株式会社)[^、。]{{2,30}}"
    f"|[^、。「」の]{{1,30}}{_SUFFIX})[\\s・、]*)+"
)
_ENGLISH_NAME = re.compile(
    "(?:the )?(?:[\\w'’&.,-]+ ){0,6}?(?:ministry|department|commission|commissioner|agency|authority|institute|council"
    "|secretariat|bureau|government|foundation|association|office|university)"
    "(?: (?:of|for|on) [\\w'’&., -]{2,70})?"
)
_TITLE_WORD = re.compile(
    "\\b(?:reports?|guid(?:e|ance|elines?)|strateg(?:y|ies)|plans?|acts?|polic(?:y|ies)|opinions?|frameworks?|papers?|response"
    "|statements?|principles?|minutes|meetings?|agenda|recommendations?|regulations?|code|standards?|overview|summary"
    "|survey|introduction|handbook|manual|review|roadmap|declaration|decision|communication|notice|letter)\\b"
)
_SECTION = re.compile("(?:section|chapter) [0-9ivx]+\\b.*|第[0-9一二三四五六七八九十]{1,3}[章節].*")
_LONGEST_NAME = 80  # code points
_AGREEING_SHARE = 0.7  # of the words of a title that a text has, too


def is_placeholder(title: str) -> bool:
    """Return whether a title in the metadata is empty, the name of a file or the default of a program."""
    return not title.strip() or bool(_PLACEHOLDER.search(title.strip()))


def names_no_work(text: str) -> bool:
    """Return whether a text is a date, a mark of distribution, an address, or has no letters."""
    plain = unicodedata.normalize("NFKC", text).lower().strip(" \t\u3000【】[]()〔〕《》*-")
    if sum(map(str.isalpha, plain)) <= 1:
        return True
    return bool(_DATE.fullmatch(plain) or _MARK.fullmatch(re.sub("\\s+", " ", plain)) or _ADDRESS.search(plain))


def names_section(text: str) -> bool:
    """Return whether a text is the name of a numbered chapter or section."""
    return bool(_SECTION.fullmatch(unicodedata.normalize("NFKC", text).lower()))


def is_organisation(text: str) -> bool:
    """Return whether a text consists of the name of an organisation, as in a letterhead.

    The form of the words decides: names are found by `tagging` only when the blocks are known.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _LONGEST_NAME:
        return False
    if _JAPANESE_NAME.fullmatch(plain):
        return True
    english = re.sub("\\s+", " ", plain.lower()).strip(" .,")
    return bool(_ENGLISH_NAME.fullmatch(english)) and not _TITLE_WORD.search(english)


def agrees(title: str, texts: Iterable[str]) -> bool:
    """Return whether texts of a document have most words of a title, so that the title may be that of the document."""
    wanted = _pieces(title)
    found: set[str] = set()
    for text in texts:
        found |= _pieces(text)
    return bool(wanted) and len(wanted & found) >= _AGREEING_SHARE * len(wanted)


def _pieces(text: str) -> set[str]:
    """Return the Latin words of a text, and the pairs of neighbours in its Japanese words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = set(re.findall("[a-z0-9]{2,}", plain))
    for run in re.findall("[々ー\u3041-\u30ff\u3400-\u9fff]+", plain):
        words.update(run[k : k + 2] for k in range(max(1, len(run) - 1)))
    return words


def deck_title(titles: Sequence[str], texts: Sequence[str], metadata_title: str) -> str:
    """Return the title of a slide deck.

    Args:
        titles: The titles of its slides.
        texts: The other texts of its first slide, in reading order.
        metadata_title: The title in the metadata of the file.
    """
    first = next(iter(titles), "")
    if first and not names_no_work(first):
        return first
    if not is_placeholder(metadata_title) and agrees(metadata_title, (*titles, *texts)):
        return metadata_title
    others = (text for text in (*texts, *titles[1:]) if not names_no_work(text) and not is_organisation(text))
    short = next((text for text in others if len(text) <= _LONGEST_NAME), "")
    return short or first or ("" if is_placeholder(metadata_title) else metadata_title)

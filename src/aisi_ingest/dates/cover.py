"""Find a document's own date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aisi_ingest.dates.finder import find
from aisi_ingest.model import Block, Content, Listing, Origin

_FILE_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])(?![0-9])", re.ASCII
)
# Words beside a date on a cover, by what the date is: that of this edition, of the first one, of its contents, or of
# something else. None of them counts as text.
_REVISED = r"改訂|改定|改正|更新|修正|revis\w+|(?:last )?updated?|amended|last modified"
_ISSUED = (
    r"初版|発行|公表|公開|作成|制定|策定|決定|発表|日付|掲載|issued?|publi(?:shed|cation)|releas(?:ed?|ing)"
    r"|first edition|dated?\b|posted"
)
_AS_OF = r"現在|時点|as (?:of|at)|施行|適用|effective|in force"
_OTHER = (
    r"締切|締め切り|〆切|期限|まで|以降|予定|募集|提出|回答|アクセス|閲覧|生まれ|clos(?:es?|ing)\b|deadline|\bdue\b|\buntil\b|\bexpir\w+|\bby\b"
    r"|accessed|retrieved|\bvalid\b|next review|review date|received|submi\w+"
)
_KINDS = ("revised", "issued", "", "as_of")  # the first kind that a cover has dates the document
_LABEL = re.compile(
    f"(?P<other>{_OTHER})|(?P<revised>{_REVISED})|(?P<issued>{_ISSUED})|(?P<as_of>{_AS_OF})", re.IGNORECASE
)
_COVER_WORDS = re.compile(rf"[\W\d_]|第|版|日時|{_LABEL.pattern}|\b(?:date|version|edition|on|of|the)\b", re.IGNORECASE)
# A cover line such as 「令和6年9月25日（第1.10版）」 is short and has hardly any text beside the date, in characters.
_LONGEST_COVER_LINE = 80
_LONGEST_OTHER_TEXT = 16
_LONGEST_LABEL = 24  # characters of a block on the left that names the date
_LAST_TITLE_PAGE, _LONGEST_TITLE_PAGE = 3, 500  # behind a cover without a date; characters on the page
_YEAR_AND_MONTH, _FULL_DATE = len("2024-09"), len("2024-09-25")


class _CoverDate(NamedTuple):
    """A date that makes up most of a line.

    Attributes:
        value: EDTF value.
        kind: What the words beside it say about it: one of `_KINDS`, or "other".
        is_alone: The line has nothing else.
    """

    value: str
    kind: str
    is_alone: bool


def document_date(content: Content, listing: Listing | None = None) -> str | None:
    """Return the document's own date (EDTF), see `date_and_origin`; None if there is none."""
    return date_and_origin(content, listing)[0]


def date_and_origin(content: Content, listing: Listing | None = None) -> tuple[str | None, Origin | None]:
    """Return the document's own date (EDTF), and where it came from.

    A date that a person stated counts. Otherwise it is taken from the cover, else from the file's name, else from the
    index page that lists the document. A date on the cover counts if its line consists of hardly more. A date of
    revision wins over one of issue, and the latest wins of several. Closing dates do not count.

    Args:
        content: The document.
        listing: The file's name and the date of the index page.

    Returns:
        The date and its origin; None and None if there is no date.
    """
    if listing is not None and "date" in listing.by_hand:
        return listing.date, "by_hand"
    best = _best(_dates_on(content, 1)) or _date_behind_cover(content)
    if best and len(best) == _FULL_DATE:
        return best, "document"
    if listing is not None:
        m = _FILE_DATE.search(listing.source.file)
        if m and (best is None or "-".join(m.groups()).startswith(best)):
            return "-".join(m.groups()), "file_name"
        if best is None:
            return listing.date, "listing" if listing.date else None
    return best, "document" if best else None


def _best(found: Iterable[_CoverDate]) -> str | None:
    by_kind = {kind: [date.value for date in dates] for kind, dates in _grouped(found).items()}
    values = next((by_kind[kind] for kind in _KINDS if kind in by_kind), [])
    return max(values, key=lambda value: (len(value), value), default=None)


def _grouped(found: Iterable[_CoverDate]) -> dict[str, list[_CoverDate]]:
    out: dict[str, list[_CoverDate]] = {}
    for date in found:
        out.setdefault(date.kind, []).append(date)
    return out


def _date_behind_cover(content: Content) -> str | None:
    """Return the date of a title page or imprint behind a cover that has no date; its words say that it is one."""
    for page in range(2, _LAST_TITLE_PAGE + 1) if content.kind == "report" else ():
        found = list(_dates_on(content, page))
        length = sum(len(block.text) for block in content.blocks if block.page == page)
        is_title_page = length < _LONGEST_TITLE_PAGE
        if best := _best(d for d in found if d.kind in ("revised", "issued") or is_title_page or d.is_alone):
            return best
    return None


def _dates_on(content: Content, page: int) -> Iterator[_CoverDate]:
    """Yield the dates on a page that make up most of their line.

    In lists and tables, only a label makes a date that of the document.
    """
    blocks = [block for block in content.blocks if block.page == page and not block.hidden]
    for block in blocks:
        for line in block.text.split("\n"):
            if len(line) <= _LONGEST_COVER_LINE:
                for date in _dates_of_line(line, _label_on_left(block, blocks)):
                    if date.kind or block.kind not in ("list_item", "table", "contents", "footnote"):
                        yield date


def _dates_of_line(line: str, label: str) -> Iterator[_CoverDate]:
    found = find(line)
    precede = bool(found and _LABEL.search(line[: found[0].start]))  # "Issued 1 May, closing 2 June"
    for k, date in enumerate(found):
        before = line[found[k - 1].end if k else 0 : date.start]
        after = line[date.end : found[k + 1].start if k + 1 < len(found) else len(line)]
        other_text = _COVER_WORDS.sub("", line[: date.start] + line[date.end :])
        if date.value is not None and _is_exact(date.value) and len(other_text) <= _LONGEST_OTHER_TEXT:
            words = _LABEL.search(before if precede else after) or _LABEL.search(label)
            kind = (words.lastgroup or "") if words else ""
            yield _CoverDate(date.value, kind, date.end - date.start == len(line.strip()))


def _label_on_left(block: Block, blocks: Iterable[Block]) -> str:
    """Return the short text that stands on the left of a block, on the same line."""
    for other in blocks:
        shared = min(block.bbox.bottom, other.bbox.bottom) - max(block.bbox.top, other.bbox.top)
        height = min(block.bbox.bottom - block.bbox.top, other.bbox.bottom - other.bbox.top)
        if other.bbox.x1 <= block.bbox.x0 and 2 * shared > height and len(other.text) <= _LONGEST_LABEL:
            return other.text
    return ""


def _is_exact(value: str) -> bool:
    """Return whether an EDTF value is one month or day of a known year."""
    return "X" not in value and "/" not in value and len(value) >= _YEAR_AND_MONTH

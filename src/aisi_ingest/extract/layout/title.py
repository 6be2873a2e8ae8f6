"""The first page: the title of the document, and covers."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest.extract.layout.contents import is_contents_title
from aisi_ingest.extract.layout.contents_pages import comparison_key
from aisi_ingest.extract.layout.drafts import BodyStyle, Draft
from aisi_ingest.extract.layout.no_titles import agrees, is_organisation, is_placeholder, names_no_work, names_section
from aisi_ingest.model import Box
from aisi_ingest.text.normalise import normalise

_PLAIN_QUOTES = str.maketrans("‘’“”", "''\"\"")
_LARGE = 1.15  # of the body's type size: the title
_LARGE_AGAIN = 1.08  # of the body's type size: the title printed again
_SAME_SIZE = 0.5  # points
_LONGEST_TITLE = 120  # code points
_SHORTEST_TEXT = 41  # code points of running text below the title
# Further lines of a title, whose steps are baseline to baseline in type sizes.
_MOST_LINES = 6
_TITLE_STEP, _COVER_STEP = 1.7, 2.6
_SAME_PLACE = 0.5  # type sizes
_SIDE = 3.0  # type sizes on both sides of a centred line
_PAGES_OF_TITLE = 3  # first pages that confirm a title of the metadata
# A cover.
_MOST_COVER_ROWS = 3  # of each block
_COVER_LENGTH = 500  # code points on the page; a cover has fewer
_MOST_COVERS = 2  # pages: a cover and the title page behind it


def mark_title(drafts: list[Draft], metadata_title: str, style: BodyStyle, running_head: str = "") -> str:
    """Mark the title of the document on its first page.

    Args:
        drafts: All blocks, in reading order.
        metadata_title: The title in the metadata of the PDF.
        style: Style of the body text.
        running_head: The text that most pages have at an edge.

    Returns:
        The title. If the first page has none, it comes from metadata that agree with the text, the page behind a
        cover without text, the running head, the first heading without a number, or the first text.
    """
    titles = [draft for draft in drafts if draft.page == 1 and _may_be_title(draft)]
    wanted = "" if is_placeholder(metadata_title) else normalise(metadata_title).strip()
    title = _titled(titles, wanted) or _most_prominent(titles, style)
    if title is None:
        return _title_elsewhere(drafts, wanted, style, running_head)
    _add_lines(title, drafts)
    for draft in drafts[: next(k for k, draft in enumerate(drafts) if draft is title)]:
        if draft.kind == "heading" and (is_organisation(draft.text) or names_no_work(draft.text)):
            draft.kind, draft.level = "paragraph", None  # a letterhead opens no section
    for draft in drafts:  # if it is printed again above the text, it opens no section
        is_large = draft.kind in ("heading", "paragraph") and draft.size > _LARGE_AGAIN * style.size
        is_repeated = is_large and draft is not title and draft.page > 1
        if is_repeated and comparison_key(draft.text) == comparison_key(title.text):
            draft.kind, draft.level = "title", None
    after = drafts[drafts.index(title) + 1 :]
    was_heading = title.kind == "heading"
    title.kind = "title"
    # A title with text below it on the same page opens a section; a title on a cover does not.
    below = next((d for d in after if d.kind in ("paragraph", "list_item", "heading", "table")), None)
    opens_section = (
        below is not None
        and below.page == title.page
        and (len(below.text) >= _SHORTEST_TEXT or below.kind == "heading" or was_heading)
    )
    title.level = 1 if opens_section else None
    return wanted if _begins(titles, title, wanted) else title.text


def _may_be_title(draft: Draft) -> bool:
    return (
        draft.kind in ("paragraph", "heading", "list_item")
        and not is_contents_title(draft.text)
        and not names_no_work(draft.text)
    )


def _titled(titles: Sequence[Draft], wanted: str) -> Draft | None:
    """Return the draft whose text is the title of the metadata, or begins it if the next ones continue it."""
    return next((draft for draft in titles if wanted and _begins(titles, draft, wanted)), None)


def _begins(titles: Sequence[Draft], first: Draft, wanted: str) -> bool:
    """Return whether the texts from a draft on, joined, are the title of the metadata."""
    key, text = _key(wanted), ""
    at = next((k for k, draft in enumerate(titles) if draft is first), len(titles))
    for draft in titles[at : at + _MOST_LINES]:
        text += _key(draft.text)
        if not key.startswith(text):
            return False
        if text == key:
            return True
    return False


def _key(text: str) -> str:
    return comparison_key(text.translate(_PLAIN_QUOTES))


def _most_prominent(titles: Sequence[Draft], style: BodyStyle) -> Draft | None:
    """Return the first of the largest type, a heading at the top, or a centred line at the top.

    Letterheads and the names of sections count only if there is nothing else.
    """
    works = [draft for draft in titles if not is_organisation(draft.text) and not names_section(draft.text)]
    for candidates in (works, titles):
        if not candidates:
            continue
        largest = max(draft.size for draft in candidates)
        if largest >= _LARGE * style.size:
            return next(draft for draft in candidates if draft.size > largest - _SAME_SIZE)
        first = candidates[0]
        return first if first.kind == "heading" or _is_centred(first) else None
    return None


def _is_centred(draft: Draft) -> bool:
    """Return whether a draft is one line in the middle of its column, with space on both sides, and no sentence."""
    left, right = draft.rows[0].x0 - draft.left, draft.right - draft.rows[0].x1
    is_line = len(draft.rows) == 1 and draft.text[-1] not in "。．.,、:："
    return is_line and min(left, right) > _SIDE * draft.size and abs(left - right) < 2 * draft.size


def _title_elsewhere(drafts: Sequence[Draft], wanted: str, style: BodyStyle, running_head: str) -> str:
    """Return the title of a document whose first page has none that stands out."""
    near = [draft.text for draft in drafts if draft.page <= _PAGES_OF_TITLE]
    if wanted and agrees(wanted, (*near, running_head)):
        return wanted
    if all(draft.page > 1 for draft in drafts):  # the cover is a picture
        behind = _title_page(drafts, style)
        if behind or running_head:
            return behind or running_head
    texts = [draft for draft in drafts if draft.text and draft.kind != "contents" and not is_contents_title(draft.text)]
    works = [draft for draft in texts if not names_no_work(draft.text) and not is_organisation(draft.text)]
    heading = next((d.text for d in works if d.kind == "heading" and d.number is None), "")  # no name of a section
    first_text = next((draft.text for draft in (*works, *texts)), "")[:_LONGEST_TITLE]
    return heading or wanted or running_head or first_text


def _title_page(drafts: Sequence[Draft], style: BodyStyle) -> str:
    """Return the title on the first page with text if that page has little else; "" if there is none."""
    number = min((draft.page for draft in drafts), default=1)
    page = [draft for draft in drafts if draft.page == number]
    if sum(len(draft.text) for draft in page) >= _COVER_LENGTH:
        return ""
    title = _most_prominent([draft for draft in page if _may_be_title(draft)], style)
    return title.text if title else ""


def _add_lines(title: Draft, drafts: list[Draft]) -> None:
    """Join the lines of a title that is set over several lines, wider apart than those of a paragraph."""
    at = next(k for k, draft in enumerate(drafts) if draft is title)
    while at + 1 < len(drafts) and _continues(title, drafts[at + 1]):
        following = drafts.pop(at + 1)
        title.rows.extend(following.rows)
        title.append_text(following.text, following.raised)
        start = len(title.text) - len(following.text)
        title.notes.extend((start + offset, note) for offset, note in following.notes)
        title.first_rows = len(title.rows)


def _continues(title: Draft, draft: Draft) -> bool:
    """Return whether a draft is a further line of the title: the same type, right below it, aligned with it."""
    above, below = title.rows[-1], draft.rows[0]
    if draft.page != title.page or not _may_be_title(draft) or is_organisation(draft.text) or draft.number is not None:
        return False
    if (
        abs(above.size - below.size) > _SAME_SIZE
        or title.bold != draft.bold
        or draft.kind not in ("paragraph", "heading")
    ):
        return False
    if len(title.rows) + len(draft.rows) > _MOST_LINES or len(title.text) + len(draft.text) > _LONGEST_TITLE:
        return False
    step = (below.baseline - above.baseline) / above.size
    on_cover = title.is_on_cover and draft.is_on_cover
    return 0 < step <= (_COVER_STEP if on_cover else _TITLE_STEP) and _are_aligned(above.box, below.box, above.size)


def _are_aligned(above: Box, below: Box, size: float) -> bool:
    """Return whether two lines begin, end or have their middle at one place."""
    offsets = (above.x0 - below.x0, above.x1 - below.x1, (above.x0 + above.x1 - below.x0 - below.x1) / 2)
    return min(map(abs, offsets)) < _SAME_PLACE * size


def mark_covers(pages: Sequence[Sequence[Draft]], style: BodyStyle) -> None:
    """Mark the blocks of the first page as those of a cover if the page has little text and no running text.

    A page behind it with the same title is one as well. Text below a title does not
    continue on the next page.

    Args:
        pages: The blocks of each page, before they are joined over pages.
        style: Style of the body text.
    """
    if sum(map(bool, pages)) <= 1:
        return
    titles: set[str] = set()  # in large type, on the first page
    for number, page in enumerate(pages[:_MOST_COVERS]):
        large = {comparison_key(draft.text) for draft in page if draft.size > _LARGE * style.size}
        if not _is_cover(page) or (number and not titles & large):
            return
        titles = large
        for draft in page:
            draft.is_on_cover, draft.is_closed = True, bool(large)


def _is_cover(page: Sequence[Draft]) -> bool:
    """Return whether a page has little text and no running text."""
    has_short_blocks = all(
        len(draft.rows) <= _MOST_COVER_ROWS and draft.kind == "paragraph" and not is_contents_title(draft.text)
        for draft in page
    )
    return has_short_blocks and sum(len(draft.text) for draft in page) < _COVER_LENGTH

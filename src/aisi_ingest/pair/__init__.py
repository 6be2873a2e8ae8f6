"""Which files are the same work and edition: in two languages, in two forms, in several editions.

Names and contents both speak, in log odds: each alone is enough where the other is silent, and neither overrules
the other where both are clear (``J1_`` is never paired with ``E2_``, however alike). What is stated or forbidden wins.

An id is ``<work>/<edition, else date, else "undated">/<lang>``, with ``.pptx`` after the language where the same
edition comes as PDF too. The work is a slug of the file's name without edition, date and language; of the English,
else the Japanese title where the name is a hash.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from aisi_ingest.model import Document, Issue, Result
from aisi_ingest.pair.ids import Groups, place
from aisi_ingest.pair.known import Known, know, language

if TYPE_CHECKING:
    from aisi_ingest.pair.likeness import Common, Portrait

# Tuned on the 25 files of a site with nine pairs: pairs have cosine + parts from 1.21 on, others up to 0.87; without
# the encoder cosines are from 0.59 on, and up to 0.41.
_MIDDLE, _SLOPE = 1.04, 15.0
_MIDDLE_WITHOUT_ENCODER, _SLOPE_WITHOUT_ENCODER = 0.5, 25.0
_SAME_FILE_IN_TWO_FORMS = 1.5  # cosine + parts of one language's PDF and PPTX: 1.9 for one deck, 1.3 for relatives
_EDITIONS_OF_ONE_WORK = 0.6  # cosine + parts, where the names say so; 1.0 for two editions of a white paper
_NEVER = -1000.0
_LOOKED_AT = 40


def pair(
    documents: Sequence[Document],
    stated: Sequence[tuple[str, str]] = (),
    forbidden: Sequence[tuple[str, str]] = (),
) -> Result[tuple[Document, ...]]:
    """The same documents, in their order, with work, edition and id.

    ``stated`` and ``forbidden`` are pairs of file names, addresses or sha256 (or its first eight digits or more).
    """
    encoder = encoders.load() if len(documents) > 1 else None  # alone it is compared with nothing
    known = sorted((_know(document, encoder) for document in documents), key=lambda k: k.key)
    issues: list[Issue] = []
    links = _languages(known, _named(known, stated, issues), _named(known, forbidden, issues), encoder is not None)
    editions = Groups(len(known))
    for i, j in links:
        editions.join(i, j)
    _forms(known, editions, _named(known, forbidden, []))
    works = Groups(len(known))
    for group in editions.groups():
        for i in group:
            works.join(group[0], i)
    _join_editions(known, editions, works, _named(known, forbidden, []))
    placed = _place(known, editions, works)
    for i, item in enumerate(known):
        if not any(
            placed[i].id.rsplit("/", 1)[0] == d.id.rsplit("/", 1)[0] and known[j].lang != item.lang
            for j, d in enumerate(placed)
        ):
            name = item.document.listing.source.file
            issues.append(Issue("pair", "info", "no_counterpart", f"{name} has no counterpart in the other language."))
    by_document = {id(item.document): placed[i] for i, item in enumerate(known)}
    return Result(tuple(by_document[id(document)] for document in documents), tuple(issues))


def pairs(documents: Sequence[Document]) -> list[tuple[Document, Document]]:
    """Japanese and English documents of one work and edition, like with like, in order of their ids.

    PDF is aligned with PDF and PPTX with PPTX; unlike forms only where there is nothing like.
    """
    editions: dict[str, list[Document]] = {}
    for document in documents:
        editions.setdefault(document.id.rpartition("/")[0], []).append(document)
    out = []
    for _, members in sorted(editions.items()):
        sides = {
            lang: sorted((d for d in members if language(d) == lang), key=lambda d: d.id) for lang in ("ja", "en")
        }
        used: set[str] = set()
        for alike in (True, False):
            for ja in sides["ja"]:
                for en in sides["en"]:
                    like = ja.content.form == en.content.form
                    if ja.id not in used and en.id not in used and (like or not alike):
                        out.append((ja, en))
                        used |= {ja.id, en.id}
    return sorted(out, key=lambda pair: pair[0].id)


def _named(known: Sequence[Known], wanted: Sequence[tuple[str, str]], issues: list[Issue]) -> list[tuple[int, int]]:
    """Stated or forbidden pairs as places; a name that no document has is an issue."""
    out = []
    for a, b in wanted:
        places = [[i for i, k in enumerate(known) if _is(k.document, name)] for name in (a, b)]
        for name, found in zip((a, b), places, strict=True):
            if not found:
                issues.append(
                    Issue("pair", "warning", "unknown_document", f"No document is called {name}: check the pair.")
                )
        out += [(i, j) for i in places[0] for j in places[1] if i != j]
    return out


def _is(document: Document, name: str) -> bool:
    source = document.listing.source
    if name in (source.file, source.url, source.sha256, document.id):
        return True
    return len(name) >= 8 and source.sha256.startswith(name.lower())


# Two languages ---------------------------------------------------------------------------------------------------


def _languages(
    known: Sequence[Known], stated: Sequence[tuple[int, int]], forbidden: Sequence[tuple[int, int]], with_encoder: bool
) -> list[tuple[int, int]]:
    """Pairs of a Japanese and an English document, the likeliest first, each document once."""
    ja = [i for i, k in enumerate(known) if k.lang == "ja"]
    en = [i for i, k in enumerate(known) if k.lang == "en"]
    weights = likeness.frequencies([known[i].portrait for i in ja])
    never = {frozenset(p) for p in forbidden}
    scored = []
    for i in ja:
        for j in _worth_a_look(known, i, en):
            if frozenset((i, j)) in never:
                continue
            like = known[i].document.content.form == known[j].document.content.form
            common = likeness.across(known[i].portrait, known[j].portrait, weights)
            odds = _odds(known[i], known[j], common, with_encoder)
            # Unlike forms meet only where nothing like is left.
            if odds > 0:
                scored.append((not like, -odds, i, j))
    out, used = list(stated), {i for pair in stated for i in pair}
    for _, _, i, j in sorted(scored):
        if i not in used and j not in used:
            out.append((i, j))
            used |= {i, j}
    return out


def _worth_a_look(known: Sequence[Known], i: int, others: Sequence[int]) -> Sequence[int]:
    """Of many documents those whose names or contents come nearest: comparing all with all is quadratic."""
    mean = known[i].portrait.mean
    if len(others) <= _LOOKED_AT or mean is None:
        return others
    near = [
        (known[j].words != known[i].words, -float(mean @ m) if (m := known[j].portrait.mean) is not None else 0.0, j)
        for j in others
    ]
    return [j for _, _, j in sorted(near)[:_LOOKED_AT]]


def _odds(a: Known, b: Known, common: Common, with_encoder: bool) -> float:
    """Log odds that two documents are one edition in two languages."""
    rows = a.file.row, b.file.row
    if rows[0] and rows[1] and rows[0][1] != rows[1][1]:
        return _NEVER
    if a.file.edition and b.file.edition and not _same_edition(a.file.edition, b.file.edition):
        return _NEVER
    odds = 1.0 if rows[0] and rows[1] else 0.0
    if a.portrait.blank or b.portrait.blank:
        odds -= 2.0  # only names speak
    elif with_encoder:
        odds += _SLOPE * (common.cosine + common.parts - _MIDDLE)
    else:
        odds += _SLOPE_WITHOUT_ENCODER * (common.cosine - _MIDDLE_WITHOUT_ENCODER)
    if a.file.words and b.file.words:
        odds += 3.0 if a.file.words == b.file.words else -3.0 if a.file.summary != b.file.summary else 0.0
    if a.edition and b.edition:
        odds += 1.0 if _same_edition(a.edition, b.edition) else -6.0
    if a.file.date and b.file.date:
        odds += 1.0 if a.file.date == b.file.date else -2.0
    pages = [max(1, len(k.document.content.page_sizes)) for k in (a, b)]
    return odds - max(0.0, abs(math.log(pages[0] / pages[1])) - 0.5) * 2


def _same_edition(a: str, b: str) -> bool:
    """1.1 and 1.10 differ, 2 and 2.0 do not."""
    return a == b or a.removesuffix(".0") == b.removesuffix(".0")


# Forms and editions ----------------------------------------------------------------------------------------------


def _candidates(known: Sequence[Known], fits: Callable[[Known, Known], bool]) -> list[tuple[int, int, Common]]:
    """Documents of one language that may belong together, with what they have in common."""
    out = []
    for i, a in enumerate(known):
        for j in range(i + 1, len(known)):
            b = known[j]
            if a.lang == b.lang and fits(a, b):
                out.append((i, j, likeness.within(a.portrait, b.portrait)))
    return out


def _forms(known: Sequence[Known], editions: Groups, forbidden: Sequence[tuple[int, int]]) -> None:
    """Join the PDF and the PPTX of one deck."""
    never = {frozenset(p) for p in forbidden}

    def other_form(a: Known, b: Known) -> bool:
        return a.document.content.form != b.document.content.form and (
            not (a.edition and b.edition) or _same_edition(a.edition, b.edition)
        )

    found = sorted(_candidates(known, other_form), key=lambda c: (-c[2].cosine - c[2].parts, c[0], c[1]))
    for i, j, common in found:
        members = [k for k in range(len(known)) if editions.root(k) in (editions.root(i), editions.root(j))]
        seats = [(known[k].lang, known[k].document.content.form) for k in members]
        alike = common.cosine + common.parts >= (_SAME_FILE_IN_TWO_FORMS if known[i].portrait.parts.size else 0.8)
        if alike and len(set(seats)) == len(seats) and frozenset((i, j)) not in never:
            editions.join(i, j)


def _join_editions(
    known: Sequence[Known], editions: Groups, works: Groups, forbidden: Sequence[tuple[int, int]]
) -> None:
    """Join the editions of one work: equal names or titles but for version and date, and something in common."""
    never = {frozenset(p) for p in forbidden}

    def may_be(a: Known, b: Known) -> bool:
        if a.file.words and b.file.words:
            row = a.file.row == b.file.row or not (a.file.row and b.file.row)
            return a.file.words == b.file.words and row
        return bool(a.title.words) and a.title.words == b.title.words

    for i, j, common in _candidates(known, may_be):
        if editions.root(i) == editions.root(j) or frozenset((i, j)) in never:
            continue
        differ = known[i].edition != known[j].edition or known[i].date != known[j].date
        if differ and common.cosine + common.parts >= _EDITIONS_OF_ONE_WORK:
            works.join(i, j)

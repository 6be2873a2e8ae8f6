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
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import zip_longest
from typing import TYPE_CHECKING

from aisi_ingest.model import Document, Issue, Result
from aisi_ingest.pair.features import PairingCandidate, describe, head, language
from aisi_ingest.pair.ids import Groups, place

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import Common, DocumentFeatures

__all__ = ["compute_features", "head", "pair", "pairs"]

# Tuned on the 25 files of a site with nine pairs: pairs have cosine + parts from 1.21 on, others up to 0.87; without
# the encoder cosines are from 0.59 on, and up to 0.41.
_MIDDLE, _SLOPE = 1.04, 15.0
_MIDDLE_WITHOUT_ENCODER, _SLOPE_WITHOUT_ENCODER = 0.5, 25.0
_SAME_FILE_IN_TWO_FORMS = 1.5  # cosine + parts of one language's PDF and PPTX: 1.9 for one deck, 1.3 for relatives
_EDITIONS_OF_ONE_WORK = 0.6  # cosine + parts, where the names say so; 1.0 for two editions of a white paper
_NEVER = -1000.0
_NEXT_EDITIONS = 10
_FORMS = ("pdf", "pptx")
Never = Set[frozenset[int]]  # places of two documents that are not to be joined


def pair(
    documents: Sequence[Document],
    stated: Sequence[tuple[str, str]] = (),
    forbidden: Sequence[tuple[str, str]] = (),
    features: Sequence[DocumentFeatures | None] | None = None,
) -> Result[tuple[Document, ...]]:
    """The same documents, in their order, with work, edition and id.

    ``stated`` and ``forbidden`` are pairs of file names, addresses or sha256 (or its first eight digits or more).
    ``features``: those of the documents, where they are there already; of one without, only its name speaks.
    """
    if features is None:
        features = compute_features(documents) if len(documents) > 1 else ()  # alone it is compared with nothing
    known = sorted(
        (describe(document, features) for document, features in zip_longest(documents, features)), key=lambda k: k.key
    )
    issues: list[Issue] = []
    never = {frozenset(each) for each in _named(known, forbidden, issues)}
    editions = Groups(len(known))
    for i, j in _languages(known, _named(known, stated, issues), never):
        editions.join(i, j)
    _forms(known, editions, never)
    works = Groups(len(known))
    for group in editions.groups():
        for i in group:
            works.join(group[0], i)
    _join_editions(known, editions, works, never)
    placed = place(known, editions, works)
    languages: defaultdict[str, set[str]] = defaultdict(set)
    for item, document in zip(known, placed, strict=True):
        languages[document.id.rpartition("/")[0]].add(item.lang)
    for item, document in zip(known, placed, strict=True):
        if len(languages[document.id.rpartition("/")[0]]) < 2:
            name = item.document.listing.source.file
            issues.append(Issue("pair", "info", "no_counterpart", f"{name} has no counterpart in the other language."))
    by_document = {id(item.document): document for item, document in zip(known, placed, strict=True)}
    return Result(tuple(by_document[id(document)] for document in documents), tuple(issues))


def compute_features(documents: Iterable[Document]) -> list[DocumentFeatures]:
    """What each document is known by when it is compared with others, in their order."""
    from aisi_ingest.alignment import encoder
    from aisi_ingest.pair import similarity

    return [similarity.compute_features(document, encoder.load()) for document in documents]


def pairs(documents: Sequence[Document]) -> list[tuple[Document, Document]]:
    """Japanese and English documents of one work and edition, like with like, in order of their ids.

    PDF is aligned with PDF and PPTX with PPTX; unlike forms only where there is nothing like.
    """
    editions: dict[str, list[Document]] = {}
    for document in documents:
        editions.setdefault(document.id.rpartition("/")[0], []).append(document)
    out = []
    for _, members in sorted(editions.items()):
        sides = {lang: sorted((d for d in members if language(d) == lang), key=lambda d: d.id) for lang in ("ja", "en")}
        used: set[str] = set()
        for alike in (True, False):
            for ja in sides["ja"]:
                for en in sides["en"]:
                    like = ja.content.form == en.content.form
                    if ja.id not in used and en.id not in used and (like or not alike):
                        out.append((ja, en))
                        used |= {ja.id, en.id}
    return sorted(out, key=lambda pair: pair[0].id)


def _named(
    known: Sequence[PairingCandidate], wanted: Sequence[tuple[str, str]], issues: list[Issue]
) -> list[tuple[int, int]]:
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
    known: Sequence[PairingCandidate], stated: Sequence[tuple[int, int]], never: Never
) -> list[tuple[int, int]]:
    """Pairs of a Japanese and an English document, the likeliest first, each document once."""
    ja = [i for i, k in enumerate(known) if k.lang == "ja"]
    en = [i for i, k in enumerate(known) if k.lang == "en"]
    if not ja or not en:
        return list(stated)
    from aisi_ingest.pair import similarity
    from aisi_ingest.pair.candidates import Neighbours

    features = [_portrait(k) for k in known]
    weights = similarity.frequencies([features[i] for i in ja])
    near = Neighbours(known, features, en)
    scored = []
    for i in ja:
        for j in near.of(known[i], features[i]):
            if frozenset((i, j)) in never:
                continue
            like = known[i].document.content.form == known[j].document.content.form
            odds = _odds(known[i], known[j], similarity.across(features[i], features[j], weights))
            # Unlike forms meet only where nothing like is left.
            if odds > 0:
                scored.append((not like, -odds, i, j))
    out, used = list(stated), {i for pair in stated for i in pair}
    for _, _, i, j in sorted(scored):
        if i not in used and j not in used:
            out.append((i, j))
            used |= {i, j}
    return out


def _portrait(item: PairingCandidate) -> DocumentFeatures:
    from aisi_ingest.pair.similarity import DocumentFeatures

    return item.features or DocumentFeatures({}, b"", False)


def _odds(a: PairingCandidate, b: PairingCandidate, common: Common) -> float:
    """Log odds that two documents are one edition in two languages."""
    rows = a.file.row, b.file.row
    if rows[0] and rows[1] and rows[0][1] != rows[1][1]:
        return _NEVER
    if a.file.edition and b.file.edition and not _same_edition(a.file.edition, b.file.edition):
        return _NEVER
    odds = 1.0 if rows[0] and rows[1] else 0.0
    if _portrait(a).blank or _portrait(b).blank:
        odds -= 2.0  # only names speak
    elif _portrait(a).with_encoder and _portrait(b).with_encoder:
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


# Forms and editions ----------------------------------------------------------------------------------------------


def _forms(known: Sequence[PairingCandidate], editions: Groups, never: Never) -> None:
    """Join the PDF and the PPTX of one deck."""
    found = []
    for lang in ("ja", "en"):
        pdf, pptx = ([i for i, k in enumerate(known) if k.lang == lang and _form(k) == form] for form in _FORMS)
        if not pdf or not pptx:
            continue
        from aisi_ingest.pair import similarity
        from aisi_ingest.pair.candidates import Neighbours

        features = [_portrait(k) for k in known]
        near = Neighbours(known, features, pdf)
        for j in pptx:
            for i in near.of(known[j], features[j]):
                a, b = known[i].edition, known[j].edition
                if not (a and b) or _same_edition(a, b):
                    found.append((i, j, similarity.within(features[i], features[j])))
    members = {root: [root] for root in range(len(known))}
    for group in editions.groups():
        members[editions.root(group[0])] = group
    for i, j, common in sorted(found, key=lambda c: (-c[2].cosine - c[2].parts, c[0], c[1])):
        both = [*members[editions.root(i)], *members[editions.root(j)]]
        seats = [(known[k].lang, _form(known[k])) for k in both]
        alike = common.cosine + common.parts >= (_SAME_FILE_IN_TWO_FORMS if _portrait(known[i]).parts.size else 0.8)
        if alike and len(set(seats)) == len(seats) and frozenset((i, j)) not in never:
            editions.join(i, j)
            members[editions.root(i)] = both


def _form(item: PairingCandidate) -> str:
    return item.document.content.form


def _join_editions(known: Sequence[PairingCandidate], editions: Groups, works: Groups, never: Never) -> None:
    """Join the editions of one work: equal names or titles but for version and date, and something in common."""
    for i, j in _same_names(known):
        if editions.root(i) == editions.root(j) or frozenset((i, j)) in never:
            continue
        if known[i].edition == known[j].edition and known[i].date == known[j].date:
            continue
        from aisi_ingest.pair import similarity

        common = similarity.within(_portrait(known[i]), _portrait(known[j]))
        if common.cosine + common.parts >= _EDITIONS_OF_ONE_WORK:
            works.join(i, j)


def _same_names(known: Sequence[PairingCandidate]) -> Iterator[tuple[int, int]]:
    """Documents of one language whose files, or else whose titles, have equal names.

    In the order of their editions each meets the next few: what a periodical has in common goes from one to the next.
    """
    groups: defaultdict[tuple[str, bool, tuple[str, ...]], list[int]] = defaultdict(list)
    for i, item in enumerate(known):
        for of_file, words in ((True, item.file.words), (False, item.title.words)):
            if words:
                groups[item.lang, of_file, words].append(i)
    for (_, of_file, _), group in groups.items():
        group.sort(key=lambda i: (known[i].edition or "", known[i].date or "", i))
        for at, i in enumerate(group):
            for j in group[at + 1 : at + 1 + _NEXT_EDITIONS]:
                a, b = known[i].file, known[j].file
                rows_fit = a.row == b.row or not (a.row and b.row)
                if rows_fit if of_file else not (a.words and b.words):
                    yield i, j

"""Find the files that are one work and edition: in two languages, in two forms, in several editions.

Names and contents are both evidence, in log odds. Each is enough where the other is missing. A clear contradiction of
names excludes a pair: ``J1_`` is never paired with ``E2_``, however similar the contents are. Pairs that the user
states or forbids take precedence.

An id is ``<work>/<edition, else date, else "undated">/<lang>``, with ``.pptx`` after the language if the same edition
exists as PDF too. The work is a slug of the file name without edition, date and language. If the file name is a hash,
it is a slug of the English title, or else of the Japanese title.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import zip_longest
from typing import TYPE_CHECKING

from aisi_ingest.model import Document, Issue, Result
from aisi_ingest.pair.edition_names import is_numbered
from aisi_ingest.pair.features import PairingCandidate, describe, head, language
from aisi_ingest.pair.ids import DisjointSets, assign_ids

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures, DocumentSimilarity

__all__ = ["compute_features", "head", "pair", "pairs"]

# The logistic function of the evidence from contents: its middle, and its slope in log odds. Tuned on the 25 files of a
# site with nine pairs. Pairs have a cosine + parts of 1.21 and more, others up to 0.87. Without the encoder, pairs have
# cosines of 0.59 and more, others up to 0.41.
_MIDDLE, _SLOPE = 1.04, 15.0
_MIDDLE_WITHOUT_ENCODER, _SLOPE_WITHOUT_ENCODER = 0.5, 25.0
# Log odds of the evidence from names.
_NO_CONTENTS = -2.0  # one document has no text, so only names are evidence
_SAME_SERIES_NUMBER = 1.0
_SAME_WORDS, _SUMMARY_OF_OTHER = 3.0, -3.0
_SAME_EDITION, _OTHER_EDITION = 1.0, -6.0
_SAME_DATE, _OTHER_DATE = 1.0, -2.0
_PAGES_FREE, _PAGES_SLOPE = 0.5, 2  # ratio of page counts in nats that is not penalised; log odds for each nat above
_NEVER = -1000.0
# Cosine + parts of the PDF and the PPTX of one language: 1.9 for one deck, 1.3 for related decks.
_SAME_DECK = 1.5
_SAME_DECK_WITHOUT_ENCODER = 0.8  # cosine alone
# Cosine + parts of documents whose names agree: 1.0 for two editions of a white paper.
_EDITIONS_OF_ONE_WORK = 0.6
_NEXT_EDITIONS = 10  # later editions that an edition is compared with
_MIN_HASH_DIGITS = 8  # digits of a sha256 that identify a document
_FORMS = ("pdf", "pptx")

ForbiddenPairs = Set[frozenset[int]]  # pairs of documents, by index


def pair(
    documents: Sequence[Document],
    stated: Sequence[tuple[str, str]] = (),
    forbidden: Sequence[tuple[str, str]] = (),
    features: Sequence[DocumentFeatures | None] | None = None,
) -> Result[tuple[Document, ...]]:
    """Group documents into editions and works.

    Args:
        documents: The documents, or their heads.
        stated: Pairs of documents that are two languages of one edition. A document is named by its file name, URL,
            id or sha256, or by the first eight or more digits of its sha256.
        forbidden: Pairs of documents that are not to be joined.
        features: The features of the documents, if they were computed before. Documents without features are compared
            by their names only.

    Returns:
        The same documents in the same order, with work, edition and id. Issues report documents without a counterpart
        and names that no document has.
    """
    if features is None:
        features = compute_features(documents) if len(documents) > 1 else ()  # a single document is not compared
    candidates = sorted(
        (describe(document, features) for document, features in zip_longest(documents, features)), key=lambda k: k.key
    )
    issues: list[Issue] = []
    never = {frozenset(each) for each in _resolve_names(candidates, forbidden, issues)}
    editions = DisjointSets(len(candidates))
    for i, j in _match_languages(candidates, _resolve_names(candidates, stated, issues), never):
        editions.union(i, j)
    _join_forms(candidates, editions, never)
    works = DisjointSets(len(candidates))
    for group in editions.groups():
        for i in group:
            works.union(group[0], i)
    _join_editions(candidates, editions, works, never)
    with_ids = assign_ids(candidates, editions, works)
    issues += _missing_counterparts(candidates, with_ids)
    by_document = {id(item.document): document for item, document in zip(candidates, with_ids, strict=True)}
    return Result(tuple(by_document[id(document)] for document in documents), tuple(issues))


def _missing_counterparts(candidates: Sequence[PairingCandidate], documents: Sequence[Document]) -> Iterator[Issue]:
    languages: defaultdict[str, set[str]] = defaultdict(set)
    for candidate, document in zip(candidates, documents, strict=True):
        languages[_edition_of(document)].add(candidate.lang)
    for candidate, document in zip(candidates, documents, strict=True):
        if len(languages[_edition_of(document)]) == 1:
            name = candidate.document.listing.source.file
            yield Issue("pair", "info", "no_counterpart", f"{name} has no counterpart in the other language.")


def _edition_of(document: Document) -> str:
    """Return the id without its language: work and edition."""
    return document.id.rpartition("/")[0]


def compute_features(documents: Iterable[Document]) -> list[DocumentFeatures]:
    """Compute the features by which each document is compared with others, in their order."""
    from aisi_ingest.alignment import encoder
    from aisi_ingest.pair import similarity

    return [similarity.compute_features(document, encoder.load()) for document in documents]


def pairs(documents: Sequence[Document]) -> list[tuple[Document, Document]]:
    """Return the pairs of a Japanese and an English document of one work and edition, in order of their ids.

    PDF is paired with PDF and PPTX with PPTX. Different forms are paired only if nothing of the same form is left.
    """
    editions: dict[str, list[Document]] = {}
    for document in documents:
        editions.setdefault(_edition_of(document), []).append(document)
    out = []
    for _, members in sorted(editions.items()):
        sides = {lang: sorted((d for d in members if language(d) == lang), key=lambda d: d.id) for lang in ("ja", "en")}
        used: set[str] = set()
        for require_same_form in (True, False):
            for ja in sides["ja"]:
                for en in sides["en"]:
                    same_form = ja.content.form == en.content.form
                    is_free = ja.id not in used and en.id not in used
                    if is_free and (same_form or not require_same_form):
                        out.append((ja, en))
                        used |= {ja.id, en.id}
    return sorted(out, key=lambda pair: pair[0].id)


def _resolve_names(
    candidates: Sequence[PairingCandidate], named_pairs: Sequence[tuple[str, str]], issues: list[Issue]
) -> list[tuple[int, int]]:
    """Return pairs of names as pairs of indices. A name that no document has is added to ``issues``."""
    out = []
    for names in named_pairs:
        matching = [[i for i, k in enumerate(candidates) if _has_name(k.document, name)] for name in names]
        for name, found in zip(names, matching, strict=True):
            if not found:
                message = f"A stated or forbidden pair names {name}, but no document has this name."
                issues.append(Issue("pair", "warning", "unknown_document", message))
        out += [(i, j) for i in matching[0] for j in matching[1] if i != j]
    return out


def _has_name(document: Document, name: str) -> bool:
    source = document.listing.source
    if name in (source.file, source.url, source.sha256, document.id):
        return True
    return len(name) >= _MIN_HASH_DIGITS and source.sha256.startswith(name.lower())


# Two languages ---------------------------------------------------------------------------------------------------


def _match_languages(
    candidates: Sequence[PairingCandidate], stated: Sequence[tuple[int, int]], never: ForbiddenPairs
) -> list[tuple[int, int]]:
    """Pair Japanese with English documents, the likeliest first. Each document is in one pair at most."""
    ja = [i for i, k in enumerate(candidates) if k.lang == "ja"]
    en = [i for i, k in enumerate(candidates) if k.lang == "en"]
    if not ja or not en:
        return list(stated)
    from aisi_ingest.pair import similarity
    from aisi_ingest.pair.candidates import CandidateIndex

    features = [_features_of(k) for k in candidates]
    frequencies = similarity.document_frequencies([features[i] for i in ja])
    english = CandidateIndex(candidates, features, en)
    scored = []
    for i in ja:
        for j in english.nearest(candidates[i], features[i]):
            if frozenset((i, j)) in never:
                continue
            same_form = _form(candidates[i]) == _form(candidates[j])
            similar = similarity.compare_languages(features[i], features[j], frequencies)
            odds = _log_odds(candidates[i], candidates[j], similar)
            if odds > 0:
                scored.append((not same_form, -odds, i, j))  # different forms come last
    out, used = list(stated), {i for pair in stated for i in pair}
    for _, _, i, j in sorted(scored):
        if i not in used and j not in used:
            out.append((i, j))
            used |= {i, j}
    return out


def _features_of(candidate: PairingCandidate) -> DocumentFeatures:
    from aisi_ingest.pair.similarity import DocumentFeatures

    return candidate.features or DocumentFeatures({}, b"", False)


def _form(candidate: PairingCandidate) -> str:
    return candidate.document.content.form


def _log_odds(a: PairingCandidate, b: PairingCandidate, similar: DocumentSimilarity) -> float:
    """Return the log odds that two documents are one edition in two languages."""
    if _are_excluded_by_name(a, b):
        return _NEVER
    odds = _SAME_SERIES_NUMBER if a.file.series and b.file.series else 0.0
    odds += _content_odds(a, b, similar)
    for name_odds in _name_odds(a, b):
        odds += name_odds
    pages = [max(1, len(k.document.content.page_sizes)) for k in (a, b)]
    return odds - max(0.0, abs(math.log(pages[0] / pages[1])) - _PAGES_FREE) * _PAGES_SLOPE


def _are_excluded_by_name(a: PairingCandidate, b: PairingCandidate) -> bool:
    """Return whether the file names have different numbers in a series, or different editions."""
    if a.file.series and b.file.series and a.file.series[1] != b.file.series[1]:
        return True
    return bool(a.file.edition and b.file.edition and not _is_same_edition(a.file.edition, b.file.edition))


def _content_odds(a: PairingCandidate, b: PairingCandidate, similar: DocumentSimilarity) -> float:
    left, right = _features_of(a), _features_of(b)
    if left.is_empty or right.is_empty:
        return _NO_CONTENTS
    if left.with_encoder and right.with_encoder:
        return _SLOPE * (similar.cosine + similar.parts - _MIDDLE)
    return _SLOPE_WITHOUT_ENCODER * (similar.cosine - _MIDDLE_WITHOUT_ENCODER)


def _name_odds(a: PairingCandidate, b: PairingCandidate) -> Iterator[float]:
    if a.file.words and b.file.words:
        if a.file.words == b.file.words:
            yield _SAME_WORDS
        elif a.file.is_summary != b.file.is_summary:
            yield _SUMMARY_OF_OTHER
    # One language may call a version a draft and the other may not.
    if a.edition and b.edition and is_numbered(a.edition) == is_numbered(b.edition):
        yield _SAME_EDITION if _is_same_edition(a.edition, b.edition) else _OTHER_EDITION
    if a.file.date and b.file.date:
        yield _SAME_DATE if a.file.date == b.file.date else _OTHER_DATE


def _is_same_edition(a: str, b: str) -> bool:
    """Compare two editions: 1.1 and 1.10 differ, 2 and 2.0 do not."""
    return a == b or a.removesuffix(".0") == b.removesuffix(".0")


# Forms and editions ----------------------------------------------------------------------------------------------


def _join_forms(candidates: Sequence[PairingCandidate], editions: DisjointSets, never: ForbiddenPairs) -> None:
    """Join the PDF and the PPTX of one deck."""
    members = {i: [i] for i in range(len(candidates))}
    for group in editions.groups():
        members[editions.find(group[0])] = group
    similar_pairs = _similar_forms(candidates)
    for i, j, similar in sorted(similar_pairs, key=lambda c: (-c[2].cosine - c[2].parts, c[0], c[1])):
        joined = [*members[editions.find(i)], *members[editions.find(j)]]
        languages_and_forms = [(candidates[k].lang, _form(candidates[k])) for k in joined]
        has_vectors = _features_of(candidates[i]).parts.size
        is_same_deck = similar.cosine + similar.parts >= (_SAME_DECK if has_vectors else _SAME_DECK_WITHOUT_ENCODER)
        is_unique = len(set(languages_and_forms)) == len(languages_and_forms)
        if is_same_deck and is_unique and frozenset((i, j)) not in never:
            editions.union(i, j)
            members[editions.find(i)] = joined


def _similar_forms(candidates: Sequence[PairingCandidate]) -> Iterator[tuple[int, int, DocumentSimilarity]]:
    """Yield pairs of a PDF and a PPTX in one language that may be one deck."""
    for lang in ("ja", "en"):
        pdf, pptx = ([i for i, k in enumerate(candidates) if k.lang == lang and _form(k) == form] for form in _FORMS)
        if not pdf or not pptx:
            continue
        from aisi_ingest.pair import similarity
        from aisi_ingest.pair.candidates import CandidateIndex

        features = [_features_of(k) for k in candidates]
        index = CandidateIndex(candidates, features, pdf)
        for j in pptx:
            for i in index.nearest(candidates[j], features[j]):
                a, b = candidates[i].edition, candidates[j].edition
                if not (a and b) or _is_same_edition(a, b):
                    yield i, j, similarity.compare_same_language(features[i], features[j])


def _join_editions(
    candidates: Sequence[PairingCandidate], editions: DisjointSets, works: DisjointSets, never: ForbiddenPairs
) -> None:
    """Join the editions of one work: names or titles are equal apart from version and date, and contents similar."""
    for i, j in _pairs_with_same_name(candidates):
        if editions.find(i) == editions.find(j) or frozenset((i, j)) in never:
            continue
        if _state(candidates[i]) == _state(candidates[j]):
            continue
        from aisi_ingest.pair import similarity

        similar = similarity.compare_same_language(_features_of(candidates[i]), _features_of(candidates[j]))
        if similar.cosine + similar.parts >= _EDITIONS_OF_ONE_WORK:
            works.union(i, j)


def _state(candidate: PairingCandidate) -> tuple[str | None, ...]:
    """Return what distinguishes one edition from another: edition, date, and the years in the names."""
    return candidate.edition, candidate.date, candidate.file.year, candidate.title.year


def _pairs_with_same_name(candidates: Sequence[PairingCandidate]) -> Iterator[tuple[int, int]]:
    """Yield pairs of documents of one language whose file names, or else titles, have equal words but for years.

    Each edition is paired with the next few editions. The issues of a periodical have most in common with the next
    issues.
    """
    groups: defaultdict[tuple[str, bool, tuple[str, ...]], list[int]] = defaultdict(list)
    for i, candidate in enumerate(candidates):
        for by_file, words in ((True, candidate.file.stem), (False, candidate.title.stem)):
            if words:
                groups[candidate.lang, by_file, words].append(i)
    for (_, by_file, _), group in groups.items():
        group.sort(key=lambda i: (candidates[i].edition or "", candidates[i].date or "", i))
        for at, i in enumerate(group):
            for j in group[at + 1 : at + 1 + _NEXT_EDITIONS]:
                a, b = candidates[i].file, candidates[j].file
                same_series = a.series == b.series or not (a.series and b.series)
                if same_series if by_file else not (a.words and b.words):
                    yield i, j

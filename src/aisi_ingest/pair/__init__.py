"""Which files are the same work and edition: in two languages, in two forms, in several editions.

Names and contents both speak, in log odds: each alone is enough where the other is silent, and neither overrules
the other where both are clear (``J1_`` is never paired with ``E2_``, however alike). What is stated or forbidden wins.

An id is ``<work>/<edition, else date, else "undated">/<lang>``, with ``.pptx`` after the language where the same
edition comes as PDF too. The work is a slug of the file's name without edition, date and language; of the English,
else the Japanese title where the name is a hash.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.align import encoder as encoders
from aisi_ingest.model import Document, Issue, Lang, Result
from aisi_ingest.pair import likeness, naming
from aisi_ingest.pair.likeness import Common, Portrait
from aisi_ingest.pair.naming import Name

# Tuned on the 25 files of a site with nine pairs: pairs have cosine + parts from 1.21 on, others up to 0.87; without
# the encoder cosines are from 0.59 on, and up to 0.41.
_MIDDLE, _SLOPE = 1.04, 15.0
_MIDDLE_WITHOUT_ENCODER, _SLOPE_WITHOUT_ENCODER = 0.5, 25.0
_SAME_FILE_IN_TWO_FORMS = 1.5  # cosine + parts of one language's PDF and PPTX: 1.9 for one deck, 1.3 for relatives
_EDITIONS_OF_ONE_WORK = 0.6  # cosine + parts, where the names say so; 1.0 for two editions of a white paper
_TOP, _BESIDE_EDITION = 12, 6  # blocks at the top of a document, and letters that may stand beside its edition
_NEVER = -1000.0
_LOOKED_AT = 40


class _Known(Struct, frozen=True):
    """One document and what pairing knows of it."""

    document: Document
    lang: Lang
    file: Name
    title: Name
    edition: str | None
    date: str | None
    portrait: Portrait

    @property
    def key(self) -> str:
        return self.document.listing.source.sha256

    @property
    def words(self) -> tuple[str, ...]:
        return self.file.words or self.title.words


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
    editions = _Groups(len(known))
    for i, j in links:
        editions.join(i, j)
    _forms(known, editions, _named(known, forbidden, []))
    works = _Groups(len(known))
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
            lang: sorted((d for d in members if _language(d) == lang), key=lambda d: d.id) for lang in ("ja", "en")
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


# What is known of one document -----------------------------------------------------------------------------------


def _language(document: Document) -> Lang:
    """Of most of the text; of the listing or the name where there is no text."""
    if any(block.text for block in document.content.blocks):
        return document.content.lang
    return document.listing.lang or naming.of_file(document.listing.source.file).lang or document.content.lang


def _know(document: Document, encoder: encoders.Encoder | None) -> _Known:
    listing, content = document.listing, document.content
    file = naming.of_file(listing.source.file)
    titles = [naming.of_title(listing.title), naming.of_title(content.title)]
    title = next((t for t in titles if t.words), Name())
    editions = (file.edition, *(t.edition for t in titles), _printed_edition(document))
    edition = next((e for e in editions if e), None)
    date = file.date or listing.date or document.date
    return _Known(document, _language(document), file, title, edition, date, likeness.portray(document, encoder))


def _printed_edition(document: Document) -> str | None:
    """The edition that a line of the first page's top says by itself: others are spoken of, not this one."""
    top = [b for b in document.content.blocks if b.page == 1 and b.kind in ("title", "heading", "paragraph")][:_TOP]
    for block in top:
        name = naming.of_title(block.text)
        if name.edition and len("".join(name.words)) <= _BESIDE_EDITION:
            return name.edition
    return None


def _named(known: Sequence[_Known], wanted: Sequence[tuple[str, str]], issues: list[Issue]) -> list[tuple[int, int]]:
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
    known: Sequence[_Known], stated: Sequence[tuple[int, int]], forbidden: Sequence[tuple[int, int]], with_encoder: bool
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


def _worth_a_look(known: Sequence[_Known], i: int, others: Sequence[int]) -> Sequence[int]:
    """Of many documents those whose names or contents come nearest: comparing all with all is quadratic."""
    mean = known[i].portrait.mean
    if len(others) <= _LOOKED_AT or mean is None:
        return others
    near = [
        (known[j].words != known[i].words, -float(mean @ m) if (m := known[j].portrait.mean) is not None else 0.0, j)
        for j in others
    ]
    return [j for _, _, j in sorted(near)[:_LOOKED_AT]]


def _odds(a: _Known, b: _Known, common: Common, with_encoder: bool) -> float:
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


class _Groups:
    """Disjoint sets of places."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        a, b = sorted((self.root(i), self.root(j)))
        self._parent[b] = a

    def groups(self) -> list[list[int]]:
        out: dict[int, list[int]] = {}
        for i in range(len(self._parent)):
            out.setdefault(self.root(i), []).append(i)
        return list(out.values())


def _candidates(known: Sequence[_Known], fits: Callable[[_Known, _Known], bool]) -> list[tuple[int, int, Common]]:
    """Documents of one language that may belong together, with what they have in common."""
    out = []
    for i, a in enumerate(known):
        for j in range(i + 1, len(known)):
            b = known[j]
            if a.lang == b.lang and fits(a, b):
                out.append((i, j, likeness.within(a.portrait, b.portrait)))
    return out


def _forms(known: Sequence[_Known], editions: _Groups, forbidden: Sequence[tuple[int, int]]) -> None:
    """Join the PDF and the PPTX of one deck."""
    never = {frozenset(p) for p in forbidden}

    def other_form(a: _Known, b: _Known) -> bool:
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
    known: Sequence[_Known], editions: _Groups, works: _Groups, forbidden: Sequence[tuple[int, int]]
) -> None:
    """Join the editions of one work: equal names or titles but for version and date, and something in common."""
    never = {frozenset(p) for p in forbidden}

    def may_be(a: _Known, b: _Known) -> bool:
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


# Ids -------------------------------------------------------------------------------------------------------------


def _place(known: Sequence[_Known], editions: _Groups, works: _Groups) -> list[Document]:
    """Every document with its work, edition and id; ids never collide, and do not hang on the order of the input."""
    slugs: dict[str, int] = {}
    work_of: dict[int, str] = {}
    for group in sorted(works.groups(), key=lambda g: min(known[i].key for i in g)):
        slug = _work([known[i] for i in group])
        if slug in slugs:
            rows = {k.file.row[1] for k in (known[i] for i in group) if k.file.row}
            slug = f"{slug}-{min(rows)}" if len(rows) == 1 and f"{slug}-{min(rows)}" not in slugs else slug
        if slug in slugs:
            slug = f"{slug}-{min(known[i].key for i in group)[:8]}"
        slugs[slug] = group[0]
        work_of |= dict.fromkeys(group, slug)
    placed: dict[int, Document] = {}
    taken: set[str] = set()
    for group in editions.groups():
        members = [known[i] for i in group]
        edition = _first(members, lambda k: k.edition)
        dated = _first(members, lambda k: k.date)
        part = (edition or dated or "undated").replace("/", "_")
        work = work_of[group[0]]
        if any(f"{work}/{part}/{k.lang}" in taken for k in members):
            part = f"{part}-{dated}" if dated and dated != part else part
        if any(f"{work}/{part}/{k.lang}" in taken for k in members):
            part = f"{part}-{min(k.key for k in members)[:8]}"
        for lang in ("ja", "en"):
            for form in ("pdf", "pptx"):
                alike = [i for i in group if known[i].lang == lang and known[i].document.content.form == form]
                for number, i in enumerate(alike, 1):
                    key = f"{work}/{part}/{lang}" + (f"-{number}" if number > 1 else "")
                    key += ".pptx" if key in taken else ""
                    taken.add(key)
                    placed[i] = replace(known[i].document, id=key, work=work, edition=edition)
    return [placed[i] for i in range(len(known))]


def _first(members: Sequence[_Known], of: Callable[[_Known], str | None]) -> str | None:
    """What the Japanese documents say, else the English; PDF before PPTX."""
    ordered = sorted(members, key=lambda k: (k.lang != "ja", k.document.content.form, k.key))
    return next((value for value in map(of, ordered) if value), None)


def _work(members: Sequence[_Known]) -> str:
    """A readable, stable name: of the file, else of the English title, else of the Japanese one."""
    ordered = sorted(members, key=lambda k: (k.lang != "ja", k.document.content.form, k.edition or "", k.key))
    for member in ordered:
        if member.file.words and (slug := naming.slug(member.file.words)):
            return slug
    for member in sorted(ordered, key=lambda k: k.lang != "en"):
        if slug := naming.slug(member.title.words):
            return slug
    return f"document-{min(k.key for k in members)[:8]}"

"""Extract the evidence that two texts are counterparts. The search itself is elsewhere.

``TextEvidence`` is extracted once for each text, so that comparing two texts is cheap. Anchors are what both
languages write alike: numbers and dates by value, linked entities, Latin words, and loanwords by sound. A rare
anchor is stronger evidence than a common one (inverse document frequency over both documents). An anchor of one
text does not count against a pair if the other text only leaves it out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment.encoder import Encoder, StoredVectors
from aisi_ingest.alignment.katakana import english_sounds, katakana_sounds
from aisi_ingest.dates import intervals
from aisi_ingest.model import Lang, Mention
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.numbers import leading_number, numbers
from aisi_ingest.text.sentences import sentences

_WORD = re.compile(r"[a-z][a-z0-9]*(?:[._/'-][a-z0-9]+)*|\d+(?:\.\d+){2,}|[a-z]*\d+[a-z]+")
# Words of English prose, also possessives (seeker's), compounds (and/or, one-way) and Latin abbreviations (e.g).
_PROSE_WORD = re.compile(r"[a-z]+(?:['/-][a-z]+)*|[a-z](?:\.[a-z])+")
_ARTICLES = frozenset(
    "a an the of to in on for and or is are be was were by with as at from that this it its".split()  # noqa: SIM905
)
_MAX_NAME_LENGTH = 80  # code points of a text that is only a date or a name
_TEXTS_AT_ONCE = 1000  # texts whose sentence vectors are in memory together
_DATE_PARTS = 3  # year, month, day
_SOUND, _WORD_PREFIX = "sound:", "word:"
# Share of an anchor's weight that counts, for anchors that two languages may share by accident.
_SOUND_RELIABILITY, _SMALL_NUMBER_RELIABILITY = 0.5, 0.6

_EMPTY: frozenset[str] = frozenset()


class TextEvidence(Struct, frozen=True):
    """The evidence of one text.

    Attributes:
        length: Latin characters; for Japanese, the estimated length of a translation.
        anchors: For example "number:30", "date:2024-09", "entity:nist", "word:docker", "sound:skrt".
        kind: The kind of the block.
        level: The level of a heading or list item.
        mark: The number in front of the text, by value.
        key: The text without punctuation and spaces: equal keys are the same words. For a text that is only a
            date or a name, the value of that mention.
        optional: Anchors that the other language may lack.
    """

    lang: Lang
    length: float
    anchors: frozenset[str]
    kind: str
    level: int
    mark: str | None
    key: str
    optional: frozenset[str] = _EMPTY

    @property
    def expected(self) -> frozenset[str]:
        """Anchors that a counterpart should have too."""
        return self.anchors - self.optional if self.optional else self.anchors


def extract(
    text: str,
    lang: Lang,
    kind: str = "paragraph",
    level: int = 0,
    mentions: Sequence[Mention] = (),
    number: str | None = None,
    other_side: AnchorSet | None = None,
    shared_local_ids: frozenset[str] = _EMPTY,
) -> TextEvidence:
    """Extract the anchors and measures of a text.

    Args:
        text: The text.
        lang: Its language.
        kind: The kind of its block.
        level: The level of its heading or list item.
        mentions: Mentions with offsets in the text.
        number: The number of the section, if the text is its title; otherwise it is read from the text.
        other_side: Anchors of the other document, if that was processed before. Optional anchors that it lacks are
            left out, which is most of English prose and changes no result.
        shared_local_ids: Ids outside the registry that both documents have.
    """
    folded = fold(text).lower()
    dates = [m for m in mentions if m.label == "DATE"]
    anchors = {f"date:{part}" for m in dates if m.value for part in _with_coarser_dates(_stated_value(m))}
    linked = (m.value for m in mentions if m.label != "DATE" and m.value)
    anchors |= {f"entity:{value}" for value in linked if value in shared_local_ids or not value.startswith("local:")}
    anchors |= {f"number:{n.value:g}" for n in numbers(text, lang, [(m.start, m.end) for m in dates])}
    words = _WORD.findall(folded)
    anchors |= {f"word:{word}" for word in words if word not in _ARTICLES and (len(word) > 1 or lang == "ja")}
    if other_side is None or other_side.sounds:
        sounds = katakana_sounds(text) if lang == "ja" else english_sounds(text)
        anchors |= {f"sound:{sound}" for sound in (sounds if other_side is None else sounds & other_side.sounds)}
    optional = {anchor for anchor in anchors if not _is_written_alike(anchor, lang)}
    if other_side is not None:
        anchors -= optional - other_side.anchors
        optional &= other_side.anchors
    return TextEvidence(
        lang=lang,
        length=latin_length(text),
        anchors=frozenset(anchors),
        kind=kind,
        level=level,
        mark=leading_number(number or text),
        key=_only_value(text, mentions, shared_local_ids) or re.sub(r"[\W_]+", "", folded),
        optional=frozenset(optional) if optional else _EMPTY,
    )


def _stated_value(mention: Mention) -> str:
    return intervals.drop_inferred_year(mention.value or "", mention.text)


def _only_value(text: str, mentions: Sequence[Mention], shared_local_ids: frozenset[str]) -> str | None:
    """Return the value of a text that is only one date or name: ``2022FY`` and ``FY2022`` are equal."""
    if len(mentions) != 1 or len(text) > _MAX_NAME_LENGTH:
        return None
    (mention,) = mentions
    around = text[: mention.start] + text[mention.end :]
    linked = mention.value and (mention.value in shared_local_ids or not mention.value.startswith("local:"))
    return f"= {mention.value}" if linked and not re.search(r"\w", around) else None


class AnchorSet(Struct, frozen=True):
    """All anchors of one document."""

    anchors: frozenset[str]
    sounds: frozenset[str]  # sounds of loanwords, without the prefix "sound:"


def collect_anchors(texts: Iterable[TextEvidence]) -> AnchorSet:
    """Return the anchors of all texts of one document."""
    anchors: set[str] = set()
    for text in texts:
        anchors |= text.anchors
    sounds = frozenset(anchor.removeprefix(_SOUND) for anchor in anchors if anchor.startswith(_SOUND))
    return AnchorSet(frozenset(anchors), sounds)


def _is_written_alike(anchor: str, lang: Lang) -> bool:
    """Return whether the other language writes an anchor the same way.

    Sounds are not written alike, nor are words of English prose: Japanese writes those in Japanese.
    """
    if anchor.startswith(_SOUND):
        return False
    if lang == "ja" or not anchor.startswith(_WORD_PREFIX):
        return True
    start = len(_WORD_PREFIX)
    return not (anchor[start:].isalpha() or _PROSE_WORD.fullmatch(anchor, start))


def _with_coarser_dates(value: str) -> list[str]:
    """Return an EDTF value and the coarser values that contain it.

    1999-04-30 gives also 1999-04, 1999, and the 30th of April of any year.
    """
    if "/" in value or value.count("-") >= _DATE_PARTS:
        return [value]
    parts = value.split("-")
    values = ["-".join(parts[: count + 1]) for count in range(len(parts))]
    if len(parts) == _DATE_PARTS:
        values.append("XXXX-" + "-".join(parts[1:]))
    return [part for part in dict.fromkeys(values) if part != "XXXX"]


def encode_texts(texts: Sequence[str], encoder: Encoder | None, *, single_sentences: bool = False) -> StoredVectors:
    """Return a unit vector for each text: the length-weighted mean of the vectors of its sentences.

    Args:
        texts: The texts.
        encoder: The sentence encoder; without one all vectors are zeros.
        single_sentences: Whether each text is one sentence and need not be split.

    Returns:
        Shape (texts, ``encoder.DIMENSIONS``).
    """
    if encoder is None:
        return np.zeros((len(texts), encoders.DIMENSIONS), dtype=np.float16)
    out = np.empty((len(texts), encoders.DIMENSIONS), dtype=np.float16)
    for first in range(0, len(texts), _TEXTS_AT_ONCE):
        batch = texts[first : first + _TEXTS_AT_ONCE]
        split = [([] if single_sentences else [text[a:b] for a, b in sentences(text)]) or [text] for text in batch]
        vectors = encoder.encode([sentence for parts in split for sentence in parts])
        at = 0
        for row, parts in enumerate(split, first):
            if len(parts) == 1:
                out[row] = vectors[at]
            else:
                out[row] = encoders.weighted_mean(vectors[at : at + len(parts)], map(len, parts))
            at += len(parts)
    return out


class AnchorWeights(Struct, frozen=True):
    """The weight of each anchor, in nats of surprise: its inverse document frequency over both documents."""

    nats: dict[str, float]

    def sum(self, anchors: Iterable[str]) -> float:
        """Return the total weight of some anchors, in nats."""
        return sum(self.nats.get(anchor, 0.0) for anchor in anchors)


def weigh_anchors(texts: Iterable[TextEvidence]) -> AnchorWeights:
    """Compute weights from all texts of both documents.

    Anchors that languages share by accident (sounds, small numbers) weigh less.
    """
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update(text.anchors)
        total += 1
    return AnchorWeights(
        {anchor: _reliability(anchor) * math.log((total + 1) / (count + 0.5)) for anchor, count in counts.items()}
    )


def _reliability(anchor: str) -> float:
    if anchor.startswith(_SOUND):
        return _SOUND_RELIABILITY
    is_digit = anchor.startswith("number:") and len(anchor) <= len("number:9")
    return _SMALL_NUMBER_RELIABILITY if is_digit else 1.0

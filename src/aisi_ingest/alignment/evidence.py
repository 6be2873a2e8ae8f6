"""What speaks for two texts saying the same: everything but the search.

A ``Text`` is read once; comparing two costs little. Anchors are what both languages write alike: numbers and
dates by value, linked entities, Latin words, borrowed words by sound. A rare anchor says more than a common one
(inverse document frequency over both documents), and one anchor of a text says nothing against it where the other
text only says less.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from aisi_ingest.alignment import encoder as encoders
from aisi_ingest.alignment.encoder import Encoder, Kept
from aisi_ingest.alignment.katakana import english_sounds, katakana_sounds
from aisi_ingest.dates import intervals
from aisi_ingest.model import Lang, Mention
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.normalise import fold
from aisi_ingest.text.numbers import leading_number, numbers
from aisi_ingest.text.sentences import sentences

_WORD = re.compile(r"[a-z][a-z0-9]*(?:[._/'-][a-z0-9]+)*|\d+(?:\.\d+){2,}|[a-z]*\d+[a-z]+")
# Words of English prose, also the owner's (seeker's), two for one (and/or, one-way), and short for Latin (e.g).
_PLAIN = re.compile(r"[a-z]+(?:['/-][a-z]+)*|[a-z](?:\.[a-z])+")
_ARTICLES = frozenset(
    "a an the of to in on for and or is are be was were by with as at from that this it its".split()  # noqa: SIM905
)
_LONGEST_NAME = 80
_AT_ONCE = 1000  # texts whose sentences' vectors are held together


_NONE: frozenset[str] = frozenset()


class Text(Struct, frozen=True):
    """One text as the search sees it."""

    lang: Lang
    length: float  # Latin characters, or as many as a translation would have
    anchors: frozenset[str]  # "number:30", "date:2024-09", "entity:nist", "word:docker", "sound:skrt"
    kind: str
    level: int
    mark: str | None
    key: str  # the text without marks and space: equal keys are the same words; of a mere date or name its value
    loose: frozenset[str] = _NONE  # anchors that the other language may do without

    @property
    def expected(self) -> frozenset[str]:
        """Anchors that the other language should have too."""
        return self.anchors - self.loose if self.loose else self.anchors


def read(
    text: str,
    lang: Lang,
    kind: str = "paragraph",
    level: int = 0,
    mentions: Sequence[Mention] = (),
    number: str | None = None,
    known: Anchors | None = None,
    local: frozenset[str] = _NONE,
) -> Text:
    """The anchors and measures of a text; ``mentions`` have offsets in it.

    ``known`` are the other side's anchors, where that was read before: what it lacks and need not have is left out,
    which is most of English prose, and changes nothing. ``local`` are ids outside the registry that both sides have.
    """
    folded = fold(text).lower()
    dates = [m for m in mentions if m.label == "DATE"]
    values = [intervals.drop_inferred_year(m.value, m.text) for m in dates if m.value]
    anchors = {f"date:{part}" for value in values for part in _coarser(value)}
    linked = (m.value for m in mentions if m.label != "DATE" and m.value)
    anchors |= {f"entity:{value}" for value in linked if value in local or not value.startswith("local:")}
    anchors |= {f"number:{n.value:g}" for n in numbers(text, lang, [(m.start, m.end) for m in dates])}
    words = _WORD.findall(folded)
    anchors |= {f"word:{word}" for word in words if word not in _ARTICLES and (len(word) > 1 or lang == "ja")}
    if known is None or known.sounds:
        sounds = katakana_sounds(text) if lang == "ja" else english_sounds(text)
        anchors |= {f"sound:{sound}" for sound in (sounds if known is None else sounds & known.sounds)}
    loose = {anchor for anchor in anchors if not _written_alike(anchor, lang)}
    if known is not None:
        anchors -= loose - known.every
        loose &= known.every
    return Text(
        lang=lang,
        length=latin_length(text),
        anchors=frozenset(anchors),
        kind=kind,
        level=level,
        mark=leading_number(number or text),
        key=_only(text, mentions, local) or re.sub(r"[\W_]+", "", folded),
        loose=frozenset(loose) if loose else _NONE,
    )


def _only(text: str, mentions: Sequence[Mention], local: frozenset[str]) -> str | None:
    """The value of a text that is nothing but one date or name: ``2022FY`` and ``FY2022`` say the same."""
    if len(mentions) != 1 or len(text) > _LONGEST_NAME:
        return None
    (mention,) = mentions
    around = text[: mention.start] + text[mention.end :]
    linked = mention.value and (mention.value in local or not mention.value.startswith("local:"))
    return f"= {mention.value}" if linked and not re.search(r"\w", around) else None


class Anchors(Struct, frozen=True):
    """All anchors of one side."""

    every: frozenset[str]
    sounds: frozenset[str]  # of borrowed words, without "sound:"


def all_anchors(texts: Iterable[Text]) -> Anchors:
    every: set[str] = set()
    for text in texts:
        every |= text.anchors
    return Anchors(frozenset(every), frozenset(anchor[6:] for anchor in every if anchor.startswith("sound:")))


def _written_alike(anchor: str, lang: Lang) -> bool:
    """Not borrowed sounds, and of English only what is no plain word: Japanese writes those in Japanese."""
    if anchor.startswith("sound:"):
        return False
    if lang == "ja" or not anchor.startswith("word:"):
        return True
    return not (anchor[5:].isalpha() or _PLAIN.fullmatch(anchor, 5))


def _coarser(value: str) -> list[str]:
    """An EDTF value and the coarser ones that hold it: 1999-04-30 is also 1999-04, 1999, and a 30th of April."""
    if "/" in value or value.count("-") > 2:
        return [value]
    parts = value.split("-")
    every = ["-".join(parts[: count + 1]) for count in range(len(parts))]
    if len(parts) == 3:
        every.append("XXXX-" + "-".join(parts[1:]))
    return [part for part in dict.fromkeys(every) if part != "XXXX"]


def vectors(texts: Sequence[str], encoder: Encoder | None, *, whole: bool = False) -> Kept:
    """A unit vector a text: the length-weighted mean of its sentences' vectors; ``whole``: each is one sentence."""
    if encoder is None:
        return np.zeros((len(texts), encoders.DIMENSIONS), dtype=np.float16)
    out = np.empty((len(texts), encoders.DIMENSIONS), dtype=np.float16)
    for first in range(0, len(texts), _AT_ONCE):
        some = texts[first : first + _AT_ONCE]
        pieces = [([] if whole else [text[a:b] for a, b in sentences(text)]) or [text] for text in some]
        flat = encoder.encode([piece for part in pieces for piece in part])
        at = 0
        for row, part in enumerate(pieces, first):
            out[row] = flat[at] if len(part) == 1 else encoders.mean(flat[at : at + len(part)], map(len, part))
            at += len(part)
    return out


class Weights(Struct, frozen=True):
    """How much an anchor says, in nats of surprise: its inverse document frequency over both sides."""

    nats: dict[str, float]

    def sum(self, anchors: Iterable[str]) -> float:
        return sum(self.nats.get(anchor, 0.0) for anchor in anchors)


def weigh(texts: Iterable[Text]) -> Weights:
    """Weights from all texts of both documents; less for what languages share by accident (sounds, small numbers)."""
    seen: Counter[str] = Counter()
    count = 0
    for text in texts:
        seen.update(text.anchors)
        count += 1
    return Weights({anchor: _trust(anchor) * math.log((count + 1) / (times + 0.5)) for anchor, times in seen.items()})


def _trust(anchor: str) -> float:
    if anchor.startswith("sound:"):
        return 0.5
    return 0.6 if anchor.startswith("number:") and len(anchor) <= len("number:9") else 1.0

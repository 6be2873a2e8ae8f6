"""Sentences and table rows inside matched blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.alignment import evidence
from aisi_ingest.alignment.beads import beads, score
from aisi_ingest.alignment.encoder import Encoder
from aisi_ingest.alignment.match import Match, Pairing, inside, pairing
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Bead, Block
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.sentences import sentences

SENTENCE = 36  # characters, Latin ones; a shorter one says too little


def sentence_beads(ja: Outline, en: Outline, matches: Sequence[Match], encoder: Encoder | None) -> list[Bead]:
    """Beads of sentences and table rows inside matched blocks."""
    out: list[Bead] = []
    for match in matches:
        left, right = spans(ja, match.ja), spans(en, match.en)
        if len(left) == len(right) == 1:
            out.append(Bead("sentence", (left[0].key,), (right[0].key,), score(match.odds)))
            continue
        of = compared(ja, left, en, right, encoder)
        found = inside(range(len(left)), range(len(right)), of)
        if encoder:
            found = _in_clauses(found, [span.text for span in left], [span.text for span in right], encoder)
        out += beads("sentence", [span.key for span in left], [span.key for span in right], found, of)
    return out


def compared(ja: Outline, left: Sequence[Span], en: Outline, right: Sequence[Span], encoder: Encoder | None) -> Pairing:
    """Sentences of both sides, ready to be matched."""
    texts = [span.read(ja) for span in left]
    known = evidence.all_anchors(texts)
    return pairing(
        texts,
        evidence.vectors([span.text for span in left], encoder, whole=True),
        [span.read(en, known) for span in right],
        evidence.vectors([span.text for span in right], encoder, whole=True),
        encoder,
    )


# A sentence that was left out, beside the clauses of longer ones. Of sentences whose counterpart was taken away on
# purpose one in fifty has a clause so much like it, of those that are a clause of the other language most have.
_CLAUSE = 0.6
_SIMILAR = 0.3  # least cosine with the whole of the longer one
_MOST_WINDOWS, _LONGEST_RUN = 20, 3  # runs of clauses, and clauses of one run
_MUCH_MORE = 2.0  # lengths of what was left out
_BORDER = re.compile(r"(?<=[、，,;；:：）)」])\s*|(?=[（(「])|\s*[→⇒]\s*")


def _in_clauses(found: list[Match], left: Sequence[str], right: Sequence[str], encoder: Encoder) -> list[Match]:
    """Matches with the sentences that were left out and that a run of clauses of the other side says.

    Where both sides have something left, that is what stands for each other; and of a text that is much longer than
    its counterpart, more is left out than a clause.
    """
    sides = left, right
    used = [{i for match in found for i in (match.ja, match.en)[which]} for which in (0, 1)]
    free = [[i for i in range(len(texts)) if i not in used[which]] for which, texts in enumerate(sides)]
    if bool(free[0]) == bool(free[1]):
        return found
    which = 0 if free[0] else 1
    texts, others = sides[which], sides[1 - which]
    sizes = [latin_length(text) for text in texts]
    more = sum(sizes) - sum(map(latin_length, others))
    if more > _MUCH_MORE * sum(sizes[i] for i in free[which]):
        return found
    out = list(found)
    for place in (i for i in free[which] if sizes[i] >= SENTENCE):
        vectors = encoder.encode([texts[place], *others])  # which it has given before
        alike = vectors[1:] @ vectors[0]
        near = [int(at) for at in (-alike).argsort() if alike[at] >= _SIMILAR]
        windows = [(run, at) for at in near for run in _windows(others[at])][:_MOST_WINDOWS]
        if not windows:
            continue
        likest = encoder.encode([run for run, _ in windows]) @ vectors[0]
        if float(likest.max()) < _CLAUSE:
            continue
        at = windows[int(likest.argmax())][1]
        k = next(k for k, match in enumerate(out) if at in (match.en, match.ja)[which])
        own = tuple(sorted((*(out[k].ja, out[k].en)[which], place)))
        out[k] = replace(out[k], **{("ja", "en")[which]: own})
    return out


def _windows(sentence: str) -> list[str]:
    """All runs of clauses of a sentence that has several."""
    clauses = [part for part in _BORDER.split(sentence) if part and part.strip()]
    if len(clauses) < 2:
        return []
    last = len(clauses)
    runs = ("".join(clauses[a:b]) for a in range(last) for b in range(a + 1, min(a + _LONGEST_RUN, last) + 1))
    return [run for run in runs if len(run) > 8]


class Span(Struct, frozen=True):
    """A sentence, or a row of a table."""

    block: Block
    start: int
    end: int

    @property
    def key(self) -> str:
        return f"{self.block.id}:{self.start}-{self.end}"

    @property
    def text(self) -> str:
        return self.block.text[self.start : self.end]

    def read(self, outline: Outline, known: evidence.Anchors | None = None) -> evidence.Text:
        mentions = [
            replace(mention, start=mention.start - self.start, end=mention.end - self.start)
            for mention in outline.mentions.get(self.block.id, ())
            if self.start <= mention.start and mention.end <= self.end
        ]
        return evidence.read(self.text, self.block.lang, mentions=mentions, known=known, local=outline.local)


def spans(outline: Outline, places: Sequence[int]) -> list[Span]:
    """The sentences, or rows, of some blocks."""
    return [span for place in places for span in _spans(outline.blocks[place])]


def _spans(block: Block) -> list[Span]:
    """A block's sentences; a table's rows; a piece of code is one."""
    if block.kind == "code":
        spans = [(0, len(block.text))]
    elif block.kind == "table":
        spans, at = [], 0
        for line in block.text.split("\n"):
            if line.strip(" |"):
                spans.append((at, at + len(line)))
            at += len(line) + 1
    else:
        spans = list(sentences(block.text))
    return [Span(block, start, end) for start, end in spans]

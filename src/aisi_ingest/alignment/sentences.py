"""Align the sentences and table rows of passages."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from aisi_ingest.alignment import evidence
from aisi_ingest.alignment.beads import highest_similarity, make_beads, score, shared_anchors
from aisi_ingest.alignment.encoder import Encoder
from aisi_ingest.alignment.match import Match, PairScorer, make_scorer, match_items
from aisi_ingest.alignment.passages import Passage
from aisi_ingest.alignment.search import Gains
from aisi_ingest.alignment.units import Outline
from aisi_ingest.model import Bead, Block
from aisi_ingest.text.measure import latin_length
from aisi_ingest.text.sentence_ids import sentence_id
from aisi_ingest.text.sentences import sentences

# Least cosine of two sentences without a shared anchor. Below it, 5 of 6 links were wrong in the real pairs and NTREX.
_LEAST_SIMILARITY = 0.15
MIN_SENTENCE = 36  # Latin characters: a shorter sentence is too little evidence

# A sentence without a match is compared with the clauses of longer sentences.
# Least cosine with a run of clauses. Of sentences whose counterpart was removed on purpose, one in fifty reaches it. Of
# sentences that are a clause in the other language, most reach it.
_CLAUSE_SIMILARITY = 0.6
_SENTENCE_SIMILARITY = 0.3  # least cosine with the whole longer sentence
_MAX_RUNS = 20  # runs of clauses that are compared with one sentence
_MAX_CLAUSES = 3  # clauses of one run
_MIN_RUN_LENGTH = 9  # code points
_MAX_SURPLUS = 2.0  # lengths of the sentences without a match
_CLAUSE_BORDER = re.compile(r"(?<=[、，,;；:：）)」])\s*|(?=[（(「])|\s*[→⇒]\s*")


def align_sentences(ja: Outline, en: Outline, passages: Sequence[Passage], encoder: Encoder | None) -> list[Bead]:
    """Align the sentences and table rows of passages.

    Returns:
        Beads in Japanese reading order.
    """
    out: list[Bead] = []
    for passage in passages:
        left, right = sentence_spans(ja, passage.ja), sentence_spans(en, passage.en)
        if len(left) == len(right) == 1 and passage.matches:
            out.append(Bead("sentence", (left[0].key,), (right[0].key,), score(passage.matches[0].odds)))
            continue
        scorer = sentence_scorer(ja, left, en, right, encoder)
        scorer = replace(scorer, support=_support(passage, ja, left, en, right))
        found = match_items(range(len(left)), range(len(right)), scorer)
        if encoder:
            found = [match for match in found if _has_evidence(match, scorer)]
            texts = [span.text for span in left], [span.text for span in right]
            found = _match_clauses(found, *texts, _groups(passage, ja, left, en, right), encoder)
        out += make_beads("sentence", [span.key for span in left], [span.key for span in right], found, scorer)
    return out


def _has_evidence(match: Match, scorer: PairScorer) -> bool:
    """Return whether two sentences share an anchor or are similar, and are not only what the neighbours left."""
    return bool(shared_anchors(match, scorer)) or highest_similarity(match, scorer) >= _LEAST_SIMILARITY


def _support(
    passage: Passage, ja: Outline, left: Sequence[SentenceSpan], en: Outline, right: Sequence[SentenceSpan]
) -> Gains:
    """Return the log odds that the alignment of blocks adds to pairs of their sentences."""
    index = [{outline.blocks[i].id: i for i in indices} for outline, indices in ((ja, passage.ja), (en, passage.en))]
    rows: dict[int, list[int]] = {}
    columns: dict[int, list[int]] = {}
    for where, spans, found in ((index[0], left, rows), (index[1], right, columns)):
        for at, span in enumerate(spans):
            found.setdefault(where[span.block.id], []).append(at)
    out = np.zeros((len(left), len(right)), dtype=np.float32)
    for (i, j), odds in passage.support().items():
        out[np.ix_(rows.get(i, []), columns.get(j, []))] = odds
    return out


def sentence_scorer(
    ja: Outline,
    left: Sequence[SentenceSpan],
    en: Outline,
    right: Sequence[SentenceSpan],
    encoder: Encoder | None,
) -> PairScorer:
    """Make a scorer for some Japanese sentences (``left``) and some English sentences (``right``)."""
    texts = [span.extract_evidence(ja) for span in left]
    anchors = evidence.collect_anchors(texts)
    return make_scorer(
        texts,
        evidence.encode_texts([span.text for span in left], encoder, single_sentences=True),
        [span.extract_evidence(en, anchors) for span in right],
        evidence.encode_texts([span.text for span in right], encoder, single_sentences=True),
        encoder,
    )


_Group = tuple[list[int], list[int]]  # indices of the sentences of aligned blocks


def _groups(
    passage: Passage, ja: Outline, left: Sequence[SentenceSpan], en: Outline, right: Sequence[SentenceSpan]
) -> list[_Group]:
    """Return the sentences of each match of blocks in a passage."""
    out = []
    for match in passage.matches:
        blocks = {ja.blocks[i].id for i in match.ja}, {en.blocks[j].id for j in match.en}
        rows = [at for at, span in enumerate(left) if span.block.id in blocks[0]]
        columns = [at for at, span in enumerate(right) if span.block.id in blocks[1]]
        out.append((rows, columns))
    return out


def _match_clauses(
    found: list[Match], left: Sequence[str], right: Sequence[str], groups: Sequence[_Group], encoder: Encoder
) -> list[Match]:
    """Extend matches by sentences without a match that are a run of clauses of a sentence of the aligned block.

    If both sides of two aligned blocks have sentences without a match, these may be counterparts of each other, and
    nothing is done. If a text is much longer than its counterpart, more is missing than a clause.
    """
    sides, out = (left, right), list(found)
    used = [{i for match in found for i in (match.ja, match.en)[which]} for which in (0, 1)]
    for group in groups:
        free = [[i for i in indices if i not in used[which]] for which, indices in enumerate(group)]
        if bool(free[0]) == bool(free[1]):
            continue
        which = 0 if free[0] else 1
        texts, others = sides[which], [sides[1 - which][j] for j in group[1 - which]]
        lengths = {i: latin_length(texts[i]) for i in group[which]}
        surplus = sum(lengths.values()) - sum(map(latin_length, others))
        if surplus > _MAX_SURPLUS * sum(lengths[i] for i in free[which]):
            continue
        for index in (i for i in free[which] if lengths[i] >= MIN_SENTENCE):
            at = _sentence_with_clause(texts[index], others, encoder)
            if at is None:
                continue
            other = group[1 - which][at]
            k = next(k for k, match in enumerate(out) if other in (match.en, match.ja)[which])
            items = tuple(sorted((*(out[k].ja, out[k].en)[which], index)))
            out[k] = replace(out[k], **{("ja", "en")[which]: items})
    return out


def _sentence_with_clause(sentence: str, others: Sequence[str], encoder: Encoder) -> int | None:
    """Return the index of the sentence that contains a run of clauses similar to ``sentence``, if one does."""
    vectors = encoder.encode([sentence, *others])  # all are in the encoder's cache
    similarity = vectors[1:] @ vectors[0]
    nearest = [int(at) for at in (-similarity).argsort() if similarity[at] >= _SENTENCE_SIMILARITY]
    runs = [(run, at) for at in nearest for run in _clause_runs(others[at])][:_MAX_RUNS]
    if not runs:
        return None
    run_similarity = encoder.encode([run for run, _ in runs]) @ vectors[0]
    if float(run_similarity.max()) < _CLAUSE_SIMILARITY:
        return None
    return runs[int(run_similarity.argmax())][1]


def _clause_runs(sentence: str) -> list[str]:
    """Return all runs of clauses of a sentence that has more than one clause."""
    clauses = [part for part in _CLAUSE_BORDER.split(sentence) if part and part.strip()]
    count = len(clauses)
    if count <= 1:
        return []
    runs = ("".join(clauses[a:b]) for a in range(count) for b in range(a + 1, min(a + _MAX_CLAUSES, count) + 1))
    return [run for run in runs if len(run) >= _MIN_RUN_LENGTH]


class SentenceSpan(Struct, frozen=True):
    """A sentence or a row of a table, as a span of a block's text in code points."""

    block: Block
    start: int
    end: int

    @property
    def key(self) -> str:
        """The id of the sentence in beads: block id, start and end."""
        return sentence_id(self.block.id, self.start, self.end)

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.block.text[self.start : self.end]

    def extract_evidence(self, outline: Outline, other_side: evidence.AnchorSet | None = None) -> evidence.TextEvidence:
        """Extract the evidence of the sentence, with the mentions inside it."""
        mentions = [
            replace(mention, start=mention.start - self.start, end=mention.end - self.start)
            for mention in outline.mentions.get(self.block.id, ())
            if self.start <= mention.start and mention.end <= self.end
        ]
        return evidence.extract(
            self.text,
            self.block.lang,
            mentions=mentions,
            other_side=other_side,
            shared_local_ids=outline.shared_local_ids,
        )


def sentence_spans(outline: Outline, indices: Sequence[int]) -> list[SentenceSpan]:
    """Return the sentences or table rows of some blocks, in order."""
    return [span for index in indices for span in spans_of_block(outline.blocks[index])]


def spans_of_block(block: Block) -> list[SentenceSpan]:
    """Split a block into sentences, a table into rows. Code is not split."""
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
    return [SentenceSpan(block, start, end) for start, end in spans]

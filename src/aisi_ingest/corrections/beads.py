"""Apply corrections to the beads and the findings of a pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from aisi_ingest.corrections.quotes import Problem, find_block, fold, shortened
from aisi_ingest.model import Bead, Block, Content, Correction, Finding
from aisi_ingest.text.sentence_ids import block_of, sentence_id, sentence_span
from aisi_ingest.text.sentences import sentences

BY_HAND = "by hand"  # evidence of a bead that a person has set


def correct_beads(
    ja: Content, en: Content, beads: Sequence[Bead], corrections: Iterable[Correction]
) -> tuple[tuple[Bead, ...], tuple[Problem, ...]]:
    """Link blocks that belong together, and unlink those that do not.

    Args:
        ja: The Japanese content.
        en: The English content.
        beads: The beads: sections, blocks, sentences, each in Japanese reading order.
        corrections: The corrections of the pair. Those of other kinds are ignored.

    Returns:
        The beads in the same order, and the corrections that could not be applied.
    """
    wanted = [each for each in corrections if each.of == "bead"]
    found, problems = list(beads), list[Problem]()
    for each in wanted:
        first = find_block(ja.blocks, each, each.ja)
        second = find_block(en.blocks, each, each.en)
        if isinstance(first, Problem) or isinstance(second, Problem):
            problems += [side for side in (first, second) if isinstance(side, Problem)]
        elif each.join:
            found = _linked(found, first, second)
        elif not any(bead.unit == "block" and first.id in bead.ja and second.id in bead.en for bead in found):
            problems.append(Problem(each, f"“{shortened(first.text)}” is not aligned with that text"))
        else:
            found = _unlinked(found, first, second)
    return (_in_order(found, ja, en) if wanted else tuple(beads)), tuple(problems)


def _linked(beads: Sequence[Bead], ja: Block, en: Block) -> list[Bead]:
    """Align two blocks with each other alone, and their sentences one to one if there are as many."""
    left = [_without(bead, ja.id, en.id) for bead in beads]
    kept = [bead for bead in left if bead.ja or bead.en]
    kept.append(Bead("block", (ja.id,), (en.id,), 1.0, (BY_HAND,)))
    ja_sentences, en_sentences = _sentence_ids(ja), _sentence_ids(en)
    if len(ja_sentences) == len(en_sentences):
        kept += [Bead("sentence", (a,), (b,), 1.0, (BY_HAND,)) for a, b in zip(ja_sentences, en_sentences, strict=True)]
    else:
        kept.append(Bead("sentence", ja_sentences, en_sentences, 1.0, (BY_HAND,)))
    return kept


def _unlinked(beads: Sequence[Bead], ja: Block, en: Block) -> list[Bead]:
    """Take two blocks apart; each of them and its sentences stay without a counterpart."""
    left = [_without(bead, ja.id, en.id) for bead in beads]
    kept = [bead for bead in left if bead.ja or bead.en]
    kept += [Bead("block", (ja.id,), (), 0.0, (BY_HAND,)), Bead("block", (), (en.id,), 0.0, (BY_HAND,))]
    kept += [Bead("sentence", (each,), (), 0.0, (BY_HAND,)) for each in _sentence_ids(ja)]
    kept += [Bead("sentence", (), (each,), 0.0, (BY_HAND,)) for each in _sentence_ids(en)]
    return kept


def _without(bead: Bead, ja: str, en: str) -> Bead:
    """Return a bead without two blocks and their sentences. What is left without a counterpart has the score 0."""
    if bead.unit == "section":
        return bead
    left = tuple(each for each in bead.ja if block_of(each) != ja)
    right = tuple(each for each in bead.en if block_of(each) != en)
    if (left, right) == (bead.ja, bead.en):
        return bead
    return replace(bead, ja=left, en=right, score=bead.score if left and right else 0.0)


def _sentence_ids(block: Block) -> tuple[str, ...]:
    return tuple(sentence_id(block.id, start, end) for start, end in sentences(block.text))


def _in_order(beads: Sequence[Bead], ja: Content, en: Content) -> tuple[Bead, ...]:
    """Sort beads as the aligner does: by unit, then in Japanese reading order.

    A bead without Japanese comes behind the English that it follows.
    """
    place = {"ja": _places(ja), "en": _places(en)}
    before_en = [-1.0] * (len(en.blocks) + 1)  # Japanese place of the last English block that has one
    for bead in beads:
        if bead.unit == "block" and bead.ja and bead.en:
            at = int(place["en"](bead.en[-1])[0])
            before_en[at] = max(before_en[at], place["ja"](bead.ja[-1])[0])
    for at in range(1, len(before_en)):
        before_en[at] = max(before_en[at], before_en[at - 1])
    units = {"section": 0, "block": 1, "sentence": 2}

    def key(bead: Bead) -> tuple[Any, ...]:
        if bead.ja:
            return units[bead.unit], *place["ja"](bead.ja[0]), 0, 0
        block, offset = place["en"](bead.en[0])
        return units[bead.unit], before_en[int(block)], float("inf"), block, offset

    sections = [bead for bead in beads if bead.unit == "section"]
    return (*sections, *sorted((bead for bead in beads if bead.unit != "section"), key=key))


def _places(content: Content) -> Callable[[str], tuple[float, float]]:
    order = {block.id: at for at, block in enumerate(content.blocks)}

    def place(identity: str) -> tuple[float, float]:
        block, start, _ = sentence_span(identity) or (identity, 0, 0)
        return order.get(block, -1), start

    return place


def correct_findings(
    ja: Content, en: Content, findings: Sequence[Finding], corrections: Iterable[Correction]
) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """Set the status of findings. A finding that is false is no longer shown by default.

    Args:
        ja: The Japanese content.
        en: The English content.
        findings: The findings of the pair.
        corrections: The corrections of the pair. Those of other kinds are ignored.
    """
    found, problems = list(findings), []
    texts = [{**{b.id: b.text for b in side.blocks}, **{s.id: s.title for s in side.sections}} for side in (ja, en)]
    for each in corrections:
        if each.of != "finding":
            continue
        matching = [at for at, finding in enumerate(findings) if _is_meant(finding, each, texts)]
        if not matching:
            shown = shortened(each.ja or each.en)
            problems.append(Problem(each, f"no finding about “{shown}” is left"))
        for at in matching:
            status = str(each.set["status"])
            found[at] = replace(found[at], status=status, suppressed=found[at].suppressed or status == "false")
    return tuple(found), tuple(problems)


def _is_meant(finding: Finding, correction: Correction, texts: Sequence[dict[str, str]]) -> bool:
    """Return whether a correction quotes what a finding is about."""
    if "kind" in correction.set and finding.kind != correction.set["kind"]:
        return False
    for quote, ids, known in zip((correction.ja, correction.en), (finding.ja, finding.en), texts, strict=True):
        if quote and not any(fold(quote) in fold(known.get(block_of(each), "")) for each in ids):
            return False
    return bool(correction.ja or correction.en)

"""Apply corrections to the mentions of a document, and to the ids of entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from aisi_ingest.corrections.quotes import Problem, fold, shortened
from aisi_ingest.model import Block, Content, Correction, Label, Mention
from aisi_ingest.text.normalise import normalise

BY_HAND = "by hand"  # the rule of a mention that a person has set


def correct_mentions(
    content: Content, mentions: Sequence[Mention], corrections: Iterable[Correction]
) -> tuple[tuple[Mention, ...], tuple[Problem, ...]]:
    """Add, remove and change mentions, and join entities.

    A correction concerns each place where its text occurs, between ``before`` and ``after`` and on its ``page`` if they
    are given.

    Args:
        content: The corrected content.
        mentions: The mentions that were found in it.
        corrections: The corrections of the document. Those of other kinds are ignored.

    Returns:
        The mentions, and the corrections that could not be applied.
    """
    found, problems = list(mentions), []
    for each in corrections:
        if each.of == "entity" and each.same:
            found = [_joined(mention, each.same) for mention in found]
        elif each.of == "mention":
            places = list(_places(content.blocks, each))
            if not places:
                problems.append(_missing(content.blocks, each))
            for block, start, end in places:
                if not _correct_place(found, block, start, end, each):
                    problems.append(Problem(each, f"“{shortened(each.text)}” is no mention on page {block.page}"))
    return tuple(found), tuple(problems)


def without_removed(
    content: Content, mentions: Iterable[Mention], corrections: Iterable[Correction]
) -> tuple[Mention, ...]:
    """Return mentions that a later pass has found, without those that a correction removes."""
    removed = {
        (block.id, start, end)
        for each in corrections
        if each.of == "mention" and each.remove
        for block, start, end in _places(content.blocks, each)
    }
    return tuple(each for each in mentions if (each.block, each.start, each.end) not in removed)


def _joined(mention: Mention, same: tuple[str, ...]) -> Mention:
    return replace(mention, value=same[0]) if mention.value in same[1:] else mention


def _places(blocks: Sequence[Block], correction: Correction) -> Iterable[tuple[Block, int, int]]:
    """Yield where the quoted text occurs."""
    text = normalise(correction.text)
    before, after = fold(correction.before), fold(correction.after)
    for block in blocks:
        if correction.page is not None and block.page != correction.page:
            continue
        start = block.text.find(text)
        while start >= 0:
            end = start + len(text)
            if fold(block.text[:start]).endswith(before) and fold(block.text[end:]).startswith(after):
                yield block, start, end
            start = block.text.find(text, end)


def _missing(blocks: Sequence[Block], correction: Correction) -> Problem:
    """Say that a text does not occur, with the nearest one."""
    from rapidfuzz import fuzz

    text = correction.text
    best = max(blocks, key=lambda block: fuzz.partial_ratio(text, block.text), default=None)
    nearest = ""
    if best is not None:
        where = fuzz.partial_ratio_alignment(text, best.text)
        if where is not None:
            nearest = f"; nearest, on page {best.page}: “{shortened(best.text[where.dest_start : where.dest_end])}”"
    return Problem(correction, f"“{shortened(text)}” does not occur there any more{nearest}")


def _correct_place(found: list[Mention], block: Block, start: int, end: int, correction: Correction) -> bool:
    """Apply a correction at one place, and return whether there was something to correct."""
    here = [mention for mention in found if mention.block == block.id and mention.start < end and start < mention.end]
    exact = [mention for mention in here if (mention.start, mention.end) == (start, end)]
    if correction.remove or not correction.add:
        if not exact:
            return False
        here = exact
    for mention in here:
        found.remove(mention)
    if not correction.remove:
        old = exact[0] if exact else None
        label: Label = str(correction.set.get("label", old.label if old else "ORG"))  # type: ignore[assignment]  # checked
        value = correction.set.get("value", old.value if old and old.label == label else None)
        name = old.id if old else f"m{_next_number(found)}"
        text = block.text[start:end]
        found.append(Mention(name, block.id, start, end, text, label, BY_HAND, str(value) if value else None))
    return True


def _next_number(mentions: Sequence[Mention]) -> int:
    return max((int(each.id[1:]) for each in mentions if each.id[1:].isdigit()), default=0) + 1

"""Look for names again that a model found once: what is a name in one sentence is one in the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from aisi_ingest.model import Block
from aisi_ingest.tagging.spans import Span

RULE = "model.repeated"
_SURE = 0.9  # score of a name that is looked for again
_SHORTEST_LATIN, _SHORTEST_JAPANESE = 5, 3  # characters; shorter names are parts of other words too often
_LATIN, _KATAKANA, _KANJI = "[A-Za-z0-9]", "[ァ-ヺー]", "[\u3005\u4e00-\u9fff]"


def find_repeated(found: Sequence[tuple[Block, Span]], blocks: Iterable[Block]) -> Iterator[tuple[Block, Span]]:
    """Yield further occurrences of the names that a model found for certain, where nothing else is tagged.

    Args:
        found: The mentions of a document with their blocks.
        blocks: Its blocks.
    """
    names: dict[str, tuple[Block, Span]] = {}
    for block, span in found:
        name = block.text[span.start : span.end]
        if _is_looked_for(name, span):
            names.setdefault(name, (block, span))
    if not names:
        return
    pattern = re.compile("|".join(_bounded(name) for name in sorted(names, key=lambda n: (-len(n), n))))
    taken: dict[str, list[Span]] = {}
    for block, span in found:
        taken.setdefault(block.id, []).append(span)
    for block in blocks:
        for match in pattern.finditer(block.text):
            if all(match.end() <= span.start or span.end <= match.start() for span in taken.get(block.id, ())):
                _, first = names[match[0]]
                yield block, first._replace(start=match.start(), end=match.end(), rule=RULE)


def _is_looked_for(name: str, span: Span) -> bool:
    shortest = _SHORTEST_LATIN if name.isascii() else _SHORTEST_JAPANESE
    is_sure = span.rule.startswith("model.") and (span.score or 0) >= _SURE
    is_word = name.isascii() and " " not in name
    return is_sure and not is_word and len(name) >= shortest and "\n" not in name and not name.islower()


def _bounded(name: str) -> str:
    """Return a pattern for a name that is no part of a longer word."""
    before, after = (
        next((c for c in (_LATIN, _KATAKANA, _KANJI) if re.match(c, edge)), "") for edge in (name[0], name[-1])
    )
    start = f"(?<!{before})" if before else ""
    end = f"(?!{after})" if after else ""
    return f"{start}{re.escape(name)}{end}"

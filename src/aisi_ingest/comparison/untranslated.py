"""Find texts that a translation leaves in the language of the original."""

from __future__ import annotations

import re

from aisi_ingest.comparison.document_index import Sides
from aisi_ingest.comparison.missing_findings import shorten
from aisi_ingest.model import Alignment, Block, Finding
from aisi_ingest.text.normalise import fold

_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿々]")
_LETTER = re.compile(r"[^\W\d_]")
_MIN_JAPANESE = 8  # Japanese characters in an English document: fewer may be a name in its own script
_MIN_ENGLISH_WORDS = 12  # words in a Japanese document: fewer may be a title, a name or a term
_MOST = 0.7  # share of the letters
_WORD = re.compile(r"[A-Za-z]{2,}")
_REFERENCE = re.compile(r"https?://|www\.|[{};=<>\\]|\bet al\b|\bISBN\b|\bpp?\. ?\d")
_TEXT_KINDS = ("paragraph", "list_item", "heading", "caption", "footnote")
# Of texts with the same words on both sides, nearly all are left untranslated; of others in the wrong language, many
# are quotations. The second value is not shown by default.
_SAME_ON_BOTH, _ONE_SIDE = 0.9, 0.5


def is_foreign(block: Block, which: int) -> bool:
    """Return whether a block of one side is written in the language of the other side.

    Args:
        block: The block.
        which: Its side: 0 for Japanese, 1 for English.
    """
    if block.kind not in _TEXT_KINDS:
        return False
    japanese = len(_JAPANESE.findall(block.text))
    if which:
        return japanese >= _MIN_JAPANESE and japanese >= _MOST * len(_LETTER.findall(block.text))
    return (
        japanese == 0 and len(_WORD.findall(block.text)) >= _MIN_ENGLISH_WORDS and _REFERENCE.search(block.text) is None
    )


def find_untranslated(alignment: Alignment, sides: Sides) -> dict[int, list[Finding]]:
    """Find texts in the language of the other side.

    Args:
        alignment: The alignment of the two documents.
        sides: The Japanese and the English document.

    Returns:
        Findings by the position of their bead.
    """
    found: dict[int, list[Finding]] = {}
    for at, bead in enumerate(alignment.beads):
        if bead.unit != "block":
            continue
        for which, side in enumerate(sides):
            for block in side.blocks_of((bead.ja, bead.en)[which]):
                if is_foreign(block, which):
                    other = sides[1 - which].blocks_of((bead.en, bead.ja)[which])
                    found.setdefault(at, []).append(_finding(which, block, other))
    return found


def _finding(which: int, block: Block, other: list[Block]) -> Finding:
    same = any(_words(block.text) in _words(each.text) for each in other)
    shown = shorten(block.text)
    language, version = ("Japanese", "English") if which else ("English", "Japanese")
    message = {
        "ja": f"{'英語版' if which else '日本語版'}の「{shown}」は{'日本語' if which else '英語'}のままです。",
        "en": f"“{shown}” is left in {language} in the {version} version.",
    }
    ids = [(block.id,), tuple(each.id for each in other)]
    texts = [block.text, "\n".join(each.text for each in other) or None]
    if which:
        ids.reverse()
        texts.reverse()
    return Finding(
        "untranslated",
        ids[0],
        ids[1],
        {"ja": texts[0], "en": texts[1]},
        "medium" if same else "low",
        message,
        confidence=_SAME_ON_BOTH if same else _ONE_SIDE,
        suppressed=not same,
        evidence=("same_text:1",) if same else (),
    )


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text).lower())

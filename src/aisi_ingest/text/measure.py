"""Length of Japanese and English text on one scale."""

from __future__ import annotations

from aisi_ingest.text.normalise import is_wide

# A Japanese character carries what 2.2 Latin ones do (overview and aisev gold: 2.0 to 2.5).
LATIN_PER_JAPANESE = 2.2


def width(text: str) -> int:
    """In half-width characters."""
    return sum(2 if is_wide(character) else 1 for character in text)


def latin_length(text: str) -> float:
    """Length in Latin characters: of Japanese as many as a translation would have; at least 1."""
    japanese = sum(1 for char in text if char > "\u2e7f")
    return max(1.0, len(text) - japanese + japanese * LATIN_PER_JAPANESE)

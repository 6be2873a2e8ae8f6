"""Cut text into the terms of the viewer's search index. ``assets/search-terms.js`` cuts typed words in the same way."""

from __future__ import annotations

import re
import unicodedata

from aisi_ingest.text.search_terms import search_terms

_HYPHENATED = re.compile(r"[a-z0-9]+(?:[-\u2010\u2011][a-z0-9]+)+")
_SHORTEST_PLURAL = 3  # letters: "AIs", but not "is"
_HYPHEN = re.compile(r"[-\u2010\u2011]")


def index_terms(text: str) -> list[str]:
    """Return the terms of a text: pairs of Japanese characters, and words of other scripts without plural endings.

    A word with hyphens is also indexed without them, so that ``redteaming`` finds ``red-teaming``.
    """
    terms = [singular(each) for each in search_terms(text).split()]
    if "-" in text or "\u2010" in text or "\u2011" in text:
        folded = unicodedata.normalize("NFKC", text).casefold()
        terms += [singular(_HYPHEN.sub("", each)) for each in _HYPHENATED.findall(folded)]
    return terms


def singular(word: str) -> str:
    """Return an English word without its plural ending, by the S-stemmer of Harman (JASIS 42, 1991).

    Example:
        >>> [singular(each) for each in ("policies", "models", "risks", "bus", "process")]
        ['policy', 'model', 'risk', 'bus', 'process']
    """
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or not word.isascii():
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return f"{word[:-3]}y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word if word.endswith(("us", "ss")) else word[:-1]


def compact_name(name: str) -> str:
    """Return a name without case, width, blanks and signs, for a search by all of its letters."""
    return "".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold()))

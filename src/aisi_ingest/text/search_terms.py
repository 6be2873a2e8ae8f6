"""Cut Japanese and English text into the terms of a full-text index, and searched words into the same terms.

A run of Japanese characters becomes its overlapping pairs (bigrams), as in Lucene's CJKBigramFilter: 評価指針 becomes
評価 価指 指針. So every word of two characters or more is found without knowing where words begin and end.
"""

from __future__ import annotations

import re
import unicodedata

from aisi_ingest.text.normalise import JAPANESE_CLASS, is_japanese

_LONG_VOWEL = re.compile("(?<=[ァ-ヺー]{2})ー+(?![ァ-ヺー])")  # コンピューター is also written コンピュータ
# A run of Japanese characters, or of letters and digits of other scripts.
_RUN = re.compile(rf"((?:(?![\W_]){JAPANESE_CLASS})+)|((?:(?!{JAPANESE_CLASS})[^\W_])+)")
_PAIR = 2  # characters


def search_terms(text: str) -> str:
    """Return the terms of a text, separated by spaces.

    Width and case are folded (NFKC, case folding), as is a long vowel at the end of a katakana word. Terms of other
    scripts are words; their endings are left to the stemmer of the index.
    """
    folded = _LONG_VOWEL.sub("", unicodedata.normalize("NFKC", text).casefold())
    terms: list[str] = []
    for japanese, other in _RUN.findall(folded):
        if other:
            terms.append(other)
        else:
            terms += [japanese[at : at + _PAIR] for at in range(max(1, len(japanese) - 1))]
    return " ".join(terms)


def match_expression(words: str) -> str:
    """Return the expression with which SQLite's FTS5 finds texts that hold all words.

    Each word, and each text in quotation marks, is a phrase. A single Japanese character is found where a run of
    Japanese characters has another one after it.

    Args:
        words: As typed by a person, in any script and with any signs.

    Returns:
        The expression; empty if there is nothing to search for.
    """
    phrases = (search_terms(each.strip('"')) for each in re.findall(r'"[^"]*"|[^\s"]+', words))
    return " ".join(_phrase(each) for each in phrases if each)


def _phrase(terms: str) -> str:
    # Terms hold letters and digits only, so that quoting is safe.
    return f'"{terms}" *' if len(terms) == 1 and is_japanese(terms) else f'"{terms}"'

"""Single characters that name countries in Japanese, as in 日米 or 英国."""

from __future__ import annotations

# ISO 3166-1 alpha-2 codes in lower case.
COUNTRY_LETTERS = {
    "日": "jp",
    "米": "us",
    "英": "gb",
    "中": "cn",
    "韓": "kr",
    "豪": "au",
    "印": "in",
    "加": "ca",
    "独": "de",
    "仏": "fr",
    "伊": "it",
    "星": "sg",
}
# 日 before a name is mostly the end of a date (同日総務省), not Japan.
FOREIGN_COUNTRY_LETTERS = frozenset(COUNTRY_LETTERS) - {"日"}
# 中 before a name is mostly "during" or "in the middle of" (会議中のAISI), not China.
UNAMBIGUOUS_COUNTRY_LETTERS = {letter: code for letter, code in COUNTRY_LETTERS.items() if letter != "中"}

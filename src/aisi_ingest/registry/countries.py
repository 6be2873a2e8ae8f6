"""Countries and their names, from the Unicode CLDR (package babel)."""

from __future__ import annotations

import functools
import re

from aisi_ingest.text.normalise import normalise

# Codes of the CLDR that are no countries: unknown, outlying, pseudo-locales, the euro area, the UN.
_NO_COUNTRIES = frozenset({"ZZ", "QO", "XA", "XB", "EZ", "UN", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"})


@functools.cache
def country_names() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the Japanese and the English names of all countries and of the EU.

    Returns:
        By ISO 3166-1 alpha-2 code in lower case: names in Japanese, names in English.
    """
    from babel import Locale

    ja, en = Locale.parse("ja").territories, Locale.parse("en").territories
    out = {}
    for code in map(str, en):
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES:
            out[code.lower()] = (_separate_names(str(ja.get(code, en[code]))), _separate_names(str(en[code])))
    return out


def _separate_names(name: str) -> tuple[str, ...]:
    """Return the names in ``name``: "Myanmar (Burma)" has two."""
    parts = re.match(r"(.+?)\s*[(（](.+?)[)）]$", name)
    names = parts.groups() if parts else (name,)
    return tuple(normalise(n) for n in names if len(n) > 1)

"""Japanese eras: names, letters, one-character signs and the calendar years that they count from."""

from __future__ import annotations

from typing import NamedTuple


class Era(NamedTuple):
    """One era of the Japanese calendar.

    Attributes:
        name: The era in kanji.
        letter: Its initial in short dates such as ``R6.9.25``, in lower case as in folded text.
        sign: Its one-character form (Unicode "square era name").
        offset: Year of the era plus ``offset`` is the calendar year.
        last_year: The last year of the era that is accepted as a date.
    """

    name: str
    letter: str
    sign: str
    offset: int
    last_year: int


# No era lasted longer than 64 years. Plans name years after an era's end ("平成32年"), so 平成 and 令和 have 64 too.
ERAS = (
    Era("明治", "m", "㍾", 1867, 45),
    Era("大正", "t", "㍽", 1911, 15),
    Era("昭和", "s", "㍼", 1925, 64),
    Era("平成", "h", "㍻", 1988, 64),
    Era("令和", "r", "㋿", 2018, 64),
)
# Every written form of an era: name, letter and sign.
ERA_OF = {form: era for era in ERAS for form in (era.name, era.letter, era.sign)}


def era_names(since: int = 0) -> str:
    """Return era names as alternatives of a regular expression.

    Args:
        since: Leave out eras that began before this calendar year.
    """
    return "|".join(era.name for era in ERAS if era.offset + 1 >= since)


# All written forms but the letters: those are also ordinary letters and need a stricter pattern.
ERA_NAME_OR_SIGN = f"{era_names()}|[{''.join(era.sign for era in ERAS)}]"

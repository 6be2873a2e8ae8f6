"""Recognise names in a run of capitalised English words by their head word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from aisi_ingest.model import Label
from aisi_ingest.tagging.english_words import (
    COMMON,
    EVENT_HEADS,
    GUIDE_HEADS,
    GUIDE_PAIRS,
    HEADS_OF_LISTS,
    KINDS_OF_GUIDES,
    MONTHS,
    NEVER_WITHOUT_MARK,
    NOT_AT_START,
    ORG_HEADS,
    ORG_PAIRS,
    ROLES,
    SPECIFIC,
    STRONG_HEADS,
    WEAK_HEADS,
)
from aisi_ingest.tagging.legal_forms import ENGLISH_LEGAL_FORM_WORDS
from aisi_ingest.tagging.romaji import is_romaji_name
from aisi_ingest.tagging.spans import Span
from aisi_ingest.tagging.words import words
from aisi_ingest.text.editions import EDITION_AFTER_ENGLISH_NAME

WORD = r"[A-Z][A-Za-z0-9À-ž]*(?:(?:['’.](?=[A-Za-z])|[-/&])[A-Za-z0-9À-ž]+)*"
JOINING_WORD = r"(?:of|for|and|the|on|&|de|to)"
_TOKEN = re.compile(rf"{WORD}|{JOINING_WORD}|,")
_JOINING_WORDS = frozenset(("of", "for", "and", "the", "on", "to", "&", "de", ","))

# Words of a run as (start, end, text), offsets in code points of the block's text.
_Token = tuple[int, int, str]


def names_in_run(
    text: str, start: int, end: int, capitals_say_little: bool, known_starts: frozenset[int]
) -> Iterator[Span]:
    """Yield the names in a run of capitalised words.

    Args:
        text: Text of a block.
        start: Offset at which the run begins.
        end: Offset at which it ends.
        capitals_say_little: The line is a heading or in capitals, so a name needs a mark of its own.
        known_starts: Offsets at which known places and organisations begin.
    """
    tokens = [(m.start() + start, m.end() + start, m.group()) for m in _TOKEN.finditer(text[start:end])]
    for part in _split_run(tokens):
        part = _without_joining_words(part)
        name = _Name(part, known_starts) if len(part) > 1 else None
        if name is None or not name.is_name(capitals_say_little):
            continue
        stop = part[-1][1]
        if name.label in ("GUIDE", "EVENT"):
            edition = EDITION_AFTER_ENGLISH_NAME.match(text, stop)
            if edition and "(" not in edition.group():
                stop = edition.end()
        assert name.label is not None
        yield Span(part[0][0], stop, name.label, f"shape.{name.label.lower()}")


# ---- where one name ends and the next begins ---------------------------------------------------------

# Heads whose name goes on after "of the": Ministry of the Environment. Other names end there.
_HEADS_BEFORE_OF_THE = words("Ministry Department Office Government")
_HEADS_BEFORE_TO = ("Guide", "Guides", "Guidance", "Handbook", "Approach")
_SEPARATORS = (",", "and", "&")
_LOOK_AHEAD = 19  # words after a separator in which the head of the next name is searched


def _split_run(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Yield the parts of a run that may be names; roles and persons between them are left out."""
    part: list[_Token] = []
    in_person = False
    for index, token in enumerate(tokens):
        if in_person:  # the second word of a person's name
            in_person = False
            continue
        if (owner := _POSSESSIVE.search(token[2])) and _is_owner(part, token[2][: owner.start()]):
            yield [*part, (token[0], token[0] + owner.start(), token[2][: owner.start()])]
            part = []
            continue
        rest = tokens[index + 1 : index + 1 + _LOOK_AHEAD]
        in_person = token[2] not in ROLES and _is_person(token, rest)
        if in_person or any(splits(part, token[2], rest) for splits in _SPLITS):
            yield part
            part = []
        else:
            part.append(token)
    yield part


_POSSESSIVE = re.compile("['’]s$")


def _is_owner(part: list[_Token], word: str) -> bool:
    """Return whether an organisation ends in ``word``, which has a possessive after it: "Lake Institute's Guide"."""
    return _opens_list(part) or (word in ORG_HEADS and bool(part))


def _is_person(token: _Token, rest: list[_Token]) -> bool:
    """Return whether two words side by side have Japanese sounds: a person between organisations."""
    return bool(rest) and rest[0][0] - token[1] == 1 and is_romaji_name(token[2], rest[0][2])


def _separates_names(part: list[_Token], word: str, rest: list[_Token]) -> bool:
    """A comma or "and" between two heads: "Lake Institute and River Council"."""
    if word not in _SEPARATORS or not any(_is_head(w) for _, _, w in part):
        return False
    return _begins_name(rest) or (_head_follows(rest) and not _opens_list(part))


def _ends_list(part: list[_Token], word: str, rest: list[_Token]) -> bool:
    """A comma that separates no fields: it does not follow "Ministry of Education" or comes after "and"."""
    return word == "," and (not _opens_list(part) or any(w == "and" for _, _, w in part))


def _begins_of_the(part: list[_Token], word: str, rest: list[_Token]) -> bool:
    if word != "of" or not rest or rest[0][2] != "the":
        return False
    return not (len(part) == 1 and part[0][2] in _HEADS_BEFORE_OF_THE)


def _is_role(part: list[_Token], word: str, rest: list[_Token]) -> bool:
    return word in ROLES


def _is_preposition(part: list[_Token], word: str, rest: list[_Token]) -> bool:
    """A "to" that is part of no name: only a "Guide to ..." has one."""
    return word == "to" and not (part and part[-1][2] in _HEADS_BEFORE_TO)


def _is_date(part: list[_Token], word: str, rest: list[_Token]) -> bool:
    """A month after a preposition: "the Institute on November 2"."""
    return word in MONTHS and bool(part) and part[-1][2] in _JOINING_WORDS


# Reasons to end a name at a word, which belongs to no name then. Each takes the words of the name so far, the word
# and the words after it.
_SPLITS: tuple[Callable[[list[_Token], str, list[_Token]], bool], ...] = (
    _separates_names,
    _ends_list,
    _begins_of_the,
    _is_role,
    _is_preposition,
    _is_date,
)


def _is_head(word: str) -> bool:
    return word in ORG_HEADS or word in EVENT_HEADS or word in GUIDE_HEADS


def _begins_name(tokens: list[_Token]) -> bool:
    """Return whether another name begins here, whatever came before: "Ministry of ..."."""
    return len(tokens) > 1 and tokens[0][2] in ORG_HEADS and tokens[1][2] in ("of", "for")


def _head_follows(tokens: list[_Token]) -> bool:
    """Return whether a head comes before the next separator."""
    for _, _, word in tokens:
        if word in _SEPARATORS:
            return False
        if _is_head(word):
            return True
    return False


def _opens_list(part: list[_Token]) -> bool:
    """Return whether the name lists fields after its head: "Ministry of Education, Culture, ..."."""
    found = [w for _, _, w in part]
    for head in HEADS_OF_LISTS:
        if head in found:
            at = found.index(head)
            return at + 1 < len(found) and found[at + 1] in ("of", "for")
    return False


def _without_joining_words(part: list[_Token]) -> list[_Token]:
    """Return a part without joining words at its ends and without words that begin sentences."""
    first, last = 0, len(part) - 1
    while first <= last and (part[first][2] in NOT_AT_START or part[first][2] in _JOINING_WORDS):
        first += 1
    while last >= first and part[last][2] in _JOINING_WORDS:
        last -= 1
    return part[first : last + 1]


# ---- which parts are names ---------------------------------------------------------------------------

# With another word these heads hardly occur in a heading that is no name.
_EVENTS_IN_HEADINGS = ("Summit", "Symposium", "Hackathon", "Meetup")
_ENDINGS_OF_ACTIVITIES = ("ing", "ed", "tion", "ment")  # "Establishing ... Institute": a heading, no name
# Two capitals in one part of a word: NTT and OpenChain, but not Data-Driven.
_TWO_CAPITALS = re.compile("[A-Z][a-z0-9]*[A-Z]")


def _is_acronym(word: str) -> bool:
    return bool(_TWO_CAPITALS.search(word)) and word not in COMMON and word.rstrip("s") not in COMMON


class _Name:
    """Words that may be a name, and what is known about them."""

    def __init__(self, part: list[_Token], known_starts: frozenset[int]) -> None:
        self.words = [w for _, _, w in part]
        self.label, self._head_at = _find_head(self.words)
        self._known = any(start in known_starts for start, _, _ in part)

    @property
    def head(self) -> str:
        return self.words[self._head_at]

    @cached_property
    def others(self) -> list[str]:
        """The words beside the head and the joining words."""
        return [w for i, w in enumerate(self.words) if i != self._head_at and w not in _JOINING_WORDS]

    @cached_property
    def specific(self) -> list[str]:
        """The words that say which one it is: not those of which any name may be made."""
        return [w for w in self.others if w not in COMMON and w not in ORG_HEADS]

    @property
    def is_marked(self) -> bool:
        """Whether a known name, "National" or an acronym shows that it is a name."""
        return self._known or any(w in SPECIFIC or _is_acronym(w) or "." in w for w in self.others)

    @property
    def _says_only_of_what_kind(self) -> bool:
        """Whether a guide has one word beside its head, which tells its kind: Ministerial Declaration."""
        return self.label == "GUIDE" and len(self.others) == 1 and self.others[0] in KINDS_OF_GUIDES

    @property
    def ends_in_pair(self) -> bool:
        """Whether the head has two words: Working Group."""
        return "-".join(self.words[max(0, self._head_at - 1) : self._head_at + 1]) in ORG_PAIRS

    @property
    def is_sure_in_heading(self) -> bool:
        """Whether headings hardly have such words unless they are a name."""
        if self.head in ("Ministry", "University") or (self.head == "School" and "Graduate" in self.words):
            return True
        if self.head in _EVENTS_IN_HEADINGS and self.specific:
            return True
        return self.head in STRONG_HEADS and bool(self.specific) and not self.words[0].endswith(_ENDINGS_OF_ACTIVITIES)

    def is_followed_by(self, prepositions: tuple[str, ...], more: int = 0) -> bool:
        """Return whether a preposition and at least ``more`` words come after the head."""
        at = self._head_at + 1
        return at + more < len(self.words) and self.words[at] in prepositions

    def is_name(self, capitals_say_little: bool) -> bool:
        """Return whether the words are a name.

        Args:
            capitals_say_little: The line is a heading or in capitals.
        """
        if self.label is None:
            return False
        if self.is_marked:
            return not self._says_only_of_what_kind
        if capitals_say_little and not self.is_sure_in_heading:
            return False
        return not any(is_generic(self) for is_generic in _GENERIC)


def _has_no_specific_word(name: _Name) -> bool:
    return not name.specific


def _is_department(name: _Name) -> bool:
    """Departments of companies are not tagged."""
    if name.head not in NEVER_WITHOUT_MARK or name.ends_in_pair or "Graduate" in name.words:
        return False
    return not name.is_followed_by(("of", "for"))


def _is_weak_with_one_word(name: _Name) -> bool:
    if name.head == "Code" and name.words[-2] in ("on", "for"):
        return False  # Code of Practice on Disinformation
    return name.head in WEAK_HEADS and not name.ends_in_pair and len(name.specific) == 1


def _is_weak_guide_without_subject(name: _Name) -> bool:
    """A weak guide needs its subject after it: "Report on Lake Safety"."""
    return name.label == "GUIDE" and name.head in WEAK_HEADS and not name.is_followed_by(("for", "on", "of", "to"), 1)


# Reasons why words without a mark are no name.
_GENERIC: tuple[Callable[[_Name], bool], ...] = (
    _has_no_specific_word,
    _is_department,
    _is_weak_with_one_word,
    _is_weak_guide_without_subject,
)


_OBJECTS_OF_CODES = ("Practice", "Conduct", "Ethics")


def _find_head(found: list[str]) -> tuple[Label | None, int]:
    """Return what a name names and the index of its head: the last word, or one before "of", "for", "on" or "to"."""
    pair = "-".join(found[-2:])
    if pair in ORG_PAIRS or pair in GUIDE_PAIRS:
        return "ORG" if pair in ORG_PAIRS else "GUIDE", len(found) - 1
    label = _label_of_head(found[-1])
    if label:
        return label, len(found) - 1
    for at, word in enumerate(found[:-2]):
        if word == "Code" and found[at + 1] == "of" and found[at + 2] in _OBJECTS_OF_CODES:
            return "GUIDE", at
    for at, word in enumerate(found[:-1]):
        following = found[at + 1]
        if following not in ("of", "for", "on", "to") and not (following in _JOINING_WORDS and at == 0):
            continue
        if (word == "Code" and following != "of") or (word == "Bill" and found[at + 2 : at + 3] != ["Rights"]):
            continue
        label = _label_of_head(word)
        if label in ("ORG", "GUIDE") or (label == "EVENT" and following in ("on", "of", "for")):
            return label, at
    return None, 0


def _label_of_head(word: str) -> Label | None:
    if word in ORG_HEADS and word not in ENGLISH_LEGAL_FORM_WORDS:
        return "ORG"
    if word in GUIDE_HEADS and word not in ("Code", "Paper"):
        return "GUIDE"
    return "EVENT" if word in EVENT_HEADS else None

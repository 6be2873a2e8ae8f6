"""Who and what is recognised by name: ``registry.toml`` checked and turned into a matcher.

One line is one entity, so that an error can name its line::

    [org]
    meti = {ja = ["経済産業省", "経産省"], en = ["Ministry of Economy, Trade and Industry"], both = ["METI"]}

``ja`` and ``en`` are names in that language, the preferred one first; ``both`` are spellings used in
either. ``shared`` are names that several entities have ("AISI"): the tagger picks by context, with
``country``. ``[untagged]`` lists names of initiatives and products, in which nothing is tagged.
Countries and their names come from the Unicode CLDR (package babel); lines under ``[place]`` with an
ISO 3166-1 code as id add spellings to them.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from importlib import resources
from itertools import accumulate, compress, count
from operator import add
from pathlib import Path
from typing import NamedTuple

import msgspec

from aisi_ingest.model import Entity, Label
from aisi_ingest.text.normalise import fold, is_japanese, normalise

VERSION = "1"  # of the way names are matched: part of the digest, so that a change re-tags

_LABELS: dict[str, Label] = {"org": "ORG", "guide": "GUIDE", "event": "EVENT", "person": "PERSON", "place": "PLACE"}


class RegistryError(ValueError):
    """What is wrong with the registry, as ``registry.toml:LINE: reason``."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of ``registry.toml``."""

    ja: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    both: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()  # names that other entities have too
    country: str | None = None  # ISO 3166-1 alpha-2 in lower case, or "eu"
    part_of: str | None = None
    successor_of: str | None = None
    edition_of: str | None = None


class Alias(NamedTuple):
    """A spelling: which entities it may mean, and how strictly it is compared."""

    text: str
    label: Label | None  # None: a name that is not tagged, and nothing inside it
    ids: tuple[str, ...]  # more than one: the tagger picks by context
    exact: bool  # letter by letter: acronyms and very short names
    shared: bool = False  # the tagger decides by context, even where one entity only has the name


class Match(NamedTuple):
    start: int
    end: int
    alias: Alias


class Registry(msgspec.Struct, frozen=True):
    """Entities by id, and the index that finds their names. Made by ``load``."""

    digest: str  # sha256 of the file's content and of what else decides a match
    entities: dict[str, Entity]
    entries: dict[str, Entry]
    aliases: dict[str, Alias]  # by compact form
    beginnings: dict[str, tuple[int, ...]]  # first two characters: lengths below _KEY to try, longest first
    lengths: dict[str, tuple[int, ...]]  # first _KEY characters of the longer forms: all lengths to try

    def find(self, name: str) -> tuple[Entity, ...]:
        """Entities that ``name`` may mean: an id, or a name in any spelling that the tagger takes."""
        if name in self.entities:
            return (self.entities[name],)
        alias = self.aliases.get(compact(fold(normalise(name))))
        return tuple(self.entities[i] for i in alias.ids) if alias else ()

    def matches(self, text: str, folded: str | None = None) -> Iterator[Match]:
        """Names in ``text``, left to right: the longest at each place, none begins inside another.

        Blanks, hyphens and middle dots do not count in names of five characters or more.
        """
        # Cut at what does not count, so that words know where they begin, and a place in ``small`` where it stood.
        folded = fold(text) if folded is None else folded
        for char in _DROPPED:
            folded = folded.replace(char, " ")
        words = folded.split(" ")
        ends = list(accumulate(map(len, words)))
        small = "".join(words)
        aliases, lengths, beginnings, size = self.aliases, self.lengths, self.beginnings, len(small)
        skip = 0
        for at in self._beginnings(words, small):
            if at < skip:
                continue
            for length in lengths.get(small[at : at + _KEY]) or beginnings[small[at : at + 2]]:
                alias = aliases.get(small[at : at + length])
                if alias is None or at + length > size:
                    continue
                start, end = at + bisect_right(ends, at), at + length + bisect_right(ends, at + length - 1)
                if _stands_alone(text, start, end, alias):
                    yield Match(start, end, alias)
                    skip = at + length
                    break

    def _beginnings(self, words: list[str], small: str) -> Iterator[int]:
        """Places in ``small``, the words without blanks, where a name may begin: a Latin one where a word does."""
        beginnings, end = self.beginnings, 0
        for word in words:
            start, end = end, end + len(word)
            if word.isalnum() and word.isascii():
                if small[start : start + 2] in beginnings:
                    yield start
            elif word:
                # One pass in C: most places are no beginning of any name.
                pairs = map(add, word, small[start + 1 : end + 1])
                for at in compress(count(start), map(beginnings.__contains__, pairs)):
                    if at == start or small[at] not in _WORD or small[at - 1] not in _WORD:
                        yield at


_KEY = 5  # characters; with two, "in" and "ai" alone had 60 lengths to try
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_DROPPED = " -・\u3000\t"


def compact(folded: str) -> str:
    """The form in which names are compared: folded text without blanks, hyphens and middle dots."""
    for char in _DROPPED:
        folded = folded.replace(char, "")
    return folded


_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_NOT_AFTER_PLACE = frozenset("語人製式風系軍円株車史学文海側産籍紙")
_NOT_BEFORE_PLACE = frozenset("東西南北全")


def _stands_alone(text: str, start: int, end: int, alias: Alias) -> bool:
    """Whether the span is the name and no part of a longer word."""
    first, last = text[start], text[end - 1]
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if alias.exact and compact(text[start:end]) != compact(alias.text):
        return False
    if first.isascii():
        if (before.isascii() and (before.isalnum() or before in "_\\")) or (
            before in ".@" and start > 1 and text[start - 2].isalnum()
        ):
            return False
        if not _capitals(alias.text, text[start:end]):
            return False
    elif _KATAKANA.match(first) and _KATAKANA.match(before):
        return False
    if last.isascii():
        if after.isascii() and (after.isalnum() or after in "_@\\"):
            return False
        if after == "." and end + 1 < len(text) and text[end + 1].isalnum() and text[end + 1].islower():
            return False
    elif _KATAKANA.match(last) and _KATAKANA.match(after) and (end - start < 6 or after in "ンーァィゥェォッャュョ"):
        return False
    if last.isascii():
        return True
    if alias.label == "PLACE":
        return after not in _NOT_AFTER_PLACE and before not in _NOT_BEFORE_PLACE
    return alias.label != "ORG" or after != "令"


def _capitals(name: str, text: str) -> bool:
    """Whether ``text`` has capitals where ``name`` has them: "AI risk management framework" is no name."""
    if not text[0].isupper() and name[0].isupper():
        return False
    wanted, given = _WORDS.findall(name), _WORDS.findall(text)
    pairs = [(a, b) for a, b in zip(wanted[1:], given[1:], strict=False) if a[0].isupper()]
    if not pairs or len(wanted) != len(given) or text.isupper():
        return True
    return any((b[0].isupper() and not b.isupper()) or a == b for a, b in pairs)


_WORDS = re.compile("[A-Za-zÀ-ž]+")


def default_path() -> Path:
    """The registry that ships with the project: at the top of a checkout, inside the package otherwise."""
    checkout = Path(__file__).parents[2] / "registry.toml"
    if checkout.is_file():
        return checkout
    return Path(str(resources.files("aisi_ingest").joinpath("registry.toml")))


def load(path: Path | None = None) -> Registry:
    """Read and check a registry; None: the one that ships with the project.

    Raises RegistryError (``registry.toml:LINE: reason``) for what is not TOML, an unknown key, a name
    without a language, a name of two entities, an id that a relation does not find.
    """
    path = path or default_path()
    try:
        raw = path.read_bytes()
        source = raw.decode("utf-8")
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RegistryError(f"{path.name}:{line}: not UTF-8") from error
    return parse(source, path.name)


def parse(source: str, name: str = "registry.toml") -> Registry:
    """``load`` for text that is already there; ``name`` stands in the errors."""
    lines = _lines(source)
    entries: dict[str, Entry] = {}
    labels: dict[str, Label] = {}

    def fail(reason: str, group: str = "", key: str = "") -> RegistryError:
        return RegistryError(f"{name}:{lines.get((group, key), lines.get((group, ''), 1))}: {reason}")

    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = found[1] if found else source.count("\n") + 1
        raise RegistryError(f"{name}:{line}: {str(error).split(' (at')[0]}") from error
    untagged = data.pop("untagged", {})
    if not isinstance(untagged, dict) or not all(
        isinstance(n, list) and all(isinstance(t, str) for t in n) for n in untagged.values()
    ):
        raise fail("untagged holds lists of names", "untagged")
    for group, members in data.items():
        if group not in _LABELS or not isinstance(members, dict):
            raise fail(f"unknown key {group!r}, one of {', '.join(_LABELS)} was expected", group)
        for key, value in members.items():
            if key in entries:
                raise fail(f"id {key!r} stands twice", group, key)
            try:
                entries[key] = msgspec.convert(value, Entry)
            except msgspec.ValidationError as error:
                raise fail(f"{key}: {error}", group, key) from error
            labels[key] = _LABELS[group]
    countries = _countries()
    written = {key: group for group, members in data.items() for key in members}
    for key, entry in entries.items():
        group = written[key]
        if group == "place" and key in countries:
            continue
        for lang, names in (("ja", entry.ja), ("en", entry.en)):
            if not names and not entry.both:
                raise fail(f"{key}: no name in {lang!r}", group, key)
        for field in ("part_of", "successor_of", "edition_of"):
            other = getattr(entry, field)
            if other is not None and other not in entries:
                raise fail(f"{key}: {field} names {other!r}, which is not here", group, key)
        if entry.country is not None and entry.country not in countries:
            raise fail(f"{key}: {entry.country!r} is no country", group, key)
    entities: dict[str, Entity] = {}
    spellings: dict[str, list[tuple[str, str, bool]]] = {}  # compact form: (text, id, shared)
    for code, (ja, en) in countries.items():
        entry = entries.get(code, Entry())
        entries[code] = Entry(ja=_merged(entry.ja, ja), en=_merged(entry.en, en), both=entry.both)
        labels[code] = "PLACE"
    for key, entry in entries.items():
        by_language = {"ja": _merged(entry.ja, entry.both), "en": _merged(entry.en, entry.both)}
        entities[key] = Entity(id=key, label=labels[key], names=by_language)
        for text, shared in (
            *((n, False) for n in (*entry.ja, *entry.en, *entry.both)),
            *((n, True) for n in entry.shared),
        ):
            # Spans leave the article out; The Hague has it in its name.
            text = text[4:] if text.startswith("The ") and labels[key] != "PLACE" else text
            form = compact(fold(normalise(text)))
            if len(form) < 2:
                raise fail(f"{key}: {text!r} is too short to be found", written.get(key, "place"), key)
            holders = spellings.setdefault(form, [])
            clash = next((i for t, i, s in holders if i != key and not (s and shared)), None)
            if clash is not None:
                raise fail(f"{key}: {text!r} is a name of {clash!r} too", written.get(key, "place"), key)
            if not any(i == key for _, i, _ in holders):
                holders.append((text, key, shared))
    aliases = {
        form: Alias(
            holders[0][0], labels[holders[0][1]], tuple(i for _, i, _ in holders), _exact(holders[0][0]), holders[0][2]
        )
        for form, holders in spellings.items()
    }
    for group, texts in untagged.items():
        for text in texts:
            form = compact(fold(normalise(text)))
            if form in aliases:
                raise fail(f"{group}: {text!r} is a name of {aliases[form].ids[0]!r} too", "untagged", group)
            aliases[form] = Alias(text, None, (), _exact(text))
    short: dict[str, set[int]] = {form[:2]: set() for form in aliases}
    long: dict[str, set[int]] = {}
    for form in aliases:
        if len(form) < _KEY:
            short[form[:2]].add(len(form))
        else:
            long.setdefault(form[:_KEY], set()).add(len(form))
    digest = hashlib.sha256(f"{VERSION}\n{source}\n{sorted(countries.items())}".encode()).hexdigest()
    return Registry(
        digest=digest,
        entities=entities,
        entries=entries,
        aliases=aliases,
        beginnings={first: tuple(sorted(sizes, reverse=True)) for first, sizes in short.items()},
        lengths={first: tuple(sorted(sizes | short[first[:2]], reverse=True)) for first, sizes in long.items()},
    )


def _exact(text: str) -> bool:
    """Acronyms and very short Latin names are compared letter by letter: WHO is not "who"."""
    if is_japanese(text[0]) or is_japanese(text[-1]):
        return False
    return len(text) < 5 or (text.upper() == text and len(text) < 8)


def _merged(*parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))


def _lines(source: str) -> dict[tuple[str, str], int]:
    """Line of each group and of each entity, from 1."""
    out: dict[tuple[str, str], int] = {}
    group = ""
    for number, line in enumerate(source.splitlines(), 1):
        if m := re.match(r"\s*\[\s*([\w-]+)", line):
            group = m[1]
            out.setdefault((group, ""), number)
        elif m := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]", line):
            out[(group, m[1]) if group else (m[1], "")] = number
    return out


@functools.cache
def _countries() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """ISO 3166-1 alpha-2 in lower case, and the EU: names in Japanese and in English."""
    from babel import Locale

    ja, en = Locale.parse("ja").territories, Locale.parse("en").territories
    out = {}
    for code in map(str, en):
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES:
            out[code.lower()] = (_plain(str(ja.get(code, en[code]))), _plain(str(en[code])))
    return out


# Codes of the CLDR that are no countries: unknown, outlying, pseudo-locales, the euro area, the UN.
_NO_COUNTRIES = frozenset({"ZZ", "QO", "XA", "XB", "EZ", "UN", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"})


def _plain(name: str) -> tuple[str, ...]:
    """ "Myanmar (Burma)" is two names; CLDR's typographic apostrophe is written straight as well."""
    parts = re.match(r"(.+?)\s*[(（](.+?)[)）]$", name)
    names = parts.groups() if parts else (name,)
    return tuple(normalise(n) for n in names if len(n) > 1)

"""Read sentences with annotated names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import aisi_ingest
from aisi_ingest.model import Lang

Name = tuple[int, int, str]  # start, end (code points), label


class Sentence(NamedTuple):
    """A sentence with its names, from left to right."""

    text: str
    names: list[Name]


def read_jsonl(path: Path) -> list[Sentence]:
    """Read lines of ``{"text": ..., "entities": [[start, end, label], ...]}``."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [Sentence(row["text"], sorted((s, e, label) for s, e, label in row["entities"])) for row in rows]


def read_corrections(root: Path, lang: Lang) -> list[Sentence]:
    """Read the blocks in which a person has corrected mentions, with all their mentions.

    Args:
        root: A root whose latest release was made with corrections (docs/corrections.md).
        lang: The language.
    """
    out = []
    with aisi_ingest.load(root) as release:
        for document in release.documents:
            quotes = [each.text for each in document.row.corrections if each.of == "mention"]
            if document.lang != lang or not quotes:
                continue
            names: dict[str, list[Name]] = {}
            for mention in document.mentions:
                known = names.setdefault(mention.block, [])
                if not known or known[-1][1] <= mention.start:
                    known.append((mention.start, mention.end, mention.label))
            corrected = (block for block in document.blocks if any(quote in block.text for quote in quotes))
            out += [Sentence(block.text, names.get(block.id, [])) for block in corrected if not block.hidden]
    return out


# Labels of CrossNER (https://github.com/zliucr/CrossNER) that are ours; others are no names of ours.
_CROSSNER = {
    "person": "PERSON",
    "politician": "PERSON",
    "writer": "PERSON",
    "musicalartist": "PERSON",
    "scientist": "PERSON",
    "researcher": "PERSON",
    "organisation": "ORG",
    "politicalparty": "ORG",
    "university": "ORG",
    "band": "ORG",
    "location": "PLACE",
    "country": "PLACE",
}
_NO_BLANK_BEFORE = re.compile(r"^(?:[.,:;!?)\]%]|'s|n't)$")


def read_crossner(folder: Path) -> list[Sentence]:
    """Read three domains of CrossNER, those nearest to policy and research.

    A line has a token and its tag; an empty line ends a sentence.
    """
    out = []
    for domain in ("ai", "politics", "science"):
        for part in ("train", "dev", "test"):
            text = (folder / domain / f"{part}.txt").read_text(encoding="utf-8")
            out += [_from_tags(lines) for lines in _paragraphs(text)]
    return out


def _paragraphs(text: str) -> Iterator[list[tuple[str, str]]]:
    for paragraph in re.split(r"\n\s*\n", text):
        pairs = [line.split("\t") for line in paragraph.split("\n") if "\t" in line]
        if pairs:
            yield [(word.strip(), tag.strip()) for word, tag in pairs]


def _from_tags(lines: Sequence[tuple[str, str]]) -> Sentence:
    text, inside = "", False
    names: list[Name] = []
    after_opening = True
    for word, tag in lines:
        if text and not after_opening and not _NO_BLANK_BEFORE.match(word):
            text += " "
        start = len(text)
        text += word
        after_opening = word in "([“"
        label = _CROSSNER.get(tag[2:])
        if label is None:
            inside = False
        elif tag.startswith("I-") and inside:
            names[-1] = (names[-1][0], len(text), label)
        else:
            names.append((start, len(text), label))
            inside = True
    return Sentence(text, names)

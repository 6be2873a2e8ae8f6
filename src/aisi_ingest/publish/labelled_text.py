"""Documents with their mentions in the forms of annotation tools: spaCy, CoNLL and Label Studio.

Tokens are those of UniDic for Japanese and of spaCy's rules for English. They are cut where a mention begins or ends,
so that every mention is a whole number of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aisi_ingest.model import Lang
from aisi_ingest.publish.rows import DocumentRows
from aisi_ingest.publish.schema import BlockRow, MentionRow
from aisi_ingest.text.tokens import morphemes

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin

# What a spaCy file keeps of each token.
ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID")
_NOT_TAGGED = ("furniture", "code")
_LONG_RUN = re.compile(r"\S{400}")  # spaCy's rules take squared time on very long words
_FALLBACK = re.compile(r"\w+|[^\w\s]")
_LONGEST_PIECE = 10_000  # code points that are tokenised at once

_Tokenize = Callable[[str], list[tuple[int, int]]]  # text to offsets of its tokens, without white space


def tokenizer(lang: Lang) -> _Tokenize:
    """Return a function that gives the offsets of the tokens of a text, in code points and without white space."""
    if lang == "ja":
        return lambda text: [(a, b) for a, b, features in morphemes(text) if not features.startswith("空白")]
    import spacy

    rules = spacy.blank("en").tokenizer

    def english(text: str) -> list[tuple[int, int]]:
        if _LONG_RUN.search(text):
            return [m.span() for m in _FALLBACK.finditer(text)]
        return [(token.idx, token.idx + len(token)) for token in rules(text) if not token.is_space]

    return english


def spacy_bin(documents: Iterable[DocumentRows], lang: Lang) -> DocBin:
    """Return the documents of a language as a spaCy ``DocBin``, one ``Doc`` for each.

    ``doc.ents`` are the mentions, with the value as ``kb_id_``. ``doc.spans["blocks"]`` and ``["sections"]`` have the
    ids as ``kb_id_``. ``doc.user_data["blocks"]`` lists the page and the box (points) of each block.

    Args:
        documents: Rows of documents; those in the other language are left out.
        lang: The language.
    """
    import spacy
    from spacy.tokens import DocBin

    tokenize, vocab = tokenizer(lang), spacy.blank("xx").vocab
    out = DocBin(attrs=list(ATTRIBUTES), store_user_data=True)
    for rows in documents:
        if rows.document.lang == lang:
            out.add(_doc(rows, tokenize, vocab))
    return out


def conll_lines(documents: Iterable[DocumentRows], lang: Lang) -> Iterator[str]:
    """Yield the documents of a language as lines of token, tag (IOB2) and value, divided by tabs.

    Each block begins with a line ``# block = <id>`` and ends with an empty line.

    Args:
        documents: Rows of documents; those in the other language are left out.
        lang: The language.
    """
    tokenize = tokenizer(lang)
    for rows in documents:
        for block, mentions in _blocks(rows) if rows.document.lang == lang else ():
            yield f"# block = {block.id}"
            starts = {mention.start: mention for mention in mentions}
            mention: MentionRow | None = None
            for start, end in _tokens(block.text, mentions, tokenize):
                first = start in starts
                mention = starts[start] if first else mention if mention and start < mention.end else None
                tag = f"{'B' if first else 'I'}-{mention.label}" if mention else "O"
                yield f"{block.text[start:end]}\t{tag}\t{(mention.value if mention else None) or '_'}"
            yield ""


def label_studio_tasks(documents: Iterable[DocumentRows], lang: Lang) -> Iterator[dict[str, Any]]:
    """Yield one Label Studio task with predictions for each block of the documents of a language.

    Label Studio counts offsets in UTF-16 code units, as browsers do. Tags of the configuration:
    ``<Labels name="label" toName="text">`` and ``<Text name="text" value="$text"/>``.

    Args:
        documents: Rows of documents; those in the other language are left out.
        lang: The language.
    """
    for rows in documents:
        for block, mentions in _blocks(rows) if rows.document.lang == lang else ():
            result = [
                {
                    "id": mention.id,
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "value": {
                        "start": _utf16(block.text[: mention.start]),
                        "end": _utf16(block.text[: mention.end]),
                        "text": mention.text,
                        "labels": [mention.label],
                    },
                    "meta": {"value": mention.value, "rule": mention.rule},
                }
                for mention in mentions
            ]
            data = {"text": block.text, "document": rows.document.id, "block": block.id, "page": block.page}
            yield {"data": data, "predictions": [{"model_version": "aisi-ingest", "result": result}]}


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _blocks(rows: DocumentRows) -> Iterator[tuple[BlockRow, list[MentionRow]]]:
    """Yield the blocks that are tagged, each with its mentions from left to right; none overlaps another."""
    found: dict[str, list[MentionRow]] = {}
    for mention in rows.mentions:
        known = found.setdefault(mention.block, [])
        if not known or known[-1].end <= mention.start:
            known.append(mention)
    for block in rows.blocks:
        if not block.hidden and block.kind not in _NOT_TAGGED and block.text.strip():
            yield block, found.get(block.id, [])


def _tokens(text: str, mentions: Iterable[MentionRow], tokenize: _Tokenize) -> Iterator[tuple[int, int]]:
    """Yield the tokens of a text, cut where a mention begins or ends."""
    cuts = sorted({each for mention in mentions for each in (mention.start, mention.end)})
    at = 0
    for piece in range(0, len(text), _LONGEST_PIECE):
        for a, b in tokenize(text[piece : piece + _LONGEST_PIECE]):
            start, end = a + piece, b + piece
            while at < len(cuts) and cuts[at] <= start:
                at += 1
            bounds = [start, *(cut for cut in cuts[at:] if cut < end), end] if at < len(cuts) else [start, end]
            yield from pairwise(bounds)


def _doc(rows: DocumentRows, tokenize: _Tokenize, vocab: Any) -> Doc:
    from spacy.tokens import Doc, Span

    words: list[str] = []
    spaces: list[bool] = []
    entities: list[tuple[int, int, MentionRow]] = []
    places: list[tuple[int, int, BlockRow]] = []
    for block, mentions in _blocks(rows):
        first = len(words)
        index_at: dict[int, int] = {}  # offset at which a token begins, and offset after it
        at = 0
        for start, end in _tokens(block.text, mentions, tokenize):
            _add_gap(words, spaces, block.text[at:start], first)
            index_at[start] = len(words)
            words.append(block.text[start:end])
            spaces.append(False)
            index_at[-end] = len(words)
            at = end
        entities += [
            (index_at[m.start], index_at[-m.end], m) for m in mentions if m.start in index_at and -m.end in index_at
        ]
        places.append((first, len(words), block))
        words.append("\n")
        spaces.append(False)
    doc = Doc(vocab, words=words, spaces=spaces)
    doc.ents = [Span(doc, a, b, label=m.label, kb_id=m.value or "") for a, b, m in entities]
    doc.spans["blocks"] = [Span(doc, a, b, label=block.kind, kb_id=block.id) for a, b, block in places if b > a]
    doc.spans["sections"] = [
        Span(doc, a, b, label="section", kb_id=section) for section, a, b in _sections(places) if b > a
    ]
    doc.user_data["document"] = rows.document.id
    doc.user_data["title"] = rows.document.title
    doc.user_data["blocks"] = [
        {"id": block.id, "tokens": [a, b], "page": block.page, "bbox": list(block.bbox)} for a, b, block in places
    ]
    return doc


def _add_gap(words: list[str], spaces: list[bool], gap: str, first: int) -> None:
    """Add the white space before a token: to the token before it if it is one blank, else as a token of its own."""
    if gap == " " and len(words) > first:
        spaces[-1] = True
    elif gap:
        words.append(gap)
        spaces.append(False)


def _sections(places: Iterable[tuple[int, int, BlockRow]]) -> Iterator[tuple[str, int, int]]:
    """Yield the sections with their first token and the token after the last; blocks of a section are neighbours."""
    current: tuple[str, int, int] | None = None
    for first, last, block in places:
        if current and current[0] == block.section:
            current = (current[0], current[1], last)
            continue
        if current:
            yield current
        current = (block.section, first, last) if block.section else None
    if current:
        yield current

"""spaCy pipelines, one a language: what looks for names is a component, so that a user can add one.

Japanese text is tokenised by MeCab with UniDic (the whole feature line of each token stands in
``doc.user_data["unidic"]``), English by spaCy's own rules. Components read ``doc.text`` and append
``Span`` candidates to ``doc.user_data["candidates"]``; offsets are code points of ``doc.text`` and may
cut tokens. What a component of a user leaves in ``doc.ents`` or ``doc.spans["mentions"]`` under one of
the six labels is taken as well, below every rule::

    pipelines = tag.pipelines(registry)
    pipelines["en"].add_pipe("my_component", last=True)
    tag.tag(content, registry, date=None, publisher=None, pipelines=pipelines)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from aisi_ingest.model import Label, Lang
from aisi_ingest.registry import Registry
from aisi_ingest.tag import english, japanese, people
from aisi_ingest.tag.spans import Span, reconcile
from aisi_ingest.text import morphemes

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_LATIN = re.compile("[A-Z][A-Za-z]")
_LABELS = frozenset(get_args(Label))


class UniDicTokenizer:
    """MeCab tokens with exact offsets as a spaCy Doc; blanks of more than one space are tokens."""

    def __init__(self, vocab: Any) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        from spacy.tokens import Doc

        words: list[str] = []
        spaces: list[bool] = []
        text = text.translate(_READABLE)
        features = morphemes(text)
        at = 0
        for start, end, _ in features:
            if start > at:
                if words and text[at:start] == " ":
                    spaces[-1] = True
                else:
                    words.append(text[at:start])
                    spaces.append(False)
            words.append(text[start:end])
            spaces.append(False)
            at = end
        if at < len(text):
            words.append(text[at:])
            spaces.append(False)
        doc = Doc(self._vocab, words=words, spaces=spaces)
        doc.user_data["unidic"] = [f for f in features if f[2][:2] != "空白"]
        return doc


class EnglishTokenizer:
    """spaCy's rules, but for text with runs without blanks so long that they take its time squared."""

    def __init__(self, tokenizer: Any, vocab: Any) -> None:
        self._tokenizer, self._vocab = tokenizer, vocab

    def __call__(self, text: str) -> Doc:
        from spacy.tokens import Doc

        if not _LONG_RUN.search(text):
            doc: Doc = self._tokenizer(text)
            return doc
        found = re.findall(r"\w+|\s+|[^\w\s]", text)
        return Doc(self._vocab, words=found, spaces=[False] * len(found))


_LONG_RUN = re.compile(r"\S{400}")

# One character for one: variants of names that UniDic and the registry have in another form, and what
# cannot be handed to MeCab (NUL) or to spaCy (lone surrogates).
_READABLE = {0: " "} | {code: "?" for code in range(0xD800, 0xE000)}
_READABLE |= dict(zip(map(ord, "﨑髙冨濵邊邉齋齊德彌瀨桒"), "崎高富浜辺辺斎斉徳弥瀬桑", strict=True))


class RegistryNames:
    """Component: names of the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, doc: Doc) -> Doc:
        text = _text(doc)
        _candidates(doc).extend(known(text, self._registry))
        return doc


def shapes(doc: Doc) -> Doc:
    """Component: organisations, guides, events, persons and places by their shape. Comes after the registry's names."""
    text, heading = _text(doc), bool(doc.user_data.get("heading"))
    tokens: list[tuple[int, int, str]] = doc.user_data.get("unidic", [])
    found: list[Span] = []
    latin = bool(_LATIN.search(text))
    if latin:
        marks = frozenset(s.start for s in _candidates(doc) if s.label in ("PLACE", "ORG"))
        found += english.names(text, heading, marks)
        found += english.cited(text, doc.user_data.get("title", ""))
    if tokens:
        found += japanese.names(text, tokens)
        found += japanese.places(text, tokens)
    found += people.names(text, tokens, japanese=bool(tokens), latin=latin)
    candidates = _candidates(doc)
    candidates.extend(list(reconcile(text, candidates, found)))
    return doc


def _text(doc: Doc) -> str:
    """``doc.text``, which spaCy puts together from the tokens at each call; kept where it is known."""
    text: str = doc.user_data.get("text") or doc.text
    return text


def _candidates(doc: Doc) -> list[Span]:
    out: list[Span] = doc.user_data.setdefault("candidates", [])
    return out


@functools.lru_cache(maxsize=2)
def _cached(digest: str, holder: _Holder) -> dict[Lang, Language]:
    return build(holder.registry)


class _Holder:
    """A registry that hashes by its digest: its dictionaries cannot."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def __hash__(self) -> int:
        return hash(self.registry.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder) and other.registry.digest == self.registry.digest


def shared(registry: Registry) -> dict[Lang, Language]:
    """The pipelines of a registry, built once in a process."""
    return _cached(registry.digest, _Holder(registry))


def build(registry: Registry) -> dict[Lang, Language]:
    """New pipelines for Japanese and English, with the components ``registry`` and ``shapes``."""
    import spacy
    from spacy.language import Language

    def registry_names(nlp: Language, name: str) -> RegistryNames:
        return RegistryNames(registry)

    # spaCy keeps factories by name for the whole process; the newest registry is the one that is built with.
    Language.factory("aisi_registry", func=registry_names)
    if not Language.has_factory("aisi_shapes"):
        Language.component("aisi_shapes", func=shapes)
    out: dict[Lang, Language] = {"ja": spacy.blank("xx"), "en": spacy.blank("en")}
    out["ja"].tokenizer = UniDicTokenizer(out["ja"].vocab)
    out["en"].tokenizer = EnglishTokenizer(out["en"].tokenizer, out["en"].vocab)
    for nlp in out.values():
        nlp.add_pipe("aisi_registry", name="registry")
        nlp.add_pipe("aisi_shapes", name="shapes")
    return out


def candidates(text: str, pipelines: Mapping[Lang, Language], *, heading: bool, title: str) -> Iterator[Span]:
    """What all components find in ``text``: offsets in ``text``, overlaps not decided."""
    nlp = pipelines["ja" if _JAPANESE.search(text) else "en"]
    readable = text.translate(_READABLE)
    doc = nlp.make_doc(readable)
    doc.user_data["text"] = readable
    doc.user_data["heading"], doc.user_data["title"] = heading, title
    doc = nlp(doc)
    yield from _candidates(doc)
    yield from _added(doc)


def _added(doc: Doc) -> Iterator[Span]:
    """Entities that a component of a user has set."""
    for group in (doc.ents, doc.spans.get("mentions", ())):
        for span in group:
            if span.label_ in _LABELS:
                yield Span(span.start_char, span.end_char, cast(Label, span.label_), "spacy", span.kb_id_ or None)


_EDITION = re.compile(
    r"\s?(?:[Vv]er(?:sion)?\.?\s?[0-9]{1,2}(?:\.[0-9]{1,3}){0,2}|第\s?[0-9.]{1,5}\s?版|(?<=\s)[0-9]\.[0-9]{1,2}(?![0-9.%])"
    r"|(?:19|20)[0-9]{2}(?![0-9年./-]))"
)  # version or year that is part of a name: ver. 1.1, 第1.1版, 1.0, 2024
_YEAR_EDITION = re.compile(r"(?:(?:令和|平成)\s?(?:元|[0-9]{1,2})|(?:19|20)[0-9]{2})年版\s?$")
_LEGAL_FORM = re.compile(
    r"株式会社|合同会社|,?\s(?:Inc|Ltd|Corp|LLC|GmbH|plc|PLC|Co\.,\s?Ltd|Corporation)(?![A-Za-z])\.?"
)
_LEGAL_FORM_BEFORE = re.compile(
    r"(?:株式会社|合同会社|国立大学法人|公立大学法人|学校法人|独立行政法人|国立研究開発法人|一般社団法人|一般財団法人|公益財団法人|公益社団法人)$"
)


_KATAKANA = re.compile("[ァ-ヺー]{2,}")


def _is_company(entity: str, registry: Registry) -> bool:
    return any("株式会社" in name for name in registry.entries[entity].ja)


def known(text: str, registry: Registry) -> list[Span]:
    """Names of the registry in ``text``, with the version, year or legal form that belongs to them."""
    out = []
    for start, end, alias in registry.matches(text):
        single = alias.ids[0] if len(alias.ids) == 1 and not alias.shared else None
        if alias.label in ("GUIDE", "EVENT"):
            more = _EDITION.match(text, end)
            end = more.end() if more else end
            more = _YEAR_EDITION.search(text, max(0, start - 10), start) if alias.label == "GUIDE" else None
            start = more.start() if more else start
        elif alias.label == "ORG" and not alias.exact:
            more = _LEGAL_FORM.match(text, end)
            end = more.end() if more else end
            form = _LEGAL_FORM_BEFORE.search(text, max(0, start - 12), start)
            start = form.start() if form else start
            if single and end - start < 4 and _KATAKANA.match(text, end) and _is_company(single, registry):
                more = _KATAKANA.match(text, end)  # 楽天モバイル is another company
                end, single = (more.end() if more else end), None
                out.append(Span(start, end, "ORG", "shape.company"))
                continue
        out.append(Span(start, end, alias.label, "registry", single, None, alias.ids if single is None else ()))
    return out

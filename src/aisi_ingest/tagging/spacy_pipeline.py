"""Run the rules in spaCy pipelines, one for each language, so that users can add components.

- Japanese text is tokenised by MeCab with UniDic, English text by spaCy's rules. ``doc.user_data["unidic"]`` contains
  the features of each Japanese token.
- Components read ``doc.text`` and append `Span` candidates to ``doc.user_data["candidates"]``. Offsets are code points
  of ``doc.text``; they need not be boundaries of tokens.
- Entities that a user's component writes to ``doc.ents`` or ``doc.spans["mentions"]`` under one of the six labels are
  candidates too. Every rule ranks above them.

Example::

    pipelines = tag.pipelines(registry)
    pipelines["en"].add_pipe("my_component", last=True)
    tag.tag(content, registry, date=None, publisher=None, pipelines=pipelines)

Without such components the same rules run without spaCy, since importing it takes longer than tagging a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from aisi_ingest.model import Label, Lang
from aisi_ingest.registry import Registry
from aisi_ingest.tagging.rules import Passage, find_registry_names, find_shapes, readable
from aisi_ingest.tagging.spans import Span
from aisi_ingest.text.tokens import morphemes

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_LABELS = frozenset(get_args(Label))


class UniDicTokenizer:
    """Tokenises Japanese text with MeCab. White space of more than one blank is a token, so offsets stay exact."""

    def __init__(self, vocab: Any) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the tokens of ``text``."""
        from spacy.tokens import Doc

        words: list[str] = []
        spaces: list[bool] = []
        text = readable(text)
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
    """Tokenises English text with spaCy's rules, except text with very long words, on which they take squared time."""

    def __init__(self, tokenizer: Any, vocab: Any) -> None:
        self._tokenizer, self._vocab = tokenizer, vocab

    def __call__(self, text: str) -> Doc:
        """Return the tokens of ``text``."""
        from spacy.tokens import Doc

        if not _LONG_RUN.search(text):
            doc: Doc = self._tokenizer(text)
            return doc
        found = re.findall(r"\w+|\s+|[^\w\s]", text)
        return Doc(self._vocab, words=found, spaces=[False] * len(found))


_LONG_RUN = re.compile(r"\S{400}")


class RegistryNames:
    """Component that finds the names of the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, doc: Doc) -> Doc:
        """Add the names in ``doc`` to its candidates."""
        _candidates(doc).extend(find_registry_names(doc.text, self._registry))
        return doc


def shaped_names(doc: Doc) -> Doc:
    """Add names by their shape to the candidates of ``doc``. This component comes after `RegistryNames`."""
    passage: Passage = doc.user_data.get("passage") or Passage(doc.text)
    candidates = _candidates(doc)
    candidates.extend(find_shapes(passage, candidates))
    return doc


def _candidates(doc: Doc) -> list[Span]:
    out: list[Span] = doc.user_data.setdefault("candidates", [])
    return out


def build(registry: Registry) -> dict[Lang, Language]:
    """Return new pipelines for Japanese and English, with the components ``registry`` and ``shapes``."""
    import spacy
    from spacy.language import Language

    def registry_names(nlp: Language, name: str) -> RegistryNames:
        return RegistryNames(registry)

    # spaCy keeps factories by name for the whole process, so each call replaces the registry of the last one.
    Language.factory("aisi_registry_candidates", func=registry_names)
    if not Language.has_factory("aisi_shape_candidates"):
        Language.component("aisi_shape_candidates", func=shaped_names)
    out: dict[Lang, Language] = {"ja": spacy.blank("xx"), "en": spacy.blank("en")}
    out["ja"].tokenizer = UniDicTokenizer(out["ja"].vocab)
    out["en"].tokenizer = EnglishTokenizer(out["en"].tokenizer, out["en"].vocab)
    for nlp in out.values():
        nlp.add_pipe("aisi_registry_candidates", name="registry")
        nlp.add_pipe("aisi_shape_candidates", name="shapes")
    return out


def candidates(passage: Passage, pipelines: Mapping[Lang, Language]) -> Iterator[Span]:
    """Yield what all components find in the passage; the spans may overlap."""
    nlp = pipelines["ja" if passage.japanese else "en"]
    doc = nlp.make_doc(passage.text)
    doc.user_data["passage"] = passage
    if "unidic" in doc.user_data:
        passage.morphemes = doc.user_data["unidic"]  # MeCab has tokenised the text already
    doc = nlp(doc)
    yield from _candidates(doc)
    yield from _from_user_components(doc)


def _from_user_components(doc: Doc) -> Iterator[Span]:
    """Yield the entities that components of the user have set."""
    for group in (doc.ents, doc.spans.get("mentions", ())):
        for span in group:
            if span.label_ in _LABELS:
                yield Span(span.start_char, span.end_char, cast(Label, span.label_), "spacy", span.kb_id_ or None)

"""spaCy pipelines with the project's tokenizer, names and dates, for users of spaCy.

``nlp("ja")`` returns a pipeline. In a pipeline of your own, once the package is installed::

    nlp = spacy.load("my_pipeline")
    nlp.add_pipe("aisi_registry")  # names of the registry, with their ids as kb_id_
    nlp.add_pipe("aisi_names")     # names by their shape and by the models, which no registry has
    nlp.add_pipe("aisi_dates")     # dates, with their EDTF value as kb_id_

Each component adds to ``doc.ents``. Where entities overlap, the longer one is kept, and of two equally long ones that
of the component that is added first. The offsets of a mention are widened to whole tokens of the pipeline's tokenizer.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.util import registry as spacy_registry

from aisi_ingest import dates
from aisi_ingest.model import Lang
from aisi_ingest.registry import Registry, load
from aisi_ingest.tagging import learned
from aisi_ingest.tagging.learned.admission import admit
from aisi_ingest.tagging.rules import Passage, find_registry_names, find_shapes, readable
from aisi_ingest.tagging.spacy_pipeline import EnglishTokenizer, UniDicTokenizer
from aisi_ingest.tagging.spans import Span, select_spans

if TYPE_CHECKING:
    from spacy.tokens import Doc

COMPONENTS = ("aisi_registry", "aisi_names", "aisi_dates")


def nlp(lang: Lang, *, registry: str | Path | None = None) -> Language:
    """Return a spaCy pipeline for Japanese or English text with the components of the project.

    Args:
        lang: ``ja``: tokens of MeCab with UniDic. ``en``: tokens of spaCy.
        registry: A registry.toml with the names to recognise; by default the registry that comes with the project.

    Example:
        >>> import aisi_ingest
        >>> doc = aisi_ingest.nlp("ja")("総務省は2024年4月19日に公表した。")
        >>> [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents]
        [('総務省', 'ORG', 'mic'), ('2024年4月19日', 'DATE', '2024-04-19')]
    """
    import spacy

    pipeline: Language = spacy.blank("xx" if lang == "ja" else "en")
    pipeline.tokenizer = (
        UniDicTokenizer(pipeline.vocab) if lang == "ja" else EnglishTokenizer(pipeline.tokenizer, pipeline.vocab)
    )
    path = None if registry is None else str(registry)
    pipeline.add_pipe("aisi_registry", config={"path": path})
    pipeline.add_pipe("aisi_names", config={"path": path})
    pipeline.add_pipe("aisi_dates")
    return pipeline


@spacy_registry.tokenizers("aisi_unidic_tokenizer")  # type: ignore[untyped-decorator]
def unidic_tokenizer() -> Any:
    """Return what creates a `UniDicTokenizer` for a pipeline; for ``[nlp.tokenizer]`` in a spaCy configuration."""
    return lambda pipeline: UniDicTokenizer(pipeline.vocab)


class RegistryEntities:
    """Component ``aisi_registry``: names of the registry. ``kb_id_`` is the entity's id, empty if context decides."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, doc: Doc) -> Doc:
        """Add the names to the entities of ``doc``."""
        return _with_entities(doc, find_registry_names(readable(doc.text), self._registry))


class UnlistedEntities:
    """Component ``aisi_names``: names that the registry does not have, by their shape and by the models."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, doc: Doc) -> Doc:
        """Add the names to the entities of ``doc``."""
        passage = Passage(readable(doc.text))
        known = find_registry_names(passage.text, self._registry)
        shapes = find_shapes(passage, known)
        found = learned.find_names(passage.text, passage.morphemes)
        return _with_entities(
            doc,
            [*shapes, *admit(passage.text, found, select_spans([*known, *shapes]), passage.morphemes, heading=False)],
        )


def date_entities(doc: Doc) -> Doc:
    """Component ``aisi_dates``: add the dates to the entities of ``doc``; ``kb_id_`` is the EDTF value."""
    return _with_entities(doc, [Span(d.start, d.end, "DATE", d.rule, d.value) for d in dates.find(doc.text)])


def _with_entities(doc: Doc, spans: Iterable[Span]) -> Doc:
    """Set the entities of ``doc`` to the best of those it has and ``spans``."""
    from spacy.util import filter_spans

    added = [
        doc.char_span(span.start, span.end, label=str(span.label), kb_id=span.value or "", alignment_mode="expand")
        for span in select_spans(spans)
    ]
    doc.ents = filter_spans([*doc.ents, *(span for span in added if span is not None)])
    return doc


@Language.factory("aisi_registry", default_config={"path": None})
def create_registry_entities(nlp: Language, name: str, path: str | None) -> RegistryEntities:
    """Create the component ``aisi_registry``; ``path`` is that of a registry.toml."""
    return RegistryEntities(load(Path(path) if path else None))


@Language.factory("aisi_names", default_config={"path": None})
def create_unlisted_entities(nlp: Language, name: str, path: str | None) -> UnlistedEntities:
    """Create the component ``aisi_names``; ``path`` is that of a registry.toml."""
    return UnlistedEntities(load(Path(path) if path else None))


@Language.factory("aisi_dates")
def create_date_entities(nlp: Language, name: str) -> Any:
    """Create the component ``aisi_dates``."""
    return date_entities

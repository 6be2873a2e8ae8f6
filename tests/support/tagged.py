"""Tag short texts as the blocks of a document."""

from __future__ import annotations

from collections.abc import Sequence

from aisi_ingest import registry, tagging
from aisi_ingest.model import Block, BlockKind, Box, Content, Mention, Section

KNOWN = registry.load()


def content(*texts: str | tuple[BlockKind, str, int], title: str = "") -> Content:
    """Return a document of one section with the texts as blocks; a tuple is (kind, text, level)."""
    blocks = []
    for i, text in enumerate(texts):
        kind: BlockKind = text[0] if isinstance(text, tuple) else "paragraph"
        words, level = text[1:] if isinstance(text, tuple) else (text, None)
        blocks.append(Block(f"b{i}", 1, Box(0, 0, 1, 1), kind, words, "ja", "s1", level))
    sections = (Section("s1", title, 1, (1, 1)),)
    return Content("report", "pdf", "ja", title, ((595, 842),), tuple(blocks), sections)


def mentions(
    *texts: str | tuple[BlockKind, str, int], title: str = "", date: str | None = None, publisher: str | None = None
) -> Sequence[Mention]:
    result = tagging.tag(content(*texts, title=title), KNOWN, date=date, publisher=publisher)
    assert result.value is not None
    return result.value


def spans(*texts: str, label: str | None = None) -> list[tuple[str, str]]:
    return [(m.label, m.text) for m in mentions(*texts) if label in (None, m.label)]


def values(*texts: str | tuple[BlockKind, str, int], **around: str | None) -> list[tuple[str, str | None]]:
    return [(m.text, m.value) for m in mentions(*texts, **around)]  # type: ignore[arg-type]

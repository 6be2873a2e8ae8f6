"""Small bilingual publications, with hostile strings, for the tests of publish, load, verify and the viewer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from aisi_ingest.model import (
    Alignment,
    Bead,
    Block,
    BlockKind,
    Box,
    Comparison,
    Content,
    Document,
    Entity,
    Finding,
    Label,
    Lang,
    Licence,
    Listing,
    Mention,
    NoteLink,
    Section,
    Source,
    Table,
)
from aisi_ingest.publish import publish
from aisi_ingest.publish.permalinks import block_keys
from aisi_ingest.publish.publication import Publication

HOSTILE = '<script>alert("x")</script> & "quotes" \'single\' </style> ]]> <!-- {{ 7*7 }} javascript:'
LICENCE = Licence(name="PDL 1.0", url="https://example.org/terms", attribution="Example Institute, “Guide”")
A4 = (595.28, 841.89)
NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)  # of the first release


def box(line: int) -> Box:
    """Return the box of a line of text on an A4 page."""
    return Box(72.0, 60.0 + 20 * line, 400.0, 75.0 + 20 * line)


def listing(file: str, lang: Lang, digit: str, origin: str = "example") -> Listing:
    """Return the listing of a file whose sha256 consists of one digit."""
    source = Source(
        url=f"https://example.org/{file}", file=file, sha256=digit * 64, bytes=1000, media_type="application/pdf"
    )
    return Listing(source=source, publisher="j-aisi", lang=lang, licence=LICENCE, origin=origin)


def mention(number: int, block: Block, text: str, label: Label, value: str | None, rule: str = "test") -> Mention:
    """Return a mention at the first place of a text in a block."""
    start = block.text.index(text)
    return Mention(
        id=f"m{number}",
        block=block.id,
        start=start,
        end=start + len(text),
        text=text,
        label=label,
        rule=rule,
        value=value,
    )


def _blocks(lang: Lang) -> tuple[Block, ...]:
    ja = lang == "ja"

    def block(number: int, kind: BlockKind, text: str, page: int = 1, **more: Any) -> Block:
        return Block(id=f"b{number}", page=page, bbox=box(number), kind=kind, text=text, lang=lang, **more)

    blocks = [
        block(1, "title", "AIの安全性評価の手引き" if ja else "A Guide to Evaluating AI Safety"),
        block(2, "heading", "はじめに" if ja else "Introduction", section="s1", level=1),
        block(
            3,
            "paragraph",
            "令和6年9月25日、見本研究所（EXI）は評価の手引きを公表した。山田花子が監修した。"
            if ja
            else "On September 25, 2024, the Example Institute (EXI) published a guide. "
            "It was reviewed by Hanako Yamada.",
            section="s1",
            notes=(NoteLink(offset=6, block="b9"),),
        ),
        block(
            4,
            "list_item",
            "対象は大規模言語モデルである" if ja else "It covers large language models",
            section="s1",
            level=1,
        ),
        block(5, "heading", "評価の観点" if ja else "Perspectives", section="s2", level=1),
        block(
            6, "table", "観点 | 件数\n公平性 | 3" if ja else "Perspective | Cases\nFairness | 4", section="s2", page=2
        ),
        block(7, "paragraph", HOSTILE, section="s2", page=2),
        block(8, "furniture", "1"),
        block(9, "footnote", "注の本文" if ja else "The text of the note", section="s1"),
        block(10, "paragraph", "見えない文字" if ja else "Unseen text", hidden=True),
    ]
    if ja:
        blocks.append(block(11, "paragraph", "日本語だけにある段落。", section="s2", page=2))
    return tuple(blocks)


def document(
    lang: Lang = "ja", *, work: str = "guide", edition: str | None = "1.0", digit: str | None = None
) -> Document:
    """Return a report of two pages with each kind of block."""
    blocks = _blocks(lang)
    by_id = {block.id: block for block in blocks}
    ja = lang == "ja"
    content = Content(
        kind="report",
        form="pdf",
        lang=lang,
        title=blocks[0].text,
        page_sizes=(A4, A4),
        blocks=blocks,
        sections=(
            Section(id="s1", title="はじめに" if ja else "Introduction", level=1, pages=(1, 1), number="1"),
            Section(id="s2", title="評価の観点" if ja else "Perspectives", level=1, pages=(1, 2), number="2"),
        ),
        tables=(
            Table(
                id="t1",
                block="b6",
                page=2,
                rows=(("観点", "件数"), ("公平性", "3")) if ja else (("Perspective", "Cases"), ("Fairness", "4")),
                header_rows=1,
                caption="表1" if ja else "Table 1",
            ),
        ),
    )
    mentions = (
        mention(1, by_id["b3"], "令和6年9月25日" if ja else "September 25, 2024", "DATE", "2024-09-25"),
        mention(2, by_id["b3"], "見本研究所" if ja else "Example Institute", "ORG", "exi"),
        mention(3, by_id["b3"], "山田花子" if ja else "Hanako Yamada", "PERSON", "local:hanako-yamada"),
        mention(4, by_id["b3"], "EXI", "ORG", "exi"),
    )
    return Document(
        listing=listing(f"{work}_{lang}.pdf", lang, digit or ("1" if ja else "2")),
        content=content,
        mentions=mentions,
        date="2024-09-25",
        id=f"{work}/{edition or '-'}/{lang}",
        work=work,
        edition=edition,
    )


def permanent_name(block: str, lang: Lang = "ja", work: str = "guide") -> str:
    """Return the permanent name of a block of ``document``, such as ``b3``."""
    return block_keys(lang, work, _blocks(lang))[block]


def alignment(work: str = "guide", edition: str = "1.0") -> Alignment:
    """Return the alignment of the two documents of a work."""
    return Alignment(
        ja=f"{work}/{edition}/ja",
        en=f"{work}/{edition}/en",
        beads=(
            Bead("section", ("s1",), ("s1",), 0.98, ("number:1",)),
            Bead("section", ("s2",), ("s2",), 0.97, ("number:2",)),
            *(Bead("block", (f"b{n}",), (f"b{n}",), 0.9, ("similarity:0.90",)) for n in (1, 2, 3, 4, 9, 5, 6, 7)),
            Bead("block", ("b11",), (), 0.0),
            Bead("sentence", ("b3:0-30",), ("b3:0-65",), 0.8),
        ),
    )


def comparison(work: str = "guide", edition: str = "1.0") -> Comparison:
    """Return two findings about the two documents of a work."""
    return Comparison(
        ja=f"{work}/{edition}/ja",
        en=f"{work}/{edition}/en",
        findings=(
            Finding(
                "number_differs",
                ("b6",),
                ("b6",),
                {"ja": "3", "en": "4"},
                "high",
                {"ja": "3 と 4", "en": "3 against 4"},
            ),
            Finding(
                "missing_in_en",
                ("b11",),
                (),
                {"ja": "日本語だけにある段落。", "en": None},
                "medium",
                {"ja": "英語にない", "en": "Not in English"},
            ),
        ),
    )


ENTITIES = (
    Entity("exi", "ORG", {"ja": ("見本研究所",), "en": ("Example Institute", "EXI")}),
    Entity("never", "ORG", {"ja": ("出てこない会",), "en": ("Never Named",)}),
)


def documents() -> tuple[Document, Document, Document]:
    """Return a work in Japanese and in English, and one that is only in Japanese."""
    return document("ja"), document("en"), document("ja", work="only-japanese", edition=None, digit="3")


def publication(**changes: object) -> Publication:
    """Return a publication of one work in two languages and one only in Japanese."""
    values: dict[str, object] = {
        "documents": documents(),
        "alignments": (alignment(),),
        "comparisons": (comparison(),),
        "entities": ENTITIES,
        "made_with": {"extract": "1", "tag": "1"},
        "report": {"documents": [], "seconds": 1.5},
    }
    return Publication(**(values | changes))  # type: ignore[arg-type]


def with_guides(value: Publication) -> Publication:
    """Return a publication whose documents also mention the guide: then it has a relation."""
    changed = []
    for each in value.documents:
        assert isinstance(each, Document)
        block = next(block for block in each.content.blocks if block.id == "b3")
        guide = mention(
            9, block, "評価の手引き" if each.content.lang == "ja" else "guide", "GUIDE", "local:guide:guide"
        )
        changed.append(replace(each, mentions=(*each.mentions, guide)))
    return replace(value, documents=tuple(changed))


def released(value: Publication, root: Path, now: datetime = NOW) -> Path:
    """Publish, and return the folder of the release.

    Args:
        value: What to publish.
        root: The root of the dataset.
        now: The time of the release, which names it.
    """
    result = publish(value, root, now=now)
    assert result.value is not None, result.issues
    return Path(result.value.path)

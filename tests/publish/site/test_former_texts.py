"""Texts that a page had in earlier releases are known, with what took their place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace
from publications import NOW, document, permanent_name, publication, released

from aisi_ingest.model import Document
from aisi_ingest.publish.permalinks import block_keys
from aisi_ingest.publish.site.former_texts import FormerText, read_former_texts


def edited(text: str | None) -> Document:
    """Return the Japanese document with another text of its fourth block, or without that block."""
    one = document("ja")
    blocks = [
        each if each.id != "b4" else replace(each, text=text) for each in one.content.blocks if each.id != "b4" or text
    ]
    return replace(one, content=replace(one.content, blocks=tuple(blocks)))


def publish(root: Path, document: Document, hours: int) -> Path:
    only = publication(documents=(document,), alignments=(), comparisons=())
    return released(only, root, NOW + timedelta(hours=hours))


def former(release: Path) -> dict[str, FormerText]:
    return read_former_texts(release / "site" / "former" / "guide.js")


def name_of(document: Document) -> str:
    return block_keys("ja", "guide", document.content.blocks)["b4"]


def test_a_changed_text_leads_to_the_text_at_its_place(tmp_path: Path) -> None:
    before = publish(tmp_path, document("ja"), 0)
    changed = edited("対象は大規模言語モデルとその応用である")
    after = publish(tmp_path, changed, 1)
    assert former(after) == {
        permanent_name("b4"): FormerText("対象は大規模言語モデルである", name_of(changed), before.name)
    }
    assert not (before / "site" / "former").exists()


def test_a_removed_text_and_a_text_with_other_words_have_no_successor(tmp_path: Path) -> None:
    publish(tmp_path, document("ja"), 0)
    assert [each.successor for each in former(publish(tmp_path, edited("まったく別の話"), 1)).values()] == [""]
    assert [each.successor for each in former(publish(tmp_path, edited(None), 2)).values()] == ["", ""]


def test_former_texts_stay_known_in_later_releases(tmp_path: Path) -> None:
    publish(tmp_path, document("ja"), 0)
    second = edited("対象は大規模言語モデルとその応用である")
    publish(tmp_path, second, 1)
    third = edited("対象は大規模言語モデルとその応用と運用である")
    assert {key: each.successor for key, each in former(publish(tmp_path, third, 2)).items()} == {
        permanent_name("b4"): name_of(second), name_of(second): name_of(third),
    }  # fmt: skip
    unchanged = replace(third, id="guide/1.0/ja", date=third.date)
    other = document("ja", work="other", digit="4")
    only = publication(documents=(unchanged, other), alignments=(), comparisons=())
    assert len(former(released(only, tmp_path, NOW + timedelta(hours=3)))) == 2


def test_a_text_that_returns_is_no_former_text(tmp_path: Path) -> None:
    publish(tmp_path, document("ja"), 0)
    publish(tmp_path, edited("対象は大規模言語モデルとその応用である"), 1)
    assert permanent_name("b4") not in former(publish(tmp_path, document("ja"), 2))

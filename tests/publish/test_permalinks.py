"""The permanent name of a block depends on its text, not on its place."""

from __future__ import annotations

import re

from msgspec.structs import replace
from publications import document

from aisi_ingest.publish.permalinks import block_keys


def names(work: str = "guide", lang: str = "ja") -> dict[str, str]:
    return block_keys(lang, work, document("ja").content.blocks)


def test_a_name_stays_the_same_when_a_block_is_added_before_it() -> None:
    blocks = document("ja").content.blocks
    before = block_keys("ja", "guide", blocks)
    new = replace(blocks[1], id="b0", text="新しい段落")
    after = block_keys("ja", "guide", [new, *(replace(each, id=f"x{each.id}") for each in blocks)])
    assert after == {"b0": after["b0"]} | {f"x{key}": name for key, name in before.items()}


def test_width_case_and_blanks_do_not_change_a_name() -> None:
    block = document("ja").content.blocks[0]
    others = ("ＡＩ の安全性評価の手引き", "aiの安全性評価の手引き ")
    found = {block_keys("ja", "guide", [replace(block, text=text)])[block.id] for text in (block.text, *others)}
    assert len(found) == 1


def test_names_differ_by_text_work_and_language() -> None:
    found = [*names().values(), *names("other").values(), *names(lang="en").values()]
    assert len(found) == len(set(found))
    assert all(re.fullmatch("(ja|en)-[0-9a-f]{12}", name) for name in found)


def test_repeated_texts_are_numbered() -> None:
    block = document("ja").content.blocks[0]
    keys = block_keys("ja", "guide", [replace(block, id=f"b{number}") for number in range(3)])
    assert [keys[f"b{number}"] for number in range(3)] == [keys["b0"], f"{keys['b0']}-2", f"{keys['b0']}-3"]


def test_furniture_and_hidden_text_have_no_name() -> None:
    assert not names().keys() & {"b8", "b10"}

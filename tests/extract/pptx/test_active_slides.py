"""Attacks: programs, macros and references to other files in presentations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fixtures_pptx as draw
import pytest
from pptx.opc.constants import RELATIONSHIP_TYPE as TYPES
from pptx.oxml.ns import qn

from aisi_ingest.extract.pptx.reader import read


def active(tmp_path: Path, deck: draw.Deck) -> tuple[str, ...]:
    content = read(deck.save(tmp_path / "a.pptx")).value
    assert content is not None
    return content.active_content


def with_click(action: str, target: str) -> tuple[draw.Deck, Any]:
    deck = draw.Deck()
    slide = deck.slide("Title")
    box = draw.add_text(slide.shapes, (60, 200, 300, 40), "click")
    box.click_action.hyperlink.address = target
    click = next(slide._element.iter(qn("a:hlinkClick")))
    if action:
        click.set("action", action)
    return deck, slide


@pytest.mark.parametrize(
    ("action", "target", "words"),
    [
        ("ppaction://program", "file:///C:/calc.exe", ("external_reference", "launch")),
        ("PPAction://Program", "https://example.org/", ("launch",)),
        ("ppaction://macro?name=run", "https://example.org/", ("macro",)),
        ("ppaction://ole?verb=0", "https://example.org/", ("embedded_file",)),
        ("ppaction://hlinkfile", "other.pptx", ("external_reference",)),
        ("", "\\\\host\\share\\a.exe", ("external_reference",)),
        ("", "javascript:alert(1)", ("javascript",)),
        ("", "https://example.org/page", ()),
        ("ppaction://hlinksldjump", "https://example.org/", ()),
    ],
)
def test_what_a_click_starts_is_reported(tmp_path: Path, action: str, target: str, words: tuple[str, ...]) -> None:
    assert active(tmp_path, with_click(action, target)[0]) == words


@pytest.mark.parametrize("kind", [TYPES.OLE_OBJECT, TYPES.IMAGE, TYPES.SLIDE_MASTER, TYPES.VIDEO])
def test_a_relation_to_another_file_is_reported(tmp_path: Path, kind: str) -> None:
    deck = draw.Deck()
    deck.slide("Title").part.rels.get_or_add_ext_rel(kind, "https://example.org/x")
    assert "external_reference" in active(tmp_path, deck)


def test_an_embedded_object_is_reported_wherever_its_part_is(tmp_path: Path) -> None:
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    deck = draw.Deck()
    slide = deck.slide("Title")
    part = Part(PackURI("/ppt/media/harmless.png"), "image/png", slide.part.package, b"x")
    slide.part.rels.get_or_add(TYPES.OLE_OBJECT, part)
    assert active(tmp_path, deck) == ("embedded_file",)


def test_a_presentation_with_web_links_has_no_active_content(tmp_path: Path) -> None:
    assert active(tmp_path, with_click("", "mailto:a@example.org")[0]) == ()

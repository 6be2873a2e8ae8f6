"""The page of the viewer that shows the changes between two editions of a work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import html
from publications import HOSTILE
from published_editions import diff, released

from aisi_ingest.model import EditionDiff
from aisi_ingest.publish import folders

replace = msgspec.structs.replace


@pytest.fixture(autouse=True)
def skip_disk_flushes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(folders, "flush", lambda folder: None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("root"))


def tree(path: Path) -> Any:
    return html.fromstring(path.read_bytes())


def test_the_front_page_and_the_page_of_the_newer_edition_link_to_the_changes(site: Path) -> None:
    for path, target in (("index.html", "works/guide~~changes.html"), ("works/guide.html", "guide~~changes.html")):
        (link,) = tree(site / path).xpath("//a[@class='what-changed']")
        assert link.get("href") == target and "Changes since 1.0" in link.text_content()


@pytest.mark.parametrize("page", ["works/guide~1.0.html", "works/only-one.html"])
def test_a_first_edition_has_no_link_to_changes(site: Path, page: str) -> None:
    assert tree(site / page).xpath("//a[@class='what-changed']") == []


def test_changed_words_are_marked_and_unchanged_text_is_shortened(site: Path) -> None:
    page = tree(site / "works" / "guide~~changes.html")
    (first, _) = page.xpath("//section[contains(@class, 'change changed')]")
    assert first.xpath("string(.//p/del)") == "二" and first.xpath("string(.//p/ins)") == "3"
    assert first.xpath("string(.//h3//del)") == "1 まえがき"
    assert "…" in first.xpath("string(.//p)") and len(first.xpath("string(.//p)")) < 160


def test_changes_in_japanese_come_before_those_in_english_with_language_attributes(site: Path) -> None:
    page = tree(site / "works" / "guide~~changes.html")
    assert page.xpath("//section/section[1]/p/@lang") == ["ja", "en"]


def test_markup_in_text_is_escaped(site: Path) -> None:
    page = tree(site / "works" / "guide~~changes.html")
    added = page.xpath("//section[@class='change added']")[0]
    assert added.xpath("string(.//ins)") == HOSTILE
    assert len(page.xpath("//script")) == 1


def test_every_link_points_to_an_existing_block(site: Path) -> None:
    links = tree(site / "works" / "guide~~changes.html").xpath("//main//a[contains(@href, '.html#')]/@href")
    assert len(links) >= 8
    for link in links:
        file, _, name = link.partition("#")
        assert tree(site / "works" / file).xpath("//*[@id=$name]", name=name), link


def test_a_block_that_is_on_no_page_has_no_link(site: Path) -> None:
    removed = tree(site / "works" / "guide~~changes.html").xpath("//section[@class='change removed']")[0]
    assert removed.xpath(".//a") == [] and removed.xpath("string(.//del)") == "旧い"


def test_equal_editions_are_reported_as_equal(tmp_path: Path) -> None:
    same = EditionDiff("guide/1.0/ja", "guide/1.1/ja")
    page = tree(released(tmp_path, editions=(same,)) / "works" / "guide~~changes.html")
    assert page.xpath("string(//p[@class='empty'])") == "These two editions have the same text."


def test_an_unchanged_page_is_reused_from_the_previous_release(tmp_path: Path) -> None:
    first = released(tmp_path)
    second = released(tmp_path, 1, made_with={"extract": "2"})
    third = released(tmp_path, 2, made_with={"extract": "3"}, editions=(diff("ja", words="4"),))
    name = "works/guide~~changes.html"
    assert (first / name).samefile(second / name)
    assert (second / name).read_bytes() != (third / name).read_bytes()

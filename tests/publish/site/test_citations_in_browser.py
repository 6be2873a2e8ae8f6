"""Citations, permanent links and the interface of the viewer, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page
from publications import NOW, document, permanent_name, publication, released

from aisi_ingest.publish.permalinks import block_keys
from aisi_ingest.retrieval.citation import citation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(publication(), tmp_path_factory.mktemp("root"))


def test_the_key_cites_the_current_block_as_the_command_does(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "works" / "guide.html")
    page.goto(f"{page.url}#{permanent_name('b4', 'en')}")
    page.keyboard.press("c")
    line = citation(release, "guide/1.0/en#b4").line
    # The command also names the sections around the text.
    assert page.input_value("#citation-text") == line.replace("1 Introduction, ", "")
    page.keyboard.press("Escape")
    page.locator(f"#{permanent_name('b4', 'en')}").hover()
    page.locator(".block-tools button").click()
    assert page.input_value("#citation-text") == line.replace("1 Introduction, ", "")
    assert page.input_value("#permalink").endswith(f"/works/guide.html#{permanent_name('b4', 'en')}")
    page.close()


def changed_release(root: Path) -> tuple[Path, str]:
    """Publish a text and then another one in its place; return the site and the new permanent name."""
    one = document("ja")
    only = {"alignments": (), "comparisons": ()}
    released(publication(documents=(one,), **only), root)
    blocks = [b if b.id != "b4" else replace(b, text="対象は小規模言語モデルである") for b in one.content.blocks]
    new = replace(one, content=replace(one.content, blocks=tuple(blocks)))
    release = released(publication(documents=(new,), **only), root, NOW + timedelta(hours=1))
    return release / "site", block_keys("ja", "guide", blocks)["b4"]


def test_a_link_to_a_changed_text_shows_what_changed(opened: Callable[..., Page], tmp_path: Path) -> None:
    site, name = changed_release(tmp_path)
    page = opened(site / "works" / "guide.html")
    page.goto(f"{page.url}#{permanent_name('b4')}")
    note = page.locator("#former")
    note.wait_for()
    assert "20261122T031700Z" in note.inner_text()
    assert note.locator("del").all_inner_texts() == ["大"] and note.locator("ins").all_inner_texts() == ["小"]
    note.locator("a").click()
    page.wait_for_url(f"**#{name}")
    assert not note.is_visible()
    page.close()


def test_a_link_to_an_unknown_text_says_so(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "works" / "guide.html")
    page.goto(f"{page.url}#ja-000000000000")
    page.locator("#former", has_text="not on this page").wait_for()
    page.close()


def test_the_address_follows_the_keys(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "works" / "guide.html")
    page.goto(f"{page.url}#{permanent_name('b3')}")
    page.keyboard.press("j")
    assert page.url.endswith(f"#{permanent_name('b4')}")
    page.keyboard.press("k")
    assert page.url.endswith(f"#{permanent_name('b3')}")
    page.close()


def test_the_interface_is_in_the_language_that_was_chosen(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "works" / "guide.html")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click("#language")
    assert page.locator("html").get_attribute("lang") == "ja"
    assert "指摘 2 件" in page.inner_text("#findings")
    page.goto((release / "site" / "entities" / "index.html").as_uri())
    assert page.get_attribute("#name-filter", "placeholder") == "固有名を絞り込む"
    page.click("#language")
    assert page.get_attribute("#name-filter", "placeholder") == "Filter names"
    page.close()


def test_a_japanese_browser_begins_in_japanese(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "index.html", locale="ja-JP")
    assert page.inner_text("h2#works") == "著作"
    page.close()


def test_findings_are_filtered_in_the_list_and_in_the_text(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "works" / "guide.html")
    page.select_option("#finding-severity", "high")
    assert page.locator(".findings li:visible").count() == page.locator(".line .mark:visible").count() == 1
    assert page.inner_text("#findings-shown") == "1 of 2 shown"
    page.select_option("#finding-severity", "")
    page.select_option("#finding-kind", "missing_in_en")
    assert page.locator(".findings li:visible").count() == 1
    page.select_option("#finding-kind", "")
    page.select_option("#finding-confidence", "50")
    assert page.locator(".findings li:visible").count() == 2
    page.select_option("#finding-confidence", "70")
    assert page.locator(".findings li:visible").count() == 0
    page.close()


def test_names_are_filtered_by_all_their_spellings(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "entities" / "index.html")
    page.fill("#name-filter", "ｅｘｉ")
    assert page.locator(".index li:visible").all_inner_texts()[0].startswith("Example Institute")
    assert page.locator(".names:visible").count() == 1
    page.close()


def test_the_list_of_keys_opens_with_a_key(opened: Callable[..., Page], release: Path) -> None:
    page = opened(release / "site" / "entities" / "exi.html")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.close()


def test_paper_has_all_findings_and_dark_ink(browser: Browser, release: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto((release / "site" / "works" / "guide.html").as_uri())
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = false; })")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".findings li:visible").count() == 2
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    marks = page.locator(".findings .mark").first
    assert not re.search(r"255, 255, 255", marks.evaluate("each => getComputedStyle(each).color"))
    assert page.evaluate("getComputedStyle(document.querySelector('.findings ol')).maxHeight") == "none"
    page.close()


@pytest.mark.parametrize("lang", ["en-US", "ja-JP"])
@pytest.mark.parametrize("key", ["/", "?", "c"])
def test_axe_finds_nothing_in_open_dialogs(browser: Browser, axe: str, release: Path, key: str, lang: str) -> None:
    page = browser.new_page(bypass_csp=True, locale=lang, viewport={"width": 390, "height": 844})
    page.goto((release / "site" / "works" / "guide.html").as_uri())
    page.keyboard.press(key)
    if key == "/":
        page.fill("#query", "評価")
        page.locator("#results li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    page.close()
    assert [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found] == []

"""The viewer opened from disk in Chromium, without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page
from publications import permanent_name, publication, released
from published_editions import released as released_with_editions
from viewer import search

pytestmark = pytest.mark.slow

Scheme = Literal["light", "dark"]
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(publication(), tmp_path_factory.mktemp("root")) / "site"


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a work with two editions."""
    return released_with_editions(tmp_path_factory.mktemp("editions"))


def test_search_finds_titles_sections_and_names_from_disk(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "index.html")
    page.keyboard.press("/")
    page.keyboard.type("評価")
    page.locator("#results li").nth(2).wait_for()
    search(page, "example INST")
    assert page.locator("#results a").first.get_attribute("href") == "entities/exi.html"
    search(page, "perspectives")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/works/guide.html#{permanent_name('b5', 'en')}")
    page.close()


def test_switches_hide_marks_and_languages_and_keep_their_state(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "works" / "guide.html")
    mark = page.locator(".m.org").first
    colour = "element => getComputedStyle(element).backgroundColor"
    assert mark.evaluate(colour) != "rgba(0, 0, 0, 0)"
    page.uncheck("#kind-org")
    assert mark.evaluate(colour) == "rgba(0, 0, 0, 0)"
    page.locator("label", has_text="日本語").click()
    assert page.locator(".cell.ja").first.is_visible() and not page.locator(".cell.en").first.is_visible()
    page.reload()
    assert not page.is_checked("#kind-org") and page.is_checked("#view-ja")
    page.close()


def test_keys_move_to_the_next_finding_and_open_the_page_with_the_box_of_the_block(
    opened: Callable[..., Page], site: Path
) -> None:
    page = opened(site / "works" / "guide.html")
    page.keyboard.press("n")
    assert page.locator(".line.here").count() and not page.locator(".line.here.only").count()
    page.keyboard.press("n")
    assert "日本語だけにある段落。" in page.locator(".line.here").inner_text()
    page.keyboard.press("p")
    now = page.locator("#panel rect.now")
    assert [now.get_attribute(name) for name in ("x", "y")] == ["72", "280"]
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") in ("dark", "light")
    page.close()


def test_text_can_be_read_without_scripts(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "works" / "guide.html", java_script_enabled=False)
    assert page.locator("text=対象は大規模言語モデルである").is_visible()
    assert page.locator("text=It covers large language models").is_visible()
    page.close()


@pytest.mark.parametrize("name", ["index.html", "works/guide.html", "entities/exi.html", "entities/index.html"])
def test_no_page_is_wider_than_its_window(opened: Callable[..., Page], site: Path, name: str) -> None:
    page = opened(site / name)
    for width in (360, 700, 1000, 1500):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_page_of_changes_links_to_both_editions_and_fits_every_window(
    opened: Callable[..., Page], editions: Path
) -> None:
    page = opened(editions / "index.html")
    page.click("a.what-changed")
    page.wait_for_url("**/works/guide~~changes.html")
    for width in (360, 700, 1500):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("ins", has_text="3").first.is_visible()
    page.locator(".change.changed .where a").first.click()
    page.wait_for_url(f"**/works/guide~1.0.html#{permanent_name('b3')}")
    assert page.locator(f"#{permanent_name('b3')}").is_visible()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "works/guide.html", "entities/exi.html", "entities/index.html"])
def test_axe_finds_nothing_serious(browser: Browser, axe: str, site: Path, name: str, scheme: Scheme) -> None:
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto((site / name).as_uri())
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    page.close()
    assert [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_changes(browser: Browser, axe: str, editions: Path, scheme: Scheme) -> None:
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto((editions / "works" / "guide~~changes.html").as_uri())
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    page.close()
    assert [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found] == []


def test_axe_finds_nothing_serious_on_the_pages_of_the_real_documents(
    browser: Browser, axe: str, shared_release: Path
) -> None:
    for path in sorted((shared_release / "site" / "works").glob("*.html")):
        page = browser.new_page(bypass_csp=True)
        page.goto(path.as_uri())
        page.evaluate(axe)
        found = [each["id"] for each in page.evaluate("axe.run()")["violations"] if each["impact"] in SERIOUS]
        page.close()
        assert found == [], path.name


@pytest.mark.parametrize("form", ["", "~*.pptx"])
def test_both_decks_can_be_clicked_through(opened: Callable[..., Page], shared_release: Path, form: str) -> None:
    (path,) = (shared_release / "site" / "works").glob(f"aisioverview{form}.html")
    page = opened(path, viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    entries = page.locator(".contents a")
    assert entries.count() >= 20
    for number in range(entries.count()):
        entry = entries.nth(number)
        entry.click()
        target = page.locator(f"id={(entry.get_attribute('href') or '#')[1:]}")
        box = target.bounding_box()
        assert box and 0 <= box["y"] < 900, entry.inner_text()
    page.evaluate("window.scrollTo(0, 0)")
    for _ in range(3):
        page.click("#next-finding")
        assert page.locator(".line.here.marked").count() == 1
    page.click("#show-page")
    assert page.locator("#panel rect.now").count() >= 1
    page.close()


def test_pages_of_the_real_documents_are_small_and_open_quickly(browser: Browser, shared_release: Path) -> None:
    site = shared_release / "site"
    pages = sorted((site / "works").glob("*.html"))
    assert len(pages) >= 14
    assert max(page.stat().st_size for page in pages) < 1_500_000
    for path in pages:
        page = browser.new_page()
        page.goto(path.resolve().as_uri())
        timing = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
        page.close()
        assert timing < 1000, f"{path.name}: {timing:.0f} ms"

"""Suggesting a correction in the viewer, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from publications import permanent_name, publication, released
from serving import serving

from aisi_ingest.corrections.reading import load, parse

pytestmark = pytest.mark.slow


def suggest(page: Page) -> None:
    page.locator(f"#{permanent_name('b4', 'en')}").hover()
    page.locator(".block-tools button").click()
    page.locator("#correct").click()


def signed(entry: str) -> str:
    return entry.replace('author = ""', 'author = "A. Reader"').replace('reason = ""', 'reason = "misread"')


def test_a_page_from_disk_makes_an_entry_to_copy(opened: Callable[..., Page], tmp_path: Path) -> None:
    release = released(publication(), tmp_path)
    page = opened(release / "site" / "works" / "guide.html")
    suggest(page)
    (entry,) = parse(signed(page.input_value("#entry")), "c.toml")
    text = page.locator(f"#{permanent_name('b4', 'en')}").evaluate("block => window.textOfBlock(block)")
    assert (entry.correction.text, entry.correction.set) == (text, {"text": text})
    assert page.locator("#write-entry").is_hidden()
    page.close()


def test_a_served_page_with_the_token_writes_the_entry(browser: Browser, tmp_path: Path) -> None:
    released(publication(), tmp_path)
    with serving(tmp_path, "--edit") as server:
        page = browser.new_page()
        page.goto(f"{server.address}/site/index.html#edit={server.token}")
        page.goto(f"{server.address}/site/works/guide.html")
        suggest(page)
        page.fill("#entry", signed(page.input_value("#entry")))
        page.locator("#write-entry").click()
        page.get_by_text("Written to corrections/guide.toml").wait_for()
        assert server.token not in page.url
        page.close()
    assert [entry.correction.author for entry in load(tmp_path)] == ["A. Reader"]


def test_a_wrong_entry_is_refused_with_its_reason(browser: Browser, tmp_path: Path) -> None:
    released(publication(), tmp_path)
    with serving(tmp_path, "--edit") as server:
        page = browser.new_page()
        page.goto(f"{server.address}/site/works/guide.html#edit={server.token}")
        suggest(page)
        page.locator("#write-entry").click()
        page.get_by_text('key "author" is missing').wait_for()
        page.close()
    assert not (tmp_path / "corrections").exists()

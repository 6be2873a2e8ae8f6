"""Operate the viewer in a browser."""

from __future__ import annotations

from playwright.sync_api import Page


def search(page: Page, words: str) -> list[str]:
    """Search, and return the texts of the hits."""
    page.fill("#query", words)
    page.wait_for_function("words => document.querySelector('form.search').dataset.done === words", arg=words)
    return page.locator("#results li").all_inner_texts()

"""The full-text search of the viewer, opened from disk in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page
from publications import alignment, document, documents, mention, permanent_name, publication, released
from viewer import search

from aisi_ingest.cli.demo import serve
from aisi_ingest.model import Document, Entity, Lang
from aisi_ingest.publish.site import search_index
from aisi_ingest.publish.site.search_terms import index_terms

pytestmark = pytest.mark.slow

TEXTS: dict[Lang, dict[str, str]] = {
    "ja": {
        "b3": "敵対的プロンプト注入への対策を経済産業省が公表した。",
        "b4": "NIST AI RMFの解説",
        "b6": "観点 | 件数\n脅威の分析 | 3",
        "b9": "サイバーセキュリティーの注",
    },
    "en": {
        "b3": "The METI published measures against prompt injections.",
        "b4": "Notes on the AI risk management framework of NIST",
        "b6": "Perspective | Cases\nAnalysis | 4",
        "b9": "A note on red-teaming",
    },
}
ENTITIES = (
    Entity("meti", "ORG", {"ja": ("経済産業省", "経産省"), "en": ("Ministry of Economy, Trade and Industry", "METI")}),
    Entity("nist-ai-rmf", "GUIDE", {"ja": ("NIST AI RMF",), "en": ("AI Risk Management Framework", "NIST AI RMF")}),
)


def text_of(lang: Lang) -> Document:
    one = document(lang)
    blocks = tuple(replace(each, text=TEXTS[lang].get(each.id, each.text), notes=()) for each in one.content.blocks)
    by_id = {each.id: each for each in blocks}
    name = "経済産業省" if lang == "ja" else "METI"
    guide = "NIST AI RMF" if lang == "ja" else "AI risk management framework"
    mentions = (mention(1, by_id["b3"], name, "ORG", "meti"), mention(2, by_id["b4"], guide, "GUIDE", "nist-ai-rmf"))
    content = replace(one.content, blocks=blocks, tables=())
    return replace(one, content=content, mentions=mentions)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    only = documents()[2]
    works = (text_of("ja"), text_of("en"), replace(only, date="2021-04"))
    pairs = alignment()
    blocks = replace(pairs, beads=tuple(bead for bead in pairs.beads if bead.unit == "block"))
    value = publication(documents=works, entities=ENTITIES, alignments=(blocks,))
    return released(value, tmp_path_factory.mktemp("root")) / "site"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("prompt injection", "敵対的プロンプト注入"),  # by its counterpart
        ("経産省", "METI published"),  # by another name of what both texts mention
        ("NIST AI RMF", "NIST AI RMFの解説"),
        ("red-teaming", "A note on red-teaming"),
        ("redteaming", "A note on red-teaming"),
        ("脅威", "脅威の分析"),
        ("ＭＥＴＩ", "METI published"),
        ("measure", "published measures"),
        ("サイバーセキュリティ", "サイバーセキュリティーの注"),
        ("publ", "METI published"),  # the beginning of a word that is being typed
        ("prompt injectoin", "prompt injections"),
        ("サイパーセキュリティ", "サイバーセキュリティーの注"),
        ('"risk management"', "risk management framework"),
    ],
)
def test_words_are_found_in_both_languages_and_marked(
    opened: Callable[..., Page], site: Path, words: str, found: str
) -> None:
    page = opened(site / "index.html")
    hits = [hit for hit in search(page, words) if found in hit]
    assert hits, words
    assert page.locator("#results li", has_text=found).first.locator("mark").count() >= 1
    page.close()


@pytest.mark.parametrize("words", ["脅威指針", '"management risk"', "クオンタムコンピュータ", "zzzzzz"])
def test_texts_without_the_words_are_not_found(opened: Callable[..., Page], site: Path, words: str) -> None:
    page = opened(site / "index.html")
    assert search(page, words) == [] and page.inner_text("#found") == "Nothing found."
    page.close()


def test_filters_leave_the_hits_of_a_work_a_year_a_kind_and_a_label(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "index.html")
    everything = search(page, "安全性")
    assert len(everything) == 4
    for field, value, expected in (
        ("in-work", "only-japanese", 2),
        ("in-kind", "heading", 2),
        ("to", "2022", 2),
        ("from", "2023", 2),
        ("in-form", "deck", 0),
        ("in-label", "2", 0),
    ):
        element = page.locator(f"#{field}")
        element.select_option(value) if field.startswith("in-") else element.fill(value)
        element.dispatch_event("change")
        page.wait_for_function("count => document.querySelectorAll('#results li').length === count", arg=expected)
        element.select_option("") if field.startswith("in-") else element.fill("")
        element.dispatch_event("change")
        page.wait_for_function("document.querySelectorAll('#results li').length === 4")
    search(page, "対策")
    for label, count in (("2", 1), ("3", 0)):
        page.select_option("#in-label", label)
        page.wait_for_function("count => document.querySelectorAll('#results li').length === count", arg=count)
    page.close()


def test_the_key_searches_where_the_reader_is(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "works" / "only-japanese.html")
    page.keyboard.press("/")
    assert page.locator("#search").is_visible() and page.is_checked("#here")
    search(page, "安全性")
    assert page.locator("#results li").count() == 2, "only this work"
    search(page, "経産省")
    assert "Nothing found in this work" in page.inner_text("#found")
    page.locator("#results a", has_text="METI published").click()
    page.wait_for_url("**/works/guide.html#*")
    page.close()


def test_a_hit_leads_to_the_text_in_the_language_of_the_word(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "index.html")
    search(page, "perspectives")
    assert (page.locator("#results a", has_text="Perspectives").first.get_attribute("href") or "").endswith(
        permanent_name("b5", "en")
    )
    page.close()


def test_scripts_cut_words_as_the_index_does(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "index.html")
    texts = [
        "ＡＩＳＩの活動、Two Policies",
        "コンピューターとﾌﾞﾗｳｻﾞ",
        "言語・モデル〆切 々",
        "𠮟る Straße 10％ ①",
        "",
        "ー・ー",
        "it's A.I.",
    ]
    cut = "text => window.searchTerms.terms(window.searchTerms.fold(text)).map(([term]) => term)"
    for text in texts:
        assert page.evaluate(cut, text) == index_terms(text)
    page.close()


def test_an_index_of_several_segments_is_searched_completely(
    opened: Callable[..., Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_SEGMENT_RECORDS", 10)
    monkeypatch.setattr(search_index, "_PART_CHARACTERS", 300)
    works = [document("ja", work=f"work-{number}", digit=str(number)) for number in range(8)]
    site = released(publication(documents=works, alignments=(), comparisons=()), tmp_path) / "site"
    page = opened(site / "index.html")
    hits = search(page, "公平性")
    assert len(hits) == 8
    page.close()


def test_the_search_works_over_http_too(browser: Browser, site: Path) -> None:
    with serve(site) as address:
        page = browser.new_page()
        page.goto(f"{address}works/guide.html")
        page.keyboard.press("/")
        assert any("METI published" in hit for hit in search(page, "経産省"))
        page.close()


def test_a_page_loads_no_part_of_the_index_before_a_search(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.wait_for_timeout(200)
    assert not [url for url in requests if "/search/" in url]
    sizes = [(site / url.removeprefix(site.as_uri() + "/")).stat().st_size for url in requests]
    assert sum(sizes) < 300_000
    page.close()


def test_hostile_text_stays_text_in_the_hits(opened: Callable[..., Page], site: Path) -> None:
    page = opened(site / "index.html")
    assert any("<script>alert" in hit for hit in search(page, "quotes single"))
    assert page.locator("#results script").count() == 0
    page.close()


def test_an_index_that_cannot_be_read_is_reported(browser: Browser, site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    (copy / "search" / "s0" / "meta.js").unlink()
    page = browser.new_page(locale="en-US")
    page.goto((copy / "index.html").as_uri())
    page.fill("#query", "脅威")
    page.locator("#found", has_text="The search index cannot be read").wait_for()
    page.close()


def test_hits_are_shown_before_all_segments_are_read(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_SEGMENT_RECORDS", 10)
    works = [document("ja", work=f"work-{number}", digit=str(number)) for number in range(4)]
    site = released(publication(documents=works, alignments=(), comparisons=()), tmp_path) / "site"
    with serve(site) as address:
        page = browser.new_page()
        page.route("**/search/s3/*", lambda route: None)  # the last segment never comes
        page.goto(f"{address}index.html")
        page.fill("#query", "公平性")
        page.locator("#results li").first.wait_for()
        assert page.locator("form.search[data-done]").count() == 0
        page.close()

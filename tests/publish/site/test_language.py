"""Every text of the interface has a Japanese translation."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import html
from publications import publication, released
from published_editions import released as released_with_editions

from aisi_ingest.publish.site.render import FINDINGS, KINDS, NOUNS

SCRIPTS = files("aisi_ingest.publish.site").joinpath("assets", "scripts")
SAME_IN_BOTH = {"≠", "OCR", "en"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    sites = released(publication(), tmp_path_factory.mktemp("a")), released_with_editions(tmp_path_factory.mktemp("b"))
    return [page for site in sites for page in site.rglob("*.html")]


def dictionary() -> set[str]:
    text = SCRIPTS.joinpath("language.js").read_text("utf-8")
    return set(re.findall(r'^    "((?:[^"\\]|\\.)+)": "', text, re.MULTILINE))


def test_all_texts_of_the_pages_are_in_the_dictionary(pages: list[Path]) -> None:
    found: set[str] = set()
    for page in pages:
        for element in html.fromstring(page.read_bytes()).xpath("//*[@data-t]"):
            names = element.get("data-t").split()
            found.update(element.get(name) for name in names)
            if not names:
                found.add(element.get("data-key") or element.text_content())
    assert len(found) > 40
    assert found - dictionary() - SAME_IN_BOTH == set()


def test_all_texts_of_the_scripts_and_kinds_are_in_the_dictionary() -> None:
    found = {*KINDS.values(), *FINDINGS.values(), *(noun for pair in NOUNS.values() for noun in pair)} - {"Date"}
    for script in SCRIPTS.iterdir():
        text = script.read_text("utf-8")
        for call in re.findall(r"\bt\(([^()]*)", text):
            found.update(re.findall(r'"([^"]{2,})"', call))
        found.update(re.findall(r"data-t>([^<$]+)<", text))
        found.update(re.findall(r'\["[^"]*", "([^"]+)"\]', text))
    assert len(found) > 60
    assert found - dictionary() - SAME_IN_BOTH == set()

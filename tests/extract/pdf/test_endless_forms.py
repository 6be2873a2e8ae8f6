"""Attacks: forms that draw each other so often that no reader comes to an end."""

from __future__ import annotations

from pathlib import Path

import fixtures_pdf as fixtures
import pytest
from growth import growth

from aisi_ingest.extract.pdf.active_content import inspect
from aisi_ingest.extract.pdf_reader import read
from aisi_ingest.model import Content, Result
from aisi_ingest.publish.site.page_images import page_pictures
from aisi_ingest.sandbox.limits import Limits
from aisi_ingest.sandbox.pool import Sandbox
from aisi_ingest.sandbox.tasks import task


@task
def read_in_worker(path: str) -> Result[Content]:
    return read(path)


TEXT = b"BT /F 12 Tf 72 700 Td (%s) Tj ET "
FIRST = 10  # object of the first form


def form(content: bytes, below: int | None = None, resources: bool = True) -> bytes:
    """Draw a form that calls the form ``below`` X. Without resources of its own it uses those of the page."""
    called = b"/XObject<</X %d 0 R>>" % below if below else b""
    entries = b"/Resources<</Font<</F 5 0 R>>%s>>" % called if resources else b""
    return fixtures.stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]" + entries)


def document(path: Path, forms: list[bytes], called: bytes = b"/X Do") -> Path:
    """Write two pages. The second calls the first form."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F 5 0 R>>%s>>>>"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        3: page % (6, b""),
        4: page % (7, b"/XObject<</X %d 0 R>>" % FIRST),
        5: fixtures.FONT,
        6: fixtures.stream(TEXT % b"The first page can be read."),
        7: fixtures.stream(TEXT % b"The second page has forms. " + called),
    }
    return fixtures.raw(path, {**objects, **dict(enumerate(forms, FIRST))})


def fan(times: bytes, levels: int = 9) -> list[bytes]:
    """Draw forms of which each calls the next one ten times."""
    called = [form(times * 10, FIRST + level + 1) for level in range(levels)]
    return [*called, form(TEXT % b"deep" * 10)]


ENDLESS = {
    "calls itself": [form(b"/X Do " * 50, FIRST)],
    "calls itself by the resources of its page": [form(b"/X Do " * 50, resources=False)],
    "two call each other": [form(b"/X Do " * 3, FIRST + 1), form(b"/X Do " * 3, FIRST)],
    "fans out": fan(b"/X Do "),
    "fans out with escaped names": fan(b"/#58 Do "),
    "fans out with comments": fan(b"/X%(\nDo "),
    "fans out behind signs of comments": fan(b"(%)pop /X Do "),
}


@pytest.mark.parametrize("forms", ENDLESS.values(), ids=ENDLESS)
def test_a_page_whose_forms_have_no_end_is_left_out_and_the_others_are_read(tmp_path: Path, forms: list[bytes]) -> None:
    path = document(tmp_path / "forms.pdf", forms)
    assert inspect(path).endless == {2}
    sandbox = Sandbox(1, Limits(wall_seconds=60, cpu_seconds=20))
    try:
        with sandbox.session(path) as session:
            result = session.call(read_in_worker, str(path))
            first, second = session.call(page_pictures, str(path), (1, 2), True)
    finally:
        sandbox.stop()
    assert result.value is not None
    assert [(block.page, block.text) for block in result.value.blocks] == [(1, "The first page can be read.")]
    assert [(issue.code, issue.page) for issue in result.issues] == [("page_unreadable", 2)]
    assert "page 2 was skipped" in result.issues[0].message
    assert result.value.pages_without_text == (2,) and len(result.value.page_sizes) == 2
    assert first and second is None


HARMLESS = {
    "calls itself once": [form(b"/X Do 9 9 1 1 re f ", FIRST)],
    "calls a form that is not there": [form(b"/X Do " * 50, 99)],
    "a thousand calls of a small form": [form(b"/X Do " * 1000, FIRST + 1), form(b"0 0 1 1 re f ")],
}


@pytest.mark.parametrize("forms", HARMLESS.values(), ids=HARMLESS)
def test_a_page_with_forms_in_each_other_is_read(tmp_path: Path, forms: list[bytes]) -> None:
    path = document(tmp_path / "forms.pdf", forms)
    assert not inspect(path).endless
    result = read(path)
    assert result.value is not None
    assert "The second page has forms." in [block.text for block in result.value.blocks][1]


def test_the_search_for_endless_pages_takes_linear_time(tmp_path: Path) -> None:
    def search(levels: int) -> None:
        assert inspect(files[levels]).endless == {2}

    files = {levels: document(tmp_path / f"{levels}.pdf", fan(b"/X Do ", levels)) for levels in (300, 1200)}
    assert growth(search, 300) < 7

"""Pictures of pages for the viewer: small, drawn by worker processes, and reused."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from lxml import html
from PIL import Image
from publications import NOW, document, publication, released
from reportlab.pdfgen.canvas import Canvas

from aisi_ingest.model import Document, Issue, Result
from aisi_ingest.publish import publish
from aisi_ingest.publish.publication import Release

replace = msgspec.structs.replace


Published = tuple[Path, Path, tuple[Issue, ...]]  # the folders of two releases, and the issues of the first


def folder_of(result: Result[Release | None]) -> Path:
    assert result.value is not None, result.issues
    return Path(result.value.path)


def drawn(path: Path, sizes: list[tuple[float, float]]) -> Path:
    """Write a PDF with a black bar at the top of each page."""
    canvas = Canvas(str(path), invariant=1)
    for width, height in sizes:
        canvas.setPageSize((width, height))
        canvas.rect(0, height - 50, width, 50, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def read_from(one: Document, path: Path) -> Document:
    """Return the document as if it were read from this file."""
    source = replace(one.listing.source, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    return replace(one, listing=replace(one.listing, source=source))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Two releases with a readable and a broken PDF; the second has another date."""
    root = tmp_path_factory.mktemp("root")
    good = drawn(root / "good.pdf", [(595.28, 841.89), (841.89, 595.28)])
    broken = root / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing more")
    scan = replace(document("ja").content, pages_without_text=(2,))
    documents = (replace(read_from(document("ja"), good), content=scan), read_from(document("en"), broken))
    raw = {each.listing.source.sha256: str(path) for each, path in zip(documents, (good, broken), strict=True)}
    first = publish(publication(documents=documents, raw=raw), root, now=NOW, images=True)
    later = tuple(replace(each, date="2025") for each in documents)
    second = publish(publication(documents=later, raw=raw), root, now=NOW + timedelta(hours=1), images=True)
    return folder_of(first), folder_of(second), first.issues


def test_each_page_has_a_small_upright_picture_with_its_shape(published: Published) -> None:
    first, _, _ = published
    pictures = sorted((first / "site" / "pictures").rglob("*.webp"))
    assert [path.name for path in pictures] == ["1.webp", "2.webp"]
    upright, wide = (Image.open(path).convert("L") for path in pictures)
    assert upright.height > upright.width and wide.width > wide.height and wide.width == 900
    grey = np.asarray(upright)
    assert grey[10, 450] < 40 and grey[-10, 450] > 215
    assert all(path.stat().st_size < 20_000 for path in pictures)


def test_a_file_that_cannot_be_drawn_is_reported_and_the_release_is_published(
    published: Published,
) -> None:
    *_, issues = published
    assert [issue.code for issue in issues] == ["pictures_missing"]
    assert issues[0].message.startswith("guide/1.0/en: its pages could not be drawn")


def test_pictures_of_the_previous_release_are_reused(published: Published) -> None:
    paths = [sorted((each / "site" / "pictures").rglob("*.webp")) for each in published[:2]]
    assert [path.stat().st_ino for path in paths[0]] == [path.stat().st_ino for path in paths[1]]


def test_the_page_has_the_folder_of_its_pictures_and_shows_pages_without_text(
    published: Published,
) -> None:
    first, _, _ = published
    site = first / "site"
    tree = html.fromstring((site / "works" / "guide.html").read_bytes())
    folder = tree.xpath("string(//*[@id='text']/@data-ja-pictures)")
    assert (site / "works" / folder / "1.webp").resolve().is_file()
    assert tree.xpath("//section[@class='unread']//img/@src") == [f"{folder}/2.webp"]


def test_missing_bytes_cost_only_the_pictures(tmp_path: Path) -> None:
    raw = {document("ja").listing.source.sha256: str(tmp_path / "missing.pdf")}
    result = publish(publication(raw=raw), tmp_path, now=NOW, images=True)
    assert result.value is not None and [issue.code for issue in result.issues] == ["pictures_missing"]


def test_without_images_there_are_none(tmp_path: Path) -> None:
    assert not (released(publication(), tmp_path) / "site" / "pictures").exists()

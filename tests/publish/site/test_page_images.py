"""Pictures of pages for the viewer: small, drawn by worker processes, and reused."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from lxml import html
from PIL import Image
from publications import document, publication
from reportlab.pdfgen.canvas import Canvas

from aisi_ingest.publish import publish

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)
replace = msgspec.structs.replace


def drawn(path: Path, sizes: list[tuple[float, float]]) -> Path:
    """Write a PDF with a black bar at the top of each page."""
    canvas = Canvas(str(path), invariant=1)
    for width, height in sizes:
        canvas.setPageSize((width, height))
        canvas.rect(0, height - 50, width, 50, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def read_from(one, path: Path):
    """Return the document as if it were read from this file."""
    source = replace(one.listing.source, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    return replace(one, listing=replace(one.listing, source=source))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
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
    return first, second


def test_each_page_has_a_small_upright_picture_with_its_shape(published):
    first, _ = published
    pictures = sorted((Path(first.value.path) / "site" / "pictures").rglob("*.webp"))
    assert [path.name for path in pictures] == ["1.webp", "2.webp"]
    upright, wide = (Image.open(path).convert("L") for path in pictures)
    assert upright.height > upright.width and wide.width > wide.height and wide.width == 900
    assert upright.getpixel((450, 10)) < 40 and upright.getpixel((450, upright.height - 10)) > 215
    assert all(path.stat().st_size < 20_000 for path in pictures)


def test_a_file_that_cannot_be_drawn_is_reported_and_the_release_is_published(published):
    first, _ = published
    assert [issue.code for issue in first.issues] == ["pictures_missing"]
    assert first.issues[0].message.startswith("guide/1.0/en: its pages could not be drawn")


def test_pictures_of_the_previous_release_are_reused(published):
    paths = [sorted((Path(each.value.path) / "site" / "pictures").rglob("*.webp")) for each in published]
    assert [path.stat().st_ino for path in paths[0]] == [path.stat().st_ino for path in paths[1]]


def test_the_page_has_the_folder_of_its_pictures_and_shows_pages_without_text(published):
    first, _ = published
    site = Path(first.value.path) / "site"
    tree = html.fromstring((site / "works" / "guide.html").read_bytes())
    folder = tree.xpath("string(//*[@id='text']/@data-ja-pictures)")
    assert (site / "works" / folder / "1.webp").resolve().is_file()
    assert tree.xpath("//section[@class='unread']//img/@src") == [f"{folder}/2.webp"]


def test_missing_bytes_cost_only_the_pictures(tmp_path):
    raw = {document("ja").listing.source.sha256: str(tmp_path / "missing.pdf")}
    result = publish(publication(raw=raw), tmp_path, now=NOW, images=True)
    assert result.value is not None and [issue.code for issue in result.issues] == ["pictures_missing"]


def test_without_images_there_are_none(tmp_path):
    result = publish(publication(), tmp_path, now=NOW)
    assert not (Path(result.value.path) / "site" / "pictures").exists()

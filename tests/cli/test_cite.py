"""The command ``cite``: by id, by link, with a picture."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image
from publications import NOW, document, permanent_name, publication, released
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner, Result

from aisi_ingest.cli.app import app
from aisi_ingest.model import Document
from aisi_ingest.storage.store import Store


@pytest.fixture
def cite(tmp_path: Path) -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(app, ["cite", "--root", str(tmp_path), *map(str, arguments)])


def changed(text: str) -> Document:
    one = document("ja")
    blocks = [each if each.id != "b4" else replace(each, text=text) for each in one.content.blocks]
    return replace(one, content=replace(one.content, blocks=tuple(blocks)))


def test_a_block_is_cited_by_its_id_and_by_its_permanent_link(tmp_path: Path, cite: Callable[..., Result]) -> None:
    released(publication(), tmp_path)
    by_id = cite("guide/1.0/en#b4")
    assert by_id.exit_code == 0 and by_id.stdout.startswith("“It covers large language models” ")
    assert f"sha256:{'2' * 64}" in by_id.stdout
    name = permanent_name("b4", "en")
    for link in (name, f"file:///x/site/works/guide.html#{name}", f"works/guide.html#{name}"):
        assert cite(link).stdout == by_id.stdout, link
    assert cite(f"works/only-japanese.html#{name}").exit_code == 1


def test_the_json_has_text_page_regions_and_checksum(tmp_path: Path, cite: Callable[..., Result]) -> None:
    released(publication(), tmp_path)
    found = json.loads(cite(permanent_name("b4"), "--json").stdout)
    assert found["passage"]["text"] == "対象は大規模言語モデルである" and found["passage"]["pages"] == [1, 1]
    assert found["passage"]["regions"] == [{"page": 1, "bbox": [72, 140, 400, 155]}] and found["sha256"] == "1" * 64


def test_a_changed_text_is_cited_as_it_is_now_with_a_warning(tmp_path: Path, cite: Callable[..., Result]) -> None:
    only = {"alignments": (), "comparisons": ()}
    released(publication(documents=(document("ja"),), **only), tmp_path)
    new = changed("対象は小規模言語モデルである")
    released(publication(documents=(new,), **only), tmp_path, NOW + timedelta(hours=1))
    result = cite(permanent_name("b4"))
    assert result.exit_code == 0 and result.stdout.startswith("「対象は小規模言語モデルである」")
    assert "changed after the release 20261122T031700Z; it was: 対象は大規模言語モデルである" in result.stderr
    other = changed("まったく別の話をする段落")
    released(publication(documents=(other,), **only), tmp_path, NOW + timedelta(hours=2))
    result = cite(permanent_name("b4"))
    assert result.exit_code == 1 and "no text took its place" in result.stderr


@pytest.mark.parametrize("wanted", ["guide/1.0/en#b99", "ja-000000000000", "exi", "nothing"])
def test_an_unknown_id_is_named_and_nothing_is_printed(
    tmp_path: Path, cite: Callable[..., Result], wanted: str
) -> None:
    released(publication(), tmp_path)
    result = cite(wanted)
    assert result.exit_code == 1 and result.stdout == "" and wanted in result.stderr


def test_the_picture_shows_the_page_with_the_text_marked(tmp_path: Path, cite: Callable[..., Result]) -> None:
    file = tmp_path / "page.pdf"
    canvas = Canvas(str(file), pagesize=(595, 842))
    canvas.drawString(72, 690, "Text")
    canvas.save()
    store = Store(tmp_path)
    store.prepare()
    sha256 = store.put(file.read_bytes())
    one = document("ja")
    source = replace(one.listing.source, sha256=sha256)
    one = replace(one, listing=replace(one.listing, source=source))
    released(publication(documents=(one,), alignments=(), comparisons=()), tmp_path)
    picture = tmp_path / "page.png"
    assert cite("guide/1.0/ja#b4", "--picture", picture).exit_code == 0
    with Image.open(picture) as image:
        scale = image.width / 595
        inside, outside = (image.getpixel((int(x * scale), int(150 * scale))) for x in (200, 500))
    assert inside != outside == (255, 255, 255)
    missing = cite("guide/1.0/ja", "--picture", os.devnull)
    assert missing.exit_code == 1 and "has no place on a page" in missing.stderr

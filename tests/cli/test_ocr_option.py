"""``--ocr``: when commands read the text in pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import aisi
from fixtures_pdf import Drawing
from fixtures_pictures import picture
from reportlab.lib.utils import ImageReader

from aisi_ingest.extract.ocr import engine

pytestmark = pytest.mark.skipif(not engine.available(), reason="the extra ocr is not installed")
FIGURE, SCAN = "Guiding principles for safety", "A scanned page of a report"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with text and a figure, and a page that is a scan."""
    path = tmp_path_factory.mktemp("report") / "report_en.pdf"
    drawing = Drawing(path)
    for line in range(12):
        drawing.text(70, 130 + 18 * line, "This is a line of the text, and the text goes on.", size=10.5)
    drawing.canvas.drawImage(ImageReader(picture(FIGURE, size=(1000, 200))), 70, 250, 400, 80)
    drawing.canvas.showPage()
    drawing.canvas.drawImage(ImageReader(picture(SCAN, size=(1000, 1400))), 0, 0, 595, 842)
    drawing.canvas.save()
    return path


@pytest.mark.parametrize(("option", "expected"), [((), [SCAN]), (("--ocr",), [FIGURE, SCAN]), (("--no-ocr",), [])])
def test_extract_reads_pictures_on_pages_without_text_or_on_request(
    report: Path, option: tuple[str, ...], expected: list[str]
) -> None:
    done = aisi("extract", report, *option)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    blocks = [block for part in document["sections"] for block in part["blocks"]] + document["outside"]
    recognised = [block for block in blocks if block["origin"] == "ocr"]
    assert [block["text"] for block in sorted(recognised, key=lambda block: block["page"])] == expected


@pytest.mark.parametrize(
    ("option", "releases", "words"),
    [((), 2, 2), (("--ocr", "now"), 1, 2), (("--ocr", "off"), 1, 0), (("--no-ocr",), 1, 0)],
)
def test_add_publishes_the_text_first_unless_it_is_told_otherwise(
    report: Path, tmp_path: Path, option: tuple[str, ...], releases: int, words: int
) -> None:
    done = aisi("add", report, "--root", tmp_path, *option)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "processed" / "releases").glob("[0-9]*"))) == releases
    blocks = (tmp_path / "processed" / "latest" / "blocks.jsonl").read_text("utf-8").splitlines()
    assert sum(json.loads(block)["origin"] == "ocr" for block in blocks) == words

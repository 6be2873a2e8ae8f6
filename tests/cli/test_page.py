"""The command ``inspect``."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_pdf import Drawing, draw
from typer.testing import CliRunner

from aisi_ingest.cli.app import app

XS, YS = (60, 160, 300), (100, 130, 160)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    def page(d: Drawing) -> None:
        d.text(60, 60, "The keepers count the boats.")
        d.grid(XS, YS)
        d.cells(XS, YS, [["Name", "Place"], ["Alpha", "Tokyo"]])

    return draw(tmp_path / "report.pdf", page)


def test_inspect_prints_blocks_and_cells_and_draws_the_page(report: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    result = CliRunner().invoke(app, ["inspect", str(report), "--page", "1", "--out", str(out)])
    assert result.exit_code == 0
    assert "The keepers count the boats." in result.output
    assert "row 1 column 1 Tokyo" in result.output
    assert out.read_bytes().startswith(b"\x89PNG")


def test_inspect_tries_table_settings_of_pdfplumber(report: Path) -> None:
    settings = '{"vertical_strategy": "lines", "horizontal_strategy": "lines"}'
    result = CliRunner().invoke(app, ["inspect", str(report), "--table-settings", settings])
    assert "Alpha | Tokyo" in result.output


@pytest.mark.parametrize(("settings", "code"), [("{", 2), ("[]", 2), ('{"no_such_setting": 1}', 1)])
def test_inspect_refuses_settings_that_do_not_exist(report: Path, settings: str, code: int) -> None:
    assert CliRunner().invoke(app, ["inspect", str(report), "--table-settings", settings]).exit_code == code


def test_inspect_reports_a_page_that_does_not_exist(report: Path) -> None:
    assert CliRunner().invoke(app, ["inspect", str(report), "--page", "9"]).exit_code == 1

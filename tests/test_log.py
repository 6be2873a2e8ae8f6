"""Structured logs."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aisi_ingest import log

LOGGER = logging.getLogger("aisi_ingest.test")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_record_is_one_line_with_its_own_fields_and_those_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "run.jsonl"
    with log.writing(path, run="20260101T000000Z"):
        LOGGER.warning("page %d has no text:\n二行", 3, extra={"page": 3, "document": "a.pdf"})
    (line,) = lines(path)
    assert line["message"] == "page 3 has no text:\n二行" and line["page"] == 3 and line["level"] == "warning"
    assert (line["run"], line["document"]) == ("20260101T000000Z", "a.pdf")
    assert line["time"].endswith("Z") and line["logger"] == "aisi_ingest.test"


def test_only_records_of_the_package_are_written_and_only_inside_the_block(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with log.writing(path):
        logging.getLogger("httpx").warning("not ours")
        LOGGER.debug("too small")
    LOGGER.warning("too late")
    assert lines(path) == []
    assert not logging.getLogger("aisi_ingest").handlers


def test_values_that_json_cannot_represent_are_written_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.jsonl"
    # Keep the record away from pytest's handler: a lone surrogate cannot be sent between processes.
    monkeypatch.setattr(logging.getLogger("aisi_ingest"), "propagate", False)
    with log.writing(path):
        LOGGER.info("\ud800 lone", extra={"path": Path("x"), "blank": None})
    (line,) = lines(path)
    assert line["path"] == "x" and "blank" not in line


def test_importing_the_package_installs_no_handler() -> None:
    code = "import logging, aisi_ingest.fetch; print(logging.getLogger('aisi_ingest').handlers, logging.root.handlers)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"

"""The two presentations of the sample site: the smallest documents of a whole run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings

DECKS = sorted((Path(__file__).parents[2] / "samples" / "site" / "pdf").glob("*.pptx"))


def settings(root: Path, **more: Any) -> Settings:
    """Return the settings of a quick run: one worker, no OCR."""
    return Settings(str(root), workers=1, ocr=False, **more)


@pytest.fixture(scope="session")
def published_decks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root with the two decks in its only release. Tests must not change it."""
    root = tmp_path_factory.mktemp("published")
    assert orchestrator.add(settings(root), (), DECKS, ()).release
    return root


@pytest.fixture
def copied_decks(published_decks: Path, tmp_path: Path) -> Path:
    """Return a copy of the root with the two decks, which a test may damage."""
    return Path(shutil.copytree(published_decks, tmp_path / "root", symlinks=True))

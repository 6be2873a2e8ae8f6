"""Corrected mentions are gold for training."""

from __future__ import annotations

from pathlib import Path

from command_line import SAMPLES

from aisi_ingest.pipeline import orchestrator
from aisi_ingest.pipeline.jobs import Settings
from training.corpora import read_corrections

EN = "sample_guide_v1.00_en.pdf"


def test_a_block_with_a_corrected_mention_is_a_sentence_with_all_its_names(tmp_path: Path) -> None:
    entry = f"""
[[correction]]
of = "mention"
document = "{EN}"
text = "Foundation Model Taskforce"
add = true
set = {{ label = "ORG" }}
author = "A. Reader"
date = 2026-12-01
reason = "an organisation"
"""
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections" / "guide.toml").write_text(entry, encoding="utf-8")
    orchestrator.add(Settings(str(tmp_path), workers=1, ocr=False), (), [SAMPLES / EN], ())
    (sentence,) = read_corrections(tmp_path, "en")
    names = {sentence.text[start:end]: label for start, end, label in sentence.names}
    assert names["Foundation Model Taskforce"] == "ORG" and names["November 2, 2023"] == "DATE"
    assert read_corrections(tmp_path, "ja") == []

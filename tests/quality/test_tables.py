"""The tables of other people's documents against their own truth: the ICDAR 2013 competition, European half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aisi_ingest.extract.pdf_reader import read

# F1 of neighbouring cells; these thresholds only rise.
PER_DOCUMENT, MICRO = 0.995, 0.993


@pytest.mark.slow
def test_tables_of_the_competition_are_read(shared: Path, tmp_path: Path) -> None:
    folder = shared / "external" / "icdar2013"
    documents, tables = [], []
    for path in sorted(folder.rglob("*.pdf")):
        content = read(path).value
        assert content is not None
        documents.append({"id": path.stem, "source": {"file": path.name}})
        for table in content.tables:
            tables.append(
                {
                    "id": f"{path.stem}.{table.id}",
                    "document": path.stem,
                    "rows": table.rows,
                    "header_rows": table.header_rows,
                    "continues": f"{path.stem}.{table.continues}" if table.continues else None,
                }
            )
    for name, rows in (("documents", documents), ("tables", tables)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    command = [sys.executable, str(shared / "eval" / "icdar2013.py"), str(folder), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["documents"] == len(documents)
    assert found["per_document"]["f1"] >= PER_DOCUMENT
    assert found["micro"]["f1"] >= MICRO

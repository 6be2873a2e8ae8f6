"""The time to publish grows with the number of documents, and only one work is in memory at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import resource, sys, time
sys.path.insert(0, sys.argv[1])
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from publications import ENTITIES, alignment, document
from aisi_ingest.publish.publication import Publication
from aisi_ingest.publish import publish

count = int(sys.argv[3])

class Lazy(Mapping):
    def __len__(self): return count
    def __iter__(self): return (f"work-{n:05}/1.0/{lang}" for n in range(count // 2) for lang in ("ja", "en"))
    def __getitem__(self, document_id):
        work, _, lang = document_id.split("/")
        return document(lang, work=work, digit=f"{int(work[5:]):x}"[-1])

def run(root, documents):
    pairs = [alignment(work) for work in sorted({document_id.split("/")[0] for document_id in documents})]
    publication = Publication(documents=documents, alignments=pairs, entities=ENTITIES)
    result = publish(publication, root, now=datetime.now(UTC))
    assert result.value and result.value.rows["documents"] == len(documents), result.issues

root = Path(sys.argv[2])
run(root / "warm", {each.id: each for each in (document("ja"), document("en"))})
began = time.process_time()
run(root / "full", Lazy())
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measured(root: Path, count: int) -> tuple[float, float]:
    """Return processor seconds and peak memory in MiB for publishing this many documents."""
    command = [
        sys.executable,
        "-c",
        SCRIPT,
        str(Path(__file__).parents[1] / "support"),
        str(root / str(count)),
        str(count),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


@pytest.mark.slow
def test_four_times_the_documents_take_four_times_as_long_and_little_more_memory(tmp_path: Path) -> None:
    (few_seconds, few_memory), (many_seconds, many_memory) = measured(tmp_path, 250), measured(tmp_path, 1000)
    assert many_seconds / few_seconds < 4 * 2  # squared time would be 16 times
    # Each document takes 20 kB: in the lists of the data package, the card, the search index and the entity pages.
    # 10,000 documents take 200 MiB in addition to the libraries.
    assert many_memory - few_memory < 750 * 0.02 + 20

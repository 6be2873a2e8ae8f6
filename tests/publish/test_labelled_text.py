"""A release in the forms of annotation tools."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import spacy
from publications import publication
from spacy.tokens import Doc, DocBin

import aisi_ingest
from aisi_ingest.dataset import Dataset
from aisi_ingest.publish import publish


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("root")
    assert publish(publication(), root, now=datetime(2026, 11, 22, tzinfo=UTC)).value is not None
    return aisi_ingest.load(root)


def docs(dataset: Dataset, lang: str, folder: Path) -> list[Doc]:
    dataset.to_spacy(lang).to_disk(folder / "x.spacy")  # type: ignore[arg-type]
    return list(DocBin().from_disk(folder / "x.spacy").get_docs(spacy.blank("xx").vocab))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_spacy_reads_every_mention_as_an_entity_with_its_value(dataset: Dataset, lang: str, tmp_path: Path) -> None:
    found = [(e.text, e.label_, e.kb_id_ or None) for doc in docs(dataset, lang, tmp_path) for e in doc.ents]
    wanted = [(m.text, m.label, m.value) for d in dataset.documents if d.lang == lang for m in d.mentions]
    assert wanted and found == wanted


def test_blocks_and_sections_are_spans_with_their_ids(dataset: Dataset, tmp_path: Path) -> None:
    doc = docs(dataset, "ja", tmp_path)[0]
    document = dataset.document(doc.user_data["document"])
    texts = {block.id: block.text for block in document.blocks}
    assert all(texts[span.kb_id_] == span.text.strip() for span in doc.spans["blocks"])
    assert {span.kb_id_ for span in doc.spans["sections"]} <= {section.id for section in document.sections}
    pages = {block.id: block.page for block in document.blocks}
    assert all(each["page"] == pages[each["id"]] for each in doc.user_data["blocks"])


def test_the_bytes_do_not_depend_on_the_process(dataset: Dataset) -> None:
    code = (
        "import sys, hashlib, aisi_ingest; from pathlib import Path\n"
        "print(hashlib.sha256(aisi_ingest.load(Path(sys.argv[1])).to_spacy('ja').to_bytes()).hexdigest())"
    )
    folder = str(dataset.path)
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, folder], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1]


def test_conll_lines_have_token_tag_and_value(dataset: Dataset) -> None:
    lines = list(dataset.to_conll("ja"))
    mention = next(m for d in dataset.documents if d.lang == "ja" for m in d.mentions)
    first = next(at for at, line in enumerate(lines) if "\tB-" in line)
    assert lines[first].split("\t")[1:] == [f"B-{mention.label}", mention.value or "_"]
    assert all(line == "" or line.startswith("# block = ") or line.count("\t") == 2 for line in lines)


def test_label_studio_offsets_count_utf16_code_units() -> None:
    from aisi_ingest.publish.labelled_text import _utf16

    assert _utf16("𠮷野") == 3


def test_label_studio_tasks_have_the_mentions_as_predictions(dataset: Dataset) -> None:
    tasks = list(dataset.to_label_studio("en"))
    for task in tasks:
        for each in task["predictions"][0]["result"]:
            value = each["value"]
            assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
    count = sum(len(d.mentions) for d in dataset.documents if d.lang == "en")
    assert sum(len(task["predictions"][0]["result"]) for task in tasks) == count

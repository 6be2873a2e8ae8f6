"""``README.md`` of a release: a dataset card whose YAML head tells ``datasets`` where each table lies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from aisi_ingest.publish.schema import TABLES, DocumentRow


def card(rows: Mapping[str, int], documents: Sequence[DocumentRow]) -> str:
    """The card as Markdown. Everything that comes from outside is quoted or escaped."""
    works = {each.work for each in documents}
    head = [
        "---",
        "pretty_name: Japanese and English publications on AI safety",
        "language:",
        "- ja",
        "- en",
        "multilinguality: translation",
        "license: other",
        f"license_name: {_yaml('; '.join(sorted({each.licence.name for each in documents})))}",
        "task_categories:",
        "- translation",
        "- token-classification",
        "configs:",
    ]
    for number, table in enumerate(TABLES):
        head += [f"- config_name: {table}", f"  data_files: parquet/{table}.parquet"]
        head += ["  default: true"] if number == 0 else []
    head.append("---")
    body = [
        "# Japanese and English publications on AI safety",
        "",
        f"{len(documents)} documents of {len(works)} works, in Japanese and English, as text with structure, mentions,",
        "and sections, blocks and sentences aligned across the two languages.",
        "",
        "**The text was extracted from the publishers' files by program and edited**: lines joined, code points",
        "normalised, running heads set apart, mentions tagged and languages aligned. It may hold errors that the",
        "originals do not; the originals count. Each document row names the address it came from and its licence.",
        "",
        "| table | rows | one row is |",
        "| --- | ---: | --- |",
        *(f"| `{table}` | {rows[table]} | {_one_line(TABLES[table].__doc__ or '')} |" for table in TABLES),
        "",
        "```python",
        "from datasets import load_dataset",
        'blocks = load_dataset(".", "blocks", split="train")',
        "```",
        "",
        "The same tables stand in `*.jsonl` (with `schema/*.schema.json`), `parquet/`, `dataset.sqlite`, and the",
        "aligned text in `bitext.tmx`; `documents/` has one nested JSON file a document;",
        "`site/index.html` shows all of it. `sha256sum -c SHA256SUMS` checks the files.",
        "",
        "## Licences and sources",
        "",
        "| document | licence | attribution | source |",
        "| --- | --- | --- | --- |",
        *(_licence_line(each) for each in documents),
        "",
    ]
    return "\n".join(head + body)


def _licence_line(row: DocumentRow) -> str:
    cells = (f"`{row.id}`", _one_line(row.licence.name), _one_line(row.licence.attribution), _source(row))
    return f"| {' | '.join(cells)} |"


def _source(row: DocumentRow) -> str:
    return _one_line(row.source.url or f"local file {row.source.file}")


def _yaml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a YAML string


def _one_line(text: str) -> str:
    """Text from outside in a cell: no markup, no line break."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in "\\|`*_[]" else char for char in line)

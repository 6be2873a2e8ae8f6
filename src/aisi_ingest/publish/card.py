"""``README.md`` of a release: a dataset card. Its YAML head lists the Parquet file of each table for ``datasets``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aisi_ingest.publish.formats import yaml_text
from aisi_ingest.publish.schema import TABLES, DocumentRow

_FACTORS = {"K": 1000, "M": 1_000_000}


def card(rows: Mapping[str, int], documents: Sequence[DocumentRow]) -> str:
    """Return the card as Markdown. Text from documents and sources is quoted or escaped.

    Args:
        rows: Table to its number of rows.
        documents: The rows of all documents.
    """
    works = {each.work for each in documents}
    addresses = sorted({each.licence.url for each in documents if each.licence.url})
    head = [
        "---",
        "pretty_name: Japanese and English publications on AI safety",
        "language:",
        "- ja",
        "- en",
        "multilinguality: translation",
        "license: other",
        f"license_name: {yaml_text('; '.join(sorted({each.licence.name for each in documents})))}",
        # The field takes one address. Where there are several, the list is in this card.
        f"license_link: {yaml_text(addresses[0] if len(addresses) == 1 else 'README.md#licences-and-sources')}",
        "size_categories:",
        f"- {_size_category(max(rows.values(), default=0))}",
        "task_categories:",
        "- translation",
        "- token-classification",
        "- text-retrieval",
        "tags:",
        "- ai-safety",
        "- ai-policy",
        "- parallel-corpus",
        "- japan",
    ]
    # ``datasets`` cannot load a Parquet file without rows, so an empty table has no config.
    written = [table for table in TABLES if rows.get(table)]
    head += ["configs:"] if written else []
    for number, table in enumerate(written):
        head += [f"- config_name: {table}", f"  data_files: parquet/{table}.parquet"]
        head += ["  default: true"] if number == 0 else []
    head.append("---")
    body = [
        "# Japanese and English publications on AI safety",
        "",
        f"{len(documents)} documents of {len(works)} works, in Japanese and English, as text with structure, mentions,",
        "and sections, blocks and sentences aligned across the two languages.",
        "",
        "**The text was extracted from the publishers' files automatically and edited**: lines are joined, characters",
        "normalised, running heads separated, mentions tagged and languages aligned. It may have errors that the",
        "originals do not have; the originals are authoritative. Each document has its source and its licence.",
        "",
        "| table | rows | content of a row |",
        "| --- | ---: | --- |",
        *(f"| `{table}` | {rows[table]} | {_one_line(TABLES[table].__doc__ or '')} |" for table in TABLES),
        "",
        "```python",
        "from datasets import load_dataset",
        'blocks = load_dataset("/path/to/this/folder", "blocks", split="train")',
        "```",
        "",
        "The same tables are in `*.jsonl` (with `schema/*.schema.json`), in `parquet/` and in `dataset.sqlite`. The",
        "aligned text is also in `bitext.tmx` and `bitext.xlsx`. `documents/` has one nested JSON file for each",
        "document.",
        "`site/index.html` is a viewer for all of it. `sha256sum -c SHA256SUMS` checks the files.",
        "",
        "## Licences and sources",
        "",
        "| document | licence | attribution | source |",
        "| --- | --- | --- | --- |",
        *(_licence_line(each) for each in documents),
        "",
    ]
    return "\n".join(head + body)


def _size_category(rows: int) -> str:
    """Return the size of a data set of so many rows, in the words of the Hugging Face Hub."""
    least = "n<1K"
    for bound, name in (("1K", "10K"), ("10K", "100K"), ("100K", "1M"), ("1M", "10M"), ("10M", "100M")):
        if rows >= int(bound[:-1]) * _FACTORS[bound[-1]]:
            least = f"{bound}<n<{name}"
    return least


def _licence_line(row: DocumentRow) -> str:
    cells = (f"`{row.id}`", _one_line(row.licence.name), _one_line(row.licence.attribution), _source(row))
    return f"| {' | '.join(cells)} |"


def _source(row: DocumentRow) -> str:
    return _one_line(row.source.url or f"local file {row.source.file}")


def _one_line(text: str) -> str:
    """Return a text for a cell of a Markdown table, without markup and line breaks."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in "\\|`*_[]" else char for char in line)

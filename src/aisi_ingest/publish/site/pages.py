"""Pages of the viewer, from rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from aisi_ingest.publish.schema import DocumentRow, EntityRow
from aisi_ingest.publish.tables import WorkRows


class Site:
    """Writes ``site/``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: list[DocumentRow] = []
        self._environment = Environment(
            loader=PackageLoader("aisi_ingest.publish.site", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def add(self, work: WorkRows) -> None:
        self._documents += [rows.document for rows in work.documents]

    def finish(self, entities: Sequence[EntityRow]) -> None:
        self._folder.mkdir()
        text = self._environment.get_template("index.html").render(documents=self._documents, entities=entities)
        (self._folder / "index.html").write_text(text, encoding="utf-8")

"""What a release is made of, and what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from aisi_ingest.model import Alignment, Comparison, Document, EditionDiff, Entity, Issue


class Publication(Struct, frozen=True):
    """Everything that one release contains, in any order. It is the input of ``publish``.

    Mappings may be lazy (document id to Document). Then only one work is in memory at a time.
    """

    documents: Sequence[Document] | Mapping[str, Document]  # with id, work and mentions
    alignments: Sequence[Alignment] = ()
    comparisons: Sequence[Comparison] = ()
    editions: Sequence[EditionDiff] = ()  # each edition of a work compared with the previous one
    entities: (
        Sequence[Entity] | Mapping[str, Entity]
    ) = ()  # of the registry; ``local:...`` entities are added from the mentions
    made_with: Mapping[str, str] = {}  # stage to version
    raw: Mapping[str, str] = {}  # sha256 to path of the bytes, for the page images of the viewer
    expectations: Mapping[str, int] = {}  # id of a source to the smallest expected number of documents
    succeeded: bool = True  # every document of the run succeeded
    report: Mapping[str, Any] = {}  # report of the run; may contain clock times
    issues: tuple[Issue, ...] = ()


class Release(Struct, frozen=True):
    """A published release."""

    id: str  # 20261122T031700Z
    path: str
    digest: str  # of the data files: equal for equal data
    rows: dict[str, int]  # table to number of rows
    refused: tuple[str, ...] = ()  # ids of documents that were left out; each has an issue

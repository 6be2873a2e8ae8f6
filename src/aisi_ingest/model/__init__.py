"""The data model: every noun of the project as a frozen value.

Stages take these values and return new ones. Nothing here reads or writes files. Boxes are in points (1/72 inch) from
the top left of the page as it is displayed, after rotation and cropping. Offsets are Unicode code points. Dates are
EDTF (https://www.loc.gov/standards/datetime/).

Ids inside a document are local (``b12``, ``s3``, ``t1``, ``m40``), because a document is read before its work is known.
``publish`` prefixes them with the id of the document.
"""

from __future__ import annotations

from aisi_ingest.model.content import (
    Block,
    BlockKind,
    Box,
    Content,
    DocumentKind,
    Form,
    HiddenReason,
    Issue,
    IssueLevel,
    Lang,
    NoteLink,
    ReadingDirection,
    Region,
    Result,
    Section,
    Table,
    TableCell,
    TextRun,
)
from aisi_ingest.model.documents import (
    CellCorrection,
    Correction,
    Document,
    Entity,
    Label,
    Licence,
    Listing,
    Mention,
    Origin,
    Source,
    TextVector,
)
from aisi_ingest.model.relations import (
    Alignment,
    Bead,
    BlockChange,
    Comparison,
    Counterparts,
    Edit,
    EditionDiff,
    Finding,
    FindingKind,
    FindingStatus,
    Gap,
    SectionChange,
    Severity,
    Unit,
)

__all__ = [
    "Alignment",
    "Bead",
    "Block",
    "BlockChange",
    "BlockKind",
    "Box",
    "CellCorrection",
    "Comparison",
    "Content",
    "Correction",
    "Counterparts",
    "Document",
    "DocumentKind",
    "Edit",
    "EditionDiff",
    "Entity",
    "Finding",
    "FindingKind",
    "FindingStatus",
    "Form",
    "Gap",
    "HiddenReason",
    "Issue",
    "IssueLevel",
    "Label",
    "Lang",
    "Licence",
    "Listing",
    "Mention",
    "NoteLink",
    "Origin",
    "ReadingDirection",
    "Region",
    "Result",
    "Section",
    "SectionChange",
    "Severity",
    "Source",
    "Table",
    "TableCell",
    "TextRun",
    "TextVector",
    "Unit",
]

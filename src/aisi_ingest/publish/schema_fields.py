"""The types of fields that the rows of several tables share, see ``schema``."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from aisi_ingest.model import Origin

Id = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Page = Annotated[int, Meta(ge=1, description="Page or slide, from 1")]
Int8 = Annotated[int, Meta(ge=-128, le=127)]
Share = Annotated[float, Meta(ge=0, le=1)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Points = Annotated[float, Meta(description="Points (1/72 inch)")]


# The file that a document was read from.
class SourceField(Struct, frozen=True, forbid_unknown_fields=True):
    url: Annotated[str | None, Meta(description="Where the bytes were fetched; null for a local file")]
    file: Annotated[str, Meta(description="File name, never a path")]
    sha256: Sha256
    bytes: Count
    media_type: str


# The terms of use of a document.
class LicenceField(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    url: str
    attribution: Annotated[str, Meta(description="The line to print where the text is used")]


# A link from a place in the text to a footnote.
class NoteField(Struct, frozen=True, forbid_unknown_fields=True):
    offset: Annotated[int, Meta(ge=0, description="The anchor stood before text[offset]")]
    block: Annotated[str, Meta(description="Id of the footnote's block")]


# The names of an entity by language.
class NamesField(Struct, frozen=True, forbid_unknown_fields=True):
    ja: tuple[str, ...]
    en: tuple[str, ...]


# A value by language.
class ValuesField(Struct, frozen=True, forbid_unknown_fields=True):
    ja: str | None
    en: str | None


# Where the title, the date and the edition of a document came from.
class IdentityField(Struct, frozen=True, forbid_unknown_fields=True):
    title: Origin
    date: Origin | None
    edition: Origin | None


# Shares of the languages.
class SharesField(Struct, frozen=True, forbid_unknown_fields=True):
    ja: Share
    en: Share


class CorrectionField(Struct, frozen=True, forbid_unknown_fields=True):
    """A correction by hand."""

    of: Annotated[str, Meta(description="What it corrects, for example block or mention")]
    text: Annotated[str, Meta(description="The quoted text; empty for the document itself")]
    author: str
    date: str
    reason: str


class RegionField(Struct, frozen=True, forbid_unknown_fields=True):
    """A rectangle on a page."""

    page: Page
    bbox: Annotated[
        tuple[Points, Points, Points, Points],
        Meta(description="[x0, top, x1, bottom] in points from the page's top left"),
    ]


class CellField(Struct, frozen=True, forbid_unknown_fields=True):
    """One cell of a table with all rows and columns that it covers."""

    row: Annotated[int, Meta(ge=0, description="Its first row, from 0")]
    column: Annotated[int, Meta(ge=0, description="Its first column, from 0")]
    row_span: Annotated[int, Meta(ge=1)]
    column_span: Annotated[int, Meta(ge=1)]
    text: str
    header: bool
    regions: Annotated[
        tuple[RegionField, ...], Meta(description="Two where a page break tears the row; none if unknown")
    ]


class ChangedValueField(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Annotated[str, Meta(pattern="^(date|number|name)$")]
    before: Annotated[str | None, Meta(description="The value in the older edition; null if only the newer one has it")]
    after: Annotated[str | None, Meta(description="The value in the newer edition; null if only the older one has it")]


class EvidenceField(Struct, frozen=True, forbid_unknown_fields=True):
    """A place that states a fact."""

    document: Id
    block: Id
    start: Annotated[int, Meta(ge=0, description="Unicode code points in the block's text")]
    end: Annotated[int, Meta(ge=1, description="Exclusive")]
    regions: Annotated[tuple[RegionField, ...], Meta(description="Where it is: the cell of a table, or the block")]

"""What is asked of a step and what comes of it: one document, a pair, two editions.

Values that a thread, a Prefect task or a worker on another machine can be handed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from aisi_ingest.model import Bead, Document, EditionDiff, Finding, Issue, Listing

if TYPE_CHECKING:
    from aisi_ingest.pair.similarity import DocumentFeatures

Stage = Literal["extract", "tag", "align", "publish"]
STAGES: tuple[Stage, ...] = ("extract", "tag", "align", "publish")


class Settings(Struct, frozen=True):
    """What all steps of a run share."""

    root: str
    registry: str | None = None  # path of registry.toml; None: the one that comes with the project
    workers: int = 2
    ocr: bool = True
    images: bool = False  # pictures of the pages in the viewer
    keep: int | None = None  # releases that stay after a new one; None: all
    redo_from: Stage | None = None  # make this stage and those after it anew, fresh or not

    def redo(self, stage: Stage) -> bool:
        """True if the stage's output is to be made anew even where it is fresh."""
        return self.redo_from is not None and STAGES.index(stage) >= STAGES.index(self.redo_from)


class DocumentJob(Struct, frozen=True):
    """The bytes of one document."""

    settings: Settings
    listing: Listing
    compute_features: bool = False  # also make what it is known by among others, for which nothing but itself is needed

    @property
    def name(self) -> str:
        return self.listing.source.file


class DocumentOutcome(Struct, frozen=True):
    """What became of a document."""

    listing: Listing
    made: bool = False  # was not fresh when the run looked
    issues: tuple[Issue, ...] = ()
    seconds: dict[str, float] = {}  # by stage, wall clock
    memory: dict[str, int] = {}  # by stage that was made: the most that its process held, bytes
    digest: str | None = None  # of what the stages gave: equal means that nothing has changed; None: failed

    @property
    def name(self) -> str:
        return self.listing.source.file

    @property
    def failed(self) -> bool:
        return self.digest is None


class FeaturesOutcome(Struct, frozen=True):
    """What a document is known by when pairs are sought; None where that could not be found out."""

    name: str
    sha256: str
    features: DocumentFeatures | None
    issues: tuple[Issue, ...] = ()


class PairJob(Struct, frozen=True):
    """A Japanese and an English document of one edition, placed by ``pair``, without their texts."""

    settings: Settings
    ja: Document
    en: Document

    @property
    def name(self) -> str:
        return f"{self.ja.work} {self.ja.edition or ''}".strip()

    @property
    def both(self) -> tuple[Document, Document]:
        return self.ja, self.en


class Aligned(Struct, frozen=True):
    """Output of the align stage: ids are local, since the documents' own may change when others appear."""

    beads: tuple[Bead, ...]
    with_encoder: bool
    findings: tuple[Finding, ...]


class PairOutcome(Struct, frozen=True):
    """What became of a pair."""

    name: str
    ja: str  # document id
    en: str
    aligned: Aligned | None
    issues: tuple[Issue, ...] = ()
    seconds: float = 0.0
    memory: int | None = None  # the most that its process held, bytes; None: fresh, or stopped

    @property
    def failed(self) -> bool:
        return self.aligned is None


class EditionsJob(Struct, frozen=True):
    """Two editions of a work in one language, the older first, placed by ``pair``, without their texts."""

    settings: Settings
    old: Document
    new: Document

    @property
    def name(self) -> str:
        return f"{self.old.id} to {self.new.edition or 'an edition without a number'}"

    @property
    def both(self) -> tuple[Document, Document]:
        return self.old, self.new


class EditionsOutcome(Struct, frozen=True):
    """What the newer edition says that the older one does not; None where that could not be found out."""

    name: str
    diff: EditionDiff | None
    issues: tuple[Issue, ...] = ()

    @property
    def failed(self) -> bool:
        return self.diff is None

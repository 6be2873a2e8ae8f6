"""The jobs of the pipeline and their outcomes: one source, one document, one pair, two editions.

These are plain values that can be passed to a thread, a Prefect task or a worker on another machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from aisi_ingest.model import Bead, Counterparts, Document, EditionDiff, Finding, Issue, Listing
from aisi_ingest.storage.files import sha256_of

if TYPE_CHECKING:
    from aisi_ingest.fetch.hosts import HostState
    from aisi_ingest.pair.similarity import DocumentFeatures
    from aisi_ingest.sources import SourceSpec

# The stages from which a user can redo the work (``reprocess --from``). "align" includes pairing and comparing.
StageName = Literal["extract", "tag", "align", "publish"]
EXTENDS = "+"  # in front of the path of a registry that extends the one that comes with the project
STAGE_NAMES: tuple[StageName, ...] = ("extract", "tag", "align", "publish")


class Settings(Struct, frozen=True):
    """Settings that all steps of a run share."""

    root: str
    # Path of registry.toml, after "+" if it extends the registry that comes with the project; None: only that one.
    registry: str | None = None
    workers: int = 2  # worker processes
    ocr: bool = True  # read the text in pictures
    text_first: bool = False  # publish the text before the pictures are read, and again afterwards
    images: bool = False  # add images of the pages to the viewer
    keep: int | None = None  # number of releases to keep after publishing; None: all
    redo_from: StageName | None = None  # compute this stage and later ones again, even if their output is up to date
    strict: bool = False  # a run also fails because of known failures, unless they are acknowledged
    allow_fewer: bool = False  # publish even if the ledger has lost documents of the latest release

    @property
    def files(self) -> tuple[str, ...]:
        """Files of the user that every stage may read."""
        return (self.registry.removeprefix(EXTENDS),) if self.registry else ()

    def redo(self, stage: StageName) -> bool:
        """Return True if the output of a stage must be computed again even if it is up to date."""
        return self.redo_from is not None and STAGE_NAMES.index(stage) >= STAGE_NAMES.index(self.redo_from)


class FetchJob(Struct, frozen=True):
    """One source to fetch."""

    settings: Settings
    source: SourceSpec
    only: tuple[str, ...] = ()  # URLs, file names or digests, or the beginning of a digest; empty: all
    hosts: dict[str, HostState] = {}  # what fetching the earlier sources has found out about their hosts

    @property
    def name(self) -> str:
        """The id of the source."""
        return self.source.id


class DocumentJob(Struct, frozen=True):
    """One document to process."""

    settings: Settings
    listing: Listing
    compute_features: bool = False  # also compute the features for pairing, which depend on this document only
    wait_for_pictures: bool = True  # False: use the text of pictures only if it is up to date
    with_pictures: bool = False  # the content contains the text of pictures; the steps decide it

    @property
    def name(self) -> str:
        """The file name."""
        return self.listing.source.file

    @property
    def key(self) -> str:
        """sha256 of the bytes, under which outputs are stored."""
        return self.listing.source.sha256


class DocumentOutcome(Struct, frozen=True):
    """The outcome of extracting and tagging one document."""

    listing: Listing
    processed: bool = False  # in this run; False: all outputs were up to date when the run looked
    issues: tuple[Issue, ...] = ()
    seconds: dict[str, float] = {}  # by stage, wall clock
    memory: dict[str, int] = {}  # by computed stage: peak memory of its process, bytes
    digest: str | None = None  # of the stage outputs: if it is equal, nothing has changed; None: failed
    has_pictures: bool = False  # the pictures were read

    @property
    def name(self) -> str:
        """The file name."""
        return self.listing.source.file

    @property
    def failed(self) -> bool:
        """True if a stage produced no value."""
        return self.digest is None


class FeaturesOutcome(Struct, frozen=True):
    """The features of a document by which it is paired; None if they could not be computed."""

    name: str
    sha256: str
    features: DocumentFeatures | None
    issues: tuple[Issue, ...] = ()


class PairJob(Struct, frozen=True):
    """A Japanese and an English document of one edition, as ``pair`` returned them, without their texts."""

    settings: Settings
    ja: Document
    en: Document

    @property
    def name(self) -> str:
        """Work and edition."""
        return f"{self.ja.work} {self.ja.edition or ''}".strip()

    @property
    def both(self) -> tuple[Document, Document]:
        """Both documents, the Japanese one first."""
        return self.ja, self.en

    @property
    def key(self) -> str:
        """sha256 of both documents, under which outputs are stored."""
        return _key_of(self.both)


class Aligned(Struct, frozen=True):
    """Output of the align stage. Ids are local, because the documents' own ids may change when others are added."""

    beads: tuple[Bead, ...]
    with_encoder: bool
    findings: tuple[Finding, ...]
    names: Counterparts = Counterparts()


class PairOutcome(Struct, frozen=True):
    """The outcome of aligning and comparing a pair."""

    name: str
    ja: str  # document id
    en: str
    aligned: Aligned | None
    issues: tuple[Issue, ...] = ()
    seconds: float = 0.0
    memory: int | None = None  # peak memory of its process, bytes; None: up to date, or stopped

    @property
    def failed(self) -> bool:
        """True if the pair could not be aligned."""
        return self.aligned is None


class EditionsJob(Struct, frozen=True):
    """Two editions of a work in one language, as ``pair`` returned them, without their texts."""

    settings: Settings
    old: Document
    new: Document

    @property
    def name(self) -> str:
        """Id of the older document and edition of the newer one."""
        return f"{self.old.id} to {self.new.edition or 'an edition without a number'}"

    @property
    def both(self) -> tuple[Document, Document]:
        """Both documents, the older one first."""
        return self.old, self.new

    @property
    def key(self) -> str:
        """sha256 of both documents, under which outputs are stored."""
        return _key_of(self.both)


class EditionsOutcome(Struct, frozen=True):
    """What the newer edition changed; None if the editions could not be compared."""

    name: str
    diff: EditionDiff | None
    issues: tuple[Issue, ...] = ()

    @property
    def failed(self) -> bool:
        """True if the editions could not be compared."""
        return self.diff is None


def _key_of(documents: tuple[Document, Document]) -> str:
    return sha256_of("".join(document.listing.source.sha256 for document in documents).encode())

"""Draw small pictures of PDF pages for the viewer: PDFium to WebP, in worker processes with limits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from aisi_ingest.model import Issue
from aisi_ingest.publish.reuse import PreviousRelease
from aisi_ingest.publish.schema import DocumentRow
from aisi_ingest.sandbox.limits import Limits
from aisi_ingest.sandbox.pool import Sandbox
from aisi_ingest.sandbox.tasks import task

_WIDTH = 900  # pixels; the viewer shows at most 480, on screens with up to two device pixels for each
_QUALITY = 55  # of WebP; text stays readable, and a slide takes some 20 kB
_METHOD = 4  # of WebP: compression effort from 0 to 6
_MAX_ASPECT = 4.0  # height to width; a longer page is a poster or an attack, and gets no picture
_BATCH = 12  # pages in one call of a worker, so that its limits apply to a few seconds of work
_LIMITS = Limits(wall_seconds=60, cpu_seconds=50)  # of one call
_FOLDER_DIGITS = 16  # hex digits of the sha256 of a file in the name of its folder


def draw_pages(
    documents: Iterable[DocumentRow], raw: Mapping[str, str], site: Path, previous: PreviousRelease
) -> tuple[dict[str, str], tuple[Issue, ...]]:
    """Write ``pictures/<sha256>/<page>.webp`` below ``site``.

    Args:
        documents: The rows of all documents. Only PDF files get pictures.
        raw: sha256 of a file to its path.
        site: The folder of the viewer.
        previous: The previous release, whose pictures are reused.

    Returns:
        Folders below ``site`` by sha256 of the file, and an issue for each document that could not be drawn.
    """
    wanted = {
        each.source.sha256: each
        for each in documents
        if each.source.media_type == "application/pdf" and each.source.sha256 in raw
    }
    folders = {sha256: f"pictures/{sha256[:_FOLDER_DIGITS]}" for sha256 in wanted}
    missing = [
        row
        for sha256, row in wanted.items()
        if not _reuse_pictures(previous, f"site/{folders[sha256]}", site / folders[sha256], row.pages)
    ]
    if not missing:
        return folders, ()
    issues: list[Issue] = []
    workers = min(len(missing), os.cpu_count() or 1)
    with closing(Sandbox(workers, _LIMITS)) as sandbox, ThreadPoolExecutor(workers) as threads:
        jobs = [
            (
                row,
                threads.submit(_draw_document, sandbox, row, raw[row.source.sha256], site / folders[row.source.sha256]),
            )
            for row in missing
        ]
        for row, job in jobs:
            error = job.exception()
            if error is not None and not isinstance(error, _DrawingError):
                raise error  # from the disk, not from the document
            if error is not None:
                message = f"{row.id}: its pages could not be drawn for the viewer: {error}"
                issues.append(Issue(stage="publish", level="warning", code="pictures_missing", message=message))
    return folders, tuple(issues)


class _DrawingError(Exception):
    """The pages of a document could not be drawn."""


def _draw_document(sandbox: Sandbox, row: DocumentRow, path: str, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for first in range(1, row.pages + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, row.pages + 1))
        try:
            with sandbox.session(path) as session:
                doubtful = not set(row.pages_without_text).isdisjoint(numbers)
                pictures = session.call(page_pictures, path, tuple(numbers), doubtful)
        except Exception as error:  # whatever PDFium does on a damaged file, only its pictures are missing
            raise _DrawingError(str(error) or type(error).__name__) from error
        for number, picture in zip(numbers, pictures, strict=True):
            if picture:
                (target / f"{number}.webp").write_bytes(picture)


def _reuse_pictures(previous: PreviousRelease, folder: str, target: Path, pages: int) -> bool:
    """Link the pictures of the previous release, if it has one for each page."""
    names = previous.files_in(folder)
    if len(names) < pages:
        return False
    target.mkdir(parents=True)
    return all(previous.reuse(name, target / name.rpartition("/")[2]) for name in names)


@task
def page_pictures(path: str, numbers: tuple[int, ...], doubtful: bool = False) -> list[bytes | None]:
    """Draw pages of a PDF as WebP. Runs in a worker process.

    Args:
        path: Path of the PDF.
        numbers: Page numbers, from 1.
        doubtful: Some page has no text, and may be one that no reader comes to the end of.

    Returns:
        A picture for each number, or None for a page that is too long or has no end.
    """
    import io

    import pypdfium2

    from aisi_ingest.extract.pdf.active_content import inspect
    from aisi_ingest.extract.pdf.pdfium import C

    endless = inspect(path).endless if doubtful else ()
    C.load()  # so that PDFium draws with our fonts, not with those of the machine
    document = pypdfium2.PdfDocument(path)
    pictures: list[bytes | None] = []
    for number in numbers:
        if number in endless:
            pictures.append(None)
            continue
        page = document[number - 1]
        width, height = page.get_size()
        if width < 1 or height / width > _MAX_ASPECT:
            pictures.append(None)
            continue
        buffer = io.BytesIO()
        image = page.render(scale=_WIDTH / width).to_pil().convert("RGB")
        image.save(buffer, "WEBP", quality=_QUALITY, method=_METHOD)
        pictures.append(buffer.getvalue())
        page.close()
    return pictures

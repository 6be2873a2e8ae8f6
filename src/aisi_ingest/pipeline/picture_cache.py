"""The lines of every picture that was recognised, by the sha256 of its pixels.

A picture that several pages, documents or editions show is recognised once. Workers read the files; only the main
process writes them, because workers cannot write.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from aisi_ingest.extract.ocr.picture_text import Lines, PictureTexts
from aisi_ingest.model import Result
from aisi_ingest.pipeline.freshness import code_digest
from aisi_ingest.pipeline.stage import StageOutput
from aisi_ingest.storage.files import write_errors
from aisi_ingest.storage.store import Stamp, Store, load_fresh, output_digest

_STAGE = "pictures"
_LIBRARIES = ("rapidocr", "onnxruntime")


def folder(store: Store) -> Path:
    """Return the folder of the files. It is created, because a worker cannot read a folder that did not exist before.

    Raises:
        RootError: The folder cannot be created.
    """
    found = store.processed / "stages" / _STAGE
    with write_errors(found):
        found.mkdir(parents=True, exist_ok=True)
    return found


def load(store: Store, digest: str) -> Lines | None:
    """Return the lines of a picture; None if it was not recognised by this version of the engine.

    Args:
        store: The store.
        digest: sha256 of the pixels.
    """
    found = load_fresh(store.stage_path(digest, _STAGE), _stamp(digest))
    return msgspec.json.decode(found[0], type=Lines) if found else None


def save(store: Store, output: StageOutput) -> None:
    """Keep the lines of the pictures in an output of the stage OCR.

    Args:
        store: The store.
        output: The output, which has just been computed.

    Raises:
        RootError: A file cannot be written.
    """
    texts = msgspec.json.decode(output.path.read_bytes(), type=Result[PictureTexts]).value or PictureTexts()
    for digest, lines in {picture.digest: picture.lines for picture in texts.pictures}.items():
        path = store.stage_path(digest, _STAGE)
        if output_digest(path) is None or load(store, digest) is None:
            store.write_output(path, msgspec.json.encode(lines), _stamp(digest))


def _stamp(digest: str) -> Stamp:
    return Stamp((digest,), code_digest("extract.ocr.engine", _LIBRARIES))

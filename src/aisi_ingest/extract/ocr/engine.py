"""Text in pictures, read by rapidocr on onnxruntime where both are installed (the extra ``ocr``).

The engine costs a second to load, some 700 MB and 1.5 processor seconds a megapixel of text: it is made
when the first picture is read, and never for a document without pictures. One thread each: as many
workers as cores run beside each other.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aisi_ingest.model import Issue
from aisi_ingest.text.normalise import is_japanese, normalise

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Image = npt.NDArray[np.uint8]  # height, width, 3: red, green, blue

LONGEST_SIDE = (
    2000  # pixels that are read at the most along one side: A4 at 170 dpi, where 8 point type is 19 pixels high
)
MAXIMUM_PIXELS = 100_000_000  # of a picture that is decoded at all; larger ones leave an issue
# Mean certainty of a line that is published. Tuned on the scans, covers, diagrams and photographs at hand: true lines
# have 0.87 and more but for single signs, what the engine sees in photographs and patterns mostly 0.5 to 0.8.
FLOOR = 0.85
PAGE_FLOOR = 0.6  # on a page that is nothing but a scan: what is doubtful there is faint print, no pattern
_SCARCE = 3 << 30  # bytes of free memory under which workers take turns with one engine
_INSTALL = 'install the extra "ocr": pip install "aisi-ingest[ocr]"'


class TextLine(Struct, frozen=True):
    """A line in a picture; its box in pixels from the picture's top left."""

    text: str
    score: float  # 0..1
    x0: float
    top: float
    x1: float
    bottom: float


@functools.cache
def available() -> bool:
    """Whether the engine is installed. Asks for nothing but its place on disk, once a process."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def missing(pages: Sequence[int], of: str) -> Issue:
    """What a document says whose pictures wait for the engine. ``of`` is "pages" or "pictures on pages"."""
    listed = ", ".join(map(str, pages[:10])) + (", ..." if len(pages) > 10 else "")
    plural = "page waits" if len(pages) == 1 else "pages wait"
    message = f"{len(pages)} {plural} for OCR ({of} {listed}): {_INSTALL}."
    return Issue("extract", "warning" if of == "pages" else "info", "ocr_missing", message)


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.use_cls": False,  # lines upside down are rarer than its mistakes about them
            "Global.log_level": "error",
            "Global.max_side_len": LONGEST_SIDE,
            # Detect in the size that the picture has: the engine blows strips up to 736 pixels of height otherwise.
            "Det.limit_type": "max",
            "Det.limit_side_len": 1600,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Workers take turns, and let the engine go, while memory is short."""
    if _free_memory() > _SCARCE:
        yield
        return
    import fcntl
    import gc

    spec = importlib.util.find_spec("rapidocr")
    assert spec is not None and spec.origin is not None
    with open(spec.origin, "rb") as lock:  # any file will do that all workers can open; sandboxed ones write none
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            _engine.cache_clear()
            gc.collect()
            _give_back()


def _give_back() -> None:
    """Give what was freed back to the system: glibc keeps it, 330 of the 450 MB of a process that has read a page."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):  # other C libraries have no such function
        ctypes.CDLL(None).malloc_trim(0)


def _free_memory() -> int:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            found = re.search(r"MemAvailable:\s*(\d+) kB", file.read())
    except OSError:
        return _SCARCE + 1
    return int(found.group(1)) * 1024 if found else _SCARCE + 1


def read_image(image: Image, floor: float = FLOOR) -> list[TextLine]:
    """The lines of a picture that the engine is at least ``floor`` sure of, from top to bottom."""
    with _turn():
        result = _engine()(image, use_cls=False)
    if result.txts is None:
        return []
    lines = []
    for text, score, corners in zip(result.txts, result.scores, result.boxes, strict=True):
        xs, ys = corners[:, 0].tolist(), corners[:, 1].tolist()
        text = tidied(text)
        if text and _sure(text, float(score), floor):
            lines.append(TextLine(text, round(float(score), 3), min(xs), min(ys), max(xs), max(ys)))
    return sorted(lines, key=lambda line: (line.top, line.x0))


def _sure(text: str, score: float, floor: float) -> bool:
    letters = sum(char.isalnum() for char in text)
    if not letters:
        return False
    return score >= (floor if letters > 2 else floor + 0.1)  # one sign or two: dots and icons look like them


_SPLIT_ADDRESS = re.compile(r"((?:https?://|www\.)[!-~]*)\. (?=[a-z0-9-]+[./])")
_AI = re.compile(r"(?<![A-Za-z])Al(?![a-z])|(?<=[A-Za-z])Al(?![a-z])")


def tidied(text: str) -> str:
    """Normalised, and without the engine's habits: blanks in addresses, ``Al`` for ``AI``."""
    text = normalise(text).strip(" \u3000")
    while (joined := _SPLIT_ADDRESS.sub(r"\1.", text)) != text:
        text = joined
    return correct_ai(text)


_OF_AI = re.compile(
    r"\s*(?:safety|system|model|govern|risk|guideline|agent|act\b|tool|service|develop|technolog|ethic|use|business|rmf\b|"
    r"office|summit|institute|strategy|principle|product|provider|literacy|incident)",
    re.IGNORECASE,
)


def correct_ai(text: str, subject: bool = False) -> str:
    """``Al`` to ``AI`` where what stands beside it says so; ``et al``, ``Al Gore`` and ``Al2O3`` stay.

    Capital I and small l look alike in most faces, so the engine takes either. ``subject``: the document
    speaks of AI elsewhere, so that a sign before a full stop or a small word is taken for it, too.
    """

    def sign(found: re.Match[str]) -> str:
        start, end = found.span()
        before, after = text[:start], text[end:]
        japanese = (before and is_japanese(before[-1])) or (after and is_japanese(after[0]))
        inside = re.search(r"[A-Za-z]$", before) or re.match(r"[A-Z]", after)  # OpenAl, AlSI
        named = _OF_AI.match(after) or re.search(r"(?:generative|trustworthy|responsible)\s$", before, re.IGNORECASE)
        alone = subject and re.match(r"$|[.,;:)\-/](?!\d)|\s+[a-z(]", after)
        return "AI" if japanese or inside or named or alone else found.group()

    return _AI.sub(sign, text)


def looks_like_text(image: Image) -> bool:
    """Whether a picture has a ground with signs on it, as print and diagrams have and photographs have not."""
    import numpy as np

    step = max(1, max(image.shape[:2]) // 600)
    grey = image[::step, ::step].mean(axis=2)
    if min(grey.shape) < 8:
        return False
    shades = np.bincount((grey / 8).astype(int).ravel(), minlength=32) / grey.size
    ground = float((shades[:-1] + shades[1:]).max())  # the most usual shade and its neighbour
    edges = float((np.abs(np.diff(grey, axis=1)) > 48).mean())
    return ground > 0.3 and 0.002 < edges < 0.4

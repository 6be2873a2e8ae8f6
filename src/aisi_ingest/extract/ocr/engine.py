"""Recognise text in images with rapidocr on onnxruntime, if both are installed (the extra ``ocr``).

The engine takes a second to load, some 700 MB of memory and 1.5 processor seconds per megapixel of text. It is loaded
when the first picture is read, and never for a document without pictures. It uses one thread: as many workers as there
are cores run in parallel.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aisi_ingest.model import Issue
from aisi_ingest.sandbox import tasks
from aisi_ingest.text.normalise import is_japanese, normalise

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Image = npt.NDArray[np.uint8]
    """Pixels with the shape (height, width, 3): red, green, blue."""

LONGEST_SIDE = 2000
"""Most pixels that are read along one side: A4 at 170 dpi, where 8 point type is 19 pixels high."""
MAXIMUM_PIXELS = 100_000_000
"""Pixels of the largest picture that is decoded; larger pictures leave an issue."""
# Mean confidence of a line that is published. Tuned on the scans, covers, diagrams and photographs at hand: real lines
# have 0.87 and more, except single characters; what the engine sees in photographs and patterns mostly has 0.5 to 0.8.
MINIMUM_SCORE = 0.85
# The same on a page that is only a scan: uncertain text on it is faint print, not a pattern.
MINIMUM_PAGE_SCORE = 0.6
_SHORT_TEXT, _SHORT_TEXT_MARGIN = 2, 0.1  # up to so many characters need a higher score: dots and icons look like them
_SCORE_DIGITS = 3  # decimal places; rounded before it is compared, so that a stored score decides alike
_DETECTION_SIDE = 1600  # pixels of the longest side in which lines are detected
_SCARCE_MEMORY = 3 << 30  # bytes of free memory; with less, workers use the engine in turn
_INSTALL = 'install the extra "ocr": pip install "aisi-ingest[ocr]"'
_LISTED_PAGES = 10  # page numbers that a message lists


class TextLine(Struct, frozen=True):
    """A line of text in an image.

    Attributes:
        text: The text.
        score: Mean confidence of the engine, from 0 to 1.
        x0: Left edge, in pixels from the left of the image.
        top: Upper edge, in pixels from the top of the image.
        x1: Right edge.
        bottom: Lower edge.
    """

    text: str
    score: float
    x0: float
    top: float
    x1: float
    bottom: float


@functools.cache
def available() -> bool:
    """Return whether the engine is installed. This only looks for its files, once per process."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def missing_issues(scanned_pages: Iterable[int], picture_pages: Iterable[int]) -> list[Issue]:
    """Return issues ``ocr_missing`` that name the pages with text that only the engine could read.

    Args:
        scanned_pages: Pages that consist of a picture.
        picture_pages: Other pages with pictures.
    """
    scanned, others = sorted(set(scanned_pages)), sorted(set(picture_pages))
    out = []
    if scanned:
        out.append(Issue("extract", "warning", "ocr_missing", _missing_message(scanned, "pages")))
    if others:
        out.append(Issue("extract", "info", "ocr_missing", _missing_message(others, "pictures on pages")))
    return out


def _missing_message(pages: Sequence[int], of: str) -> str:
    listed = ", ".join(map(str, pages[:_LISTED_PAGES])) + (", ..." if len(pages) > _LISTED_PAGES else "")
    subject = "page needs" if len(pages) == 1 else "pages need"
    return f"{len(pages)} {subject} OCR ({of} {listed}): {_INSTALL}."


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.use_cls": False,  # lines that are upside down are rarer than wrong results of this classifier
            "Global.log_level": "error",
            "Global.max_side_len": LONGEST_SIDE,
            # Detect lines in the size of the picture: otherwise the engine enlarges low strips to a height of 736
            # pixels.
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTION_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


@tasks.preparation
def load() -> None:
    """Load the engine, so that the workers that are started later have it."""
    _engine()


@contextlib.contextmanager
def _memory_guard() -> Iterator[None]:
    """Let workers use the engine in turn, and unload it afterwards, while memory is scarce."""
    if _free_memory() > _SCARCE_MEMORY:
        was_loaded = _engine.cache_info().currsize > 0
        yield
        if not was_loaded:
            tasks.wish_for(load)
        return
    import fcntl
    import gc

    spec = importlib.util.find_spec("rapidocr")
    assert spec is not None and spec.origin is not None
    # Lock any file that all workers can open: sandboxed workers cannot write one of their own.
    with open(spec.origin, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            _engine.cache_clear()
            gc.collect()
            _release_freed_memory()


def _release_freed_memory() -> None:
    """Return freed memory to the system: glibc keeps 330 of the 450 MB of a process that has read a page."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):  # other C libraries have no such function
        ctypes.CDLL(None).malloc_trim(0)


def _free_memory() -> int:
    """Return the available memory in bytes. Systems that do not report it count as having enough."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            found = re.search(r"MemAvailable:\s*(\d+) kB", file.read())
    except OSError:
        return _SCARCE_MEMORY + 1
    return int(found.group(1)) * 1024 if found else _SCARCE_MEMORY + 1


def read_image(image: Image, minimum_score: float = MINIMUM_SCORE) -> list[TextLine]:
    """Recognise the lines of text in an image.

    Args:
        image: The pixels.
        minimum_score: Lowest confidence of a line that is returned, from 0 to 1.

    Returns:
        The lines from top to bottom.
    """
    with _memory_guard():
        result = _engine()(image, use_cls=False)
    if result.txts is None:
        return []
    lines = []
    for text, score, corners in zip(result.txts, result.scores, result.boxes, strict=True):
        xs, ys = corners[:, 0].tolist(), corners[:, 1].tolist()
        text, score = clean_text(text), round(float(score), _SCORE_DIGITS)
        if text and is_confident(text, score, minimum_score):
            lines.append(TextLine(text, score, min(xs), min(ys), max(xs), max(ys)))
    return sorted(lines, key=lambda line: (line.top, line.x0))


def is_confident(text: str, score: float, minimum_score: float) -> bool:
    """Return whether a recognised text is certain enough. Texts of one or two characters need a higher score."""
    letters = sum(char.isalnum() for char in text)
    if not letters:
        return False
    return score >= (minimum_score if letters > _SHORT_TEXT else minimum_score + _SHORT_TEXT_MARGIN)


_SPLIT_ADDRESS = re.compile(r"((?:https?://|www\.)[!-~]*)\. (?=[a-z0-9-]+[./])")
_AL = re.compile(r"(?<![A-Za-z])Al(?![a-z])|(?<=[A-Za-z])Al(?![a-z])")


def clean_text(text: str) -> str:
    """Normalise text and correct common mistakes of the engine: spaces in URLs, ``Al`` for ``AI``."""
    text = normalise(text).strip(" \u3000")
    while (joined := _SPLIT_ADDRESS.sub(r"\1.", text)) != text:
        text = joined
    return correct_ai(text)


_WORD_AFTER_AI = re.compile(
    r"\s*(?:safety|system|model|govern|risk|guideline|agent|act\b|tool|service|develop|technolog|ethic|use|business|rmf\b|"
    r"office|summit|institute|strategy|principle|product|provider|literacy|incident)",
    re.IGNORECASE,
)
_WORD_BEFORE_AI = re.compile(r"(?:generative|trustworthy|responsible)\s$", re.IGNORECASE)
_END_AFTER_AI = re.compile(r"$|[.,;:)\-/](?!\d)|\s+[a-z(]")


def correct_ai(text: str, about_ai: bool = False) -> str:
    """Replace ``Al`` by ``AI`` where the context shows that AI is meant.

    Capital I and small l look alike in most typefaces, so the engine returns either. ``et al``, ``Al Gore`` and
    ``Al2O3`` are kept.

    Args:
        text: A line of recognised text.
        about_ai: Whether the document mentions AI elsewhere. If so, ``Al`` before a full stop or a short word is
            replaced as well.
    """

    def replacement(found: re.Match[str]) -> str:
        start, end = found.span()
        before, after = text[:start], text[end:]
        in_japanese = (before and is_japanese(before[-1])) or (after and is_japanese(after[0]))
        in_name = re.search(r"[A-Za-z]$", before) or re.match(r"[A-Z]", after)  # OpenAl, AlSI
        in_phrase = _WORD_AFTER_AI.match(after) or _WORD_BEFORE_AI.search(before)
        at_end = about_ai and _END_AFTER_AI.match(after)
        return "AI" if in_japanese or in_name or in_phrase or at_end else found.group()

    return _AL.sub(replacement, text)


_SAMPLED_PIXELS = 600  # along the longer side
_MINIMUM_SAMPLE = 8  # pixels of the shorter side; smaller images cannot be judged
_SHADES, _SHADE_STEP = 32, 8  # grey values are counted in 32 shades of 8 values
_EDGE_CONTRAST = 48  # difference of grey between neighbouring pixels that is an edge
_MINIMUM_BACKGROUND = 0.3  # share of pixels in the most frequent shade and its neighbour
_EDGE_SHARE = (0.002, 0.4)  # an image with text has more edges than the first and fewer than the second


def looks_like_text(image: Image) -> bool:
    """Return whether an image has a uniform background with characters on it.

    Print and diagrams have one, photographs do not. The thresholds were tuned on the pictures of the documents at hand.
    """
    import numpy as np

    step = max(1, max(image.shape[:2]) // _SAMPLED_PIXELS)
    grey = image[::step, ::step].mean(axis=2)
    if min(grey.shape) < _MINIMUM_SAMPLE:
        return False
    shades = np.bincount((grey / _SHADE_STEP).astype(int).ravel(), minlength=_SHADES) / grey.size
    background = float((shades[:-1] + shades[1:]).max())
    edges = float((np.abs(np.diff(grey, axis=1)) > _EDGE_CONTRAST).mean())
    return background > _MINIMUM_BACKGROUND and _EDGE_SHARE[0] < edges < _EDGE_SHARE[1]

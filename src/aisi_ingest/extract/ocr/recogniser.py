"""Recognise each distinct picture once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aisi_ingest.extract.ocr import engine
from aisi_ingest.extract.ocr.engine import TextLine
from aisi_ingest.extract.ocr.picture_text import KnownLines, Lines, nothing_known

if TYPE_CHECKING:
    from aisi_ingest.extract.ocr.engine import Image


class Recogniser:
    """Recognises pictures, each distinct picture once."""

    def __init__(self, known: KnownLines = nothing_known) -> None:
        """Create a recogniser.

        Args:
            known: Finds the lines of pictures that were recognised before.
        """
        self._known = known
        self._found: dict[str, Lines] = {}

    def read(self, image: Image) -> tuple[str, Lines]:
        """Return the digest of a picture and its lines of text.

        The lines are those that are certain enough for a page without text. ``certain_lines`` chooses among them.
        """
        digest = _digest_of(image)
        if digest not in self._found:
            lines = self._known(digest)
            if lines is None:
                lines = tuple(engine.read_image(image, engine.MINIMUM_PAGE_SCORE))
            self._found[digest] = lines
        return digest, self._found[digest]


def _digest_of(image: Image) -> str:
    digest = hashlib.sha256(repr(image.shape).encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def certain_lines(lines: Lines, is_page: bool) -> list[TextLine]:
    """Return the lines that are published: on a page without text, less certain ones as well."""
    minimum = engine.MINIMUM_PAGE_SCORE if is_page else engine.MINIMUM_SCORE
    return [line for line in lines if engine.is_confident(line.text, line.score, minimum)]

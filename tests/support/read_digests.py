"""Read PDFs, draw their first pages, and print sha256 digests of the results as JSON.

Tests run this in a process of its own, because PDFium looks for fonts only once.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import msgspec

from aisi_ingest.extract import reader
from aisi_ingest.publish.site.page_images import page_pictures


def digests(path: Path) -> list[str]:
    """Return the digests of the content with its issues, and of the picture of the first page."""
    result = reader.read(path, ocr=False)
    found = [hashlib.sha256(msgspec.json.encode([result.value, result.issues])).hexdigest()]
    if result.value is not None and result.value.page_sizes:
        found += [hashlib.sha256(picture or b"").hexdigest() for picture in page_pictures(str(path), (1,))]
    return found


if __name__ == "__main__":
    json.dump({path: digests(Path(path)) for path in sys.argv[1:]}, sys.stdout)

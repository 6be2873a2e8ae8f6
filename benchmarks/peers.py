"""Convert PDF files to Markdown with another program: ``python peers.py PEER OUTPUT_FOLDER FILE...``.

This script runs in an environment of its own, so it imports nothing of the project.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[str], str]


def liteparse() -> Read:
    from liteparse import LiteParse

    parser = LiteParse(output_format="markdown", ocr_enabled=False, quiet=True)
    return lambda file: parser.parse(file).text


def pdf_oxide() -> Read:
    from pdf_oxide import PdfDocument

    return lambda file: PdfDocument(file).to_markdown_all()


def pymupdf4llm() -> Read:
    import pymupdf4llm as library

    return lambda file: library.to_markdown(file, use_ocr=False)


def opendataloader() -> Read:
    import tempfile

    import opendataloader_pdf

    def read(file: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            opendataloader_pdf.convert(file, output_dir=folder, format="markdown", quiet=True, image_output="off")
            return "".join(path.read_text("utf-8") for path in Path(folder).rglob("*.md"))

    return read


PEERS: dict[str, Callable[[], Read]] = {
    peer.__name__: peer for peer in (liteparse, pdf_oxide, pymupdf4llm, opendataloader)
}


def main() -> None:
    peer, folder, *files = sys.argv[1:]
    began = time.perf_counter()
    read = PEERS[peer]()
    ready, used = time.perf_counter(), sum(os.times()[:4])
    for file in files:
        text = read(file)
        (Path(folder) / f"{Path(file).name}.{peer}.md").write_text(text, "utf-8")
    print(json.dumps({"prepare": ready - began, "work": max(sum(os.times()[:4]) - used, 0.001), "files": len(files)}))


if __name__ == "__main__":
    main()

"""Write ``bitext.tmx``: TMX 1.4b, one translation unit for each aligned pair of blocks and of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from aisi_ingest.model import Bead
from aisi_ingest.publish.rows import WorkRows
from aisi_ingest.publish.schema import AlignmentRow, EntityRow

# Characters that XML 1.0 does not allow, not even as a character reference.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="aisi-ingest" creationtoolversion="1" segtype="block" o-tmf="aisi-ingest" \
adminlang="en" srclang="ja" datatype="plaintext"/>
<body>
"""
_SEGMENT_TYPE = {"block": "paragraph", "sentence": "sentence"}


class TmxWriter:
    """Writes the translation memory. Beads with an empty side are not translations and are left out."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(_HEAD)

    def add(self, work: WorkRows) -> None:
        """Write the translation units of one work."""
        texts = {block.id: block.text for rows in work.documents for block in rows.blocks}
        markers = {block.id: block.marker for rows in work.documents for block in rows.blocks if block.marker}
        for bead in work.alignments:
            if bead.unit in _SEGMENT_TYPE and bead.ja and bead.en:
                self._file.writelines(_unit(bead, texts, markers))

    def finish(self, entities: Sequence[EntityRow]) -> None:
        """Write the end of the file and close it."""
        self._file.write("</body>\n</tmx>\n")
        self._file.close()


def bead_text(bead: AlignmentRow | Bead, lang: str, texts: Mapping[str, str]) -> str:
    """Return the text of one side of a bead.

    Sections and blocks are joined with line breaks, sentences as the language joins them.

    Args:
        bead: The bead.
        lang: The side, "ja" or "en".
        texts: Text by block id, and title by section id.
    """
    targets = bead.ja if lang == "ja" else bead.en
    if bead.unit != "sentence":
        return "\n".join(texts[target] for target in targets)
    parts = []
    for target in targets:
        block, _, span = target.rpartition(":")
        start, _, end = span.partition("-")
        parts.append(texts[block][int(start) : int(end)])
    return ("" if lang == "ja" else " ").join(parts)


def _unit(bead: AlignmentRow, texts: dict[str, str], markers: dict[str, str]) -> Iterator[str]:
    yield f'<tu tuid={quoteattr(bead.id)} segtype="{_SEGMENT_TYPE[bead.unit]}">'
    yield f'<prop type="x-work">{xml_text(bead.work)}</prop><prop type="x-score">{bead.score}</prop>'
    for lang, targets in (("ja", bead.ja), ("en", bead.en)):
        found = (markers.get(target.rpartition(":")[0] if bead.unit == "sentence" else target) for target in targets)
        marker = next((f'<prop type="x-marker">{xml_text(each)}</prop>' for each in found if each), "")
        yield f'<tuv xml:lang="{lang}">{marker}<seg>{xml_text(bead_text(bead, lang, texts))}</seg></tuv>'
    yield "</tu>\n"


def xml_text(text: str) -> str:
    """Escape a text for XML 1.0; characters that XML does not allow become U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", text))

"""Write ``bitext.tmx``: TMX 1.4b, one translation unit for each row of the table ``bitext``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from aisi_ingest.model import Bead
from aisi_ingest.publish.rows import SharedRows, WorkRows
from aisi_ingest.publish.schema import AlignmentRow, BitextRow
from aisi_ingest.text.sentence_ids import unit_text

# Characters that XML 1.0 does not allow, not even as a character reference.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="aisi-ingest" creationtoolversion="1" segtype="block" o-tmf="aisi-ingest" \
adminlang="en" srclang="ja" datatype="plaintext"/>
<body>
"""
_SEGMENT_TYPE = {"heading": "phrase", "block": "paragraph", "row": "phrase", "sentence": "sentence"}


class TmxWriter:
    """Writes the translation memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(_HEAD)

    def add(self, work: WorkRows) -> None:
        """Write the translation units of one work."""
        for row in work.bitext:
            self._file.writelines(_unit(row))

    def finish(self, shared: SharedRows) -> None:
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
    return ("" if lang == "ja" else " ").join(unit_text(target, texts) for target in targets)


def _unit(row: BitextRow) -> Iterator[str]:
    yield f'<tu tuid={quoteattr(row.id)} segtype="{_SEGMENT_TYPE[row.unit]}">'
    yield _properties({"work": row.work, "edition": row.edition, "unit": row.unit, "score": str(row.score)})
    sides = (
        ("ja", row.ja, row.ja_document, row.ja_marker, row.ja_section, row.ja_regions, row.ja_url),
        ("en", row.en, row.en_document, row.en_marker, row.en_section, row.en_regions, row.en_url),
    )
    for lang, text, document, marker, section, places, url in sides:
        page = str(places[0].page) if places else None
        path = " > ".join(section) or None
        found = {"document": document, "marker": marker, "section": path, "page": page, "url": url}
        yield f'<tuv xml:lang="{lang}">{_properties(found)}<seg>{xml_text(text)}</seg></tuv>'
    yield "</tu>\n"


def _properties(values: Mapping[str, str | None]) -> str:
    return "".join(f'<prop type="x-{name}">{xml_text(value)}</prop>' for name, value in values.items() if value)


def xml_text(text: str) -> str:
    """Escape a text for XML 1.0; characters that XML does not allow become U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", text))

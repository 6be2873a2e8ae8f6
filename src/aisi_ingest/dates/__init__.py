"""Find dates in Japanese and English text and give their EDTF values."""

from __future__ import annotations

from aisi_ingest.dates.context import Context, Found, Year
from aisi_ingest.dates.cover import document_date
from aisi_ingest.dates.finder import find

__all__ = ["Context", "Found", "Year", "document_date", "find"]

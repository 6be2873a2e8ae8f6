"""Find dates in Japanese and English text and give their EDTF values."""

from __future__ import annotations

from aisi_ingest.dates.finder import Context, Found, Year, document_date, find

__all__ = ["Context", "Found", "Year", "document_date", "find"]

"""Find dates in Japanese and English text and give their EDTF values."""

from __future__ import annotations

from aisi_ingest.dates.context import Context, Found, Year
from aisi_ingest.dates.cover import date_and_origin, document_date
from aisi_ingest.dates.finder import find

__all__ = ["Context", "Found", "Year", "date_and_origin", "document_date", "find"]

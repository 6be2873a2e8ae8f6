"""Names of elements and attributes in PresentationML and DrawingML, their numbers and units."""

from __future__ import annotations

import functools
from typing import Any

from pptx.oxml.ns import qn

EMU = 12700
"""English Metric Units in a point: 914,400 in an inch."""

clark = functools.cache(qn)
"""Return ``a:p`` as ``{http://schemas.openxmlformats.org/drawingml/2006/main}p``. Cached: python-pptx computes it
again on each call."""


def number_attribute(element: Any, name: str) -> float:
    """Return the value of a numeric attribute; 0 if it is missing or not a number."""
    try:
        return float(element.get(name, "0"))
    except ValueError:
        return 0.0

"""Names of elements and attributes in PresentationML and DrawingML, as lxml has them."""

from __future__ import annotations

import functools

from pptx.oxml.ns import qn

clark = functools.cache(qn)
"""``a:p`` as ``{http://schemas.openxmlformats.org/drawingml/2006/main}p``; python-pptx makes it anew each time."""

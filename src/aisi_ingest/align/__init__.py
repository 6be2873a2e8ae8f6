"""Lay two language versions of one text side by side: sections, then blocks, then sentences and table rows.

Sections are found over the whole tree, by number, title, contents and place; blocks inside aligned sections, then
over their borders where the languages cut differently; sentences and table rows inside aligned blocks. Evidence is
in ``evidence``, what it weighs in ``cost``, how the best way is found in ``search``.
"""

from aisi_ingest.align.align import align

__all__ = ["align"]

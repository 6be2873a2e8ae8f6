"""Group the rows of ``edition_changes`` by section, for readers."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from aisi_ingest.publish.schema import EditionChangeRow


class ChangedSection(Struct, frozen=True):
    """What changed in one section. A section that was added, removed or moved may have changed blocks as well.

    Attributes:
        kind: "added", "removed", "moved" or "changed".
        title: Its number and title in the newer edition, if that has it; empty outside sections.
        old_title: Those in the older edition if they differ.
        blocks: The rows of its blocks.
    """

    kind: str
    title: str
    old_title: str | None
    blocks: tuple[EditionChangeRow, ...]


def changed_sections(rows: Iterable[EditionChangeRow]) -> list[ChangedSection]:
    """Return the changes between two editions by section, in their order.

    Args:
        rows: The rows of these two editions.
    """
    groups: list[list[EditionChangeRow]] = []
    for row in rows:
        if row.unit == "section" or not groups or groups[-1][0].section != row.section:
            groups.append([])
        groups[-1].append(row)
    return [_section(group) for group in groups]


def _section(rows: list[EditionChangeRow]) -> ChangedSection:
    first = rows[0]
    if first.unit != "section":
        return ChangedSection("changed", first.section_path[-1] if first.section_path else "", None, tuple(rows))
    title = first.before if first.after is None else first.after
    old_title = first.before if first.after is not None and first.before != first.after else None
    return ChangedSection(first.kind, title or "", old_title, tuple(rows[1:]))

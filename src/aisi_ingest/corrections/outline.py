"""Give a document the sections that its corrected headings make."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from aisi_ingest.model import Block, Content, Section

_HEADINGS = ("heading", "title")


def with_sections(content: Content, blocks: Sequence[Block]) -> Content:
    """Return a content with these blocks, and with sections that follow from their headings.

    The sections of a deck are its slides; only their titles follow the headings.

    Args:
        content: The content before the correction of its blocks.
        blocks: Its blocks, corrected and in their new order.
    """
    blocks = [replace(block, section=None) if _is_outside(block) else block for block in blocks]
    heading_of = _headings_of_sections(content)
    sections = {section.id: section for section in content.sections}
    if content.kind == "report":
        _remove_sections(blocks, sections, heading_of)
        _add_sections(blocks, sections, heading_of)
    own = {identity: section for section, identity in heading_of.items()}
    was = {block.id: block for block in content.blocks}
    for block in blocks:
        section = sections.get(own.get(block.id, ""))
        if section is None or (block.id in was and block == was[block.id]):
            continue
        number, level = section.number, block.level or section.level
        title = block.text.removeprefix(number or "").lstrip(" .．、　") if number else block.text
        sections[section.id] = replace(section, title=title, level=level)
    ordered = _in_order(blocks, sections) if content.kind == "report" else tuple(sections.values())
    return replace(content, blocks=tuple(blocks), sections=ordered)


def _is_outside(block: Block) -> bool:
    """Return whether a block belongs to no section, whatever stands around it."""
    return block.hidden or block.kind in ("furniture", "note")


def _headings_of_sections(content: Content) -> dict[str, str]:
    """Return the id of the heading of each section that has one."""
    found: dict[str, str] = {}
    for block in content.blocks:
        if block.section is not None and block.kind in _HEADINGS and block.level is not None:
            found.setdefault(block.section, block.id)
    return found


def _remove_sections(blocks: list[Block], sections: dict[str, Section], heading_of: dict[str, str]) -> None:
    """Remove the sections whose headings are none any more; their blocks belong to the section before."""
    by_id = {block.id: block for block in blocks}
    gone = set()
    for section, heading in list(heading_of.items()):
        block = by_id.get(heading)
        if block is None or block.kind not in _HEADINGS or block.hidden:
            gone.add(section)
            del heading_of[section], sections[section]
    before: str | None = None
    for at, block in enumerate(blocks):
        if block.section in gone:
            blocks[at] = replace(block, section=before)
        elif block.section is not None:
            before = block.section


def _add_sections(blocks: list[Block], sections: dict[str, Section], heading_of: dict[str, str]) -> None:
    """Give each new heading a section, with the blocks that stood behind it in the section before."""
    headings = set(heading_of.values())
    number = max((int(name[1:]) for name in sections if name[1:].isdigit()), default=0)
    for at, block in enumerate(blocks):
        if block.kind != "heading" or block.id in headings or block.hidden:
            continue
        number += 1
        name, level = f"s{number}", block.level or 1
        sections[name] = Section(name, block.text, level, (block.page, block.page), number=block.marker)
        heading_of[name] = block.id
        old = block.section
        blocks[at] = replace(block, section=name, level=level)
        for later in range(at + 1, len(blocks)):
            other = blocks[later]
            if other.kind == "heading" and not other.hidden:
                break
            if other.section == old and not _is_outside(other):
                blocks[later] = replace(other, section=name)


def _in_order(blocks: Sequence[Block], sections: dict[str, Section]) -> tuple[Section, ...]:
    """Return the sections in reading order, with parents by their levels and the pages of their blocks."""
    first: dict[str, int] = {}
    pages: dict[str, tuple[int, int]] = {}
    for at, block in enumerate(blocks):
        if block.section is not None:
            first.setdefault(block.section, at)
            low, high = pages.get(block.section, (block.page, block.page))
            pages[block.section] = (min(low, block.page), max(high, block.page))
    out: list[Section] = []
    open_sections: list[Section] = []
    for section in sorted(sections.values(), key=lambda each: first.get(each.id, len(blocks))):
        while open_sections and open_sections[-1].level >= section.level:
            open_sections.pop()
        parent = open_sections[-1].id if open_sections else None
        low, high = pages.get(section.id, section.pages)
        section = replace(section, parent=parent, pages=(min(low, section.pages[0]), max(high, section.pages[1])))
        open_sections.append(section)
        out.append(section)
    return tuple(out)

"""Find macros, embedded files, programs that a click starts, and references to other files in a presentation.

Nothing is run, opened or fetched. Links to web and mail addresses are not active content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from aisi_ingest.extract.pptx.xml_names import clark

# Ends of relationship types, and what their targets are (ECMA-376 part 1, 15.2 and 15.3; MS-OFFMACRO2).
_RELATIONS = {
    "vbaProject": "macro",
    "wordVbaData": "macro",
    "xlMacrosheet": "macro",
    "oleObject": "embedded_file",
    "package": "embedded_file",
    "attachedToolbars": "macro",
    "control": "activex",
    "activeXControlBinary": "activex",
    "ctrlProp": "activex",
}
# What the address of a click begins with. "program" starts a program, "macro" a macro, "ole" an embedded object.
_ACTIONS = {"program": "launch", "macro": "macro", "ole": "embedded_file", "hlinkfile": "external_reference"}
_ACTION = re.compile(r"\s*ppaction://(\w+)", re.IGNORECASE)
_HARMLESS_LINK = re.compile(r"\s*(?:https?:|mailto:|tel:|ftp:|#)", re.IGNORECASE)
_SCRIPT_LINK = re.compile(r"\s*(?:javascript|vbscript|data):", re.IGNORECASE)
_CLICKS = (clark("a:hlinkClick"), clark("a:hlinkMouseOver"), clark("a:hlinkHover"))


def find_active_content(names: Iterable[str], parts: dict[str, bytes], package: Any) -> tuple[str, ...]:
    """Return the kinds of active content in a presentation, sorted.

    Args:
        names: Names of all members of the file, in lower case.
        parts: The members that were unpacked, by their name with a slash before it.
        package: The opened package (``pptx.package.Package``).
    """
    found = set(_by_name(names))
    for name, content in parts.items():
        if name.endswith(".rels"):
            found.update(_by_relations(content))
    for part in package.iter_parts():
        root = getattr(part, "_element", None)
        if root is not None:
            found.update(_by_actions(root))
    return tuple(sorted(found))


def _by_name(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name.endswith("vbaproject.bin"):
            yield "macro"
        elif name.startswith("ppt/embeddings/"):
            yield "embedded_file"
        elif name.startswith(("ppt/activex/", "ppt/ctrlprops/")):
            yield "activex"


def _by_relations(content: bytes) -> Iterator[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        root = None
    for relation in root if root is not None else ():
        kind, target = (relation.get("Type") or "").rpartition("/")[2], relation.get("Target") or ""
        if kind in _RELATIONS:
            yield _RELATIONS[kind]
        if (relation.get("TargetMode") or "").lower() != "external":
            continue
        if _SCRIPT_LINK.match(target):
            yield "javascript"
        elif kind != "hyperlink" or not _HARMLESS_LINK.match(target):
            yield "external_reference"


def _by_actions(root: Any) -> Iterator[str]:
    for click in root.iter(*_CLICKS):
        match = _ACTION.match(click.get("action") or "")
        if match and match[1].lower() in _ACTIONS:
            yield _ACTIONS[match[1].lower()]

"""Find scripts, launch actions, embedded files and layers that are off in the objects of a PDF. Nothing is run.

qpdf (through pikepdf) reads the objects, so filters, object streams, escapes in names and encryption hide nothing.
Objects that no page uses are searched as well. Links to web addresses are not active content, unless they open by
themselves.

If qpdf has to repair the file, a viewer may find other objects than it does. Then the bytes are searched as well. If it
cannot read the file, or a part of it, the kind "not_inspectable" is reported.
"""

from __future__ import annotations

import logging
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aisi_ingest.extract.pdf.form_calls import draws_forms, endless_pages

# Limits of qpdf. What exceeds them is reported as not inspectable.
_MAX_UNPACKED = 64 << 20  # bytes of one stream of packed objects, or of one script; more is a decompression bomb
_MAX_WARNINGS = 1000  # of a damaged file
_MAX_OBJECTS = 1_000_000
_MAX_DEPTH = 50  # of nested direct objects, and steps of one action

NOT_INSPECTABLE = "not_inspectable"

# Actions (ISO 32000-1, 12.6.4) and what they stand for.
_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/GoToR": "external_reference",
    "/GoToE": "external_reference",
    "/ImportData": "external_reference",
    "/SubmitForm": "submit_form",
    "/Rendition": "rich_media",
    "/RichMediaExecute": "rich_media",
    "/Movie": "rich_media",
    "/Sound": "rich_media",
}
_MEDIA = ("/RichMedia", "/Movie", "/Sound", "/Screen", "/3D")  # subtypes of annotations
# Entries that stand for active content whatever their value is.
_ENTRIES = {
    "/JS": "javascript",
    "/JavaScript": "javascript",
    "/EF": "embedded_file",
    "/EmbeddedFiles": "embedded_file",
    "/XFA": "xfa",
}
_BY_THEMSELVES = ("/OpenAction", "/AA")  # actions that no click starts
_LAYERS_OFF = {"/BaseState": ("/OFF", "/Unchanged"), "/ViewState": ("/OFF",)}
_LAYERS, _PATTERNS, _FORMS = "layers", "patterns", "forms"  # reported apart from the active content
_UNCOLOURED = 2  # PaintType of a tiling pattern without colours of its own
_SCRIPT = re.compile(rb"<(?:\w+:)?script[\s>]")

# An object without any of these names contains nothing of the above. qpdf writes names without escapes.
_NAMES = {*_ACTIONS, *_MEDIA, *_ENTRIES, *_BY_THEMSELVES, *_LAYERS_OFF, "/EmbeddedFile", "/OFF", "/PaintType"}
_TELLING = re.compile(rb"(?:%s)(?![^\s/<>\[\](){}%%])" % b"|".join(sorted(name.encode() for name in _NAMES)))
# The same in the bytes of a file, where names may contain escapes ("/J#61vaScript"), with the entry before it. Short
# names would be found in compressed data as well.
_WRITTEN = re.compile(rb"(?:/(S|Subtype|Type)\s*)?/((?:[A-Za-z]|#[0-9A-Fa-f]{2}){2,40})(?![A-Za-z0-9#])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the objects of a file contain, whether or not a page uses it."""

    active_content: tuple[str, ...]  # kinds of active content, sorted
    patterned: bool  # some pattern has no colours of its own: PDFium does not tell which text is painted with it
    layered: bool  # some layer is off, or may be: the file cannot be inspected
    problem: str = ""  # why a part of the file could not be inspected
    endless: frozenset[int] = frozenset()  # numbers, from 1, of pages that draw more than any reader can


def inspect(path: str | Path, password: str | None = None) -> Inspection:
    """Search the objects of a file for active content and for layers that are off.

    Args:
        path: The PDF file.
        password: The password, if one is needed.

    Returns:
        What was found. What cannot be searched has the kind "not_inspectable".
    """
    import pikepdf  # takes 60 ms to import

    logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # problems of a file are reported as an issue
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=_MAX_UNPACKED,
        png_max_memory=_MAX_UNPACKED,
        run_length_max_memory=_MAX_UNPACKED,
        tiff_max_memory=_MAX_UNPACKED,
        doc_max_warnings=_MAX_WARNINGS,
    )
    exceeded = pikepdf.settings.qpdf_limit_errors()
    found: set[str] = set()
    problem, damaged = "", False
    endless: frozenset[int] = frozenset()
    try:
        with pikepdf.open(path, password=password or "", suppress_warnings=True) as file:
            for value in _objects(file):
                found.update(value)
            if _FORMS in found:
                endless = endless_pages(file)
            damaged = bool(file.get_warnings())
            if damaged:
                _unpack_all(file)
    except Exception as error:  # the bindings raise a dozen different ones for broken files
        problem = f"{type(error).__name__}: {error}".replace(str(path), "the file")
    if not problem and pikepdf.settings.qpdf_limit_errors() > exceeded:
        problem = "a part of it exceeds the limits of size"
    if problem or damaged:
        found |= _search_bytes(path)
    if problem:
        found |= {NOT_INSPECTABLE, _LAYERS}
    active = tuple(sorted(found - {_LAYERS, _PATTERNS, _FORMS}))
    return Inspection(active, _PATTERNS in found, _LAYERS in found, problem, endless)


def _objects(file: Any) -> Iterator[Iterator[str]]:
    """Yield what each object of an open file contains."""
    from pikepdf import Object

    objects = file.objects
    if len(objects) > _MAX_OBJECTS:
        raise ValueError(f"it has more than {_MAX_OBJECTS} objects")
    for value in objects:
        if value.__class__ is not Object:  # numbers and other values are converted
            continue
        source = value.unparse(resolved=True)
        if source.endswith(b" R"):  # a stream, which qpdf writes as a reference
            value = value.stream_dict
            source = value.unparse(resolved=True)
            if b"/Form" in source and draws_forms(value):
                yield iter((_FORMS,))
        if _TELLING.search(source):
            yield _kinds(value, 0)


def _unpack_all(file: Any) -> None:
    """Raise an exception if some packed objects cannot be unpacked, which qpdf only warns about."""
    from pikepdf import Stream

    for value in file.objects:
        if isinstance(value, Stream) and value.stream_dict.get("/Type") == "/ObjStm":
            value.read_bytes()


def _kinds(value: Any, depth: int) -> Iterator[str]:
    """Yield the kinds of active content in an object and in the direct objects inside it."""
    from pikepdf import Array, Dictionary

    if isinstance(value, Array):
        children = list(value)
    elif isinstance(value, Dictionary):
        yield from _kinds_of_dictionary(value)
        children = [child for _, child in value.items()]
    else:
        return
    for child in children:
        if isinstance(child, Array | Dictionary) and not child.is_indirect and depth < _MAX_DEPTH:
            yield from _kinds(child, depth + 1)


def _kinds_of_dictionary(entries: Any) -> Iterator[str]:
    action, subtype = _name(entries, "/S"), _name(entries, "/Subtype")
    if action in _ACTIONS:
        yield _ACTIONS[action]
    if subtype in _MEDIA:
        yield "rich_media"
    if _name(entries, "/Type") == "/EmbeddedFile":
        yield "embedded_file"
    for entry, kind in _ENTRIES.items():
        if entry in entries:
            yield kind
            if kind == "xfa" and any(map(_SCRIPT.search, _packets(entries[entry]))):
                yield "javascript"
    for entry in _BY_THEMSELVES:
        if entry in entries and any(_name(step, "/S") == "/URI" for step in _steps(entries[entry])):
            yield "automatic_link"
    if _is_filled(entries.get("/OFF")) or any(_name(entries, key) in off for key, off in _LAYERS_OFF.items()):
        yield _LAYERS
    if entries.get("/PaintType") == _UNCOLOURED:
        yield _PATTERNS


def _name(entries: Any, key: str) -> str:
    """Return a name in a dictionary; "" if it has none under ``key``."""
    from pikepdf import Dictionary, Name

    value = entries.get(key) if isinstance(entries, Dictionary) else None
    return str(value) if isinstance(value, Name) else ""


def _is_filled(value: Any) -> bool:
    from pikepdf import Array

    return isinstance(value, Array) and len(value) > 0


def _steps(action: Any) -> Iterator[Any]:
    """Yield the actions that an action, or each action of a dictionary of them, starts one after the other."""
    from pikepdf import Array, Dictionary

    waiting, count = [action], 0
    while waiting and count < _MAX_DEPTH:
        step = waiting.pop()
        count += 1
        if isinstance(step, Array):
            waiting += list(step)
        elif isinstance(step, Dictionary):
            yield step
            named = "/S" in step
            waiting += [step["/Next"]] if named and "/Next" in step else []
            waiting += [] if named else [child for _, child in step.items()]


def _packets(form: Any) -> Iterator[bytes]:
    """Yield the unpacked parts of an XFA form."""
    from pikepdf import Array, Stream

    for part in list(form) if isinstance(form, Array) else [form]:
        if isinstance(part, Stream):
            yield part.read_bytes()


def _search_bytes(path: str | Path) -> set[str]:
    """Return the kinds of active content whose names are in the bytes of a damaged file."""
    found: set[str] = set()
    with open(path, "rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (ValueError, OSError):  # an empty file cannot be mapped
            return found
        with data:
            for match in _WRITTEN.finditer(data):
                name = "/" + _ESCAPED.sub(_unescape, match[2]).decode("latin-1")
                if match[1] == b"S" and name in _ACTIONS:
                    found.add(_ACTIONS[name])
                elif match[1] == b"Subtype" and name in _MEDIA:
                    found.add("rich_media")
                elif name in ("/JavaScript", "/EmbeddedFile", "/EmbeddedFiles"):
                    found.add(_ENTRIES.get(name, "embedded_file"))
    return found


def _unescape(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])

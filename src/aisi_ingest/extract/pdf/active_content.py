"""Find scripts, launch actions, embedded files and optional content by a file's bytes."""

from __future__ import annotations

import mmap
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What would run, start or send by itself or at a click, by the names that stand for it in a file (ISO 32000-1,
# 12.6.4 and 7.11): the name, and what must stand before and after it. Links to addresses are not among them.
_ACTION, _SUBTYPE = rb"/S\s*$", rb"/Subtype\s*$"
_ACTIVE: dict[bytes, tuple[str, bytes, bytes]] = {
    b"JavaScript": ("javascript", b"", b""),
    b"JS": ("javascript", b"", rb"\s*(?:[(<]|\d+\s+\d+\s+R)"),
    b"Launch": ("launch", _ACTION, b""),
    b"EmbeddedFile": ("embedded_file", b"", b""),
    b"EmbeddedFiles": ("embedded_file", b"", b""),
    b"GoToR": ("external_reference", _ACTION, b""),
    b"GoToE": ("external_reference", _ACTION, b""),
    b"ImportData": ("external_reference", _ACTION, b""),
    b"SubmitForm": ("submit_form", _ACTION, b""),
    b"RichMedia": ("rich_media", _SUBTYPE, b""),
    b"Movie": ("rich_media", _SUBTYPE, b""),
    b"Sound": ("rich_media", _SUBTYPE, b""),
    # Layers matter only where one is off: by name in a list, by default, or for the screen.
    b"OFF": ("layers", rb"/(?:Base|View)State\s*$", b""),
    b"Unchanged": ("layers", rb"/BaseState\s*$", b""),
}

# Names may be written with escapes, "/J#61vaScript", which is what one does who hides them.
_NAME = re.compile(rb"/(?:(?:%s)(?![A-Za-z0-9])|[A-Za-z]*#[4-7][0-9A-Fa-f][A-Za-z0-9#]*)" % b"|".join(_ACTIVE))

_OFF_LIST = re.compile(rb"\s*\[\s*\d|\s+\d+\s+\d+\s+R")

_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")

_MOST_UNPACKED = 64 << 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the bytes of a file name, whether or not a page shows it."""

    active_content: tuple[str, ...]
    layered: bool  # has layers that are off, or may have: an encrypted file hides its names


def inspect(path: str | Path) -> Inspection:
    """Look through a file's bytes, and its packed objects, for what it could do. Runs nothing."""
    with open(path, "rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (ValueError, OSError):  # an empty file
            return Inspection((), False)
        with data:
            found, layered = _names(data)
            encrypted = data.find(b"/Encrypt") >= 0
            unpacked = 0
            for match in _OBJECT_STREAM.finditer(data):
                if encrypted:
                    layered = True
                    break
                start = data.find(b"stream", match.end(), match.end() + 1000)
                if start < 0:
                    continue
                start += 6
                while data[start : start + 1] in (b"\r", b"\n"):
                    start += 1
                part = _unpack(data, start, _MOST_UNPACKED - unpacked)
                unpacked += len(part)
                names, some_layers = _names(part)
                found |= names
                layered |= some_layers
    return Inspection(tuple(sorted(found)), layered)


def _unpack(data: mmap.mmap, start: int, most: int) -> bytes:
    unpacker, out = zlib.decompressobj(), bytearray()
    while not unpacker.eof and len(out) < most and start < len(data):
        try:
            out += unpacker.decompress(data[start : start + 65536], most - len(out))
        except zlib.error:
            break
        start += 65536
        if unpacker.unconsumed_tail:
            break
    return bytes(out)


def _names(data: Any) -> tuple[set[str], bool]:
    found: set[str] = set()
    for match in _NAME.finditer(data):
        name = _ESCAPED.sub(lambda escape: bytes([int(escape[1], 16)]), match.group()[1:])
        if name not in _ACTIVE:
            continue
        word, before, after = _ACTIVE[name]
        following = bytes(data[match.end() : match.end() + 40])
        if name == b"OFF" and _OFF_LIST.match(following):
            found.add(word)
            continue
        said = bytes(data[max(0, match.start() - 20) : match.start()])
        if re.search(before, said) and re.match(after, following):
            found.add(word)
    layered = "layers" in found
    return found - {"layers"}, layered

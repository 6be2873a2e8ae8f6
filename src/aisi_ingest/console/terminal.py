"""Print text from documents and servers on a terminal, where some characters are commands.

An escape sequence in a title could change the terminal, and a mark of writing direction could make a name look like
another one.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TextIO

# Control, format, surrogate and private characters, and the separators of lines and paragraphs (Unicode, table 4-4).
_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_KEPT = "\n\t"
_SURROGATE_ESCAPES = range(0xDC80, 0xDD00)  # stand for bytes of a file name that are not UTF-8 (PEP 383)
_SURROGATE_BYTE = 0xDC00
_ONE_BYTE, _TWO_BYTES = 0x100, 0x10000
# All of the Basic Latin block that needs no check, so that ordinary text is passed quickly.
_SUSPECT = re.compile("[^ -~\n\t]")


def escaped(text: str) -> str:
    r"""Return a text with each character that is no visible text as its code: ``\x1b``, ``\u202e``, ``\U000e0041``.

    Line ends and tabs stay. A text from elsewhere that must stay on one line needs ``escaped_line``.
    """
    return _SUSPECT.sub(lambda match: _visible(match[0]), text)


def escaped_line(text: str) -> str:
    r"""Return a text as ``escaped`` does, with line ends and tabs as ``\n`` and ``\t`` as well."""
    return escaped(text).replace("\n", r"\n").replace("\t", r"\t")


def say(text: object = "", file: TextIO | None = None) -> None:
    """Print a text and a line end, by default to standard output, with all that is no visible text escaped."""
    print(escaped(str(text)), file=file or sys.stdout)


def say_line(text: object, file: TextIO | None = None) -> None:
    """Print a text as ``say`` does, as one line: a name with a line end must not look like two messages."""
    print(escaped_line(str(text)), file=file or sys.stdout)


def say_json(content: bytes) -> None:
    """Write JSON to standard output: as it is to a file or a pipe, with invisible characters escaped to a terminal."""
    if sys.stdout.isatty():
        content = _SUSPECT.sub(lambda match: _json_escape(match[0]), content.decode("utf-8")).encode("utf-8")
    sys.stdout.buffer.write(content)


def _visible(char: str) -> str:
    if char in _KEPT or unicodedata.category(char) not in _CATEGORIES:
        return char
    code = ord(char)
    if code in _SURROGATE_ESCAPES:
        code -= _SURROGATE_BYTE
    if code < _ONE_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _TWO_BYTES else f"\\U{code:08x}"


def _json_escape(char: str) -> str:
    if _visible(char) == char:
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

"""The files that a user names: paths, folders, patterns, standard input, and files with a password."""

from __future__ import annotations

import glob
import hashlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from aisi_ingest.cli.options import fail

STANDARD_INPUT = "-"
_DOCUMENTS = (".pdf", ".pptx")  # suffixes of the files that are taken from a folder
_SHORT_DIGEST = 8  # hex digits of the sha256 in the name of what came through standard input

Password = Annotated[
    str | None,
    typer.Option(
        "--password",
        metavar="FILE|ask",
        help="Password of the PDF files that need one: a file with the password in its first line, or ask to type it.",
    ),
]


class InputError(Exception):
    """A password is missing or wrong. The message is one sentence."""


@dataclass(frozen=True)
class Input:
    """One file to read.

    Attributes:
        path: The file to open; a copy for standard input and for a file with a password.
        original: The file that the user named.
    """

    path: Path
    original: Path


@contextmanager
def opened(names: Sequence[str], password: str | None = None) -> Iterator[list[Input]]:
    """Find the files that a user named. Copies are deleted at the end.

    Args:
        names: Paths, folders, patterns such as ``*.pdf``, or ``-`` for standard input.
        password: A file with the password of the files that need one, or ``ask``.

    Yields:
        The files, in the order of the names and without repetitions.

    Raises:
        InputError: The password cannot be read, or is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="aisi-ingest-") as folder:
        inputs: dict[Path, Input] = {}
        for name in names:
            for path in _named(name):
                found = _from_standard_input(Path(folder)) if name == STANDARD_INPUT else Input(path, path)
                inputs.setdefault(found.original, found)
        secret = _secret(password) if password is not None else None
        if secret is None:
            yield list(inputs.values())
        else:
            yield [_without_password(each, secret, Path(folder)) for each in inputs.values()]


def _named(name: str) -> list[Path]:
    """Return the files that a name stands for; the path itself if there are none, which is then reported."""
    path = Path(name)
    if name == STANDARD_INPUT:
        return [path]
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() in _DOCUMENTS and each.is_file())
    elif not path.exists() and glob.has_magic(name):
        found = sorted(map(Path, glob.glob(name, recursive=True)))
    else:
        found = []
    return found or [path]


def _from_standard_input(folder: Path) -> Input:
    """Save standard input. Its name is made of its content, so that the same bytes are the same document."""
    from aisi_ingest.media_types import suffix

    content = sys.stdin.buffer.read()
    name = f"standard-input-{hashlib.sha256(content).hexdigest()[:_SHORT_DIGEST]}{suffix(content)}"
    path = folder / name
    path.write_bytes(content)
    return Input(path, Path("/dev") / name)


def _secret(password: str) -> str:
    if password == "ask":
        return str(typer.prompt("Password", hide_input=True, err=True))
    try:
        lines = Path(password).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"--password {password}: {reason}; give a file with the password, or ask") from None
    if not lines:
        raise InputError(f"--password {password}: the file is empty")
    return lines[0]


def _without_password(given: Input, secret: str, folder: Path) -> Input:
    """Return a copy without encryption, or the file itself if it has none."""
    from aisi_ingest.extract.pdf.decryption import without_password

    result = without_password(given.path, secret)
    if result.value is None:
        raise InputError(f"{given.original}: {result.issues[0].message}")
    if not result.value:
        return given
    # A folder for each copy: two files in different folders may have one name.
    copy = Path(tempfile.mkdtemp(dir=folder)) / given.path.name
    copy.write_bytes(result.value)
    return replace(given, path=copy)


@contextmanager
def opened_or_exit(names: Sequence[str], password: str | None = None) -> Iterator[list[Input]]:
    """Do as ``opened``, but print what is wrong and exit."""
    try:
        with opened(names, password) as inputs:
            yield inputs
    except InputError as error:
        fail(str(error))

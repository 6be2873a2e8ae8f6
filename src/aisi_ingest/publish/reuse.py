"""What a release takes over from the one before: files that would come out the same get a second name.

A file is taken over only as it was written, by its sum in ``SHA256SUMS``: what a disk has spoilt since would
otherwise get a new sum and count as good.
"""

from __future__ import annotations

import os
import shutil
from functools import cached_property
from pathlib import Path

from aisi_ingest.storage.files import sha256_of


class Before:
    """The release before, or none."""

    def __init__(self, release: Path | None) -> None:
        self.path = release

    @cached_property
    def _sums(self) -> dict[str, str]:
        """sha256 by name, from SHA256SUMS; empty where that cannot be read."""
        try:
            lines = (self.path / "SHA256SUMS").read_text("utf-8").splitlines() if self.path else []
        except (OSError, UnicodeDecodeError):
            return {}
        return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}

    def names(self, folder: str) -> list[str]:
        """The files in a folder of the release, as names below the release."""
        return [name for name in self._sums if name.rpartition("/")[0] == folder]

    def intact(self, name: str) -> Path | None:
        """The release's file, if it is there and as it was written."""
        digest = self._sums.get(name)
        if digest is None or self.path is None:
            return None
        try:
            return self.path / name if sha256_of(self.path / name) == digest else None
        except OSError:
            return None

    def take(self, name: str, target: Path) -> bool:
        """Have the release's file as ``target``, if it is intact: a hard link, or a copy where the disk knows none."""
        source = self.intact(name)
        if source is None:
            return False
        try:
            os.link(source, target)
        except OSError:
            try:
                shutil.copyfile(source, target)
            except OSError:
                return False
        return True

"""Reuse files of the previous release: a file that would have the same bytes is linked instead of written again.

Only a file that still has the sum in ``SHA256SUMS`` is reused. A file damaged on disk since then would otherwise get a
new sum and count as good.
"""

from __future__ import annotations

import os
import shutil
from functools import cached_property
from pathlib import Path

from aisi_ingest.storage.files import sha256_of


class PreviousRelease:
    """The release before the one that is written, or none.

    Args:
        release: Its folder, or None.
    """

    def __init__(self, release: Path | None) -> None:
        self.path = release

    @cached_property
    def _sums(self) -> dict[str, str]:
        """Map file names to sha256, by SHA256SUMS; empty where that cannot be read."""
        try:
            lines = (self.path / "SHA256SUMS").read_text("utf-8").splitlines() if self.path else []
        except (OSError, UnicodeDecodeError):
            return {}
        return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}

    def files_in(self, folder: str) -> list[str]:
        """Return the files directly in a folder of the release, as names relative to the release."""
        return [name for name in self._sums if name.rpartition("/")[0] == folder]

    def intact_file(self, name: str) -> Path | None:
        """Return the path of a file of the release, or None where it is missing or has other bytes than published."""
        digest = self._sums.get(name)
        if digest is None or self.path is None:
            return None
        try:
            return self.path / name if sha256_of(self.path / name) == digest else None
        except OSError:
            return None

    def reuse(self, name: str, target: Path) -> bool:
        """Create ``target`` as a hard link to a file of the release, or as a copy where links are not possible.

        Returns:
            False where the file is not intact; then nothing is created.
        """
        source = self.intact_file(name)
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
